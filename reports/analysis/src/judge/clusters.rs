//! Whether response time grows with place in a cluster: then it is the arrivals that make it, and not the target.

use run_record::breakdown::PlaceResult;
use run_record::run::{Finding, Run, StreamResult};
use run_record::spread::Spread;

use super::as_figure;
use super::slower::{Margin, P50, Slower, slower};
use crate::audit::Class;
use crate::findings::Code;
use crate::limits::{BEYOND_FEW_MIN, CLUSTER_EXTRA_MIN_US, CLUSTER_RATIO_MIN, CLUSTER_STEP_MIN};

const MARGIN: Margin = Margin { ratio: CLUSTER_RATIO_MIN, extra_us: CLUSTER_EXTRA_MIN_US };

/// `LATENCY_GROWS_WITH_CLUSTER_SIZE` for each stream whose arrivals came in clusters.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    run.streams.iter().filter_map(of_stream).collect()
}

fn of_stream(stream: &StreamResult) -> Option<Finding> {
    let clustered =
        stream.audit.as_ref().is_some_and(|audit| audit.class == Class::Clustered.as_str());
    let places: Vec<(&PlaceResult, Spread)> = stream
        .places
        .iter()
        .filter_map(|place| Some((place, place.response_us?)))
        // A median of fewer says nothing.
        .filter(|(_, response)| response.count >= 2 * BEYOND_FEW_MIN)
        .collect();
    let ((first, first_us), (last, last_us)) = (places.first()?, places.last()?);
    let grows = places
        .windows(2)
        .all(|two| as_figure(two[1].1.p50) >= CLUSTER_STEP_MIN * as_figure(two[0].1.p50));
    let found = slower(&[P50], last_us, first_us, MARGIN).filter(|_| clustered && grows)?;
    Some(finding(stream, first, last, found))
}

fn finding(
    stream: &StreamResult,
    first: &PlaceResult,
    last: &PlaceResult,
    slower: Slower,
) -> Finding {
    let numbers = [
        ("first_time_us", slower.fast_us),
        ("last_time_us", slower.slow_us),
        ("slower_ratio", slower.ratio()),
        ("last_place_count", f64::from(last.from)),
        ("first_count", as_figure(first.count)),
        ("last_count", as_figure(last.count)),
    ];
    Code::LatencyGrowsWithClusterSize.finding(Some(&stream.name), &numbers)
}
