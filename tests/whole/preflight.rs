//! The way to the target before the run: never less than what a relay on it is known to add, and told where the time
//! of requests is on the way.

use std::path::Path;
use std::process::Command;

use super::support::{
    Running, Server, Target, codes, directory, hanno, output, run_json, scenario, stdout, tool,
};

/// What each byte is held, each way.
const DELAY_US: u64 = 75_000;

/// A bundled service, a relay before it, and a run of some requests over both.
#[test]
fn a_relay_is_seen_before_the_run_and_named_as_the_cause() {
    let folder = directory();
    let data = folder.path().join("data");
    let service = Server::start(
        hanno().args(["serve", "--listen", "127.0.0.1:0", "--store", "redb", "--data"]).arg(&data),
    );
    let mut relay = Running::start(hanno().args([
        "sink",
        "--listen",
        "127.0.0.1:0",
        "--delay",
        "75ms",
        "--forward",
        &service.url,
    ]));
    let far = relay.line().strip_prefix("listening ").unwrap().to_owned();
    for (name, url, is_far) in [("far", &far, true), ("near", &service.url, false)] {
        // Nobody is let in without a token, which the server says in no time and with its own time.
        let path = scenario(folder.path(), url, "60/s", "2s");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("timeout", "expect = { status = [401, 404] }\ntimeout");
        std::fs::write(&path, text.replace("/thing", "/v1/rooms/1/messages")).unwrap();
        let record = folder.path().join(name);
        let ran = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
        let run = run_json(&record);
        assert_eq!(run["counts"]["completed"], 120, "{}", stdout(&ran));
        let way = &run["preflight"][0];
        assert_eq!(way["base"], **url);
        assert_eq!(way["endpoints"].to_string(), r#"["read","write","admin"]"#);
        let least = way["round_trip_us"]["min"].as_u64().unwrap();
        assert!(!is_far || least >= 2 * DELAY_US, "{way}");
        // The kernel accepts for the relay, so a connection alone is near.
        assert_eq!(way["connect_us"]["count"], 6);
        assert!(stdout(&ran).contains("round trip"), "{}", stdout(&ran));
        let page = std::fs::read_to_string(record.join("report.html")).unwrap();
        assert!(page.contains("<section id=\"preflight\""));

        let found = run["findings"].as_array().unwrap();
        let found = found.iter().find(|finding| finding["code"] == "PATH_DOMINATES");
        assert!(!is_far || found.is_some(), "{:?}", codes(&run));
        if let Some(finding) = found.filter(|_| is_far) {
            let round_trip_us = finding["numbers"]["round_trip_us"].as_f64().unwrap();
            assert!(round_trip_us >= 150_000.0, "{finding}");
            assert!(finding["numbers"]["path_mean_us"].as_f64().unwrap() >= 150_000.0);
            assert!(finding["numbers"]["connect_us"].is_number());
        }
    }
    relay.signal(nix::sys::signal::Signal::SIGTERM);
    relay.end();
}

#[test]
fn a_target_that_never_closes_is_measured_without_a_round_trip() {
    let folder = directory();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // The kernel accepts, and nobody reads: connections stand, and requests wait until their time-out.
    let path = scenario(folder.path(), &url, "5/s", "1s");
    let record = folder.path().join("record");
    output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    let run = run_json(&record);
    assert_eq!(run["counts"]["timed_out"], 5, "{}", run["counts"]);
    assert!(
        run["preflight"][0]["round_trip_us"].is_null()
            && !run["preflight"][0]["connect_us"].is_null()
    );
}

/// By another program's TLS, and a certificate that nothing but this test trusts.
#[test]
fn a_handshake_is_timed_where_there_is_one_that_is_trusted() {
    let folder = directory();
    let foreign = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let certificate = foreign.join("localhost.pem");
    let mut server = Running::start(
        Command::new(tool("HANNO_TEST_PYTHON")).arg(foreign.join("serve_tls.py")).arg(&certificate),
    );
    let url = format!("https://localhost:{}/x", server.line());
    for trusted in [true, false] {
        let record = folder.path().join(format!("trusted-{trusted}"));
        let mut command = hanno();
        command.args(["run", &url, "--rate", "20/s", "--duration", "1s", "--out"]).arg(&record);
        if trusted {
            command.env("SSL_CERT_FILE", &certificate);
        }
        output(&mut command);
        let run = run_json(&record);
        let (completed, way) = (&run["counts"]["completed"], &run["preflight"][0]);
        assert_eq!(completed, if trusted { 20 } else { 0 }, "{}", run["errors"]);
        assert_eq!(way["tls_us"].is_object(), trusted, "{way}");
        assert!(!trusted || way["tls_us"]["min"].as_u64() > way["connect_us"]["min"].as_u64());
    }
    server.signal(nix::sys::signal::Signal::SIGTERM);
    server.end();
}

#[test]
fn an_older_record_without_it_is_still_read() {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "20/s", "1s");
    let record = folder.path().join("record");
    output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    let mut run = run_json(&record);
    for name in ["preflight", "scraped"] {
        run.as_object_mut().unwrap().remove(name).unwrap();
    }
    std::fs::write(record.join("run.json"), run.to_string()).unwrap();
    assert!(output(hanno().arg("report").arg(&record)).status.success());
    let page = std::fs::read_to_string(record.join("report.html")).unwrap();
    assert!(page.contains("The way was not measured."));
}
