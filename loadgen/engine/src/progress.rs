//! What a person who waits wants to see each second.

use load_plan::plan::Plan;
use run_record::resource_row::ResourceRow;

/// The state of a run at the end of a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Seconds from the run's start.
    pub second: u32,
    /// Seconds that the schedule takes, rounded up.
    pub seconds: u32,
    /// Arrivals released so far, dropped ones included.
    pub released: u64,
    /// Arrivals whose outcome is known.
    pub ended: u64,
    /// Released in this second.
    pub rate: u64,
    /// Arrivals being served.
    pub in_flight: u32,
    /// Arrivals waiting for a user.
    pub waiting: u32,
    /// Lateness of this second.
    pub lateness_p99_us: Option<u64>,
}

impl Progress {
    pub(crate) fn of(row: &ResourceRow, released: u64, ended: u64, plan: &Plan) -> Self {
        Self {
            second: row.second,
            seconds: u32::try_from(plan.end_ns().div_ceil(1_000_000_000)).unwrap_or(u32::MAX),
            released,
            ended,
            rate: row.released,
            in_flight: row.in_flight,
            waiting: row.waiting,
            lateness_p99_us: row.lateness_p99_us,
        }
    }
}
