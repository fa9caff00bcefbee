//! Which page tells a target's metrics, which of them are kept, and what one answer says of those.

use run_record::metric_row::SERIES_MAX;
use run_record::run::ConsumedUnits;
use run_record::scraped::Scraped;
use url::Url;

use crate::consumption::totals;
use crate::exposition::{Kinds, Sample, Series, samples};

/// What is kept where nothing else is said, if it is there: what most programs tell of their process, and what the
/// bundled service tells of its connections.
const USUAL: [&str; 6] = [
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
    "chat_connections",
    "chat_event_streams",
    "chat_shed_total",
];

/// A longer name with labels is not kept: it would not fit on any picture.
const SERIES_BYTES_MAX: usize = 200;

/// A longer reason is cut: it may quote the target.
const PROBLEM_CHARS_MAX: usize = 200;

/// A page, and the series that are kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    pub(crate) url: Url,
    wanted: Vec<String>,
}

/// What one answer says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    /// What the target's store has consumed since it started.
    pub(crate) consumed: Vec<ConsumedUnits>,
    pub(crate) values: Vec<Value>,
    left_out: u32,
}

/// The value of a series that is kept; finite.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) series: String,
    pub(crate) counter: bool,
    pub(crate) value: f64,
}

impl Metrics {
    /// A few usual series where none is named; a name stands for all series that have it.
    ///
    /// # Errors
    /// The one that is no series.
    pub(crate) fn new(url: Url, series: &[String]) -> Result<Self, String> {
        if let Some(bad) = series.iter().find(|text| Series::of(text).is_none()) {
            return Err(format!(
                "`{}` is no series such as up or requests{{code=\"200\"}}",
                shown(bad)
            ));
        }
        if series.len() > SERIES_MAX {
            return Err(format!("{} series are named: at most {SERIES_MAX}", series.len()));
        }
        let usual = || USUAL.map(str::to_owned).into();
        let wanted = if series.is_empty() { usual() } else { series.to_owned() };
        Ok(Self { url, wanted })
    }

    /// What the text says; `kept` are the series of earlier answers, and become those of this one too.
    pub(crate) fn page(&self, text: &str, kept: &mut Vec<String>) -> Page {
        let wanted: Vec<Series<'_>> =
            self.wanted.iter().filter_map(|text| Series::of(text)).collect();
        let kinds = Kinds::of(text);
        let mut page = Page { consumed: totals(text), ..Page::default() };
        for Sample { series, value } in samples(text) {
            if !wanted.iter().any(|wanted| series.is_of(wanted)) {
                continue;
            }
            let counter = kinds.is_counter(series.name);
            let series = series.to_string();
            if !kept.contains(&series) {
                if kept.len() == SERIES_MAX || series.len() > SERIES_BYTES_MAX {
                    page.left_out = page.left_out.saturating_add(1);
                    continue;
                }
                kept.push(series.clone());
            }
            // Of a series that is told twice the first counts.
            if value.is_finite() && page.values.iter().all(|value| value.series != series) {
                page.values.push(Value { series, counter, value });
            }
        }
        page
    }

    /// Before the first answer.
    pub(crate) fn unasked(&self) -> Scraped {
        Scraped { url: self.url.to_string(), ..Scraped::default() }
    }
}

/// Counts an answer, or why there was none.
pub(crate) fn count(scraped: &mut Scraped, answer: &Result<Page, String>) {
    scraped.asked += 1;
    match answer {
        Ok(page) => {
            for value in &page.values {
                if !scraped.series.contains(&value.series) {
                    scraped.series.push(value.series.clone());
                }
            }
            scraped.left_out = scraped.left_out.max(page.left_out);
        }
        Err(problem) => {
            scraped.failed += 1;
            scraped.problem.get_or_insert_with(|| shown(problem));
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(PROBLEM_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(series: &[&str]) -> Metrics {
        let series: Vec<String> = series.iter().map(|&series| series.to_owned()).collect();
        Metrics::new(Url::parse("http://127.0.0.1:1/metrics").unwrap(), &series).unwrap()
    }

    fn value(series: &str, counter: bool, value: f64) -> Value {
        Value { series: series.to_owned(), counter, value }
    }

    #[test]
    fn the_usual_series_are_kept_if_they_are_there() {
        let text = "# TYPE process_open_fds gauge\nprocess_open_fds 12\nother 1\nprocess_cpu_seconds_total 0.5\n";
        let page = metrics(&[]).page(text, &mut Vec::new());
        let expected =
            [value("process_open_fds", false, 12.0), value("process_cpu_seconds_total", true, 0.5)];
        assert_eq!(page.values, expected);
    }

    #[test]
    fn what_is_named_is_kept_whatever_the_order_of_its_labels() {
        let metrics = metrics(&["x{a=\"1\",b=\"2\"}", "y"]);
        let text = "x{b=\"2\",a=\"1\"} 1\nx{a=\"1\"} 2\ny{c=\"3\"} 3\ny 4\nprocess_open_fds 5\n";
        let page = metrics.page(text, &mut Vec::new());
        let expected = [
            value("x{a=\"1\",b=\"2\"}", false, 1.0),
            value("y{c=\"3\"}", false, 3.0),
            value("y", false, 4.0),
        ];
        assert_eq!(page.values, expected);
    }

    #[test]
    fn a_hostile_page_stays_within_bounds() {
        let mut kept = Vec::new();
        let metrics = metrics(&["x"]);
        let mut many: Vec<String> = (0..1000).map(|n| format!("x{{n=\"{n}\"}} {n}")).collect();
        let page = metrics.page(&many.join("\n"), &mut kept);
        assert_eq!((page.values.len(), page.left_out), (SERIES_MAX, 1000 - 32));
        // Those of later answers are the same, in whatever order they come.
        many.reverse();
        let later = metrics.page(&many.join("\n"), &mut kept);
        assert_eq!(later.values.len(), SERIES_MAX);
        assert!(later.values.iter().all(|value| page.values.contains(value)));
        let long = format!("x{{n=\"{}\"}} 1\n", "n".repeat(300));
        assert_eq!(metrics.page(&long, &mut Vec::new()).left_out, 1);
        let twice = "x NaN\nx 1\nx 2\nx +Inf\n";
        assert_eq!(metrics.page(twice, &mut Vec::new()).values, [value("x", false, 1.0)]);
        assert_eq!(metrics.page("\u{0}\u{fffd}x{", &mut Vec::new()), Page::default());
    }

    #[test]
    fn what_is_no_series_is_refused() {
        let url = || Url::parse("http://127.0.0.1:1/metrics").unwrap();
        for bad in ["", "1x", "x 1", "x{a=1}", "x}"] {
            assert!(Metrics::new(url(), &[bad.to_owned()]).is_err(), "{bad}");
        }
        let many: Vec<String> = (0..=SERIES_MAX).map(|n| format!("x{n}")).collect();
        assert!(Metrics::new(url(), &many).is_err());
    }

    #[test]
    fn answers_are_counted_and_the_first_reason_is_kept() {
        let mut scraped = metrics(&[]).unasked();
        let page = Page { values: vec![value("up", false, 1.0)], left_out: 3, ..Page::default() };
        for answer in [Err("gone".repeat(100)), Ok(page.clone()), Ok(page), Err("later".to_owned())]
        {
            count(&mut scraped, &answer);
        }
        assert_eq!((scraped.asked, scraped.failed, scraped.left_out), (4, 2, 3));
        assert_eq!(scraped.series, ["up"]);
        assert_eq!(scraped.problem.unwrap(), "gone".repeat(50));
    }
}
