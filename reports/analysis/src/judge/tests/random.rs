//! Runs at random: never a panic, never a figure that is no number, and a verdict that follows from what is said.

use load_plan::plan::{Objective, Time};

use super::*;

/// Boxed, as are the others below: a tree of forty choices does not fit on the stack of a test.
fn any_count() -> BoxedStrategy<u64> {
    prop_oneof![Just(0), 0..100_000u64, any::<u64>(), Just(u64::MAX)].boxed()
}

fn any_share() -> BoxedStrategy<f64> {
    prop_oneof![Just(0.0), 0.0..1.0f64, proptest::num::f64::ANY].boxed()
}

prop_compose! {
    fn any_counts()(fields in proptest::array::uniform8(any_count())) -> Counts {
        let [planned, completed, failed, timed_out, dropped, abandoned, unreleased, lost] = fields;
        Counts { planned, completed, failed, timed_out, dropped, abandoned, unreleased, lost }
    }
}

fn any_limit() -> BoxedStrategy<Limit> {
    let share = prop_oneof![Just(990_000u32), 0..=1_000_000u32, any::<u32>()];
    (0..3, share, any::<u64>())
        .prop_map(|(kind, ppm, at_most_ns)| match kind {
            0 => Limit::Latency { time: Time::Server, quantile_ppm: ppm, at_most_ns },
            1 => Limit::Errors { at_most_ppm: ppm },
            _ => Limit::Rate { at_least_ppm: ppm },
        })
        .boxed()
}

prop_compose! {
    fn any_run()(
        balanced in any::<bool>(),
        state in 0..4usize,
        unreachable in proptest::option::weighted(0.1, any::<String>()),
        counts in proptest::array::uniform5(any_counts()),
        p99s in proptest::array::uniform3(proptest::option::of(any_count())),
        shares in proptest::array::uniform5(any_share()),
        clock_step_us_max in any_count(),
        objectives in proptest::array::uniform3((any_limit(), any_count(), any_count(), any::<bool>())),
    ) -> Run {
        let mut run = good();
        if !balanced {
            run.counts = counts[0];
            for (index, stream) in run.streams.iter_mut().enumerate() {
                (stream.counts, stream.measured) = (counts[2 * index + 1], counts[2 * index + 2]);
            }
        }
        run.state = [State::Finished, State::Interrupted, State::Aborted, State::Running][state];
        run.unreachable = unreachable;
        run.lateness_us = p99s[0].map(spread);
        run.runtime_lag_us = p99s[1].map(spread);
        run.timer_probe_us = p99s[2].map(spread);
        run.watch.cpu_share = shares[0];
        run.watch.cpu_share_max = shares[1];
        run.watch.steal_share = shares[2];
        run.watch.descriptors_share_max = shares[3];
        run.watch.ports_share_max = shares[4];
        run.watch.clock_step_us_max = clock_step_us_max;
        for (index, (limit, total, over, small)) in objectives.into_iter().enumerate() {
            run.plan.objectives[index].limit = limit;
            run.objectives[index].total = total;
            run.objectives[index].over = if small { total / 100 } else { over };
        }
        run
    }
}

/// The verdict by its definition, from what is said and from what was decided.
fn verdict_of(run: &Run, judgement: &Judgement) -> Verdict {
    let said = |severity| judgement.findings.iter().any(|finding| finding.severity == severity);
    let mut verdicts = vec![Verdict::Pass];
    verdicts.extend(said(Severity::Invalid).then_some(Verdict::Invalid));
    verdicts.extend(said(Severity::Fail).then_some(Verdict::Fail));
    let undecided = judgement.objectives.contains(&ObjectiveStatus::Undecided);
    verdicts.extend((undecided || run.state == State::Running).then_some(Verdict::Inconclusive));
    verdicts.into_iter().max().unwrap()
}

/// The rule of an objective in another form: whole requests allowed, by division and not by product. Of
/// `total` so many were `over`, and of both `hidden` were never sent.
fn decided(objective: &Objective, total: u64, over: u64, hidden: u64) -> ObjectiveStatus {
    let allowed_ppm = match objective.limit {
        Limit::Latency { quantile_ppm, .. } => 1_000_000 - quantile_ppm.min(1_000_000),
        Limit::Errors { at_most_ppm } => at_most_ppm,
        Limit::Rate { at_least_ppm } => 1_000_000 - at_least_ppm.min(1_000_000),
    };
    let allowed = |total: u64| u128::from(total) * u128::from(allowed_ppm) / 1_000_000;
    let (sent, seen) = (total.saturating_sub(hidden), over.saturating_sub(hidden));
    let thin = sent == 0 || (allowed_ppm > 0 && allowed(sent) == 0);
    if thin && !rare(allowed_ppm.into(), sent, seen) {
        return ObjectiveStatus::Undecided;
    }
    // All that was hidden was over, or none of it was: they must agree.
    let holds = [over, seen].map(|over| u128::from(over) <= allowed(total));
    match holds {
        [true, true] => ObjectiveStatus::Held,
        [false, false] => ObjectiveStatus::Missed,
        _ => ObjectiveStatus::Undecided,
    }
}

/// Whether one run in a thousand or fewer has so many over, in exact terms where they are small and by
/// logarithms: (np)^k / k! <= 1 / 1000.
fn rare(allowed_ppm: u64, total: u64, over: u64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "small where it matters")]
    let expected = (allowed_ppm as f64 * total as f64 / 1e6).ln();
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
    let logarithm: f64 = (1..=over.min(1_000)).map(|k| expected - (k as f64).ln()).sum();
    over > 0 && logarithm <= 0.001_f64.ln() + 1e-12
}

/// What the run's end kept from being sent or done: both streams of the sample have the one step there is.
fn hidden(run: &Run) -> u64 {
    let stopped = [State::Interrupted, State::Aborted].contains(&run.state);
    let of_stream = |counts: &Counts| {
        u128::from(counts.unreleased) + if stopped { u128::from(counts.abandoned) } else { 0 }
    };
    let sum: u128 = run.streams.iter().map(|stream| of_stream(&stream.measured)).sum();
    u64::try_from(sum).unwrap_or(u64::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn any_run_is_judged_by_what_is_said(run in any_run()) {
        let judgement = judge(&run);
        prop_assert_eq!(judgement.verdict, verdict_of(&run, &judgement));
        prop_assert_eq!(judgement.objectives.len(), run.objectives.len());
        prop_assert!(judgement.achieved.is_none_or(|share| (0.0..=1.0).contains(&share)));
        prop_assert!(judgement.findings.is_sorted_by_key(|finding| rank(finding)));
        for finding in &judgement.findings {
            let code: Code = finding.code.parse().unwrap();
            prop_assert!(finding.severity <= code.severity());
            for (name, value) in &finding.numbers {
                prop_assert!(value.is_finite(), "{} {} {}", code, name, value);
                prop_assert!(code.numbers().iter().any(|(known, _)| known == name), "{} {}", code, name);
            }
        }
    }

    #[test]
    fn any_objective_is_decided_as_by_division(run in any_run()) {
        let judgement = judge(&run);
        for (index, result) in run.objectives.iter().enumerate() {
            let expected = if run.unreachable.is_some() {
                ObjectiveStatus::Undecided
            } else {
                let planned = &run.plan.objectives[index];
                match decided(planned, result.total, result.over, hidden(&run)) {
                    ObjectiveStatus::Held if run.state == State::Running => ObjectiveStatus::Undecided,
                    decided => decided,
                }
            };
            prop_assert_eq!(judgement.objectives[index], expected);
            let missed = format!("{}: {}", result.step, result.text);
            let said = judgement.findings.iter().any(|finding| {
                finding.code == "OBJECTIVE_MISSED" && finding.subject.as_deref() == Some(&missed)
            });
            prop_assert_eq!(said, expected == ObjectiveStatus::Missed);
        }
    }

    #[test]
    fn what_is_not_conserved_is_never_believed(run in any_run()) {
        let whole = run.state != State::Running;
        let off = run.streams.iter().any(|stream| {
            let fields = [
                stream.counts.completed, stream.counts.failed, stream.counts.timed_out, stream.counts.dropped,
                stream.counts.abandoned, stream.counts.unreleased, stream.counts.lost,
            ];
            fields.iter().map(|count| u128::from(*count)).sum::<u128>() != u128::from(stream.counts.planned)
        });
        if whole && off {
            prop_assert_eq!(judge(&run).verdict, Verdict::Invalid);
        }
    }
}
