//! What a scenario would do, for `hanno check`: counts, lengths, and the picture of its rates.

use load_plan::expect::{Count, StreamExpected, corners};
use load_plan::plan::{Phase, PhaseKind, Plan, Rate, Record, Spacing, Stream};

use crate::rate_chart::rate_chart;
use crate::{table, units};

/// What fits every terminal.
const WIDTH: usize = 80;
/// Lines of the picture of one stream.
const CHART_HEIGHT: usize = 4;
const INDENT: usize = 2;

/// A plan in words and figures; `expected` has an entry for each of its streams.
pub fn plan(plan: &Plan, target: &str, expected: &[StreamExpected]) -> String {
    let [length, drain] = [plan.end_ns(), plan.drain_ns].map(units::duration_ns);
    [
        format!("{}\n  against {target}; {length}, then up to {drain} to drain\n", plan.name),
        section("Arrivals", &table::table(&arrivals(plan, expected), INDENT)),
        section("Streams", &table::table(&streams(plan, expected), INDENT)),
        section("Objectives", &table::table(&objectives(plan), INDENT)),
        section("Rates", &chart(plan)),
        format!("{}\n", kept(plan.record)),
    ]
    .join("\n")
}

fn section(title: &str, body: &str) -> String {
    format!("{title}\n{body}")
}

fn arrivals(plan: &Plan, expected: &[StreamExpected]) -> Vec<Vec<String>> {
    let head = ["stream/phase", "from", "length", "rate", "spacing", "arrivals", "judged"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (stream, expected) in plan.streams.iter().zip(expected) {
        for (phase, count) in stream.phases.iter().zip(&expected.phases) {
            rows.push(phase_row(stream, phase, *count));
        }
    }
    rows
}

fn phase_row(stream: &Stream, phase: &Phase, count: Count) -> Vec<String> {
    let (rate, spacing) = match &phase.kind {
        PhaseKind::Idle {} => ("idle".to_owned(), ""),
        PhaseKind::Listen { users } => (format!("{users} readers"), ""),
        PhaseKind::Rate { from, to, spacing } => {
            let ends = [*from, *to].map(per_second);
            let rate = if from == to { ends[0].clone() } else { ends.join(" to ") };
            (rate, spacing_word(*spacing))
        }
    };
    vec![
        format!("{}/{}", stream.name, phase.name),
        units::duration_ns(phase.start_ns),
        units::duration_ns(phase.duration_ns),
        rate,
        spacing.to_owned(),
        count_text(count),
        if phase.measured { "yes" } else { "no" }.to_owned(),
    ]
}

fn streams(plan: &Plan, expected: &[StreamExpected]) -> Vec<Vec<String>> {
    let head = ["stream", "arrivals", "peak", "users", "journeys"];
    let rows = plan.streams.iter().zip(expected).map(|(stream, expected)| {
        let journeys = stream.mix.iter().map(|part| {
            let journey = &plan.journeys[usize::from(part.journey)].name;
            if stream.mix.len() == 1 {
                journey.clone()
            } else {
                format!("{} {journey}", part.weight)
            }
        });
        vec![
            stream.name.clone(),
            count_text(expected.arrivals),
            per_second(expected.peak),
            stream.readers().map_or(stream.users, |(_, users)| users).to_string(),
            journeys.collect::<Vec<_>>().join(", "),
        ]
    });
    std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect()
}

fn objectives(plan: &Plan) -> Vec<Vec<String>> {
    let row = |objective: &load_plan::plan::Objective| {
        let implied = if objective.implied { " (implied: the file has none)" } else { "" };
        vec![format!("{}: {}{implied}", objective.step, objective.text)]
    };
    plan.objectives.iter().map(row).collect()
}

fn chart(plan: &Plan) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for a picture of some dozen columns")]
    let points = |stream: &Stream| -> Vec<(f64, f64)> {
        corners(stream)
            .iter()
            .map(|corner| (corner.at_ns as f64 / 1e9, corner.per_second))
            .collect()
    };
    let arriving = plan.streams.iter().filter(|stream| stream.readers().is_none());
    let series: Vec<(&str, Vec<(f64, f64)>)> =
        arriving.map(|stream| (stream.name.as_str(), points(stream))).collect();
    rate_chart(&series, WIDTH, CHART_HEIGHT)
}

fn kept(record: Record) -> String {
    match record {
        Record::All {} => "The record keeps a row for every request.".to_owned(),
        Record::OneIn { n } => format!("The record keeps the rows of one arrival in {n}."),
        Record::None {} => "The record keeps no rows.".to_owned(),
    }
}

fn spacing_word(spacing: Spacing) -> &'static str {
    match spacing {
        Spacing::Even => "even",
        Spacing::Poisson => "poisson",
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn per_second(rate: Rate) -> String {
    units::per_second(rate.arrivals as f64 / rate.seconds as f64)
}

/// A random count is given with its mean.
fn count_text(count: Count) -> String {
    match count {
        Count::Exact(count) => count.to_string(),
        Count::Mean(mean) => format!("~{mean:.0}"),
    }
}
