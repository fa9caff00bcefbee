//! Response times by place in a cluster, at a target that serves one request after the other.

use load_plan::plan::{Burst, Closed, Cycle, Phase, PhaseKind, Plan, Spacing};
use run_record::breakdown::PlaceResult;

use super::streams::{due, paced, phase, plan};
use crate::audit::{Audited, RunAuditor, Started};

const MS: u64 = 1_000_000;

/// What a target takes that serves one after the other, each for so long.
fn one_by_one(times: &[u64], service_ns: u64) -> Vec<u64> {
    let mut free_ns = 0;
    let done = times.iter().map(|at_ns| {
        free_ns = free_ns.max(*at_ns) + service_ns;
        free_ns - at_ns
    });
    done.collect()
}

fn judged(plan: &Plan, times: &[u64], took_ns: &[u64]) -> Audited {
    let mut auditor = RunAuditor::of(plan);
    // In the order of the ends, as a collector learns of them.
    let mut sent: Vec<(u64, u64)> = times.iter().copied().zip(took_ns.iter().copied()).collect();
    sent.sort_by_key(|(at_ns, took_ns)| at_ns + took_ns);
    for (sent_ns, took_ns) in sent {
        let response_us = u32::try_from(took_ns / 1_000).ok();
        auditor.started(Started { stream: 0, phase: 0, sent_ns, response_us });
    }
    auditor.finish().pop().unwrap().unwrap()
}

/// First place, arrivals, and the median in milliseconds.
fn short(places: &[PlaceResult]) -> Vec<(u32, u64, u64)> {
    let median_ms = |place: &PlaceResult| (place.response_us.unwrap().p50 + 500) / 1_000;
    places.iter().map(|place| (place.from, place.count, median_ms(place))).collect()
}

fn hold(kind: PhaseKind, seconds: u64) -> Phase {
    Phase { kind, ..phase("hold", (0, seconds), (1, 1), Spacing::Even) }
}

#[test]
fn in_bursts_each_waits_for_all_before_it() {
    let burst = PhaseKind::Burst(Burst { size: 40, every_ns: 500 * MS });
    let plan = plan(vec![hold(burst, 20)], 1);
    let times = &due(&plan)[&0];
    let audited = judged(&plan, times, &one_by_one(times, 2 * MS));
    assert_eq!(audited.audit.class, "CLUSTERED");
    // Place k takes 2k ms; of an even number of them the median is the lower of the two in the middle.
    let expected = [
        (1, 40, 2),
        (2, 40, 4),
        (3, 80, 6),
        (5, 160, 12),
        (9, 320, 24),
        (17, 640, 48),
        (33, 320, 72),
    ];
    assert_eq!(short(&audited.places), expected);
    assert_eq!(audited.places[2].to, Some(4));
    assert_eq!(audited.places[6].to, None);
}

#[test]
fn paced_users_come_in_groups_and_the_places_say_so() {
    let cycle = Cycle::Pace { pace_ns: 1_000 * MS };
    let closed = PhaseKind::Closed(Closed { users: 25, ramp_s: 10, cycle });
    let plan = plan(vec![hold(closed, 70)], 1);
    // Late by 0.2 ms each, as a generator is.
    let times = paced(25, 10, 70, 0.0002);
    let audited = judged(&plan, &times, &one_by_one(&times, 3 * MS));
    assert_eq!(audited.audit.class, "CLUSTERED");
    let places = short(&audited.places);
    assert_eq!(places.iter().map(|place| place.0).collect::<Vec<_>>(), [1, 2, 3, 5, 9]);
    assert!(places.windows(2).all(|two| two[0].2 < two[1].2), "{places:?}");
    // Four groups a second: from the ninth second on all of them are there.
    assert!((4 * 60..=4 * 70).contains(&places[0].1), "{places:?}");
}

#[test]
fn random_and_even_arrivals_at_the_same_rate_hardly_wait() {
    for spacing in [Spacing::Even, Spacing::Poisson] {
        let plan = plan(vec![phase("hold", (0, 60), (25, 25), spacing)], 3);
        let times = &due(&plan)[&0];
        let audited = judged(&plan, times, &one_by_one(times, 3 * MS));
        let places = short(&audited.places);
        let told: Vec<_> = places.iter().filter(|place| place.1 >= 20).collect();
        assert!(told.iter().all(|place| place.2 <= 6), "{spacing:?}: {places:?}");
        if spacing == Spacing::Even {
            assert_eq!(places.len(), 1, "none is near another");
        }
    }
}

/// A ramp to a rate at which neighbours are 0.3 ms apart: they are as far apart as the plan asks for.
#[test]
fn a_high_rate_is_no_cluster_and_what_did_not_complete_keeps_its_place() {
    let ramp = plan(vec![phase("hold", (0, 10), (0, 3_000), Spacing::Even)], 1);
    let times = &due(&ramp)[&0];
    let audited = judged(&ramp, times, &vec![MS; times.len()]);
    assert_eq!(audited.places.len(), 1, "{:?}", audited.places);
    let burst = PhaseKind::Burst(Burst { size: 2, every_ns: 500 * MS });
    let plan = plan(vec![hold(burst, 10)], 1);
    let mut auditor = RunAuditor::of(&plan);
    for at_ns in &due(&plan)[&0] {
        auditor.started(Started { stream: 0, phase: 0, sent_ns: *at_ns, response_us: None });
    }
    let places = auditor.finish().pop().unwrap().unwrap().places;
    let counts: Vec<_> = places.iter().map(|place| (place.count, place.response_us)).collect();
    assert_eq!(counts, [(20, None), (20, None)]);
}
