//! The bundled service far away: a relay between it and the load, as a child process of the run.

use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use crate::child::Child;

/// A relay before a service.
#[derive(Debug)]
pub(crate) struct Distance {
    pub(crate) child: Child,
    /// As a flag says it.
    pub(crate) text: String,
}

impl Distance {
    /// Relays to this address, and holds each byte so long, each way.
    pub(crate) fn to(url: &str, delay: Duration) -> anyhow::Result<Self> {
        let text = humantime::format_duration(delay).to_string().replace(' ', "");
        let mut command = Command::new(std::env::current_exe().context("where is hanno?")?);
        command.args(["sink", "--listen", "127.0.0.1:0", "--forward", url, "--delay", &text]);
        command.arg("--until-stdin-ends");
        let child = Child::start(command).context("no relay stands before the service")?;
        Ok(Self { child, text })
    }
}
