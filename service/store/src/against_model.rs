//! Random sequences of writes, reads and power losses: each store must answer as the model does, throughout.

use chat_domain::{AccountId, EPOCH_UNIX_MS, Kind, MessageId, MessageText, OrgId, RoomId};
use proptest::prelude::*;

use crate::{
    CommitMode, ListMessages, ListReactions, MessageView, Options, Org, Plan, Post, ReactionKey,
    RedbStore, Store, ViewLimit, dynamo::TestTables, model::ModelStore, power_loss::Disk,
    redb_store::open_backend,
};

/// Small numbers, so that steps meet each other. `message` counts the posts so far.
#[derive(Clone, Debug)]
enum Step {
    Join { room: u64, account: u64 },
    Leave { room: u64, account: u64 },
    Post { room: u64, author: u64, ms: u64 },
    Put { room: u64, account: u64, message: usize, kind: u8 },
    Delete { room: u64, account: u64, message: usize },
    Page { room: u64, account: u64, before: usize, limit: usize },
    Range { room: u64, account: u64, first: usize, last: usize, limit: usize },
    Org { org: u64, paid: bool },
    Account { account: u64, org: u64 },
    Limit { org: u64, snapshot: u64, cut_off: u64 },
    PowerLoss,
}

fn step() -> impl Strategy<Value = Step> {
    let (room, account, message) = (1u64..4, 1u64..4, 0usize..8);
    prop_oneof![
        2 => (room.clone(), account.clone()).prop_map(|(room, account)| Step::Join { room, account }),
        1 => (room.clone(), account.clone()).prop_map(|(room, account)| Step::Leave { room, account }),
        5 => (room.clone(), account.clone(), 0u64..3)
            .prop_map(|(room, author, ms)| Step::Post { room, author, ms }),
        8 => (room.clone(), account.clone(), message.clone(), 0u8..3)
            .prop_map(|(room, account, message, kind)| Step::Put { room, account, message, kind }),
        4 => (room.clone(), account.clone(), message.clone())
            .prop_map(|(room, account, message)| Step::Delete { room, account, message }),
        3 => (room.clone(), account.clone(), message.clone(), 0usize..6)
            .prop_map(|(room, account, before, limit)| Step::Page { room, account, before, limit }),
        3 => (room, account, message.clone(), message, 0usize..6)
            .prop_map(|(room, account, first, last, limit)| Step::Range { room, account, first, last, limit }),
        2 => (1u64..4, any::<bool>()).prop_map(|(org, paid)| Step::Org { org, paid }),
        3 => (1u64..4, 1u64..4).prop_map(|(account, org)| Step::Account { account, org }),
        3 => (1u64..4, 1u64..4, 0u64..3)
            .prop_map(|(org, snapshot, cut_off)| Step::Limit { org, snapshot, cut_off }),
        1 => Just(Step::PowerLoss),
    ]
}

/// What a store said, with the outcome of any step in one comparable form.
async fn answer<S: Store>(store: &S, step: &Step, posted: &[MessageId]) -> String {
    let room = |number| RoomId::new(number).unwrap();
    let account = |number| AccountId::new(number).unwrap();
    let message = |n: usize| posted.get(n).copied().unwrap_or(MessageId::MAX);
    let key = |r, a, m| ReactionKey { room: room(r), message: message(m), account: account(a) };
    match *step {
        Step::Join { room: r, account: a } => {
            format!("{:?}", store.put_member(room(r), account(a)).await)
        }
        Step::Leave { room: r, account: a } => {
            let left = store.delete_member(room(r), account(a)).await;
            format!("{left:?} {:?}", store.is_member(room(r), account(a)).await)
        }
        Step::Post { room: r, author, ms } => {
            let text = MessageText::new(format!("by {author}")).unwrap();
            let unix_ms = EPOCH_UNIX_MS + 1000 + ms;
            let post = Post { room: room(r), author: account(author), text, unix_ms };
            format!("{:?}", store.post_message(post).await)
        }
        Step::Put { room: r, account: a, message: m, kind } => {
            let kind = Kind::from_code(kind).unwrap();
            format!("{:?}", store.put_reaction(key(r, a, m), kind).await)
        }
        Step::Delete { room: r, account: a, message: m } => {
            format!("{:?}", store.delete_reaction(key(r, a, m)).await)
        }
        Step::Page { room: r, account: a, before, limit } => {
            let before = posted.get(before).copied();
            let list = ListMessages { room: room(r), viewer: account(a), before, limit };
            format!("{:?}", store.list_messages(list).await)
        }
        Step::Range { room: r, account: a, first, last, limit } => {
            let (first, last) = (message(first), message(last));
            let wanted = ListReactions { room: room(r), viewer: account(a), first, last, limit };
            format!("{:?}", store.list_reactions(wanted).await)
        }
        Step::Org { org, paid } => {
            let plan = if paid { Plan::Paid } else { Plan::Free };
            format!("{:?}", store.put_org(Org { org: org_id(org), plan }).await)
        }
        Step::Account { account: a, org } => {
            format!("{:?}", store.put_account(account(a), org_id(org)).await)
        }
        Step::Limit { org, snapshot, cut_off } => {
            format!("{:?}", store.put_view_limit(limit(org, snapshot, cut_off)).await)
        }
        Step::PowerLoss => String::new(),
    }
}

fn org_id(number: u64) -> OrgId {
    OrgId::new(number).unwrap()
}

fn limit(org: u64, snapshot: u64, cut_off: u64) -> ViewLimit {
    let message = |number| MessageId::new(number).ok();
    let (cut_off, snapshot) = (message(cut_off), message(snapshot).unwrap());
    ViewLimit { org: org_id(org), cut_off, count: snapshot.number(), snapshot, as_of_unix_ms: 1 }
}

/// What a viewer sees of a room, and what the batch does.
#[derive(Debug, PartialEq)]
struct Everything {
    messages: Vec<MessageView>,
    member: bool,
    joined: Vec<RoomId>,
    ids: Vec<MessageId>,
    last_activity: Option<MessageId>,
}

/// An organisation, as the batch sees it.
#[derive(Debug, PartialEq)]
struct Organisation {
    org: Option<Org>,
    free: bool,
    accounts: Vec<AccountId>,
    limit: Option<ViewLimit>,
}

async fn organisations<S: Store>(store: &S) -> Vec<Organisation> {
    let free = store.list_free_orgs(None, 10).await.unwrap().items;
    let mut all = Vec::new();
    for org in (1..4).map(org_id) {
        all.push(Organisation {
            org: store.find_org(org).await.unwrap(),
            free: free.contains(&org),
            accounts: store.list_accounts(org, None, 10).await.unwrap().items,
            limit: store.find_view_limit(org).await.unwrap(),
        });
    }
    all
}

/// Every message of every room as one viewer sees it, and every organisation.
async fn everything<S: Store>(store: &S) -> (Vec<Everything>, Vec<Organisation>) {
    let mut all = Vec::new();
    for room in 1..4 {
        for viewer in 1..4 {
            let (room, viewer) = (RoomId::new(room).unwrap(), AccountId::new(viewer).unwrap());
            let list = ListMessages { room, viewer, before: None, limit: 1000 };
            let messages = store.list_messages(list).await.unwrap();
            all.push(Everything {
                messages,
                member: store.is_member(room, viewer).await.unwrap(),
                joined: store.list_joined_rooms(viewer, None, 10).await.unwrap().items,
                ids: store.list_message_ids(room, None, 1000).await.unwrap().items,
                last_activity: store.find_last_activity(room).await.unwrap(),
            });
        }
    }
    (all, organisations(store).await)
}

/// Does a step on both; `posted` grows by what was posted.
async fn compare<S: Store>(
    store: &S,
    model: &ModelStore,
    step: &Step,
    posted: &mut Vec<MessageId>,
) -> Result<(), TestCaseError> {
    let expected = answer(model, step, posted).await;
    prop_assert_eq!(&answer(store, step, posted).await, &expected, "{:?}", step);
    if let (Step::Post { .. }, Some(id)) = (step, expected.strip_prefix("Ok(MessageId(")) {
        posted.push(id.trim_end_matches(')').parse().unwrap());
    }
    Ok(())
}

async fn check_redb(steps: Vec<Step>, commit: CommitMode) -> Result<(), TestCaseError> {
    let options = Options { commit, cache_bytes: 1 << 20, ..Options::default() };
    let (mut disk, model) = (Disk::default(), ModelStore::default());
    let mut store: RedbStore = open_backend(disk.clone(), options).unwrap();
    let mut posted = Vec::new();
    for step in &steps {
        if matches!(step, Step::PowerLoss) {
            let rest = disk.after_power_loss();
            drop(store);
            disk = rest;
            store = open_backend(disk.clone(), options).unwrap();
            prop_assert_eq!(everything(&store).await, everything(&model).await);
            continue;
        }
        compare(&store, &model, step, &mut posted).await?;
    }
    prop_assert_eq!(everything(&store).await, everything(&model).await);
    Ok(())
}

/// Losing its power is not something that this process could do to it.
async fn check_dynamodb(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (tables, model) = (TestTables::make("model").await, ModelStore::default());
    let mut posted = Vec::new();
    for step in steps.iter().filter(|step| !matches!(step, Step::PowerLoss)) {
        compare(&**tables.store(), &model, step, &mut posted).await?;
    }
    prop_assert_eq!(everything(&**tables.store()).await, everything(&model).await);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn redb_answers_as_the_model(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check_redb(steps.clone(), CommitMode::OnePhase))?;
        runtime.block_on(check_redb(steps, CommitMode::QuickRepair))?;
    }
}

proptest! {
    // Each case makes tables, and each step is a request or more.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dynamodb_answers_as_the_model(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check_dynamodb(steps))?;
    }
}
