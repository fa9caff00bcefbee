//! What is refused, and that a refusal reaches the client and the report.

use load_sink::{HEADER, Log, Sink, SinkConfig, SinkError};

use crate::running::{GET, OK, Running};

#[test]
fn what_is_not_served_is_answered_with_its_status_and_closed() {
    let sink = Running::start();
    let long = format!("GET / HTTP/1.1\r\nlong: {}\r\n\r\n", "x".repeat(100_000));
    let unfinished = "x".repeat(20_000);
    let cases = [
        (long.as_str(), "431"),
        (unfinished.as_str(), "431"),
        ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "411"),
        ("POST / HTTP/1.1\r\ncontent-length: 1048577\r\n\r\n", "413"),
        ("\x16\x03\x01 not HTTP\r\n\r\n", "400"),
    ];
    for (asked, status) in cases {
        let mut client = sink.connect();
        client.send(format!("{GET}{asked}"));
        client.expect(OK);
        let seen = client.rest();
        assert!(seen.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {seen}");
        assert!(seen.ends_with("content-length: 0\r\nconnection: close\r\n\r\n"), "{seen}");
    }
    let (report, _) = sink.stop();
    assert_eq!((report.requests, report.rejected), (5, 5), "refusals are counted, not logged");
}

#[test]
fn connections_beyond_the_limit_are_closed_and_counted() {
    let config = SinkConfig { max_connections: 2, ..SinkConfig::new(([127, 0, 0, 1], 0).into()) };
    let sink = Running::with(config);
    let mut served = [sink.connect(), sink.connect()];
    for client in &mut served {
        client.send(GET);
        client.expect(OK);
    }
    assert_eq!(sink.connect().rest(), "");
    drop(served);
    // The freed places are used again; until the sink has seen the end of the others it may refuse.
    let mut refused = 1;
    loop {
        let mut client = sink.connect();
        let sent = std::io::Write::write_all(&mut client.0, GET.as_bytes());
        let mut seen = vec![0; OK.len()];
        if sent.is_ok() && std::io::Read::read_exact(&mut client.0, &mut seen).is_ok() {
            break;
        }
        refused += 1;
    }
    let (report, _) = sink.stop();
    assert_eq!((report.connections, report.refused), (3, refused));
}

#[test]
fn an_address_in_use_is_named() {
    let sink = Running::start();
    let error = Sink::bind(SinkConfig::new(sink.address)).unwrap_err();
    assert!(matches!(error, SinkError::Listen { .. }));
    assert!(error.to_string().contains(&sink.address.to_string()), "{error}");
    sink.stop();
}

#[test]
fn a_log_that_cannot_be_begun_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert!(matches!(Log::begin(full), Err(SinkError::Log(_))));
}

/// A disk with room for a header.
#[derive(Debug)]
struct NearlyFull {
    left_bytes: usize,
}

impl std::io::Write for NearlyFull {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.left_bytes);
        self.left_bytes -= taken;
        if taken == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_log_that_cannot_be_written_on_ends_the_sink() {
    let sink = Sink::bind(SinkConfig::new(([127, 0, 0, 1], 0).into())).unwrap();
    let mut client = std::net::TcpStream::connect(sink.local_addr()).unwrap();
    std::io::Write::write_all(&mut client, GET.as_bytes()).unwrap();
    let log = Log::begin(NearlyFull { left_bytes: HEADER.len() + 10 }).unwrap();
    // It is never stopped: it ends by itself when it is idle and its rows find no room.
    let stop = load_sink::StopHandle::new().unwrap();
    assert!(matches!(sink.run(log, &stop), Err(SinkError::Log(_))));
}
