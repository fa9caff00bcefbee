//! The witness: the barest sender there can be. One thread sleeps until each due time and writes a
//! ready-made request on the next of some kept connections. What it cannot do on this machine, at this
//! minute, no load generator can, so Hanno is judged by the difference.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::thread::{clock_nanosleep_absolute, set_current_timer_slack};
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Enough that a reply has come long before its connection is used again.
const CONNECTIONS: usize = 64;

/// Between the last preparation and the first due time.
const LEAD_NS: u64 = 200_000_000;

/// How long the last replies may take.
const PATIENCE: Duration = Duration::from_secs(5);

const SECOND_NS: u64 = 1_000_000_000;

/// Of the thread that only wakes up.
const SLEEP_NS: u64 = 10_000_000;

/// Sends a request for each due time (nanoseconds from the start) and returns the Unix time of the
/// start in nanoseconds. Fails if a request could not be written at once.
pub(crate) fn send(address: &str, due_times: &[u64]) -> Result<u64> {
    thread::scope(|scope| {
        let sender = scope.spawn(|| send_on_this_thread(address, due_times));
        sender.join().map_err(|_| anyhow::anyhow!("the witness panicked"))?
    })
}

fn send_on_this_thread(address: &str, due_times: &[u64]) -> Result<u64> {
    // Without this the kernel may wake the thread 50 us late to save power.
    set_current_timer_slack(NonZeroU64::new(1)).context("cannot set the timer slack")?;
    let mut connections = connect(address)?;
    let requests: Vec<String> = (0..due_times.len()).map(|seq| request(address, seq)).collect();
    let start_ns = now_ns(ClockId::Monotonic) + LEAD_NS;
    let start_unix_ns = unix_of(start_ns);
    for (seq, (due_ns, request)) in due_times.iter().zip(&requests).enumerate() {
        let connection = &mut connections[seq % CONNECTIONS];
        drain(connection)?;
        sleep_until(start_ns + due_ns)?;
        let written = connection.write(request.as_bytes());
        if written.with_context(|| format!("cannot send request {seq}"))? != request.len() {
            bail!("request {seq} was cut by a full socket");
        }
    }
    connections.into_iter().try_for_each(hang_up)?;
    Ok(start_unix_ns)
}

fn connect(address: &str) -> Result<Vec<TcpStream>> {
    let open = |_| {
        let connection = TcpStream::connect(address)?;
        connection.set_nodelay(true)?;
        connection.set_nonblocking(true)?;
        Ok(connection)
    };
    let connections: std::io::Result<Vec<TcpStream>> = (0..CONNECTIONS).map(open).collect();
    connections.with_context(|| format!("cannot connect to {address}"))
}

/// What request `seq` says of itself.
pub(crate) fn arrival(seq: usize) -> String {
    format!("witness/{seq}/0")
}

fn request(address: &str, seq: usize) -> String {
    let arrival = arrival(seq);
    format!("GET / HTTP/1.1\r\nhost: {address}\r\nhanno-arrival: {arrival}\r\n\r\n")
}

/// How late a bare thread wakes from sleeps of 10 ms, until it is told to stop: what a server on this
/// machine cannot do better.
pub(crate) fn wake_ups(stop: &AtomicBool) -> Result<Vec<i64>> {
    set_current_timer_slack(NonZeroU64::new(1)).context("cannot set the timer slack")?;
    let (mut late, mut at_ns) = (Vec::new(), now_ns(ClockId::Monotonic));
    while !stop.load(Ordering::Relaxed) {
        at_ns += SLEEP_NS;
        sleep_until(at_ns)?;
        late.push(now_ns(ClockId::Monotonic).wrapping_sub(at_ns).cast_signed());
    }
    Ok(late)
}

/// Throws away the replies that have come, so that no buffer ever fills.
fn drain(connection: &mut TcpStream) -> Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => bail!("the sink closed a connection"),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error).context("cannot read replies"),
        }
    }
}

/// Waits for the last replies: the sink closes a connection when it has answered all of it.
fn hang_up(mut connection: TcpStream) -> Result<()> {
    let mut end = || {
        connection.set_nonblocking(false)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.shutdown(Shutdown::Write)?;
        connection.read_to_end(&mut Vec::new())
    };
    end().map(drop).context("cannot wait for the last replies")
}

fn now_ns(clock: ClockId) -> u64 {
    let now = clock_gettime(clock);
    let part = |value: i64| u64::try_from(value).expect("the clocks started after 1970");
    part(now.tv_sec) * SECOND_NS + part(now.tv_nsec)
}

/// The Unix time of a monotonic one: the reading of Unix time that was bracketed most closely.
fn unix_of(monotonic_ns: u64) -> u64 {
    let reading = || {
        let before = now_ns(ClockId::Monotonic);
        let unix = now_ns(ClockId::Realtime);
        let after = now_ns(ClockId::Monotonic);
        (after - before, unix - before.midpoint(after))
    };
    let closest = std::iter::repeat_with(reading).take(16).min();
    monotonic_ns + closest.map_or(0, |(_, unix_less_monotonic)| unix_less_monotonic)
}

fn sleep_until(monotonic_ns: u64) -> Result<()> {
    let part = |value: u64| i64::try_from(value).expect("292 years fit");
    let at = Timespec {
        tv_sec: part(monotonic_ns / SECOND_NS),
        tv_nsec: part(monotonic_ns % SECOND_NS),
    };
    loop {
        match clock_nanosleep_absolute(ClockId::Monotonic, &at) {
            Err(rustix::io::Errno::INTR) => {}
            done => return done.context("cannot sleep"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    use super::*;

    /// Answers like the sink and returns the `hanno-arrival` values of each connection.
    fn serve(listener: &TcpListener) -> Vec<Vec<String>> {
        let streams: Vec<_> = (0..CONNECTIONS).map(|_| listener.accept().unwrap().0).collect();
        let serve_one = |stream: TcpStream| {
            let mut names = Vec::new();
            for line in BufReader::new(&stream).lines() {
                let line = line.unwrap();
                if let Some(name) = line.strip_prefix("hanno-arrival: ") {
                    names.push(name.to_owned());
                } else if line.is_empty() {
                    (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
                }
            }
            names
        };
        thread::scope(|scope| {
            let threads: Vec<_> =
                streams.into_iter().map(|stream| scope.spawn(|| serve_one(stream))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    #[test]
    fn every_request_is_sent_once_round_robin_and_not_before_its_time() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let due_times: Vec<u64> = (0..200).map(|seq| seq * 100_000).collect();
        let server = thread::spawn(move || serve(&listener));
        let before = now_ns(ClockId::Realtime);
        let start = send(&address, &due_times).unwrap();
        assert!(now_ns(ClockId::Realtime) >= start + due_times[199] && start > before);
        for (connection, names) in server.join().unwrap().into_iter().enumerate() {
            let expected: Vec<String> = (connection..200)
                .step_by(CONNECTIONS)
                .map(|seq| format!("witness/{seq}/0"))
                .collect();
            assert_eq!(names, expected);
        }
    }
}
