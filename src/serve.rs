//! `hanno serve`: the bundled reaction service.

use std::io::{self, Read};
use std::process::ExitCode;

use anyhow::Context;
use chat_api::serve::{Config, Server};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::args::{ServeArgs, Store};
use crate::bundled::discard;
use crate::child::LISTENING;
use crate::failure::Failure;
use crate::say;
use crate::signals::Signals;

/// Serves until it is interrupted, or until its parent ends where it has one.
pub(crate) fn serve(args: &ServeArgs) -> Result<ExitCode, Failure> {
    let signals = Signals::wait_for()?;
    if args.until_stdin_ends {
        stop_with_stdin(signals.stop.clone())?;
    }
    let Store::Redb = args.store;
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let served = runtime.block_on(run(config(args), &signals.stop));
    if args.temporary_data {
        discard(&args.data);
    }
    served.map(|()| ExitCode::SUCCESS)
}

async fn run(config: Config, stop: &CancellationToken) -> Result<(), Failure> {
    let server = Server::start(config).await.map_err(Failure::unable)?;
    if let Some(admin) = server.admin_addr() {
        say::note(&format!("livez and metrics at http://{admin}"));
    }
    say::result(&format!("{LISTENING}http://{}", server.local_addr()));
    server.run_until(stop.cancelled()).await.map_err(Failure::unable)
}

fn config(args: &ServeArgs) -> Config {
    Config { admin_listen: args.admin_listen, ..Config::new(args.listen, args.data.clone()) }
}

/// Standard input is a pipe from the parent, who never writes: it ends when the parent does, even by `kill -9`.
fn stop_with_stdin(stop: CancellationToken) -> anyhow::Result<()> {
    let wait = move || {
        let mut byte = [0];
        while io::stdin().lock().read(&mut byte).is_ok_and(|read| read > 0) {}
        stop.cancel();
    };
    let thread = std::thread::Builder::new().name("hanno-stdin".into());
    thread.spawn(wait).map(drop).context("cannot start a thread")
}
