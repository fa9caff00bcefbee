//! Credentials of a bad day, for a local engine, which takes any: they take their time and end soon.
//!
//! What slow credentials do to requests can so be tried without an account. Lives are shortened, so that
//! minutes show what would take days: seconds here stand for quarters of an hour.

use std::time::Duration;

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, future},
};
use aws_sdk_dynamodb::config::{IdentityCache, SharedIdentityCache};
use tokio::time::sleep;

use crate::clock;

/// As long as taking on a role over the network, or starting an interpreter that prints them.
pub(super) const TAKES: Duration = Duration::from_millis(300);
/// How long they live. The refresher renews at half of it and so has over a second to spare.
pub(super) const LIFE: Duration = Duration::from_secs(3);
/// How long before their end the SDK's cache gives them up: as long as they live, which is what a cache
/// meets whose source holds its own credentials until shortly before their end. The SDK takes a random
/// part of up to a half off, so they serve for 0 to 1.5 s: of requests two seconds apart each renews.
const BUFFER: Duration = LIFE;

/// Who renews credentials, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// A task, in the background.
    Refresher,
    /// The cache of the SDK, when a request finds that they are about to end.
    SdkLazy,
}

/// The SDK's own cache, with a buffer that does not fit the life of the credentials.
pub(crate) fn sdk_cache() -> SharedIdentityCache {
    IdentityCache::lazy().buffer_time(BUFFER).build()
}

/// Where such credentials come from.
#[derive(Debug)]
pub(crate) struct SlowSource;

impl ProvideCredentials for SlowSource {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            sleep(TAKES).await;
            let end = clock::wall() + LIFE;
            Ok(Credentials::new("local", "local", None, Some(end), "rehearsal"))
        })
    }
}
