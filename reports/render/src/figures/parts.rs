//! Where the time went: the mean response time of each step taken apart. Means add up, percentiles do not.

use run_record::run::{Run, StepResult};

use super::STEPS_MAX;
use crate::cell::Cell;
use crate::figure::{Data, Figure, Group};
use crate::svg::{Bar, Bars, PlotError};
use crate::{text, units};

/// In the order in which a request meets them; the last is what cannot be taken apart.
const PARTS: [&str; 5] = ["before sending", "path", "server", "store", "service, not divided"];

/// One bar for each step with a response time; none if there is no such step.
pub(super) fn parts(run: &Run) -> Result<Option<Figure>, PlotError> {
    let steps: Vec<(&StepResult, [Option<f64>; 5])> =
        run.steps.iter().take(STEPS_MAX).filter_map(|step| Some((step, parts_of(step)?))).collect();
    let bars: Vec<Bar> = steps
        .iter()
        .map(|(step, parts)| Bar {
            name: text::clean(&format!("{}: {}", step.stream, step.step)),
            words: in_words(parts),
            parts: parts.to_vec(),
        })
        .collect();
    let words: Vec<String> =
        bars.iter().map(|bar| format!("{}: {}", bar.name, bar.words)).collect();
    let bars = Bars {
        alternative: format!("Where the mean response time went. {}", words.join("; ")),
        parts: &PARTS,
        bars: &bars,
    };
    let Some(svg) = bars.draw()? else { return Ok(None) };
    Ok(Some(Figure {
        group: Group::Parts,
        stem: "where-the-time-went".to_owned(),
        title: "Where the mean response time went".to_owned(),
        caption: CAPTION.to_owned(),
        svg,
        data: data(&steps),
        hover: None,
    }))
}

const CAPTION: &str = "Means of the completed requests of measured phases. Before sending: due, but waiting for the \
    generator or for a free user. Path: network, connection and client. Server: what the server says, without its \
    store. What the server does not say of every request is not divided.";

/// Response less service, service less server, server less store, store; a difference of means is a mean only
/// where both speak of the same requests.
fn parts_of(step: &StepResult) -> Option<[Option<f64>; 5]> {
    let (response, service) = (step.response_us?, step.service_us?);
    if response.count != service.count {
        return None;
    }
    let less = |one: f64, other: f64| Some((one - other).max(0.0));
    let before = less(response.mean, service.mean);
    let Some(server) = step.server_us.filter(|server| server.count == service.count) else {
        return Some([before, None, None, None, Some(service.mean)]);
    };
    let path = less(service.mean, server.mean);
    match step.store_us.filter(|store| store.count == server.count) {
        Some(store) => Some([before, path, less(server.mean, store.mean), Some(store.mean), None]),
        None => Some([before, path, Some(server.mean), None, None]),
    }
}

fn in_words(parts: &[Option<f64>]) -> String {
    let sum: f64 = parts.iter().flatten().sum();
    let named = PARTS.iter().zip(parts);
    let words = named
        .filter_map(|(name, part)| Some(format!("{name} {}", units::mean_us((*part)?))))
        .collect::<Vec<_>>();
    format!("{} = {}", units::mean_us(sum), words.join(" + "))
}

fn data(steps: &[(&StepResult, [Option<f64>; 5])]) -> Data {
    let head = ["stream", "step"].map(str::to_owned).into_iter();
    let heads =
        PARTS.iter().map(|part| format!("{}_us", part.replace(", ", "_").replace(' ', "_")));
    let row = |(step, parts): &(&StepResult, [Option<f64>; 5])| {
        let cells = parts.iter().map(|part| part.map_or(Cell::None, Cell::MeanUs));
        [Cell::text(&step.stream), Cell::text(&step.step)].into_iter().chain(cells).collect()
    };
    Data { head: head.chain(heads).collect(), rows: steps.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use run_record::spread::Spread;

    use super::*;

    fn spread(count: u64, mean: f64) -> Spread {
        Spread { count, min: 0, mean, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0 }
    }

    #[test]
    fn parts_add_up_to_the_response_time_however_much_is_known() {
        let step = StepResult {
            stream: String::new(),
            step: String::new(),
            count: 10,
            not_completed: 0,
            response_us: Some(spread(10, 1_000.0)),
            service_us: Some(spread(10, 900.0)),
            server_us: Some(spread(10, 700.0)),
            store_us: Some(spread(10, 400.0)),
            delivery_us: None,
        };
        let of = |step: &StepResult| parts_of(step).unwrap();
        let sum = |step: &StepResult| of(step).iter().flatten().sum::<f64>();
        assert_eq!(of(&step), [Some(100.0), Some(200.0), Some(300.0), Some(400.0), None]);
        let partial = [
            StepResult { store_us: Some(spread(9, 400.0)), ..step.clone() },
            StepResult { server_us: Some(spread(9, 400.0)), ..step.clone() },
            StepResult { server_us: None, ..step.clone() },
        ];
        for step in partial {
            assert!((sum(&step) - 1_000.0).abs() < 1e-9);
            assert!(of(&step)[3].is_none(), "what is not said of every request is not divided");
        }
        let other = StepResult { service_us: Some(spread(9, 900.0)), ..step };
        assert_eq!(parts_of(&other), None);
    }
}
