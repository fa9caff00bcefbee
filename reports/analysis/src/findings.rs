//! What can be found: codes, how grave each is, and the figures each carries. Their words are the
//! business of whoever shows them.

mod numbers;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use run_record::run::{Finding, Severity};
use thiserror::Error;

/// A kind of finding. The order is that in which findings of one severity are listed: what explains the
/// others comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The preflight could not reach the target; nothing was released.
    TargetUnreachable,
    /// The ends of arrivals do not add up to the planned ones: Hanno has miscounted.
    Accounting,
    /// The wall clock jumped while measured phases ran.
    ClockStep,
    /// The machine took time away, so that lateness is not (only) the generator's doing.
    MachineNoisy,
    /// Requests were sent later than due on a machine that was quiet.
    GeneratorLate,
    /// The generator used most of the processor time it was given.
    GeneratorCpu,
    /// Tasks in the users' runtime woke up late.
    RuntimeLag,
    /// Most of the descriptors that the process may have were open.
    Descriptors,
    /// Most of the machine's ephemeral ports were in use.
    Ports,
    /// Arrivals were dropped because no user was free in time.
    UsersExhausted,
    /// Too many planned arrivals were never offered to the target.
    NotAchieved,
    /// Arrivals of a stream were not spread in time as the plan asks for.
    ArrivalClass,
    /// Readers of live events had no stream open when they should have had one.
    ReadersAbsent,
    /// An objective does not hold.
    ObjectiveMissed,
    /// A phase has a fixed set of users who wait for answers: slow answers lower its rate.
    ClosedModel,
    /// A phase sends many arrivals at once, because its plan says so.
    Burst,
    /// Most of service time is on the way to the target and back.
    PathDominates,
    /// Response times at a low rate are longer than at a high one.
    SlowWhenIdle,
    /// One instance of the target is much slower than the others.
    InstanceSlow,
    /// Arrivals come in clusters, and the later in its cluster a request is, the longer it takes.
    LatencyGrowsWithClusterSize,
    /// An objective rests on few requests or deliveries, or on none.
    FewSamples,
    /// Too few arrivals of a stream to say whether they were spread in time as the plan asks for.
    FewArrivals,
    /// The target did not tell its metrics when it was asked, or not those that were asked for.
    MetricsMissing,
    /// A signal stopped the run.
    Interrupted,
    /// Hanno itself stopped the run.
    Aborted,
    /// The run has not ended, or was killed: its last counts were never written.
    Unfinished,
}

/// A text that is no code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not the code of a finding")]
pub struct UnknownCode(pub String);

/// The name and the meaning of a figure; the unit is the last word of the name.
pub type Number = (&'static str, &'static str);

impl Code {
    /// All of them, in order.
    pub const ALL: [Self; 26] = [
        Self::TargetUnreachable,
        Self::Accounting,
        Self::ClockStep,
        Self::MachineNoisy,
        Self::GeneratorLate,
        Self::GeneratorCpu,
        Self::RuntimeLag,
        Self::Descriptors,
        Self::Ports,
        Self::UsersExhausted,
        Self::NotAchieved,
        Self::ArrivalClass,
        Self::ReadersAbsent,
        Self::ObjectiveMissed,
        Self::ClosedModel,
        Self::Burst,
        Self::PathDominates,
        Self::SlowWhenIdle,
        Self::InstanceSlow,
        Self::LatencyGrowsWithClusterSize,
        Self::FewSamples,
        Self::FewArrivals,
        Self::MetricsMissing,
        Self::Interrupted,
        Self::Aborted,
        Self::Unfinished,
    ];

    /// As in `run.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TargetUnreachable => "TARGET_UNREACHABLE",
            Self::Accounting => "ACCOUNTING",
            Self::ClockStep => "CLOCK_STEP",
            Self::MachineNoisy => "MACHINE_NOISY",
            Self::GeneratorLate => "GENERATOR_LATE",
            Self::GeneratorCpu => "GENERATOR_CPU",
            Self::RuntimeLag => "RUNTIME_LAG",
            Self::Descriptors => "DESCRIPTORS",
            Self::Ports => "PORTS",
            Self::UsersExhausted => "USERS_EXHAUSTED",
            Self::NotAchieved => "NOT_ACHIEVED",
            Self::ArrivalClass => "ARRIVAL_CLASS",
            Self::ReadersAbsent => "READERS_ABSENT",
            Self::ObjectiveMissed => "OBJECTIVE_MISSED",
            Self::ClosedModel => "CLOSED_MODEL",
            Self::Burst => "BURST",
            Self::PathDominates => "PATH_DOMINATES",
            Self::SlowWhenIdle => "SLOW_WHEN_IDLE",
            Self::InstanceSlow => "INSTANCE_SLOW",
            Self::LatencyGrowsWithClusterSize => "LATENCY_GROWS_WITH_CLUSTER_SIZE",
            Self::FewSamples => "FEW_SAMPLES",
            Self::FewArrivals => "FEW_ARRIVALS",
            Self::MetricsMissing => "METRICS_MISSING",
            Self::Interrupted => "INTERRUPTED",
            Self::Aborted => "ABORTED",
            Self::Unfinished => "UNFINISHED",
        }
    }

    /// How grave it is where it does less harm, if that differs.
    pub fn milder(self) -> Option<Severity> {
        match self {
            Self::GeneratorCpu | Self::MachineNoisy => Some(Severity::Warning),
            Self::Aborted | Self::MetricsMissing => Some(Severity::Note),
            _ => None,
        }
    }

    /// How grave it is at its gravest; see [`Self::milder`].
    pub fn severity(self) -> Severity {
        match self {
            Self::TargetUnreachable
            | Self::Accounting
            | Self::ClockStep
            | Self::MachineNoisy
            | Self::GeneratorLate
            | Self::GeneratorCpu
            | Self::RuntimeLag
            | Self::Descriptors
            | Self::Ports
            | Self::UsersExhausted
            | Self::NotAchieved
            | Self::ArrivalClass => Severity::Invalid,
            Self::ReadersAbsent | Self::ObjectiveMissed | Self::Aborted => Severity::Fail,
            Self::ClosedModel
            | Self::Burst
            | Self::PathDominates
            | Self::SlowWhenIdle
            | Self::InstanceSlow
            | Self::LatencyGrowsWithClusterSize
            | Self::FewSamples
            | Self::MetricsMissing => Severity::Warning,
            Self::FewArrivals | Self::Interrupted | Self::Unfinished => Severity::Note,
        }
    }

    /// The figures that a finding of this code may carry. A figure that is not known is left out.
    pub fn numbers(self) -> &'static [Number] {
        match self {
            Self::Accounting => &[
                ("planned_count", "arrivals planned, or requests counted for an objective"),
                ("ended_count", "the sum of all ends, or the requests beyond the limit"),
            ],
            Self::ClockStep => &[
                ("clock_step_max_us", "largest jump of the wall clock within a second"),
                ("limit_us", "largest jump that is not a step"),
            ],
            Self::MachineNoisy => numbers::MACHINE_NOISY,
            Self::GeneratorLate => &[
                ("lateness_p99_us", "how late first requests were sent, 99 %"),
                ("lateness_limit_us", "latest allowed"),
            ],
            Self::GeneratorCpu => &[
                ("cpu_percent", "own processor time over what was given, mean"),
                ("cpu_max_percent", "the same in the worst second"),
                ("limit_percent", "largest mean allowed"),
            ],
            Self::RuntimeLag => &[
                ("runtime_lag_p99_us", "how late tasks of the users' runtime woke up, 99 %"),
                ("limit_us", "latest allowed"),
            ],
            Self::Descriptors => &[
                ("descriptors_max_percent", "open descriptors over the limit, worst second"),
                ("limit_percent", "largest share allowed"),
            ],
            Self::Ports => &[
                ("ports_max_percent", "ephemeral ports in use over those there are, worst second"),
                ("limit_percent", "largest share allowed"),
            ],
            Self::UsersExhausted => &[
                ("dropped_count", "arrivals dropped in measured phases"),
                ("planned_count", "arrivals planned in measured phases"),
                ("dropped_percent", "dropped over planned"),
                ("limit_percent", "largest share allowed"),
                ("users_count", "users of the stream"),
            ],
            Self::NotAchieved => &[
                ("achieved_percent", "arrivals offered over planned, in measured phases"),
                ("limit_percent", "smallest share allowed"),
                ("planned_count", "arrivals planned in measured phases"),
                ("dropped_count", "of them, released and never started"),
                ("unreleased_count", "of them, never released"),
                ("lost_count", "of them, given to a worker whose outcome never came"),
            ],
            Self::ArrivalClass => numbers::ARRIVAL_CLASS,
            Self::ClosedModel => numbers::CLOSED_MODEL,
            Self::Burst => numbers::BURST,
            Self::ReadersAbsent => numbers::READERS_ABSENT,
            Self::ObjectiveMissed => numbers::OBJECTIVE_MISSED,
            Self::PathDominates => numbers::PATH_DOMINATES,
            Self::SlowWhenIdle => numbers::SLOW_WHEN_IDLE,
            Self::InstanceSlow => numbers::INSTANCE_SLOW,
            Self::LatencyGrowsWithClusterSize => numbers::LATENCY_GROWS_WITH_CLUSTER_SIZE,
            Self::FewSamples => numbers::FEW_SAMPLES,
            Self::FewArrivals => numbers::FEW_ARRIVALS,
            Self::MetricsMissing => numbers::METRICS_MISSING,
            Self::Aborted => numbers::ABORTED,
            Self::TargetUnreachable | Self::Interrupted | Self::Unfinished => &[
                ("planned_count", "arrivals planned"),
                ("unreleased_count", "of them, never released"),
            ],
        }
    }

    /// A finding of this code at its own severity. Figures that are not finite are left out.
    pub fn finding(self, subject: Option<&str>, numbers: &[(&'static str, f64)]) -> Finding {
        self.finding_as(self.severity(), subject, numbers)
    }

    /// A finding of this code at another severity.
    pub fn finding_as(
        self,
        severity: Severity,
        subject: Option<&str>,
        numbers: &[(&'static str, f64)],
    ) -> Finding {
        let numbers: BTreeMap<String, f64> = numbers
            .iter()
            .filter(|(_, value)| value.is_finite())
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        let subject = subject.map(str::to_owned);
        Finding { code: self.as_str().to_owned(), severity, subject, numbers }
    }
}

impl Display for Code {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.pad(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Takes upper and lower case, hyphens for underscores: it is what a person types after `explain`.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let wanted = text.to_ascii_uppercase().replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == wanted)
            .ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_all_there_once_in_order_and_come_back_from_their_text() {
        assert!(Code::ALL.is_sorted());
        let texts: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(code));
            assert_eq!(code.as_str().to_lowercase().replace('_', "-").parse(), Ok(code));
            // The debug name is made by the compiler: an independent spelling of the same words.
            assert_eq!(
                code.as_str().replace('_', "").to_lowercase(),
                format!("{code:?}").to_lowercase()
            );
        }
        assert_eq!("LATE".parse::<Code>(), Err(UnknownCode("LATE".to_owned())));
    }

    #[test]
    fn numbers_are_named_once_with_their_unit_last() {
        for code in Code::ALL {
            let names: BTreeSet<_> = code.numbers().iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), code.numbers().len(), "{code}");
            for (name, meaning) in code.numbers() {
                let unit = name.rsplit('_').next().unwrap();
                assert!(
                    ["count", "us", "ms", "hz", "ratio", "percent", "samples"].contains(&unit),
                    "{code} {name}"
                );
                assert!(!meaning.is_empty());
            }
        }
    }

    #[test]
    fn figures_that_are_no_numbers_are_left_out() {
        let numbers = [("a_us", f64::NAN), ("b_us", f64::INFINITY), ("c_us", 2.0)];
        let finding = Code::RuntimeLag.finding(None, &numbers);
        assert_eq!(finding.numbers, BTreeMap::from([("c_us".to_owned(), 2.0)]));
        assert_eq!(finding.severity, Severity::Invalid);
    }
}
