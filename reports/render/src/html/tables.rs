//! The tables of the report, as text in cells.

use run_record::run::{Counts, Run};
use run_record::spread::Spread;

use crate::{facts, text, units};

/// A table has at most this many rows; a line says how many more the record has.
const ROWS_MAX: usize = 200;
/// For what is not known.
const NONE: &str = "—";

/// Words in the first columns, figures in the others.
#[derive(Default)]
pub(super) struct Table {
    /// Over the head, each with the number of columns it spans; none if empty.
    pub(super) groups: Vec<(&'static str, usize)>,
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
    /// How many columns, from the left, hold words.
    pub(super) words: usize,
    /// Rows that were left out.
    pub(super) more: usize,
    /// What stands there instead of a table without rows.
    pub(super) empty: &'static str,
}

impl Table {
    fn cut(mut self) -> Self {
        self.more = self.rows.len().saturating_sub(ROWS_MAX);
        self.rows.truncate(ROWS_MAX);
        self
    }
}

/// What each step took, and how much of it is in no histogram.
pub(super) fn steps(run: &Run) -> Table {
    let server = run.steps.iter().any(|step| step.server_us.is_some());
    let delivery = run.steps.iter().any(|step| step.delivery_us.is_some());
    let mut groups = vec![("", 2), ("requests", 3), ("response time", 5), ("service time", 2)];
    let mut head = vec!["stream", "step", "completed", "not completed", "share"];
    head.extend(["p50", "p95", "p99", "p99.9", "max", "p50", "p99"]);
    for (shown, name) in [(server, "server time"), (delivery, "delivery time")] {
        if shown {
            groups.push((name, 2));
            head.extend(["p50", "p99"]);
        }
    }
    let rows = run.steps.iter().map(|step| {
        let mut row = vec![text::clean(&step.stream), text::clean(&step.step)];
        row.extend(completed(step.count, step.not_completed));
        let all = |spread: Spread| [spread.p50, spread.p95, spread.p99, spread.p999, spread.max];
        row.extend(times(step.response_us, all));
        let others =
            [(true, step.service_us), (server, step.server_us), (delivery, step.delivery_us)];
        for (_, spread) in others.into_iter().filter(|(shown, _)| *shown) {
            row.extend(times(spread, |spread| [spread.p50, spread.p99]));
        }
        row
    });
    let rows = rows.collect();
    Table { groups, head, rows, words: 2, empty: "No step was due in a measured phase.", more: 0 }
        .cut()
}

/// What whole journeys took.
pub(super) fn journeys(run: &Run) -> Table {
    let rows = run.journeys.iter().map(|journey| {
        let mut row = vec![text::clean(&journey.stream), text::clean(&journey.journey)];
        row.extend(completed(journey.count, journey.not_completed));
        row.extend(six(journey.response_us));
        row
    });
    let mut head = vec!["stream", "journey", "completed", "not completed", "share"];
    head.extend(["p50", "p90", "p95", "p99", "p99.9", "max"]);
    let groups =
        vec![("", 2), ("arrivals", 3), ("response time, from due to the last step done", 6)];
    let rows = rows.collect();
    Table {
        groups,
        head,
        rows,
        words: 2,
        empty: "No journey was due in a measured phase.",
        more: 0,
    }
    .cut()
}

/// How the generator itself did.
pub(super) fn generator(run: &Run) -> Table {
    let spreads = [
        ("lateness: the generator's own delay", run.lateness_us),
        ("wait: no user was free", run.wait_us),
        ("timer probe: a bare thread woken late", run.timer_probe_us),
        ("runtime lag: a task woken late", run.runtime_lag_us),
    ];
    let rows = spreads.into_iter().filter_map(|(name, spread)| {
        let spread = spread?;
        let mut row = vec![name.to_owned(), units::count(spread.count)];
        row.extend(six(Some(spread)));
        Some(row)
    });
    let mut head = vec!["", "values"];
    head.extend(["p50", "p90", "p95", "p99", "p99.9", "max"]);
    let empty = "No arrival of a measured phase was released.";
    Table { head, rows: rows.collect(), words: 1, empty, ..Table::default() }
}

/// Asked and achieved, stream by stream.
pub(super) fn rates(run: &Run) -> Table {
    let audited = run.streams.iter().any(|stream| stream.audit.is_some());
    let rows = run.plan.streams.iter().zip(&run.streams).map(|(stream, result)| {
        let seconds = facts::measured_seconds(stream);
        let offered = facts::offered(&result.measured);
        let class = result.audit.as_ref().map_or(NONE, |audit| &audit.class);
        let mut row = vec![text::clean(&result.name)];
        row.extend(audited.then(|| text::clean(class)));
        row.extend([
            units::count(result.measured.planned),
            units::count(offered),
            facts::rate(result.measured.planned, seconds),
            facts::rate(offered, seconds),
            units::percent_of(offered, result.measured.planned),
        ]);
        row
    });
    let mut head = vec!["stream"];
    head.extend(audited.then_some("arrivals judged"));
    let words = head.len();
    head.extend(["planned", "offered", "asked rate", "achieved rate", "achieved"]);
    let empty = "The plan has no stream.";
    Table { head, rows: rows.collect(), words, empty, ..Table::default() }.cut()
}

/// What became of every arrival, of the whole run and of measured phases.
pub(super) fn counts(run: &Run) -> Table {
    let row = |name: String, counts: &Counts| {
        let mut row = vec![name, units::count(counts.planned)];
        row.extend(facts::parts(counts).map(|(_, count)| units::count(count)));
        row
    };
    let mut rows = vec![row("whole run".to_owned(), &run.counts)];
    for stream in &run.streams {
        let name = text::clean(&stream.name);
        rows.push(row(name.clone(), &stream.counts));
        rows.push(row(format!("{name}, measured phases"), &stream.measured));
    }
    let mut head = vec!["", "planned"];
    head.extend(facts::parts(&run.counts).map(|(name, _)| name));
    Table { head, rows, words: 1, ..Table::default() }.cut()
}

/// What went wrong, most frequent first.
pub(super) fn errors(run: &Run) -> Table {
    let mut errors: Vec<_> = run.errors.iter().collect();
    errors.sort_by_key(|error| std::cmp::Reverse(error.count));
    let rows = errors.into_iter().map(|error| {
        vec![
            text::clean(&error.class),
            error.status.map_or_else(|| NONE.to_owned(), |status| status.to_string()),
            text::clean(&error.stream),
            text::clean(&error.step),
            units::count(error.count),
        ]
    });
    let head = vec!["class", "status", "stream", "step", "count"];
    Table { head, rows: rows.collect(), words: 4, empty: "No error.", ..Table::default() }.cut()
}

/// Where it ran, and what the generator used of it.
pub(super) fn environment(run: &Run) -> Table {
    let mut rows: Vec<Vec<String>> = facts::environment(run)
        .into_iter()
        .map(|(name, value)| vec![text::clean(&name), text::clean(&value)])
        .collect();
    let watch = &run.watch;
    let used = [
        ("CPU used of that given, mean", units::share(watch.cpu_share)),
        ("CPU used, worst second", units::share(watch.cpu_share_max)),
        ("CPU stolen by the hypervisor", units::share(watch.steal_share)),
        ("descriptors used, worst second", units::share(watch.descriptors_share_max)),
        ("ports used, worst second", units::share(watch.ports_share_max)),
        ("largest clock step", units::time_us(watch.clock_step_us_max)),
        ("largest resident memory", units::bytes(watch.rss_bytes_max)),
    ];
    if watch.seconds == 0 {
        rows.push(vec!["use of the machine".to_owned(), "not recorded".to_owned()]);
    } else {
        rows.extend(used.map(|(name, value)| vec![name.to_owned(), value]));
    }
    Table { rows, words: 2, ..Table::default() }
}

fn completed(count: u64, not_completed: u64) -> [String; 3] {
    let all = count.saturating_add(not_completed);
    [units::count(count), units::count(not_completed), units::percent_of(not_completed, all)]
}

fn six(spread: Option<Spread>) -> [String; 6] {
    times(spread, |spread| {
        [spread.p50, spread.p90, spread.p95, spread.p99, spread.p999, spread.max]
    })
}

fn times<const N: usize>(
    spread: Option<Spread>,
    chosen: impl Fn(Spread) -> [u64; N],
) -> [String; N] {
    spread.map_or_else(
        || std::array::from_fn(|_| NONE.to_owned()),
        |spread| chosen(spread).map(units::time_us),
    )
}
