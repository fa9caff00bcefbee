//! The planned arrivals as Parquet: the columns of `hanno schedule FILE --format csv`, with their types.

use std::io::Write;

use load_plan::plan::Plan;
use load_plan::schedule::Schedule;

use crate::columns::{Cell, Column, Kind, TableWriter};
use crate::error::RecordError;

/// The columns, in order.
const COLUMNS: [Column; 5] = [
    Column::required("seq", Kind::Int),
    Column::required("due_ns", Kind::Int),
    Column::required("stream", Kind::Text),
    Column::required("phase", Kind::Text),
    Column::required("journey", Kind::Text),
];

/// Writes one row for each arrival, with names for indices.
pub fn write<W: Write + Send>(plan: &Plan, to: W) -> Result<W, RecordError> {
    let mut table = TableWriter::new(to, &COLUMNS)?;
    // Made once: a row then shares them instead of holding copies.
    let name = |name: &String| Cell::text(name);
    let streams: Vec<Cell> = plan.streams.iter().map(|stream| name(&stream.name)).collect();
    let phases = plan.streams.iter().map(|stream| &stream.phases);
    let phases: Vec<Vec<Cell>> =
        phases.map(|phases| phases.iter().map(|phase| name(&phase.name)).collect()).collect();
    let journeys: Vec<Cell> = plan.journeys.iter().map(|journey| name(&journey.name)).collect();
    for arrival in Schedule::new(plan) {
        let stream = usize::from(arrival.stream);
        table.push([
            Cell::int(arrival.seq),
            Cell::int(arrival.due_ns),
            streams[stream].clone(),
            phases[stream][usize::from(arrival.phase)].clone(),
            journeys[usize::from(arrival.journey)].clone(),
        ])?;
    }
    table.finish()
}
