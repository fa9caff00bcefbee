//! Response times by place in a cluster: where arrivals come in groups, the last of a group waits for all before it.

use hdrhistogram::Histogram;
use load_plan::plan::{Phase, PhaseKind, Stream};
use run_record::breakdown::PlaceResult;
use run_record::{histogram, record_us};

/// The first place of each class of places; each is twice as long as the one before, so that a group of any size
/// has few of them.
const FROM: [u32; 7] = [1, 2, 3, 5, 9, 17, 33];

/// What is sent so long after the one before is not with it, whatever the rate: a server has long begun.
const APART_NS: u64 = 10_000_000;

/// What is sent before so much of an arrival is owed since the one before is with it: of random arrivals two in
/// five, of even ones none.
const NEAR_ARRIVALS: f64 = 0.5;

/// Times of a stream's first requests in the order in which they were sent.
#[derive(Debug)]
pub(super) struct Places {
    phases: Vec<Phase>,
    last: Option<Sent>,
    /// In its cluster, from 1.
    place: u32,
    counts: [u64; FROM.len()],
    response: [Histogram<u64>; FROM.len()],
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    at_ns: u64,
    phase: u16,
    /// Arrivals owed since the start of the phase.
    owed: Option<f64>,
}

impl Places {
    pub(super) fn of(stream: &Stream) -> Self {
        Self {
            phases: stream.phases.clone(),
            last: None,
            place: 0,
            counts: [0; FROM.len()],
            response: std::array::from_fn(|_| histogram()),
        }
    }

    /// The next request, with its response time if it completed.
    pub(super) fn push(&mut self, at_ns: u64, phase: u16, response_us: Option<u32>) {
        let owed = self.phases.get(usize::from(phase)).and_then(|phase| owed(phase, at_ns));
        let sent = Sent { at_ns, phase, owed };
        let with_last = self.last.is_some_and(|last| sent.is_with(last));
        self.place = if with_last { self.place.saturating_add(1) } else { 1 };
        self.last = Some(sent);
        let class = FROM.partition_point(|from| *from <= self.place) - 1;
        self.counts[class] += 1;
        if let Some(us) = response_us {
            record_us(&mut self.response[class], u64::from(us) * 1_000);
        }
    }

    /// The classes of places in which something was sent.
    pub(super) fn results(&self) -> Vec<PlaceResult> {
        let result = |class: usize| PlaceResult {
            from: FROM[class],
            to: FROM.get(class + 1).map(|next| next - 1),
            count: self.counts[class],
            response_us: run_record::spread::Spread::of(&self.response[class]),
        };
        (0..FROM.len()).filter(|class| self.counts[*class] > 0).map(result).collect()
    }
}

impl Sent {
    fn is_with(self, last: Self) -> bool {
        let owed = self.owed.zip(last.owed).map(|(owed, before)| owed - before);
        self.phase == last.phase
            && self.at_ns.saturating_sub(last.at_ns) < APART_NS
            && owed.is_some_and(|owed| owed < NEAR_ARRIVALS)
    }
}

/// Arrivals owed so far into a phase. What comes at once in the plan itself is taken as spread over the phase:
/// it is to be told from what is spread.
fn owed(phase: &Phase, at_ns: u64) -> Option<f64> {
    let within_ns = at_ns.saturating_sub(phase.start_ns);
    match phase.kind {
        PhaseKind::Burst(_) | PhaseKind::Replay(_) => {
            Some(phase.asked_per_s()? * super::seconds(within_ns))
        }
        _ => phase.asked(within_ns),
    }
}
