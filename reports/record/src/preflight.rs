//! What the way to the target cost before the run, while nothing else was sent.

use load_plan::plan::Endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spread::Spread;

/// The way to one base URL of the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preflight {
    /// The roles whose requests go there.
    pub endpoints: Vec<Endpoint>,
    /// Its URL.
    pub base: String,
    /// How long opening a TCP connection took: one round trip to whoever accepts it, which may be a relay on the
    /// way.
    pub connect_us: Option<Spread>,
    /// How long opening a TCP connection and the TLS handshake on it took together; none without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_us: Option<Spread>,
    /// From ending a connection that stood to seeing its other end closed: one round trip to whoever reads from it,
    /// without a request. None where the other side did not close in time.
    pub round_trip_us: Option<Spread>,
}
