//! What the whole run did second by second: arrivals, requests under way, the generator's own delay, CPU, memory,
//! connections, units of the store.

use run_analysis::evidence::Evidence;
use run_analysis::{judge, timeline};
use run_record::resource_row::ResourceRow;

use super::time::{Clock, Panel, Seconds};
use crate::figure::{Column, Figure, Group};
use crate::svg::{Colour, Limit, PlotError, Vertical};
use crate::units;

/// Height of a panel in shown pixels.
const HEIGHT: i32 = 120;

/// What is asked for is faint, so that what happened is seen on top of it.
const RATES: [Colour; 3] = [Colour::First, Colour::Second, Colour::Fifth];

/// A column of the rows: its name, its name in the data, and its value.
type Pick<'a> = (&'a str, &'a str, &'a dyn Fn(&ResourceRow) -> Option<f64>);

/// What was asked for, offered and ended, of all streams.
pub(super) fn arrivals(evidence: &Evidence, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let asked = timeline::asked(&evidence.run.plan);
    let mut seconds = rows(
        evidence,
        &[
            ("offered", "offered_per_s", &|row| Some(units::as_f64(row.released))),
            ("achieved", "achieved_per_s", &|row| Some(units::as_f64(row.ended))),
        ],
    );
    let seen = if seconds.seconds.is_empty() {
        "What was offered and achieved in each second was not recorded."
    } else {
        "Offered: released to a user in that second; achieved: ended in that second, with whatever outcome. Where \
         achieved falls below offered, requests pile up."
    };
    // The plan may be longer than what was seen of the run, and the other way round.
    for second in (0..clock.seconds()).take(asked.len()).skip(seconds.seconds.len()) {
        seconds.seconds.push(second);
        seconds.columns.iter_mut().for_each(|column| column.values.push(None));
    }
    let of = |second: &u32| asked.get(*second as usize).copied().flatten();
    seconds.columns.push(Column {
        name: "asked".to_owned(),
        head: "asked_per_s".to_owned(),
        values: seconds.seconds.iter().map(of).collect(),
    });
    let caption = format!("Arrivals per second of all streams. Asked: as planned. {seen}");
    let panel = panel("arrivals", "Arrivals", caption, Vertical::PerSecond);
    clock.chart(Panel { colours: &RATES, height: 160, ..panel }, seconds, &clock.phases)
}

/// What was being served.
pub(super) fn under_way(evidence: &Evidence, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let picks: [Pick<'_>; 2] = [
        ("in flight", "in_flight", &|row| Some(row.in_flight.into())),
        ("waiting for a user", "waiting", &|row| Some(row.waiting.into())),
    ];
    let caption = "Arrivals being served, and arrivals that wait for a free user, at the end of each second. A line \
                   that climbs is a target that does not keep up.";
    let panel = panel("in-flight", "In flight", caption, Vertical::Count);
    clock.chart(panel, rows(evidence, &picks), &clock.phases)
}

/// The generator's own delay, beside the two probes that tell whose fault it is.
pub(super) fn lateness(evidence: &Evidence, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let time = |us: Option<u64>| us.map(units::as_f64);
    let picks: [Pick<'_>; 3] = [
        ("lateness p99", "lateness_p99_us", &|row| time(row.lateness_p99_us)),
        ("timer probe p99", "timer_probe_p99_us", &|row| time(row.timer_probe_p99_us)),
        ("runtime lag p99", "runtime_lag_p99_us", &|row| time(row.runtime_lag_p99_us)),
    ];
    let seconds = rows(evidence, &picks);
    let limit = judge::lateness_limit_us(&evidence.run.plan);
    let caption = "By how much first steps left late through the generator's own doing (logarithmic), how late a bare \
                   thread was woken (a noisy machine), and how late a task beside the users (a busy generator). The \
                   limit is a tenth of the tightest latency objective, but at least 1 ms.";
    let panel = Panel {
        limits: vec![Limit {
            at: units::as_f64(limit),
            until: None,
            words: format!("lateness p99 <= {}", units::time_us(limit)),
        }],
        ..panel("lateness", "Lateness of the generator", caption, Vertical::Microseconds)
    };
    clock.chart(Panel { height: 150, ..panel }, seconds, &clock.phases)
}

/// Processor time of both sides.
pub(super) fn cpu(evidence: &Evidence, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let given = evidence.run.environment.cores_given;
    let stolen = f64::from(evidence.run.environment.cores);
    let picks: [Pick<'_>; 3] = [
        ("generator", "generator_cores", &|row| Some(row.cpu_share * given)),
        ("target", "target_cores", &|row| row.target_cpu_cores),
        ("stolen by the hypervisor", "stolen_cores", &|row| {
            Some(row.steal_share * stolen).filter(|stolen| *stolen > 0.0)
        }),
    ];
    let caption = format!(
        "Processor time in cores; the generator was given {} of {}. The target is seen where it is a child of the run.",
        units::number(given),
        evidence.run.environment.cores
    );
    let panel = panel("cpu", "CPU, cores", caption, Vertical::Number);
    clock.chart(panel, rows(evidence, &picks), &clock.phases)
}

/// Resident memory of both sides.
pub(super) fn memory(evidence: &Evidence, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let size = |bytes: Option<u64>| bytes.map(units::as_f64);
    let picks: [Pick<'_>; 2] = [
        ("generator", "generator_bytes", &|row| Some(units::as_f64(row.rss_bytes))),
        ("target", "target_bytes", &|row| size(row.target_rss_bytes)),
    ];
    let caption = "Resident memory. What climbs under a steady load does not end well.";
    let panel = panel("memory", "Memory", caption, Vertical::Bytes);
    clock.chart(panel, rows(evidence, &picks), &clock.phases)
}

/// How often a request had to wait for a new connection.
pub(super) fn connections(evidence: &Evidence, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let opened = |row: &ResourceRow| row.connections_opened.map(units::as_f64);
    let picks: [Pick<'_>; 1] = [("opened", "opened_per_s", &opened)];
    let caption = "Connections opened for requests that ended in that second. After the start it should be none: a \
                   connection that is not kept costs each request a set-up.";
    let panel = panel("connections", "Connections opened", caption, Vertical::PerSecond);
    clock.chart(panel, rows(evidence, &picks), &clock.phases)
}

/// What the target's store consumed.
pub(super) fn store_units(evidence: &Evidence, clock: &Clock) -> Result<Option<Figure>, PlotError> {
    let picks: [Pick<'_>; 2] = [
        ("read units", "read_units_per_s", &|row| row.read_units),
        ("write units", "write_units_per_s", &|row| row.write_units),
    ];
    let caption = "Units that the target's store consumed in each second, as the target says: what a provider bills.";
    let panel = panel("store-units", "Units of the store", caption, Vertical::PerSecond);
    clock.chart(panel, rows(evidence, &picks), &clock.phases)
}

fn panel(stem: &str, title: &str, caption: impl Into<String>, vertical: Vertical) -> Panel {
    Panel {
        group: Group::Timeline,
        stem: format!("timeline-{stem}"),
        title: title.to_owned(),
        caption: caption.into(),
        vertical,
        height: HEIGHT,
        limits: Vec::new(),
        colours: &Colour::DATA,
    }
}

/// The rows as columns. A row is named by the end of its second.
fn rows(evidence: &Evidence, picks: &[Pick<'_>]) -> Seconds {
    let rows = &evidence.resources;
    let column = |(name, head, pick): &Pick<'_>| Column {
        name: (*name).to_owned(),
        head: (*head).to_owned(),
        values: rows.iter().map(pick).collect(),
    };
    Seconds {
        seconds: rows.iter().map(|row| row.second.saturating_sub(1)).collect(),
        columns: picks.iter().map(column).collect(),
    }
}
