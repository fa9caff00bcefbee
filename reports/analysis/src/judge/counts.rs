//! Whether every arrival is accounted for, and whether the load asked for was the load offered.

use run_record::run::{Counts, Finding, Run, State, StreamResult};

use super::{as_figure, percent};
use crate::findings::Code;
use crate::limits::{ACHIEVED_MIN_PER_MILLE, DROPPED_MAX_PER_MILLE};

/// `ACCOUNTING`, `USERS_EXHAUSTED` and `NOT_ACHIEVED`.
pub(super) fn findings(run: &Run) -> Vec<Finding> {
    let mut findings = accounting(run);
    if run.unreachable.is_none() && run.state != State::Running {
        for (index, stream) in run.streams.iter().enumerate() {
            let users =
                run.plan.streams.get(index).map_or(f64::NAN, |stream| f64::from(stream.users));
            findings.extend(users_exhausted(stream, users));
            findings.extend(not_achieved(stream, run.aborted_by.is_some()));
        }
    }
    findings
}

/// Share of the planned arrivals of measured phases that were offered.
pub(super) fn achieved(run: &Run) -> Option<f64> {
    let measured = run.streams.iter().map(|stream| stream.measured).fold(Counts::default(), sum);
    (run.state != State::Running && measured.planned > 0)
        .then(|| as_figure(offered(&measured)) / as_figure(measured.planned))
}

/// Each stream and the run: planned = the sum of all ends; the run = the sum of its streams; measured
/// phases are part of the whole. While a run goes on, arrivals in flight have no end yet.
fn accounting(run: &Run) -> Vec<Finding> {
    let running = run.state == State::Running;
    let broken = |counts: &Counts| {
        if running { counts.ended() > counts.planned } else { counts.ended() != counts.planned }
    };
    let finding = |subject: Option<&str>, counts: &Counts| {
        let numbers = [
            ("planned_count", as_figure(counts.planned)),
            ("ended_count", as_figure(counts.ended())),
        ];
        Code::Accounting.finding(subject, &numbers)
    };
    let mut findings: Vec<Finding> = run
        .streams
        .iter()
        .filter_map(|stream| {
            let part_is_larger = !running && larger_part(&stream.measured, &stream.counts);
            [&stream.counts, &stream.measured]
                .into_iter()
                .find(|counts| broken(counts))
                .or(part_is_larger.then_some(&stream.measured))
                .map(|counts| finding(Some(&stream.name), counts))
        })
        .collect();
    let streams = run.streams.iter().map(|stream| stream.counts).fold(Counts::default(), sum);
    if broken(&run.counts) || (!running && run.counts != streams) {
        findings.push(finding(None, &run.counts));
    }
    findings
}

fn users_exhausted(stream: &StreamResult, users: f64) -> Option<Finding> {
    let Counts { planned, dropped, .. } = stream.measured;
    let over = per_mille(dropped) > u128::from(planned) * u128::from(DROPPED_MAX_PER_MILLE);
    over.then(|| {
        let numbers = [
            ("dropped_count", as_figure(dropped)),
            ("planned_count", as_figure(planned)),
            ("dropped_percent", percent(dropped, planned).unwrap_or(f64::NAN)),
            ("limit_percent", as_figure(DROPPED_MAX_PER_MILLE) / 10.0),
            ("users_count", users),
        ];
        Code::UsersExhausted.finding(Some(&stream.name), &numbers)
    })
}

/// What was not released because the plan says so is no fault of the load.
fn not_achieved(stream: &StreamResult, by_plan: bool) -> Option<Finding> {
    let mut measured = stream.measured;
    if by_plan {
        measured.planned = measured.planned.saturating_sub(measured.unreleased);
        measured.unreleased = 0;
    }
    let needed = u128::from(measured.planned) * u128::from(ACHIEVED_MIN_PER_MILLE);
    (per_mille(offered(&measured)) < needed).then(|| {
        let achieved = percent(offered(&measured), measured.planned).unwrap_or(f64::NAN);
        let numbers = [
            ("achieved_percent", achieved),
            ("limit_percent", as_figure(ACHIEVED_MIN_PER_MILLE) / 10.0),
            ("planned_count", as_figure(measured.planned)),
            ("dropped_count", as_figure(measured.dropped)),
            ("unreleased_count", as_figure(measured.unreleased)),
            ("lost_count", as_figure(measured.lost)),
        ];
        Code::NotAchieved.finding(Some(&stream.name), &numbers)
    })
}

/// A refused or reset attempt was offered; what was never sent was not.
fn offered(counts: &Counts) -> u64 {
    [counts.dropped, counts.unreleased, counts.lost]
        .into_iter()
        .fold(counts.planned, u64::saturating_sub)
}

fn per_mille(count: u64) -> u128 {
    u128::from(count) * 1_000
}

fn larger_part(part: &Counts, whole: &Counts) -> bool {
    fields(part).into_iter().zip(fields(whole)).any(|(part, whole)| part > whole)
}

fn sum(a: Counts, b: Counts) -> Counts {
    Counts {
        planned: a.planned.saturating_add(b.planned),
        completed: a.completed.saturating_add(b.completed),
        failed: a.failed.saturating_add(b.failed),
        timed_out: a.timed_out.saturating_add(b.timed_out),
        dropped: a.dropped.saturating_add(b.dropped),
        abandoned: a.abandoned.saturating_add(b.abandoned),
        unreleased: a.unreleased.saturating_add(b.unreleased),
        lost: a.lost.saturating_add(b.lost),
    }
}

fn fields(counts: &Counts) -> [u64; 8] {
    let Counts { planned, completed, failed, timed_out, dropped, abandoned, unreleased, lost } =
        *counts;
    [planned, completed, failed, timed_out, dropped, abandoned, unreleased, lost]
}
