//! Two instances, a few people, one message, and every fifth reply lost: what was acknowledged is
//! there, once.
//!
//! The audit is made from outside, by versions: each acknowledged change has one of its own, and the
//! last version of a person is the number of changes that were acknowledged, with at most those
//! added whose outcome nobody was told.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chat_domain::{AccountId, Change, EPOCH_UNIX_MS, Kind, MessageText, RoomId, Tally};
use tokio::task::JoinSet;

use super::{
    tables::TestTables,
    wire::{Fate, Wire},
};
use crate::{ListReactions, Post, ReactionKey, Store as _, StoreError, dynamo::DynamoStore};

const ROOM: RoomId = RoomId::MIN;
const PEOPLE: u64 = 3;
const CHANGES_EACH: u64 = 40;

/// What one writer was told of the changes of one person.
#[derive(Clone, Default)]
struct Told {
    versions: Vec<u64>,
    unknown: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_changes_are_there_once() {
    let tables = TestTables::make("consistency").await;
    tables.put_member(ROOM, AccountId::MIN).await.unwrap();
    let text = MessageText::new("react to this").unwrap();
    let post = Post { room: ROOM, author: AccountId::MIN, text, unix_ms: EPOCH_UNIX_MS + 1 };
    let message = tables.post_message(post).await.unwrap();
    let mut writers = JoinSet::new();
    for _ in 0..2 {
        let store = Arc::new(losing_replies(&tables).await);
        for account in (1..=PEOPLE).map(|number| AccountId::new(number).unwrap()) {
            let key = ReactionKey { room: ROOM, message, account };
            writers.spawn(write(Arc::clone(&store), key));
        }
    }
    let mut told = vec![Told::default(); usize::try_from(PEOPLE).unwrap()];
    while let Some(writer) = writers.join_next().await {
        let (account, of_writer) = writer.unwrap();
        let told = &mut told[usize::try_from(account.number() - 1).unwrap()];
        told.versions.extend(of_writer.versions);
        told.unknown += of_writer.unknown;
    }
    let mut expected = Tally::default();
    let mut counted = Tally::default();
    for (account, told) in (1..).map(|number| AccountId::new(number).unwrap()).zip(told) {
        let range =
            ListReactions { room: ROOM, viewer: account, first: message, last: message, limit: 1 };
        let read = tables.list_reactions(range).await.unwrap().remove(0);
        let (acknowledged, unknown) = (told.versions.len() as u64, told.unknown);
        let distinct: BTreeSet<_> = told.versions.into_iter().collect();
        assert_eq!(distinct.len() as u64, acknowledged, "two changes have one version");
        assert!(acknowledged > CHANGES_EACH / 2, "{acknowledged} acknowledged");
        let last = read.mine.version;
        let most = acknowledged + unknown;
        assert!((acknowledged..=most).contains(&last), "{last} of {acknowledged} to {most}");
        let change = Change::Changed { from: None, to: read.mine.kind };
        expected = expected.after(change).unwrap();
        counted = read.tally;
    }
    assert_eq!(counted, expected, "the tally counts people");
}

/// Changes the reaction again and again, beside the other instance, which does the same.
async fn write(store: Arc<DynamoStore>, key: ReactionKey) -> (AccountId, Told) {
    let mut told = Told::default();
    for n in 0..CHANGES_EACH {
        let kind = Kind::from_code(u8::try_from(n % 3).unwrap()).unwrap();
        let done = match n % 4 {
            3 => store.delete_reaction(key).await,
            _ => store.put_reaction(key, kind).await,
        };
        match done {
            Ok(written) if written.changed => told.versions.push(written.record.version),
            // It was so already, or was lost to the other instance round after round.
            Ok(_) | Err(StoreError::Throttled(_)) => {}
            Err(StoreError::Unavailable(_)) => told.unknown += 1,
            Err(other) => panic!("{other}"),
        }
    }
    (key.account, told)
}

async fn losing_replies(tables: &TestTables) -> DynamoStore {
    let turn = AtomicU64::new(0);
    let wire = Wire::new(move |seen| {
        let loses = seen.call == "TransactWriteItems"
            && turn.fetch_add(1, Ordering::Relaxed).is_multiple_of(5);
        if loses { Fate::LosesReply } else { Fate::Passes }
    });
    DynamoStore::open_through(tables.options(), wire.client()).await.unwrap()
}
