//! The page of an audit: its answer, and what it holds of each stream.

use run_analysis::audit::{Audited, Auditor};
use run_record::histogram;
use run_render::audit::{Against, Stream, page};

/// Requests of one stream, 10 ms apart, without a plan.
fn stream(name: &str, requests: u64) -> Stream {
    let mut auditor = Auditor::unplanned();
    for n in 1..=requests {
        auditor.push(n * 10_000_000 + n % 7 * 1_000);
    }
    let mut lateness_us = histogram();
    lateness_us.record(70).expect("any time fits");
    Stream { name: name.to_owned(), audited: auditor.finish(), lateness_us: Some(lateness_us) }
}

fn asked(stream: Stream, class: &str) -> Stream {
    let Stream { audited: Audited { mut audit, gaps, fold, places }, name, lateness_us } = stream;
    audit.expected = Some(class.to_owned());
    Stream { audited: Audited { audit, gaps, fold, places }, name, lateness_us }
}

/// A page in which everything there can be bears the name.
pub(crate) fn page_of(name: &str) -> String {
    let streams = [asked(stream(name, 2_000), name), stream(name, 0), asked(stream(name, 5), name)];
    let against = Against { whole: false, said: "planned 3, arrived 2".to_owned() };
    page(name, &streams, Some(against), &[name.to_owned()]).expect("any name fits")
}

#[test]
fn the_answer_says_what_was_not_judged() {
    let even = || stream("even", 2_000);
    let few = || stream("few", 5);
    let both = |one: Stream, other: Stream| vec![one, other];
    for (streams, tone, word) in [
        (vec![even()], "note", "EVEN"),
        (both(even(), even()), "note", "JUDGED"),
        (vec![asked(even(), "EVEN")], "pass", "AS PLANNED"),
        (vec![asked(even(), "POISSON")], "fail", "NOT AS PLANNED"),
        (vec![asked(few(), "EVEN")], "unsure", "NOT JUDGED"),
        (both(asked(even(), "EVEN"), few()), "unsure", "PARTLY JUDGED"),
        (both(asked(even(), "POISSON"), few()), "fail", "NOT AS PLANNED"),
        (Vec::new(), "unsure", "NOT JUDGED"),
    ] {
        let page = page("a.csv", &streams, None, &[]).unwrap();
        let head = format!("<header class=\"{tone}\">\n<p class=\"verdict\">{word}</p>");
        assert!(page.contains(&head), "{word}: {}", page.split("<header").nth(1).unwrap());
    }
}

#[test]
fn a_planned_arrival_that_never_came_is_the_answer() {
    for (whole, word) in [(true, "AS PLANNED"), (false, "NOT AS PLANNED")] {
        let against = Against { whole, said: "planned 3".to_owned() };
        let streams = [asked(stream("even", 2_000), "EVEN")];
        let page = page("a.csv", &streams, Some(against), &[]).unwrap();
        assert!(page.contains(&format!("<title>{word}: a.csv")) && page.contains("planned 3"));
    }
}

#[test]
fn each_stream_has_its_pictures() {
    let page = page("a.csv", &[stream("even", 2_000)], None, &[]).unwrap();
    for figure in ["gaps-even", "second-even", "lateness-even"] {
        assert!(page.contains(&format!("<figure id=\"{figure}\">")), "{figure}");
    }
    assert!(page.contains("lateness p99"));
}
