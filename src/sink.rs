//! `hanno sink`: a server that writes down when each request arrived, whoever sent it.

use std::process::ExitCode;

use load_sink::{Behaviour, Sink, SinkConfig, SinkError, SinkReport, StopHandle};

use crate::args::SinkArgs;
use crate::child::LISTENING;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::{files, say};

/// Serves until it is interrupted, which is its usual end.
pub(crate) fn sink(args: &SinkArgs) -> Result<ExitCode, Failure> {
    let signals = Signals::wait_for()?;
    let sink = Sink::bind(config(args)).map_err(refused)?;
    let log = files::create(&args.out)?;
    let stop = StopHandle::new().map_err(Failure::unable)?;
    let stopper = stop.clone();
    signals.on_stop(move || stopper.stop())?;
    say::result(&format!("{LISTENING}http://{}", sink.local_addr()));
    let report = sink.run(log, &stop).map_err(Failure::unable)?;
    say::note(&summary(&report));
    Ok(ExitCode::SUCCESS)
}

fn config(args: &SinkArgs) -> SinkConfig {
    let behaviour = match (args.delay, args.freeze.zip(args.every)) {
        (Some(delay), _) => Behaviour::Delay(delay),
        (None, Some((length, every))) => Behaviour::Freeze { length, every },
        (None, None) => Behaviour::AtOnce,
    };
    SinkConfig { behaviour, ..SinkConfig::new(args.listen) }
}

/// A behaviour that makes no sense is the user's to change; a port that is taken is not.
fn refused(error: SinkError) -> Failure {
    match error {
        SinkError::Behaviour(_) => Failure::usage(error),
        _ => Failure::unable(error),
    }
}

fn summary(report: &SinkReport) -> String {
    let SinkReport { requests, unanswered, rejected, connections, refused, .. } = report;
    format!(
        "{requests} requests on {connections} connections; {unanswered} unanswered, \
         {rejected} rejected, {refused} connections refused"
    )
}
