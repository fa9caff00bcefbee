//! Whether a run should stop early: limits held against what its last seconds showed.

use load_plan::plan::{Objective, Plan};
use run_record::aborted::AbortedBy;
use run_record::arrival_row::ArrivalRow;

use crate::objectives::{Objectives, Seen};

const NS_PER_S: u64 = 1_000_000_000;

/// One million: shares are in parts of it.
const PPM: u128 = 1_000_000;

/// The limits of a plan at which the run stops.
#[derive(Debug)]
pub(crate) struct Abort {
    counters: Objectives,
    limits: Vec<Objective>,
    delay_s: u32,
}

impl Abort {
    /// None if the plan goes on whatever happens.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        let abort_on = plan.abort_on.as_ref()?;
        let limits = abort_on.limits.clone();
        let delay_s = u32::try_from(abort_on.delay_ns / NS_PER_S).unwrap_or(u32::MAX);
        Some(Self { counters: Objectives::of(&limits, Seen::Everywhere), limits, delay_s })
    }

    /// Counts a row of the named step, whose outcome was known in this second of the run.
    pub(crate) fn on_row(&mut self, row: &ArrivalRow, step: &str, second: u32) {
        self.counters.on_row(row, step, second);
    }

    /// Counts a delivery of the named step, or that it is missing.
    pub(crate) fn on_delivery(&mut self, took_ns: Option<u64>, step: &str, second: u32) {
        self.counters.on_delivery(took_ns, step, second);
    }

    /// The first limit that the seconds before this one passed, once there are enough of them.
    pub(crate) fn passed(&self, second: u32) -> Option<AbortedBy> {
        let from = second.checked_sub(self.delay_s)?;
        self.limits.iter().enumerate().find_map(|(index, limit)| {
            let (total, over) = self.counters.within(index, from..second);
            let allowed = u128::from(limit.limit.allowed_ppm());
            let passed = u128::from(over) * PPM > u128::from(total) * allowed;
            passed.then(|| AbortedBy {
                step: limit.step.clone(),
                text: limit.text.clone(),
                total,
                over,
                second,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use load_plan::plan::{AbortOn, Limit};
    use run_record::arrival_row::Outcome;

    use super::*;
    use crate::simulated::plan;

    /// Two rows a second, of which those in `failed` seconds fail.
    fn passed(failed: &std::ops::Range<u32>, until: u32) -> Option<AbortedBy> {
        let mut plan = plan(2, 60, 1, 0);
        let limit = Objective {
            step: "GET".into(),
            text: "errors <= 30%".into(),
            implied: false,
            limit: Limit::Errors { at_most_ppm: 300_000 },
        };
        plan.abort_on = Some(AbortOn { limits: vec![limit], delay_ns: 10 * NS_PER_S });
        let mut abort = Abort::of(&plan).unwrap();
        (0..until).find_map(|second| {
            for seq in [2 * second, 2 * second + 1].map(u64::from) {
                let arrival = load_plan::arrival::Arrival {
                    seq,
                    n: seq,
                    due_ns: 0,
                    stream: 0,
                    phase: 0,
                    journey: 0,
                };
                let row = crate::rows::unreleased(&plan, &arrival);
                let failed = failed.contains(&second);
                let outcome = if failed { Outcome::Failed } else { Outcome::Completed };
                // In a warm-up too.
                abort.on_row(&ArrivalRow { outcome, measured: false, ..row }, "GET", second);
            }
            abort.passed(second + 1)
        })
    }

    #[test]
    fn a_limit_must_be_passed_over_the_whole_delay() {
        assert_eq!(passed(&(0..0), 60), None);
        // Three bad seconds of ten are 30 %, which is allowed; of four the fourth is too much.
        assert_eq!(passed(&(20..23), 60), None);
        let by = passed(&(20..24), 60).unwrap();
        assert_eq!((by.second, by.total, by.over, by.text.as_str()), (24, 20, 8, "errors <= 30%"));
    }

    #[test]
    fn nothing_is_judged_before_the_delay_has_passed() {
        assert_eq!(passed(&(0..9), 9), None);
        assert_eq!(passed(&(0..10), 60).unwrap().second, 10);
    }

    #[test]
    fn a_plan_without_limits_goes_on() {
        assert!(Abort::of(&plan(2, 60, 1, 0)).is_none());
    }
}
