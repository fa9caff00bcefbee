//! The log of arrivals: one CSV line for each request, in the order of their replies.

use std::io::{self, BufWriter, Write};

use crate::error::SinkError;
use crate::request::ArrivalTag;

/// The first line of a log. Times are nanoseconds since the Unix epoch; `replied_ns` is empty if no
/// reply was sent; `connection` counts from 0 in the order of acceptance; `arrival` is the request's
/// `hanno-arrival` header, empty without one.
pub const HEADER: &str = "arrived_ns,replied_ns,connection,arrival";

/// About 1500 lines: rarely a system call, and little to lose.
const BUFFER_BYTES: usize = 128 * 1024;

/// One request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) arrived_ns: u64,
    pub(crate) connection: u64,
    pub(crate) arrival: ArrivalTag,
}

/// A log that was begun: its header is written. The sink adds the rows, and counts them.
#[derive(Debug)]
pub struct Log<W: Write> {
    out: BufWriter<W>,
    unflushed: bool,
    answered: u64,
    unanswered: u64,
}

impl<W: Write> Log<W> {
    /// Writes the header, so that nobody who is told of the sink finds a log without it.
    pub fn begin(out: W) -> Result<Self, SinkError> {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
        writeln!(out, "{HEADER}").and_then(|()| out.flush()).map_err(SinkError::Log)?;
        Ok(Self { out, unflushed: false, answered: 0, unanswered: 0 })
    }

    /// A request whose reply was handed to the kernel at `replied_ns`.
    pub(crate) fn answered(&mut self, row: &Row, replied_ns: u64) -> io::Result<()> {
        self.answered += 1;
        self.unflushed = true;
        let Row { arrived_ns, connection, arrival } = row;
        writeln!(self.out, "{arrived_ns},{replied_ns},{connection},{}", arrival.as_str())
    }

    /// A request that arrived and was never answered: its client left, or the sink stopped.
    pub(crate) fn unanswered(&mut self, row: &Row) -> io::Result<()> {
        self.unanswered += 1;
        self.unflushed = true;
        let Row { arrived_ns, connection, arrival } = row;
        writeln!(self.out, "{arrived_ns},,{connection},{}", arrival.as_str())
    }

    /// Whether rows are still in memory.
    pub(crate) fn is_unflushed(&self) -> bool {
        self.unflushed
    }

    /// Hands all rows to the writer.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.unflushed = false;
        self.out.flush()
    }

    /// How many rows were answered and unanswered.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.answered, self.unanswered)
    }
}
