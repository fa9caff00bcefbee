//! The tables of a study: every figure that a picture is made of, and those that have no picture.

use run_analysis::study::{Money, Point, Retry, RetryOutcome, Study, Sweep};

use super::again;
use crate::cell::Cell;
use crate::tables::Table;
use crate::units;

/// What was measured over one sweep.
pub(super) fn points(study: &Study, sweep: Sweep) -> Table {
    let row = |point: &Point| {
        vec![
            Cell::text(&point.store),
            Cell::text(&point.strategy),
            Cell::Count(point.rooms),
            Cell::Count(point.messages),
            Cell::Us(point.took_us),
            point.memory_bytes.map_or(Cell::None, Cell::Bytes),
            Cell::Count(point.pages),
            Cell::Count(point.items),
            Cell::Count(point.longest_chain),
            point.in_flight_share.map_or(Cell::None, Cell::Share),
            Cell::Number(point.read_units),
            Cell::Number(point.write_units),
            Cell::Count(point.throttled),
            Cell::Us(point.paused_us),
            Cell::Count(point.visible),
        ]
    };
    let (stem, title) = match sweep {
        Sweep::Messages => ("points-by-messages", "What was measured, by messages"),
        Sweep::Rooms => ("points-by-rooms", "What was measured, by rooms"),
    };
    Table {
        stem,
        title,
        note: "The chain is the most pages of which each had to wait for the one before; in flight is how much of what may \
               be under way at once was, up to the last wave. Refused requests were sent again.",
        groups: vec![("", 2), ("organisation", 2), ("run", 2), ("reading", 4), ("units", 2), ("refused", 2), ("", 1)],
        head: vec![
            "store", "strategy", "rooms", "messages", "time", "memory", "pages", "messages", "longest chain", "in flight",
            "read", "write", "requests", "paused", "visible",
        ],
        rows: study.points.iter().filter(|point| point.sweep == sweep).map(row).collect(),
        words: 2,
        empty: "Nothing was measured.",
        more: 0,
    }
    .cut()
}

/// What a daily run costs; stores that come to the same are one row.
pub(super) fn money(study: &Study) -> Table {
    let row = |point: &Point, money: &Money| {
        vec![
            Cell::text(&point.strategy),
            Cell::text(&money.region),
            Cell::Count(point.rooms),
            Cell::Count(point.messages),
            Cell::Usd(money.run_usd),
            Cell::Usd(money.month_usd),
            Cell::Usd(money.provisioned_month_usd),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for point in &study.points {
        for money in &point.money {
            let row = row(point, money);
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    Table {
        stem: "money",
        title: "Money",
        note: "US dollars, one organisation. A month has thirty runs on demand; provisioned is capacity that is just enough, \
               kept day and night.",
        groups: vec![("", 2), ("organisation", 2), ("on demand", 2), ("provisioned", 1)],
        head: vec!["strategy", "region", "rooms", "messages", "a run", "a month", "a month"],
        rows,
        words: 2,
        empty: "No prices were given.",
        more: 0,
    }
    .cut()
}

/// What the model of partitions refused.
pub(super) fn throttling(study: &Study) -> Table {
    let rows = study.throttling.iter().map(|replay| {
        let reasons: Vec<String> = replay
            .reasons
            .iter()
            .map(|(reason, count)| format!("{reason}: {}", units::count(*count)))
            .collect();
        vec![
            Cell::text(&replay.strategy),
            Cell::text(&replay.throughput),
            Cell::text(&reasons.join(", ")),
            Cell::Count(replay.rooms),
            Cell::Count(replay.messages),
            Cell::Count(replay.requests),
            Cell::share(replay.throttled, replay.requests),
            Cell::Count(replay.asked),
            Cell::share(replay.refused, replay.asked),
            Cell::Us(replay.took_us),
            Cell::Us(replay.unlimited_us),
            slower(replay.took_us, replay.unlimited_us),
            Cell::Us(replay.paused_us),
            Cell::Count(replay.given_up),
        ]
    });
    Table {
        stem: "throttling",
        title: "What limits do",
        note: "Computed by the model of partitions. What is asked is each read and each item of a batch of writes, as often \
               as it was sent. Pauses of calls that are under way at once are added up.",
        groups: vec![("", 3), ("organisation", 2), ("requests", 2), ("asked", 2), ("time", 4), ("", 1)],
        head: vec![
            "strategy", "each table has", "reasons", "rooms", "messages", "sent", "throttled", "in all", "refused",
            "with limits", "without", "times", "paused", "given up",
        ],
        rows: rows.collect(),
        words: 3,
        empty: "The model was not asked.",
        more: 0,
    }
    .cut()
}

/// What beginning again costs.
pub(super) fn retries(study: &Study) -> Table {
    let row = |retry: &Retry| {
        let mut row = vec![
            Cell::text(again::words(retry.again)),
            Cell::Count(retry.rooms),
            Cell::Share(retry.failure_share),
            Cell::Count(retry.attempts_max.into()),
        ];
        row.extend(outcome(retry.expected));
        row.push(again::times(retry).map_or(Cell::None, Cell::Number));
        row.extend(outcome(retry.simulated));
        row.extend([Cell::Number(retry.read_units), Cell::Number(retry.write_units)]);
        row
    };
    Table {
        stem: "retries",
        title: "Beginning again",
        note: "Rooms are read one after the other and fail independently of each other; a room that fails has cost all of its \
               pages. Pages are those of all attempts, in vain or not; times is pages for each result, over those that are read if \
               nothing fails. The closed form and the simulation are computed independently of each other.",
        groups: vec![("", 4), ("closed form", 4), ("simulated", 3), ("units", 2)],
        head: vec![
            "read again", "rooms", "room fails", "attempts at most", "attempts", "pages", "result", "times", "attempts",
            "pages", "result", "read", "write",
        ],
        rows: study.retries.iter().map(row).collect(),
        words: 1,
        empty: "Nothing was computed.",
        more: 0,
    }
    .cut()
}

/// Where both ways cost the same.
pub(super) fn break_even(study: &Study) -> Table {
    let rows = study.break_even.iter().map(|even| {
        vec![
            Cell::Count(even.rooms),
            Cell::Number(even.factor),
            even.failure_share.map_or(Cell::None, Cell::Share),
        ]
    });
    Table {
        stem: "break-even",
        title: "From when on a table is the cheaper",
        note: "From this chance of failure of a room on, reading whole organisations again costs more than writing every \
               message into a calculation table. Attempts are not limited here.",
        head: vec!["rooms", "a page costs with the table, times", "room fails"],
        rows: rows.collect(),
        empty: "Nothing was computed.",
        ..Table::default()
    }
    .cut()
}

fn slower(took_us: u64, unlimited_us: u64) -> Cell {
    if unlimited_us == 0 {
        return Cell::None;
    }
    Cell::Number(units::as_f64(took_us) / units::as_f64(unlimited_us))
}

fn outcome(outcome: RetryOutcome) -> [Cell; 3] {
    let RetryOutcome { attempts, pages, finished_share } = outcome;
    [Cell::Number(attempts), Cell::Number(pages), Cell::Share(finished_share)]
}
