//! What the audit costs beside a run: nanoseconds for each arrival, in the order in which outcomes come.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use load_plan::plan::Plan;
use load_plan::scenario::{Context, parse};
use load_plan::schedule::Schedule;
use run_analysis::audit::{RunAuditor, Started};

/// 20 000 arrivals a second, as many as one core sends.
const RATE: &str = "20000/s";

fn plan(rate: &str, spacing: &str) -> Plan {
    let text = format!(
        "schema = 1\nname = \"audit\"\nseed = 1\ntarget = \"http://127.0.0.1:1\"\n\
         [[stream]]\nname = \"s\"\njourneys = {{ get = 1 }}\n\
         [[stream.phase]]\nname = \"hold\"\nrate = {rate}\nspacing = \"{spacing}\"\nduration = \"20s\"\n\
         [journey.get]\n[[journey.get.step]]\nname = \"GET\"\nendpoint = \"read\"\n\
         request = {{ method = \"GET\", path = \"/\" }}\nexpect = {{ status = 200 }}\n"
    );
    let scenario = parse("audit.toml", &text, &Context::default());
    scenario.expect("the scenario is in order").plan
}

/// Sent when due; answers take up to 5 ms, and their order is that in which they come.
fn outcomes(plan: &Plan) -> Vec<Started> {
    let mut sent: Vec<(u64, Started)> = Schedule::new(plan)
        .map(|arrival| {
            let took_ns = arrival.n.wrapping_mul(2_654_435_761) % 5_000_000;
            let (stream, phase, sent_ns) = (arrival.stream, arrival.phase, arrival.due_ns);
            let response_us = u32::try_from(took_ns / 1_000).ok();
            (sent_ns + took_ns, Started { stream, phase, sent_ns, response_us })
        })
        .collect();
    sent.sort_by_key(|(done_ns, _)| *done_ns);
    sent.into_iter().map(|(_, started)| started).collect()
}

fn audit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("audit");
    let constant = format!("\"{RATE}\"");
    let ramp = "{ from = \"0/s\", to = \"40000/s\" }";
    for (name, rate, spacing) in [
        ("even", constant.as_str(), "even"),
        ("poisson", &constant, "poisson"),
        ("ramp", ramp, "even"),
    ] {
        let plan = plan(rate, spacing);
        let outcomes = outcomes(&plan);
        group.throughput(Throughput::Elements(outcomes.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut auditor = RunAuditor::of(&plan);
                for started in &outcomes {
                    auditor.started(black_box(*started));
                }
                auditor.finish()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, audit);
criterion_main!(benches);
