//! The tables of a report, cell by cell with units, so that page, Markdown and CSV are made of the same values.

mod audit;
pub(crate) mod breakdown;
mod live;
mod preflight;

use run_record::run::{Counts, Run, State, StepResult};
use run_record::spread::Spread;

use crate::cell::Cell;
use crate::facts;
use crate::figure::Data;

/// A table has at most this many rows; a line says how many more the record has.
const ROWS_MAX: usize = 200;

/// Words in the first columns, figures in the others.
#[derive(Default)]
pub(crate) struct Table {
    /// What its file and its place on the page are called.
    pub(crate) stem: &'static str,
    pub(crate) title: &'static str,
    /// What should be known before it is read; may be empty.
    pub(crate) note: &'static str,
    /// Over the head, each with the number of columns it spans; none if empty.
    pub(crate) groups: Vec<(&'static str, usize)>,
    pub(crate) head: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// How many columns, from the left, hold words.
    pub(crate) words: usize,
    /// Rows that were left out.
    pub(crate) more: usize,
    /// What stands there instead of a table without rows.
    pub(crate) empty: &'static str,
}

impl Table {
    pub(crate) fn cut(mut self) -> Self {
        self.more = self.rows.len().saturating_sub(ROWS_MAX);
        self.rows.truncate(ROWS_MAX);
        self
    }

    /// For CSV: the name of a column holds that of its group and its unit.
    pub(crate) fn data(&self) -> Data {
        let mut groups =
            self.groups.iter().flat_map(|(name, columns)| std::iter::repeat_n(*name, *columns));
        let head = self.head.iter().enumerate().map(|(index, name)| {
            let group = groups.next().unwrap_or_default();
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let unit = cells.map(Cell::unit).find(|unit| !unit.is_empty()).unwrap_or_default();
            let name = if name.is_empty() { "what" } else { name };
            let words = format!("{group} {name}").replace([',', '.'], "");
            let name = words.split_whitespace().collect::<Vec<_>>().join("_");
            format!("{}{unit}", name.trim_end_matches(unit))
        });
        Data { head: head.collect(), rows: self.rows.clone() }
    }
}

/// What the target did, then how it was loaded.
pub(crate) fn main(run: &Run) -> Vec<Table> {
    let mut tables = vec![steps(run)];
    tables.extend(breakdown::tables(run));
    tables.push(journeys(run));
    tables.extend(live::tables(run));
    tables.extend([connections(run), preflight::table(run), consumed(run), rates(run)]);
    tables.extend(audit::table(run));
    tables.push(generator(run));
    tables
}

/// What was counted, and where.
pub(crate) fn raw(run: &Run) -> Vec<Table> {
    vec![counts(run), errors(run), environment(run)]
}

/// All of them.
pub(crate) fn all(run: &Run) -> Vec<Table> {
    main(run).into_iter().chain(raw(run)).collect()
}

/// A kind of time of a step.
type Kind = fn(&StepResult) -> Option<Spread>;

/// What each step took, and how much of it is in no histogram.
pub(crate) fn steps(run: &Run) -> Table {
    let seen = |of: Kind| run.steps.iter().any(|step| of(step).is_some());
    let kinds: [(bool, &'static str, Kind); 4] = [
        (true, "service time", |step| step.service_us),
        (seen(|step| step.server_us), "server time", |step| step.server_us),
        (seen(|step| step.store_us), "store time", |step| step.store_us),
        (seen(|step| step.delivery_us), "delivery time", |step| step.delivery_us),
    ];
    let kinds: Vec<_> = kinds.into_iter().filter(|kind| kind.0).collect();
    let mut groups = vec![("", 2), ("requests", 3), ("response time", 5)];
    let mut head = vec!["stream", "step", "completed", "not completed", "share"];
    head.extend(["p50", "p95", "p99", "p99.9", "max"]);
    for (_, name, _) in &kinds {
        groups.push((name, 2));
        head.extend(["p50", "p99"]);
    }
    let rows = run.steps.iter().map(|step| {
        let mut row = vec![Cell::text(&step.stream), Cell::text(&step.step)];
        row.extend(completed(step.count, step.not_completed));
        let all = |spread: Spread| [spread.p50, spread.p95, spread.p99, spread.p999, spread.max];
        row.extend(times(step.response_us, all));
        for (_, _, of) in &kinds {
            row.extend(times(of(step), |spread| [spread.p50, spread.p99]));
        }
        row
    });
    Table {
        stem: "steps",
        title: "Steps",
        note: "Measured phases. Times are of completed requests; the share is of the requests due that were not sent or \
               did not complete, and are in no percentile.",
        groups,
        head,
        rows: rows.collect(),
        words: 2,
        empty: "No step was due in a measured phase.",
        more: 0,
    }
    .cut()
}

/// What whole journeys took.
fn journeys(run: &Run) -> Table {
    let rows = run.journeys.iter().map(|journey| {
        let mut row = vec![Cell::text(&journey.stream), Cell::text(&journey.journey)];
        row.extend(completed(journey.count, journey.not_completed));
        row.extend(six(journey.response_us));
        row
    });
    let mut head = vec!["stream", "journey", "completed", "not completed", "share"];
    head.extend(SIX);
    Table {
        stem: "journeys",
        title: "Journeys",
        note: "Measured phases; from the arrival's due time to the end of its last step.",
        groups: vec![("", 2), ("arrivals", 3), ("response time", 6)],
        head,
        rows: rows.collect(),
        words: 2,
        empty: "No journey was due in a measured phase.",
        more: 0,
    }
    .cut()
}

/// How requests came to their connections.
fn connections(run: &Run) -> Table {
    let connections = &run.connections;
    let all = connections.opened.saturating_add(connections.reused);
    let row = (all > 0).then(|| {
        let mut row = vec![Cell::Count(connections.opened), Cell::Count(connections.reused)];
        row.push(Cell::share(connections.reused, all));
        row.extend(six(connections.connect_us));
        row
    });
    let mut head = vec!["opened", "reused", "reused share"];
    head.extend(SIX);
    Table {
        stem: "connections",
        title: "Connections",
        note: "Requests of measured phases that opened a connection and that found one. Opening is part of service time.",
        groups: vec![("requests", 3), ("time to open", 6)],
        head,
        rows: row.into_iter().collect(),
        empty: "How requests came to their connections is not known.",
        ..Table::default()
    }
}

/// What the target's store consumed.
fn consumed(run: &Run) -> Table {
    let per = |units: f64, calls: u64| {
        if calls == 0 { Cell::None } else { Cell::Number(units / crate::units::as_f64(calls)) }
    };
    let rows = run.consumed.iter().map(|units| {
        vec![
            Cell::text(&units.operation),
            Cell::Count(units.calls),
            Cell::Count(units.requests),
            per(crate::units::as_f64(units.requests), units.calls),
            Cell::Number(units.read_units),
            per(units.read_units, units.calls),
            Cell::Number(units.write_units),
            per(units.write_units, units.calls),
        ]
    });
    Table {
        stem: "store-units",
        title: "Units of the store",
        note: "Whole run, warm-up included, by operation of the service's store, as the target says. Requests are those \
               to the store, repeated ones included.",
        groups: vec![("", 2), ("requests", 2), ("read units", 2), ("write units", 2)],
        head: vec!["operation", "calls", "in all", "per call", "in all", "per call", "in all", "per call"],
        rows: rows.collect(),
        words: 1,
        empty: "The target does not say what its store consumes.",
        more: 0,
    }
    .cut()
}

/// How the generator itself did.
fn generator(run: &Run) -> Table {
    let spreads = [
        ("lateness: the generator's own delay", run.lateness_us),
        ("wait: no user was free", run.wait_us),
        ("timer probe: a bare thread woken late", run.timer_probe_us),
        ("runtime lag: a task woken late", run.runtime_lag_us),
    ];
    let rows = spreads.into_iter().filter_map(|(name, spread)| {
        let spread = spread?;
        let mut row = vec![Cell::text(name), Cell::Count(spread.count)];
        row.extend(six(Some(spread)));
        Some(row)
    });
    let mut head = vec!["", "values"];
    head.extend(SIX);
    Table {
        stem: "generator",
        title: "The generator",
        note: "Measured phases.",
        head,
        rows: rows.collect(),
        words: 1,
        empty: "No arrival of a measured phase was released.",
        ..Table::default()
    }
}

/// Asked and achieved, stream by stream.
pub(crate) fn rates(run: &Run) -> Table {
    let audited = run.streams.iter().any(|stream| stream.audit.is_some());
    let streams = run.plan.streams.iter().zip(&run.streams);
    let arriving = streams.filter(|(stream, _)| stream.readers().is_none());
    let rows = arriving.map(|(stream, result)| {
        let seconds = facts::measured_seconds(stream);
        let rate = |count: u64| {
            if seconds > 0.0 {
                Cell::PerSecond(crate::units::as_f64(count) / seconds)
            } else {
                Cell::None
            }
        };
        // Of a run that was killed it is not known how much of what was planned was still offered.
        let known = run.state != State::Running;
        let offered = facts::offered(&result.measured);
        let class = result.audit.as_ref().map_or(Cell::None, |audit| Cell::text(&audit.class));
        let mut row = vec![Cell::text(&result.name)];
        row.extend(audited.then_some(class));
        row.extend([
            Cell::Count(result.measured.planned),
            if known { Cell::Count(offered) } else { Cell::None },
            rate(facts::asked(stream, result.measured.planned)),
            if known { rate(offered) } else { Cell::None },
            if known { Cell::share(offered, result.measured.planned) } else { Cell::None },
        ]);
        row
    });
    let mut head = vec!["stream"];
    head.extend(audited.then_some("arrivals judged"));
    let words = head.len();
    head.extend(["planned", "offered", "asked rate", "achieved rate", "achieved"]);
    Table {
        stem: "rates",
        title: "Asked and achieved",
        note: "Measured phases. Of closed users, more may be asked for than is planned: as many as there were if \
               answers took no time.",
        head,
        rows: rows.collect(),
        words,
        empty: "The plan has no stream.",
        ..Table::default()
    }
    .cut()
}

/// What became of every arrival, of the whole run and of measured phases.
fn counts(run: &Run) -> Table {
    let row = |name: String, counts: &Counts| {
        let mut row = vec![Cell::Text(name), Cell::Count(counts.planned)];
        row.extend(facts::parts(counts).map(|(_, count)| Cell::Count(count)));
        row
    };
    let mut rows = vec![row("whole run".to_owned(), &run.counts)];
    for stream in &run.streams {
        let name = crate::text::clean(&stream.name);
        rows.push(row(name.clone(), &stream.counts));
        rows.push(row(format!("{name}, measured phases"), &stream.measured));
    }
    let mut head = vec!["", "planned"];
    head.extend(facts::parts(&run.counts).map(|(name, _)| name));
    Table { stem: "counts", title: "Counts", head, rows, words: 1, ..Table::default() }.cut()
}

/// What went wrong, most frequent first.
pub(crate) fn errors(run: &Run) -> Table {
    let mut errors: Vec<_> = run.errors.iter().collect();
    errors.sort_by_key(|error| std::cmp::Reverse(error.count));
    let rows = errors.into_iter().map(|error| {
        let status = error.status.map_or(Cell::None, |status| Cell::Text(status.to_string()));
        let words = [&error.class, &error.stream, &error.step].map(|words| Cell::text(words));
        let [class, stream, step] = words;
        let code = error.code.as_ref().map_or(Cell::None, |code| Cell::text(code));
        vec![class, status, code, stream, step, Cell::Count(error.count)]
    });
    Table {
        stem: "errors",
        title: "Errors",
        note: "Whole run.",
        head: vec!["class", "status", "target's word", "stream", "step", "count"],
        rows: rows.collect(),
        words: 5,
        empty: "No error.",
        ..Table::default()
    }
    .cut()
}

/// Where it ran, and what the generator used of it.
fn environment(run: &Run) -> Table {
    let known = facts::environment(run).into_iter();
    let mut rows: Vec<Vec<Cell>> =
        known.map(|(name, value)| vec![Cell::text(&name), Cell::text(&value)]).collect();
    let watch = &run.watch;
    let used = [
        ("CPU used of that given, mean", Cell::Share(watch.cpu_share)),
        ("CPU used, worst second", Cell::Share(watch.cpu_share_max)),
        ("CPU stolen by the hypervisor", Cell::Share(watch.steal_share)),
        ("descriptors used, worst second", Cell::Share(watch.descriptors_share_max)),
        ("ports used, worst second", Cell::Share(watch.ports_share_max)),
        ("largest clock step", Cell::Us(watch.clock_step_us_max)),
        ("largest resident memory", Cell::Bytes(watch.rss_bytes_max)),
    ];
    if watch.seconds == 0 {
        rows.push(vec![Cell::text("use of the machine"), Cell::text("not recorded")]);
    } else {
        // As words: a column of CSV cannot have a unit for each row.
        let words = used.map(|(name, value)| vec![Cell::text(name), Cell::text(&value.shown())]);
        rows.extend(words);
    }
    let head = vec!["what", "value"];
    let title = "Environment";
    Table { stem: "environment", title, head, rows, words: 2, ..Table::default() }
}

/// What is shown of a distribution.
const SIX: [&str; 6] = ["p50", "p90", "p95", "p99", "p99.9", "max"];

fn completed(count: u64, not_completed: u64) -> [Cell; 3] {
    let all = count.saturating_add(not_completed);
    [Cell::Count(count), Cell::Count(not_completed), Cell::share(not_completed, all)]
}

fn six(spread: Option<Spread>) -> [Cell; 6] {
    times(spread, |spread| {
        [spread.p50, spread.p90, spread.p95, spread.p99, spread.p999, spread.max]
    })
}

fn times<const N: usize>(spread: Option<Spread>, chosen: impl Fn(Spread) -> [u64; N]) -> [Cell; N] {
    spread
        .map_or_else(|| std::array::from_fn(|_| Cell::None), |spread| chosen(spread).map(Cell::Us))
}
