//! Holds the current credentials and renews them before they end, away from every request.

use std::{
    sync::{Arc, RwLock},
    time::Duration,
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};

use crate::{causes::causes, clock};

/// A source that answers nothing for longer has failed; STS and the container agent answer in less
/// than one second, a credential process may start an interpreter first.
const LOAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Credentials without an end are asked for again, because a process may omit the end it knows.
const LIFE_WITHOUT_END: Duration = Duration::from_mins(15);
/// The least time between two loads: a source that keeps returning credentials about to end must
/// not be asked in a loop.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// The most time between two tries of a source that fails.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The task and what it holds; the task ends with it.
#[derive(Debug)]
pub(crate) struct Refresher {
    held: Held,
    task: JoinHandle<()>,
}

impl Refresher {
    /// Loads for the first time, then in the background at half of what is left of their life.
    pub(crate) async fn start(source: SharedCredentialsProvider) -> Result<Self, CredentialsError> {
        let first = load(&source).await?;
        let held = Held(Arc::new(RwLock::new(first.clone())));
        let task = tokio::spawn(refresh(source, held.clone(), first));
        Ok(Self { held, task })
    }

    /// What requests ask: answers at once.
    pub(crate) fn held(&self) -> Held {
        self.held.clone()
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The credentials that are current; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Held(Arc<RwLock<Loaded>>);

#[derive(Clone, Debug)]
struct Loaded {
    credentials: Credentials,
    /// When they end; none if they do not say.
    end: Option<Instant>,
}

impl Held {
    /// The credentials, or an error if they have ended and no others came.
    pub(crate) fn now(&self) -> Result<Credentials, CredentialsError> {
        let loaded = self.0.read().expect("no holder of the lock panics");
        match loaded.end {
            Some(end) if end <= clock::monotonic() => Err(CredentialsError::provider_error(
                "the credentials have expired and could not be renewed",
            )),
            _ => Ok(loaded.credentials.clone()),
        }
    }

    fn replace(&self, loaded: Loaded) {
        *self.0.write().expect("no holder of the lock panics") = loaded;
    }
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.now())
    }
}

async fn refresh(source: SharedCredentialsProvider, held: Held, first: Loaded) {
    let (mut next, mut failures) = (half_life(&first), 0);
    loop {
        sleep_until(next).await;
        match load(&source).await {
            Ok(loaded) => {
                (next, failures) = (half_life(&loaded), 0);
                held.replace(loaded);
            }
            Err(error) => {
                let pause = (PAUSE_MIN * 2_u32.saturating_pow(failures)).min(PAUSE_MAX);
                (next, failures) = (clock::monotonic() + pause, (failures + 1).min(5));
                let still_good = held.now().is_ok();
                tracing::warn!(error = %causes(&error), still_good, "credentials were not renewed");
            }
        }
    }
}

async fn load(source: &SharedCredentialsProvider) -> Result<Loaded, CredentialsError> {
    let credentials = timeout(LOAD_TIMEOUT, source.provide_credentials())
        .await
        .unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(LOAD_TIMEOUT)))?;
    let left =
        credentials.expiry().map(|end| end.duration_since(clock::wall()).unwrap_or_default());
    Ok(Loaded { credentials, end: left.map(|left| clock::monotonic() + left) })
}

fn half_life(loaded: &Loaded) -> Instant {
    let now = clock::monotonic();
    let left = loaded.end.map_or(LIFE_WITHOUT_END, |end| end.saturating_duration_since(now));
    now + (left / 2).max(PAUSE_MIN)
}
