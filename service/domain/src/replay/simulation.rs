//! Scripts in simulated time: calls that are refused pause and are sent again.
//!
//! The pauses are those that the service's store asks of the AWS SDK: after a try that got nothing done, drawn evenly from 0
//! up to a bound that begins at [`PAUSE_FIRST_NS`] and doubles with each such try in a row, up to [`PAUSE_NS_MAX`]. A batch
//! of writes of which a part was done begins again at the first bound. After [`TRIES_MAX`] tries in a row without
//! anything done, of a batch [`BATCH_TRIES_MAX`], the store would give up; here that is counted, and the call goes
//! on, so that what is compared is the time of the same work.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::{Call, Chain, Script, Table};
use crate::draw::Draw;
use crate::partition::{Mode, Partitions, Reason, Splits};

/// The bound of the first pause.
pub const PAUSE_FIRST_NS: u64 = 25_000_000;

/// The greatest bound of a pause.
pub const PAUSE_NS_MAX: u64 = 1_000_000_000;

/// So many tries of a single request, and the store tells its caller.
pub const TRIES_MAX: u32 = 4;

/// So many tries of a batch of writes in a row without anything done, and the store tells its caller.
pub const BATCH_TRIES_MAX: u32 = 16;

/// After so many tries a call is left out here as well: a table without any throughput would refuse for ever.
const TRIES_END: u32 = 10_000;

/// What a run is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How the throughput of every table and every index is bought.
    pub mode: Mode,
    /// Whether hot partitions are split; planning does not count on it.
    pub splits: Splits,
    /// Calls under way at once; one at least.
    pub in_flight_max: usize,
    /// How long a request takes, one that is refused as well.
    pub request_ns: u64,
    /// Draws the pauses.
    pub seed: u64,
}

/// What became of the calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Calls, each counted once.
    pub calls: u64,
    /// Requests, repeated ones included.
    pub requests: u64,
    /// Of them, those of which something was refused.
    pub throttled: u64,
    /// Reads, and items of writes, as often as they were asked.
    pub asked: u64,
    /// Of them, those that were refused.
    pub refused: u64,
    /// The same by reason.
    pub reasons: BTreeMap<Reason, u64>,
    /// Calls that the store would have given up, and with them the organisation.
    pub given_up: u64,
    /// From the first request to the last answer.
    pub took_ns: u64,
    /// The same where nothing is refused.
    pub unlimited_ns: u64,
    /// All pauses together: of calls that are under way at once, more than has passed.
    pub paused_ns: u64,
}

/// Runs organisations one after the other, on tables that were idle for long before.
pub fn replay(scripts: &[Script], terms: &Terms) -> Replayed {
    let mut limited = Simulation::new(terms, true);
    let mut unlimited = Simulation::new(terms, false);
    for stage in scripts.iter().flat_map(Script::stages) {
        limited.stage(stage);
        unlimited.stage(stage);
    }
    Replayed { took_ns: limited.now_ns, unlimited_ns: unlimited.now_ns, ..limited.seen }
}

fn tries_max(call: &Call) -> u32 {
    if call.is_batch() { BATCH_TRIES_MAX } else { TRIES_MAX }
}

struct Simulation<'a> {
    terms: &'a Terms,
    limited: bool,
    now_ns: u64,
    tables: BTreeMap<Table, Partitions>,
    draw: Draw,
    seen: Replayed,
}

/// A place for a call under way, and the chain whose calls are made in it.
struct Lane<'a> {
    chain: std::slice::Iter<'a, Call>,
    call: Option<&'a Call>,
    /// Of the call, what is not done yet.
    left: u32,
    /// In a row, without anything done.
    tries: u32,
}

impl<'a> Lane<'a> {
    fn of(chain: &'a Chain) -> Self {
        let mut lane = Self { chain: chain.iter(), call: None, left: 0, tries: 0 };
        lane.advance();
        lane
    }

    fn advance(&mut self) {
        self.call = self.chain.next();
        self.left = self.call.map_or(0, |call| call.parts);
        self.tries = 0;
    }
}

impl<'a> Simulation<'a> {
    fn new(terms: &'a Terms, limited: bool) -> Self {
        Self {
            terms,
            limited,
            now_ns: 0,
            tables: BTreeMap::new(),
            draw: Draw::new(terms.seed),
            seen: Replayed::default(),
        }
    }

    /// As many chains at once as are allowed, the next one when one has ended.
    fn stage(&mut self, chains: &[Chain]) {
        let mut waiting = chains.iter();
        let begun = waiting.by_ref().take(self.terms.in_flight_max.max(1));
        let mut lanes: Vec<Lane<'_>> = begun.map(Lane::of).collect();
        let now_ns = self.now_ns;
        let mut due: BinaryHeap<Reverse<(u64, usize)>> =
            (0..lanes.len()).map(|lane| Reverse((now_ns, lane))).collect();
        while let Some(Reverse((at_ns, index))) = due.pop() {
            self.now_ns = at_ns;
            let lane = &mut lanes[index];
            if lane.call.is_none()
                && let Some(chain) = waiting.next()
            {
                *lane = Lane::of(chain);
            }
            if let Some(next_ns) = self.send(lane) {
                due.push(Reverse((next_ns, index)));
            }
        }
    }

    /// Sends what is left of the lane's call, now. When it sends again; never, if it has nothing more to send.
    fn send(&mut self, lane: &mut Lane<'_>) -> Option<u64> {
        let call = lane.call?;
        let mut refused = 0;
        for _ in 0..lane.left {
            refused += u32::from(!self.admits(call));
        }
        self.seen.requests += 1;
        self.seen.asked += u64::from(lane.left);
        let answered_ns = self.now_ns.saturating_add(self.terms.request_ns);
        if refused == 0 {
            self.seen.calls += 1;
            lane.advance();
            return Some(answered_ns);
        }
        self.seen.throttled += 1;
        self.seen.refused += u64::from(refused);
        lane.tries = if refused < lane.left { 0 } else { lane.tries + 1 };
        lane.left = refused;
        self.seen.given_up += u64::from(lane.tries == tries_max(call));
        let pause_ns = self.pause_ns(lane.tries);
        self.seen.paused_ns = self.seen.paused_ns.saturating_add(pause_ns);
        if lane.tries == TRIES_END {
            lane.advance();
        }
        Some(answered_ns.saturating_add(pause_ns))
    }

    fn admits(&mut self, call: &Call) -> bool {
        if !self.limited {
            return true;
        }
        let (Terms { mode, splits, .. }, now_ns) = (*self.terms, self.now_ns);
        let new = || Partitions::new(call.table.resource(), mode, splits, now_ns);
        let partitions = self.tables.entry(call.table).or_insert_with(new);
        match partitions.admit(call.operation, call.half_units, call.key, now_ns) {
            Ok(()) => true,
            Err(reason) => {
                *self.seen.reasons.entry(reason).or_default() += 1;
                false
            }
        }
    }

    fn pause_ns(&mut self, tries: u32) -> u64 {
        let doubled = 2_u64.saturating_pow(tries.saturating_sub(1));
        let bound_ns = PAUSE_FIRST_NS.saturating_mul(doubled).min(PAUSE_NS_MAX);
        self.draw.below(bound_ns)
    }
}
