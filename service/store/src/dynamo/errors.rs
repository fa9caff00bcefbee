//! The SDK's errors in the caller's terms; the only place that knows them all.

use aws_sdk_dynamodb::{
    Error,
    error::SdkError,
    types::{CancellationReason, ThrottlingReason},
};

use crate::{StoreError, causes::causes};

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A local engine must be on this machine.
    #[error(
        "{url:?} is no local engine: it must be http://, a loopback address and a port, without credentials, path or query"
    )]
    NotLocal {
        /// What was given.
        url: String,
    },
    /// A prefix that no table name can begin with.
    #[error("the table prefix {prefix:?} must be at most 200 of a-z A-Z 0-9 _ - .")]
    Prefix {
        /// What was given.
        prefix: String,
    },
    /// No source has credentials.
    #[error("there are no AWS credentials from {sources}: {reason}")]
    NoCredentials {
        /// Which were asked.
        sources: String,
        /// What they said.
        reason: String,
    },
    /// STS does not say whose the credentials are.
    #[error("the AWS account cannot be checked: {0}")]
    UnknownAccount(String),
    /// The credentials are of another account than was named.
    #[error("the AWS credentials are of account {found}, not {expected}")]
    OtherAccount {
        /// Which was named.
        expected: String,
        /// Whose they are.
        found: String,
    },
}

/// Why the tables cannot be made or deleted.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A table of this name is there and has other keys.
    #[error("the table {table} is there and is none of this service: its keys are {found}")]
    OtherKeys {
        /// Which.
        table: String,
        /// What its keys are.
        found: String,
    },
    /// It takes longer than it ever should.
    #[error("the table {table} has not become active within {after_s} s")]
    NotActive {
        /// Which.
        table: String,
        /// How long was waited.
        after_s: u64,
    },
    /// DynamoDB failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// For any call.
pub(super) fn store_error<E, R>(error: SdkError<E, R>) -> StoreError
where
    SdkError<E, R>: std::error::Error,
    Error: From<SdkError<E, R>>,
{
    let text = causes(&error);
    match Error::from(error) {
        Error::ProvisionedThroughputExceededException(error) => {
            StoreError::Throttled(reason(error.throttling_reasons(), &text))
        }
        Error::RequestLimitExceeded(error) => {
            StoreError::Throttled(reason(error.throttling_reasons(), &text))
        }
        Error::ThrottlingException(error) => {
            StoreError::Throttled(reason(error.throttling_reasons(), &text))
        }
        Error::TransactionCanceledException(error) => canceled(error.cancellation_reasons(), text),
        _ => StoreError::Unavailable(text),
    }
}

/// The first reason that DynamoDB gives, such as `TableWriteKeyRangeThroughputExceeded`: unlike the
/// class of the error it says what ran out.
fn reason(reasons: &[ThrottlingReason], text: &str) -> String {
    let given = reasons.first().and_then(ThrottlingReason::reason);
    given.unwrap_or(text).to_owned()
}

fn canceled(reasons: &[CancellationReason], text: String) -> StoreError {
    let throttled = ["ThrottlingError", "ProvisionedThroughputExceeded"];
    let reason =
        reasons.iter().find(|reason| reason.code().is_some_and(|c| throttled.contains(&c)));
    match reason {
        Some(reason) => StoreError::Throttled(reason.message().unwrap_or(&text).to_owned()),
        None => StoreError::Unavailable(text),
    }
}
