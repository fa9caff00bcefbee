//! Response times of one step over time: percentiles of each second, and the map of all of them.

use load_plan::plan::Time;
use run_analysis::evidence::{Evidence, Point, row_starts_us};
use run_record::latency::Kind;
use run_record::run::StepResult;

use super::limits;
use super::time::{Clock, Panel, Seconds, phases_of};
use crate::cell::Cell;
use crate::figure::{Column, Data, Figure, Group, Hover, slug};
use crate::svg::{Colour, HeatCell, HeatMap, Limit, Phases, PlotError, Vertical};
use crate::{text, units};

/// Which figure of a second is drawn, and its name.
type Pick = (&'static str, fn(&Point) -> u64);

const PICKS: [Pick; 4] = [
    ("p50", |point| point.p50_us),
    ("p95", |point| point.p95_us),
    ("p99", |point| point.p99_us),
    ("p99.9", |point| point.p999_us),
];

/// The largest value jumps about most and is drawn faintest.
const COLOURS: [Colour; 4] = [Colour::First, Colour::Third, Colour::Second, Colour::Fifth];

/// Percentiles of a time over time.
pub(super) fn percentiles(
    evidence: &Evidence,
    clock: &Clock,
    (index, step): (usize, &StepResult),
    kind: Kind,
) -> Result<Option<Figure>, PlotError> {
    let points = evidence.over_time(&step.stream, &step.step, kind);
    let column = |(name, pick): Pick| Column {
        name: name.to_owned(),
        head: format!("{}_us", name.replace('.', "")),
        values: points.iter().map(|point| Some(units::as_f64(pick(point)))).collect(),
    };
    let seconds = Seconds {
        seconds: points.iter().map(|point| point.second).collect(),
        columns: PICKS.map(column).into(),
    };
    let name = format!("{}: {}", step.stream, step.step);
    let (word, time, what) = match kind {
        Kind::Delivery => ("Delivery", Time::Delivery, "events that reached a reader"),
        _ => ("Response", Time::Response, "requests completed"),
    };
    let limits = limits(&evidence.run, &step.step, |limited| limited == time);
    let panel = Panel {
        group: Group::Timeline,
        stem: format!("{}-{:02}-{}", word.to_lowercase(), index + 1, slug(&name)),
        title: format!("{word} time, {name}"),
        caption: format!(
            "{word} time (logarithmic) of the {what} in each second. Where a second has fewer than a hundred or a \
             thousand, p99 or p99.9 is its largest and the lines lie on each other."
        ),
        vertical: Vertical::Microseconds,
        height: 180,
        limits: limits.into_iter().map(|limit| Limit { until: None, ..limit }).collect(),
        colours: &COLOURS,
    };
    clock.chart(panel, seconds, &own_phases(evidence, clock, step))
}

/// How many requests took how long in each stretch of time.
pub(super) fn heat(
    evidence: &Evidence,
    clock: &Clock,
    (index, step): (usize, &StepResult),
) -> Result<Option<Figure>, PlotError> {
    let cells = cells(evidence, step, clock.end);
    let name = format!("{}: {}", step.stream, step.step);
    let title = format!("Response time over time, {name}");
    let phases = own_phases(evidence, clock, step);
    let count: u64 = cells.iter().map(|cell| cell.count).sum();
    let map = HeatMap {
        alternative: format!("{title}: {} requests", units::count(count)),
        cells: &cells,
        end: clock.end,
        phases: &phases,
    };
    let width = evidence.heat(&step.stream, &step.step).column_seconds();
    let width = if width == 1 { "second".to_owned() } else { format!("{width} seconds") };
    Ok(map.draw()?.map(|drawn| Figure {
        group: Group::Heat,
        stem: format!("heat-{:02}-{}", index + 1, slug(&name)),
        title: text::clean(&title),
        caption: if index == 0 {
            format!(
                "Completed requests by response time (logarithmic, upwards) in each {width}: the darker or, on a dark \
                 page, the brighter, the more. Two bands are two kinds of requests; a slanted edge is a queue that \
                 builds up or drains."
            )
        } else {
            format!("Completed requests by response time in each {width}.")
        },
        hover: Some(Hover::of("heat", "time", &drawn)),
        svg: drawn.svg,
        data: data(&cells),
    }))
}

/// By rows of time taken, each in the order of time.
fn cells(evidence: &Evidence, step: &StepResult, end: f64) -> Vec<HeatCell> {
    let heat = evidence.heat(&step.stream, &step.step);
    let width = f64::from(heat.column_seconds());
    let mut cells: Vec<(usize, HeatCell)> = (0..heat.columns())
        .flat_map(|column| {
            #[expect(clippy::cast_precision_loss, reason = "there are some hundred columns")]
            let from = column as f64 * width;
            heat.column_counts(column).map(move |(row, count)| {
                let [low_us, high_us] = [row, row + 1].map(row_starts_us);
                (row, HeatCell { from, to: (from + width).min(end), low_us, high_us, count })
            })
        })
        .collect();
    // Stable: within a row the order of time stays.
    cells.sort_by_key(|cell| cell.0);
    cells.into_iter().map(|cell| cell.1).collect()
}

fn data(cells: &[HeatCell]) -> Data {
    let row = |cell: &HeatCell| {
        let ends = [cell.from, cell.to, cell.low_us.round(), cell.high_us.round()];
        ends.map(Cell::Number).into_iter().chain([Cell::Count(cell.count)]).collect()
    };
    Data {
        head: ["from_s", "to_s", "above_us", "below_us", "requests"].map(str::to_owned).into(),
        rows: cells.iter().map(row).collect(),
    }
}

/// The phases of the step's own stream.
fn own_phases(evidence: &Evidence, clock: &Clock, step: &StepResult) -> Phases {
    let streams = evidence.run.plan.streams.iter().filter(|stream| stream.name == step.stream);
    phases_of(&streams.cloned().collect::<Vec<_>>(), clock.end, clock.phases.stop)
}
