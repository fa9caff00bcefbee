//! Live events: who read, what reached them, and what could not be told apart. Only for runs that had readers.

use run_record::run::Run;

use super::Table;
use crate::cell::Cell;

/// Both tables, or none.
pub(super) fn tables(run: &Run) -> Vec<Table> {
    if run.live.is_some() { vec![deliveries(run), readers(run)] } else { Vec::new() }
}

fn deliveries(run: &Run) -> Table {
    let rows = run.live.iter().flat_map(|live| &live.deliveries).map(|of| {
        vec![
            Cell::text(&of.stream),
            Cell::text(&of.step),
            Cell::Count(of.delivered),
            Cell::Count(of.missing),
            Cell::Count(of.unseen_requests),
        ]
    });
    Table {
        stem: "deliveries",
        title: "Deliveries of live events",
        note: "Measured phases. A delivery is a completed request and a reader whom its event reached; one is missing \
               where another reader of the same address was told and this one was connected throughout, and counts as \
               over in delivery objectives. Of requests that no reader was told of nothing is known: they changed \
               nothing, nobody read there, or the event was lost to all.",
        head: vec!["stream", "step", "delivered", "missing", "requests nobody was told of"],
        rows: rows.collect(),
        words: 2,
        empty: "No request that could change something completed.",
        ..Table::default()
    }
    .cut()
}

fn readers(run: &Run) -> Table {
    let rows = run.live.iter().flat_map(|live| &live.readers).map(|of| {
        vec![
            Cell::text(&of.stream),
            Cell::Count(of.readers.into()),
            Cell::Count(of.opened.into()),
            Cell::Count(of.reopened),
            Cell::Share(of.absent_share),
            Cell::Count(of.events),
            Cell::Count(of.unmarked_events),
            Cell::Count(of.resyncs),
        ]
    });
    Table {
        stem: "readers",
        title: "Readers of live events",
        note: "Whole run. Away is the share of their time in which readers had lost their stream or could not open one; \
               other events bear no mark of this run, gaps are those that the target announced.",
        groups: vec![("", 1), ("readers", 2), ("streams", 2), ("", 3)],
        head: vec!["stream", "in all", "opened one", "opened again", "away", "events", "other events", "gaps"],
        rows: rows.collect(),
        words: 1,
        ..Table::default()
    }
    .cut()
}
