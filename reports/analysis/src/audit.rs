//! How a stream's arrivals were spread in time: even, random, or in clusters that make a healthy target look slow.
//!
//! Times of one stream go in, in order, one by one; memory does not grow with them. What is measured: how the
//! counts in windows of four widths vary, how the gaps vary and how far their distribution is from an
//! exponential one (all three on times that are stretched so that the planned rate is constant), and whether
//! arrivals keep to the same places of every second (on times as they are). [`Class`] says what that makes.
//!
//! The rules are in `docs/adr/0011-audit.md`, with what they do to arrivals of a known kind.

mod class;
mod expected;

mod run;
mod order;
mod places;

mod planned;
mod windows;
mod gaps;

mod scan;
mod fold;
mod spectrum;
mod trains;

use hdrhistogram::Histogram;
use load_plan::plan::Phase;
use run_record::audit::{Audit, Rhythm};
use run_record::breakdown::PlaceResult;

pub use class::{Class, as_planned, has_rhythm, is_clustered};
pub use expected::{Asked, expected};
pub use fold::Fold;
pub use order::{HELD_MAX, Order};
pub use run::{RunAuditor, Started};

use class::Seen;
use gaps::Gaps;
use planned::Planned;
use scan::Scan;
use windows::Windows;

/// Units that a clock may count in, coarsest first, in nanoseconds.
const RESOLUTIONS_NS: [u64; 4] = [1_000_000_000, 1_000_000, 1_000, 1];

/// Takes the times of one stream, in nanoseconds, and then judges them.
#[derive(Debug)]
pub struct Auditor {
    planned: Option<Planned>,
    first_ns: Option<u64>,
    last_ns: u64,
    mapped_ns: u64,
    stepped_back: u64,
    /// Index of the coarsest unit of which all times so far are multiples.
    resolution: usize,
    windows: Windows,
    gaps: Gaps,
    scan: Scan,
}

/// What was found, with the shapes behind it.
#[derive(Clone, Debug)]
pub struct Audited {
    /// Class and numbers.
    pub audit: Audit,
    /// The gaps in nanoseconds, of times that are stretched so that the planned rate is constant.
    pub gaps: Histogram<u64>,
    /// Where in the second arrivals came.
    pub fold: Fold,
    /// Response times by place in a cluster, of all judged phases of a run's stream; empty elsewhere.
    pub places: Vec<PlaceResult>,
}

impl Auditor {
    /// Arrivals of these phases of a stream, in order of time. Phases without a rate are judged as if it were
    /// constant. Seconds are counted from the start of the first.
    pub fn of(phases: &[&Phase]) -> Self {
        Self::with(Planned::of(phases), phases.first().map(|phase| phase.start_ns))
    }

    /// Arrivals of which no plan is known, as if the rate were constant.
    pub fn unplanned() -> Self {
        Self::with(None, None)
    }

    fn with(planned: Option<Planned>, origin_ns: Option<u64>) -> Self {
        Self {
            scan: Scan::new(origin_ns),
            planned,
            first_ns: None,
            last_ns: 0,
            mapped_ns: 0,
            stepped_back: 0,
            resolution: 0,
            windows: Windows::default(),
            gaps: Gaps::default(),
        }
    }

    /// The next arrival. One that lies before the last is taken as equal to it, and counted.
    pub fn push(&mut self, at_ns: u64) {
        self.stepped_back += u64::from(at_ns < self.last_ns);
        let at_ns = at_ns.max(self.last_ns);
        let first_ns = *self.first_ns.get_or_insert(at_ns);
        self.last_ns = at_ns;
        while !at_ns.is_multiple_of(RESOLUTIONS_NS[self.resolution]) {
            self.resolution += 1;
        }
        let mapped_ns = match &mut self.planned {
            Some(planned) => planned.mapped_ns(at_ns).max(self.mapped_ns),
            None => at_ns - first_ns,
        };
        self.mapped_ns = mapped_ns;
        self.windows.push(mapped_ns);
        self.gaps.push(mapped_ns);
        self.scan.push(at_ns, self.planned.as_ref());
    }

    /// Judges what has come.
    pub fn finish(self) -> Audited {
        let arrivals = self.gaps.arrivals();
        let dispersions = self.windows.dispersions();
        let idc = dispersions.map(|seen| seen.map(|(idc, _)| idc));
        let seconds = seconds(self.last_ns - self.first_ns.unwrap_or(self.last_ns));
        let rate_per_s = (seconds > 0.0).then(|| float(arrivals - 1) / seconds);
        let scanned = self.scan.finish(self.planned.as_ref());
        let (cv2, lilliefors_d) = (self.gaps.cv2(), self.gaps.lilliefors_d());
        let seen = Seen {
            arrivals,
            mapped_rate_per_s: self.gaps.rate_per_s(),
            dispersions,
            cv2,
            lilliefors_d,
            rhythm: scanned.rhythm,
        };
        let class = seen.class();
        let clustered = class == Class::Clustered;
        let positions = scanned.fold.positions().filter(|_| clustered);
        let trains = scanned.trains.filter(|_| clustered && positions.is_none());
        let kind = match (positions, trains) {
            (Some(_), _) => Some("phases"),
            (None, Some(_)) => Some("trains"),
            (None, None) => None,
        };
        let audit = Audit {
            class: class.as_str().to_owned(),
            kind: kind.map(str::to_owned),
            arrivals,
            missing: (class == Class::TooFew).then(|| class::JUDGED_MIN - arrivals),
            rate_per_s,
            idc_1ms: idc[0],
            idc_10ms: idc[1],
            idc_100ms: idc[2],
            idc_1s: idc[3],
            cv2,
            zero_gap_share: self.gaps.zero_share(),
            lilliefors_d,
            rhythm: scanned.rhythm.map(|line| Rhythm {
                frequency_hz: line.frequency_hz,
                strength: line.strength,
                p: line.p,
            }),
            positions,
            trains,
            resolution_ns: Some(RESOLUTIONS_NS[self.resolution]).filter(|ns| *ns > 1),
            stepped_back: self.stepped_back,
            ..Audit::default()
        };
        Audited { audit, gaps: self.gaps.into_seen(), fold: scanned.fold, places: Vec::new() }
    }
}

fn seconds(ns: u64) -> f64 {
    float(ns) / 1e9
}

/// Counts and times as numbers to calculate with.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53: 9e15 arrivals, 104 days in ns")]
fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests;
