//! Pictures of what strategies took against the size of organisations: a colour for each strategy, the same in all of them.

use std::collections::BTreeSet;

use run_analysis::study::{Point, Study, Sweep};

use super::{coinciding, distinct, what};
use crate::figure::{Chart, Column, Figure, Group, slug};
use crate::figures::gaps::NO_PHASES;
use crate::svg::{Colour, Horizontal, PlotError, Vertical};
use crate::units;

/// Something that is measured or counted of a run.
struct Quantity {
    stem: &'static str,
    title: &'static str,
    caption: &'static str,
    /// At the end of the names of columns.
    unit: &'static str,
    vertical: Vertical,
    /// Whether each store has a picture of its own; where stores give the same figures, they are one line.
    by_store: bool,
    value: fn(&Point) -> Option<f64>,
}

const QUANTITIES: [Quantity; 6] = [
    Quantity {
        stem: "time",
        title: "Time",
        caption: "From the first read to the kept result. Both axes are logarithmic: what grows in proportion rises by one \
            power of ten for each.",
        unit: "us",
        vertical: Vertical::Microseconds,
        by_store: true,
        value: |point| Some(units::as_f64(point.took_us)),
    },
    Quantity {
        stem: "memory",
        title: "Memory",
        caption: "How much more memory was in use at the most than before the run.",
        unit: "bytes",
        vertical: Vertical::Bytes,
        by_store: true,
        value: |point| point.memory_bytes.map(units::as_f64),
    },
    Quantity {
        stem: "pages",
        title: "Pages read",
        caption: "Pages of messages, of whatever size the strategy asks for.",
        unit: "pages",
        vertical: Vertical::Magnitude,
        by_store: false,
        value: |point| Some(units::as_f64(point.pages)),
    },
    Quantity {
        stem: "read-units",
        title: "Read units",
        caption: "What DynamoDB charges for all reads of a run, lists of accounts and rooms included.",
        unit: "read_units",
        vertical: Vertical::Magnitude,
        by_store: false,
        value: |point| Some(point.read_units),
    },
    Quantity {
        stem: "write-units",
        title: "Write units",
        caption: "What DynamoDB charges for all writes of a run. A strategy that keeps nothing but its result writes one unit.",
        unit: "write_units",
        vertical: Vertical::Magnitude,
        by_store: false,
        value: |point| Some(point.write_units),
    },
    Quantity {
        stem: "money",
        title: "Money a month",
        caption: "Thirty runs on demand in the first region of the list of prices; the table has the others.",
        unit: "usd",
        vertical: Vertical::Usd,
        by_store: false,
        value: |point| point.money.first().map(|money| money.month_usd),
    },
];

/// All quantities over what grows.
pub(super) fn figures(study: &Study, sweep: Sweep) -> Result<Vec<Figure>, PlotError> {
    let grown = Grown::of(study, sweep);
    let mut figures = Vec::new();
    for quantity in &QUANTITIES {
        if quantity.by_store {
            for (number, store) in (1..).zip(&grown.stores) {
                figures.extend(grown.on_store(quantity, store, number).figure()?);
            }
        } else {
            figures.extend(grown.chart(quantity, &grown.stores).figure()?);
        }
    }
    Ok(figures)
}

/// Points of which one property grows.
struct Grown<'a> {
    sweep: Sweep,
    points: Vec<&'a Point>,
    strategies: Vec<&'a str>,
    stores: Vec<&'a str>,
    /// Rising.
    sizes: BTreeSet<u64>,
}

impl<'a> Grown<'a> {
    fn of(study: &'a Study, sweep: Sweep) -> Self {
        let points: Vec<&Point> =
            study.points.iter().filter(|point| point.sweep == sweep).collect();
        Self {
            sweep,
            sizes: points.iter().map(|point| size(sweep, point)).collect(),
            // Of the whole study, so that a strategy has one colour on the page.
            strategies: distinct(study.points.iter().map(|point| point.strategy.as_str())),
            stores: distinct(study.points.iter().map(|point| point.store.as_str())),
            points,
        }
    }

    fn on_store(&self, quantity: &Quantity, store: &str, number: u32) -> Chart<'static> {
        let chart = self.chart(quantity, &[store]);
        Chart {
            stem: format!("{}-{number:02}-{}", chart.stem, slug(store)),
            title: format!("{} on {store}", quantity.title),
            ..chart
        }
    }

    fn chart(&self, quantity: &Quantity, stores: &[&str]) -> Chart<'static> {
        let columns = self.columns(quantity, stores);
        Chart {
            group: Group::Study,
            stem: format!("{}-by-{}", quantity.stem, what(self.sweep)),
            title: quantity.title.to_owned(),
            caption: format!("{}{}{}", quantity.caption, self.beside(), coinciding(&columns)),
            horizontal: Horizontal::Count(what(self.sweep)),
            place_head: what(self.sweep),
            places: self.sizes.iter().copied().map(units::as_f64).collect(),
            reach: f64::INFINITY,
            vertical: quantity.vertical,
            height: 220,
            columns,
            limits: Vec::new(),
            phases: NO_PHASES,
        }
    }

    /// What does not grow, where it is one number.
    fn beside(&self) -> String {
        let other = if self.sweep == Sweep::Messages { Sweep::Rooms } else { Sweep::Messages };
        let sizes: BTreeSet<u64> = self.points.iter().map(|point| size(other, point)).collect();
        match (sizes.len(), sizes.first()) {
            (1, Some(one)) => format!(" Organisations of {} {}.", units::count(*one), what(other)),
            _ => String::new(),
        }
    }

    fn columns(&self, quantity: &Quantity, stores: &[&str]) -> Vec<(Colour, Column)> {
        let mut columns = Vec::new();
        for (colour, strategy) in Colour::DATA.into_iter().zip(&self.strategies) {
            let mut lines: Vec<(&str, Vec<Option<f64>>)> = Vec::new();
            for store in stores {
                let values = self.values(quantity, strategy, store);
                let is_new = lines.iter().all(|(_, other)| *other != values);
                if is_new && values.iter().any(Option::is_some) {
                    lines.push((*store, values));
                }
            }
            let alone = lines.len() == 1;
            columns.extend(lines.into_iter().map(|(store, values)| {
                let name =
                    if alone { (*strategy).to_owned() } else { format!("{strategy}, {store}") };
                let head = format!("{}_{}", slug(&name).replace('-', "_"), quantity.unit);
                (colour, Column { name, head, values })
            }));
        }
        columns
    }

    fn values(&self, quantity: &Quantity, strategy: &str, store: &str) -> Vec<Option<f64>> {
        let points = self.points.iter().copied();
        let of_line: Vec<&Point> =
            points.filter(|point| point.strategy == strategy && point.store == store).collect();
        let logarithmic = matches!(quantity.vertical, Vertical::Magnitude | Vertical::Usd);
        let at = |wanted: &u64| {
            let point = of_line.iter().find(|point| size(self.sweep, point) == *wanted)?;
            let value = (quantity.value)(point)?;
            // A logarithmic axis has no place for nothing.
            (value > 0.0 || !logarithmic).then_some(value)
        };
        self.sizes.iter().map(at).collect()
    }
}

fn size(sweep: Sweep, point: &Point) -> u64 {
    match sweep {
        Sweep::Messages => point.messages,
        Sweep::Rooms => point.rooms,
    }
}
