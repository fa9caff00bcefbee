//! A target that does not tell its metrics: a warning where it tells none, a note where some are missing.

use run_record::run::{Run, Severity, Verdict};
use run_record::scraped::Scraped;

use super::{check, passes, warned};
use crate::findings::Code;

fn scraped(asked: u64, failed: u64, series: &[&str], left_out: u32) -> impl FnOnce(&mut Run) {
    let series = series.iter().map(|&series| series.to_owned()).collect();
    let problem = (failed > 0).then(|| "no answer in time".to_owned());
    move |run| {
        let url = "http://127.0.0.1:9090/metrics".to_owned();
        run.scraped = Some(Scraped { url, asked, failed, problem, series, left_out });
    }
}

#[test]
fn nothing_at_all_is_a_warning_and_a_gap_is_a_note() {
    passes(|run| run.scraped = None);
    passes(scraped(42, 0, &["up"], 0));
    passes(scraped(0, 0, &[], 0));
    let note = [(Code::MetricsMissing, Severity::Note)];
    check(scraped(42, 1, &["up"], 0), &note, Verdict::Pass);
    check(scraped(42, 0, &["up"], 1), &note, Verdict::Pass);
    warned(Code::MetricsMissing, scraped(42, 42, &[], 0));
    warned(Code::MetricsMissing, scraped(42, 0, &[], 0));
}
