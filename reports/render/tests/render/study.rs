//! The page of a study: its answer, its pictures, and what it says where there is little to show.

use std::collections::BTreeMap;

use run_analysis::study::Study;
use run_render::study::{page, terminal};

use crate::payloads::PAYLOADS;
use crate::studied::study;
use crate::{HOSTILE, assert_only_numbers};

/// A study with this name wherever there is one.
fn renamed(name: &str) -> Study {
    let mut study = study();
    for point in &mut study.points {
        // Each stays a strategy of its own, or the page would be another.
        point.store = format!("{name}{}", point.store);
        point.strategy = format!("{name}{}", point.strategy);
        point.cut_off = Some(name.to_owned());
        for money in &mut point.money {
            money.region = format!("{name}{}", money.region);
        }
    }
    study.points[0].cut_off = None;
    for replay in &mut study.throttling {
        for text in [&mut replay.strategy, &mut replay.throughput] {
            name.clone_into(text);
        }
        replay.reasons = BTreeMap::from([(name.to_owned(), 1)]);
    }
    let environment = &mut study.environment;
    for text in [&mut study.prices.as_of, &mut environment.cpu_model, &mut environment.hanno] {
        name.clone_into(text);
    }
    study.prices.sources = vec![name.to_owned()];
    study.prices.doubts = vec![name.to_owned()];
    study.notes = vec![name.to_owned()];
    study
}

/// A page in which everything there can be bears the name.
pub(crate) fn page_of(name: &str) -> String {
    page(&renamed(name)).expect("any name fits")
}

#[test]
fn the_answer_is_whether_all_gave_one_answer() {
    let mut study = study();
    let head = |study: &Study| {
        let page = page(study).unwrap();
        page.split("<header").nth(1).unwrap().split("<h1>").next().unwrap().to_owned()
    };
    let found = head(&study);
    assert!(found.contains("class=\"pass\"") && found.contains("ONE ANSWER"), "{found}");
    assert!(!page(&study).unwrap().contains("id=\"differing\""));
    study.points[3].cut_off = Some("17".to_owned());
    let found = head(&study);
    assert!(found.contains("class=\"fail\"") && found.contains("ANSWERS DIFFER"), "{found}");
    let shown = page(&study).unwrap();
    let answer = "1000 messages in 100 rooms, redb, select: 1000 visible, the oldest 17";
    assert!(shown.contains(answer), "{answer}");
    let found = head(&Study::default());
    assert!(found.contains("class=\"unsure\"") && found.contains("NOTHING MEASURED"), "{found}");
}

#[test]
fn there_is_a_picture_of_every_quantity_and_every_store_where_it_matters() {
    let page = page(&study()).unwrap();
    for sweep in ["messages", "rooms"] {
        for stem in ["time", "memory"] {
            for store in ["01-redb", "02-dynamodb-local"] {
                let id = format!("<figure id=\"{stem}-by-{sweep}-{store}\">");
                assert_eq!(page.matches(&id).count(), 1, "{id}");
            }
        }
        for stem in ["pages", "read-units", "write-units", "money"] {
            let id = format!("<figure id=\"{stem}-by-{sweep}\">");
            assert_eq!(page.matches(&id).count(), 1, "{id}");
        }
    }
    for stem in ["time-under-limits", "finished-by-rooms", "pages-again-by-rooms"] {
        assert!(page.contains(&format!("<figure id=\"{stem}\">")), "{stem}");
    }
    let tables =
        ["points-by-messages", "points-by-rooms", "money", "throttling", "retries", "break-even"];
    for table in tables {
        assert_eq!(page.matches(&format!("<h3 id=\"{table}\">")).count(), 1, "{table}");
    }
    for said in [
        "Organisations of 100 rooms.",
        "within 3 attempts",
        "Not certain.",
        "us-east-1: storage",
        "TableWriteKeyRangeThroughputExceeded: 66\u{a0}000",
        "Organisations of 100 rooms. Equal, and so one line: sorted-map; merge; select.",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert_only_numbers("study", &page);
}

/// The data behind a picture, as its address holds it.
fn data(page: &str, stem: &str) -> Vec<String> {
    let link = format!("download=\"{stem}.csv\" href=\"data:text/csv;charset=utf-8,");
    let encoded = page.split(&link).nth(1).unwrap_or_else(|| panic!("{stem}"));
    let encoded = encoded.split_once('"').expect("the address ends").0;
    encoded.replace("%0A", "\n").lines().map(str::to_owned).collect()
}

#[test]
fn stores_that_count_alike_are_one_line_and_money_has_all_its_digits() {
    let shown = page(&study()).unwrap();
    let lines = data(&shown, "pages-by-messages");
    assert_eq!(lines[0], "messages,table_pages,sorted_map_pages,merge_pages,select_pages");
    assert_eq!(lines[1], "1000,1000,1000,400,100");
    let lines = data(&shown, "money-by-messages");
    assert_eq!(lines[0], "messages,table_usd,sorted_map_usd,merge_usd,select_usd");
    assert_eq!(lines[1], "1000,0.03753,0.00003,0.00003,0.00003");
    let mut other = study();
    let differing = other.points.iter_mut().filter(|point| point.store != "redb");
    differing.for_each(|point| point.pages += 1);
    let lines = data(&page(&other).unwrap(), "pages-by-messages");
    assert!(lines[0].starts_with("messages,table_redb_pages,table_dynamodb_local_pages,"));
}

#[test]
fn nothing_has_no_place_on_a_logarithmic_axis() {
    let mut study = study();
    study.points.iter_mut().for_each(|point| point.write_units = 0.0);
    let page = page(&study).unwrap();
    assert!(!page.contains("id=\"write-units-by-messages\""), "no empty axes");
    assert_only_numbers("study", &page);
}

#[test]
fn an_organisation_that_never_has_a_result_costs_no_number() {
    let lines = data(&page(&study()).unwrap(), "pages-again-by-rooms");
    let last = lines.last().unwrap();
    // Of 100 000 rooms of which one in a hundred fails; the rooms that are read again one by one have a figure.
    assert!(last.starts_with("100000,") && last.contains(",,"), "{last}");
}

#[test]
fn an_empty_study_is_a_page_that_says_so() {
    let page = page(&Study::default()).unwrap();
    assert_eq!(page.matches("<svg").count(), 0, "no empty axes");
    for said in ["Nothing was measured.", "The model was not asked.", "No prices were given."] {
        assert!(page.contains(said), "{said}");
    }
    assert_only_numbers("empty study", &page);
    assert!(terminal(&Study::default(), 80).contains("Nothing was measured."));
}

#[test]
fn no_name_makes_another_page() {
    let elements = |name: &str| page_of(name).matches('<').count();
    let plain = elements("name");
    for payload in PAYLOADS.into_iter().chain([HOSTILE]) {
        assert_eq!(elements(payload), plain, "{payload:?}");
    }
}

#[test]
fn the_terminal_has_a_line_for_each_point() {
    let text = terminal(&study(), 200);
    for said in [
        "All strategies gave the same answer over each organisation.",
        "on redb: table 90.0 s, sorted-map 150 ms, merge 80.0 ms, select 20.0 ms.",
    ] {
        assert!(text.contains(said), "{text}");
    }
    let rows = text.lines().filter(|line| line.contains("redb, merge")).count();
    assert_eq!(rows, 6, "{text}");
    assert!(!terminal(&renamed(HOSTILE), 100).contains('\u{1b}'));
}
