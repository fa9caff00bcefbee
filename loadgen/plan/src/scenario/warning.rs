//! What is allowed but probably not meant.

use std::fmt;

use crate::expect::{Count, expected};
use crate::plan::{Phase, PhaseKind, Plan, Stream};
use crate::stamps::{Source, Stamps};

/// What is allowed but probably not meant; `hanno check` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The figures of a measured phase hold what an unmeasured phase of another stream does to the target.
    Overlap {
        /// The measured stream.
        stream: String,
        /// Its phase.
        phase: String,
        /// The other stream.
        other_stream: String,
        /// Its unmeasured phase.
        other_phase: String,
    },
    /// A stream ends before the run does.
    UnequalLengths {
        /// The stream.
        stream: String,
        /// When it ends, in nanoseconds.
        ends_ns: u64,
        /// When the run ends, in nanoseconds.
        run_ends_ns: u64,
    },
    /// No phase is measured, so there is nothing to judge.
    NothingMeasured,
    /// The rates and durations of a stream give less than one arrival.
    NothingDue {
        /// The stream.
        stream: String,
    },
    /// The rows of all arrivals would be too much, so only some are kept.
    RowsSampled {
        /// One row in this many.
        one_in: u32,
        /// Bytes of all rows, estimated.
        bytes: u64,
    },
    /// A phase asks only as fast as it is answered.
    Closed {
        /// The stream.
        stream: String,
        /// Its phase.
        phase: String,
    },
    /// Some timestamps of a replayed file are earlier than the one before them.
    ReplayUnsorted {
        /// The file.
        file: String,
        /// How many.
        count: u64,
    },
    /// All timestamps of a replayed file are whole seconds, and some are one.
    ReplayClumps {
        /// The file.
        file: String,
        /// The most arrivals that are due at once.
        most: u64,
    },
    /// The target provides the table, so its file is not read.
    FileNotUsed {
        /// The table.
        table: String,
    },
}

/// The warnings about a whole plan.
pub(crate) fn about(plan: &Plan) -> Vec<Warning> {
    let run_ends_ns = plan.end_ns();
    let phases = || plan.streams.iter().flat_map(|stream| &stream.phases);
    let mut warnings: Vec<_> =
        plan.streams.iter().filter_map(|stream| overlap(stream, &plan.streams)).collect();
    let shorter = plan.streams.iter().filter(|stream| stream.end_ns() < run_ends_ns);
    warnings.extend(shorter.map(|stream| Warning::UnequalLengths {
        stream: stream.name.clone(),
        ends_ns: stream.end_ns(),
        run_ends_ns,
    }));
    if !phases().any(|phase| phase.measured) {
        warnings.push(Warning::NothingMeasured);
    }
    let counts = expected(plan);
    let due = plan.streams.iter().zip(&counts);
    let empty = due.filter(|(stream, expected)| match expected.arrivals {
        Count::Exact(count) | Count::AtMost(count) => count == 0 && stream.readers().is_none(),
        Count::Mean(mean) => mean < 1.0,
    });
    warnings.extend(empty.map(|(stream, _)| Warning::NothingDue { stream: stream.name.clone() }));
    let closed = |phase: &&Phase| matches!(phase.kind, PhaseKind::Closed(_));
    warnings.extend(plan.streams.iter().flat_map(|stream| {
        stream
            .phases
            .iter()
            .filter(closed)
            .map(|phase| Warning::Closed { stream: stream.name.clone(), phase: phase.name.clone() })
    }));
    warnings
}

/// The warnings about a file that is replayed; what cannot be read is a problem, not a warning.
pub(crate) fn about_replay(
    (source, stamps): (&Source, &Result<Stamps, String>),
) -> impl Iterator<Item = Warning> {
    let file = || source.file.clone();
    let (unsorted, clump) =
        stamps.as_ref().map_or((0, None), |stamps| (stamps.unsorted, stamps.clump));
    let unsorted =
        (unsorted > 0).then(|| Warning::ReplayUnsorted { file: file(), count: unsorted });
    let clumps = clump.map(|most| Warning::ReplayClumps { file: file(), most });
    unsorted.into_iter().chain(clumps)
}

/// The first overlap of a measured phase of `stream`; one is enough to say it.
fn overlap(stream: &Stream, all: &[Stream]) -> Option<Warning> {
    let ends = |phase: &Phase| phase.start_ns + phase.duration_ns;
    let others = || all.iter().filter(|other| other.name != stream.name);
    stream.phases.iter().filter(|phase| phase.measured).find_map(|phase| {
        let disturbs = |other: &&Phase| {
            !other.measured
                && other.kind.arrives()
                && other.start_ns < ends(phase)
                && phase.start_ns < ends(other)
        };
        others().find_map(|other| {
            let other_phase = other.phases.iter().find(disturbs)?.name.clone();
            Some(Warning::Overlap {
                stream: stream.name.clone(),
                phase: phase.name.clone(),
                other_stream: other.name.clone(),
                other_phase,
            })
        })
    })
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap { stream, phase, other_stream, other_phase } => write!(
                out,
                "`{stream}.{phase}` is measured while `{other_stream}.{other_phase}` is not: its figures hold what that does to the target"
            ),
            Self::UnequalLengths { stream, ends_ns, run_ends_ns } => write!(
                out,
                "`{stream}` ends after {} s, the run after {} s",
                Seconds(*ends_ns),
                Seconds(*run_ends_ns)
            ),
            Self::NothingMeasured => write!(out, "no phase is measured: nothing can be judged"),
            Self::NothingDue { stream } => {
                write!(
                    out,
                    "`{stream}` has less than one arrival: its rates are too low for its phases"
                )
            }
            Self::RowsSampled { one_in, bytes } => write!(
                out,
                "the rows of all arrivals would take about {} MiB: one in {one_in} is kept; say `[record] arrivals = \"all\"` for all",
                bytes >> 20
            ),
            Self::Closed { stream, phase } => write!(
                out,
                "`{stream}.{phase}` is CLOSED: its users wait for answers, so a slow target is asked less often than planned, and is not seen to be slow"
            ),
            Self::ReplayUnsorted { file, count } => write!(
                out,
                "`{file}`: {count} timestamps are earlier than the one before: they are replayed in order of time"
            ),
            Self::ReplayClumps { file, most } => write!(
                out,
                "`{file}`: all timestamps are whole seconds: arrivals come in clumps of up to {most} at the start of a second"
            ),
            Self::FileNotUsed { table } => {
                write!(out, "table `{table}` is provided by the target: its file is not read")
            }
        }
    }
}

/// Nanoseconds as seconds, without superfluous zeros.
struct Seconds(u64);

impl fmt::Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        match format!("{part:09}").trim_end_matches('0') {
            "" => write!(out, "{whole}"),
            digits => write!(out, "{whole}.{digits}"),
        }
    }
}
