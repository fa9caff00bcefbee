//! What the service counts, as `OpenMetrics` text. Label values come from fixed sets, so that no client
//! can make a new series.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use chat_store::Store;
use http::{Method, StatusCode};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use crate::consumption::Consumption;

/// The route of requests that match none.
pub(crate) const UNMATCHED: &str = "unmatched";

/// One answer.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: &'static str,
}

/// Where time was spent.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
    method: &'static str,
}

/// A call of the store contract.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CallLabels {
    call: &'static str,
}

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// All of them.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Durations<RouteLabels>,
    store_seconds: Durations<CallLabels>,
    shed: Counter,
    connections: Gauge<i64, std::sync::atomic::AtomicI64>,
    event_streams: Gauge<i64, std::sync::atomic::AtomicI64>,
    events_published: Counter,
    events_delivered: Counter,
    event_resyncs: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("chat");
        let metrics = Self {
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(durations),
            store_seconds: Family::new_with_constructor(durations),
            shed: Counter::<u64, AtomicU64>::default(),
            connections: Gauge::default(),
            event_streams: Gauge::default(),
            events_published: Counter::default(),
            events_delivered: Counter::default(),
            event_resyncs: Counter::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests answered", metrics.requests.clone());
        registry.register_with_unit(
            "request",
            "Time to answer a request",
            Unit::Seconds,
            metrics.request_seconds.clone(),
        );
        registry.register_with_unit(
            "store",
            "Time of a call of the store",
            Unit::Seconds,
            metrics.store_seconds.clone(),
        );
        registry.register("shed", "Requests turned away for load", metrics.shed.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        metrics.register_events(&mut registry);
        Self { registry, ..metrics }
    }

    fn register_events(&self, registry: &mut Registry) {
        let streams = self.event_streams.clone();
        registry.register("event_streams", "Open streams of live events", streams);
        for (name, help, counter) in [
            ("events_published", "Changes of reactions, read live or not", &self.events_published),
            ("events_delivered", "Events handed to streams", &self.events_delivered),
            ("event_resyncs", "Gaps announced to slow readers", &self.event_resyncs),
        ] {
            registry.register(name, help, counter.clone());
        }
    }

    /// The same, with what this store consumes.
    pub(crate) fn over<S: Store>(store: Arc<S>) -> Self {
        let mut metrics = Self::new();
        metrics.registry.register_collector(Box::new(Consumption(store)));
        metrics
    }

    /// A request was answered; `route` is a template, or `UNMATCHED`.
    pub(crate) fn answered(
        &self,
        route: &str,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let (route, method) = (route.to_owned(), method_label(method));
        self.request_seconds
            .get_or_create(&RouteLabels { route: route.clone(), method })
            .observe(took.as_secs_f64());
        self.requests
            .get_or_create(&RequestLabels { route, method, status: status_label(status) })
            .inc();
    }

    /// A call of the store ended.
    pub(crate) fn store_called(&self, call: &'static str, took: Duration) {
        self.store_seconds.get_or_create(&CallLabels { call }).observe(took.as_secs_f64());
    }

    /// A request was turned away.
    pub(crate) fn request_shed(&self) {
        self.shed.inc();
    }

    /// A connection was accepted.
    pub(crate) fn connection_opened(&self) {
        self.connections.inc();
    }

    /// A connection ended.
    pub(crate) fn connection_closed(&self) {
        self.connections.dec();
    }

    /// A reader of live events came.
    pub(crate) fn event_stream_opened(&self) {
        self.event_streams.inc();
    }

    /// A reader of live events left.
    pub(crate) fn event_stream_closed(&self) {
        self.event_streams.dec();
    }

    /// A change was made, whether anybody reads its room or not.
    pub(crate) fn event_published(&self) {
        self.events_published.inc();
    }

    /// A reader was handed an event.
    pub(crate) fn event_delivered(&self) {
        self.events_delivered.inc();
    }

    /// A reader was told of a gap.
    pub(crate) fn event_resync(&self) {
        self.event_resyncs.inc();
    }

    /// The exposition.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("a string takes every character");
        text
    }
}

/// From 50 µs, below which nothing is told apart, doubling to 1.6 s, near the deadline.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(50e-6, 2.0, 16))
}

fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn status_label(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        500.. => "5xx",
    }
}
