//! What limits of throughput do to each strategy: the time it would take without them, and what they add.

use run_analysis::study::{Study, Throttling};

use crate::cell::Cell;
use crate::figure::{Data, Figure, Group};
use crate::svg::{Bar, Bars, PlotError};
use crate::{text, units};

const PARTS: [&str; 2] = ["without limits", "because of limits"];

/// Bars beyond are in the table only.
const BARS_MAX: usize = 16;

const CAPTION: &str = "Computed: the calls that the strategy makes, sent in simulated time to a model of the partitions of each \
    table, beside the same calls where nothing is refused. What is refused is sent again after a pause of up to 25 ms, \
    doubled with each try in a row in which nothing got done, up to 1 s.";

/// One bar for each replay; none if there is none.
pub(super) fn figure(study: &Study) -> Result<Option<Figure>, PlotError> {
    let replays = || study.throttling.iter().take(BARS_MAX);
    let bars: Vec<Bar> = replays().map(bar).collect();
    let words: Vec<String> =
        bars.iter().map(|bar| format!("{}: {}", bar.name, bar.words)).collect();
    let drawing = Bars {
        alternative: format!("Time with and without limits. {}", words.join("; ")),
        parts: &PARTS,
        bars: &bars,
    };
    let Some(svg) = drawing.draw()? else { return Ok(None) };
    Ok(Some(Figure {
        group: Group::Study,
        stem: "time-under-limits".to_owned(),
        title: "Time under the limits of DynamoDB".to_owned(),
        caption: CAPTION.to_owned(),
        svg,
        data: data(replays()),
        hover: None,
    }))
}

fn bar(replay: &Throttling) -> Bar {
    let added_us = replay.took_us.saturating_sub(replay.unlimited_us);
    let sum = format!(
        "{} = {} + {}",
        units::time_us(replay.took_us),
        units::time_us(replay.unlimited_us),
        units::time_us(added_us)
    );
    let refused = match replay.refused {
        0 => "nothing was refused".to_owned(),
        some => format!("{} of what was asked was refused", units::percent_of(some, replay.asked)),
    };
    let given_up = match replay.given_up {
        0 => String::new(),
        some => format!("; {} calls would have been given up", units::count(some)),
    };
    Bar {
        name: text::clean(&format!(
            "{}, {} messages in {} rooms, {}",
            replay.strategy,
            units::count(replay.messages),
            units::count(replay.rooms),
            replay.throughput
        )),
        words: format!("{sum}; {refused}{given_up}"),
        parts: vec![Some(units::as_f64(replay.unlimited_us)), Some(units::as_f64(added_us))],
    }
}

fn data<'a>(replays: impl Iterator<Item = &'a Throttling>) -> Data {
    let row = |replay: &Throttling| {
        vec![
            Cell::text(&replay.strategy),
            Cell::text(&replay.throughput),
            Cell::Count(replay.rooms),
            Cell::Count(replay.messages),
            Cell::Us(replay.unlimited_us),
            Cell::Us(replay.took_us),
            Cell::Count(replay.asked),
            Cell::Count(replay.refused),
        ]
    };
    let head = [
        "strategy",
        "throughput",
        "rooms",
        "messages",
        "unlimited_us",
        "took_us",
        "asked",
        "refused",
    ];
    Data { head: head.map(str::to_owned).into(), rows: replays.map(row).collect() }
}
