//! Child processes: started, waited for until ready, stopped whatever happens to the parent.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child as Process, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, bail};

/// How long a child may be silent before it says that it listens.
const READY_MAX: Duration = Duration::from_secs(20);

/// How often is looked whether it has stopped, and how many times (10 s) before it is killed.
const LOOK_EVERY: Duration = Duration::from_millis(5);
const STOP_LOOKS: u32 = 2_000;

/// What a service prints before the address of livez and metrics, where it has one.
pub(crate) const ADMIN: &str = "admin ";

/// What a child prints before the address once it listens.
pub(crate) const LISTENING: &str = "listening ";

/// A child that serves. It stops when its standard input ends, which happens also when the parent is killed.
#[derive(Debug)]
pub(crate) struct Child {
    process: Process,
    stdin: Option<ChildStdin>,
    /// Where it listens.
    pub(crate) url: String,
    /// Where it tells of itself.
    pub(crate) admin: Option<String>,
}

impl Child {
    /// Starts a command and waits until it prints `listening URL`.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        // A group of its own: Ctrl-C at the terminal is for the parent, which stops its children itself.
        command.process_group(0);
        let mut process = command.spawn().context("cannot start the service")?;
        let stdin = process.stdin.take();
        let mut child = Self { process, stdin, url: String::new(), admin: None };
        child.url = child.wait_until_it_listens()?;
        Ok(child)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Stops it and waits for it.
    pub(crate) fn stop(mut self) -> anyhow::Result<ExitStatus> {
        self.end()
    }

    fn wait_until_it_listens(&mut self) -> anyhow::Result<String> {
        let stdout = self.process.stdout.take().context("the service has no output")?;
        let (sender, lines) = channel();
        // A thread, since a read of a pipe has no time limit; it ends with the child.
        std::thread::Builder::new().name("hanno-child".into()).spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        })?;
        loop {
            match lines.recv_timeout(READY_MAX) {
                Ok(line) => {
                    if let Some(url) = line.strip_prefix(ADMIN) {
                        self.admin = Some(url.to_owned());
                    }
                    if let Some(url) = line.strip_prefix(LISTENING) {
                        return Ok(url.to_owned());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    bail!("the service was not ready in {READY_MAX:?}")
                }
                // It has said why on standard error.
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("the service ended before it was ready")
                }
            }
        }
    }

    fn end(&mut self) -> anyhow::Result<ExitStatus> {
        self.stdin = None;
        for look in 0.. {
            if let Some(status) = self.process.try_wait().context("cannot wait for the service")? {
                return Ok(status);
            }
            if look == STOP_LOOKS {
                self.process.kill().context("cannot stop the service")?;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        bail!("the service does not stop")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!("{error:#}");
        }
    }
}
