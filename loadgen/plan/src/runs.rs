//! Cuts a stream into stretches over which one count runs on, and says which of them cannot be computed.

use crate::owed::{Overflow, Owed};
use crate::plan::{Phase, PhaseKind, Spacing};

/// Arrivals of one phase of the spacing `exactly`: all of its draws are made once before its first arrival
/// is known, which takes some seconds for as many.
pub const MAX_EXACTLY: u64 = 100_000_000;

/// Phases over which one count runs on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Consecutive even phases: the fraction of an arrival that is owed at the end of one carries over.
    /// Phases between them that have no rate owe nothing.
    Even(Vec<u16>),
    /// A phase that stands alone: of random spacing, of bursts, or replayed.
    Alone(u16),
}

/// A phase, by its index in the stream, that cannot be planned, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Exact arithmetic would overflow.
    TooLarge(usize),
    /// More than [`MAX_EXACTLY`].
    TooMany(usize),
    /// The times of a replay are not in memory.
    NotLoaded(usize),
}

/// Cuts the phases of a stream into runs, in order; idle phases, readers and closed phases are in none.
pub(crate) fn runs(phases: &[Phase]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut even = Vec::new();
    for (index, phase) in (0..).zip(phases) {
        match phase.kind {
            PhaseKind::Idle {} | PhaseKind::Listen { .. } | PhaseKind::Closed(_) => {}
            _ if phase.kind.spacing() == Some(Spacing::Even) => even.push(index),
            _ => {
                runs.extend((!even.is_empty()).then(|| Run::Even(std::mem::take(&mut even))));
                runs.push(Run::Alone(index));
            }
        }
    }
    runs.extend((!even.is_empty()).then_some(Run::Even(even)));
    runs
}

impl Run {
    /// Their integrated rate: nothing for bursts and replays.
    pub(crate) fn owed(&self, phases: &[Phase]) -> Result<Owed, Refused> {
        let indices = match self {
            Self::Even(indices) => indices.as_slice(),
            Self::Alone(index) => std::slice::from_ref(index),
        };
        let run: Vec<_> =
            indices.iter().map(|index| (*index, &phases[usize::from(*index)])).collect();
        Owed::of(&run).map_err(|Overflow(at)| Refused::TooLarge(indices[at].into()))
    }

    /// Whether its arrivals can be computed.
    pub(crate) fn check(&self, phases: &[Phase]) -> Result<(), Refused> {
        let owed = self.owed(phases)?;
        let Self::Alone(index) = self else { return Ok(()) };
        let at = usize::from(*index);
        match &phases[at].kind {
            PhaseKind::Replay(replay) if replay.offsets.loaded().is_none() => {
                Err(Refused::NotLoaded(at))
            }
            kind if kind.spacing() == Some(Spacing::Exactly) && owed.rounded() > MAX_EXACTLY => {
                Err(Refused::TooMany(at))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Burst, Closed, Cycle, Rate};

    fn phase(kind: PhaseKind) -> Phase {
        Phase { name: "p".into(), start_ns: 0, duration_ns: 1, measured: true, kind }
    }

    fn placed(spacing: Spacing) -> PhaseKind {
        let rate = Rate { arrivals: 1, seconds: 1 };
        PhaseKind::Rate { from: rate, to: rate, spacing }
    }

    #[test]
    fn only_phases_that_stand_alone_break_a_run() {
        let (even, poisson) = (placed(Spacing::Even), placed(Spacing::Poisson));
        let idle = PhaseKind::Idle {};
        let closed =
            PhaseKind::Closed(Closed { users: 1, ramp_s: 0, cycle: Cycle::Pause { pause_ns: 1 } });
        let burst = PhaseKind::Burst(Burst { size: 1, every_ns: 1 });
        let kinds = [
            even.clone(),
            idle.clone(),
            even.clone(),
            poisson.clone(),
            even.clone(),
            closed,
            even.clone(),
            burst,
            placed(Spacing::Exactly),
            idle.clone(),
        ];
        let expected = vec![
            Run::Even(vec![0, 2]),
            Run::Alone(3),
            Run::Even(vec![4, 6]),
            Run::Alone(7),
            Run::Alone(8),
        ];
        assert_eq!(runs(&kinds.map(phase)), expected);
        assert_eq!(runs(&[phase(idle)]), vec![]);
    }
}
