//! Where the tables are and how long to wait for them.

use std::time::Duration;

use chat_domain::Node;

use crate::credentials::{Renewal, Source};

/// Where DynamoDB is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A local engine: an `http` address on this machine, asked with made-up credentials, so that
    /// real ones never reach it.
    Local {
        /// `http://127.0.0.1:8000`.
        url: String,
    },
    /// A local engine as above, whose made-up credentials are slow and short-lived, to see what that does.
    Rehearsal {
        /// `http://127.0.0.1:8000`.
        url: String,
        /// Who renews them.
        renewal: Renewal,
    },
    /// The service.
    Region {
        /// `ap-northeast-1`.
        region: String,
        /// Refuse to open if the credentials belong to another account.
        account: Option<String>,
    },
}

/// How the store runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it is.
    pub endpoint: Endpoint,
    /// What the names of its tables begin with.
    pub table_prefix: String,
    /// The number of this instance in message ids. Two instances on the same tables need two
    /// numbers.
    pub node: Node,
    /// The most units, read and written together, in a second; above it calls are refused as
    /// `Overloaded` without a request.
    pub units_per_s_max: Option<u32>,
    /// Where the credentials for a region come from.
    pub credentials: Source,
    /// How long to wait.
    pub timeouts: Timeouts,
}

impl Options {
    /// The only instance, no cap, credentials from the default chain.
    pub fn new(endpoint: Endpoint, table_prefix: impl Into<String>) -> Self {
        Self {
            endpoint,
            table_prefix: table_prefix.into(),
            node: Node::FIRST,
            units_per_s_max: None,
            credentials: Source::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// How long each part of a call may take. The SDK has no limit of its own for any but the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Making a connection.
    pub connect: Duration,
    /// One attempt of a read.
    pub read_attempt: Duration,
    /// One attempt of a write.
    pub write_attempt: Duration,
    /// A call of the contract, whatever requests and attempts it takes.
    pub operation: Duration,
}

impl Default for Timeouts {
    /// DynamoDB answers in single milliseconds. An attempt that has taken ten times the objective
    /// of its call (30 and 50 ms) is better tried elsewhere; a write gets twice as long, because
    /// giving up on it leaves the outcome unknown. 1.5 s are three reads that fail, each with its
    /// pause: after that the caller is told, and sheds load rather than wait.
    fn default() -> Self {
        Self {
            connect: Duration::from_millis(500),
            read_attempt: Duration::from_millis(400),
            write_attempt: Duration::from_millis(800),
            operation: Duration::from_millis(1500),
        }
    }
}
