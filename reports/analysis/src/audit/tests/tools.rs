//! The schedules of other generators, re-created from how they compute the time of a send: what they ask for, before
//! any timer adds its own error. Counts and numbers of the first columns are known from elsewhere.

use super::streams::{Draws, sorted};
use super::{audit, ns};

struct Expected {
    arrivals: u64,
    /// Coefficient of variation of the gaps, share of gaps of zero.
    cv: f64,
    zero: f64,
    idc_10ms: f64,
    class: &'static str,
    kind: Option<&'static str>,
}

fn check(name: &str, times: &[u64], expected: &Expected) {
    let audit = audit(times);
    assert!(
        audit.arrivals.abs_diff(expected.arrivals) <= expected.arrivals / 100,
        "{name} {audit:?}"
    );
    let near = |seen: Option<f64>, wanted: f64, tolerance: f64| {
        (seen.unwrap() - wanted).abs() <= tolerance + 0.03 * wanted
    };
    assert!(near(audit.cv2.map(f64::sqrt), expected.cv, 0.02), "{name} cv {audit:?}");
    assert!(near(audit.zero_gap_share, expected.zero, 0.02), "{name} zero {audit:?}");
    assert!(near(audit.idc_10ms, expected.idc_10ms, 0.1), "{name} idc {audit:?}");
    let said = (audit.class.as_str(), audit.kind.as_deref());
    assert_eq!(said, (expected.class, expected.kind), "{name} {audit:?}");
}

/// Gatling: so many users a second, spread over its milliseconds.
fn by_the_second(rate: f64, seconds: u32) -> Vec<u64> {
    let owed = |second: u32| (rate * f64::from(second)).ceil() as u32;
    let of_second = move |second: u32| {
        let users = owed(second + 1) - owed(second);
        (0..users).map(move |j| {
            u64::from(second) * 1_000_000_000 + u64::from(1000 * j / users) * 1_000_000
        })
    };
    (0..seconds).flat_map(of_second).collect()
}

#[test]
fn gatling() {
    let class = "EVEN";
    check(
        "150",
        &by_the_second(150.0, 20),
        &Expected { arrivals: 3_000, cv: 0.07, zero: 0.0, idc_10ms: 0.17, class, kind: None },
    );
    let class = "OTHER";
    check(
        "1500",
        &by_the_second(1500.0, 20),
        &Expected { arrivals: 30_000, cv: 0.71, zero: 0.333, idc_10ms: 0.06, class, kind: None },
    );
    check(
        "2500",
        &by_the_second(2500.0, 20),
        &Expected { arrivals: 50_000, cv: 1.22, zero: 0.6, idc_10ms: 0.08, class, kind: None },
    );
    let class = "TOO_FEW";
    check(
        "0.4",
        &by_the_second(0.4, 1000),
        &Expected { arrivals: 400, cv: 0.2, zero: 0.0, idc_10ms: 1.0, class, kind: None },
    );
    let mut draws = Draws(1);
    let fixed = sorted((0..30_000).map(|_| (draws.uniform() * 20_000.0).floor() / 1000.0));
    check(
        "randomized",
        &fixed,
        &Expected {
            arrivals: 30_000,
            cv: 1.17,
            zero: 0.48,
            idc_10ms: 1.05,
            class: "OTHER",
            kind: None,
        },
    );
}

/// wrk2: each connection at its own pace from a start staggered by 5 ms, waits rounded up to the millisecond, the first
/// ten seconds left out; here the whole of it without the rounding.
#[test]
fn wrk2() {
    let connections = |rate: f64, count: u32, threads: u32| {
        let of_thread = count / threads;
        let period = f64::from(count) / rate;
        sorted((0..count).flat_map(move |connection| {
            let start = 0.005 * f64::from(connection % of_thread);
            (0..4000)
                .map(move |n| start + f64::from(n) * period)
                .filter(|at| (1.0..21.0).contains(at))
        }))
    };
    let class = "CLUSTERED";
    let times = connections(2000.0, 100, 2);
    check(
        "2000",
        &times,
        &Expected {
            arrivals: 40_000,
            cv: 2.99,
            zero: 0.9,
            idc_10ms: 0.0,
            class,
            kind: Some("trains"),
        },
    );
    assert_eq!(audit(&times).trains.unwrap().frequency_hz, 200);
    assert!((audit(&times).trains.unwrap().length - 10.0).abs() < 0.1);
}

/// goose: a batch every 10 ms or more, of a whole number of microseconds a request.
#[test]
fn goose_throttle() {
    let throttle = |rate: u64| -> Vec<u64> {
        let mut each_us = 1_000_000 / rate;
        let mut batch = 1;
        while each_us < 10_000 {
            each_us += 1_000_000 / rate;
            batch += 1;
        }
        (0..5_000_000 / each_us)
            .flat_map(|tick| (0..batch).map(move |_| tick * each_us * 1_000))
            .collect()
    };
    let class = "CLUSTERED";
    let kind = Some("phases");
    let times = throttle(1_000);
    check(
        "1000",
        &times,
        &Expected { arrivals: 5_000, cv: 3.0, zero: 0.9, idc_10ms: 0.0, class, kind },
    );
    assert_eq!(audit(&times).positions, Some(100));
    assert_eq!(audit(&throttle(300)).class, class);
    assert_eq!(audit(&throttle(3_000)).class, class);
}

/// fortio: all connections in step. h2load: each client sends what is owed at each tick of 10 ms.
#[test]
fn all_in_step() {
    let class = "CLUSTERED";
    let kind = Some("phases");
    let times: Vec<u64> = (0..200).flat_map(|tick| [tick * 100_000_000; 100]).collect();
    check(
        "fortio",
        &times,
        &Expected { arrivals: 20_000, cv: 9.97, zero: 0.99, idc_10ms: 90.0, class, kind },
    );
    assert_eq!(audit(&times).positions, Some(10));
    let times: Vec<u64> = (0..2_000).flat_map(|tick| [tick * 10_000_000; 10]).collect();
    check(
        "h2load",
        &times,
        &Expected { arrivals: 20_000, cv: 3.0, zero: 0.9, idc_10ms: 0.0, class, kind },
    );
}

/// Artillery: within each second at a tick of whole milliseconds, packed at its start.
#[test]
fn artillery() {
    let times: Vec<u64> = (0..20_u64)
        .flat_map(|second| (0..600).map(move |n| second * 1_000_000_000 + n * 1_000_000))
        .collect();
    let audit = audit(&times);
    assert_eq!(audit.class, "CLUSTERED");
    assert!((audit.cv2.unwrap().sqrt() - 9.74).abs() < 0.3, "{audit:?}");
    assert!((audit.idc_10ms.unwrap() - 4.0).abs() < 0.2, "{audit:?}");
}

/// inference-perf: a random number each second, and gaps stretched so that they fill it.
#[test]
fn random_within_the_second_is_not_random_over_it() {
    let mut draws = Draws(4);
    let mut times = Vec::new();
    for second in 0..1_000_u32 {
        let (mut count, mut at) = (0, draws.exponential(1.0 / 5.0));
        while at < 1.0 {
            count += 1;
            at += draws.exponential(1.0 / 5.0);
        }
        let gaps: Vec<f64> = (0..count).map(|_| draws.exponential(1.0)).collect();
        let all: f64 = gaps.iter().sum();
        let mut sum = 0.0;
        for gap in gaps {
            sum += gap;
            times.push(ns(f64::from(second) + sum / all));
        }
    }
    let audit = audit(&times);
    // One arrival at each whole second: a beat of one a second, of which a random stream has nothing.
    assert_eq!(audit.class, "CLUSTERED", "{audit:?}");
    assert!(audit.rhythm.unwrap().p < 1e-6);
}
