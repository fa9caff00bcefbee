//! Runs the binary, and a target whose behaviour the test decides.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// The binary under test, without the environment's opinions.
pub(crate) fn hanno() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hanno"));
    for variable in
        ["SEED", "SCALE", "TARGET", "TARGETS", "STORE", "DATA", "CREDENTIALS", "DISTANCE"]
    {
        command.env_remove(format!("HANNO_{variable}"));
    }
    command.env("NO_COLOR", "1");
    command
}

/// Where a foreign program is that a test cannot do without: no test is skipped for want of one.
#[track_caller]
pub(crate) fn tool(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.unwrap_or_else(|| {
        panic!(
            "{variable} is not set: `cargo xtask test` sets it, and so does \
             `eval \"$(cargo xtask services up --env)\"` in a shell"
        )
    })
}

/// A directory that is gone after the test.
pub(crate) fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Writes a scenario of one even stream with one GET step against a URL.
pub(crate) fn scenario(folder: &Path, target: &str, rate: &str, duration: &str) -> PathBuf {
    let text = format!(
        r#"schema = 1
name = "whole"
seed = 3
target = "{target}"
drain = "2s"
[[stream]]
name = "reads"
journeys = {{ read = 1 }}
users = 50
[[stream.phase]]
name = "hold"
rate = "{rate}"
duration = "{duration}"
[journey.read]
[[journey.read.step]]
name = "GET thing"
request = {{ path = "/thing" }}
timeout = "1s"
[objectives]
"GET thing" = ["p99 <= 500ms", "errors <= 1%"]
"#
    );
    let path = folder.join("scenario.toml");
    std::fs::write(&path, text).unwrap();
    path
}

pub(crate) fn run_json(record: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(record.join("run.json")).unwrap()).unwrap()
}

/// Every planned arrival has exactly one outcome, in all and in each stream.
#[track_caller]
pub(crate) fn assert_conserved(run: &Value) {
    let streams =
        run["streams"].as_array().unwrap().iter().flat_map(|s| [&s["counts"], &s["measured"]]);
    for counts in std::iter::once(&run["counts"]).chain(streams) {
        let outcomes =
            ["completed", "failed", "timed_out", "dropped", "abandoned", "unreleased", "lost"];
        let sum: u64 = outcomes.iter().map(|name| counts[name].as_u64().unwrap()).sum();
        assert_eq!(counts["planned"].as_u64().unwrap(), sum, "{counts}");
    }
}

/// On a noisy machine any run may be INVALID: what must hold is that exit code, verdict and findings agree.
#[track_caller]
pub(crate) fn assert_code_is_the_verdicts(run: &Value, code: Option<i32>) {
    let expected = match run["verdict"].as_str().unwrap() {
        "PASS" => 0,
        "FAIL" => 1,
        "INVALID" => 3,
        "INCONCLUSIVE" => 4,
        other => panic!("verdict {other}"),
    };
    assert_eq!(code, Some(expected), "{}", run["findings"]);
    let gravest = run["findings"][0]["severity"].as_str().unwrap_or("none");
    assert_eq!(expected == 3, gravest == "invalid", "{}", run["findings"]);
}

pub(crate) fn codes(run: &Value) -> Vec<String> {
    let findings = run["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// What goes before the end of a reply's head, from the number of its request, from 1 on.
pub(crate) type Fields = fn(u64) -> String;

/// No run here needs as long to send what is waited for, however busy the machine.
const NTH_MAX: Duration = Duration::from_mins(1);

/// A target that answers every request with `{}`, tells when the N-th came, and can die.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) requests: Arc<AtomicU64>,
    nth: Receiver<()>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
    dead: Arc<std::sync::atomic::AtomicBool>,
    address: std::net::SocketAddr,
}

impl Target {
    pub(crate) fn start(n: u64) -> Self {
        Self::with_fields(n, |_| String::new())
    }

    /// One whose replies have further header fields, each with its line end.
    pub(crate) fn with_fields(n: u64, fields: Fields) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, nth) = channel();
        let requests = Arc::new(AtomicU64::new(0));
        let connections = Arc::new(Mutex::new(Vec::new()));
        let dead = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (counted, kept, ended) =
            (Arc::clone(&requests), Arc::clone(&connections), Arc::clone(&dead));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                kept.lock().unwrap().push(stream.try_clone().unwrap());
                let (counted, sender) = (Arc::clone(&counted), sender.clone());
                std::thread::spawn(move || answer(stream, &counted, (n, &sender), fields));
            }
        });
        Self { url: format!("http://{address}"), requests, nth, connections, dead, address }
    }

    /// Waits until the N-th request has come. A run that ends before it fails the test and does not hang it.
    pub(crate) fn wait_for_nth(&self) {
        self.nth.recv_timeout(NTH_MAX).expect("the run sends as many requests");
    }

    /// Closes the listener and every connection.
    pub(crate) fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it ends and its port is closed.
        drop(TcpStream::connect(self.address));
        for connection in self.connections.lock().unwrap().drain(..) {
            connection.shutdown(std::net::Shutdown::Both).ok();
        }
    }
}

fn answer(stream: TcpStream, counted: &AtomicU64, (n, nth): (u64, &Sender<()>), fields: Fields) {
    let mut writer = stream.try_clone().unwrap();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if line.is_empty() {
            let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
            if number == n {
                nth.send(()).ok();
            }
            let reply =
                format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n{}\r\n{{}}", fields(number));
            if writer.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
    }
    // Another handle of it is kept, so that leaving closes nothing.
    writer.shutdown(std::net::Shutdown::Both).ok();
}

/// A running command whose standard error is read line by line.
pub(crate) struct Running {
    pub(crate) child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stderr, stdout }
    }

    /// The next line of standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Reads standard error until a line has this in it.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "ended before `{text}`");
        }
    }

    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        nix::sys::signal::kill(pid, signal).unwrap();
    }

    /// The exit status, and what standard error said until **everyone** who holds it has gone: children of
    /// the command inherit it, so this does not return while one is left behind.
    pub(crate) fn end(mut self) -> (std::process::ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut text = String::new();
        self.stderr.read_to_string(&mut text).unwrap();
        (status, text)
    }
}

/// A server of Hanno's own (`sink` or `serve`) on a free port, stopped at the end of the test.
pub(crate) struct Server {
    running: Option<Running>,
    pub(crate) url: String,
    /// Where it tells of itself, if it was told to.
    pub(crate) admin: Option<String>,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut running = Running::start(command);
        let mut line = running.line();
        let admin = line.strip_prefix("admin ").map(str::to_owned);
        if admin.is_some() {
            line = running.line();
        }
        let url = line.strip_prefix("listening ").unwrap_or_else(|| {
            let (status, text) = running_end(running.child.wait().unwrap(), &mut running.stderr);
            panic!("{status}: {text}")
        });
        Self { url: url.to_owned(), admin, running: Some(running) }
    }

    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        let running = self.running.take().unwrap();
        running.signal(nix::sys::signal::Signal::SIGTERM);
        running.end().0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.child.kill().ok();
            running.child.wait().ok();
        }
    }
}

fn running_end(
    status: std::process::ExitStatus,
    stderr: &mut impl Read,
) -> (std::process::ExitStatus, String) {
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    (status, text)
}

/// One HTTP request by hand: status and body.
pub(crate) fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let status = reply.split(' ').nth(1).unwrap().parse().unwrap();
    (status, reply.split_once("\r\n\r\n").unwrap().1.to_owned())
}
