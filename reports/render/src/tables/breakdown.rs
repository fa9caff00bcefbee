//! The times of a run taken apart: by phase, by instance of the target, and by place in a cluster. Each table only
//! where there is something to compare.

use run_analysis::audit::is_clustered;
use run_record::run::Run;

use super::{Table, completed, times};
use crate::cell::Cell;

/// Those that have something to compare.
pub(super) fn tables(run: &Run) -> Vec<Table> {
    [phases(run), instances(run), places(run)].into_iter().flatten().collect()
}

/// Steps with several measured phases; none if there is no such step.
pub(crate) fn phases(run: &Run) -> Option<Table> {
    let several = run.phases.iter().filter(|one| {
        let same =
            run.phases.iter().filter(|two| (&two.stream, &two.step) == (&one.stream, &one.step));
        same.count() > 1
    });
    let rows = several.map(|phase| {
        let mut row =
            [&phase.stream, &phase.step, &phase.phase].map(|words| Cell::text(words)).to_vec();
        row.push(phase.asked_per_s.map_or(Cell::None, Cell::PerSecond));
        row.extend(completed(phase.count, phase.not_completed));
        row.extend(times(phase.response_us, |us| [us.p50, us.p90, us.p99, us.max]));
        row.extend(times(phase.service_us, |us| [us.p50, us.p99]));
        row.extend(times(phase.server_us, |us| [us.p50, us.p99]));
        row
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    (!rows.is_empty()).then(|| {
        Table {
            stem: "phases",
            title: "Phases",
            note: "Measured phases, one by one. The rate is the mean that the phase asks for; of closed users, what they \
                   ask for once all have started, if answers take no time.",
            groups: vec![
                ("", 4),
                ("requests", 3),
                ("response time", 4),
                ("service time", 2),
                ("server time", 2),
            ],
            head: vec![
                "stream", "step", "phase", "asked rate", "completed", "not completed", "share", "p50", "p90", "p99",
                "max", "p50", "p99", "p50", "p99",
            ],
            rows,
            words: 3,
            ..Table::default()
        }
        .cut()
    })
}

/// Steps that several instances answered; none if there is no such step.
fn instances(run: &Run) -> Option<Table> {
    let several = run.instances.iter().filter(|one| {
        let same =
            run.instances.iter().filter(|two| (&two.stream, &two.step) == (&one.stream, &one.step));
        same.count() > 1
    });
    let rows = several.map(|one| {
        let name = one.instance.as_deref().unwrap_or("all others");
        let mut row = [&one.stream, &one.step, name].map(Cell::text).to_vec();
        row.extend(completed(one.count, one.not_completed));
        row.extend(times(one.response_us, |us| [us.p50, us.p90, us.p99, us.max]));
        row.extend(times(one.server_us, |us| [us.p50, us.p90, us.p99, us.max]));
        row
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    (!rows.is_empty()).then(|| {
        Table {
            stem: "instances",
            title: "Instances of the target",
            note: "Measured phases, by the name that each answer bears.",
            groups: vec![("", 3), ("answers", 3), ("response time", 4), ("server time", 4)],
            head: vec![
                "stream",
                "step",
                "instance",
                "completed",
                "not completed",
                "share",
                "p50",
                "p90",
                "p99",
                "max",
                "p50",
                "p90",
                "p99",
                "max",
            ],
            rows,
            words: 3,
            ..Table::default()
        }
        .cut()
    })
}

/// Streams whose requests had neighbours, beside those of a stream that came in clusters; none if none did.
fn places(run: &Run) -> Option<Table> {
    if !run.streams.iter().any(|stream| stream.audit.as_ref().is_some_and(is_clustered)) {
        return None;
    }
    let several = run.streams.iter().filter(|stream| stream.places.len() > 1);
    let rows = several.flat_map(|stream| {
        stream.places.iter().map(|place| {
            let places = match place.to {
                Some(to) if to == place.from => to.to_string(),
                Some(to) => format!("{}–{to}", place.from),
                None => format!("{} and more", place.from),
            };
            let mut row =
                vec![Cell::text(&stream.name), Cell::Text(places), Cell::Count(place.count)];
            row.push(place.response_us.map_or(Cell::None, |us| Cell::MeanUs(us.mean)));
            row.extend(times(place.response_us, |us| [us.p50, us.p90, us.p99, us.max]));
            row
        })
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    (!rows.is_empty()).then(|| {
        Table {
            stem: "places",
            title: "Places in a cluster",
            note: "First requests of measured phases. A request is in a cluster with the one before if it was sent \
                   before half an arrival more was asked for, and within 10 ms.",
            groups: vec![("", 3), ("response time", 5)],
            head: vec!["stream", "place", "requests", "mean", "p50", "p90", "p99", "max"],
            rows,
            words: 2,
            ..Table::default()
        }
        .cut()
    })
}
