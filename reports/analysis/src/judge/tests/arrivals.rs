//! How arrivals were spread, and plans that are doubtful in themselves: each finding and its twin.

use load_plan::plan::{Burst, Closed, Cycle, PhaseKind};
use run_record::audit::Audit;
use run_record::run::{Severity, Verdict};
use run_record::spread::Spread;

use super::{check, invalid, passes, warned};
use crate::findings::Code;
use crate::judge::judge;
use crate::sample::good;

#[test]
fn another_class_than_planned_is_invalid_and_too_few_never_is() {
    let audit = |class: &str, expected: Option<&str>| Audit {
        class: class.to_owned(),
        expected: expected.map(str::to_owned),
        arrivals: 5_000,
        cv2: Some(9.0),
        positions: Some(4),
        ..Audit::default()
    };
    let planned = [
        ("EVEN", Some("EVEN")),
        ("POISSON", Some("POISSON")),
        ("CLUSTERED", Some("CLUSTERED")),
        ("CLUSTERED", None),
        ("TOO_FEW", None),
    ];
    for (class, expected) in planned {
        passes(|run| run.streams[0].audit = Some(audit(class, expected)));
    }
    for (class, expected) in [("CLUSTERED", "EVEN"), ("EVEN", "POISSON"), ("OTHER", "POISSON")] {
        invalid(Code::ArrivalClass, |run| {
            run.streams[0].audit = Some(audit(class, Some(expected)));
        });
    }
    let mut run = good();
    run.streams[1].audit =
        Some(Audit { phase: Some("hold".to_owned()), ..audit("CLUSTERED", Some("EVEN")) });
    let finding = judge(&run).findings.remove(0);
    assert_eq!(finding.subject.as_deref(), Some("reactions/hold"));
    for (name, value) in [("places_count", 4.0), ("gap_variation_ratio", 9.0)] {
        assert_eq!(finding.numbers.get(name), Some(&value), "{name}");
    }
}

/// 15 ms at 20 000/s for 15 s are one gap of 300 mean gaps: it adds 0.3 to the variation.
#[test]
fn a_stall_of_the_machine_is_named_where_it_alone_makes_arrivals_another_class() {
    let run = |cv2: f64, stall_us: u64, expected: &str| {
        let mut run = good();
        run.streams[0].audit = Some(Audit {
            class: "OTHER".to_owned(),
            expected: Some(expected.to_owned()),
            arrivals: 300_000,
            rate_per_s: Some(20_000.0),
            cv2: Some(cv2),
            ..Audit::default()
        });
        let probe = run.timer_probe_us.unwrap();
        run.timer_probe_us = Some(Spread { max: stall_us, ..probe });
        judge(&run)
    };
    for (cv2, stall_us, expected, named) in [
        (1.4, 15_000, "POISSON", true),
        (1.7, 15_000, "POISSON", false), // something else did most of it
        (1.4, 5_000, "POISSON", false),
        (1.1, 15_000, "POISSON", false), // nothing to explain
        (0.6, 15_000, "EVEN", true),
        (0.7, 15_000, "EVEN", false),
    ] {
        let judged = run(cv2, stall_us, expected);
        let noisy = judged.findings.iter().find(|finding| finding.code == "MACHINE_NOISY");
        assert_eq!(noisy.is_some(), named, "{cv2} {stall_us} {expected}");
        assert!(noisy.is_none_or(|finding| finding.severity == Severity::Warning));
        assert_eq!(
            judged.verdict,
            Verdict::Invalid,
            "the load was another than planned all the same"
        );
    }
}

#[test]
fn a_closed_model_and_a_burst_are_warned_of_where_they_are_measured() {
    let cycle = Cycle::Pace { pace_ns: 1_000_000_000 };
    let closed = PhaseKind::Closed(Closed { users: 25, ramp_s: 10, cycle });
    let burst = PhaseKind::Burst(Burst { size: 50, every_ns: 500_000_000 });
    for (kind, code) in [(closed, Code::ClosedModel), (burst, Code::Burst)] {
        warned(code, |run| run.plan.streams[0].phases[1].kind = kind.clone());
        passes(|run| run.plan.streams[0].phases[0].kind = kind);
    }
}

/// Who reads the findings only can tell what was not judged from what was found to be as planned.
#[test]
fn too_few_arrivals_to_judge_are_noted_where_a_class_was_asked_for() {
    let few = |arrivals: u64, expected: Option<&str>| Audit {
        class: "TOO_FEW".to_owned(),
        expected: expected.map(str::to_owned),
        arrivals,
        missing: Some(1_000 - arrivals),
        ..Audit::default()
    };
    for arrivals in [0, 1, 199, 999] {
        let note = [(Code::FewArrivals, Severity::Note)];
        check(|run| run.streams[1].audit = Some(few(arrivals, Some("EVEN"))), &note, Verdict::Pass);
    }
    let mut run = good();
    run.streams[1].audit = Some(few(30, Some("POISSON")));
    let finding = judge(&run).findings.remove(0);
    assert_eq!(finding.subject.as_deref(), Some("reactions"));
    let number = |name: &str| format!("{}", finding.numbers[name]);
    assert_eq!(
        (number("judged_count"), number("missing_count")),
        ("30".to_owned(), "970".to_owned())
    );
    // Any class will do, or it was judged, or nothing could be sent.
    passes(|run| run.streams[1].audit = Some(few(30, None)));
    let judged = Audit { class: "EVEN".to_owned(), missing: None, ..few(999, Some("EVEN")) };
    passes(|run| run.streams[1].audit = Some(judged));
    let mut run = good();
    run.streams[1].audit = Some(few(0, Some("EVEN")));
    run.unreachable = Some("refused".to_owned());
    assert!(!judge(&run).findings.iter().any(|finding| finding.code == "FEW_ARRIVALS"));
}
