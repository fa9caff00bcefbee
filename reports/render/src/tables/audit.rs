//! How the arrivals of each stream were spread in time, with the numbers behind the class.

use run_record::run::Run;

use super::Table;
use crate::audit;
use crate::cell::Cell;

/// None where no stream was audited, as in a run that was killed.
pub(super) fn table(run: &Run) -> Option<Table> {
    let audited: Vec<_> =
        run.streams.iter().filter_map(|stream| Some((stream, stream.audit.as_ref()?))).collect();
    let rows = audited.iter().map(|(stream, audit)| {
        let name = match &audit.phase {
            Some(phase) => format!("{}, {phase}", stream.name),
            None => stream.name.clone(),
        };
        let number = |value: Option<f64>| value.map_or(Cell::None, Cell::Number);
        vec![
            Cell::text(&name),
            Cell::text(&audit.class),
            Cell::text(audit.expected.as_deref().unwrap_or("any")),
            Cell::text(&audit::said(audit)),
            Cell::Count(audit.arrivals),
            number(audit.idc_1ms),
            number(audit.idc_10ms),
            number(audit.idc_100ms),
            number(audit.idc_1s),
            number(audit.cv2),
            audit.zero_gap_share.map_or(Cell::None, Cell::Share),
            number(audit.lilliefors_d),
        ]
    });
    (!audited.is_empty()).then(|| {
        Table {
            stem: "audit",
            title: "How arrivals were judged",
            note: "First requests of measured phases as they were sent. Dispersion is the variance over the mean of the \
                   counts in windows of a width; it and the variation of the gaps are 0 for even arrivals, 1 for random \
                   ones, and more in clusters. Distance is that of the gaps from exponential ones: 0 random, 0.63 even.",
            groups: vec![("", 4), ("", 1), ("dispersion in windows of", 4), ("gaps", 3)],
            head: vec![
                "stream", "class", "planned", "in words", "judged", "1 ms", "10 ms", "100 ms", "1 s", "variation",
                "of 0", "distance",
            ],
            rows: rows.collect(),
            words: 4,
            ..Table::default()
        }
        .cut()
    })
}
