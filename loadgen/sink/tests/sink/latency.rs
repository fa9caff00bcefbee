//! Programmed latency, judged by the log: each reply at its own time or later, never before.

use std::time::Duration;

use load_sink::{Freeze, Latency, SinkConfig};

use crate::running::{GET, OK, Running, config, request};

const SEED: u64 = 42;

/// Named and unnamed requests, several on each connection; what each was held against what is
/// programmed for its name.
#[track_caller]
fn check(text: &str) -> Vec<u64> {
    let latency: Latency = text.parse().unwrap();
    let sink = Running::with(SinkConfig { latency, seed: SEED, ..config() });
    let mut clients: Vec<_> = (0..4).map(|_| sink.connect()).collect();
    for round in 0..10 {
        for (number, client) in clients.iter_mut().enumerate() {
            client.send(if round % 2 == 0 {
                request(&format!("run/{round}/{number}"))
            } else {
                GET.to_owned()
            });
        }
        for client in &mut clients {
            client.expect(OK);
        }
    }
    let (_, rows) = sink.stop();
    assert_eq!(rows.len(), 40);
    let mut number_on = [0; 4];
    let programmed = rows.iter().map(|row| {
        let connection = usize::try_from(row.connection).unwrap();
        let number = number_on[connection];
        number_on[connection] += 1;
        let programmed = match row.arrival.as_str() {
            "" => latency.ns(SEED, format!("#{connection}/{number}")),
            name => latency.ns(SEED, name),
        };
        let held = row.replied_ns.unwrap() - row.arrived_ns;
        assert!(held >= programmed, "{row:?}: {programmed}");
        programmed
    });
    programmed.collect()
}

#[test]
fn each_request_has_the_latency_of_its_name() {
    let programmed = check("lognormal:2ms,1.0");
    assert!(programmed.iter().max() > programmed.iter().min(), "{programmed:?}");
    let programmed = check("bimodal:1ms,9ms,30%");
    for ms in [1, 9] {
        assert!(programmed.contains(&(ms * 1_000_000)), "{programmed:?}");
    }
    check("constant:3ms");
}

#[test]
fn a_pipelined_request_waits_for_a_slower_one_before_it() {
    let latency: Latency = "bimodal:1ms,40ms,50%".parse().unwrap();
    let sink = Running::with(SinkConfig { latency, seed: SEED, ..config() });
    let names: Vec<String> = (0..10).map(|seq| format!("p/{seq}/0")).collect();
    let mut client = sink.connect();
    client.send(names.iter().map(|name| request(name)).collect::<String>());
    client.expect(&OK.repeat(10));
    let (_, rows) = sink.stop();
    let seen: Vec<&String> = rows.iter().map(|row| &row.arrival).collect();
    assert_eq!(seen, names.iter().collect::<Vec<_>>());
    assert!(rows.is_sorted_by_key(|row| row.replied_ns));
}

#[test]
fn latency_and_freezes_go_together() {
    let (length, every) = (Duration::from_millis(30), Duration::from_millis(60));
    let latency = Latency::Constant(Duration::from_millis(25));
    let freeze = Some(Freeze { length, every });
    let sink = Running::with(SinkConfig { latency, freeze, ..config() });
    let origin = sink.origin_unix_ns;
    let mut client = sink.connect();
    for _ in 0..12 {
        client.send(GET);
        client.expect(OK);
    }
    let (_, rows) = sink.stop();
    for row in rows {
        let due = row.arrived_ns + 25_000_000;
        let into = (due - origin) % 60_000_000;
        let earliest = if into >= 30_000_000 { due - into + 60_000_000 } else { due };
        assert!(row.replied_ns.unwrap() >= earliest, "{row:?} {origin}");
    }
}

#[test]
fn contradictions_are_refused_before_anything_listens() {
    let long = Latency::Constant(Duration::from_secs(61));
    let freeze = Some(Freeze { length: Duration::from_secs(2), every: Duration::from_secs(1) });
    for config in [SinkConfig { latency: long, ..config() }, SinkConfig { freeze, ..config() }] {
        let error = load_sink::Sink::bind(config).unwrap_err();
        assert!(matches!(error, load_sink::SinkError::Behaviour(_)), "{error}");
    }
}
