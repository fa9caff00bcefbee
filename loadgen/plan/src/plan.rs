//! The resolved, total form of a scenario: after this nothing re-checks, and nothing is optional that has a default.
//!
//! The plan says what is sent and when, never where: the target is kept beside it, so that two runs
//! of one plan against two builds have the same `plan_sha256`.

mod phase;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use phase::{
    Burst, Closed, Cycle, Fraction, Offsets, Phase, PhaseKind, Rate, Replay, Spacing, Speed,
};

/// Grows when the same plan and seed would give other arrivals; part of every key and of the record.
pub const SCHEDULE_VERSION: u32 = 1;

/// What is sent and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The scenario's own name.
    pub name: String,
    /// Seeds every draw.
    pub seed: u64,
    /// In file order; `Arrival::stream` is an index into this list.
    pub streams: Vec<Stream>,
    /// In file order; `Arrival::journey` is an index into this list.
    pub journeys: Vec<Journey>,
    /// Tables that journeys draw rows from.
    pub tables: Vec<Table>,
    /// Never empty: without objectives in the file, `errors <= 0.1%` on every step is implied.
    pub objectives: Vec<Objective>,
    /// Which rows are kept.
    pub record: Record,
    /// Whether requests carry `hanno-arrival: run/seq/step`.
    pub trace_header: bool,
    /// How long after the last due time unfinished arrivals may go on, in nanoseconds.
    pub drain_ns: u64,
    /// When the run stops early, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_on: Option<AbortOn>,
}

/// Limits at which a run stops: going on would cost much and show nothing more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbortOn {
    /// Each is held against the requests of the last `delay_ns`, warm-up included, once that has passed.
    pub limits: Vec<Objective>,
    /// In nanoseconds, whole seconds, > 0.
    pub delay_ns: u64,
}

/// One independent arrival process with its own mix of journeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// `[a-z0-9_-]{1,64}`, unique.
    pub name: String,
    /// The fraction of an arrival that is owed before the start, `u` of the even spacing.
    pub offset: Fraction,
    /// Journeys and their weights (> 0).
    pub mix: Vec<Weighted>,
    /// Without gaps, in order of time.
    pub phases: Vec<Phase>,
    /// How many arrivals may be served at once; 0 for a stream of readers.
    pub users: u32,
    /// How many released arrivals may wait for a user; one more is dropped.
    pub queue: u32,
    /// How long a released arrival may wait for a user before it is dropped, in nanoseconds.
    pub max_wait_ns: u64,
}

/// A journey and its share of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weighted {
    /// Index into `Plan::journeys`.
    pub journey: u16,
    /// Relative to the sum of the stream's weights.
    pub weight: u32,
}

/// What one arrival does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Journey {
    /// `[a-z0-9_-]{1,64}`, unique.
    pub name: String,
    /// Index into `Plan::tables` of the table a row is drawn from.
    pub table: Option<u16>,
    /// At least one.
    pub steps: Vec<Step>,
}

/// One request of a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Free text; unique in its journey, and one name means one kind of request over all journeys.
    pub name: String,
    /// `read`, `write` or `admin`: the role whose base URL is used.
    pub endpoint: Endpoint,
    /// What is sent.
    pub request: Request,
    /// Statuses that complete the step.
    pub expect: Vec<u16>,
    /// From the moment it is sent to the last byte of the body, in nanoseconds.
    pub timeout_ns: u64,
    /// When the step is due; the first step is due with its arrival.
    pub after: After,
}

/// When a step after the first is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum After {
    /// This long after the previous step was done (`think`; 0 by default).
    Done {
        /// In nanoseconds.
        think_ns: u64,
    },
    /// This long after the previous step was due, or when that is done if that is later (`every`).
    Due {
        /// In nanoseconds.
        every_ns: u64,
    },
}

/// The role of a base URL.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Administration.
    Admin,
}

/// A request whose parts may hold placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `GET`, `PUT`, …
    pub method: String,
    /// Path and query; placeholders are percent-encoded.
    pub path: Template,
    /// Further header fields.
    pub headers: Vec<Header>,
    /// The token of an `authorization: Bearer` field.
    pub bearer: Option<Template>,
    /// What is in the body.
    pub body: Option<Body>,
}

/// One header field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Lower case.
    pub name: String,
    /// Its value.
    pub value: Template,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// A JSON value; a string that is one placeholder alone takes the type of its value.
    Json(JsonTemplate),
    /// Sent as it is, after placeholders.
    Text(Template),
}

/// A JSON value with placeholders in its strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JsonTemplate {
    /// Copied as it is: a number (as text, so that it is exact), a truth value, null.
    Literal(String),
    /// A string.
    Text(Template),
    /// A list.
    List(Vec<JsonTemplate>),
    /// An object, in file order.
    Object(Vec<(String, JsonTemplate)>),
}

/// Text cut once into pieces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Template(pub Vec<Piece>);

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    /// Copied.
    Text(String),
    /// `{{column}}`: the drawn row's value.
    Column(String),
    /// `{{message}}` where the table has the list column `messages`: one element, drawn by (stream, n).
    Element(String),
    /// `{{pick:a,b}}`: one of the words, drawn by (stream, n, slot).
    Pick {
        /// What is chosen from.
        words: Vec<String>,
        /// Which pick of the journey this is, so that two picks are independent.
        slot: u16,
    },
}

/// A table of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// As journeys name it.
    pub name: String,
    /// A JSON-lines file beside the scenario; `None`: the target provides the rows.
    pub file: Option<String>,
    /// Columns that reach no record, report, log or error.
    pub secret: Vec<String>,
    /// How a row is drawn.
    pub pick: Pick,
}

/// How a row is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Pick {
    /// Every row alike.
    Uniform {},
    /// Row k (from 1) in proportion to k^-exponent.
    Zipf {
        /// As written in the file, e.g. `1.1`.
        exponent: String,
    },
}

/// A limit on one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The step's name.
    pub step: String,
    /// As written, e.g. `p99 <= 50ms`.
    pub text: String,
    /// Whether Hanno added it because the file has none.
    pub implied: bool,
    /// What it limits.
    pub limit: Limit,
}

/// What an objective limits. Shares are in parts per million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Limit {
    /// At most `1 - quantile` of the requests took longer than `at_most_ns` or did not complete.
    Latency {
        /// Which time.
        time: Time,
        /// p99 is 990 000.
        quantile_ppm: u32,
        /// In nanoseconds.
        at_most_ns: u64,
    },
    /// At most this share did not complete.
    Errors {
        /// 0.1 % is 1000.
        at_most_ppm: u32,
    },
    /// At least this share of the planned arrivals was offered.
    Rate {
        /// 99 % is 990 000.
        at_least_ppm: u32,
    },
}

impl Limit {
    /// The share of requests that may be over it, in parts per million: 1 - quantile for a latency, the share
    /// itself for errors, 1 - share for a rate.
    pub fn allowed_ppm(self) -> u32 {
        const PPM: u32 = 1_000_000;
        match self {
            Self::Latency { quantile_ppm, .. } => PPM.saturating_sub(quantile_ppm),
            Self::Errors { at_most_ppm } => at_most_ppm,
            Self::Rate { at_least_ppm } => PPM.saturating_sub(at_least_ppm),
        }
    }
}

/// Which time an objective speaks of.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Time {
    /// Done less due.
    Response,
    /// Done less sent.
    Service,
    /// What the server says in `Server-Timing`.
    Server,
    /// From the change to its event.
    Delivery,
}

/// Which rows the record keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Record {
    /// Every arrival.
    All {},
    /// Those whose `seq` is a multiple of `n`.
    OneIn {
        /// At least 2.
        n: u32,
    },
    /// None.
    None {},
}
