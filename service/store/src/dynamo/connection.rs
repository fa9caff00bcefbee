//! The SDK's clients: time-outs, retries within a budget, credentials that no request waits for.

use std::{net::IpAddr, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{
        BehaviorVersion, Builder, Credentials, IdentityCache, Region, SharedCredentialsProvider,
        SharedHttpClient,
        retry::{RetryConfig, RetryPartition, TokenBucket},
        timeout::TimeoutConfig,
    },
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::{Endpoint, OpenError, Options, Timeouts};
use crate::{
    StoreError,
    causes::causes,
    credentials::{Refresher, Renewal, SlowSource, sdk_cache},
};

/// What a local engine is told; any region will do.
const LOCAL_REGION: &str = "us-east-1";
/// The first pause before a retry is up to this long; the SDK's own default is one second, which
/// would make a single lost packet a slow request.
const BACKOFF_FIRST: Duration = Duration::from_millis(25);
const BACKOFF_MAX: Duration = Duration::from_secs(1);
const ATTEMPTS_MAX: u32 = 4;
/// A retry costs ten tokens, a success earns one: over any time at most a tenth of the requests is
/// sent again, besides the few that a full bucket pays for.
const RETRY_COST: u32 = 10;
const SUCCESS_REWARD: f32 = 1.0;
const RETRY_TOKENS: usize = 50;

/// Making a table or writing a batch of 25 items takes longer than a request may; still it ends.
const PATIENT_ATTEMPT: Duration = Duration::from_secs(10);
const PATIENT_OPERATION: Duration = Duration::from_secs(30);

/// Three clients, because their calls are given different times.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) reader: Client,
    pub(super) writer: Client,
    /// For what no request waits for: tables, and filling them.
    pub(super) patient: Client,
    /// None where the credentials are made up.
    refresher: Option<Refresher>,
}

impl Connection {
    /// Loads credentials and checks whose they are.
    pub(super) async fn open(options: &Options, http: SharedHttpClient) -> Result<Self, OpenError> {
        let config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .identity_cache(IdentityCache::no_cache())
            .http_client(http.clone())
            .retry_config(
                RetryConfig::standard()
                    .with_initial_backoff(BACKOFF_FIRST)
                    .with_max_backoff(BACKOFF_MAX)
                    .with_max_attempts(ATTEMPTS_MAX),
            )
            .retry_partition(retry_budget());
        let (config, refresher) = match &options.endpoint {
            Endpoint::Local { url } => {
                let made_up = Credentials::new("local", "local", None, None, "local engine");
                (local(config, url)?.credentials_provider(made_up), None)
            }
            Endpoint::Rehearsal { url, renewal } => {
                rehearsed(local(config, url)?, *renewal).await?
            }
            Endpoint::Region { region, account } => {
                let region = Region::new(region.clone());
                let refresher = credentials(options, region.clone(), http.clone()).await?;
                if let Some(account) = account {
                    let held = SharedCredentialsProvider::new(refresher.held());
                    check_account(account, held, region.clone(), http).await?;
                }
                (config.region(region).credentials_provider(refresher.held()), Some(refresher))
            }
        };
        let Timeouts { connect, read_attempt, write_attempt, operation } = options.timeouts;
        let client = |attempt: Duration, operation: Duration| {
            let timeouts = TimeoutConfig::builder()
                .connect_timeout(connect)
                .operation_attempt_timeout(attempt)
                .operation_timeout(operation);
            Client::from_conf(config.clone().timeout_config(timeouts.build()).build())
        };
        let reader = client(read_attempt, operation);
        let writer = client(write_attempt, operation);
        let patient = client(PATIENT_ATTEMPT, PATIENT_OPERATION);
        Ok(Self { reader, writer, patient, refresher })
    }

    /// Whether requests can be signed.
    pub(super) fn check_credentials(&self) -> Result<(), StoreError> {
        let Some(refresher) = &self.refresher else { return Ok(()) };
        let held = refresher.held().now();
        held.map(drop).map_err(|error| StoreError::Unavailable(causes(&error)))
    }
}

/// Connections that stay open, straight to the endpoint: proxies that the environment names are
/// not used. A local engine speaks no TLS.
pub(super) fn http_client(endpoint: &Endpoint) -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    match endpoint {
        Endpoint::Local { .. } | Endpoint::Rehearsal { .. } => builder.build_http(),
        Endpoint::Region { .. } => {
            builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
        }
    }
}

/// Of this store alone, and shared by its clients.
fn retry_budget() -> RetryPartition {
    let tokens = TokenBucket::builder()
        .capacity(RETRY_TOKENS)
        .retry_cost(RETRY_COST)
        .timeout_retry_cost(RETRY_COST)
        .throttling_retry_cost(RETRY_COST)
        .success_reward(SUCCESS_REWARD);
    RetryPartition::custom("hanno-dynamodb").token_bucket(tokens.build()).build()
}

fn local(config: Builder, url: &str) -> Result<Builder, OpenError> {
    check_local(url)?;
    Ok(config.region(Region::from_static(LOCAL_REGION)).endpoint_url(url))
}

async fn rehearsed(
    config: Builder,
    renewal: Renewal,
) -> Result<(Builder, Option<Refresher>), OpenError> {
    let slow = SharedCredentialsProvider::new(SlowSource);
    match renewal {
        Renewal::SdkLazy => {
            Ok((config.identity_cache(sdk_cache()).credentials_provider(slow), None))
        }
        Renewal::Refresher => {
            let refresher = Refresher::start(slow).await;
            let refresher = refresher.map_err(|error| OpenError::NoCredentials {
                sources: "rehearsal".to_owned(),
                reason: causes(&error),
            })?;
            Ok((config.credentials_provider(refresher.held()), Some(refresher)))
        }
    }
}

fn check_local(url: &str) -> Result<(), OpenError> {
    let refused = || OpenError::NotLocal { url: url.to_owned() };
    let uri: http::Uri = url.parse().map_err(|_| refused())?;
    let host = uri.host().ok_or_else(refused)?.trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let nobody = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if uri.scheme_str() == Some("http") && local && plain && nobody {
        Ok(())
    } else {
        Err(refused())
    }
}

async fn credentials(
    options: &Options,
    region: Region,
    http: SharedHttpClient,
) -> Result<Refresher, OpenError> {
    let source = options.credentials.provider(region, http);
    Refresher::start(source).await.map_err(|error| OpenError::NoCredentials {
        sources: format!("{:?}", options.credentials),
        reason: causes(&error),
    })
}

/// Asks STS whose credentials these are.
async fn check_account(
    expected: &str,
    held: SharedCredentialsProvider,
    region: Region,
    http: SharedHttpClient,
) -> Result<(), OpenError> {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(held)
        .region(region)
        .timeout_config(TimeoutConfig::builder().operation_timeout(PATIENT_ATTEMPT).build())
        .http_client(http);
    let caller = aws_sdk_sts::Client::from_conf(config.build()).get_caller_identity().send().await;
    let caller = caller.map_err(|error| OpenError::UnknownAccount(causes(&error)))?;
    match caller.account() {
        Some(found) if found == expected => Ok(()),
        found => Err(OpenError::OtherAccount {
            expected: expected.to_owned(),
            found: found.unwrap_or("none").to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for url in ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:8000/"] {
            assert!(check_local(url).is_ok(), "{url}");
        }
        for url in [
            "https://127.0.0.1:8000",
            "http://10.0.0.1:8000",
            "http://127.0.0.1.example.com",
            "http://dynamodb.us-east-1.amazonaws.com",
            "http://localhost@example.com",
            "http://user:secret@localhost:8000",
            "http://localhost:8000/path",
            "http://localhost:8000/?query",
            "127.0.0.1:8000",
            "",
        ] {
            assert!(matches!(check_local(url), Err(OpenError::NotLocal { .. })), "{url}");
        }
    }
}
