//! What the relay adds: round trips through it, by the client's own clock.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Part;
use crate::measure::bench::Bench;
use crate::measure::percentile::Spread;
use crate::measure::show::{microseconds, table};
use crate::say;

/// Delays in milliseconds, with how many round trips are made.
const DELAYS: [(i64, usize); 3] = [(1, 500), (10, 200), (75, 60)];

/// How many of them begin a connection of their own.
const CONNECTS_EACH: usize = 10;

/// A reply of the sink comes in far less.
const PATIENCE: Duration = Duration::from_secs(10);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: sink\r\n\r\n";

/// Round trips of one delay, in nanoseconds beyond what they must take.
struct Beyond {
    delay_ms: i64,
    kept: Vec<i64>,
    fresh: Vec<i64>,
}

/// Asks a sink through relays.
pub(super) fn measure(bench: &Bench) -> Result<Part> {
    let sink = bench.hanno.sink(&bench.folder.join("distance.csv"), &[])?;
    let mut measured = Vec::new();
    for (delay_ms, trips) in DELAYS {
        say::error(&format!("relay with {delay_ms} ms, {trips} round trips"));
        let relay = bench.hanno.relay(&sink.url, &format!("{delay_ms}ms"))?;
        let (mut kept, mut fresh) = (Vec::new(), Vec::new());
        for _ in 0..trips / CONNECTS_EACH {
            let begun = Instant::now();
            let mut connection = connect(relay.address())?;
            fresh.push(ask(&mut connection, begun)? - 4 * delay_ms * 1_000_000);
            for _ in 1..CONNECTS_EACH {
                kept.push(ask(&mut connection, Instant::now())? - 2 * delay_ms * 1_000_000);
            }
        }
        relay.stop()?;
        measured.push(Beyond { delay_ms, kept, fresh });
    }
    sink.finish()?;
    Ok(part(measured))
}

fn connect(address: &str) -> Result<TcpStream> {
    let connection = TcpStream::connect(address).context("cannot connect to the relay")?;
    connection.set_nodelay(true).context("cannot set up a connection")?;
    connection.set_read_timeout(Some(PATIENCE)).context("cannot set up a connection")?;
    Ok(connection)
}

/// Nanoseconds from then to the reply.
fn ask(connection: &mut TcpStream, begun: Instant) -> Result<i64> {
    connection.write_all(REQUEST).context("cannot send")?;
    let mut reply = [0; 1024];
    let bytes = connection.read(&mut reply).context("cannot read a reply")?;
    if !reply[..bytes].ends_with(b"\r\n\r\n{}") {
        bail!("no whole reply: {:?}", String::from_utf8_lossy(&reply[..bytes]));
    }
    i64::try_from(begun.elapsed().as_nanos()).context("a reply took 292 years")
}

fn part(measured: Vec<Beyond>) -> Part {
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    for Beyond { delay_ms, kept, fresh } in measured {
        for (name, beyond) in [("kept, less 2 delays", kept), ("new, less 4 delays", fresh)] {
            let (count, least) = (beyond.len(), beyond.iter().min().copied().unwrap_or_default());
            if least < 0 {
                broken.push(format!("{delay_ms} ms, {name}: {} us early", microseconds(-least)));
            }
            let Some(Spread { p50, p90, max, .. }) = Spread::of(beyond) else { continue };
            let figures = [least, p50, p90, max].map(microseconds);
            let names = [format!("{delay_ms} ms"), name.to_owned(), count.to_string()];
            rows.push(names.into_iter().chain(figures).collect());
        }
    }
    let header = ["delay", "connection", "round trips", "least", "p50", "p90", "max"];
    let text = format!(
        "## The relay\n\n\
         Round trips to a sink through `hanno sink --forward`, microseconds beyond what the delays make: two on a kept \
         connection, four from the connect of a new one to its first reply. By the client's clock; none may be less. \
         The way without a relay is part of what is beyond.\n\n{}",
        table(&header, &rows)
    );
    Part { text, broken }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_that_is_too_short_breaks_the_result() {
        let of = |kept, fresh| part(vec![Beyond { delay_ms: 1, kept, fresh }]);
        let holds = of(vec![0, 5_000], vec![9_000]);
        assert!(
            holds.broken.is_empty() && holds.text.contains("| 1 ms  | kept, less 2 delays |"),
            "{}",
            holds.text
        );
        let early = of(vec![7], vec![-3_000]).broken;
        assert_eq!(early, ["1 ms, new, less 4 delays: 3.0 us early"]);
    }
}
