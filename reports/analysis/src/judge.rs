//! The verdict of a run, from the numbers of `run.json` alone: the same file is judged the same anywhere.

use run_record::aborted::AbortedBy;
use run_record::run::{Finding, ObjectiveStatus, Run, Severity, State, Verdict};

use crate::findings::Code;

mod arrivals;
mod counts;
mod generator;
mod live;
mod objectives;
mod path;
mod slower;
mod idle;
mod instances;
mod clusters;

pub use generator::lateness_limit_us;
pub use idle::between as slow_when_idle;
pub use objectives::unsent;

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Gravest first, then in the order of codes, then by subject.
    pub findings: Vec<Finding>,
    /// Precedence INVALID > FAIL > INCONCLUSIVE > PASS.
    pub verdict: Verdict,
    /// One for each of `Run::objectives`, in their order.
    pub objectives: Vec<ObjectiveStatus>,
    /// Share of the planned arrivals of measured phases that were offered; none if none was planned or
    /// if the run has not ended.
    pub achieved: Option<f64>,
}

impl Judgement {
    /// Puts the judgement where `run.json` holds it.
    pub fn write_into(self, run: &mut Run) {
        run.findings = self.findings;
        run.verdict = Some(self.verdict);
        run.achieved = self.achieved;
        for (objective, status) in run.objectives.iter_mut().zip(self.objectives) {
            objective.status = Some(status);
        }
    }
}

/// Judges a run by what it counted and measured; earlier findings and verdicts in it are not read.
///
/// A run that was interrupted or aborted is judged by what was released: arrivals that never were count as
/// not offered, and leave objectives undecided that they could have decided. A run that has not ended can
/// pass nothing: it is INCONCLUSIVE at best.
pub fn judge(run: &Run) -> Judgement {
    let objectives = objectives::judge(run);
    let mut findings = Vec::from_iter(ending(run));
    findings.extend(counts::findings(run));
    findings.extend(arrivals::findings(run));
    findings.extend(generator::findings(run));
    findings.extend(live::findings(run));
    findings.extend(path::findings(run));
    findings.extend(idle::findings(run));
    findings.extend(instances::findings(run));
    findings.extend(clusters::findings(run));
    findings.extend(objectives.findings);
    findings.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let verdict = verdict(run.state, &findings, &objectives.statuses);
    Judgement {
        findings,
        verdict,
        objectives: objectives.statuses,
        achieved: counts::achieved(run),
    }
}

/// What the process ends with when it could do its work: 0, 1, 3 or 4.
pub fn exit_code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Fail => 1,
        Verdict::Invalid => 3,
        Verdict::Inconclusive => 4,
    }
}

/// How the run ended, where that is worth saying.
fn ending(run: &Run) -> Option<Finding> {
    if let Some(AbortedBy { step, text, total, over, .. }) = &run.aborted_by {
        // What the plan says is to stop it is the target's failure, not a mishap.
        let numbers = [
            ("over_count", as_figure(*over)),
            ("total_count", as_figure(*total)),
            ("planned_count", as_figure(run.counts.planned)),
            ("unreleased_count", as_figure(run.counts.unreleased)),
        ];
        let subject = format!("{step}: {text}");
        return Some(Code::Aborted.finding_as(Severity::Fail, Some(&subject), &numbers));
    }
    let code = match (run.state, &run.unreachable) {
        (_, Some(_)) => Code::TargetUnreachable,
        (State::Finished, None) => return None,
        (State::Interrupted, None) => Code::Interrupted,
        (State::Aborted, None) => Code::Aborted,
        (State::Running, None) => Code::Unfinished,
    };
    let numbers = [
        ("planned_count", as_figure(run.counts.planned)),
        ("unreleased_count", as_figure(run.counts.unreleased)),
    ];
    Some(code.finding_as(code.milder().unwrap_or(code.severity()), None, &numbers))
}

fn verdict(state: State, findings: &[Finding], objectives: &[ObjectiveStatus]) -> Verdict {
    match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Invalid) => Verdict::Invalid,
        Some(Severity::Fail) => Verdict::Fail,
        _ if state == State::Running || objectives.contains(&ObjectiveStatus::Undecided) => {
            Verdict::Inconclusive
        }
        _ => Verdict::Pass,
    }
}

fn rank(finding: &Finding) -> (std::cmp::Reverse<Severity>, Option<Code>, Option<&str>) {
    let code = finding.code.parse().ok();
    (std::cmp::Reverse(finding.severity), code, finding.subject.as_deref())
}

/// A counter as a figure of a finding, which people read: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "decisions are made on the counters, not on this")]
fn as_figure(count: u64) -> f64 {
    count as f64
}

/// `part` of `whole` in percent; none of nothing.
fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| 100.0 * as_figure(part) / as_figure(whole))
}

#[cfg(test)]
mod tests;
