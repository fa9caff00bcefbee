//! Runs that did not come to their end: interrupted, aborted, killed.

use super::*;

#[test]
fn a_run_that_was_stopped_says_so_and_is_judged_as_it_is() {
    let note = |code| [(code, Severity::Note)];
    check(|run| run.state = State::Interrupted, &note(Code::Interrupted), Verdict::Pass);
    check(|run| run.state = State::Aborted, &note(Code::Aborted), Verdict::Pass);
    let cut = [
        (Code::NotAchieved, Severity::Invalid),
        (Code::FewSamples, Severity::Warning),
        (Code::Interrupted, Severity::Note),
    ];
    let interrupted = |run: &mut Run| {
        run.state = State::Interrupted;
        end(run, 5_000, |counts| &mut counts.unreleased);
    };
    check(interrupted, &cut, Verdict::Invalid);
}

#[test]
fn what_a_stop_kept_from_being_sent_blames_nobody() {
    // 20 000 counted for each objective, of which the stop kept 5 000 from being released.
    let stopped = |over: [u64; 3]| {
        let mut run = good();
        run.state = State::Interrupted;
        end(&mut run, 5_000, |counts| &mut counts.unreleased);
        for (objective, over) in run.objectives.iter_mut().zip(over) {
            objective.over = over;
        }
        judge(&run).objectives
    };
    let (held, missed, undecided) =
        (ObjectiveStatus::Held, ObjectiveStatus::Missed, ObjectiveStatus::Undecided);
    assert_eq!(stopped([5_000, 5_000, 5_000]), [undecided; 3]);
    // At most 200, 20 and 200 of 20 000 may be over.
    assert_eq!(stopped([5_200, 5_020, 5_200]), [undecided; 3]);
    assert_eq!(stopped([5_201, 5_021, 5_201]), [missed; 3]);
    assert_eq!(stopped([200, 20, 200]), [held; 3]);
    // What was cut short under way is nobody's fault after a stop, and the target's after a drain.
    let abandoned = |state| {
        let mut run = good();
        run.state = state;
        end(&mut run, 1, |counts| &mut counts.abandoned);
        run.objectives[1].over = 21;
        judge(&run).objectives[1]
    };
    assert_eq!(abandoned(State::Interrupted), undecided);
    assert_eq!(abandoned(State::Finished), missed);
    // A step that comes later was not due: it is judged by what was sent.
    let mut run = good();
    let mut first = run.plan.journeys[0].steps[0].clone();
    first.name = "login".to_owned();
    run.plan.journeys[0].steps.insert(0, first);
    run.state = State::Interrupted;
    end(&mut run, 5_000, |counts| &mut counts.unreleased);
    run.objectives[1].over = 21;
    assert_eq!(judge(&run).objectives[1], missed);
}

#[test]
fn a_run_that_was_killed_passes_nothing_and_is_not_blamed_for_arrivals_in_flight() {
    let killed = |run: &mut Run| {
        run.state = State::Running;
        run.counts.completed -= 12;
        run.streams[0].counts.completed -= 12;
    };
    check(killed, &[(Code::Unfinished, Severity::Note)], Verdict::Inconclusive);
    let mut run = good();
    killed(&mut run);
    assert_eq!(judge(&run).achieved, None);
    // They hold for what was seen; what was not could be over.
    assert_eq!(judge(&run).objectives, [ObjectiveStatus::Undecided; 3]);
    run.streams[0].counts.failed += 13;
    assert_eq!(judge(&run).verdict, Verdict::Invalid);
}

#[test]
fn a_run_that_its_plan_stopped_fails_and_is_not_blamed_for_the_rest() {
    let aborted = |run: &mut Run| {
        run.state = State::Aborted;
        let (step, text) = ("GET page".to_owned(), "errors <= 20%".to_owned());
        run.aborted_by = Some(AbortedBy { step, text, total: 500, over: 200, second: 31 });
        end(run, 5_000, |counts| &mut counts.unreleased);
    };
    let few = (Code::FewSamples, Severity::Warning);
    check(aborted, &[(Code::Aborted, Severity::Fail), few], Verdict::Fail);
    // What was released and never started is missing all the same.
    let starved = |run: &mut Run| {
        aborted(run);
        end(run, 1_000, |counts| &mut counts.lost);
    };
    let invalid = (Code::NotAchieved, Severity::Invalid);
    check(starved, &[invalid, (Code::Aborted, Severity::Fail), few], Verdict::Invalid);
}
