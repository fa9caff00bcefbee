//! When measured phases run: the probes and the machine are judged over that time alone.

use load_plan::plan::Plan;

/// The stretches of time in which at least one stream is in a measured phase.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// Start and end in nanoseconds, in order of start.
    stretches: Vec<(u64, u64)>,
}

impl Measured {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut stretches: Vec<(u64, u64)> = plan
            .streams
            .iter()
            .flat_map(|stream| &stream.phases)
            .filter(|phase| phase.measured)
            .map(|phase| (phase.start_ns, phase.start_ns + phase.duration_ns))
            .collect();
        stretches.sort_unstable();
        Self { stretches }
    }

    pub(crate) fn covers(&self, instant_ns: u64) -> bool {
        self.stretches.iter().any(|&(start, end)| (start..end).contains(&instant_ns))
    }
}
