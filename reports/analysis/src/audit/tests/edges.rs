//! What may be wrong with times: equal ones, backward ones, coarse ones, wild ones. The judgement is degraded as stated
//! and stays strict JSON.

use run_record::audit::Audit;

use super::audit;
use super::streams::{even, poisson};

/// Every number is one: JSON has no others, and reads back as written.
fn check_json(audit: &Audit) {
    let numbers = [
        audit.rate_per_s,
        audit.idc_1ms,
        audit.idc_10ms,
        audit.idc_100ms,
        audit.idc_1s,
        audit.cv2,
        audit.zero_gap_share,
        audit.lilliefors_d,
        audit.rhythm.map(|rhythm| rhythm.strength),
        audit.rhythm.map(|rhythm| rhythm.p),
        audit.trains.map(|trains| trains.strength),
        audit.trains.map(|trains| trains.length),
    ];
    for number in numbers.into_iter().flatten() {
        assert!(number.is_finite(), "{audit:?}");
    }
}

#[test]
fn no_input_makes_a_number_that_is_none() {
    let mut wild = poisson(100.0, 10.0, 1);
    wild.extend([u64::MAX / 2, u64::MAX - 1, u64::MAX]);
    for times in [
        vec![],
        vec![0],
        vec![u64::MAX],
        vec![5, 5],
        vec![0, u64::MAX],
        vec![7; 1_000],
        (0..1_000).collect(),
        (0..1_000).map(|n| n * 3_600_000_000_000).collect(),
        wild,
    ] {
        check_json(&audit(&times));
    }
}

#[test]
fn all_at_one_instant_is_one_cluster() {
    let audit = audit(&[42; 500]);
    assert_eq!((audit.class.as_str(), audit.positions), ("CLUSTERED", Some(1)), "{audit:?}");
    assert_eq!(audit.zero_gap_share, Some(1.0));
}

#[test]
fn a_clock_that_steps_back_is_counted_and_taken_as_standing_still() {
    let mut times = even(1_000.0, 10.0);
    for at in &mut times[5_000..] {
        *at -= 200_000_000;
    }
    let audit = audit(&times);
    assert!((199..=200).contains(&audit.stepped_back), "{audit:?}");
    check_json(&audit);
    assert_ne!(audit.class, "EVEN", "a stand-still of 0.2 s is not even");
}

#[test]
fn the_unit_of_the_times_is_said_where_it_is_coarse() {
    let times = poisson(100.0, 30.0, 1);
    for (unit_ns, said) in [(1, None), (1_000, Some(1_000)), (1_000_000, Some(1_000_000))] {
        let coarse: Vec<u64> = times.iter().map(|at| at / unit_ns * unit_ns).collect();
        assert_eq!(audit(&coarse).resolution_ns, said);
    }
}
