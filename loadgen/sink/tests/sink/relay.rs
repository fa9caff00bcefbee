//! The relay against plain sockets at both ends: never early, nothing lost, and ends passed on as they are.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use load_sink::{Relay, RelayConfig, RelayReport, SinkError, StopHandle};
use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};

use crate::running::{GET, OK, Running, request};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A relay that runs until it is stopped.
struct Relaying {
    address: SocketAddr,
    stop: StopHandle,
    thread: JoinHandle<RelayReport>,
}

impl Relaying {
    fn to(target: SocketAddr, delay: Duration) -> Self {
        Self::with(RelayConfig::new(ANYWHERE, target, delay))
    }

    fn with(config: RelayConfig) -> Self {
        let relay = Relay::bind(config).unwrap();
        let address = relay.local_addr();
        let stop = StopHandle::new().unwrap();
        let handle = stop.clone();
        let thread = thread::spawn(move || relay.run(&handle).unwrap());
        Self { address, stop, thread }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    fn stop(self) -> RelayReport {
        self.stop.stop();
        self.thread.join().unwrap()
    }
}

/// A relay in front of a server that serves each connection on a thread with `serve`.
fn relay_to(delay: Duration, serve: impl Fn(TcpStream) + Clone + Send + 'static) -> Relaying {
    let listener = TcpListener::bind(ANYWHERE).unwrap();
    let target = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    Relaying::to(target, delay)
}

#[expect(clippy::needless_pass_by_value, reason = "serving ends with the connection")]
fn echo(stream: TcpStream) {
    std::io::copy(&mut &stream, &mut &stream).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
}

fn reset(stream: TcpStream) {
    setsockopt(&stream, sockopt::Linger, &libc::linger { l_onoff: 1, l_linger: 0 }).unwrap();
    drop(stream);
}

fn round_trip(stream: &mut TcpStream) {
    stream.write_all(b"ping").unwrap();
    let mut seen = [0; 4];
    stream.read_exact(&mut seen).unwrap();
    assert_eq!(&seen, b"ping");
}

#[test]
fn a_round_trip_takes_two_delays_more_and_the_first_one_four() {
    for delay in [0, 1, 20].map(Duration::from_millis) {
        let relay = relay_to(delay, echo);
        let begun = Instant::now();
        let mut client = relay.connect();
        round_trip(&mut client);
        assert!(begun.elapsed() >= 4 * delay, "{delay:?}: {:?}", begun.elapsed());
        for _ in 0..5 {
            let begun = Instant::now();
            round_trip(&mut client);
            assert!(begun.elapsed() >= 2 * delay, "{delay:?}: {:?}", begun.elapsed());
        }
        drop(client);
        let report = relay.stop();
        assert_eq!((report.connections, report.bytes_there, report.bytes_back), (1, 24, 24));
    }
}

#[test]
fn a_server_that_speaks_first_is_heard_after_handshake_and_way_back() {
    let delay = Duration::from_millis(10);
    let relay = relay_to(delay, |mut stream| stream.write_all(b"hello").unwrap());
    let begun = Instant::now();
    let mut seen = String::new();
    relay.connect().read_to_string(&mut seen).unwrap();
    assert!(seen == "hello" && begun.elapsed() >= 4 * delay);
    relay.stop();
}

/// Bytes without a short period, so that a lost, doubled or swapped chunk is seen.
fn bytes(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn data_is_intact_whatever_its_chunks() {
    let sent = bytes(3_000_000);
    for delay in [0, 2].map(Duration::from_millis) {
        let relay = relay_to(delay, echo);
        let client = relay.connect();
        let seen = thread::scope(|scope| {
            scope.spawn(|| {
                let (mut left, mut size) = (sent.as_slice(), 1);
                while !left.is_empty() {
                    // From single bytes to more than the relay reads at once.
                    size = size * 7 % 50_021;
                    let (chunk, rest) = left.split_at(size.min(left.len()));
                    (&client).write_all(chunk).unwrap();
                    left = rest;
                }
                client.shutdown(Shutdown::Write).unwrap();
            });
            let mut seen = Vec::new();
            (&client).read_to_end(&mut seen).unwrap();
            seen
        });
        assert!(seen == sent, "{} of {} bytes came back", seen.len(), sent.len());
        let report = relay.stop();
        assert_eq!((report.bytes_there, report.bytes_back), (3_000_000, 3_000_000));
    }
}

#[test]
fn a_thousand_connections_at_once_each_get_their_own_answers() {
    let sink = Running::start();
    let relay = Relaying::to(sink.address, Duration::from_millis(5));
    let mut clients: Vec<_> = (0..1000).map(|_| relay.connect()).collect();
    for round in 0..3 {
        for (number, client) in clients.iter_mut().enumerate() {
            client.write_all(request(&format!("r/{number}/{round}")).as_bytes()).unwrap();
        }
        for client in &mut clients {
            let mut seen = vec![0; OK.len()];
            client.read_exact(&mut seen).unwrap();
            assert_eq!(seen, OK.as_bytes());
        }
    }
    drop(clients);
    assert_eq!(relay.stop().connections, 1000);
    let (report, rows) = sink.stop();
    assert_eq!((report.requests, report.connections), (3000, 1000));
    let mut seen: Vec<String> = rows.into_iter().map(|row| row.arrival).collect();
    let mut sent: Vec<String> =
        (0..3000).map(|index| format!("r/{}/{}", index % 1000, index / 1000)).collect();
    seen.sort_unstable();
    sent.sort_unstable();
    assert_eq!(seen, sent);
}

#[test]
fn a_reader_that_stands_still_stops_the_writer_and_loses_nothing() {
    const TOTAL: usize = 64 << 20;
    let written_bytes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&written_bytes);
    let relay = relay_to(Duration::from_millis(1), move |mut stream| {
        let mut first = [0];
        stream.read_exact(&mut first).unwrap();
        if first == *b"p" {
            stream.write_all(&first).unwrap();
            return echo(stream);
        }
        let piece = vec![b'x'; 64 << 10];
        while counted.load(Ordering::SeqCst) < TOTAL {
            stream.write_all(&piece).unwrap();
            counted.fetch_add(piece.len(), Ordering::SeqCst);
        }
    });
    let mut reader = relay.connect();
    reader.write_all(b"x").unwrap();
    // Round trips beside it pass the time: the relay works on, and the writer has come to a stand
    // when it has written nothing over many of them.
    let mut other = relay.connect();
    let (mut seen, mut quiet) = (0, 0);
    while quiet < 30 || seen == 0 {
        round_trip(&mut other);
        let now = written_bytes.load(Ordering::SeqCst);
        quiet = if now == seen { quiet + 1 } else { 0 };
        seen = now;
    }
    assert!(seen < TOTAL, "all of it went somewhere");
    let mut all = Vec::new();
    reader.read_to_end(&mut all).unwrap();
    assert_eq!(all.len(), TOTAL);
    relay.stop();
}

#[test]
fn a_half_close_is_passed_on_and_the_answer_still_comes() {
    let relay = relay_to(Duration::from_millis(5), |mut stream| {
        let mut asked = Vec::new();
        stream.read_to_end(&mut asked).unwrap();
        write!(stream, "{} bytes", asked.len()).unwrap();
    });
    let mut client = relay.connect();
    client.write_all(&bytes(100_000)).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "100000 bytes");
    relay.stop();
}

#[test]
fn a_reset_is_passed_on_both_ways() {
    let delay = Duration::from_millis(5);
    let relay = relay_to(delay, |mut stream| {
        stream.read_exact(&mut [0]).unwrap();
        reset(stream);
    });
    let mut client = relay.connect();
    client.write_all(b"x").unwrap();
    let error = client.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    relay.stop();

    let listener = TcpListener::bind(ANYWHERE).unwrap();
    let relay = Relaying::to(listener.local_addr().unwrap(), delay);
    let mut client = relay.connect();
    client.write_all(b"x").unwrap();
    let (mut server, _) = listener.accept().unwrap();
    server.read_exact(&mut [0]).unwrap();
    reset(client);
    let error = server.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    relay.stop();
}

#[test]
fn a_client_that_ended_its_stream_and_then_breaks_off_is_found_out() {
    let listener = TcpListener::bind(ANYWHERE).unwrap();
    let relay = Relaying::to(listener.local_addr().unwrap(), Duration::from_millis(2));
    let mut client = relay.connect();
    client.write_all(b"x").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    server.read_to_end(&mut Vec::new()).unwrap();
    reset(client);
    // Nothing is read or written any more, so that only the kernel can tell: first the relay, then here.
    while server.take_error().unwrap().is_none() {
        thread::yield_now();
    }
    relay.stop();
}

#[test]
fn without_a_target_the_client_is_reset_and_it_is_counted() {
    let gone = TcpListener::bind(ANYWHERE).unwrap().local_addr().unwrap();
    let relay = Relaying::to(gone, Duration::from_millis(2));
    let mut client = relay.connect();
    client.write_all(GET.as_bytes()).unwrap();
    let error = client.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let report = relay.stop();
    assert_eq!((report.connections, report.unreachable, report.bytes_there), (1, 1, 0));
}

#[test]
fn connections_beyond_the_limit_are_reset_and_counted() {
    let listener = TcpListener::bind(ANYWHERE).unwrap();
    let config = RelayConfig::new(ANYWHERE, listener.local_addr().unwrap(), Duration::ZERO);
    let relay = Relaying::with(RelayConfig { max_connections: 1, ..config });
    let served = relay.connect();
    let mut one_too_many = relay.connect();
    let error = one_too_many.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    drop(served);
    let report = relay.stop();
    assert_eq!((report.connections, report.refused), (1, 1));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let free = TcpListener::bind(ANYWHERE).unwrap().local_addr().unwrap();
    for config in [
        RelayConfig::new(ANYWHERE, free, Duration::from_secs(61)),
        RelayConfig::new(free, free, Duration::ZERO),
    ] {
        let error = Relay::bind(config).unwrap_err();
        assert!(matches!(error, SinkError::Behaviour(_)), "{error}");
    }
}
