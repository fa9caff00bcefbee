//! The conformance suite on redb and on the model, durability under power loss, and what opening refuses.

use std::{collections::BTreeSet, sync::Arc};

use chat_domain::{EPOCH_UNIX_MS, MessageText};
use tokio::task::JoinSet;

use super::*;
use crate::{conformance, model::ModelStore, power_loss::Disk};

fn room(number: u64) -> RoomId {
    RoomId::new(number).unwrap()
}

fn account(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

fn post(n: u64) -> Post {
    let text = MessageText::new(format!("message {n}")).unwrap();
    Post { room: room(1), author: account(1), text, unix_ms: EPOCH_UNIX_MS + 1 + n }
}

async fn ids<S: Store>(store: &S) -> BTreeSet<MessageId> {
    let list = ListMessages { room: room(1), viewer: account(1), before: None, limit: 10_000 };
    store.list_messages(list).await.unwrap().iter().map(|view| view.reactions.message).collect()
}

/// Posts from many tasks at once; what was acknowledged when the last one is.
async fn post_many(store: &Arc<RedbStore>, count: u64) -> BTreeSet<MessageId> {
    store.put_member(room(1), account(1)).await.unwrap();
    let mut posts = JoinSet::new();
    for n in 0..count {
        let store = Arc::clone(store);
        posts.spawn(async move { store.post_message(post(n)).await.unwrap() });
    }
    posts.join_all().await.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redb_conforms() {
    let dir = tempfile::tempdir().unwrap();
    let store = RedbStore::open(dir.path(), Options::default()).unwrap();
    conformance::a_calculation_table_is_sorted(&store).await;
    conformance::all(&Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redb_conforms_when_each_write_is_committed_alone() {
    let options = Options { batch_max: 1, commit: CommitMode::QuickRepair, ..Options::default() };
    let store = open_backend(Disk::default(), options).unwrap();
    conformance::all(&Arc::new(store)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_conforms() {
    conformance::all(&Arc::new(ModelStore::default())).await;
    conformance::a_calculation_table_is_sorted(&ModelStore::default()).await;
}

/// How many of 500 acknowledged messages are there when the power goes right after.
async fn left_after_power_loss(commit: CommitMode) -> usize {
    let disk = Disk::default();
    let options = Options { commit, ..Options::default() };
    let store = Arc::new(open_backend(disk.clone(), options).unwrap());
    let acknowledged = post_many(&store, 500).await;
    assert_eq!(acknowledged.len(), 500);
    let rest = open_backend(disk.after_power_loss(), options).unwrap();
    let found = ids(&rest).await;
    assert!(found.is_subset(&acknowledged));
    found.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_survives_a_power_loss() {
    for commit in [CommitMode::OnePhase, CommitMode::TwoPhase, CommitMode::QuickRepair] {
        assert_eq!(left_after_power_loss(commit).await, 500, "{commit:?}");
    }
}

/// The control: the same test must see the loss of a store that does not sync.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_does_not_sync_loses_it() {
    assert_eq!(left_after_power_loss(CommitMode::NotDurable).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_survives_a_kill() {
    let disk = Disk::default();
    let store = Arc::new(open_backend(disk.clone(), Options::default()).unwrap());
    let acknowledged = post_many(&store, 200).await;
    let rest = open_backend(disk.after_kill(), Options::default()).unwrap();
    assert_eq!(ids(&rest).await, acknowledged);
    let next = rest.post_message(post(0)).await.unwrap();
    assert!(acknowledged.iter().all(|id| *id < next), "ids go on rising");
}

#[tokio::test]
async fn a_copy_of_the_open_file_holds_what_was_acknowledged() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Arc::new(RedbStore::open(dir.path(), Options::default()).unwrap());
    let acknowledged = post_many(&store, 50).await;
    // As a kill leaves it: never closed.
    let file = RedbStore::FILE;
    std::fs::copy(dir.path().join(file), copy.path().join(file)).unwrap();
    let rest = RedbStore::open(copy.path(), Options::default()).unwrap();
    assert_eq!(ids(&rest).await, acknowledged);
}

#[tokio::test]
async fn closing_finishes_what_waits_and_frees_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(RedbStore::open(dir.path(), Options::default()).unwrap());
    let acknowledged = post_many(&store, 20).await;
    drop(store);
    let again = RedbStore::open(dir.path(), Options::default()).unwrap();
    assert_eq!(ids(&again).await, acknowledged);
}

#[tokio::test]
async fn a_full_queue_refuses_and_an_abandoned_write_is_not_done() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { queue_max: 2, ..Options::default() };
    let store = RedbStore::open(dir.path(), options).unwrap();
    store.put_member(room(1), account(1)).await.unwrap();
    // An open write transaction holds the writer up, whichever write it has taken by then.
    let held = store.database.begin_write().unwrap();
    let mut posts: Vec<_> = (0..4).map(|n| Box::pin(store.post_message(post(n)))).collect();
    let mut refused = 0;
    for post in &mut posts {
        let polled = futures_poll(post.as_mut());
        refused += usize::from(polled == Some(Err(StoreError::Overloaded)));
    }
    assert!((1..=2).contains(&refused), "{refused} of 4 refused, with room for 2 and 1 taken");
    drop(posts);
    held.abort().unwrap();
    // The writes above are abandoned; only one that the writer had taken before may be there.
    let last = loop {
        match store.post_message(post(9)).await {
            Err(StoreError::Overloaded) => tokio::task::yield_now().await,
            posted => break posted.unwrap(),
        }
    };
    let found = ids(&store).await;
    assert!(found.contains(&last) && found.len() <= 2, "{found:?}");
}

/// Polls once, without a runtime's help.
fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test]
async fn a_time_before_ids_begin_is_refused_and_the_store_goes_on() {
    let store = open_backend(Disk::default(), Options::default()).unwrap();
    store.put_member(room(1), account(1)).await.unwrap();
    let early = Post { unix_ms: 0, ..post(0) };
    assert!(matches!(store.post_message(early).await, Err(StoreError::Clock(_))));
    store.post_message(post(0)).await.unwrap();
}

#[test]
fn a_directory_in_use_is_said_to_be() {
    let dir = tempfile::tempdir().unwrap();
    let _store = RedbStore::open(dir.path(), Options::default()).unwrap();
    let refused = RedbStore::open(dir.path(), Options::default()).unwrap_err();
    assert!(matches!(&refused, OpenError::Locked { dir: found } if found == dir.path()));
    assert!(refused.to_string().contains("in use by another process"));
}

#[test]
fn a_directory_that_cannot_be_made_is_not_writable() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "not a directory").unwrap();
    let refused = RedbStore::open(&file.join("data"), Options::default()).unwrap_err();
    assert!(matches!(refused, OpenError::NotWritable { .. }), "{refused:?}");
}

#[test]
fn a_file_that_is_no_store_is_unreadable() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(RedbStore::FILE), vec![7; 8192]).unwrap();
    let refused = RedbStore::open(dir.path(), Options::default()).unwrap_err();
    assert!(matches!(refused, OpenError::Unreadable { .. }), "{refused:?}");
}

#[test]
fn a_store_of_another_layout_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = RedbStore::open(dir.path(), Options::default()).unwrap();
    let transaction = store.database.begin_write().unwrap();
    let mut numbers = transaction.open_table(tables::NUMBERS).unwrap();
    numbers.insert(tables::LAYOUT_KEY, 1).unwrap();
    drop(numbers);
    transaction.commit().unwrap();
    drop(store);
    let refused = RedbStore::open(dir.path(), Options::default()).unwrap_err();
    assert!(matches!(refused, OpenError::OtherLayout { found: 1, known: 2, .. }), "{refused:?}");
}
