//! Where credentials come from: each place that a deployment may keep them in, or several in an order.

use std::fmt;

use aws_config::{
    BehaviorVersion, Region, credential_process::CredentialProcessProvider,
    ecs::EcsCredentialsProvider, environment::EnvironmentVariableCredentialsProvider,
    meta::credentials::CredentialsProviderChain, provider_config::ProviderConfig,
    web_identity_token::WebIdentityTokenCredentialsProvider,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// A source of credentials.
#[derive(Clone)]
pub enum Source {
    /// Keys that were given.
    Static {
        /// Names the key.
        access_key_id: String,
        /// Signs with it.
        secret_access_key: String,
        /// Of temporary keys.
        session_token: Option<String>,
    },
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    Environment,
    /// A command that prints credentials as JSON, in the form of the AWS tools' `credential_process`.
    Process {
        /// Run by `sh -c`.
        command: String,
    },
    /// The agent of the container's task or pod, from `AWS_CONTAINER_CREDENTIALS_FULL_URI` or
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`.
    Container,
    /// A role taken on with the token in `AWS_WEB_IDENTITY_TOKEN_FILE`; its name is in `AWS_ROLE_ARN`.
    WebIdentity,
    /// The first of these that is there.
    Chain(Vec<Source>),
}

impl Default for Source {
    /// What needs no setting of its own, what a person would set by hand first.
    fn default() -> Self {
        Self::Chain(vec![Self::Environment, Self::Container, Self::WebIdentity])
    }
}

impl fmt::Debug for Source {
    /// Without keys: what is logged must not let a reader in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain(sources) => f.debug_list().entries(sources).finish(),
            one => f.write_str(one.name()),
        }
    }
}

impl Source {
    /// Asks the source each time. Those that are asked by HTTP are asked through `http`; a role is
    /// taken on in the region.
    pub(crate) fn provider(
        &self,
        region: Region,
        http: SharedHttpClient,
    ) -> SharedCredentialsProvider {
        let config = ProviderConfig::without_region()
            .with_behavior_version(Some(BehaviorVersion::v2026_01_12()))
            .with_region(Some(region))
            .with_http_client(http);
        self.configured(&config)
    }

    fn configured(&self, config: &ProviderConfig) -> SharedCredentialsProvider {
        match self {
            Self::Static { access_key_id, secret_access_key, session_token } => {
                SharedCredentialsProvider::new(Credentials::new(
                    access_key_id,
                    secret_access_key,
                    session_token.clone(),
                    None,
                    "static",
                ))
            }
            Self::Environment => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            Self::Process { command } => {
                SharedCredentialsProvider::new(CredentialProcessProvider::new(command.clone()))
            }
            Self::Container => SharedCredentialsProvider::new(
                EcsCredentialsProvider::builder().configure(config).build(),
            ),
            Self::WebIdentity => SharedCredentialsProvider::new(
                WebIdentityTokenCredentialsProvider::builder().configure(config).build(),
            ),
            Self::Chain(sources) => chain(sources, config),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Static { .. } => "static",
            Self::Environment => "environment",
            Self::Process { .. } => "process",
            Self::Container => "container",
            Self::WebIdentity => "web identity",
            Self::Chain(_) => "chain",
        }
    }
}

fn chain(sources: &[Source], config: &ProviderConfig) -> SharedCredentialsProvider {
    let mut providers = sources.iter().map(|source| (source.name(), source.configured(config)));
    let Some((name, first)) = providers.next() else {
        return SharedCredentialsProvider::new(Nowhere);
    };
    let first = CredentialsProviderChain::first_try(name, first);
    SharedCredentialsProvider::new(
        providers.fold(first, |chain, (name, provider)| chain.or_else(name, provider)),
    )
}

/// A chain of no sources.
#[derive(Debug)]
struct Nowhere;

impl ProvideCredentials for Nowhere {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("no source is named")))
    }
}
