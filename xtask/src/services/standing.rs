//! The one DynamoDB Local that stands by for a workspace: written down when it is started, and stopped only while the
//! process is still the one that was started.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde_json::{Value, json};

use super::cache::{Cache, key};
use super::dynamodb::{Jars, MAIN, answers, endpoint};
use crate::say;

/// How long it may take to end once told: 2 s were seen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that was started, as it can be known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Started {
    pid: i32,
    /// Of the kernel's clock: a later process with this id has another.
    start_ticks: u64,
    port: u16,
}

/// Starts it unless it is up; returns its endpoint.
pub(crate) fn up(root: &Path, cache: &Cache, port: Option<u16>) -> Result<String> {
    let files = Files::of(root, cache);
    let _locked = cache.lock(&files.name)?;
    if let Some(found) = files.read().filter(Started::is_alive) {
        if port.is_some_and(|port| port != found.port) {
            bail!("it is up already, on port {}; `cargo xtask services down` stops it", found.port);
        }
        if !answers(found.port) {
            bail!(
                "process {} runs and does not answer on port {}; its log is {}, and \
                 `cargo xtask services down` stops it",
                found.pid,
                found.port,
                files.log.display()
            );
        }
        return Ok(endpoint(found.port));
    }
    let server = Jars::provide(root, cache)?.start_to_stay(port, &files.log)?;
    let pid = i32::try_from(server.process.id()).context("process ids are positive")?;
    let start_ticks = start_ticks(pid).context("DynamoDB Local ended right after its start")?;
    files.write(root, Started { pid, start_ticks, port: server.port })?;
    say::error(&format!(
        "DynamoDB Local is up, on all interfaces of this machine, port {}; log: {}",
        server.port,
        files.log.display()
    ));
    let endpoint = server.endpoint();
    server.process.leave();
    Ok(endpoint)
}

/// Stops what `up` started for this workspace.
pub(crate) fn down(root: &Path, cache: &Cache) -> Result<()> {
    let files = Files::of(root, cache);
    let _locked = cache.lock(&files.name)?;
    let found = files.read();
    match found.filter(Started::is_alive) {
        Some(running) => {
            running.stop()?;
            say::line(&format!("stopped {}", endpoint(running.port)));
        }
        None if found.is_some() => say::line("nothing runs: what was started has ended by itself"),
        None => say::line("nothing runs"),
    }
    files.remove()
}

impl Started {
    /// Whether the process of that id is still the one that was started.
    fn is_alive(&self) -> bool {
        let words = fs::read(format!("/proc/{}/cmdline", self.pid)).unwrap_or_default();
        start_ticks(self.pid) == Some(self.start_ticks) && is_server(&words, self.port)
    }

    /// Through a handle of the process, so that no other one can take its id in between.
    fn stop(self) -> Result<()> {
        let pid = Pid::from_raw(self.pid).context("a process id is not 0")?;
        let process = pidfd_open(pid, PidfdFlags::empty()).context("cannot reach the process")?;
        if !self.is_alive() {
            return Ok(());
        }
        pidfd_send_signal(&process, Signal::TERM).context("cannot signal DynamoDB Local")?;
        let within = Timespec::try_from(PATIENCE).context("the patience is short")?;
        let mut ended = [PollFd::new(&process, PollFlags::IN)];
        if poll(&mut ended, Some(&within)).context("cannot wait for DynamoDB Local")? == 0 {
            pidfd_send_signal(&process, Signal::KILL).context("cannot kill DynamoDB Local")?;
        }
        Ok(())
    }
}

/// When a process started; none if there is none.
fn start_ticks(pid: i32) -> Option<u64> {
    start_ticks_of(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Field 22 of `/proc/PID/stat`. The second, the name, may hold spaces and parentheses.
fn start_ticks_of(stat: &str) -> Option<u64> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(22 - 3)?.parse().ok()
}

/// Whether a command line, words ended by NUL, is that of a server on this port.
fn is_server(command_line: &[u8], port: u16) -> bool {
    let words: Vec<_> = command_line.split(|byte| *byte == 0).collect();
    let port = port.to_string();
    words.contains(&MAIN.as_bytes())
        && words.windows(2).any(|pair| pair == [b"-port", port.as_bytes()])
}

/// Where it is written down: in the cache, under the workspace's path.
struct Files {
    name: String,
    state: PathBuf,
    log: PathBuf,
}

impl Files {
    fn of(root: &Path, cache: &Cache) -> Self {
        let name = format!("up-{}", key(&[root.as_os_str().as_encoded_bytes()]));
        let path = |end: &str| cache.path(&format!("{name}.{end}"));
        Self { state: path("json"), log: path("log"), name }
    }

    /// None if there is no such file, or one that says nothing.
    fn read(&self) -> Option<Started> {
        let state: Value = serde_json::from_slice(&fs::read(&self.state).ok()?).ok()?;
        Some(Started {
            pid: state["pid"].as_i64()?.try_into().ok()?,
            start_ticks: state["start_ticks"].as_u64()?,
            port: state["port"].as_u64()?.try_into().ok()?,
        })
    }

    fn write(&self, root: &Path, started: Started) -> Result<()> {
        let Started { pid, start_ticks, port } = started;
        let workspace = root.display().to_string();
        let text =
            json!({ "workspace": workspace, "pid": pid, "start_ticks": start_ticks, "port": port });
        fs::write(&self.state, text.to_string())
            .with_context(|| format!("cannot write {}", self.state.display()))
    }

    fn remove(&self) -> Result<()> {
        for path in [&self.state, &self.log] {
            if path.exists() {
                let removed = fs::remove_file(path);
                removed.with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_when_it_started() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194304 9 0 0 0 0 0 0 0 20 0 1 0 4242 2 3";
        assert_eq!(start_ticks_of(stat), Some(4242));
        assert_eq!(start_ticks_of("7 (a) S 1"), None);
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(start_ticks(own).is_some());
    }

    #[test]
    fn a_process_is_known_by_its_command_line() {
        let line = format!("java\0-cp\0lib/*\0{MAIN}\0-inMemory\0-port\08000\0");
        assert!(is_server(line.as_bytes(), 8000));
        assert!(!is_server(line.as_bytes(), 800));
        assert!(!is_server(b"java\0-port\08000\0", 8000));
        assert!(!is_server(b"", 8000));
    }

    /// The control: this very test process is alive, and still is not what `up` started.
    #[test]
    fn another_process_of_that_id_is_left_alone() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let start_ticks = start_ticks(pid).unwrap();
        assert!(!Started { pid, start_ticks, port: 8000 }.is_alive());
        Started { pid, start_ticks, port: 8000 }.stop().unwrap();
    }
}
