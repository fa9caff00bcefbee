//! What each call of the contract uses up: units as reported with the replies, and requests sent.

use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
    types::ConsumedCapacity,
};

use crate::{Consumed, Operation, StoreError, bucket::Bucket, clock};

/// Sums since the store was opened, and the cap on units.
#[derive(Debug)]
pub(super) struct Meter {
    sums: Mutex<[Sums; Operation::ALL.len()]>,
    cap: Option<Mutex<Bucket>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    calls: u64,
    requests: u64,
    read_units: f64,
    write_units: f64,
}

impl Meter {
    /// With at most so many units a second, if any number is given.
    pub(super) fn new(units_per_s_max: Option<u32>) -> Self {
        let cap = units_per_s_max.map(|units| Bucket::new(units, clock::monotonic()));
        Self { sums: Mutex::default(), cap: cap.map(Mutex::new) }
    }

    /// Begins a call, or refuses it where the cap is reached.
    pub(super) fn begin(self: &Arc<Self>, operation: Operation) -> Result<Call, StoreError> {
        if !self.has_units() {
            return Err(StoreError::Overloaded);
        }
        self.sums()[operation.index()].calls += 1;
        Ok(Call { meter: Arc::clone(self), operation: Some(operation) })
    }

    /// Begins what is no call of the contract, such as filling the store: the cap counts it, the
    /// sums do not.
    pub(super) fn aside(self: &Arc<Self>) -> Call {
        Call { meter: Arc::clone(self), operation: None }
    }

    /// Whether the cap leaves anything.
    pub(super) fn has_units(&self) -> bool {
        let now = clock::monotonic();
        self.cap
            .as_ref()
            .is_none_or(|cap| cap.lock().expect("no holder of the lock panics").admits(now))
    }

    /// One entry for each operation.
    pub(super) fn consumed(&self) -> Vec<Consumed> {
        let sums = *self.sums();
        let entry = |(operation, sums): (Operation, Sums)| Consumed {
            operation,
            calls: sums.calls,
            requests: sums.requests,
            read_units: sums.read_units,
            write_units: sums.write_units,
        };
        Operation::ALL.into_iter().zip(sums).map(entry).collect()
    }

    fn sums(&self) -> MutexGuard<'_, [Sums; Operation::ALL.len()]> {
        self.sums.lock().expect("no holder of the lock panics")
    }
}

/// One call; as an interceptor of its requests it counts their attempts.
#[derive(Clone, Debug)]
pub(super) struct Call {
    meter: Arc<Meter>,
    operation: Option<Operation>,
}

impl Call {
    /// Adds what reads report.
    pub(super) fn read<'a>(&self, reported: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.add(reported, |sums, units| sums.read_units += units);
    }

    /// Adds what writes report.
    pub(super) fn wrote<'a>(&self, reported: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.add(reported, |sums, units| sums.write_units += units);
    }

    fn add<'a>(
        &self,
        reported: impl IntoIterator<Item = &'a ConsumedCapacity>,
        add: impl Fn(&mut Sums, f64),
    ) {
        let units = reported.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        if let Some(operation) = self.operation {
            add(&mut self.meter.sums()[operation.index()], units);
        }
        if let Some(cap) = &self.meter.cap {
            cap.lock().expect("no holder of the lock panics").spend(units);
        }
    }
}

impl Intercept for Call {
    fn name(&self) -> &'static str {
        "count attempts"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(operation) = self.operation {
            self.meter.sums()[operation.index()].requests += 1;
        }
        Ok(())
    }
}
