//! What checking one token costs: the figure that decides whether checked tokens are remembered.
//!
//! `cargo run --release -p chat-api --example token_cost`

mod clock;

use std::{
    error::Error,
    io::{self, Write as _},
    time::Duration,
};

use chat_api::issuer::DevIssuer;
use chat_domain::AccountId;

const RUNS: usize = 5;
const CHECKS: u32 = 5000;

fn main() -> Result<(), Box<dyn Error>> {
    let issuer = DevIssuer::generate()?;
    let token = issuer.mint(AccountId::MIN, Duration::from_hours(1), clock::unix_s())?;
    let verifier = issuer.verifier();
    for _ in 0..RUNS {
        let started = clock::monotonic();
        for _ in 0..CHECKS {
            verifier.verify(&token)?;
        }
        writeln!(io::stdout().lock(), "{:?} a check", started.elapsed() / CHECKS)?;
    }
    Ok(())
}
