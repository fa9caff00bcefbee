//! What the store says that its operations consumed, among the metrics: read when somebody asks, so that
//! there is one count of it.

use std::{
    fmt::{self, Debug, Formatter},
    sync::Arc,
};

use chat_store::{Consumed, Store};
use prometheus_client::{
    collector::Collector,
    encoding::{CounterValueEncoder, DescriptorEncoder, EncodeCounterValue, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter},
};

/// Asks a store.
pub(crate) struct Consumption<S>(pub(crate) Arc<S>);

/// A name, what it counts, and where it stands in what the store says.
type Metric = (&'static str, &'static str, fn(&Consumed) -> Value);

const METRICS: [Metric; 4] = [
    ("store_calls", "Calls of an operation of the store", |of| Value::Whole(of.calls)),
    ("store_requests", "Requests sent for an operation of the store, each attempt counted", |of| {
        Value::Whole(of.requests)
    }),
    ("store_read_units", "Read units that an operation consumed", |of| Value::Part(of.read_units)),
    ("store_write_units", "Write units that an operation consumed", |of| {
        Value::Part(of.write_units)
    }),
];

/// Units come in halves.
#[derive(Clone, Copy, Debug)]
enum Value {
    Whole(u64),
    Part(f64),
}

impl EncodeCounterValue for Value {
    fn encode(&self, encoder: &mut CounterValueEncoder<'_>) -> fmt::Result {
        match self {
            Self::Whole(value) => value.encode(encoder),
            Self::Part(value) => value.encode(encoder),
        }
    }
}

impl<S: Store> Collector for Consumption<S> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let consumed = self.0.consumed();
        if consumed.is_empty() {
            return Ok(());
        }
        for (name, help, value) in METRICS {
            let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for of in &consumed {
                let labels = [("operation", of.operation.name())];
                ConstCounter::new(value(of)).encode(metric.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

impl<S> Debug for Consumption<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Consumption")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chat_domain::{AccountId, RoomId};
    use chat_store::dynamo::{DynamoStore, Endpoint, Options};

    use crate::metrics::Metrics;

    use super::*;

    /// A local engine that is not there: what is counted is that it was asked in vain.
    #[tokio::test]
    async fn operations_are_told_by_name() {
        let endpoint = Endpoint::Local { url: "http://127.0.0.1:9".to_owned() };
        let mut options = Options::new(endpoint, "t-");
        options.timeouts.operation = Duration::from_millis(200);
        let store = Arc::new(DynamoStore::open(options).await.unwrap());
        let (room, account) = (RoomId::new(1).unwrap(), AccountId::new(1).unwrap());
        store.is_member(room, account).await.unwrap_err();
        let text = Metrics::over(store).text();
        assert!(text.contains("chat_store_calls_total{operation=\"is_member\"} 1\n"), "{text}");
        assert!(text.contains("chat_store_read_units_total{operation=\"is_member\"} 0"), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn a_store_that_meters_nothing_says_nothing() {
        let text = Metrics::over(Arc::new(chat_store::model::ModelStore::default())).text();
        assert!(!text.contains("units") && text.ends_with("# EOF\n"), "{text}");
    }
}
