//! What all requests share.

use std::{sync::Arc, time::Duration};

use chat_store::Store;
use http::HeaderValue;
use tokio::sync::Semaphore;

use crate::{complaints::Complaints, hub::Hub, metrics::Metrics, token::Verifier, views::Views};

/// The state of the service, over any store.
pub(crate) struct App<S> {
    pub(crate) store: Arc<S>,
    pub(crate) verifier: Verifier,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) complaints: Complaints,
    /// How far back callers may look.
    pub(crate) views: Views,
    /// The name in `Server-Timing`; checked by `serve::Config`.
    pub(crate) instance: String,
    /// One permit for each request being answered.
    pub(crate) in_flight: Semaphore,
    /// How long an answer may take.
    pub(crate) deadline: Duration,
}

/// What the server decides about an `App`.
pub(crate) struct Settings {
    pub(crate) instance: String,
    pub(crate) in_flight_max: usize,
    pub(crate) deadline: Duration,
    /// Readers of live events at once.
    pub(crate) readers_max: usize,
}

impl<S: Store> App<S> {
    pub(crate) fn new(store: S, verifier: Verifier, settings: Settings) -> Arc<Self> {
        let store = Arc::new(store);
        let metrics = Arc::new(Metrics::over(Arc::clone(&store)));
        Arc::new(Self {
            store,
            verifier,
            hub: Arc::new(Hub::new(settings.readers_max, Arc::clone(&metrics))),
            metrics,
            complaints: Complaints::default(),
            views: Views::default(),
            instance: settings.instance,
            in_flight: Semaphore::new(settings.in_flight_max),
            deadline: settings.deadline,
        })
    }

    /// `Server-Timing` in the form `app;dur=1.234;desc="name", store;dur=0.567`: milliseconds, in
    /// microsecond steps.
    pub(crate) fn server_timing(&self, app: Duration, store: Duration) -> HeaderValue {
        let value = format!(
            "app;dur={:.3};desc=\"{}\", store;dur={:.3}",
            app.as_secs_f64() * 1e3,
            self.instance,
            store.as_secs_f64() * 1e3
        );
        HeaderValue::try_from(value).expect("the instance's name was checked to be plain ASCII")
    }
}
