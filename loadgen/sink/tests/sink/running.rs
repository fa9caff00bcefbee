//! A sink on a thread, a client that knows only bytes, and the log read back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use load_sink::{HEADER, Latency, Log, Sink, SinkConfig, SinkReport, StopHandle};

/// Every request is answered with this where nothing else is asked for.
pub(crate) const OK: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

/// A request without anything optional.
pub(crate) const GET: &str = "GET / HTTP/1.1\r\nhost: sink\r\n\r\n";

/// A sink that runs until it is stopped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) origin_unix_ns: u64,
    stop: StopHandle,
    thread: JoinHandle<(SinkReport, Vec<u8>)>,
}

/// On a free port, replying at once.
pub(crate) fn config() -> SinkConfig {
    SinkConfig::new(([127, 0, 0, 1], 0).into())
}

/// A line of the log.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) arrived_ns: u64,
    pub(crate) replied_ns: Option<u64>,
    pub(crate) connection: u64,
    pub(crate) arrival: String,
}

impl Running {
    /// One that replies at once.
    pub(crate) fn start() -> Self {
        Self::with(config())
    }

    /// One whose replies are held this long.
    pub(crate) fn delayed(delay: Duration) -> Self {
        Self::with(SinkConfig { latency: Latency::Constant(delay), ..config() })
    }

    pub(crate) fn with(config: SinkConfig) -> Self {
        let sink = Sink::bind(config).unwrap();
        let (address, origin_unix_ns) = (sink.local_addr(), sink.origin_unix_ns());
        let stop = StopHandle::new().unwrap();
        let handle = stop.clone();
        let thread = thread::spawn(move || {
            let mut log = Vec::new();
            let report = sink.run(Log::begin(&mut log).unwrap(), &handle).unwrap();
            (report, log)
        });
        Self { address, origin_unix_ns, stop, thread }
    }

    pub(crate) fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).unwrap())
    }

    /// Stops it and reads its log.
    pub(crate) fn stop(self) -> (SinkReport, Vec<Row>) {
        self.stop.stop();
        let (report, log) = self.thread.join().unwrap();
        let text = String::from_utf8(log).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(HEADER));
        let rows: Vec<Row> = lines.map(row).collect();
        assert_eq!(report.requests, rows.len() as u64, "a line for each request");
        let unanswered = rows.iter().filter(|row| row.replied_ns.is_none()).count();
        assert_eq!(report.unanswered, unanswered as u64);
        (report, rows)
    }
}

fn row(line: &str) -> Row {
    let fields: Vec<&str> = line.split(',').collect();
    let [arrived, replied, connection, arrival] = fields[..] else { panic!("{line}") };
    Row {
        arrived_ns: arrived.parse().unwrap(),
        replied_ns: (!replied.is_empty()).then(|| replied.parse().unwrap()),
        connection: connection.parse().unwrap(),
        arrival: arrival.to_owned(),
    }
}

/// A client.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) fn send(&mut self, text: impl AsRef<[u8]>) {
        self.0.write_all(text.as_ref()).unwrap();
    }

    /// Waits for exactly this text.
    pub(crate) fn expect(&mut self, text: &str) {
        let mut seen = vec![0; text.len()];
        self.0.read_exact(&mut seen).unwrap();
        assert_eq!(String::from_utf8_lossy(&seen), text);
    }

    /// Everything up to the end of the connection.
    pub(crate) fn rest(&mut self) -> String {
        let mut seen = Vec::new();
        self.0.read_to_end(&mut seen).unwrap();
        String::from_utf8(seen).unwrap()
    }
}

/// A request that says whose arrival it is.
pub(crate) fn request(arrival: &str) -> String {
    format!("GET /x HTTP/1.1\r\nhost: sink\r\nhanno-arrival: {arrival}\r\n\r\n")
}

/// The clock that stamps are made with.
pub(crate) fn unix_ns() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos()).unwrap()
}
