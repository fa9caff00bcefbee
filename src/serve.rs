//! `hanno serve`: the bundled reaction service.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use chat_api::serve::{Config, ServeError, Server, StoreConfig};
use chat_store::Store as _;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::args::ServeArgs;
use crate::child::{ADMIN, LISTENING};
use crate::failure::Failure;
use crate::say;
use crate::signals::Signals;
use crate::stores::{self, Dynamo, Stored};
use crate::temporary::discard;

/// Serves until it is interrupted, or until its parent ends where it has one.
pub(crate) fn serve(args: &ServeArgs) -> Result<ExitCode, Failure> {
    let signals = Signals::wait_for()?;
    if args.until_stdin_ends {
        signals.stop_with_stdin()?;
    }
    let stored = stored(args)?;
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let served = runtime.block_on(run(args, &stored, &signals.stop));
    if args.temporary_data {
        discard(&args.data);
        if let Stored::Dynamo(dynamo) = &stored {
            runtime.block_on(dynamo.discard());
        }
    }
    served.map(|()| ExitCode::SUCCESS)
}

fn stored(args: &ServeArgs) -> Result<Stored, Failure> {
    let stored = Stored::of(&args.store, &args.places.file(Path::new(""))?)?;
    if args.create_tables && matches!(stored, Stored::Redb) {
        return Err(Failure::usage(anyhow!("`--create-tables` is for `--store dynamodb`")));
    }
    let stored = stored.with_prefix(args.table_prefix.as_deref())?;
    stored.with_credentials(args.credentials.credentials)
}

async fn run(args: &ServeArgs, stored: &Stored, stop: &CancellationToken) -> Result<(), Failure> {
    if let (Stored::Dynamo(dynamo), true) = (stored, args.create_tables) {
        let store = dynamo.open().await?;
        store.create_tables().await.map_err(|error| dynamo.failed(error))?;
    }
    if let Stored::Dynamo(dynamo) = stored {
        warn_unless_ready(dynamo).await?;
    }
    let server = Server::start(config(args, stored)).await.map_err(unable)?;
    if let Some(admin) = server.admin_addr() {
        say::result(&format!("{ADMIN}http://{admin}"));
    }
    say::result(&format!("{LISTENING}http://{}", server.local_addr()));
    server.run_until(stop.cancelled()).await.map_err(Failure::unable)
}

/// A store that is away may come back, so the service starts all the same; but whoever starts it should know.
async fn warn_unless_ready(dynamo: &Dynamo) -> Result<(), Failure> {
    if let Err(error) = dynamo.open().await?.probe().await {
        let (named, prefix) = (&dynamo.named, &dynamo.options.table_prefix);
        say::note(&format!(
            "warning: not ready: DynamoDB at {named} with tables {prefix}*: {error}; where the tables are not \
             there, `--create-tables` makes them"
        ));
    }
    Ok(())
}

fn config(args: &ServeArgs, stored: &Stored) -> Config {
    let config = Config::new(args.listen, args.data.clone());
    let store = match stored {
        Stored::Redb => config.store,
        Stored::Dynamo(dynamo) => StoreConfig::Dynamo(Box::new(dynamo.served())),
    };
    Config {
        admin_listen: args.admin_listen,
        store,
        store_calls_per_s_max: args.throttle,
        ..config
    }
}

fn unable(error: ServeError) -> Failure {
    match error {
        ServeError::Dynamo(error) => stores::refused(error),
        error => Failure::unable(error),
    }
}
