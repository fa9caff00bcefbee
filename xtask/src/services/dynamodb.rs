//! DynamoDB Local as a process: how it is started, and when it is ready.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::cache::Cache;
use super::maven;
use crate::child::Guarded;

/// Its main class, by which its process is known.
pub(crate) const MAIN: &str = "software.amazon.dynamodb.services.local.main.ServerRunner";

/// How long it may take to answer: 4 s were seen on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long one look at it may take.
const LOOK: Duration = Duration::from_secs(2);

/// How often a starting server is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// What of its log is shown when it does not start.
const LOG_LINES_MAX: usize = 30;

/// Its files, verified.
pub(crate) struct Jars(PathBuf);

/// A server that answers; killed when this is dropped.
pub(crate) struct Server {
    pub(crate) process: Guarded,
    pub(crate) port: u16,
}

impl Server {
    /// Where it is asked.
    pub(crate) fn endpoint(&self) -> String {
        endpoint(self.port)
    }
}

/// Where a server on this port is asked.
pub(crate) fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

impl Jars {
    /// Fetches them unless they are there.
    pub(crate) fn provide(root: &Path, cache: &Cache) -> Result<Self> {
        maven::provide(root, cache, "dynamodb").map(Self)
    }

    /// A server that ends with this process, however this process ends: the kernel tells it.
    pub(crate) fn start_for_us(&self, cache: &Cache) -> Result<Server> {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "java"]);
        let log = cache.path(&format!("dynamodb-of-{}.log", std::process::id()));
        let server = self.start(command, free_port()?, &log);
        // What it says was needed only if it did not start, and is in the error then.
        fs::remove_file(&log).ok();
        server
    }

    /// A server that stays when this process ends; a signal from the terminal does not reach it.
    pub(crate) fn start_to_stay(&self, port: Option<u16>, log: &Path) -> Result<Server> {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new("java");
        command.process_group(0);
        let port = match port {
            Some(port) if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_err() => {
                bail!("port {port} is taken; leave out --port to have a free one")
            }
            Some(port) => port,
            None => free_port()?,
        };
        self.start(command, port, log)
    }

    fn start(&self, mut java: Command, port: u16, log: &Path) -> Result<Server> {
        let lib = self.0.display();
        java.arg("-Xmx512m").arg(format!("-Djava.library.path={lib}"));
        java.arg("-cp").arg(format!("{lib}/*")).arg(MAIN);
        java.args(["-inMemory", "-sharedDb", "-disableTelemetry", "-port"]).arg(port.to_string());
        let open = File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
        let (output, errors) = open.with_context(|| format!("cannot write {}", log.display()))?;
        java.stdin(Stdio::null()).stdout(output).stderr(errors);
        let mut process = Guarded::spawn(&mut java, "DynamoDB Local")?;
        wait_until_ready(&mut process, port).with_context(|| last_lines(log))?;
        Ok(Server { process, port })
    }
}

/// A port that nobody holds at this moment, on any interface.
fn free_port() -> Result<u16> {
    let bound =
        TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| socket.local_addr());
    Ok(bound.context("no port is free")?.port())
}

fn wait_until_ready(process: &mut Guarded, port: u16) -> Result<()> {
    let begun = Instant::now();
    while !answers(port) {
        if let Some(status) = process.ended()? {
            bail!("DynamoDB Local ended with {status} before it was ready");
        }
        if begun.elapsed() > PATIENCE {
            bail!("DynamoDB Local was not ready within {} s", PATIENCE.as_secs());
        }
        thread::sleep(GLANCE);
    }
    Ok(())
}

/// Whether it answers as it answers a request without a signature: 400.
pub(crate) fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<[u8; 12]> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, LOOK)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(start)
    };
    ask().is_ok_and(|start| start == *b"HTTP/1.1 400")
}

/// What the server said, for the error that it did not start.
fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LOG_LINES_MAX)..];
    format!("DynamoDB Local did not start; its log ends with:\n{}\n", last.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answering(reply: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 64];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(reply.as_bytes()).unwrap();
        });
        port
    }

    #[test]
    fn only_its_own_refusal_is_an_answer() {
        assert!(answers(answering("HTTP/1.1 400 Bad Request\r\n\r\n")));
        assert!(!answers(answering("HTTP/1.1 200 OK\r\n\r\n")));
        assert!(!answers(answering("HTTP")));
        assert!(!answers(free_port().unwrap()));
    }

    #[test]
    fn a_log_is_shown_from_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let lines: Vec<String> =
            (0..LOG_LINES_MAX + 5).map(|line| format!("line {line}.")).collect();
        fs::write(&log, lines.join("\n")).unwrap();
        let shown = last_lines(&log);
        assert!(
            shown.contains("line 34.") && shown.contains("line 5.") && !shown.contains("line 4.")
        );
    }
}
