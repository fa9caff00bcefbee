//! Whether the target told of itself what it was asked for.

use run_record::run::{Finding, Run, Severity};

use super::as_figure;
use crate::findings::Code;

/// `METRICS_MISSING`: a warning where there is nothing at all, a note where something is missing.
pub(super) fn findings(run: &Run) -> Option<Finding> {
    let scraped = run.scraped.as_ref()?;
    let nothing = scraped.asked > 0 && scraped.series.is_empty();
    if !nothing && scraped.failed == 0 && scraped.left_out == 0 {
        return None;
    }
    let severity = if nothing { Severity::Warning } else { Severity::Note };
    let numbers = [
        ("asked_count", as_figure(scraped.asked)),
        ("failed_count", as_figure(scraped.failed)),
        ("series_count", as_figure(u64::try_from(scraped.series.len()).unwrap_or(u64::MAX))),
        ("left_out_count", f64::from(scraped.left_out)),
    ];
    let problem = scraped.problem.as_ref().map(|problem| format!(": {problem}"));
    let subject = format!("{}{}", scraped.url, problem.unwrap_or_default());
    Some(Code::MetricsMissing.finding_as(severity, Some(&subject), &numbers))
}
