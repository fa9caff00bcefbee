//! The study of the view-limit batch on a page and on the terminal: strategies beside each other on the same data, what
//! limits would do to them, and what beginning again costs.

mod page;

mod growth;
mod limits;
mod again;
mod tables;

use run_analysis::study::{Point, Study, Sweep};

use crate::figure::Column;
use crate::svg::Colour;
use crate::{table, text, units};

pub use page::page;

/// Longer names are cut on the terminal.
const NAME_COLUMNS_MAX: usize = 40;

/// What was found in short, then a line for each point.
pub fn terminal(study: &Study, columns: usize) -> String {
    let mut said = String::new();
    for sentence in sentences(study) {
        said.push_str(&text::wrap(&sentence, columns, 0, 2));
        said.push('\n');
    }
    let head = [
        "",
        "rooms",
        "messages",
        "time",
        "pages",
        "items",
        "chain",
        "read units",
        "write units",
        "refused",
    ];
    let row = |point: &Point| {
        let name = format!("{}, {}", point.store, point.strategy);
        vec![
            text::fit(&name, NAME_COLUMNS_MAX),
            units::count(point.rooms),
            units::count(point.messages),
            units::time_us(point.took_us),
            units::count(point.pages),
            units::count(point.items),
            units::count(point.longest_chain),
            units::number(point.read_units),
            units::number(point.write_units),
            units::count(point.throttled),
        ]
    };
    let head = std::iter::once(head.map(str::to_owned).to_vec());
    let rows: Vec<Vec<String>> = head.chain(study.points.iter().map(row)).collect();
    if rows.len() == 1 { said } else { said + "\n" + &table::table(&rows, 2) }
}

/// Whether the figures may be compared, and those of the largest organisation.
fn sentences(study: &Study) -> Vec<String> {
    let differing = study.disagreements().len();
    let mut said = vec![match (study.points.len(), differing) {
        (0, _) => "Nothing was measured.".to_owned(),
        (_, 0) => "All strategies gave the same answer over each organisation.".to_owned(),
        (_, 1) => {
            "Over one organisation the answers differ: its figures compare nothing.".to_owned()
        }
        (_, more) => {
            format!("Over {more} organisations the answers differ: their figures compare nothing.")
        }
    }];
    let largest = study.points.iter().max_by_key(|point| (point.messages, point.rooms));
    let Some(largest) = largest else { return said };
    let size = (largest.sweep, largest.messages, largest.rooms);
    for store in distinct(study.points.iter().map(|point| point.store.as_str())) {
        let here = study.points.iter().filter(|point| {
            point.store == store && (point.sweep, point.messages, point.rooms) == size
        });
        let times: Vec<String> = here
            .map(|point| {
                format!("{} {}", text::clean(&point.strategy), units::time_us(point.took_us))
            })
            .collect();
        if !times.is_empty() {
            said.push(format!(
                "Over {} messages in {} rooms on {}: {}.",
                units::count(largest.messages),
                units::count(largest.rooms),
                text::clean(store),
                times.join(", ")
            ));
        }
    }
    said
}

/// Names in the order in which they are first met.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

/// Which lines cannot be told apart because they are one; a sentence for each such line.
fn coinciding(columns: &[(Colour, Column)]) -> String {
    let mut told: Vec<&Column> = Vec::new();
    let mut sentences = Vec::new();
    for (_, column) in columns {
        if told.iter().any(|other| other.values == column.values) {
            continue;
        }
        told.push(column);
        let same = columns.iter().filter(|(_, other)| other.values == column.values);
        let names: Vec<String> = same.map(|(_, other)| text::clean(&other.name)).collect();
        if names.len() > 1 {
            sentences.push(format!(" Equal, and so one line: {}.", names.join("; ")));
        }
    }
    sentences.concat()
}

/// What grows.
fn what(sweep: Sweep) -> &'static str {
    match sweep {
        Sweep::Messages => "messages",
        Sweep::Rooms => "rooms",
    }
}
