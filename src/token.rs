//! `hanno token`: a development token for an account of a data directory.

use std::process::ExitCode;

use anyhow::anyhow;
use chat_api::issuer::DevIssuer;

use crate::args::TokenArgs;
use crate::failure::Failure;
use crate::{clock, say};

pub(crate) fn token(args: &TokenArgs) -> Result<ExitCode, Failure> {
    if !args.data.is_dir() {
        let data = args.data.display();
        return Err(Failure::usage(anyhow!(
            "there is no data directory {data}: `hanno populate --data {data} …` makes one"
        )));
    }
    let account = args
        .account
        .to_string()
        .parse()
        .map_err(|error| Failure::usage(anyhow::Error::new(error).context("--account")))?;
    let issuer = DevIssuer::load_or_create(&args.data).map_err(Failure::unable)?;
    let token = issuer.mint(account, args.lifetime, clock::unix_s()).map_err(Failure::unable)?;
    say::result(&token);
    Ok(ExitCode::SUCCESS)
}
