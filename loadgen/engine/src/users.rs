//! The users: Goose is their runtime, and this is the only file that knows it.
//!
//! Every Goose user is one seat; one Goose transaction serves one arrival. Goose decides nothing else: rates,
//! times, requests and histograms are ours, because Goose measures from its own send and has no open model.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use goose::GooseAttack;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionResult};

/// Goose wants a host even where no request goes through it.
const UNUSED_HOST: &str = "http://127.0.0.1/";

/// Users launched per second, far beyond what is possible: as fast as the loop turns.
const LAUNCH_RATE: &str = "1000000";

/// What users do; the engine implements it.
pub(crate) trait Serve: Send + Sync + 'static {
    /// The user in this seat is up.
    fn ready(&self, seat: usize);

    /// Awaits one arrival and serves it; false when there will be no more, and the user leaves.
    fn serve(&self, seat: usize) -> impl Future<Output = bool> + Send;
}

/// Goose could not be set up or gave up.
#[derive(Debug, thiserror::Error)]
#[error("the users' runtime failed: {0}")]
pub struct UsersError(#[from] Box<goose::GooseError>);

/// Runs `seats` users until each has been told that there is no more to serve.
///
/// It returns up to half a second after the last user left, the rest of a nap of Goose's main loop;
/// dropping the future then instead is fine, since all users have left by themselves.
pub(crate) async fn run<S: Serve>(seats: usize, serve: Arc<S>) -> Result<(), UsersError> {
    silence_goose();
    let attack = attack(seats, serve).map_err(Box::new)?;
    Box::pin(attack.execute()).await.map_err(Box::new)?;
    Ok(())
}

fn attack<S: Serve>(seats: usize, serve: Arc<S>) -> Result<GooseAttack, goose::GooseError> {
    let starting = Arc::clone(&serve);
    let up = transaction(move |user| {
        starting.ready(user.weighted_users_index);
        Box::pin(async { Ok(()) })
    });
    let one_arrival = transaction(move |user| {
        let serve = Arc::clone(&serve);
        Box::pin(async move {
            if !serve.serve(user.weighted_users_index).await {
                // The user's own copy: it leaves silently. A transaction that returned at once
                // for ever would never yield and would block the runtime.
                user.config.iterations = Some(1);
            }
            Ok(())
        })
    });
    let scenario = Scenario::new("arrivals")
        .register_transaction(up.set_on_start())
        .register_transaction(one_arrival);
    // One HTTP client for all, which nobody uses: without a builder each user would build its own.
    Ok(GooseAttack::initialize_with_config(configuration(seats))?
        .set_client_builder_without_cookies(GooseClientBuilder::new().without_cookies())?
        .register_scenario(scenario))
}

/// Never set here: `iterations`, `test_plan`, `no_reset_metrics`, `running_metrics`; they make Goose print.
fn configuration(seats: usize) -> GooseConfiguration {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(UNUSED_HOST.to_owned());
    configuration.users = Some(seats);
    configuration.increase_rate = Some(LAUNCH_RATE.to_owned());
    configuration.quiet = 2;
    configuration.no_metrics = true;
    configuration.no_telnet = true; // it would listen on a port, and go on after the run
    configuration
}

/// Goose installs a logger on stdout for the whole process unless there is one already.
fn silence_goose() {
    struct Silent;
    impl log::Log for Silent {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            false
        }
        fn log(&self, _: &log::Record<'_>) {}
        fn flush(&self) {}
    }
    // It fails where a logger is there already: then Goose will not install its own either.
    drop(log::set_boxed_logger(Box::new(Silent)));
}

type Served<'user> = Pin<Box<dyn Future<Output = TransactionResult> + Send + 'user>>;

/// Closures become transactions only with this bound written out; inference does not find it.
fn transaction<F>(serve: F) -> Transaction
where
    F: for<'user> Fn(&'user mut GooseUser) -> Served<'user> + Send + Sync + 'static,
{
    Transaction::new(Arc::new(serve))
}
