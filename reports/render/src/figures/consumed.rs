//! What one call of each operation cost the target's store: what a rate will cost is a product of it.

use run_record::run::{ConsumedUnits, Run};

use crate::cell::Cell;
use crate::figure::{Data, Figure, Group};
use crate::svg::{Bar, Bars, PlotError};
use crate::{facts, text, units};

const PARTS: [&str; 2] = ["read units", "write units"];

/// What all operations together are called, per arrival.
const ALL: &str = "an arrival, all operations together";

/// Operations with bars of their own; the others are in the table.
const OPERATIONS_MAX: usize = 16;

const CAPTION: &str = "Mean over the whole run, warm-up included, of what the target says of its store; a call is what \
    one request makes of an operation, with what was repeated. Reads and writes are priced apart, so their sum \
    has no meaning.";

/// One bar for each operation that was called; none if the target says nothing.
pub(super) fn per_call(run: &Run) -> Result<Option<Figure>, PlotError> {
    let called = run.consumed.iter().filter(|of| of.calls > 0);
    let costs: Vec<Cost> =
        called.take(OPERATIONS_MAX).map(Cost::of).chain(Cost::of_an_arrival(run)).collect();
    let bars: Vec<Bar> = costs.iter().map(Cost::bar).collect();
    let words: Vec<String> =
        bars.iter().map(|bar| format!("{}: {}", bar.name, bar.words)).collect();
    let bars = Bars {
        alternative: format!("Units of the store per call. {}", words.join("; ")),
        parts: &PARTS,
        bars: &bars,
    };
    let Some(svg) = bars.draw()? else { return Ok(None) };
    Ok(Some(Figure {
        group: Group::Units,
        stem: "store-units-per-call".to_owned(),
        title: "Units of the store per call, and per arrival".to_owned(),
        caption: CAPTION.to_owned(),
        svg,
        data: data(&costs),
        hover: None,
    }))
}

struct Cost {
    operation: String,
    calls: u64,
    /// Read, then write.
    per_call: [f64; 2],
}

impl Cost {
    fn of(consumed: &ConsumedUnits) -> Self {
        let per_call = [consumed.read_units, consumed.write_units]
            .map(|units| units / units::as_f64(consumed.calls.max(1)));
        Self { operation: consumed.operation.clone(), calls: consumed.calls, per_call }
    }

    /// What an arrival that was offered cost, whatever it called; none if none was.
    fn of_an_arrival(run: &Run) -> Option<Self> {
        let calls = facts::offered(&run.counts);
        let sum = |units: fn(&ConsumedUnits) -> f64| run.consumed.iter().map(units).sum::<f64>();
        let all = ConsumedUnits {
            operation: ALL.to_owned(),
            calls,
            requests: 0,
            read_units: sum(|of| of.read_units),
            write_units: sum(|of| of.write_units),
        };
        (calls > 0 && !run.consumed.is_empty()).then(|| Self::of(&all))
    }

    fn bar(&self) -> Bar {
        let [read, write] = self.per_call.map(units::number);
        Bar {
            name: text::clean(&self.operation),
            words: format!("{read} read + {write} write units; {} times", units::count(self.calls)),
            parts: self.per_call.map(Some).into(),
        }
    }
}

fn data(costs: &[Cost]) -> Data {
    let row = |cost: &Cost| {
        let [read, write] = cost.per_call.map(Cell::Number);
        vec![Cell::text(&cost.operation), Cell::Count(cost.calls), read, write]
    };
    Data {
        head: ["operation", "calls", "read_units_per_call", "write_units_per_call"]
            .map(str::to_owned)
            .into(),
        rows: costs.iter().map(row).collect(),
    }
}
