//! A child process that never outlives its owner.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a child may take to say that it is ready, or to end once told: both need milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often an ending child is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// Killed and waited for when dropped.
pub(crate) struct Guarded {
    child: Child,
    name: String,
}

impl Guarded {
    /// Starts it.
    pub(crate) fn spawn(command: &mut Command, name: &str) -> Result<Self> {
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { child, name: name.to_owned() })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The first line of its standard output, which must have been piped. What it writes later is
    /// read and dropped, so that it never blocks.
    pub(crate) fn first_line(&mut self) -> Result<String> {
        let output = self.child.stdout.take().context("its output is not piped")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                // After the first line nobody listens.
                sender.send(line).ok();
            }
        });
        match receiver.recv_timeout(PATIENCE) {
            Ok(line) => line.with_context(|| format!("cannot read what {} says", self.name)),
            Err(_) => bail!("{} said nothing within {} s", self.name, PATIENCE.as_secs()),
        }
    }

    /// Whether it has ended.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("cannot ask for {}", self.name))
    }

    /// Waits for its end, at most so long.
    pub(crate) fn wait(&mut self, at_most: Duration) -> Result<ExitStatus> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if begun.elapsed() > at_most {
                bail!("{} did not end within {} s", self.name, at_most.as_secs());
            }
            thread::sleep(GLANCE);
        }
    }

    /// Asks it to end (SIGTERM) and waits for that.
    pub(crate) fn stop(mut self) -> Result<ExitStatus> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)
            .with_context(|| format!("cannot signal {}", self.name))?;
        self.wait(PATIENCE)
    }

    /// Lets it live on without its owner.
    pub(crate) fn leave(self) {
        std::mem::forget(self);
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Both fail only if it has ended and been waited for already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> Guarded {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        Guarded::spawn(&mut command, "a shell").unwrap()
    }

    #[test]
    fn the_first_line_is_heard_and_the_rest_is_drained() {
        let mut child = shell("echo ready; yes | head -c 1000000; exit 7");
        assert_eq!(child.first_line().unwrap(), "ready");
        assert_eq!(child.wait(PATIENCE).unwrap().code(), Some(7));
    }

    #[test]
    fn silence_is_an_error() {
        assert!(shell("exit 0").first_line().is_err());
    }

    #[test]
    fn a_child_can_be_asked_to_end() {
        let mut child = shell("trap 'exit 3' TERM; echo ready; read x");
        child.first_line().unwrap();
        assert_eq!(child.stop().unwrap().code(), Some(3));
    }

    #[test]
    fn a_dropped_child_is_gone() {
        let mut child = shell("echo ready; cat");
        child.first_line().unwrap();
        let pid = Pid::from_child(&child.child);
        drop(child);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }
}
