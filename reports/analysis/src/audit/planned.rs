//! The planned rate, integrated: how many arrivals are owed at a time, so that a stream whose rate varies can be
//! judged like one whose rate does not.

use load_plan::plan::Phase;

use super::float;

/// What was sent after the end of a phase goes on at the rate that it had over so long before.
const LAST_NS: u64 = 10_000_000;

/// The integrated rate of some phases of a stream, in floating point: good to a millionth of an arrival, which
/// is all that statistics need. The schedule has its own, exact.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pieces: Vec<Piece>,
    /// Of all phases together, so that stretched times are as long as the phases.
    mean_per_ns: f64,
    /// The piece in which the last time was.
    at: usize,
}

/// A phase.
#[derive(Clone, Debug)]
struct Piece {
    phase: Phase,
    /// Arrivals owed at its start.
    before: f64,
}

impl Planned {
    /// None where a phase follows no rate, or nothing is owed.
    pub(super) fn of(phases: &[&Phase]) -> Option<Self> {
        let mut pieces: Vec<Piece> = Vec::new();
        for phase in phases {
            phase.kind.spacing()?;
            let before = pieces.last().map_or(0.0, |piece| piece.owed(piece.end_ns()));
            pieces.push(Piece { phase: (*phase).clone(), before });
        }
        let last = pieces.last()?;
        let owed = last.owed(last.end_ns());
        let length_ns = pieces.iter().map(|piece| float(piece.phase.duration_ns)).sum::<f64>();
        let mean_per_ns = owed / length_ns;
        (mean_per_ns > 0.0).then_some(Self { pieces, mean_per_ns, at: 0 })
    }

    /// When the last phase ends.
    pub(super) fn end_ns(&self) -> u64 {
        self.pieces.last().map_or(0, Piece::end_ns)
    }

    /// A time stretched so that the rate is constant; times come in order. What was sent after the end of a
    /// phase goes on at its last rate: it is late, not crowded.
    pub(super) fn mapped_ns(&mut self, at_ns: u64) -> u64 {
        while self.pieces.get(self.at + 1).is_some_and(|next| next.phase.start_ns <= at_ns) {
            self.at += 1;
        }
        let piece = &self.pieces[self.at];
        let over_ns = at_ns.saturating_sub(piece.end_ns());
        let over = if over_ns > 0 { float(over_ns) * piece.last_rate() } else { 0.0 };
        whole_ns((piece.owed(at_ns) + over) / self.mean_per_ns)
    }

    /// Arrivals owed at a time.
    pub(super) fn owed(&self, at_ns: u64) -> f64 {
        let after = self.pieces.partition_point(|piece| piece.phase.start_ns <= at_ns);
        after.checked_sub(1).map_or(0.0, |index| self.pieces[index].owed(at_ns))
    }
}

impl Piece {
    fn end_ns(&self) -> u64 {
        self.phase.start_ns.saturating_add(self.phase.duration_ns)
    }

    fn owed(&self, at_ns: u64) -> f64 {
        let within_ns = at_ns.saturating_sub(self.phase.start_ns);
        self.before + self.phase.asked(within_ns).unwrap_or(0.0)
    }

    /// Arrivals per nanosecond.
    fn last_rate(&self) -> f64 {
        let last_ns = self.phase.duration_ns.clamp(1, LAST_NS);
        let end_ns = self.end_ns();
        (self.owed(end_ns) - self.owed(end_ns - last_ns)) / float(last_ns)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "owed counts are at least 0, and a time beyond 2^64 ns saturates"
)]
fn whole_ns(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::phase;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_ramp_is_stretched_to_a_constant_rate() {
        // 0 to 3000/s over 20 s: half of the arrivals are owed at 14.142 135 624 s, and then half of the time is over.
        let ramp = phase("ramp", (10 * SECOND, 20 * SECOND), 0, 3000);
        let mut planned = Planned::of(&[&ramp]).unwrap();
        assert!((planned.owed(24_142_135_624) - 15_000.0).abs() < 1e-5);
        assert_eq!(planned.mapped_ns(0), 0);
        assert!(planned.mapped_ns(24_142_135_624).abs_diff(10 * SECOND) < 10);
        assert_eq!(planned.mapped_ns(30 * SECOND), 20 * SECOND);
    }

    #[test]
    fn what_lies_between_phases_takes_no_time_and_what_is_late_is_not_crowded() {
        let [first, second] =
            [(0, SECOND), (5 * SECOND, SECOND)].map(|at| phase("p", at, 100, 100));
        let mut planned = Planned::of(&[&first, &second]).unwrap();
        for (at_ns, mapped_ns) in [
            (SECOND / 2, SECOND / 2),
            (SECOND + 1_000, SECOND + 1_000),
            (5 * SECOND, SECOND),
            (6 * SECOND, 2 * SECOND),
            (6 * SECOND + 7_000, 2 * SECOND + 7_000),
        ] {
            assert_eq!(planned.mapped_ns(at_ns), mapped_ns, "{at_ns}");
        }
        assert!((planned.owed(3 * SECOND) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_owed_is_no_plan() {
        assert!(Planned::of(&[]).is_none());
        assert!(Planned::of(&[&phase("p", (0, SECOND), 0, 0)]).is_none());
    }
}
