//! What a way of sending requests must do: HTTP in runs, a model with known latency in tests.

use std::future::Future;

use load_plan::plan::Endpoint;

use crate::clock::Clock;
use crate::times::Times;

/// A request with every placeholder filled. Not to be shown: it holds tokens.
pub(crate) struct Prepared {
    /// Which base URL it goes to.
    pub(crate) endpoint: Endpoint,
    /// `GET`, `PUT`, …
    pub(crate) method: String,
    /// Path and query, percent-encoded.
    pub(crate) path: String,
    /// Header fields: lower-case name, value.
    pub(crate) headers: Vec<(String, String)>,
    /// Body and its content type.
    pub(crate) body: Option<(Vec<u8>, &'static str)>,
}

/// A response whose body was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// Body bytes.
    pub(crate) bytes_in: u64,
    /// `Server-Timing: app`, in microseconds.
    pub(crate) server_us: Option<u64>,
    /// `Server-Timing: store`, in microseconds.
    pub(crate) store_us: Option<u64>,
    /// `desc` of `Server-Timing: app`.
    pub(crate) instance: Option<String>,
    /// What the target calls the error, where the status tells of one.
    pub(crate) error_code: Option<String>,
    /// How long the connection that was opened for this request took to be set up.
    pub(crate) connect_us: Option<u64>,
    /// Whether no connection was opened for this request.
    pub(crate) reused: Option<bool>,
}

/// Why there is no reply: a word for the `error_class` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure(pub(crate) &'static str);

/// Sends requests.
pub(crate) trait Exchange: Send + Sync + 'static {
    /// What a user keeps from one request to the next, such as a connection.
    type Kept: Default + Send;

    /// Sends one request and reads its whole reply, noting each instant in `times` as it happens.
    /// Without time limit of its own: the caller drops it when its time is up.
    fn send(
        &self,
        kept: &mut Self::Kept,
        clock: &Clock,
        request: Prepared,
        times: &mut Times,
    ) -> impl Future<Output = Result<Reply, Failure>> + Send;
}
