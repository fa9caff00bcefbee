//! Whether response time grows with place in a cluster: then it is the arrivals that make it, and not the target.

use run_record::breakdown::PlaceResult;
use run_record::run::{Finding, Run, StreamResult};
use run_record::spread::Spread;

use super::as_figure;
use super::slower::{Margin, P50, Slower, slower};
use crate::audit::is_clustered;
use crate::findings::Code;
use crate::limits::{BEYOND_FEW_MIN, CLUSTER_EXTRA_MIN_US, CLUSTER_ORDER_MIN, CLUSTER_RATIO_MIN};

const MARGIN: Margin = Margin { ratio: CLUSTER_RATIO_MIN, extra_us: CLUSTER_EXTRA_MIN_US };

/// `LATENCY_GROWS_WITH_CLUSTER_SIZE` for each stream whose arrivals came in clusters.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    run.streams.iter().filter_map(of_stream).collect()
}

fn of_stream(stream: &StreamResult) -> Option<Finding> {
    let clustered = stream.audit.as_ref().is_some_and(is_clustered);
    let places: Vec<(&PlaceResult, Spread)> = stream
        .places
        .iter()
        .filter_map(|place| Some((place, place.response_us?)))
        // A median of fewer says nothing.
        .filter(|(_, response)| response.count >= 2 * BEYOND_FEW_MIN)
        .collect();
    let ((first, first_us), (last, last_us)) = (places.first()?, places.last()?);
    let medians: Vec<u64> = places.iter().map(|(_, response)| response.p50).collect();
    let grows = in_order(&medians) >= CLUSTER_ORDER_MIN;
    let found = slower(&[P50], last_us, &[*first_us], MARGIN).filter(|_| clustered && grows)?;
    Some(finding(stream, first, last, found))
}

/// The share of the pairs of which the second is not less than the first; of fewer than two values all are.
fn in_order(values: &[u64]) -> f64 {
    let after = |index: usize| values[index + 1..].iter().map(move |later| values[index] <= *later);
    let pairs: Vec<bool> = (0..values.len()).flat_map(after).collect();
    let ordered = pairs.iter().filter(|ordered| **ordered).count();
    if pairs.is_empty() { 1.0 } else { as_figure(ordered as u64) / as_figure(pairs.len() as u64) }
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
