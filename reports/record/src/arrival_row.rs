//! One row of `arrivals/NNNN.parquet`: a step attempted, or an arrival that started none.

/// One row for each step attempted, plus one (`step` none) for an arrival that started none.
/// The arrival's outcome is that of its row with `last`. Times are nanoseconds from the run's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrivalRow {
    /// Of the arrival.
    pub seq: u64,
    /// Of the arrival in its stream.
    pub n: u64,
    /// Index into the plan's streams.
    pub stream: u16,
    /// Index into the stream's phases.
    pub phase: u16,
    /// Index into the plan's journeys.
    pub journey: u16,
    /// Index into the journey's steps; none if none was started.
    pub step: Option<u16>,
    /// Whether the arrival's phase is measured.
    pub measured: bool,
    /// Whether this is the arrival's last row.
    pub last: bool,
    /// Of the step.
    pub due_ns: u64,
    /// When the pacer let the arrival go.
    pub released_ns: Option<u64>,
    /// When the request was handed to the HTTP client.
    pub sent_ns: Option<u64>,
    /// When the response head was in hand.
    pub first_byte_ns: Option<u64>,
    /// When the body was read.
    pub done_ns: Option<u64>,
    /// Whether a user was free at release.
    pub user_free: bool,
    /// What became of this step, or of the arrival where `step` is none.
    pub outcome: Outcome,
    /// Why it did not complete.
    pub error_class: Option<&'static str>,
    /// Of the response.
    pub status: Option<u16>,
    /// Body bytes received.
    pub bytes_in: u64,
    /// Body bytes sent.
    pub bytes_out: u64,
    /// `app` of `Server-Timing`.
    pub server_us: Option<u64>,
    /// `store` of `Server-Timing`.
    pub store_us: Option<u64>,
    /// Time to set up the connection, where one was set up for this request and that is known.
    pub connect_us: Option<u64>,
    /// Whether the connection had served a request before, where that is known.
    pub reused: Option<bool>,
    /// `desc` of `Server-Timing`: which instance answered.
    pub instance: Option<String>,
    /// Which worker sent it; 0 where there is one.
    pub worker: u16,
    /// What the target calls the error that its status tells of.
    pub error_code: Option<String>,
}

/// How an arrival or a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Every expectation held.
    Completed,
    /// Expectation, connection, protocol or panic.
    Failed,
    /// Past its time-out.
    TimedOut,
    /// Released, never started.
    Dropped,
    /// Started, unfinished at the drain limit or interrupt.
    Abandoned,
    /// Never released.
    Unreleased,
    /// Given to a worker whose outcome never came.
    Lost,
}

impl Outcome {
    /// In the order of the sum that makes up the planned arrivals.
    pub const ALL: [Self; 7] = [
        Self::Completed,
        Self::Failed,
        Self::TimedOut,
        Self::Dropped,
        Self::Abandoned,
        Self::Unreleased,
        Self::Lost,
    ];

    /// As in the column `outcome`, and as the counter of the same name in `run.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Dropped => "dropped",
            Self::Abandoned => "abandoned",
            Self::Unreleased => "unreleased",
            Self::Lost => "lost",
        }
    }

    /// The outcome of that name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }
}
