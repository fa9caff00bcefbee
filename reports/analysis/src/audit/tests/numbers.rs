//! Every number against the slow computation, and against values known from elsewhere.

use super::streams::{even, groups, paced, poisson};
use super::{audit, audited, direct};

#[test]
fn numbers_are_those_of_the_slow_computation() {
    for times in [
        even(500.0, 21.0),
        even(37.3, 60.0),
        poisson(500.0, 21.0, 1),
        poisson(20_000.0, 3.0, 2),
        poisson(3.0, 400.0, 3),
        groups(500, 30, 10, 0.02),
        paced(25, 10, 40, 0.0),
    ] {
        let audit = audit(&times);
        let near = |what: &str, seen: Option<f64>, exact: f64, within: f64| {
            let seen = seen.unwrap();
            assert!((seen - exact).abs() <= within, "{what}: {seen}, exactly {exact}");
        };
        near("1 ms", audit.idc_1ms, direct::idc(&times, 1_000_000), 1e-9);
        near("10 ms", audit.idc_10ms, direct::idc(&times, 10_000_000), 1e-9);
        near("100 ms", audit.idc_100ms, direct::idc(&times, 100_000_000), 1e-9);
        near("1 s", audit.idc_1s, direct::idc(&times, 1_000_000_000), 1e-6);
        near("cv2", audit.cv2, direct::cv2(&times), 1e-9);
        near("zero", audit.zero_gap_share, direct::zero_share(&times), 1e-12);
        near("d", audit.lilliefors_d, direct::lilliefors_d(&times), 0.0004);
    }
}

/// The angle of an arrival is known to half a part of the second: pi m / 32 768 of the strength, at most.
#[test]
fn the_strength_of_a_beat_is_that_of_the_definition_within_the_stated_error() {
    for (times, beat) in [(groups(500, 30, 10, 0.02), 10), (groups(500, 30, 50, 0.0005), 50)] {
        let rhythm = audit(&times).rhythm.unwrap();
        assert_eq!(rhythm.frequency_hz, beat);
        let sets = [(0, 30), (0, 10), (10, 10), (20, 10)];
        let exact = sets.map(|(from, seconds)| direct::strength(&times, beat, from, seconds));
        let within = std::f64::consts::PI * f64::from(beat) / 32_768.0;
        let near = exact.iter().any(|exact| (exact - rhythm.strength).abs() <= within);
        assert!(near, "{} {exact:?}", rhythm.strength);
    }
}

/// Values published for 500/s over 120 s: dispersion, variation and strongest beat.
#[test]
fn numbers_of_known_streams() {
    let check = |times: &[u64], idc: [(f64, f64); 4], cv2: (f64, f64), strength: (f64, f64)| {
        let audit = audit(times);
        let seen = [audit.idc_1ms, audit.idc_10ms, audit.idc_100ms, audit.idc_1s];
        for (seen, (expected, within)) in seen.into_iter().zip(idc) {
            assert!((seen.unwrap() - expected).abs() <= within, "{seen:?} {expected} {audit:?}");
        }
        assert!((audit.cv2.unwrap() - cv2.0).abs() <= cv2.1, "{cv2:?} {audit:?}");
        let rhythm = audit.rhythm.unwrap();
        assert!((rhythm.strength - strength.0).abs() <= strength.1, "{strength:?} {audit:?}");
    };
    let near = |expected: f64| (expected, 0.1 * expected + 0.06);
    check(
        &poisson(500.0, 120.0, 7),
        [1.0, 1.0, 1.0, 1.0].map(|one| (one, 0.35)),
        (1.0, 0.05),
        (0.02, 0.03),
    );
    check(&even(500.0, 120.0), [0.5, 0.02, 0.01, 0.0].map(near), (0.0, 0.001), (0.0, 0.005));
    check(
        &groups(500, 120, 10, 0.0005),
        [(45.0, 13.0), near(45.0), near(0.0), near(0.0)],
        near(48.0),
        near(1.0),
    );
    check(
        &groups(500, 120, 10, 0.02),
        [near(1.9), (8.1, 1.5), (0.2, 0.2), near(0.0)],
        near(13.0),
        (0.76, 0.05),
    );
    check(
        &groups(500, 120, 50, 0.0005),
        [(8.7, 2.6), (5.0, 1.0), near(0.0), near(0.0)],
        (8.5, 1.0),
        near(0.996),
    );
}

#[test]
fn the_shapes_hold_every_arrival() {
    let times = poisson(200.0, 7.5, 5);
    let audited = audited(&times);
    assert_eq!(audited.gaps.len(), times.len() as u64 - 1);
    assert_eq!(audited.fold.counts().iter().sum::<u64>(), times.len() as u64);
}
