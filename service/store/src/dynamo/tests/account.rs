//! Opening for a region: the credentials must be there, and of the account that was named.

use super::wire::{Fate, Wire};
use crate::{
    credentials::Source,
    dynamo::{DynamoStore, Endpoint, OpenError, Options},
};

#[tokio::test]
async fn another_account_is_refused() {
    let opened = open(Some("111111111111"), given()).await;
    assert!(opened.is_ok(), "{opened:?}");
    let refused = open(Some("222222222222"), given()).await.unwrap_err();
    let told = "the AWS credentials are of account 111111111111, not 222222222222";
    assert_eq!(refused.to_string(), told);
    assert!(open(None, given()).await.is_ok(), "nobody asked whose they are");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_checked_is_refused_in_time() {
    for fate in [|| Fate::Hangs, || Fate::Lost] {
        let wire = Wire::new(move |_| fate());
        let refused = open_through(&wire, Some("111111111111"), given()).await.unwrap_err();
        assert!(matches!(refused, OpenError::UnknownAccount(_)), "{refused}");
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_opened() {
    let refused = open(None, Source::Process { command: "exit 1".to_owned() }).await.unwrap_err();
    assert!(matches!(refused, OpenError::NoCredentials { .. }), "{refused}");
}

#[tokio::test]
async fn a_prefix_must_be_the_start_of_a_table_name() {
    for prefix in ["a b-", "ä", &"x".repeat(201), "a/b"] {
        let endpoint = Endpoint::Local { url: "http://127.0.0.1:1".to_owned() };
        let refused = DynamoStore::open(Options::new(endpoint, prefix)).await;
        assert!(matches!(refused, Err(OpenError::Prefix { .. })), "{prefix}");
    }
}

async fn open(account: Option<&str>, credentials: Source) -> Result<DynamoStore, OpenError> {
    let wire = Wire::new(|seen| {
        if seen.body.contains("Action=GetCallerIdentity") {
            let reply = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                <GetCallerIdentityResult><Account>111111111111</Account></GetCallerIdentityResult>\
                </GetCallerIdentityResponse>";
            return Fate::Answered(200, reply.to_owned());
        }
        Fate::Answered(200, "{}".to_owned())
    });
    open_through(&wire, account, credentials).await
}

async fn open_through(
    wire: &Wire,
    account: Option<&str>,
    credentials: Source,
) -> Result<DynamoStore, OpenError> {
    let endpoint = Endpoint::Region {
        region: "ap-northeast-1".to_owned(),
        account: account.map(str::to_owned),
    };
    let options = Options { credentials, ..Options::new(endpoint, "") };
    DynamoStore::open_through(options, wire.client()).await
}

fn given() -> Source {
    Source::Static {
        access_key_id: "AKID".to_owned(),
        secret_access_key: "secret".to_owned(),
        session_token: None,
    }
}
