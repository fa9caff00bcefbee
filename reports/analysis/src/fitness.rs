//! Whether a machine is fit to measure: what it is given, and how a short run against a known server went.

use run_record::run::{Finding, Run, Severity};
use serde::Serialize;

/// Fewer descriptors than this are used up by the largest default pool of users (10 000), one connection each,
/// and what else is open.
const DESCRIPTORS_MIN: u64 = 12_000;

/// Fewer ephemeral ports than this are used up by the same pool when connections are not kept.
const PORTS_MIN: u64 = 20_000;

/// One core for the generator and one for the rest of the machine: with less, each waits for the other.
const CORES_MIN: f64 = 2.0;

/// Work that waits or runs for each core, over the last minute: above this someone else uses the machine.
const LOAD_MAX: f64 = 0.5;

/// Sources that are read without leaving the process, so that reading the time costs nothing.
const FAST_CLOCKS: [&str; 4] =
    ["tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"];

/// What is known of a machine before anything is measured; what is not known is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Of the machine.
    pub cores: u32,
    /// By affinity and control group.
    pub cores_given: f64,
    /// How many files this process may open.
    pub descriptors: Option<u64>,
    /// Ephemeral ports there are.
    pub ports: Option<u64>,
    /// What the kernel reads the time from.
    pub clock: Option<String>,
    /// How the clock rate of the cores is chosen.
    pub governor: Option<String>,
    /// Work that waits or runs, over the last minute.
    pub load: Option<f64>,
}

/// How good something is for measuring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fitness {
    /// Nothing speaks against it.
    Fit,
    /// Runs may be disturbed; they will say so.
    Doubtful,
    /// Runs would be INVALID.
    Unfit,
}

/// Something that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trait {
    /// Cores given.
    Cores,
    /// A part of a core: the control group stops the process when its share of a period is used.
    Quota,
    /// Files that may be open.
    Descriptors,
    /// Ephemeral ports.
    Ports,
    /// Where the time is read from.
    Clock,
    /// How the clock rate of the cores is chosen.
    Governor,
    /// What else goes on.
    Load,
}

/// What was found of one of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub of: Trait,
    /// How good it is.
    pub fitness: Fitness,
    /// What was seen: a number or a name.
    pub seen: String,
}

/// The machine's traits in a fixed order; what is not known is left out.
pub fn checks(facts: &Facts) -> Vec<Check> {
    let check = |of, doubtful: bool, seen: String| {
        let fitness = if doubtful { Fitness::Doubtful } else { Fitness::Fit };
        Check { of, fitness, seen }
    };
    let given = facts.cores_given;
    let mut checks =
        vec![check(Trait::Cores, given < CORES_MIN, format!("{given} of {}", facts.cores))];
    if given.fract() > 0.0 {
        checks.push(check(Trait::Quota, true, format!("{given}")));
    }
    let count =
        |of, seen: Option<u64>, least| seen.map(|seen| check(of, seen < least, seen.to_string()));
    checks.extend(count(Trait::Descriptors, facts.descriptors, DESCRIPTORS_MIN));
    checks.extend(count(Trait::Ports, facts.ports, PORTS_MIN));
    checks.extend(
        facts.clock.as_ref().map(|clock| {
            check(Trait::Clock, !FAST_CLOCKS.contains(&clock.as_str()), clock.clone())
        }),
    );
    checks.extend(
        facts
            .governor
            .as_ref()
            .map(|governor| check(Trait::Governor, governor != "performance", governor.clone())),
    );
    checks.extend(facts.load.map(|load| {
        let cores = f64::from(facts.cores.max(1));
        check(Trait::Load, load / cores > LOAD_MAX, format!("{load:.2}"))
    }));
    checks
}

/// The machine as a whole: the worst of its traits and of what a run on it, already judged, showed.
pub fn fitness(checks: &[Check], run: &Run) -> Fitness {
    let of_finding = |finding: &Finding| match finding.severity {
        Severity::Invalid | Severity::Fail => Fitness::Unfit,
        Severity::Warning => Fitness::Doubtful,
        Severity::Note => Fitness::Fit,
    };
    let all = checks.iter().map(|check| check.fitness).chain(run.findings.iter().map(of_finding));
    all.max().unwrap_or(Fitness::Fit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::judge;
    use crate::sample::{good, spread};

    fn machine() -> Facts {
        Facts {
            cores: 4,
            cores_given: 4.0,
            descriptors: Some(1 << 20),
            ports: Some(28_232),
            clock: Some("tsc".to_owned()),
            governor: Some("performance".to_owned()),
            load: Some(0.3),
        }
    }

    fn doubts(facts: &Facts) -> Vec<Trait> {
        let checks = checks(facts).into_iter();
        checks.filter(|check| check.fitness != Fitness::Fit).map(|check| check.of).collect()
    }

    #[test]
    fn each_trait_is_doubted_on_its_own() {
        assert_eq!(doubts(&machine()), []);
        assert_eq!(doubts(&Facts { cores: 4, cores_given: 4.0, ..Facts::default() }), []);
        assert_eq!(doubts(&Facts { cores_given: 1.0, ..machine() }), [Trait::Cores]);
        assert_eq!(doubts(&Facts { cores_given: 2.5, ..machine() }), [Trait::Quota]);
        assert_eq!(doubts(&Facts { descriptors: Some(1_024), ..machine() }), [Trait::Descriptors]);
        assert_eq!(doubts(&Facts { ports: Some(1_000), ..machine() }), [Trait::Ports]);
        assert_eq!(doubts(&Facts { clock: Some("hpet".to_owned()), ..machine() }), [Trait::Clock]);
        let saving = Facts { governor: Some("powersave".to_owned()), ..machine() };
        assert_eq!(doubts(&saving), [Trait::Governor]);
        assert_eq!(doubts(&Facts { load: Some(2.1), ..machine() }), [Trait::Load]);
    }

    #[test]
    fn a_machine_is_as_fit_as_the_worst_that_was_seen() {
        let judged = |spoil: fn(&mut Run)| {
            let mut run = good();
            spoil(&mut run);
            judge(&run).write_into(&mut run);
            run
        };
        let checks_of = |facts: &Facts| checks(facts);
        let (fine, busy) = (machine(), Facts { load: Some(9.0), ..machine() });
        assert_eq!(fitness(&checks_of(&fine), &judged(|_| {})), Fitness::Fit);
        assert_eq!(fitness(&checks_of(&busy), &judged(|_| {})), Fitness::Doubtful);
        let woken_late = judged(|run| run.timer_probe_us = Some(spread(1_001)));
        assert_eq!(fitness(&checks_of(&fine), &woken_late), Fitness::Doubtful);
        let late = judged(|run| run.lateness_us = Some(spread(3_001)));
        assert_eq!(fitness(&checks_of(&busy), &late), Fitness::Unfit);
    }
}
