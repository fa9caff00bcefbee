//! One row of `resources/NNNN.parquet`: one second of the generator and of the target.

/// One second. Shares are in 0..=1; what could not be read is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceRow {
    /// Whole seconds from the run's start, at the end of this second.
    pub second: u32,
    /// Whether a measured phase ran.
    pub measured: bool,
    /// Own CPU time over the CPU time given.
    pub cpu_share: f64,
    /// Own resident memory.
    pub rss_bytes: u64,
    /// Own open descriptors.
    pub descriptors: u32,
    /// Ephemeral TCP ports in use on the machine.
    pub ports: u32,
    /// CPU time taken by the hypervisor, over all cores.
    pub steal_share: f64,
    /// Jump of the wall clock against the monotonic one in this second, signed, in microseconds.
    pub clock_step_us: i64,
    /// Released in this second.
    pub released: u64,
    /// Ended in this second, whatever the outcome.
    pub ended: u64,
    /// Arrivals being served at its end.
    pub in_flight: u32,
    /// Arrivals waiting for a user at its end.
    pub waiting: u32,
    /// 99th percentile of first-step lateness in this second.
    pub lateness_p99_us: Option<u64>,
    /// The target's CPU time in this second in cores, where it is a child.
    pub target_cpu_cores: Option<f64>,
    /// The target's resident memory, where it is a child.
    pub target_rss_bytes: Option<u64>,
    /// 99th percentile of how late the bare thread was woken in this second.
    pub timer_probe_p99_us: Option<u64>,
    /// 99th percentile of how late the task in the users' runtime was woken in this second.
    pub runtime_lag_p99_us: Option<u64>,
    /// Connections opened for requests that ended in this second.
    pub connections_opened: Option<u64>,
    /// Read units a second that the target's store consumed since it last said so.
    pub read_units: Option<f64>,
    /// Write units a second that the target's store consumed since it last said so.
    pub write_units: Option<f64>,
}
