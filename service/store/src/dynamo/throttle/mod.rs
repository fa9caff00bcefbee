//! A local engine that throttles as DynamoDB does: each request is put to a model of its table's
//! partitions, and what they refuse is answered with the SDK's own exceptions.
//!
//! No local engine has limits. This stands between the SDK and the engine, so that retries, their
//! budget and the rest of a batch are those that a company would meet. Reads are asked of the engine
//! first and refused afterwards, because only the reply says what they cost.

mod demand;
mod refusal;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use chat_domain::partition::{Mode, Operation, Partitions, Reason, Resource, Splits};
use serde_json::Value;
use tokio::time::Instant;

use self::demand::{Demand, Keys};
use super::{DynamoStore, Endpoint, OpenError, Options, connection, tables::Tables};
use crate::clock;

/// What every table and every index is given.
#[derive(Clone, Copy, Debug)]
pub struct Throughput {
    /// How it is bought.
    pub mode: Mode,
    /// Whether hot partitions are split.
    pub splits: Splits,
}

/// What was refused so far; clones share it.
#[derive(Clone)]
pub struct Throttled(Arc<State>);

struct State {
    throughput: Throughput,
    keys: Keys,
    begun: Instant,
    partitions: Mutex<HashMap<(String, Option<String>), Partitions>>,
    refused: Mutex<BTreeMap<Reason, u64>>,
}

impl DynamoStore {
    /// Opens a store on a local engine that is given so much throughput.
    pub async fn open_throttled(
        options: Options,
        throughput: Throughput,
    ) -> Result<(Self, Throttled), OpenError> {
        if let Endpoint::Region { region, .. } = &options.endpoint {
            return Err(OpenError::NotLocal { url: region.clone() });
        }
        let inner = connection::http_client(&options.endpoint);
        Self::open_throttled_through(options, throughput, inner).await
    }

    pub(super) async fn open_throttled_through(
        options: Options,
        throughput: Throughput,
        inner: SharedHttpClient,
    ) -> Result<(Self, Throttled), OpenError> {
        let keys = Keys::of(&Tables::new(&options.table_prefix)?);
        let throttled = Throttled(Arc::new(State {
            throughput,
            keys,
            begun: clock::monotonic(),
            partitions: Mutex::default(),
            refused: Mutex::default(),
        }));
        let http = SharedHttpClient::new(Gate { throttled: throttled.clone(), inner });
        Ok((Self::open_through(options, http).await?, throttled))
    }
}

impl Throttled {
    /// Requests and items of batches, by why they were refused.
    pub fn refused(&self) -> BTreeMap<Reason, u64> {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Reason, u64>> {
        self.0.refused.lock().expect("no holder of the lock panics")
    }

    /// All of it, or the first reason against it. What was admitted before that reason is spent: a
    /// write that its index refuses has cost its table nothing, since indexes stand first.
    fn admit(&self, operation: Operation, demands: &[Demand]) -> Result<(), Reason> {
        let now_ns = u64::try_from(self.0.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let mut all = self.0.partitions.lock().expect("no holder of the lock panics");
        for demand in demands {
            let place = (demand.table.clone(), demand.index.clone());
            let resource = if demand.index.is_some() { Resource::Index } else { Resource::Table };
            let Throughput { mode, splits } = self.0.throughput;
            let partitions =
                all.entry(place).or_insert_with(|| Partitions::new(resource, mode, splits, now_ns));
            let admitted = partitions.admit(operation, demand.half_units, demand.key, now_ns);
            if let Err(reason) = admitted {
                *self.counts().entry(reason).or_default() += 1;
                return Err(reason);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Throttled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Throttled").field(&self.refused()).finish()
    }
}

/// Stands before the engine.
#[derive(Clone, Debug)]
struct Gate {
    throttled: Throttled,
    inner: SharedHttpClient,
}

impl HttpClient for Gate {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Passage { throttled: self.throttled.clone(), inner })
    }
}

#[derive(Clone, Debug)]
struct Passage {
    throttled: Throttled,
    inner: SharedHttpConnector,
}

impl HttpConnector for Passage {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = request.headers().get("x-amz-target").unwrap_or_default();
        let call = call.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().and_then(|body| serde_json::from_slice(body).ok());
        // What is not JSON is for the engine to refuse.
        let Some(body) = body else { return self.inner.call(request) };
        match call.as_str() {
            "GetItem" | "Query" | "Scan" => self.read(request, body),
            "BatchWriteItem" => self.write_batch(request, body),
            call => self.write(request, call, &body),
        }
    }
}

impl Passage {
    fn write(&self, request: HttpRequest, call: &str, body: &Value) -> HttpConnectorFuture {
        let demands = self.throttled.0.keys.of_write(call, body);
        match self.throttled.admit(Operation::Write, &demands) {
            Ok(()) => self.inner.call(request),
            Err(reason) => answered(400, &refusal::of(call, reason, demands.len())),
        }
    }

    fn read(&self, request: HttpRequest, body: Value) -> HttpConnectorFuture {
        let passage = self.clone();
        HttpConnectorFuture::new(async move {
            let (status, reply) = received(passage.inner.call(request).await?).await?;
            let demand = passage.throttled.0.keys.of_read(&body, &reply);
            let admitted = match demand {
                Some(demand) if status == 200 => {
                    passage.throttled.admit(Operation::Read, &[demand])
                }
                _ => Ok(()),
            };
            match admitted {
                Ok(()) => Ok(response(status, &reply)),
                Err(reason) => Ok(response(400, &refusal::of("", reason, 1))),
            }
        })
    }

    /// What the partitions refuse is handed back as unprocessed; if that is all, it is an exception.
    fn write_batch(&self, mut request: HttpRequest, mut body: Value) -> HttpConnectorFuture {
        let mut last = None;
        let refused = self.throttled.0.keys.take_refused(&mut body, |demands| {
            let admitted = self.throttled.admit(Operation::Write, demands);
            last = admitted.err().or(last);
            admitted.is_ok()
        });
        let left = body["RequestItems"].as_object().is_some_and(|tables| !tables.is_empty());
        let Some(reason) = last else { return self.inner.call(request) };
        if !left {
            return answered(400, &refusal::of("BatchWriteItem", reason, 1));
        }
        let rest = body.to_string();
        request.headers_mut().insert("content-length", rest.len().to_string());
        *request.body_mut() = SdkBody::from(rest);
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let (status, mut reply) = received(answer.await?).await?;
            if status == 200 {
                refusal::add_unprocessed(&mut reply, refused);
            }
            Ok(response(status, &reply))
        })
    }
}

async fn received(response: HttpResponse) -> Result<(u16, Value), ConnectorError> {
    let status = response.status().as_u16();
    let body = ByteStream::new(response.into_body()).collect().await;
    let bytes = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
    let reply = serde_json::from_slice(&bytes);
    Ok((status, reply.map_err(|error| ConnectorError::other(error.into(), None))?))
}

fn answered(status: u16, body: &Value) -> HttpConnectorFuture {
    HttpConnectorFuture::ready(Ok(response(status, body)))
}

/// The engine's checksum of a reply is left out: it would be of the engine's own spelling of it.
fn response(status: u16, body: &Value) -> HttpResponse {
    let status = status.try_into().expect("the engine's own status, or 400");
    HttpResponse::new(status, SdkBody::from(body.to_string()))
}
