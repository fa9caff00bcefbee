//! The way between the store and the engine, on which requests and replies can be lost or changed.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;

use super::super::{Endpoint, connection};

/// What becomes of a request.
pub(super) enum Fate {
    /// It goes through.
    Passes,
    /// It goes through, and its reply is lost.
    LosesReply,
    /// It is lost.
    Lost,
    /// It never arrives and is never answered.
    Hangs,
    /// It goes no further; this is the reply.
    Answered(u16, String),
    /// It goes through with this body.
    Becomes(String),
}

/// A request as the judge sees it.
pub(super) struct Seen<'a> {
    /// `GetItem` and so on.
    pub(super) call: &'a str,
    /// JSON.
    pub(super) body: &'a str,
}

type Judge = dyn Fn(&Seen<'_>) -> Fate + Send + Sync;
type Rewrite = dyn Fn(&str) -> String + Send + Sync;

/// Clones share it.
#[derive(Clone)]
pub(super) struct Wire {
    judge: Arc<Judge>,
    rewrite: Arc<Rewrite>,
    sent: Arc<AtomicU64>,
    inner: SharedHttpClient,
}

impl Wire {
    /// With someone to decide what becomes of each request.
    pub(super) fn new(judge: impl Fn(&Seen<'_>) -> Fate + Send + Sync + 'static) -> Self {
        let inner = connection::http_client(&Endpoint::Local { url: String::new() });
        let rewrite = Arc::new(str::to_owned);
        Self { judge: Arc::new(judge), rewrite, sent: Arc::default(), inner }
    }

    /// Changes the text of each reply.
    pub(super) fn rewriting(
        mut self,
        rewrite: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.rewrite = Arc::new(rewrite);
        self
    }

    /// How many requests were sent.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// What the store is opened through.
    pub(super) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(End { wire: self.clone(), inner })
    }
}

#[derive(Debug)]
struct End {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl HttpConnector for End {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        self.wire.sent.fetch_add(1, Ordering::Relaxed);
        let call = request.headers().get("x-amz-target").unwrap_or_default();
        let call = call.rsplit('.').next().unwrap_or_default();
        let body = str::from_utf8(request.body().bytes().unwrap_or_default()).unwrap();
        match (self.wire.judge)(&Seen { call, body }) {
            Fate::Passes => self.pass(request),
            Fate::LosesReply => {
                let answered = self.inner.call(request);
                HttpConnectorFuture::new(async { answered.await.and_then(|_| Err(lost())) })
            }
            Fate::Lost => HttpConnectorFuture::ready(Err(lost())),
            Fate::Hangs => HttpConnectorFuture::new(std::future::pending()),
            Fate::Answered(status, body) => HttpConnectorFuture::ready(Ok(reply(status, &body))),
            Fate::Becomes(body) => {
                assert_eq!(Some(body.len() as u64), request.body().content_length());
                *request.body_mut() = SdkBody::from(body);
                self.pass(request)
            }
        }
    }
}

impl End {
    fn pass(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answered, rewrite) = (self.inner.call(request), Arc::clone(&self.wire.rewrite));
        HttpConnectorFuture::new(async move {
            let answer = answered.await?;
            let status = answer.status().as_u16();
            let body = aws_smithy_types::byte_stream::ByteStream::new(answer.into_body());
            let bytes = body.collect().await.unwrap().into_bytes();
            Ok(reply(status, &rewrite(str::from_utf8(&bytes).unwrap())))
        })
    }
}

fn reply(status: u16, body: &str) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}

fn lost() -> ConnectorError {
    ConnectorError::io("lost on the way".into())
}
