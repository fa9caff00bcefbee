//! Stamps, delays and freezes, judged by the log alone: no figure depends on how fast the machine is.

use std::thread;
use std::time::Duration;

use load_sink::{Freeze, SinkConfig};

use crate::running::{GET, OK, Running, config, request, unix_ns};

#[test]
fn the_stamp_lies_between_sending_and_the_reply() {
    let sink = Running::start();
    let mut client = sink.connect();
    let mut seen_by_client = Vec::new();
    for _ in 0..100 {
        let before = unix_ns();
        client.send(GET);
        client.expect(OK);
        seen_by_client.push((before, unix_ns()));
    }
    let (_, rows) = sink.stop();
    for ((before, after), row) in seen_by_client.into_iter().zip(rows) {
        let replied = row.replied_ns.unwrap();
        assert!(before <= row.arrived_ns && row.arrived_ns <= after, "{before} {row:?} {after}");
        assert!(row.arrived_ns <= replied, "{row:?}");
    }
}

#[test]
fn requests_that_wait_in_the_kernel_keep_the_time_at_which_they_came() {
    // All but the first millisecond of each period is frozen: what is sent in the frozen part is
    // stamped there, although the sink reads it only afterwards.
    let every = Duration::from_millis(200);
    let length = Duration::from_millis(199);
    let sink = freezing(length, every);
    let mut spans = Vec::new();
    let mut clients: Vec<_> = (0..20).map(|_| sink.connect()).collect();
    for (seq, client) in clients.iter_mut().enumerate() {
        let before = unix_ns();
        client.send(request(&format!("k/{seq}/0")));
        spans.push((before, unix_ns()));
    }
    for client in &mut clients {
        client.expect(OK);
    }
    let (_, mut rows) = sink.stop();
    rows.sort_by_key(|row| row.connection);
    for ((before, after), row) in spans.into_iter().zip(&rows) {
        assert!(before <= row.arrived_ns && row.arrived_ns <= after, "{before} {row:?} {after}");
    }
}

#[test]
fn nothing_that_arrives_in_a_freeze_is_answered_before_its_end() {
    let (length_ns, every_ns) = (60_000_000, 100_000_000);
    let sink = freezing(Duration::from_nanos(length_ns), Duration::from_nanos(every_ns));
    let origin = sink.origin_unix_ns;
    let in_freeze = |ns: u64| (ns - origin) % every_ns >= every_ns - length_ns;
    thread::scope(|scope| {
        for aims_at_freezes in [false, false, true] {
            let sink = &sink;
            scope.spawn(move || {
                let mut client = sink.connect();
                let end = origin + 5 * every_ns;
                while unix_ns() < end {
                    while aims_at_freezes && !in_freeze(unix_ns()) {
                        thread::yield_now();
                    }
                    client.send(GET);
                    client.expect(OK);
                }
            });
        }
    });
    let (report, rows) = sink.stop();
    assert_eq!(report.origin_unix_ns, origin);
    let frozen: Vec<_> = rows.iter().filter(|row| in_freeze(row.arrived_ns)).collect();
    assert!(!frozen.is_empty(), "one client aims at freezes");
    for row in frozen {
        let end = origin + ((row.arrived_ns - origin) / every_ns + 1) * every_ns;
        assert!(row.replied_ns.unwrap() >= end, "{row:?} {end}");
    }
    assert!(rows.iter().any(|row| !in_freeze(row.arrived_ns)), "it does serve between freezes");
}

#[test]
fn a_fixed_delay_is_never_cut_short_and_keeps_the_order() {
    let delay = Duration::from_millis(5);
    let sink = Running::delayed(delay);
    let mut clients: Vec<_> = (0..8).map(|_| sink.connect()).collect();
    for round in 0..10 {
        for client in &mut clients {
            client.send(request(&format!("{round}/0/0")).repeat(3));
        }
        for client in &mut clients {
            client.expect(&OK.repeat(3));
        }
    }
    let (_, rows) = sink.stop();
    assert_eq!(rows.len(), 240);
    for row in rows {
        let held = row.replied_ns.unwrap() - row.arrived_ns;
        assert!(u128::from(held) >= delay.as_nanos(), "{row:?}");
    }
}

#[test]
fn at_the_stop_what_was_read_is_in_the_log() {
    let sink = Running::delayed(Duration::from_mins(1));
    let mut late = sink.connect();
    late.send(request("late/0/0").repeat(2));
    // A refusal does not wait, so its end shows that the sink has read what came before.
    let mut other = sink.connect();
    other.send("nonsense\r\n\r\n");
    other.rest();
    let (report, rows) = sink.stop();
    assert_eq!((report.requests, report.unanswered, report.rejected), (2, 2, 1));
    assert!(rows.iter().all(|row| row.replied_ns.is_none() && row.arrival == "late/0/0"));
}

#[test]
fn a_client_that_leaves_before_its_reply_is_in_the_log() {
    let sink = Running::delayed(Duration::from_millis(50));
    let mut leaver = sink.connect();
    leaver.send(request("gone/0/0"));
    drop(leaver);
    let mut stayer = sink.connect();
    stayer.send(request("stays/0/0"));
    stayer.expect(OK);
    let (report, rows) = sink.stop();
    assert_eq!(report.requests, 2);
    assert!(rows.iter().any(|row| row.arrival == "gone/0/0"));
}

fn freezing(length: Duration, every: Duration) -> Running {
    let freeze = Some(Freeze { length, every });
    Running::with(SinkConfig { freeze, ..config() })
}
