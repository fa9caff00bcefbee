//! `run.json`: what a run was, what became of every arrival, and how it was judged.
//!
//! Names here are a contract with scripts; they change only with `SCHEMA` and a stated reason.

use std::collections::BTreeMap;

use load_plan::plan::Plan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aborted::AbortedBy;
use crate::audit::Audit;
use crate::breakdown::{InstanceResult, PhaseResult, PlaceResult};
use crate::environment::Environment;
use crate::live::Live;
use crate::preflight::Preflight;
use crate::scraped::Scraped;
use crate::spread::Spread;

/// The version of the whole record.
pub const SCHEMA: u32 = 1;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Version of the record's form.
    pub schema: u32,
    /// How far the run came.
    pub state: State,
    /// Instant 0 of every time in the record, Unix time in nanoseconds.
    pub started_unix_ns: u64,
    /// When the last outcome was known, from instant 0; none while running.
    pub ended_ns: Option<u64>,
    /// Why the preflight could not reach the target, where it could not: then nothing was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<String>,
    /// The limit that stopped the run, where `[abort_on]` did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted_by: Option<AbortedBy>,
    /// The judgement; none while running.
    pub verdict: Option<Verdict>,
    /// What led to it, gravest first.
    pub findings: Vec<Finding>,
    /// Of the whole run.
    pub counts: Counts,
    /// Share of the planned arrivals of measured phases that were offered; none if none was planned.
    pub achieved: Option<f64>,
    /// Seeds every draw.
    pub seed: u64,
    /// Version of the arithmetic behind the schedule.
    pub schedule_version: u32,
    /// SHA-256 of what `hanno schedule FILE --format csv` prints.
    pub schedule_sha256: String,
    /// SHA-256 of the resolved plan.
    pub plan_sha256: String,
    /// What flags changed in the scenario, e.g. `scale` -> `1/10`.
    pub overrides: BTreeMap<String, String>,
    /// The resolved plan.
    pub plan: Plan,
    /// One for each stream, in the plan's order.
    pub streams: Vec<StreamResult>,
    /// One for each stream and step, of measured phases.
    pub steps: Vec<StepResult>,
    /// One for each stream, step and measured phase in which something arrives.
    #[serde(default)]
    pub phases: Vec<PhaseResult>,
    /// One for each stream, step and instance of the target that answered, of measured phases.
    #[serde(default)]
    pub instances: Vec<InstanceResult>,
    /// One for each stream and journey, of measured phases.
    pub journeys: Vec<JourneyResult>,
    /// One for each objective of the plan, of measured phases.
    pub objectives: Vec<ObjectiveResult>,
    /// What went wrong, by class, of the whole run.
    pub errors: Vec<ErrorCount>,
    /// How requests of measured phases came to their connections.
    #[serde(default)]
    pub connections: Connections,
    /// What the target's store consumed in the whole run, by operation; empty where it does not say.
    #[serde(default)]
    pub consumed: Vec<ConsumedUnits>,
    /// What came of asking the target for its metrics; none where it was not asked.
    #[serde(default)]
    pub scraped: Option<Scraped>,
    /// What the way to the target cost before the run, by base URL.
    #[serde(default)]
    pub preflight: Vec<Preflight>,
    /// Live events; none where the plan has no readers.
    #[serde(default)]
    pub live: Option<Live>,
    /// The generator's own delay at first steps of measured phases.
    pub lateness_us: Option<Spread>,
    /// The time no user was free, of measured phases.
    pub wait_us: Option<Spread>,
    /// How late a task in the users' runtime was woken, while measured phases ran.
    pub runtime_lag_us: Option<Spread>,
    /// How late a bare thread was woken, while measured phases ran.
    pub timer_probe_us: Option<Spread>,
    /// What the generator used of what it was given, while measured phases ran.
    pub watch: Watch,
    /// Where it ran, and against what.
    pub environment: Environment,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Still going, or killed.
    Running,
    /// To its end.
    Finished,
    /// Stopped by a signal.
    Interrupted,
    /// Stopped by Hanno itself, e.g. because the target could not be reached or the disk was full.
    Aborted,
}

/// The judgement of a run; precedence INVALID > FAIL > INCONCLUSIVE > PASS.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Every objective holds.
    Pass,
    /// Too little was seen to decide.
    Inconclusive,
    /// An objective does not hold.
    Fail,
    /// The run says nothing about the target.
    Invalid,
}

/// How grave a finding is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Doubtful, but judged.
    Warning,
    /// The target missed an objective.
    Fail,
    /// The run cannot be believed.
    Invalid,
}

/// A judged fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// `GENERATOR_LATE`, …; `hanno explain CODE` says what it means.
    pub code: String,
    /// How grave.
    pub severity: Severity,
    /// The stream, step or objective it speaks of; none for the whole run.
    pub subject: Option<String>,
    /// The figures behind it by name, with the unit last in the name.
    pub numbers: BTreeMap<String, f64>,
}

/// `planned = completed + failed + timed_out + dropped + abandoned + unreleased + lost`, each counted where it happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// By the schedule. While the run goes on, more than the others together: the rest is under way or still to come.
    pub planned: u64,
    /// Every step done and every expectation held.
    pub completed: u64,
    /// An expectation, the connection or the protocol failed, or a journey panicked.
    pub failed: u64,
    /// A step passed its time-out.
    pub timed_out: u64,
    /// Released, never started: the queue was full or the wait limit passed.
    pub dropped: u64,
    /// Started, unfinished at the drain limit or interrupt.
    pub abandoned: u64,
    /// Never released: interrupted or aborted before.
    pub unreleased: u64,
    /// Given to a worker whose outcome never came.
    pub lost: u64,
}

impl Counts {
    /// The sum of all ends; equal to `planned` when every arrival is accounted for.
    pub fn ended(&self) -> u64 {
        [
            self.completed,
            self.failed,
            self.timed_out,
            self.dropped,
            self.abandoned,
            self.unreleased,
            self.lost,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}

/// What became of a stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamResult {
    /// The stream.
    pub name: String,
    /// Of the whole run.
    pub counts: Counts,
    /// Of measured phases.
    pub measured: Counts,
    /// How its arrivals were spread in time; absent while the run goes on, and where nothing arrives in a measured phase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<Audit>,
    /// Response times by place in a cluster, of measured phases; empty while the run goes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceResult>,
}

/// What one step of a stream took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepResult {
    /// The stream.
    pub stream: String,
    /// The step.
    pub step: String,
    /// Completed requests: those in the histograms.
    pub count: u64,
    /// Requests due that are in no histogram, arrivals that never started it included for a first step.
    pub not_completed: u64,
    /// Done less due.
    pub response_us: Option<Spread>,
    /// Done less sent.
    pub service_us: Option<Spread>,
    /// What the server says.
    pub server_us: Option<Spread>,
    /// What the server says of its store; a part of `server_us`.
    #[serde(default)]
    pub store_us: Option<Spread>,
    /// From the change to its event.
    pub delivery_us: Option<Spread>,
}

/// What whole journeys of a stream took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyResult {
    /// The stream.
    pub stream: String,
    /// The journey.
    pub journey: String,
    /// Arrivals all of whose steps completed.
    pub count: u64,
    /// The others.
    pub not_completed: u64,
    /// Last step done less the arrival's due time.
    pub response_us: Option<Spread>,
}

/// The exact counter of one objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveResult {
    /// The step.
    pub step: String,
    /// As written.
    pub text: String,
    /// Whether Hanno added it.
    pub implied: bool,
    /// Requests that count for it.
    pub total: u64,
    /// Those beyond the limit (over the time, not completed, or not offered).
    pub over: u64,
    /// How it was decided; none while running.
    pub status: Option<ObjectiveStatus>,
    /// `total` and `over` of each second of the run, by the second in which the outcome was known; empty while running.
    pub seconds: Vec<(u32, u32)>,
}

/// How an objective was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ObjectiveStatus {
    /// It holds.
    Held,
    /// It does not.
    Missed,
    /// Too little was seen.
    Undecided,
}

/// How often something went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorCount {
    /// The stream.
    pub stream: String,
    /// The step.
    pub step: String,
    /// `connect_refused`, `reset`, `status`, `timeout`, …
    pub class: String,
    /// The status, where one came.
    pub status: Option<u16>,
    /// What the target calls it, where its reply is JSON with a word under `error` or `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How often.
    pub count: u64,
    /// How often in which second, by the second in which it was known; seconds without any are left out.
    #[serde(default)]
    pub seconds: Vec<(u32, u32)>,
}

/// How requests came to their connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connections {
    /// Requests for which one was opened.
    pub opened: u64,
    /// Requests that found one.
    pub reused: u64,
    /// How long opening took, where it came to an end.
    pub connect_us: Option<Spread>,
}

/// What one operation of the target's store consumed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsumedUnits {
    /// As the service names it, e.g. `put_reaction`.
    pub operation: String,
    /// How often the service called it.
    pub calls: u64,
    /// Requests to the store behind those calls, repeated ones included.
    pub requests: u64,
    /// Read units in all.
    pub read_units: f64,
    /// Write units in all.
    pub write_units: f64,
}

/// What the generator used of what it was given, over the seconds in which a measured phase ran. Shares are in 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// Seconds seen.
    pub seconds: u32,
    /// Own CPU time over the CPU time it was given, mean.
    pub cpu_share: f64,
    /// The same in the worst second.
    pub cpu_share_max: f64,
    /// CPU time the hypervisor took, over all cores, mean.
    pub steal_share: f64,
    /// Open descriptors over the limit, worst second.
    pub descriptors_share_max: f64,
    /// Ephemeral ports in use over those there are, worst second.
    pub ports_share_max: f64,
    /// Largest jump of the wall clock against the monotonic one within a second, in microseconds.
    pub clock_step_us_max: u64,
    /// Largest resident memory.
    pub rss_bytes_max: u64,
}
