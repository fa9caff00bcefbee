//! One row of `metrics/NNNN.parquet`: what the target said of one of its series in one answer.

/// The most series of a run that are kept: more than anyone looks at, and bounded, since the target names them.
pub const SERIES_MAX: usize = 32;

/// One value, as the target told it: of a counter its sum since the target started.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricRow {
    /// When it was told, from the run's start; 0 before it.
    pub at_ns: u64,
    /// Name and labels, e.g. `http_requests_total{route="/"}`.
    pub series: String,
    /// Whether it only grows while the target runs.
    pub counter: bool,
    /// What was told; finite.
    pub value: f64,
}
