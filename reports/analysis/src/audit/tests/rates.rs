//! Rates that vary, and phases that ask for different classes: by the plan's own schedule.

use load_plan::plan::{Burst, Phase, PhaseKind, Plan, Rate, Spacing};

use super::streams::{due, phase, plan};
use crate::audit::{Audited, RunAuditor, Started};

/// Sends every arrival when it is due and judges the only stream.
fn punctual(plan: &Plan) -> Option<Audited> {
    let mut auditor = RunAuditor::of(plan);
    for (phase, times) in due(plan) {
        for sent_ns in times {
            auditor.started(Started { stream: 0, phase, sent_ns, response_us: None });
        }
    }
    auditor.finish().pop().unwrap()
}

fn check(phases: &[Phase], class: &str) {
    for seed in 0..5 {
        let plan = plan(phases.to_vec(), seed);
        let audit = punctual(&plan).unwrap().audit;
        assert_eq!(audit.class, class, "{audit:?}");
        assert!(crate::audit::as_planned(&audit), "{audit:?}");
    }
}

#[test]
fn every_rate_is_judged_as_if_it_were_constant() {
    for (spacing, class) in [(Spacing::Even, "EVEN"), (Spacing::Poisson, "POISSON")] {
        for rates in [(500, 500), (0, 1000), (1000, 0), (200, 3000)] {
            check(&[phase("hold", (0, 20), rates, spacing)], class);
        }
        // A steep ramp over two seconds: all of its second is heavier at one end.
        check(&[phase("hold", (0, 2), (0, 4000), spacing)], class);
        // Flat: a rate that sweeps over the beats of the scan.
        check(&[phase("hold", (0, 600), (0, 60), spacing)], class);
        // Idle between, a warm-up before, another rate after.
        let phases = vec![
            phase("warm-up", (0, 5), (0, 300), spacing),
            phase("hold", (5, 10), (300, 300), spacing),
            phase("warm-up", (15, 3), (50, 50), spacing),
            phase("more", (18, 10), (900, 900), spacing),
        ];
        check(&phases, class);
    }
}

#[test]
fn steps_sines_and_exact_counts_are_judged_by_their_own_law() {
    let second = 1_000_000_000;
    let rate = |arrivals| Rate { arrivals, seconds: 1 };
    for (spacing, class) in
        [(Spacing::Even, "EVEN"), (Spacing::Poisson, "POISSON"), (Spacing::Exactly, "POISSON")]
    {
        let mut hold = phase("hold", (0, 20), (100, 300), spacing);
        check(&[hold.clone()], class);
        hold.kind = PhaseKind::Steps { rates: [100, 900, 0, 300].map(rate).to_vec(), spacing };
        check(&[hold.clone()], class);
        let (mean, amplitude, period_ns) = (rate(300), rate(300), 7 * second);
        hold.kind = PhaseKind::Sine { mean, amplitude, period_ns, spacing };
        check(&[hold], class);
    }
}

#[test]
fn a_burst_is_to_be_clustered() {
    let mut hold = phase("hold", (0, 20), (100, 100), Spacing::Even);
    hold.kind = PhaseKind::Burst(Burst { size: 50, every_ns: 500_000_000 });
    check(&[hold.clone()], "CLUSTERED");
    assert_eq!(punctual(&plan(vec![hold], 1)).unwrap().audit.positions, Some(2));
}

#[test]
fn without_the_plan_a_ramp_is_neither() {
    let ramp = plan(vec![phase("hold", (0, 20), (0, 3000), Spacing::Even)], 1);
    let audit = super::audit(&due(&ramp)[&0]);
    assert_eq!(audit.class, "OTHER");
    // 498.75 for all twenty seconds; the last of them is not whole.
    let idc = audit.idc_1s.unwrap();
    assert!((idc - 475.0).abs() < 25.0, "{idc}");
}

#[test]
fn phases_that_ask_for_different_classes_are_judged_one_by_one() {
    let phases = vec![
        phase("even", (0, 20), (200, 200), Spacing::Even),
        phase("random", (20, 30), (200, 200), Spacing::Poisson),
    ];
    let plan = plan(phases, 1);
    let audit = punctual(&plan).unwrap().audit;
    let said = (audit.class.as_str(), audit.phase.as_deref(), audit.expected.as_deref());
    assert_eq!(said, ("POISSON", Some("random"), Some("POISSON")), "the longest");
    // Now the even phase is sent in groups of ten.
    let mut auditor = RunAuditor::of(&plan);
    for (phase, times) in due(&plan) {
        for (index, at) in times.iter().enumerate() {
            let sent_ns = if phase == 0 { times[index - index % 10] } else { *at };
            auditor.started(Started { stream: 0, phase, sent_ns, response_us: None });
        }
    }
    let audit = auditor.finish().pop().unwrap().unwrap().audit;
    let said = (audit.class.as_str(), audit.phase.as_deref(), audit.expected.as_deref());
    assert_eq!(said, ("CLUSTERED", Some("even"), Some("EVEN")), "the first that is not as planned");
    assert_eq!(audit.positions, Some(20));
}

/// Arrivals come by the order of their ends: here up to three seconds late, and two streams mixed.
#[test]
fn the_order_of_the_ends_does_not_matter() {
    let mut plan = plan(vec![phase("hold", (0, 20), (500, 500), Spacing::Poisson)], 9);
    let mut other = plan.streams[0].clone();
    other.name = "other".to_owned();
    plan.streams.push(other);
    let mut sent: Vec<(u64, Started)> = load_plan::schedule::Schedule::new(&plan)
        .map(|arrival| {
            let took_ns = arrival.n.wrapping_mul(2_654_435_761) % 3_000_000_000;
            let (stream, phase, sent_ns) = (arrival.stream, arrival.phase, arrival.due_ns);
            (arrival.due_ns + took_ns, Started { stream, phase, sent_ns, response_us: None })
        })
        .collect();
    let judged = |sent: &[(u64, Started)]| -> Vec<_> {
        let mut auditor = RunAuditor::of(&plan);
        for (_, started) in sent {
            auditor.started(*started);
        }
        auditor.finish().into_iter().map(|audited| audited.unwrap().audit).collect()
    };
    let in_order = judged(&sent);
    sent.sort_by_key(|(done_ns, _)| *done_ns);
    assert_eq!(judged(&sent), in_order);
    assert_eq!(in_order[0].stepped_back, 0);
}

#[test]
fn a_stream_without_a_measured_arrival_has_no_audit() {
    let plan = plan(vec![phase("warm-up", (0, 5), (100, 100), Spacing::Even)], 1);
    assert!(punctual(&plan).is_none());
}
