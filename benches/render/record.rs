//! Writes a record as a run of any size would leave it, with times drawn from bell curves of logarithms.

#[path = "../../reports/render/tests/render/dice.rs"]
mod dice;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use hdrhistogram::Histogram;
use load_plan::plan::Plan;
use load_plan::scenario::{Context, parse};
use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::environment::Environment;
use run_record::latency::{Kind, LatencyLogWriter, Tag};
use run_record::resource_row::ResourceRow;
use run_record::run::{
    Connections, Counts, JourneyResult, Run, SCHEMA, State, StepResult, StreamResult, Watch,
};
use run_record::spread::Spread;
use run_record::{RecordError, arrivals, histogram, record_us, resources, run_file};

use dice::Dice;

const SECOND_NS: u64 = 1_000_000_000;

/// Seconds of one segment of rows.
const SEGMENT_SECONDS: u32 = 60;

/// How large the run was.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// Arrivals a second.
    pub(crate) rate: u32,
    /// Of each arrival.
    pub(crate) steps: u16,
    /// Of the run.
    pub(crate) seconds: u32,
}

/// The times of one request, in microseconds.
struct Times {
    late: u64,
    service: u64,
    server: u64,
}

impl Times {
    fn drawn(dice: &mut Dice, step: u16) -> Self {
        let server = dice.log_normal(1_500.0 * f64::from(step + 1), 0.5);
        let service = server + dice.log_normal(150.0, 0.4);
        Self { late: dice.log_normal(40.0, 0.6), service, server }
    }
}

/// Writes the whole record.
pub(crate) fn write(folder: &Path, shape: Shape) -> Result<(), RecordError> {
    let plan = plan(shape);
    for part in ["arrivals", "resources"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let log = BufWriter::new(File::create(folder.join("latency.hlog"))?);
    let mut log = LatencyLogWriter::new(log, 0)?;
    let mut totals: BTreeMap<(u16, Kind), _> = BTreeMap::new();
    let mut dice = Dice(20_190_717);
    for first in (0..shape.seconds).step_by(SEGMENT_SECONDS as usize) {
        let name = format!("{:04}.parquet", first / SEGMENT_SECONDS);
        let rows = BufWriter::new(File::create(folder.join("arrivals").join(&name))?);
        let mut rows = arrivals::SegmentWriter::new(rows, &plan)?;
        let machine = BufWriter::new(File::create(folder.join("resources").join(&name))?);
        let mut machine = resources::SegmentWriter::new(machine)?;
        for second in first..(first + SEGMENT_SECONDS).min(shape.seconds) {
            let kinds = requests(&mut rows, &mut dice, shape, second)?;
            for ((step, kind), values) in kinds {
                let start = u64::from(second) * SECOND_NS;
                log.write(&tag(step, kind), start, SECOND_NS, &values)?;
                *totals.entry((step, kind)).or_insert_with(histogram) += values;
            }
            machine.push(&resource(second + 1, shape, &mut dice))?;
        }
        rows.finish()?;
        machine.finish()?;
    }
    log.flush()?;
    let spread = |step, kind| totals.get(&(step, kind)).and_then(Spread::of);
    let run = run(plan, shape, &spread);
    run_file::write(&run, BufWriter::new(File::create(folder.join("run.json"))?))
}

/// The requests of one second: their rows, and their histograms by step and kind.
fn requests<W: std::io::Write + Send>(
    rows: &mut arrivals::SegmentWriter<W>,
    dice: &mut Dice,
    shape: Shape,
    second: u32,
) -> Result<BTreeMap<(u16, Kind), Histogram<u64>>, RecordError> {
    let mut kinds = BTreeMap::new();
    let mut count =
        |key, us: u64| record_us(kinds.entry(key).or_insert_with(histogram), us * 1_000);
    for n in 0..shape.rate {
        let due = u64::from(second) * SECOND_NS + u64::from(n) * SECOND_NS / u64::from(shape.rate);
        let seq = u64::from(second) * u64::from(shape.rate) + u64::from(n);
        for step in 0..shape.steps {
            let times = Times::drawn(dice, step);
            count((step, Kind::Response), times.late + times.service);
            count((step, Kind::Service), times.service);
            count((step, Kind::Server), times.server);
            if step == 0 {
                count((step, Kind::Lateness), times.late);
                count((step, Kind::Wait), 0);
            }
            rows.push(&row((seq, step), due, &times, step + 1 == shape.steps))?;
        }
    }
    Ok(kinds)
}

fn row((seq, step): (u64, u16), due_ns: u64, times: &Times, last: bool) -> ArrivalRow {
    let due_ns = due_ns + u64::from(step) * 10_000_000;
    let sent_ns = due_ns + times.late * 1_000;
    let done_ns = sent_ns + times.service * 1_000;
    ArrivalRow {
        seq,
        n: seq,
        stream: 0,
        phase: 0,
        journey: 0,
        step: Some(step),
        measured: true,
        last,
        due_ns,
        released_ns: Some(due_ns + times.late * 500),
        sent_ns: Some(sent_ns),
        first_byte_ns: Some(done_ns - 1_000),
        done_ns: Some(done_ns),
        user_free: true,
        outcome: Outcome::Completed,
        error_class: None,
        status: Some(200),
        bytes_in: 512,
        bytes_out: 128,
        server_us: Some(times.server),
        store_us: Some(times.server / 2),
        connect_us: None,
        reused: Some(true),
        instance: Some("api-1".to_owned()),
        worker: 0,
        error_code: None,
    }
}

fn resource(second: u32, shape: Shape, dice: &mut Dice) -> ResourceRow {
    let noise = f64::from(dice.below(100)) / 1_000.0;
    ResourceRow {
        second,
        measured: true,
        cpu_share: 0.3 + noise,
        rss_bytes: 60 << 20,
        descriptors: 90,
        ports: 64,
        released: u64::from(shape.rate),
        ended: u64::from(shape.rate),
        in_flight: 20 + dice.below(10),
        lateness_p99_us: Some(80 + u64::from(dice.below(60))),
        target_cpu_cores: Some(0.8 + noise),
        target_rss_bytes: Some(120 << 20),
        timer_probe_p99_us: Some(70),
        runtime_lag_p99_us: Some(90),
        connections_opened: Some(0),
        read_units: Some(4_000.0),
        write_units: Some(900.0 + 100.0 * noise),
        ..ResourceRow::default()
    }
}

fn tag(step: u16, kind: Kind) -> Tag {
    Tag { stream: "users".to_owned(), phase: "hold".to_owned(), step: name(step), kind }
}

fn name(step: u16) -> String {
    format!("GET page {step}")
}

fn plan(shape: Shape) -> Plan {
    let steps = (0..shape.steps).map(|step| {
        format!(
            "[[journey.walk.step]]\nname = \"{}\"\nrequest = {{ path = \"/{step}\" }}\n",
            name(step)
        )
    });
    let text = format!(
        "schema = 1\nname = \"hour\"\ntarget = \"bundled\"\n[[stream]]\nname = \"users\"\n\
         journeys = {{ walk = 1 }}\n[[stream.phase]]\nname = \"hold\"\nrate = \"{}/s\"\n\
         duration = \"{}s\"\n[objectives]\n\"{}\" = [\"p99 <= 50ms\"]\n{}",
        shape.rate,
        shape.seconds,
        name(0),
        steps.collect::<String>()
    );
    parse("hour.toml", &text, &Context::default()).expect("the scenario is right").plan
}

fn run(plan: Plan, shape: Shape, spread: &dyn Fn(u16, Kind) -> Option<Spread>) -> Run {
    let arrivals = u64::from(shape.rate) * u64::from(shape.seconds);
    let counts = Counts { planned: arrivals, completed: arrivals, ..Counts::default() };
    let stream = "users".to_owned();
    let steps = (0..shape.steps).map(|step| StepResult {
        stream: stream.clone(),
        step: name(step),
        count: arrivals,
        not_completed: 0,
        response_us: spread(step, Kind::Response),
        service_us: spread(step, Kind::Service),
        server_us: spread(step, Kind::Server),
        store_us: None,
        delivery_us: None,
    });
    Run {
        schema: SCHEMA,
        state: State::Finished,
        started_unix_ns: 1_795_343_465 * SECOND_NS,
        ended_ns: Some(u64::from(shape.seconds) * SECOND_NS),
        unreachable: None,
        aborted_by: None,
        verdict: None,
        findings: Vec::new(),
        counts,
        achieved: Some(1.0),
        seed: plan.seed,
        schedule_version: 1,
        schedule_sha256: String::new(),
        plan_sha256: String::new(),
        overrides: BTreeMap::new(),
        streams: vec![StreamResult {
            name: stream.clone(),
            counts,
            measured: counts,
            audit: None,
            places: Vec::new(),
        }],
        steps: steps.collect(),
        phases: Vec::new(),
        instances: Vec::new(),
        journeys: vec![JourneyResult {
            stream,
            journey: "walk".to_owned(),
            count: arrivals,
            not_completed: 0,
            response_us: spread(0, Kind::Response),
        }],
        objectives: Vec::new(),
        errors: Vec::new(),
        lateness_us: spread(0, Kind::Lateness),
        wait_us: spread(0, Kind::Wait),
        runtime_lag_us: None,
        timer_probe_us: None,
        watch: Watch { seconds: shape.seconds, cpu_share: 0.3, ..Watch::default() },
        connections: Connections::default(),
        consumed: Vec::new(),
        scraped: None,
        preflight: Vec::new(),
        live: None,
        environment: Environment::default(),
        plan,
    }
}
