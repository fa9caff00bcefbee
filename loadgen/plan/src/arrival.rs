//! One planned start: a value that carries its due time through the whole program.

/// One planned start. Later stages add to it and never lose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Global, by due time (ties: by stream).
    pub seq: u64,
    /// Index in its stream, over all its phases.
    pub n: u64,
    /// Nanoseconds from the run's start.
    pub due_ns: u64,
    /// Index into `Plan::streams`.
    pub stream: u16,
    /// Index into the stream's phases.
    pub phase: u16,
    /// Index into `Plan::journeys`.
    pub journey: u16,
}
