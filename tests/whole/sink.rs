//! `hanno sink` as a user runs it: its latencies computed again, its ends, a full disk, and the relay.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::support::{Running, Server, directory, hanno, output, request, stderr, stdout, tool};

fn sink(arguments: &[&str]) -> Command {
    let mut command = hanno();
    command.args(["sink", "--listen", "127.0.0.1:0"]).args(arguments);
    command
}

/// The program in the guide, as it is printed there.
#[test]
fn the_documented_program_computes_every_latency_of_a_log() {
    let folder = directory();
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides/sink.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let program = guide.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let (path, log) = (folder.path().join("latencies.py"), folder.path().join("log.csv"));
    std::fs::write(&path, program).unwrap();
    let flags = ["--latency", "lognormal:2ms,0.5", "--seed", "7", "--out"];
    let server = Server::start(sink(&flags).arg(&log));
    for seq in 0..20 {
        let header = format!("hanno-arrival: run/{seq}/0\r\n");
        request(server.address(), "GET", "/", if seq % 4 == 0 { "" } else { &header }, "");
    }
    assert!(server.stop().success());
    let python = output(
        Command::new(tool("HANNO_TEST_PYTHON")).arg(&path).arg(&log).args(["7", "2", "0.5"]),
    );
    let computed = stdout(&python);
    assert_eq!(computed.lines().count(), 20, "{computed}{}", stderr(&python));
    let mut programmed = Vec::new();
    for line in computed.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [name, latency_ns, held_ns] = fields[..] else { panic!("{line}") };
        assert!(name.starts_with("run/") || name.starts_with('#'), "{line}");
        let (latency_ns, held_ns): (u64, u64) =
            (latency_ns.parse().unwrap(), held_ns.parse().unwrap());
        assert!(held_ns >= latency_ns, "{line}");
        programmed.push(latency_ns);
    }
    // Another seed or another rule would be early somewhere: the latencies are spread.
    programmed.sort_unstable();
    assert!(programmed[0] < 2_000_000 && programmed[19] > 3_000_000, "{programmed:?}");
}

#[test]
fn either_signal_ends_it_with_a_whole_log() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let folder = directory();
        let log = folder.path().join("log.csv");
        let mut running = Running::start(sink(&["--delay", "60s", "--out"]).arg(&log));
        let address = running.line().strip_prefix("listening http://").unwrap().to_owned();
        let mut waiting = TcpStream::connect(&address).unwrap();
        waiting.write_all(b"GET / HTTP/1.1\r\nhanno-arrival: late/0/0\r\n\r\n").unwrap();
        // A refusal does not wait, so its end shows that what came before was read.
        let mut other = TcpStream::connect(&address).unwrap();
        other.write_all(b"nonsense\r\n\r\n").unwrap();
        other.read_to_end(&mut Vec::new()).unwrap();
        running.signal(signal);
        let (status, said) = running.end();
        assert!(status.success() && said.contains("1 requests on 2 connections"), "{said}");
        let text = std::fs::read_to_string(&log).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[0], "arrived_ns,replied_ns,connection,arrival");
        assert!(lines[1].ends_with(",,0,late/0/0") && text.ends_with('\n'), "{text}");
    }
}

/// In a mount namespace of its own, on a file system that holds one page: some seventy lines. The client
/// asks until it gets no answer; then not even the header of a second log finds room.
#[test]
fn a_full_disk_ends_it_and_its_clients_do_not_wait() {
    let folder = directory();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let script = r#"
        mount -t tmpfs -o size=4k none "$DISK" || exit 99
        "$HANNO" sink --listen 127.0.0.1:0 --out "$DISK/log.csv"
        code=$?
        cat "$DISK/log.csv" > "$COPY"
        head -c 8192 /dev/zero > "$DISK/filler" 2>/dev/null
        "$HANNO" sink --listen 127.0.0.1:0 --out "$DISK/second.csv" > "$COPY.second"
        [ $? = $code ] || exit 97
        [ -e "$DISK/second.csv" ] && exit 98
        exit $code"#;
    let copy = folder.path().join("copy.csv");
    let mut running = Running::start(
        Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
            .env("HANNO", env!("CARGO_BIN_EXE_hanno"))
            .env("DISK", &disk)
            .env("COPY", &copy),
    );
    let address = running.line().strip_prefix("listening http://").unwrap().to_owned();
    let mut client = TcpStream::connect(address).unwrap();
    let asked = b"GET / HTTP/1.1\r\nhanno-arrival: full/0/0\r\n\r\n".repeat(10);
    let mut seen = vec![0; 64 << 10];
    while client.write_all(&asked).is_ok() && client.read(&mut seen).is_ok_and(|bytes| bytes > 0) {}
    let (status, said) = running.end();
    assert_eq!(status.code(), Some(5), "{said}");
    let told = "log.csv: cannot write the log of arrivals: No space left on device";
    assert!(said.contains(told), "{said}");
    assert!(said.contains("second.csv: cannot write the log of arrivals"), "{said}");
    let text = std::fs::read_to_string(copy).unwrap();
    assert!(text.starts_with("arrived_ns,replied_ns,connection,arrival\n"), "{text}");
}

#[test]
fn a_relay_adds_twice_its_delay_and_says_what_it_did() {
    let folder = directory();
    let log = folder.path().join("log.csv");
    let target = Server::start(sink(&["--out"]).arg(&log));
    let mut relay = Running::start(&mut sink(&["--forward", &target.url, "--delay", "20ms"]));
    let address = relay.line().strip_prefix("listening http://").unwrap().to_owned();
    let begun = Instant::now();
    assert_eq!(request(&address, "GET", "/", "hanno-arrival: far/0/0\r\n", "").0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(80), "connecting, asking, answering");
    relay.signal(Signal::SIGTERM);
    let (status, said) = relay.end();
    assert!(status.success() && said.contains("1 connections relayed"), "{said}");
    assert!(target.stop().success());
    assert!(std::fs::read_to_string(log).unwrap().contains("far/0/0"));
}

#[test]
fn what_it_cannot_be_is_exit_2_and_leaves_nothing() {
    let folder = directory();
    let log = folder.path().join("log.csv");
    let out = log.to_str().unwrap();
    let forward = ["--forward", "http://127.0.0.1:1"];
    let cases: [(&[&str], &str); 11] = [
        (&["--out", out, "--latency", "fast"], "lognormal:20ms,1.0"),
        (&["--out", out, "--latency", "constant:61s"], "at most 60 s"),
        (&["--out", out, "--delay", "61s"], "at most 60 s"),
        (&["--out", out, "--delay", "1ms", "--latency", "constant:1ms"], "--latency"),
        (&["--out", out, "--seed", "1"], "--latency"),
        (&["--out", out, "--freeze", "2s", "--every", "1s"], "shorter than its period"),
        (&[], "--out"),
        (&forward, "--delay"),
        (&["--forward", "http://10.0.0.1:80", "--delay", "1ms"], "not this machine"),
        (&["--forward", "http://127.0.0.1:1", "--delay", "61s"], "at most 60 s"),
        (&["--forward", "http://127.0.0.1:1", "--delay", "1ms", "--out", out], "--out"),
    ];
    for (arguments, told) in cases {
        let refused = output(&mut sink(arguments));
        let said = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
        assert!(!log.exists(), "{arguments:?}");
    }
}
