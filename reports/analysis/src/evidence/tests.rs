//! Folding against values kept whole: sums, percentiles of each second, order, limits.

use proptest::prelude::*;
use run_record::RecordError;
use run_record::latency::Interval;
use run_record::resource_row::ResourceRow;

use super::*;
use crate::sample::good;

const SECOND: u64 = 1_000_000_000;

fn tag(phase: &str, kind: Kind) -> Tag {
    Tag { stream: "reads".to_owned(), phase: phase.to_owned(), step: "GET page".to_owned(), kind }
}

fn interval(phase: &str, second: u64, microseconds: &[u64]) -> Interval {
    let mut histogram = run_record::histogram();
    for value in microseconds {
        run_record::record_us(&mut histogram, value * 1_000);
    }
    let tag = tag(phase, Kind::Response);
    Interval { tag, start_ns: second * SECOND, duration_ns: SECOND, histogram }
}

fn folded(intervals: Vec<Interval>) -> Evidence {
    fold_all(intervals.into_iter().map(Ok), Vec::new())
}

fn fold_all(
    intervals: impl Iterator<Item = Result<Interval, RecordError>>,
    resources: Vec<Result<ResourceRow, RecordError>>,
) -> Evidence {
    let (sent, metrics) = (std::iter::empty(), std::iter::empty());
    fold(good(), Parts { intervals, resources: resources.into_iter(), sent, metrics })
}

/// The reasons for what is missing, but for the comparison with the counters of the sample.
fn whys(evidence: &Evidence) -> Vec<&str> {
    let whys = evidence.missing.iter().map(|missing| missing.why.as_str());
    whys.filter(|why| !why.starts_with("resources/")).collect()
}

fn row(second: u32) -> ResourceRow {
    ResourceRow {
        second,
        measured: true,
        cpu_share: 0.5,
        rss_bytes: 1,
        descriptors: 1,
        ports: 1,
        steal_share: 0.0,
        clock_step_us: 0,
        released: 600,
        ended: 600,
        in_flight: 1,
        waiting: 0,
        lateness_p99_us: Some(90),
        ..ResourceRow::default()
    }
}

/// The smallest value that at least this share of the values does not exceed.
fn quantile(sorted: &[u64], per_mille: usize) -> u64 {
    sorted[(sorted.len() * per_mille).div_ceil(1_000).max(1) - 1]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_second_is_the_second_of_all_its_values(
        // Below 2048 a histogram of 3 digits holds every value exactly.
        parts in proptest::collection::vec(proptest::collection::vec(0..2_048u64, 1..400), 1..4),
    ) {
        let intervals = parts.iter().map(|part| interval("hold", 7, part)).collect();
        let evidence = folded(intervals);
        let mut all: Vec<u64> = parts.concat();
        all.sort_unstable();
        let expected = Point {
            second: 7,
            count: all.len() as u64,
            p50_us: quantile(&all, 500),
            p95_us: quantile(&all, 950),
            p99_us: quantile(&all, 990),
            p999_us: quantile(&all, 999),
            max_us: *all.last().unwrap(),
        };
        prop_assert_eq!(evidence.over_time("reads", "GET page", Kind::Response), vec![expected]);
        prop_assert_eq!(evidence.latency[0].total.len(), all.len() as u64);
    }

    #[test]
    fn a_spectrum_rises_ends_at_the_largest_and_tells_the_share_below(
        values in proptest::collection::vec(0..2_048u64, 1..3_000),
    ) {
        let evidence = folded(vec![interval("hold", 0, &values)]);
        let spectrum = evidence.spectrum("reads", "GET page", Kind::Response);
        let mut sorted = values.clone();
        sorted.sort_unstable();
        prop_assert_eq!(spectrum.first().unwrap().0.to_bits(), 0f64.to_bits());
        prop_assert!(spectrum.last().unwrap().0 < 100.0);
        prop_assert_eq!(spectrum.last().unwrap().1, *sorted.last().unwrap());
        prop_assert!(spectrum.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
        for (percentile, value) in spectrum {
            let not_above = sorted.partition_point(|other| *other <= value);
            let below = sorted.partition_point(|other| *other < value);
            let share = percentile / 100.0 * f64::from(u32::try_from(sorted.len()).unwrap());
            // A hair's breadth for the float in which a percentile is asked for.
            prop_assert!(f64::from(u32::try_from(not_above).unwrap()) >= share - 1e-6);
            prop_assert!(f64::from(u32::try_from(below).unwrap()) <= share.max(1.0) + 1e-6);
        }
    }
}

#[test]
fn only_measured_phases_are_in_a_spectrum_and_all_are_over_time() {
    let evidence = folded(vec![
        interval("warm-up", 8, &[1_000]),
        interval("warm-up", 9, &[1_000]),
        interval("warm-up", 10, &[1_000, 1_100]),
        interval("hold", 10, &[20, 30]),
        interval("hold", 11, &[20]),
    ]);
    let spectrum = evidence.spectrum("reads", "GET page", Kind::Response);
    assert_eq!(spectrum.last().map(|point| point.1), Some(30));
    let seconds = evidence.over_time("reads", "GET page", Kind::Response);
    let shown: Vec<_> = seconds.iter().map(|at| (at.second, at.count, at.max_us)).collect();
    assert_eq!(shown, [(8, 1, 1_000), (9, 1, 1_000), (10, 4, 1_100), (11, 1, 20)]);
    for (stream, step, kind) in [
        ("reads", "GET page", Kind::Service),
        ("reads", "GET", Kind::Response),
        ("writes", "GET page", Kind::Response),
    ] {
        assert_eq!(evidence.spectrum(stream, step, kind), []);
        assert_eq!(evidence.over_time(stream, step, kind), []);
    }
}

#[test]
fn one_value_has_a_spectrum_too() {
    let evidence = folded(vec![interval("hold", 0, &[42])]);
    assert_eq!(evidence.spectrum("reads", "GET page", Kind::Response), [(0.0, 42), (50.0, 42)]);
}

#[test]
fn a_log_that_goes_back_in_time_is_used_up_to_there() {
    let evidence = folded(vec![
        interval("hold", 3, &[1]),
        interval("hold", 2, &[1]),
        interval("hold", 4, &[1]),
    ]);
    let expected = "latency.hlog goes back in time at second 2 of `reads/hold/GET%20page/response`";
    assert_eq!(whys(&evidence), [expected]);
    assert_eq!(evidence.latency[0].total.len(), 1);
    // Another tag has its own time.
    let two = folded(vec![interval("hold", 3, &[1]), interval("warm-up", 2, &[1])]);
    assert_eq!(whys(&two), [""; 0]);
}

#[test]
fn what_cannot_be_read_costs_its_part_only() {
    let broken = || RecordError::Tag("x".to_owned());
    let intervals = [Ok(interval("hold", 1, &[1])), Err(broken()), Ok(interval("hold", 2, &[1]))];
    let rows = vec![Ok(row(1)), Err(broken()), Ok(row(3))];
    let evidence = fold_all(intervals.into_iter(), rows);
    assert_eq!(whys(&evidence), [broken().to_string(), broken().to_string()]);
    assert_eq!(evidence.latency[0].total.len(), 1);
    assert_eq!(evidence.resources, [1, 3].map(row));
}

#[test]
fn reasons_do_not_grow_with_what_is_broken() {
    let rows = (0..1_000).map(|_| Err(RecordError::Tag("x".to_owned()))).collect();
    let evidence = fold_all(std::iter::empty(), rows);
    assert!(evidence.missing.len() <= 21, "{}", evidence.missing.len());
}

#[test]
fn fewer_times_than_completed_requests_are_missing() {
    let mut run = good();
    run.ended_ns = Some(2 * SECOND);
    let step = |count| run_record::run::StepResult {
        stream: "reads".to_owned(),
        step: "GET page".to_owned(),
        count,
        not_completed: 0,
        response_us: None,
        service_us: None,
        server_us: None,
        store_us: None,
        delivery_us: None,
    };
    for (count, expected) in [(3, 0), (4, 1)] {
        run.steps = vec![step(count)];
        let intervals = [interval("hold", 0, &[1, 2, 3]), interval("warm-up", 0, &[1, 2, 3])];
        let parts = Parts {
            intervals: intervals.into_iter().map(Ok::<_, RecordError>),
            resources: std::iter::empty(),
            sent: std::iter::empty(),
            metrics: std::iter::empty(),
        };
        let evidence = fold(run.clone(), parts);
        assert_eq!(whys(&evidence).len(), expected, "{:?}", evidence.missing);
    }
}

#[test]
fn resources_are_in_order_of_time_and_a_short_list_is_said() {
    let rows = [2, 1, 3].map(|second| Ok(row(second))).into_iter().collect();
    let evidence = fold_all(std::iter::empty(), rows);
    assert_eq!(evidence.resources, [1, 2, 3].map(row));
    assert_eq!(evidence.missing[0].why, "resources/ reaches second 3 of 40");
}

#[test]
fn too_many_tags_are_not_read_on() {
    let one = interval("hold", 0, &[1]);
    let many = (0..5_000).map(|index| {
        let tag = Tag { step: format!("step {index}"), ..one.tag.clone() };
        Ok(Interval { tag, ..one.clone() })
    });
    let evidence = fold_all(many, Vec::new());
    assert_eq!(whys(&evidence), ["latency.hlog has more than 4096 tags"]);
}
