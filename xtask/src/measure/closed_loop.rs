//! The control of the omission measurement: users who each wait for their reply before they go on, and
//! count from when they sent. A server that stands still stops them too, so they hardly notice.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// As many users as closed-loop tools commonly use, each with a connection and a thread.
const USERS: u32 = 64;

/// Longer than any freeze.
const PATIENCE: Duration = Duration::from_secs(10);

/// Nanoseconds from sending to the reply, of all users: each sends every `USERS / per_second` seconds
/// or, if the reply takes longer, when it has come.
pub(crate) fn run(address: &str, per_second: u32, seconds: u32) -> Result<Vec<i64>> {
    let pace = Duration::from_secs(1) * USERS / per_second;
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds.into());
    thread::scope(|scope| {
        let users: Vec<_> = (0..USERS)
            .map(|user| {
                scope.spawn(move || loop_until(address, begin + pace * user / USERS, pace, end))
            })
            .collect();
        let mut all = Vec::new();
        for user in users {
            all.extend(user.join().map_err(|_| anyhow::anyhow!("a user panicked"))??);
        }
        Ok(all)
    })
}

fn loop_until(address: &str, first: Instant, pace: Duration, end: Instant) -> Result<Vec<i64>> {
    let mut connection =
        TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
    connection.set_nodelay(true).context("cannot set up a connection")?;
    connection.set_read_timeout(Some(PATIENCE)).context("cannot set up a connection")?;
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let mut took = Vec::new();
    let mut next = first;
    while next < end {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let sent = Instant::now();
        connection.write_all(request.as_bytes()).context("cannot send")?;
        await_reply(&mut connection)?;
        let done = Instant::now();
        took.push(i64::try_from((done - sent).as_nanos()).context("a reply took 292 years")?);
        next = done.max(next + pace);
    }
    Ok(took)
}

/// The sink's replies have no other body than `{}`.
fn await_reply(connection: &mut TcpStream) -> Result<()> {
    let mut reply = Vec::new();
    let mut buffer = [0; 1024];
    while !reply.ends_with(b"\r\n\r\n{}") {
        match connection.read(&mut buffer).context("cannot read a reply")? {
            0 => bail!("the sink closed a connection"),
            bytes => reply.extend_from_slice(&buffer[..bytes]),
        }
        if reply.len() > buffer.len() {
            bail!("the sink's reply has no end");
        }
    }
    Ok(())
}
