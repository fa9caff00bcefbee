//! Whether arrivals were spread in time as planned, and plans that are doubtful in themselves.

use load_plan::closed;
use load_plan::plan::{Closed, Phase, PhaseKind};
use run_record::audit::Audit;
use run_record::run::{Finding, Run, StreamResult};

use super::as_figure;
use crate::audit::as_planned;
use crate::findings::Code;
use crate::limits::{STALL_EXCESS_MIN, STALL_PART_MIN};

/// `ARRIVAL_CLASS` or `FEW_ARRIVALS` by stream; `CLOSED_MODEL` and `BURST` by measured phase.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    if run.unreachable.is_some() {
        return Vec::new(); // nothing was sent
    }
    let classes = run.streams.iter().filter_map(arrival_class);
    let mut findings: Vec<Finding> = classes.collect();
    for (stream, result) in run.plan.streams.iter().zip(&run.streams) {
        let measured = stream.phases.iter().filter(|phase| phase.measured);
        findings.extend(measured.filter_map(|phase| {
            let subject = format!("{}/{}", stream.name, phase.name);
            doubtful(phase, result, &subject)
        }));
    }
    findings
}

/// Another class than planned; or none, where one was asked for: who reads findings only would take it for proven.
fn arrival_class(stream: &StreamResult) -> Option<Finding> {
    let audit = stream.audit.as_ref()?;
    let subject = match &audit.phase {
        Some(phase) => format!("{}/{phase}", stream.name),
        None => stream.name.clone(),
    };
    if !as_planned(audit) {
        return Some(Code::ArrivalClass.finding(Some(&subject), &numbers(audit)));
    }
    audit.expected.as_ref()?;
    let few =
        [("judged_count", as_figure(audit.arrivals)), ("missing_count", as_figure(audit.missing?))];
    Some(Code::FewArrivals.finding(Some(&subject), &few))
}

/// Whether one stall of this length makes up enough of what the gaps vary too much. A stall of `s` mean gaps is one gap of
/// `s`, which adds `s^2 / n` to the squared coefficient of variation of `n` gaps; what is made up for after it comes on top.
pub(super) fn stall_explains(stream: &StreamResult, stall_us: u64) -> bool {
    let explains = |audit: &Audit| {
        let planned = match audit.expected.as_deref()? {
            "EVEN" => 0.0,
            "POISSON" => 1.0,
            _ => return None,
        };
        let stall_gaps = as_figure(stall_us) / 1e6 * audit.rate_per_s?;
        let made = stall_gaps.powi(2) / as_figure(audit.arrivals);
        let excess = audit.cv2? - planned;
        Some(excess >= STALL_EXCESS_MIN && made >= STALL_PART_MIN * excess)
    };
    let audit = stream.audit.as_ref().filter(|audit| !as_planned(audit));
    audit.and_then(explains).unwrap_or(false)
}

/// What is known.
fn numbers(audit: &Audit) -> Vec<(&'static str, f64)> {
    let trains = audit.trains.as_ref();
    let rhythm = audit.rhythm.filter(|_| audit.positions.is_some());
    [
        ("judged_count", Some(as_figure(audit.arrivals))),
        ("places_count", audit.positions.map(f64::from)),
        ("rhythm_hz", rhythm.map(|rhythm| rhythm.frequency_hz.into())),
        ("trains_hz", trains.map(|trains| trains.frequency_hz.into())),
        ("train_count", trains.map(|trains| trains.length)),
        ("gap_variation_ratio", audit.cv2),
        ("zero_gaps_percent", audit.zero_gap_share.map(|share| 100.0 * share)),
        ("dispersion_10ms_ratio", audit.idc_10ms),
        ("dispersion_1s_ratio", audit.idc_1s),
        ("distance_ratio", audit.lilliefors_d),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// What a plan asks for and must not be taken for an open load.
fn doubtful(phase: &Phase, result: &StreamResult, subject: &str) -> Option<Finding> {
    match &phase.kind {
        PhaseKind::Closed(users) => Some(closed_model(*users, phase, result, subject)),
        PhaseKind::Burst(burst) => {
            let every_ms = as_figure(burst.every_ns) / 1e6;
            let numbers = [("size_count", f64::from(burst.size)), ("every_ms", every_ms)];
            Some(Code::Burst.finding(Some(subject), &numbers))
        }
        PhaseKind::Rate { .. }
        | PhaseKind::Steps { .. }
        | PhaseKind::Sine { .. }
        | PhaseKind::Replay(_)
        | PhaseKind::Idle {}
        | PhaseKind::Listen { .. } => None,
    }
}

fn closed_model(users: Closed, phase: &Phase, result: &StreamResult, subject: &str) -> Finding {
    let numbers = [
        ("users_count", f64::from(users.users)),
        ("asked_count", as_figure(closed::asked(&users, phase.duration_ns))),
        ("planned_count", as_figure(result.measured.planned)),
    ];
    Code::ClosedModel.finding(Some(subject), &numbers)
}
