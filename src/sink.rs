//! `hanno sink`: a server that writes down when each request arrived, whoever sent it; or a distant network.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use load_sink::{
    Freeze, Latency, Log, Relay, RelayConfig, RelayReport, Sink, SinkConfig, SinkError, SinkReport,
    StopHandle,
};

use crate::args::SinkArgs;
use crate::child::LISTENING;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::{files, say};

/// Serves until it is interrupted, which is its usual end.
pub(crate) fn sink(args: &SinkArgs) -> Result<ExitCode, Failure> {
    let signals = Signals::wait_for()?;
    if args.until_stdin_ends {
        signals.stop_with_stdin()?;
    }
    let stop = StopHandle::new().map_err(Failure::unable)?;
    let summary = if let Some(url) = &args.forward {
        relay(args, url, &signals, &stop)?
    } else {
        let out = args.out.as_deref().expect("clap asks for --out where there is no --forward");
        log(args, out, &signals, &stop)?
    };
    say::note(&summary);
    Ok(ExitCode::SUCCESS)
}

fn log(
    args: &SinkArgs,
    out: &Path,
    signals: &Signals,
    stop: &StopHandle,
) -> Result<String, Failure> {
    let sink = Sink::bind(config(args)).map_err(refused)?;
    let told = || out.display().to_string();
    let begun = Log::begin(files::create(out)?).inspect_err(|_| remove_empty(out));
    let begun = begun.with_context(told).map_err(Failure::unable)?;
    announce(sink.local_addr(), signals, stop)?;
    let report = sink.run(begun, stop).with_context(told).map_err(Failure::unable)?;
    Ok(requests(&report))
}

fn relay(
    args: &SinkArgs,
    url: &str,
    signals: &Signals,
    stop: &StopHandle,
) -> Result<String, Failure> {
    let target = target(url).map_err(Failure::usage)?;
    let delay = args.delay.unwrap_or_default();
    let relay = Relay::bind(RelayConfig::new(args.listen, target, delay)).map_err(refused)?;
    announce(relay.local_addr(), signals, stop)?;
    Ok(relayed(&relay.run(stop).map_err(Failure::unable)?))
}

/// From here on a signal is the usual end.
fn announce(address: SocketAddr, signals: &Signals, stop: &StopHandle) -> Result<(), Failure> {
    let stop = stop.clone();
    signals.on_stop(move || stop.stop())?;
    say::result(&format!("{LISTENING}http://{address}"));
    Ok(())
}

fn config(args: &SinkArgs) -> SinkConfig {
    let constant = Latency::Constant(args.delay.unwrap_or_default());
    SinkConfig {
        latency: args.latency.unwrap_or(constant),
        seed: args.seed.unwrap_or_default(),
        freeze: args.freeze.zip(args.every).map(|(length, every)| Freeze { length, every }),
        ..SinkConfig::new(args.listen)
    }
}

/// A sink has no list of targets that would allow another machine, so only this one is relayed to.
fn target(url: &str) -> anyhow::Result<SocketAddr> {
    let address = url.strip_prefix("http://").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let address = address.map(|address| address.replacen("localhost:", "127.0.0.1:", 1));
    let address: Option<SocketAddr> = address.and_then(|address| address.parse().ok());
    let address = address.with_context(|| {
        format!("--forward {url}: expected an address such as http://127.0.0.1:8080")
    })?;
    if !address.ip().is_loopback() {
        return Err(anyhow!(
            "--forward {url} is not this machine: a relay forwards to 127.0.0.1, [::1] or localhost only"
        ));
    }
    Ok(address)
}

/// A behaviour that makes no sense is the user's to change; a port that is taken is not.
fn refused(error: SinkError) -> Failure {
    match error {
        SinkError::Behaviour(_) => Failure::usage(error),
        _ => Failure::unable(error),
    }
}

/// Where not even the header could be written, no file is left that could be taken for a log.
fn remove_empty(out: &Path) {
    if std::fs::metadata(out).is_ok_and(|found| found.is_file() && found.len() == 0) {
        std::fs::remove_file(out).ok();
    }
}

fn requests(report: &SinkReport) -> String {
    let SinkReport { requests, unanswered, rejected, connections, refused, .. } = report;
    format!(
        "{requests} requests on {connections} connections; {unanswered} unanswered, \
         {rejected} rejected, {refused} connections refused"
    )
}

fn relayed(report: &RelayReport) -> String {
    let RelayReport { connections, refused, unreachable, bytes_there, bytes_back } = report;
    format!(
        "{connections} connections relayed, {bytes_there} bytes there and {bytes_back} back; \
         {unreachable} did not reach the target, {refused} connections refused"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_relayed_to() {
        for (url, address) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://localhost:1/", "127.0.0.1:1"),
            ("http://[::1]:80", "[::1]:80"),
            ("http://127.9.9.9:80", "127.9.9.9:80"),
        ] {
            assert_eq!(target(url).unwrap().to_string(), address, "{url}");
        }
        for (url, told) in [
            ("http://10.0.0.1:80", "not this machine"),
            ("http://0.0.0.0:80", "not this machine"),
            ("http://[::ffff:127.0.0.1]:80", "not this machine"),
            ("http://example.org:80", "expected an address"),
            ("http://localhost.example.org:80", "expected an address"),
            ("http://127.0.0.1@example.org:80", "expected an address"),
            ("http://127.0.0.1", "expected an address"),
            ("https://127.0.0.1:80", "expected an address"),
            ("127.0.0.1:80", "expected an address"),
            ("http://127.0.0.1:80/path", "expected an address"),
        ] {
            let error = target(url).unwrap_err().to_string();
            assert!(error.contains(told) && error.contains(url), "{url}: {error}");
        }
    }
}
