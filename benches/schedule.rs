//! How fast due times are computed: the schedule must outrun any rate that can be sent, with room to spare.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use load_plan::hash::schedule_sha256;
use load_plan::plan::Plan;
use load_plan::scenario::{Context, parse};
use load_plan::schedule::Schedule;
use load_plan::schedule_csv;
use load_plan::stamps::{Source, Stamps, Unit};

/// Arrivals of each plan, about.
const ARRIVALS: u64 = 100_000;

/// A time a tenth of a millisecond after the other, which the file of the replay holds.
const REPLAY: &str = "kind = \"replay\"\nfile = \"times.csv\"\ncolumn = \"t\"\nunit = \"us\"";

const ONE_STREAM: [(&str, &str); 13] = [
    ("even constant", "rate = \"10000/s\""),
    ("even ramp", "rate = { from = \"0/s\", to = \"20000/s\" }"),
    ("poisson constant", "rate = \"10000/s\"\nspacing = \"poisson\""),
    ("poisson ramp", "rate = { from = \"0/s\", to = \"20000/s\" }\nspacing = \"poisson\""),
    ("even steps", "rate = { steps = [\"5000/s\", \"15000/s\"] }"),
    ("poisson steps", "rate = { steps = [\"5000/s\", \"15000/s\"] }\nspacing = \"poisson\""),
    ("even sine", "rate = { mean = \"10000/s\", amplitude = \"9000/s\", period = \"5s\" }"),
    (
        "poisson sine",
        "rate = { mean = \"10000/s\", amplitude = \"9000/s\", period = \"5s\" }\nspacing = \"poisson\"",
    ),
    ("exactly constant", "rate = \"10000/s\"\nspacing = \"exactly\""),
    ("exactly ramp", "rate = { from = \"0/s\", to = \"20000/s\" }\nspacing = \"exactly\""),
    (
        "exactly sine",
        "rate = { mean = \"10000/s\", amplitude = \"9000/s\", period = \"5s\" }\nspacing = \"exactly\"",
    ),
    ("burst", "kind = \"burst\"\nsize = 1000\nevery = \"100ms\""),
    ("replay", REPLAY),
];

fn arrivals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("arrivals");
    group.throughput(Throughput::Elements(ARRIVALS));
    for (name, rate) in ONE_STREAM {
        let plan = plan(&[rate]);
        group.bench_function(name, |bencher| bencher.iter(|| drain(&plan)));
    }
    let quarter = ["rate = \"2500/s\"", "rate = \"2500/s\"\nspacing = \"poisson\""];
    let plan = plan(&[quarter[0], quarter[1], quarter[0], quarter[1]]);
    group.bench_function("four streams", |bencher| bencher.iter(|| drain(&plan)));
    group.finish();
}

fn exports(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exports");
    group.throughput(Throughput::Elements(ARRIVALS));
    let plan = plan(&[ONE_STREAM[0].1]);
    group.bench_function("csv", |bencher| {
        bencher.iter(|| schedule_csv::write(&plan, io::sink()).expect("a sink takes everything"));
    });
    group.bench_function("sha256", |bencher| bencher.iter(|| schedule_sha256(&plan)));
    group.finish();
}

fn drain(plan: &Plan) -> u64 {
    Schedule::new(black_box(plan)).fold(0, |sum, arrival| sum ^ arrival.due_ns)
}

/// A plan of ten seconds with one stream for each rate.
fn plan(rates: &[&str]) -> Plan {
    let streams = rates.iter().enumerate().map(|(index, rate)| {
        format!(
            "[[stream]]\nname = \"s{index}\"\njourneys = {{ get = 1 }}\n\
             [[stream.phase]]\nduration = \"10s\"\n{rate}\n"
        )
    });
    let text = format!(
        "schema = 1\nname = \"bench\"\ntarget = \"bundled\"\n{}\
         [[journey.get.step]]\nname = \"GET\"\nrequest = {{ path = \"/\" }}\n",
        streams.collect::<Vec<_>>().concat()
    );
    let context = Context { replays: BTreeMap::from([times()]), ..Context::default() };
    parse("bench.toml", &text, &context).expect("the scenario is right").plan
}

/// The file that is replayed.
fn times() -> (Source, Result<Stamps, String>) {
    let source = Source { file: "times.csv".into(), column: "t".into(), unit: Unit::Microseconds };
    let times = (0..ARRIVALS).map(|at| (at * 100).to_string());
    let lines: Vec<String> = std::iter::once("t".to_owned()).chain(times).collect();
    let stamps = Stamps::from_csv(lines.join("\n").as_bytes(), &source);
    (source, stamps.map_err(|why| why.to_string()))
}

criterion_group! {
    name = benches;
    // Seconds are enough to see a change that matters here, and the whole set stays below a minute.
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20);
    targets = arrivals, exports
}
criterion_main!(benches);
