//! The binary under measurement, called as a user calls it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::child::Guarded;

/// Beyond what a run sends: start, drain, record and report.
const MARGIN: Duration = Duration::from_mins(2);

/// No scenario that comes along and is run here sends for longer.
const LONGEST: Duration = Duration::from_mins(5);

/// How often a verb that is watched is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// A `hanno` binary, as it is started.
#[derive(Clone)]
pub(crate) struct Hanno {
    binary: PathBuf,
    /// A program and its arguments that start another with limits, such as `prlimit --nofile=100`.
    within: Vec<String>,
}

/// A sink in a process of its own.
pub(crate) struct Sink {
    /// Where it listens, `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    process: Guarded,
    log: PathBuf,
}

/// A relay in a process of its own.
pub(crate) struct Relay {
    url: String,
    process: Guarded,
}

/// What a verb took from its start to its end, as it is seen from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) seconds: f64,
    /// The most memory that it ever had.
    pub(crate) peak_kib: u64,
}

impl Hanno {
    /// The binary at a path, relative to where the task was called or absolute.
    pub(crate) fn at(binary: &Path) -> Result<Self> {
        let full = binary.canonicalize();
        let binary = full.with_context(|| format!("there is no {}", binary.display()))?;
        Ok(Self { binary, within: Vec::new() })
    }

    /// The same, started by this program.
    pub(crate) fn within(&self, program: &[String]) -> Self {
        Self { within: program.to_owned(), ..self.clone() }
    }

    fn command(&self) -> Command {
        let mut words = self.within.iter().map(OsStr::new).chain([self.binary.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or(self.binary.as_os_str()));
        command.args(words).stdin(Stdio::null());
        command
    }

    /// Starts `hanno sink` and waits until it listens.
    pub(crate) fn sink(&self, log: &Path, behaviour: &[&str]) -> Result<Sink> {
        let mut command = self.command();
        command.args(["sink", "--listen", "127.0.0.1:0", "--out"]).arg(log).args(behaviour);
        let (process, url) = listening(command)?;
        Ok(Sink { url, process, log: log.to_owned() })
    }

    /// Starts a relay to this address and waits until it listens.
    pub(crate) fn relay(&self, target: &str, delay: &str) -> Result<Relay> {
        let mut command = self.command();
        command.args(["sink", "--listen", "127.0.0.1:0", "--forward", target, "--delay", delay]);
        let (process, url) = listening(command)?;
        Ok(Relay { url, process })
    }

    /// Runs one of the scenarios that come along, as a reader does.
    pub(crate) fn show(&self, scenario: &Path, flags: &[&str], record: &Path) -> Result<Value> {
        let mut command = self.command();
        command.arg("run").arg(scenario).args(flags).arg("--out").arg(record);
        judged(Guarded::spawn(quiet(&mut command), "hanno run")?, LONGEST, record)
    }

    /// Draws a record's pictures and says where they are.
    pub(crate) fn pictures(&self, record: &Path) -> Result<PathBuf> {
        let mut command = self.command();
        command.arg("report").arg(record).args(["--format", "svg"]);
        let status = Guarded::spawn(quiet(&mut command), "hanno report")?.wait(MARGIN)?;
        if !status.success() {
            bail!("hanno report ended with {status}");
        }
        Ok(record.join("report"))
    }

    /// Starts `hanno run`.
    pub(crate) fn start_run(
        &self,
        scenario: &Path,
        target: &str,
        record: &Path,
    ) -> Result<Guarded> {
        let mut command = self.command();
        command.arg("run").arg(scenario).args(["--target", target, "--out"]).arg(record);
        let path = summary_path(record);
        let summary = File::create(&path);
        let summary = summary.with_context(|| format!("cannot write {}", path.display()))?;
        Guarded::spawn(command.stdout(summary), "hanno run")
    }

    /// Runs a scenario to its end and returns its `run.json`.
    pub(crate) fn run(
        &self,
        scenario: &Path,
        target: &str,
        record: &Path,
        seconds: u32,
    ) -> Result<Value> {
        let process = self.start_run(scenario, target, record)?;
        judged(process, Duration::from_secs(seconds.into()), record)
    }

    /// What `hanno audit --json` prints of a log or a record; a class that is not as planned is a result too.
    pub(crate) fn audit(&self, path: &Path, arguments: &[&str]) -> Result<Value> {
        let mut command = self.command();
        command.arg("audit").arg(path).arg("--json").args(arguments);
        let output = command.stderr(Stdio::inherit()).output().context("cannot run hanno audit")?;
        match output.status.code() {
            Some(0 | 1) => {}
            _ => bail!("hanno audit {} ended with {}", path.display(), output.status),
        }
        serde_json::from_slice(&output.stdout).context("hanno audit prints JSON")
    }

    /// Runs a verb to its end, which must be good, and says what it took.
    pub(crate) fn watched(&self, arguments: &[&OsStr], at_most: Duration) -> Result<Taken> {
        let mut command = self.command();
        // What goes wrong is said on standard error.
        command.args(arguments).stdout(Stdio::null());
        let what = arguments.first().map_or_else(String::new, |verb| verb.display().to_string());
        let begun = Instant::now();
        let mut process = Guarded::spawn(&mut command, &format!("hanno {what}"))?;
        let path = format!("/proc/{}/status", process.id());
        let mut peak_kib = 0;
        loop {
            // Between the look and the end the process may go, with its file; its peak only grows.
            let status = fs::read_to_string(&path).ok();
            peak_kib = peak_kib.max(status.as_deref().and_then(peak).unwrap_or(0));
            if let Some(status) = process.ended()? {
                let seconds = begun.elapsed().as_secs_f64();
                if !status.success() {
                    bail!("hanno {what} ended with {status}");
                }
                return Ok(Taken { seconds, peak_kib });
            }
            if begun.elapsed() > at_most {
                bail!("hanno {what} did not end within {} s", at_most.as_secs());
            }
            thread::sleep(GLANCE);
        }
    }

    /// What `hanno schedule FILE --format csv` prints.
    pub(crate) fn schedule(&self, scenario: &Path) -> Result<String> {
        let mut command = self.command();
        command.arg("schedule").arg(scenario).args(["--format", "csv"]);
        let output = command.stderr(Stdio::inherit()).output();
        let output = output.context("cannot run hanno schedule")?;
        if !output.status.success() {
            bail!("hanno schedule ended with {}", output.status);
        }
        String::from_utf8(output.stdout).context("hanno schedule prints UTF-8")
    }
}

impl Sink {
    /// The address alone, `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        address(&self.url)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Stops it and returns its log.
    pub(crate) fn finish(self) -> Result<String> {
        let status = self.process.stop()?;
        if !status.success() {
            bail!("hanno sink ended with {status}");
        }
        let log = fs::read_to_string(&self.log);
        log.with_context(|| format!("cannot read {}", self.log.display()))
    }
}

impl Relay {
    /// The address alone, `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        address(&self.url)
    }

    /// Stops it.
    pub(crate) fn stop(self) -> Result<()> {
        let status = self.process.stop()?;
        if !status.success() {
            bail!("the relay ended with {status}");
        }
        Ok(())
    }
}

/// The `run.json` of a run that sends so long, when it has ended. One that is judged FAIL, INVALID or
/// INCONCLUSIVE still has figures; that verdict is shown beside them.
fn judged(mut run: Guarded, sends: Duration, record: &Path) -> Result<Value> {
    let status = run.wait(sends + MARGIN)?;
    match status.code() {
        Some(0 | 1 | 3 | 4) => read_run(record),
        _ => bail!("hanno run ended with {status}"),
    }
}

/// `VmHWM` of `/proc/PID/status`; none of a process that has just ended.
fn peak(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix(" kB")?.trim().parse().ok()
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdout(Stdio::null()).stderr(Stdio::null())
}

/// Starts a command and waits until it says where it listens.
fn listening(mut command: Command) -> Result<(Guarded, String)> {
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = Guarded::spawn(&mut command, "hanno sink")?;
    let said = process.first_line()?;
    let url = said.strip_prefix("listening ").map(str::trim);
    let url = url.with_context(|| format!("hanno sink said {said:?}"))?.to_owned();
    Ok((process, url))
}

fn address(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches('/')
}

/// Where the summary that a run printed lies: beside its record.
pub(crate) fn summary_path(record: &Path) -> PathBuf {
    record.with_extension("txt")
}

/// The codes of what was found, whatever their severity.
pub(crate) fn codes(run: &Value) -> Vec<&str> {
    let findings = run["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    findings.iter().filter_map(|finding| finding["code"].as_str()).collect()
}

/// The `run.json` of a record.
pub(crate) fn read_run(record: &Path) -> Result<Value> {
    let path = record.join("run.json");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// How Hanno judged its own run, with the codes of what led to it: `INVALID (MACHINE_NOISY)`.
pub(crate) fn verdict(run: &Value) -> String {
    let verdict = run["verdict"].as_str().unwrap_or("none");
    let findings = run["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let grave = findings
        .iter()
        .filter(|found| found["severity"] != "note" && found["severity"] != "warning");
    let codes: Vec<&str> = grave.filter_map(|found| found["code"].as_str()).collect();
    if codes.is_empty() { verdict.to_owned() } else { format!("{verdict} ({})", codes.join(", ")) }
}

/// A number of `run.json`.
pub(crate) fn number(value: &Value, name: &str) -> Result<u64> {
    value.as_u64().with_context(|| format!("run.json has no {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_names_what_led_to_it() {
        let text = r#"{"verdict":"INVALID","findings":[{"code":"A","severity":"invalid"},
            {"code":"B","severity":"warning"},{"code":"C","severity":"fail"}]}"#;
        assert_eq!(verdict(&text.parse().unwrap()), "INVALID (A, C)");
        assert_eq!(verdict(&r#"{"verdict":"PASS","findings":[]}"#.parse().unwrap()), "PASS");
        assert_eq!(verdict(&Value::Null), "none");
    }

    #[test]
    fn a_verb_is_watched_to_its_end_and_a_bad_end_is_an_error() {
        let shell = Hanno::at(Path::new("/bin/sh")).unwrap();
        let run = |script: &str| shell.watched(&["-c", script].map(OsStr::new), MARGIN);
        assert!(run("exit 0").unwrap().seconds > 0.0);
        assert!(run("exit 3").unwrap_err().to_string().contains("hanno -c ended"));
        let own = fs::read_to_string("/proc/self/status").unwrap();
        assert!(peak(&own).unwrap() > 0);
        assert_eq!(peak("Name:\tx\nVmHWM:\t   12340 kB\nVmRSS:\t    40 kB\n"), Some(12_340));
    }
}
