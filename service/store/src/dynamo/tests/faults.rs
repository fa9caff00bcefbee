//! An engine that is away, slow or coming and going: calls end in time and say why, retries stay few,
//! and nothing needs a restart.
//!
//! The clock is paused: what a time-out decides is decided by its length and by nothing else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use chat_domain::{AccountId, EPOCH_UNIX_MS, Kind, MessageId, MessageText, OrgId, RoomId};

use super::wire::{Fate, Wire};
use crate::{
    ListMessages, ListReactions, Org, OrgStore as _, Plan, Post, ReactionKey, Store as _,
    StoreError, ViewLimit, clock,
    dynamo::{DynamoStore, Endpoint, Options, Timeouts},
};

/// Each call of the contract ends within the operation's time, as `Unavailable`.
async fn every_call_fails_in_time(wire: &Wire) {
    let store = open(wire).await;
    let (room, account, message) = (RoomId::MIN, AccountId::MIN, MessageId::MIN);
    let key = ReactionKey { room, message, account };
    let text = MessageText::new("x").unwrap();
    let post = Post { room, author: account, text, unix_ms: EPOCH_UNIX_MS + 1 };
    let page = ListMessages { room, viewer: account, before: None, limit: 50 };
    let range = ListReactions { room, viewer: account, first: message, last: message, limit: 1 };
    let org = OrgId::MIN;
    let limit = ViewLimit { org, cut_off: None, count: 0, snapshot: message, as_of_unix_ms: 1 };
    let calls = [
        in_time(store.post_message(post)).await,
        in_time(store.list_messages(page)).await,
        in_time(store.list_reactions(range)).await,
        in_time(store.put_reaction(key, Kind::from_code(0).unwrap())).await,
        in_time(store.delete_reaction(key)).await,
        in_time(store.put_member(room, account)).await,
        in_time(store.delete_member(room, account)).await,
        in_time(store.is_member(room, account)).await,
        in_time(store.probe()).await,
        in_time(store.put_org(Org { org, plan: Plan::Free })).await,
        in_time(store.find_org(org)).await,
        in_time(store.list_free_orgs(None, 10)).await,
        in_time(store.put_account(account, org)).await,
        in_time(store.find_account(account)).await,
        in_time(store.list_accounts(org, None, 10)).await,
        in_time(store.list_joined_rooms(account, None, 10)).await,
        in_time(store.list_message_ids(room, None, 10)).await,
        in_time(store.find_last_activity(room)).await,
        in_time(store.put_view_limit(limit)).await,
        in_time(store.find_view_limit(org)).await,
    ];
    for (call, error) in calls.into_iter().enumerate() {
        assert!(matches!(error, StoreError::Unavailable(_)), "call {call}: {error:?}");
    }
}

async fn in_time<T: std::fmt::Debug>(
    call: impl Future<Output = Result<T, StoreError>>,
) -> StoreError {
    let begun = clock::monotonic();
    let error = call.await.unwrap_err();
    let most = Timeouts::default().operation + Duration::from_millis(10);
    assert!(begun.elapsed() <= most, "{:?}: {error}", begun.elapsed());
    error
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_away_is_told_in_time() {
    every_call_fails_in_time(&Wire::new(|_| Fate::Lost)).await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_never_answers_is_told_in_time() {
    every_call_fails_in_time(&Wire::new(|_| Fate::Hangs)).await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_fails_inside_is_told_in_time() {
    let failed = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#;
    every_call_fails_in_time(&Wire::new(|_| Fate::Answered(500, failed.to_owned()))).await;
}

/// Over an outage a handful of requests is sent again, however long it is, and the end of the outage
/// is the end of the errors.
#[tokio::test(start_paused = true)]
async fn an_outage_is_no_storm_of_retries_and_ends_by_itself() {
    const CALLS: u64 = 1000;
    let away = Arc::new(AtomicBool::new(false));
    let judge_away = Arc::clone(&away);
    let wire =
        Wire::new(move |_| if judge_away.load(Ordering::Relaxed) { Fate::Lost } else { absent() });
    let store = open(&wire).await;
    let ask = || store.is_member(RoomId::MIN, AccountId::MIN);
    for _ in 0..CALLS {
        assert_eq!(ask().await, Ok(false));
    }
    assert_eq!(wire.sent(), CALLS);
    away.store(true, Ordering::Relaxed);
    for _ in 0..CALLS {
        assert!(matches!(ask().await, Err(StoreError::Unavailable(_))));
    }
    assert_eq!(wire.sent() - 2 * CALLS, 5, "what a full bucket pays for");
    away.store(false, Ordering::Relaxed);
    for _ in 0..CALLS {
        assert_eq!(ask().await, Ok(false));
    }
}

/// One request in three is lost: some calls are saved by a retry, and still no more than a tenth
/// is sent again (besides what the full bucket pays for at the start). Many calls are on the way at once.
#[tokio::test(start_paused = true)]
async fn a_flapping_engine_is_no_storm_either() {
    const CALLS: u64 = 2000;
    let turn = AtomicU64::new(0);
    let wire = Wire::new(move |_| {
        if turn.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) { Fate::Lost } else { absent() }
    });
    let store = Arc::new(open(&wire).await);
    let mut failed = 0;
    for _ in 0..CALLS / 50 {
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.is_member(RoomId::MIN, AccountId::MIN).await })
            })
            .collect();
        for call in calls {
            failed += u64::from(call.await.unwrap().is_err());
        }
    }
    let extra = wire.sent() - CALLS;
    assert!(extra > 0 && extra <= CALLS / 10, "{extra} extra attempts, {failed} failed");
    assert!(failed > CALLS / 5 && failed < CALLS / 3, "{failed} failed");
}

/// The reason and not the class of the error says what ran out.
#[tokio::test(start_paused = true)]
async fn throttling_is_told_with_its_reason() {
    for class in
        ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]
    {
        let reasons = serde_json::json!([{
            "reason": "TableReadKeyRangeThroughputExceeded",
            "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/members",
        }]);
        // The classes do not agree on how the field is spelled.
        let body = serde_json::json!({
            "__type": format!("com.amazonaws.dynamodb.v20120810#{class}"),
            "message": "too much",
            "throttlingReasons": reasons,
            "ThrottlingReasons": reasons,
        });
        let wire = Wire::new(move |_| Fate::Answered(400, body.to_string()));
        let error = in_time(open(&wire).await.is_member(RoomId::MIN, AccountId::MIN)).await;
        let reason = "TableReadKeyRangeThroughputExceeded".to_owned();
        assert_eq!(error, StoreError::Throttled(reason), "{class}");
        assert!((2..=4).contains(&wire.sent()), "{} attempts", wire.sent());
    }
}

/// Over the cap nothing is sent; a second later there is something to spend again.
#[tokio::test(start_paused = true)]
async fn the_cap_on_units_refuses_without_asking() {
    let wire = Wire::new(|_| {
        Fate::Answered(
            200,
            r#"{"ConsumedCapacity":{"TableName":"members","CapacityUnits":1.0}}"#.to_owned(),
        )
    });
    let options = Options { units_per_s_max: Some(10), ..options() };
    let store = DynamoStore::open_through(options, wire.client()).await.unwrap();
    let ask = || store.is_member(RoomId::MIN, AccountId::MIN);
    for seconds in 1..=3 {
        for _ in 0..10 {
            assert_eq!(ask().await, Ok(false));
        }
        for _ in 0..50 {
            assert_eq!(ask().await, Err(StoreError::Overloaded));
        }
        assert_eq!(wire.sent(), 10 * seconds);
        tokio::time::advance(Duration::from_secs(1)).await;
    }
}

fn absent() -> Fate {
    Fate::Answered(200, "{}".to_owned())
}

async fn open(wire: &Wire) -> DynamoStore {
    DynamoStore::open_through(options(), wire.client()).await.unwrap()
}

/// With the time-outs that a service has.
fn options() -> Options {
    Options::new(Endpoint::Local { url: "http://127.0.0.1:1".to_owned() }, "none-")
}
