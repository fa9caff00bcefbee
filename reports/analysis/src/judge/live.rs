//! Whether the readers of live events were there.
//!
//! A reader that the target does not let in, or cuts, sees no events: what was delivered to the others
//! says nothing of it. So its absence is held against the target, like a request that failed.

use run_record::live::ReadersResult;
use run_record::run::{Finding, Run};

use super::as_figure;
use crate::findings::Code;
use crate::limits::ABSENT_SHARE_MAX;

/// `READERS_ABSENT`, for each stream of readers.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    let streams = run.live.iter().flat_map(|live| &live.readers);
    let absent = streams.filter(|stream| stream.absent_share > ABSENT_SHARE_MAX);
    absent.filter(|_| run.unreachable.is_none()).map(finding).collect()
}

fn finding(stream: &ReadersResult) -> Finding {
    let numbers = [
        ("absent_percent", 100.0 * stream.absent_share),
        ("limit_percent", 100.0 * ABSENT_SHARE_MAX),
        ("readers_count", f64::from(stream.readers)),
        ("opened_count", f64::from(stream.opened)),
        ("reopened_count", as_figure(stream.reopened)),
    ];
    Code::ReadersAbsent.finding(Some(&stream.stream), &numbers)
}
