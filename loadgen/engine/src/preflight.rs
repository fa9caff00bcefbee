//! Before a run: whether the target can be reached, and what the way to it costs while nothing else is sent.
//!
//! The round trip is that of a connection's end. Hanno ends its side of a connection that stands, and the other side,
//! which has nothing left to read, ends its own. So the way is measured to whoever reads requests, through every relay
//! between, without a request: nothing is asked, logged or counted as load, and nothing of the target's HTTP is assumed.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use load_plan::plan::Endpoint;
use reqwest::Url;
use run_record::preflight::Preflight;
use run_record::spread::Spread;
use run_record::{histogram, record_us};
use url::Host;

use crate::clock::Stopwatch;
use crate::handshake;
use crate::ranges::Ranges;
use crate::targets::{Target, shown};

/// How long a connection may take before the target counts as unreachable.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// How long the other side may take to end a connection; one that does not end it has no round trip.
const ROUND_TRIP_MAX: Duration = Duration::from_secs(1);

/// Connections that are timed: enough for a median of what follows the first, and over before anybody waits.
const TRIALS: usize = 6;

const NS_PER_US: u64 = 1_000;

/// Reaches every base URL, and measures the way to each.
///
/// # Errors
/// Says which could not be reached and why; nothing may be released then.
pub(crate) fn preflight(target: &Target) -> Result<Vec<Preflight>, String> {
    let mut roles: BTreeMap<&Url, Vec<Endpoint>> = BTreeMap::new();
    for (endpoint, url) in &target.bases {
        roles.entry(url).or_default().push(*endpoint);
    }
    let measured = roles.into_iter().map(|(url, endpoints)| {
        let address = reach(url, &target.ranges)?;
        let Way { connect_us, round_trip_us } = way(address);
        let tls_us =
            spread(handshake::times_us(url, &target.ranges, TRIALS, CONNECT_MAX).into_iter());
        Ok(Preflight { endpoints, base: shown(url), connect_us, tls_us, round_trip_us })
    });
    measured.collect()
}

/// The first of its addresses that takes a connection.
fn reach(url: &Url, ranges: &Ranges) -> Result<SocketAddr, String> {
    let addresses = resolved(url, ranges)
        .map_err(|error| format!("{} cannot be asked: {error}", shown(url)))?;
    let mut problem = String::from("it has no address");
    for address in addresses {
        match connect(address) {
            Ok(_) => return Ok(address),
            Err(error) => problem = error.to_string(),
        }
    }
    Err(format!("{} cannot be reached: {problem}", shown(url)))
}

fn resolved(url: &Url, ranges: &Ranges) -> io::Result<Vec<SocketAddr>> {
    match url.host() {
        Some(Host::Domain(name)) => {
            ranges.addresses(name, url.port_or_known_default().unwrap_or_default())
        }
        // Those were looked at when the target was read.
        _ => url.socket_addrs(|| None),
    }
}

struct Way {
    connect_us: Option<Spread>,
    round_trip_us: Option<Spread>,
}

fn way(address: SocketAddr) -> Way {
    let opened: Vec<(TcpStream, u64)> = (0..TRIALS).filter_map(|_| connect(address).ok()).collect();
    let connect_us = spread(opened.iter().map(|(_, took_us)| *took_us));
    let mut streams = opened.into_iter().map(|(stream, _)| stream);
    // The first pays for what a relay does only when it has accepted. The others stand meanwhile, like the
    // connections that requests find. Where it does not end, neither will they.
    let ends = streams.next().is_some_and(|stream| round_trip_us(stream).is_ok());
    let times_us = streams.filter(|_| ends).filter_map(|stream| round_trip_us(stream).ok());
    Way { connect_us, round_trip_us: spread(times_us) }
}

fn connect(address: SocketAddr) -> io::Result<(TcpStream, u64)> {
    let stopwatch = Stopwatch::start();
    let stream = TcpStream::connect_timeout(&address, CONNECT_MAX)?;
    Ok((stream, stopwatch.elapsed_us()))
}

/// From the end of our side to that of the other.
fn round_trip_us(mut stream: TcpStream) -> io::Result<u64> {
    stream.set_read_timeout(Some(ROUND_TRIP_MAX))?;
    let stopwatch = Stopwatch::start();
    stream.shutdown(Shutdown::Write)?;
    match stream.read(&mut [0]) {
        Ok(0) => Ok(stopwatch.elapsed_us()),
        // It speaks first, and no HTTP.
        Ok(_) => Err(ErrorKind::InvalidData.into()),
        // A reset is an end too.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(stopwatch.elapsed_us()),
        Err(error) => Err(error),
    }
}

fn spread(times_us: impl Iterator<Item = u64>) -> Option<Spread> {
    let mut histogram = histogram();
    for time_us in times_us {
        record_us(&mut histogram, time_us * NS_PER_US);
    }
    Spread::of(&histogram)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// What becomes of each connection once it has ended on this side.
    fn way_to(serve: impl Fn(TcpStream) + Send + 'static) -> Preflight {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(serve));
        let ways = preflight(&Target::at_url(&url).unwrap()).unwrap();
        let [way] = <[Preflight; 1]>::try_from(ways).unwrap();
        assert_eq!(way.base, url);
        assert_eq!(way.endpoints, [Endpoint::Read, Endpoint::Write, Endpoint::Admin]);
        assert_eq!(way.connect_us.unwrap().count, TRIALS as u64);
        assert_eq!(way.tls_us, None);
        way
    }

    #[test]
    fn a_server_that_closes_has_a_round_trip_and_gets_no_request() {
        let way = way_to(|mut stream| {
            let mut asked = Vec::new();
            stream.read_to_end(&mut asked).unwrap();
            assert_eq!(asked, b"");
        });
        assert_eq!(way.round_trip_us.unwrap().count, TRIALS as u64 - 1);
    }

    #[test]
    fn a_server_that_speaks_first_or_never_closes_has_none() {
        let greets = way_to(|mut stream| {
            io::Write::write_all(&mut stream, b"220 ready\r\n").unwrap();
            stream.read_to_end(&mut Vec::new()).ok();
        });
        assert_eq!(greets.round_trip_us, None);
        let keeps = way_to(std::mem::forget);
        assert_eq!(keeps.round_trip_us, None);
    }

    #[test]
    fn bases_are_reached_once_each_and_one_that_is_not_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || listener.incoming().for_each(drop));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let of = |admin: String| {
            let bases = [
                (Endpoint::Read, there.clone()),
                (Endpoint::Write, there.clone()),
                (Endpoint::Admin, admin),
            ];
            preflight(&Target::named("two", bases, Ranges::Loopback).unwrap())
        };
        assert_eq!(of(there.clone()).unwrap().len(), 1);
        let why = of(format!("http://{closed}")).unwrap_err();
        assert!(why.starts_with(&format!("http://{closed} cannot be reached")), "{why}");
    }
}
