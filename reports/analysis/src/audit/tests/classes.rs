//! The class of each kind of stream.

use super::audit;
use super::streams::{even, groups, paced, poisson};

fn check(times: &[u64], class: &str, kind: Option<&str>) {
    let audit = audit(times);
    assert_eq!((audit.class.as_str(), audit.kind.as_deref()), (class, kind), "{audit:?}");
}

#[test]
fn even_streams_are_even_at_any_rate() {
    for (rate, seconds) in [
        (0.3, 4000.0),
        (1.0, 1100.0),
        (7.0, 200.0),
        (10.0, 150.0),
        (37.3, 60.0),
        (100.0, 30.0),
        (1000.0, 1.5),
        (20_000.0, 5.0),
    ] {
        check(&even(rate, seconds), "EVEN", None);
    }
}

#[test]
fn random_streams_are_random_at_any_rate() {
    for (rate, seconds) in
        [(0.3, 4000.0), (1.0, 1200.0), (10.0, 150.0), (100.0, 30.0), (1000.0, 1.5), (20_000.0, 5.0)]
    {
        for seed in 0..10 {
            check(&poisson(rate, seconds, seed), "POISSON", None);
        }
    }
}

/// Whoever sends one after the other cannot keep gaps that are shorter than a sending takes; the others it can.
#[test]
fn a_sender_that_needs_its_time_is_told_from_one_that_is_late() {
    let sent = |rate, each_ns: u64, seed| {
        let mut free_ns = 0;
        let send = |due_ns: &u64| {
            let at_ns = free_ns.max(*due_ns);
            free_ns = at_ns + each_ns;
            at_ns
        };
        poisson(rate, 20.0, seed).iter().map(send).collect::<Vec<u64>>()
    };
    for seed in 0..5 {
        check(&sent(1000.0, 70_000, seed), "POISSON", None);
        check(&sent(5000.0, 20_000, seed), "POISSON", None);
        check(&sent(1000.0, 200_000, seed), "OTHER", None);
        check(&sent(5000.0, 120_000, seed), "OTHER", None);
    }
}

/// The two historical cases: a second of pace, and users injected on a few places of the second.
#[test]
fn a_closed_loop_with_a_pace_is_four_and_thirty_two_phases() {
    for (users, over_s, positions) in [(25, 10, 4), (1000, 60, 32)] {
        for jitter_s in [0.0, 0.0005] {
            let times = paced(users, over_s, 120, jitter_s);
            check(&times, "CLUSTERED", Some("phases"));
            assert_eq!(audit(&times).positions, Some(positions), "{users} {jitter_s}");
        }
    }
}

#[test]
fn a_closed_loop_that_drifts_apart_is_caught_in_its_first_seconds() {
    let users = super::streams::sorted((0..500_u32).flat_map(|user| {
        let mut draws = super::streams::Draws(u64::from(user));
        let mut at = f64::from(user % 10) / 10.0;
        let mut times = Vec::new();
        while at < 120.0 {
            times.push(at);
            at += 1.0 + draws.exponential(0.005);
        }
        times
    }));
    let audit = audit(&users);
    let rhythm = audit.rhythm.unwrap();
    assert_eq!(audit.class, "CLUSTERED", "{audit:?}");
    assert_eq!(rhythm.frequency_hz, 10, "{audit:?}");
    assert!(rhythm.strength > 0.3, "{audit:?}");
}

#[test]
fn groups_are_phases_and_ticks_are_trains() {
    for k in [1, 2, 10, 50, 100] {
        check(&groups(500, 20, k, 0.0002), "CLUSTERED", Some("phases"));
        assert_eq!(audit(&groups(500, 20, k, 0.0002)).positions, Some(k));
    }
    for (k, rate) in [(200, 2_000), (500, 10_000), (1_000, 20_000)] {
        let times = groups(rate, 10, k, 0.000_01);
        check(&times, "CLUSTERED", Some("trains"));
        let trains = audit(&times).trains.unwrap();
        assert_eq!(trains.frequency_hz, k);
        assert!((trains.length - f64::from(rate / k)).abs() < 0.3, "{trains:?}");
    }
}

/// Groups that come by chance have no beat: only the gaps betray them.
#[test]
fn clusters_without_a_beat_have_no_kind() {
    let starts = poisson(50.0, 60.0, 3);
    let times: Vec<u64> =
        starts.into_iter().flat_map(|at| (0..10).map(move |n| at + n * 1_000)).collect();
    let mut times = times;
    times.sort_unstable();
    check(&times, "CLUSTERED", None);
}

/// Every bound at which a class may first be said.
#[test]
fn few_arrivals_are_too_few_and_say_how_many_are_missing() {
    let poisson = poisson(1_000.0, 10.0, 3);
    let even = even(100.0, 20.0);
    for (n, random, even_class, clustered) in [
        (0, "TOO_FEW", "TOO_FEW", "TOO_FEW"),
        (1, "TOO_FEW", "TOO_FEW", "TOO_FEW"),
        (199, "TOO_FEW", "TOO_FEW", "TOO_FEW"),
        (200, "TOO_FEW", "TOO_FEW", "CLUSTERED"),
        (999, "TOO_FEW", "TOO_FEW", "CLUSTERED"),
        (1000, "POISSON", "EVEN", "CLUSTERED"),
    ] {
        let clusters = groups(100, 20, 4, 0.0002);
        assert_eq!(audit(&poisson[..n]).class, random, "{n}");
        assert_eq!(audit(&even[..n]).class, even_class, "{n}");
        assert_eq!(audit(&clusters[..n]).class, clustered, "{n}");
        let missing = (n < 1000).then(|| 1000 - n as u64);
        assert_eq!(audit(&poisson[..n]).missing, missing);
    }
}
