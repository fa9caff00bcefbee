//! Every rule just under and just over its limit, the order of verdicts, and runs at random.

use load_plan::plan::Limit;
use proptest::prelude::*;
use run_record::live::{Live, ReadersResult};
use run_record::run::Counts;

use super::*;
use crate::sample::{good, spread};

mod arrivals;
mod chance;
mod compared;
mod path;
mod random;
mod stopped;

/// Moves `count` measured arrivals of the first stream from completed to another end.
fn end(run: &mut Run, count: u64, to: fn(&mut Counts) -> &mut u64) {
    let stream = &mut run.streams[0];
    for counts in [&mut run.counts, &mut stream.counts, &mut stream.measured] {
        counts.completed -= count;
        *to(counts) += count;
    }
}

fn codes(run: &Run) -> Vec<(String, Severity)> {
    judge(run).findings.into_iter().map(|finding| (finding.code, finding.severity)).collect()
}

#[track_caller]
fn check(spoil: impl FnOnce(&mut Run), expected: &[(Code, Severity)], verdict: Verdict) {
    let mut run = good();
    spoil(&mut run);
    let expected: Vec<_> =
        expected.iter().map(|(code, severity)| (code.to_string(), *severity)).collect();
    assert_eq!(codes(&run), expected);
    assert_eq!(judge(&run).verdict, verdict);
}

#[track_caller]
fn passes(spoil: impl FnOnce(&mut Run)) {
    check(spoil, &[], Verdict::Pass);
}

#[track_caller]
fn invalid(code: Code, spoil: impl FnOnce(&mut Run)) {
    check(spoil, &[(code, Severity::Invalid)], Verdict::Invalid);
}

#[track_caller]
fn warned(code: Code, spoil: impl FnOnce(&mut Run)) {
    check(spoil, &[(code, Severity::Warning)], Verdict::Pass);
}

#[test]
fn a_good_run_passes_and_says_what_was_achieved() {
    passes(|_| {});
    let judgement = judge(&good());
    assert_eq!(judgement.achieved, Some(1.0));
    assert_eq!(judgement.objectives, [ObjectiveStatus::Held; 3]);
}

#[test]
fn lateness_is_held_against_a_tenth_of_the_tightest_objective() {
    passes(|run| run.lateness_us = Some(spread(3_000)));
    invalid(Code::GeneratorLate, |run| run.lateness_us = Some(spread(3_001)));
    passes(|run| run.lateness_us = None);
}

#[test]
fn lateness_below_a_millisecond_is_never_held_against_a_run() {
    let tight = |run: &mut Run, p99, at_most| {
        let Limit::Latency { at_most_ns, .. } = &mut run.plan.objectives[0].limit else {
            unreachable!("the first objective of the sample is one of latency")
        };
        *at_most_ns = at_most;
        run.lateness_us = Some(spread(p99));
    };
    passes(|run| tight(run, 1_000, 2_000_000));
    invalid(Code::GeneratorLate, |run| tight(run, 1_001, 2_000_000));
    passes(|run| tight(run, 1_001, 10_010_000));
    let without = |run: &mut Run, p99| {
        run.plan.objectives.remove(0);
        run.objectives.remove(0);
        run.lateness_us = Some(spread(p99));
    };
    passes(|run| without(run, 1_000));
    invalid(Code::GeneratorLate, |run| without(run, 1_001));
}

#[test]
fn a_disturbed_machine_is_named_in_place_of_the_generator() {
    passes(|run| run.watch.steal_share = 0.05);
    invalid(Code::MachineNoisy, |run| run.watch.steal_share = 0.051);
    passes(|run| run.timer_probe_us = Some(spread(1_000)));
    warned(Code::MachineNoisy, |run| run.timer_probe_us = Some(spread(1_001)));
    invalid(Code::MachineNoisy, |run| {
        run.timer_probe_us = Some(spread(1_001));
        run.lateness_us = Some(spread(3_001));
    });
    invalid(Code::MachineNoisy, |run| {
        run.watch.steal_share = 0.051;
        run.lateness_us = Some(spread(3_001));
    });
}

#[test]
fn the_generator_may_not_be_short_of_anything() {
    passes(|run| run.watch.cpu_share = 0.699);
    warned(Code::GeneratorCpu, |run| run.watch.cpu_share = 0.70);
    warned(Code::GeneratorCpu, |run| run.watch.cpu_share = 0.85);
    invalid(Code::GeneratorCpu, |run| run.watch.cpu_share = 0.851);
    passes(|run| run.runtime_lag_us = Some(spread(5_000)));
    invalid(Code::RuntimeLag, |run| run.runtime_lag_us = Some(spread(5_001)));
    passes(|run| run.watch.descriptors_share_max = 0.80);
    invalid(Code::Descriptors, |run| run.watch.descriptors_share_max = 0.801);
    passes(|run| run.watch.ports_share_max = 0.80);
    invalid(Code::Ports, |run| run.watch.ports_share_max = 0.801);
    passes(|run| run.watch.clock_step_us_max = 20_000);
    invalid(Code::ClockStep, |run| run.watch.clock_step_us_max = 20_001);
}

#[test]
fn readers_must_have_been_there() {
    let away = |run: &mut Run, absent_share| {
        let readers = ReadersResult { absent_share, ..ReadersResult::default() };
        run.live = Some(Live { readers: vec![readers], ..Live::default() });
    };
    passes(|run| away(run, 0.005));
    let absent = [(Code::ReadersAbsent, Severity::Fail)];
    check(|run| away(run, 0.0051), &absent, Verdict::Fail);
}

#[test]
fn the_load_must_have_been_offered() {
    // 20 000 planned in the first stream: 20 are 0.1 %, 100 are 0.5 %.
    passes(|run| end(run, 20, |counts| &mut counts.dropped));
    invalid(Code::UsersExhausted, |run| end(run, 21, |counts| &mut counts.dropped));
    passes(|run| end(run, 100, |counts| &mut counts.lost));
    invalid(Code::NotAchieved, |run| end(run, 101, |counts| &mut counts.lost));
    // What was never sent is no sample: of `errors <= 0.1%` fewer than 20 000 are left.
    let few = (Code::FewSamples, Severity::Warning);
    let unreleased = |count| move |run: &mut Run| end(run, count, |counts| &mut counts.unreleased);
    check(unreleased(100), &[few], Verdict::Pass);
    let not_achieved = (Code::NotAchieved, Severity::Invalid);
    check(unreleased(101), &[not_achieved, few], Verdict::Invalid);
    let both = [Code::UsersExhausted, Code::NotAchieved].map(|code| (code, Severity::Invalid));
    check(|run| end(run, 101, |counts| &mut counts.dropped), &both, Verdict::Invalid);
    // A refused, failed, slow or unfinished attempt was offered.
    let ends: [fn(&mut Counts) -> &mut u64; 3] = [
        |counts| &mut counts.failed,
        |counts| &mut counts.timed_out,
        |counts| &mut counts.abandoned,
    ];
    for to in ends {
        passes(|run| end(run, 20_000, to));
    }
}

#[test]
fn a_small_stream_that_starves_is_seen_beside_a_large_one() {
    let mut run = good();
    run.streams[1].counts.planned = 1_000_000;
    run.streams[1].counts.completed = 1_000_000;
    run.streams[1].measured = run.streams[1].counts;
    run.counts.planned = 1_020_000;
    run.counts.completed = 1_020_000;
    assert_eq!(judge(&run).verdict, Verdict::Pass);
    end(&mut run, 200, |counts| &mut counts.dropped);
    let judgement = judge(&run);
    assert_eq!(judgement.findings[0].subject.as_deref(), Some("reads"));
    assert_eq!(judgement.achieved, Some(1_019_800.0 / 1_020_000.0));
}

#[test]
fn one_lost_outcome_is_seen_wherever_it_is_lost() {
    invalid(Code::Accounting, |run| run.streams[1].measured.completed -= 1);
    invalid(Code::Accounting, |run| run.counts.completed -= 1);
    let both = [(Code::Accounting, Severity::Invalid); 2];
    check(|run| run.streams[0].counts.completed -= 1, &both, Verdict::Invalid);
    // The run and its streams each add up, but not to one another.
    invalid(Code::Accounting, |run| {
        run.counts.completed -= 1;
        run.counts.failed += 1;
    });
    // The measured part adds up, but has a failure that the whole has not.
    invalid(Code::Accounting, |run| {
        run.streams[0].measured.completed -= 1;
        run.streams[0].measured.failed += 1;
    });
    let missed = (Code::ObjectiveMissed, Severity::Fail);
    let both = [(Code::Accounting, Severity::Invalid), missed];
    check(|run| run.objectives[1].over = 20_001, &both, Verdict::Invalid);
}

#[test]
fn objectives_are_decided_at_the_exact_count() {
    for index in 0..3 {
        passes(|run| run.objectives[index].over -= 1);
        let missed = [(Code::ObjectiveMissed, Severity::Fail)];
        check(|run| run.objectives[index].over += 1, &missed, Verdict::Fail);
    }
    let mut run = good();
    run.objectives[0].over = 201;
    let judgement = judge(&run);
    assert_eq!(judgement.objectives[0], ObjectiveStatus::Missed);
    let missed = &judgement.findings[0];
    assert_eq!(missed.subject.as_deref(), Some("GET page: p99 <= 30ms"));
    let numbers: Vec<_> = missed.numbers.iter().map(|(name, value)| (&name[..], *value)).collect();
    let expected = [
        ("allowed_percent", 1.0),
        ("limit_us", 30_000.0),
        ("over_count", 201.0),
        ("over_percent", 1.005),
        ("total_count", 20_000.0),
    ];
    assert_eq!(numbers, expected);
}

#[test]
fn a_thin_tail_is_said_and_none_is_undecided() {
    let few = (Code::FewSamples, Severity::Warning);
    let p99 = |total, over| {
        move |run: &mut Run| (run.objectives[0].total, run.objectives[0].over) = (total, over)
    };
    check(p99(2_000, 20), &[], Verdict::Pass);
    check(p99(1_999, 19), &[few], Verdict::Pass);
    check(p99(1_999, 20), &[(Code::ObjectiveMissed, Severity::Fail), few], Verdict::Fail);
    check(p99(100, 1), &[few], Verdict::Pass);
    check(p99(99, 0), &[few], Verdict::Inconclusive);
    check(p99(50, 1), &[few], Verdict::Inconclusive);
    // Half a request may be over: two are by chance in an eighth of all runs, five in one of 3840.
    let missed = (Code::ObjectiveMissed, Severity::Fail);
    check(p99(50, 4), &[few], Verdict::Inconclusive);
    check(p99(50, 5), &[missed, few], Verdict::Fail);
    check(p99(1, 1), &[few], Verdict::Inconclusive);
    check(p99(0, 0), &[few], Verdict::Inconclusive);
    for index in [1, 2] {
        let none =
            |run: &mut Run| (run.objectives[index].total, run.objectives[index].over) = (0, 0);
        check(none, &[few], Verdict::Inconclusive);
    }
    let share = |index: usize, total, over| {
        move |run: &mut Run| {
            (run.objectives[index].total, run.objectives[index].over) = (total, over);
        }
    };
    // At most 0.1 % and 1 %: the same rule for a share as for a percentile.
    check(share(1, 999, 0), &[few], Verdict::Inconclusive);
    check(share(1, 1_000, 0), &[few], Verdict::Pass);
    check(share(1, 20_000, 0), &[], Verdict::Pass);
    check(share(2, 99, 0), &[few], Verdict::Inconclusive);
    check(share(2, 2_000, 0), &[], Verdict::Pass);
    // The only request failed, which one in a thousand may.
    check(share(1, 1, 1), &[missed, few], Verdict::Fail);
    check(share(1, 2, 1), &[few], Verdict::Inconclusive);
    let none_allowed = |run: &mut Run| {
        run.plan.objectives[1].limit = Limit::Errors { at_most_ppm: 0 };
        (run.objectives[1].total, run.objectives[1].over) = (1, 0);
    };
    check(none_allowed, &[], Verdict::Pass);
}

#[test]
fn the_largest_of_all_needs_no_tail() {
    let largest = |total, over| {
        move |run: &mut Run| {
            run.plan.objectives[0].limit = Limit::Latency {
                time: load_plan::plan::Time::Response,
                quantile_ppm: 1_000_000,
                at_most_ns: 30_000_000,
            };
            (run.objectives[0].total, run.objectives[0].over) = (total, over);
        }
    };
    check(largest(3, 0), &[], Verdict::Pass);
    check(largest(20_000, 1), &[(Code::ObjectiveMissed, Severity::Fail)], Verdict::Fail);
}

#[test]
fn an_objective_the_plan_has_not_is_undecided() {
    check(|run| run.objectives[0].step = "PUT".to_owned(), &[], Verdict::Inconclusive);
}

#[test]
fn invalid_comes_before_fail_before_inconclusive_before_pass() {
    let undecided = |run: &mut Run| (run.objectives[0].total, run.objectives[0].over) = (0, 0);
    let missed = |run: &mut Run| run.objectives[1].over += 1;
    let mut run = good();
    assert_eq!(judge(&run).verdict, Verdict::Pass);
    undecided(&mut run);
    assert_eq!(judge(&run).verdict, Verdict::Inconclusive);
    missed(&mut run);
    assert_eq!(judge(&run).verdict, Verdict::Fail);
    run.watch.cpu_share = 0.9;
    run.watch.steal_share = 0.9;
    let judgement = judge(&run);
    assert_eq!(judgement.verdict, Verdict::Invalid);
    let codes: Vec<_> = judgement.findings.iter().map(|finding| &finding.code[..]).collect();
    assert_eq!(codes, ["MACHINE_NOISY", "GENERATOR_CPU", "OBJECTIVE_MISSED", "FEW_SAMPLES"]);
    let exits =
        [Verdict::Pass, Verdict::Fail, Verdict::Invalid, Verdict::Inconclusive].map(exit_code);
    assert_eq!(exits, [0, 1, 3, 4]);
}

#[test]
fn an_unreachable_target_is_the_only_thing_said_of_a_run_that_sent_nothing() {
    invalid(Code::TargetUnreachable, |run| {
        run.state = State::Aborted;
        run.unreachable = Some("connection refused".to_owned());
        end(run, 20_000, |counts| &mut counts.unreleased);
        run.objectives[0].over = 20_000;
    });
}

#[test]
fn nothing_planned_is_nothing_achieved() {
    let mut run = good();
    (run.streams, run.counts) = (Vec::new(), Counts::default());
    assert_eq!(judge(&run).achieved, None);
    assert_eq!(judge(&run).findings, []);
}

#[test]
fn a_judgement_is_written_where_the_file_holds_it() {
    let mut run = good();
    run.objectives[0].over = 201;
    let judgement = judge(&run);
    judgement.clone().write_into(&mut run);
    assert_eq!(run.verdict, Some(Verdict::Fail));
    assert_eq!(run.findings, judgement.findings);
    assert_eq!(run.achieved, Some(1.0));
    assert_eq!(run.objectives[0].status, Some(ObjectiveStatus::Missed));
    // What an earlier judgement wrote changes nothing.
    assert_eq!(judge(&run), judgement);
}
