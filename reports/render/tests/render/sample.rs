//! Runs as they could have been, from good to degenerate, so that reports are judged on what they will show.

use std::collections::BTreeMap;

use load_plan::plan::{PhaseKind, Rate, Spacing};
use run_analysis::evidence::{Evidence, Heat, Missing, Series};
use run_analysis::judge::judge;
use run_record::environment::Environment;
use run_record::latency::{Kind, Tag};
use run_record::live::{DeliveryResult, Live, ReadersResult};
use run_record::run::{Connections, Counts, Finding, Severity, State, Watch};
use run_record::spread::Spread;

use crate::planned::phase;
use crate::simulation::{point, simulated};

/// A run that holds its objectives.
pub(crate) fn passed() -> Evidence {
    judged(simulated(0))
}

/// The same, with a server that stood still for most of a second.
pub(crate) fn failed() -> Evidence {
    judged(simulated(900_000))
}

/// A run whose generator was late.
pub(crate) fn invalid() -> Evidence {
    let mut evidence = simulated(0);
    let run = &mut evidence.run;
    for (spread, p99) in [(&mut run.lateness_us, 7_431), (&mut run.runtime_lag_us, 12_100)] {
        let spread = spread.as_mut().expect("the simulation fills it");
        (spread.p99, spread.p999, spread.max) = (p99, 2 * p99, 3 * p99);
    }
    judged(evidence)
}

/// A run that was stopped by hand before its very end.
pub(crate) fn interrupted() -> Evidence {
    let mut evidence = simulated(0);
    let run = &mut evidence.run;
    run.state = State::Interrupted;
    run.counts.planned += 1_000;
    run.counts.unreleased += 1_000;
    run.streams[0].counts.planned += 1_000;
    run.streams[0].counts.unreleased += 1_000;
    judged(evidence)
}

/// A run in which nothing arrived at all: the record is as empty as it can be.
pub(crate) fn empty() -> Evidence {
    let mut evidence = simulated(0);
    evidence.latency.clear();
    evidence.resources.clear();
    evidence.gaps.clear();
    evidence.metrics.clear();
    let run = &mut evidence.run;
    (run.scraped, run.preflight) = (None, Vec::new());
    run.counts = Counts::default();
    run.errors.clear();
    run.consumed.clear();
    run.connections = Connections::default();
    run.watch = Watch::default();
    for stream in &mut run.plan.streams {
        stream.phases.clear();
    }
    for stream in &mut run.streams {
        (stream.counts, stream.measured) = (Counts::default(), Counts::default());
    }
    for step in &mut run.steps {
        (step.count, step.not_completed) = (0, 0);
        (step.response_us, step.service_us) = (None, None);
        (step.server_us, step.store_us) = (None, None);
    }
    for journey in &mut run.journeys {
        (journey.count, journey.not_completed, journey.response_us) = (0, 0, None);
    }
    for objective in &mut run.objectives {
        (objective.total, objective.over) = (0, 0);
    }
    (run.lateness_us, run.wait_us, run.runtime_lag_us, run.timer_probe_us) =
        (None, None, None, None);
    run.ended_ns = Some(0);
    judged(evidence)
}

/// A run of which every request failed.
pub(crate) fn all_failed() -> Evidence {
    let mut evidence = simulated(0);
    evidence.latency.retain(|series| series.tag.kind == Kind::Lateness);
    let run = &mut evidence.run;
    for step in &mut run.steps {
        step.not_completed += step.count;
        (step.count, step.response_us, step.service_us) = (0, None, None);
        (step.server_us, step.store_us) = (None, None);
    }
    let streams =
        run.streams.iter_mut().flat_map(|stream| [&mut stream.counts, &mut stream.measured]);
    for counts in streams.chain([&mut run.counts]) {
        counts.failed += counts.completed;
        counts.completed = 0;
    }
    for objective in &mut run.objectives {
        objective.over = objective.total;
    }
    judged(evidence)
}

/// A run of a single request that took next to nothing.
pub(crate) fn one_request() -> Evidence {
    let mut evidence = empty();
    let mut total = run_record::histogram();
    run_record::record_us(&mut total, 0);
    evidence.run.steps[0].count = 1;
    evidence.run.steps[0].response_us = Spread::of(&total);
    let tag = Tag {
        stream: "reads".to_owned(),
        phase: "hold".to_owned(),
        step: "GET room".to_owned(),
        kind: Kind::Response,
    };
    let one = Rate { arrivals: 1, seconds: 1 };
    let kind = PhaseKind::Rate { from: one, to: one, spacing: Spacing::Even };
    evidence.run.plan.streams[0].phases = vec![phase("hold", (0, 1), true, kind)];
    let mut heat = Heat::default();
    heat.count(0, &total);
    evidence.latency = vec![Series { tag, seconds: vec![point(0, &total)], heat, total }];
    evidence
}

/// A run that is still going: nothing is judged.
pub(crate) fn running() -> Evidence {
    let mut evidence = empty();
    evidence.run.state = State::Running;
    (evidence.run.verdict, evidence.run.ended_ns) = (None, None);
    for objective in &mut evidence.run.objectives {
        objective.status = None;
    }
    evidence
}

/// A failed run whose record was cut.
pub(crate) fn damaged() -> Evidence {
    let mut evidence = failed();
    evidence.missing.push(Missing {
        what: "times from there on".to_owned(),
        why: "latency.hlog, line 7: holds no base64".to_owned(),
    });
    evidence
}

/// Every foreign name replaced by what must not reach a page or a terminal as it is.
pub(crate) fn hostile(name: &str) -> Evidence {
    renamed(&failed(), name)
}

/// A run with one name for everything that has a foreign name.
pub(crate) fn renamed(evidence: &Evidence, name: &str) -> Evidence {
    let mut evidence = evidence.clone();
    let run = &mut evidence.run;
    name.clone_into(&mut run.plan.name);
    for stream in &mut run.plan.streams {
        name.clone_into(&mut stream.name);
    }
    for stream in &mut run.streams {
        name.clone_into(&mut stream.name);
    }
    for step in &mut run.steps {
        name.clone_into(&mut step.stream);
        name.clone_into(&mut step.step);
    }
    for objective in &mut run.plan.objectives {
        name.clone_into(&mut objective.step);
        name.clone_into(&mut objective.text);
    }
    for objective in &mut run.objectives {
        name.clone_into(&mut objective.step);
        name.clone_into(&mut objective.text);
    }
    for journey in &mut run.journeys {
        name.clone_into(&mut journey.stream);
        name.clone_into(&mut journey.journey);
    }
    for error in &mut run.errors {
        name.clone_into(&mut error.class);
        name.clone_into(&mut error.stream);
        name.clone_into(&mut error.step);
    }
    for consumed in &mut run.consumed {
        name.clone_into(&mut consumed.operation);
    }
    run.live = Some(live(name));
    for finding in &mut run.findings {
        finding.subject = Some(name.to_owned());
        finding.numbers.insert(name.to_owned(), 1.0);
    }
    run.findings.push(Finding {
        code: name.to_owned(),
        severity: Severity::Warning,
        subject: Some(name.to_owned()),
        numbers: BTreeMap::from([(name.to_owned(), f64::NAN)]),
    });
    run.overrides.insert(name.to_owned(), name.to_owned());
    let some = || Some(name.to_owned());
    run.environment = Environment {
        hanno: name.to_owned(),
        commit: some(),
        rustc: some(),
        kernel: name.to_owned(),
        cpu_model: name.to_owned(),
        limits: BTreeMap::from([(name.to_owned(), 1)]),
        target: name.to_owned(),
        store: some(),
        endpoint: some(),
        dataset_sha256: some(),
        credentials: some(),
        distance: some(),
        ..Environment::default()
    };
    rename_parts(&mut evidence, name);
    evidence
}

/// The names in what lies beside the results.
fn rename_parts(evidence: &mut Evidence, name: &str) {
    let run = &mut evidence.run;
    for phase in &mut run.phases {
        for text in [&mut phase.stream, &mut phase.step, &mut phase.phase] {
            name.clone_into(text);
        }
    }
    for one in &mut run.instances {
        (one.stream, one.step) = (name.to_owned(), name.to_owned());
        one.instance = Some(name.to_owned());
    }
    for text in [&mut run.schedule_sha256, &mut run.plan_sha256] {
        name.clone_into(text);
    }
    for stream in &mut run.plan.streams {
        for phase in &mut stream.phases {
            name.clone_into(&mut phase.name);
        }
    }
    for way in &mut run.preflight {
        name.clone_into(&mut way.base);
    }
    for series in &mut evidence.metrics {
        name.clone_into(&mut series.name);
    }
    for gaps in &mut evidence.gaps {
        name.clone_into(&mut gaps.stream);
    }
    evidence.missing.push(Missing { what: name.to_owned(), why: name.to_owned() });
    for series in &mut evidence.latency {
        name.clone_into(&mut series.tag.phase);
        name.clone_into(&mut series.tag.stream);
        name.clone_into(&mut series.tag.step);
    }
}

/// Judged as a run is.
fn judged(mut evidence: Evidence) -> Evidence {
    judge(&evidence.run).write_into(&mut evidence.run);
    evidence
}

/// Live events of a stream and a step of this name.
fn live(name: &str) -> Live {
    let readers = ReadersResult { stream: name.to_owned(), readers: 2, ..ReadersResult::default() };
    let deliveries = DeliveryResult {
        stream: name.to_owned(),
        step: name.to_owned(),
        missing: 1,
        ..DeliveryResult::default()
    };
    Live { readers: vec![readers], deliveries: vec![deliveries], ..Live::default() }
}
