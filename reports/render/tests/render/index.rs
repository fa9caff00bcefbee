//! The page over a folder of records.

use run_render::index::{Entry, Row, page};

use crate::payloads::PAYLOADS;
use crate::{HOSTILE, all, assert_only_numbers, sample};

fn entry(folder: &str, evidence: &run_analysis::evidence::Evidence) -> Entry {
    Entry { folder: folder.to_owned(), has_report: true, record: Ok(Row::of(&evidence.run)) }
}

#[test]
fn the_newest_is_first_and_a_broken_one_is_said_with_its_reason() {
    let mut older = sample::failed();
    older.run.started_unix_ns -= 1_000_000_000;
    older.run.plan.name = "older".to_owned();
    let broken = Entry {
        folder: "broken".to_owned(),
        has_report: false,
        record: Err("run.json: EOF while parsing at line 1".to_owned()),
    };
    let page = page("runs", vec![entry("a", &older), broken, entry("b c", &sample::passed())], 7);
    let page = page.unwrap();
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not in {page}"));
    assert!(at("reads and reactions") < at(">older<") && at(">older<") < at("Not readable"));
    assert!(at("href=\"./b%20c/report.html\"") < at("EOF while parsing at line 1"));
    assert!(page.contains("PASS") && page.contains("FAIL") && page.contains("GET room"));
    assert!(page.contains("7 more folders are not listed."));
    assert!(!page.contains("<script"));
}

#[test]
fn any_run_and_any_name_make_a_page() {
    let entries: Vec<Entry> = all().iter().map(|(name, evidence)| entry(name, evidence)).collect();
    assert_only_numbers("index", &page("runs", entries, 0).unwrap());
    let run = sample::failed();
    let elements = |name: &str| {
        let broken =
            Entry { folder: name.to_owned(), has_report: true, record: Err(name.to_owned()) };
        let entries = vec![entry(name, &sample::renamed(&run, name)), broken];
        page(name, entries, 0).unwrap().matches('<').count()
    };
    let plain = elements("name");
    for payload in PAYLOADS.into_iter().chain([HOSTILE]) {
        assert_eq!(elements(payload), plain, "{payload:?}");
    }
    assert!(page("empty", Vec::new(), 0).unwrap().contains("No record could be read."));
}
