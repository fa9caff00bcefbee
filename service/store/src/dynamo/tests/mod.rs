//! The store on DynamoDB Local: the contract, its units, and what happens when requests fail.

mod tables;

mod contract;
mod schema;
mod units;

mod wire;

mod fill;
mod pages;
mod consistency;
mod replies;

mod account;
mod conflicts;
mod faults;
mod throttle;

mod relay;

mod sockets;

use std::{env, time::Duration};

pub(crate) use tables::TestTables;

use super::{DynamoStore, Endpoint, Options, Timeouts};

/// Where the local engine is.
pub(super) fn endpoint() -> String {
    env::var("HANNO_TEST_DYNAMODB")
        .expect("run `cargo xtask services up`, and set HANNO_TEST_DYNAMODB to what it prints")
}

/// With time-outs that a busy machine does not reach.
pub(super) fn options(prefix: &str) -> Options {
    let timeouts = Timeouts {
        connect: Duration::from_secs(10),
        read_attempt: Duration::from_secs(20),
        write_attempt: Duration::from_secs(20),
        operation: Duration::from_mins(1),
    };
    Options { timeouts, ..Options::new(Endpoint::Local { url: endpoint() }, prefix) }
}
