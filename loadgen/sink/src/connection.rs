//! One connection: bytes in, requests cut out of them, replies out in the same order when they are due.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};

use nix::sys::epoll::EpollFlags;

use crate::clock;
use crate::config::{MAX_DRAINED_BYTES, MAX_PENDING};
use crate::log::{Log, Row};
use crate::reply::Reply;
use crate::request::{Head, Refusal, read_head};
use crate::socket::Receiver;
use crate::timetable::Timetable;

/// A client and what is under way for it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) number: u64,
    /// What epoll was asked to report.
    pub(crate) watched: EpollFlags,
    /// Whether a timer is set for the first pending reply.
    pub(crate) alarm_set: bool,
    /// Whether a request was refused; at most one can be, because it is the last.
    pub(crate) refused: bool,
    /// How many requests it has brought that are or will be in the log.
    rows: u64,
    input: Input,
    pending: VecDeque<Pending>,
    output: Vec<u8>,
    written: usize,
    in_output: Vec<Row>,
    stage: Stage,
    peer_done: bool,
}

/// Bytes received and not yet consumed.
#[derive(Debug, Default)]
struct Input {
    bytes: Vec<u8>,
    /// Of `bytes`, known to hold no end of a head.
    scanned: usize,
    /// Stamp of the read that brought the first byte of the request being read.
    begun_ns: u64,
    /// Stamp of the latest read.
    latest_ns: u64,
    /// The request whose body is being read, and what is missing of it.
    body: Option<(Head, usize)>,
}

/// A reply that waits for its time.
#[derive(Debug)]
struct Pending {
    reply: Reply,
    due_ns: u64,
    row: Option<Row>,
}

/// How far the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Requests are read.
    Serving,
    /// No further request is read; the last reply is still to be sent.
    Ending,
    /// The last reply is sent; what the client still sends is thrown away until it closes.
    Draining { bytes_left: usize },
    /// Nothing more can be done for it.
    Over,
}

impl Connection {
    /// The connection accepted as number `number`, counted from 0.
    pub(crate) fn new(stream: TcpStream, number: u64) -> Self {
        Self {
            stream,
            number,
            watched: EpollFlags::EPOLLIN,
            alarm_set: false,
            refused: false,
            rows: 0,
            input: Input::default(),
            pending: VecDeque::new(),
            output: Vec::new(),
            written: 0,
            in_output: Vec::new(),
            stage: Stage::Serving,
            peer_done: false,
        }
    }

    /// What epoll should report about it now.
    pub(crate) fn interest(&self) -> EpollFlags {
        let mut flags = EpollFlags::empty();
        flags.set(EpollFlags::EPOLLIN, self.wants_input());
        flags.set(EpollFlags::EPOLLOUT, !self.output.is_empty());
        flags
    }

    /// Whether reading on makes sense; while replies pile up the client is left to wait.
    pub(crate) fn wants_input(&self) -> bool {
        let room = self.pending.len() < MAX_PENDING && self.output.is_empty();
        let open = match self.stage {
            Stage::Serving => room,
            Stage::Draining { .. } => true,
            Stage::Ending | Stage::Over => false,
        };
        open && !self.peer_done
    }

    /// Whether it can be forgotten.
    pub(crate) fn is_over(&self) -> bool {
        let idle = self.pending.is_empty() && self.output.is_empty();
        self.stage == Stage::Over || (self.peer_done && idle)
    }

    /// When the next reply is due on the monotonic clock.
    pub(crate) fn next_due_ns(&self) -> Option<u64> {
        self.pending.front().map(|pending| pending.due_ns)
    }

    /// Takes what one read brings.
    pub(crate) fn receive(&mut self, receiver: &mut Receiver) {
        match receiver.receive(&self.stream) {
            Ok(([], _)) => self.peer_done = true,
            Ok((bytes, stamp_ns)) => match &mut self.stage {
                Stage::Draining { bytes_left } if *bytes_left > bytes.len() => {
                    *bytes_left -= bytes.len();
                }
                Stage::Draining { .. } => self.stage = Stage::Over,
                _ => self.input.append(bytes, stamp_ns),
            },
            Err(error) if is_transient(&error) => {}
            Err(_) => self.stage = Stage::Over,
        }
    }

    /// Cuts requests, sends what is due and logs it, until nothing more can be done now.
    /// Fails only if the log does.
    pub(crate) fn advance<W: Write>(
        &mut self,
        timetable: &Timetable,
        log: &mut Log<W>,
    ) -> io::Result<()> {
        loop {
            self.cut_requests(timetable);
            let released = self.release_due();
            self.send(log)?;
            // Sending makes room for requests that were left in the input.
            if !released || self.stage != Stage::Serving || !self.output.is_empty() {
                return Ok(());
            }
        }
    }

    /// Logs what will never be answered.
    pub(crate) fn abandon<W: Write>(&mut self, log: &mut Log<W>) -> io::Result<()> {
        let pending = self.pending.drain(..).filter_map(|pending| pending.row);
        self.in_output.drain(..).chain(pending).try_for_each(|row| log.unanswered(&row))
    }

    fn cut_requests(&mut self, timetable: &Timetable) {
        while self.stage == Stage::Serving && self.pending.len() < MAX_PENDING {
            let (reply, due_ns, row) = match self.input.next_request() {
                Ok(None) => return,
                Ok(Some((head, arrived_ns))) => {
                    let row = Row { arrived_ns, connection: self.number, arrival: head.arrival };
                    let due_ns = match head.arrival.as_str() {
                        "" => {
                            let name = format_args!("#{}/{}", self.number, self.rows);
                            timetable.due_ns(arrived_ns, name)
                        }
                        name => timetable.due_ns(arrived_ns, name),
                    };
                    self.rows += 1;
                    (Reply::ok(&head), due_ns, Some(row))
                }
                Err(refusal) => {
                    self.refused = true;
                    (Reply::refused(refusal), 0, None)
                }
            };
            if reply.last {
                self.stage = Stage::Ending;
                self.input = Input::default();
            }
            self.pending.push_back(Pending { reply, due_ns, row });
        }
    }

    /// Moves due replies to the output, in order; says whether there was one.
    fn release_due(&mut self) -> bool {
        let mut released = false;
        if self.pending.is_empty() {
            return released;
        }
        let now = clock::monotonic_ns();
        while let Some(pending) = self.pending.pop_front_if(|pending| pending.due_ns <= now) {
            self.output.extend_from_slice(pending.reply.bytes);
            self.in_output.extend(pending.row);
            released = true;
        }
        released
    }

    /// Writes the output in as few calls as the client allows, and logs its rows once it is gone.
    fn send<W: Write>(&mut self, log: &mut Log<W>) -> io::Result<()> {
        while self.written < self.output.len() {
            match (&self.stream).write(&self.output[self.written..]) {
                Ok(bytes) => self.written += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_transient(&error) => return Ok(()),
                Err(_) => {
                    self.stage = Stage::Over;
                    return Ok(());
                }
            }
        }
        if !self.in_output.is_empty() {
            let replied_ns = clock::unix_ns();
            self.in_output.drain(..).try_for_each(|row| log.answered(&row, replied_ns))?;
        }
        self.output.clear();
        self.written = 0;
        if self.stage == Stage::Ending && self.pending.is_empty() {
            let shut = self.stream.shutdown(Shutdown::Write).is_ok();
            let bytes_left = MAX_DRAINED_BYTES;
            self.stage = if shut { Stage::Draining { bytes_left } } else { Stage::Over };
        }
        Ok(())
    }
}

impl Input {
    fn append(&mut self, bytes: &[u8], stamp_ns: u64) {
        if self.bytes.is_empty() && self.body.is_none() {
            self.begun_ns = stamp_ns;
        }
        self.latest_ns = stamp_ns;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole request and the stamp of its first byte.
    fn next_request(&mut self) -> Result<Option<(Head, u64)>, Refusal> {
        if self.body.is_none() {
            let empty_lines = self.bytes.chunks_exact(2).take_while(|two| two == b"\r\n").count();
            self.consume(2 * empty_lines);
            if self.bytes.is_empty() {
                return Ok(None);
            }
            match read_head(&self.bytes, self.scanned)? {
                None => self.scanned = self.bytes.len(),
                Some((head, length)) => {
                    self.consume(length);
                    self.body = Some((head, head.body_bytes));
                }
            }
        }
        let Some((head, missing)) = self.body else { return Ok(None) };
        let now = missing.min(self.bytes.len());
        self.consume(now);
        if now < missing {
            self.body = Some((head, missing - now));
            return Ok(None);
        }
        self.body = None;
        let arrived_ns = self.begun_ns;
        // What is left came with the latest read: before that there was no whole request.
        self.begun_ns = self.latest_ns;
        Ok(Some((head, arrived_ns)))
    }

    fn consume(&mut self, bytes: usize) {
        if bytes > 0 {
            self.bytes.drain(..bytes);
            self.scanned = 0;
        }
    }
}

/// Whether the same call may succeed later.
fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
