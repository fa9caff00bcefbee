//! What the embedded store takes: a page of messages, a reaction alone and many at once, and filling it.
//!
//! Its files lie in the target folder and not in the system's temporary one, which may be memory: there a commit
//! that waits for the disk would cost nothing.

use std::hint::black_box;
use std::time::Duration;

use chat_domain::Kind;
use chat_store::populate::history::{self, HistorySpec};
use chat_store::populate::{self, DatasetRow, Spec};
use chat_store::{ListMessages, Options, ReactionKey, RedbStore, Store, StoreError, Written};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// 2026-11-01T00:00:00Z.
const AS_OF: u64 = 1_793_491_200_000;

/// As many as a screen and its scroll-back show.
const PAGE: usize = 50;

/// Writers who wait for one commit together.
const AT_ONCE: u64 = 64;

/// Messages of a fill: one part and a half.
const FILLED: u64 = 30_000;

/// A store with the default data set, and where one is in it.
struct Filled {
    // The store is closed before its files go.
    store: RedbStore,
    rows: Vec<DatasetRow>,
    kinds: Vec<Kind>,
    _folder: TempDir,
}

impl Filled {
    fn new() -> Self {
        let (folder, store) = empty();
        let filled = populate::fill(&store, &Spec::new(1, AS_OF)).expect("the store is empty");
        Self { store, rows: filled.rows, kinds: Kind::all().collect(), _folder: folder }
    }

    /// Strides of a prime, so that neighbours in time are not neighbours in a room.
    fn row(&self, n: u64) -> &DatasetRow {
        &self.rows[index(n.wrapping_mul(7919), self.rows.len())]
    }

    async fn page(&self, n: u64) -> usize {
        let DatasetRow { room, account, .. } = *self.row(n);
        let list = ListMessages { room, viewer: account, before: None, limit: PAGE };
        self.store.list_messages(list).await.expect("the room is there").len()
    }

    /// Every time another one, until all rows were taken; then another kind, so that nearly each is a change.
    async fn put(&self, n: u64) -> Result<Written, StoreError> {
        let row = self.row(n);
        let message = row.messages[index(n, row.messages.len())];
        let key = ReactionKey { room: row.room, message, account: row.account };
        let round = n / self.rows.len() as u64;
        self.store.put_reaction(key, self.kinds[index(n + round, self.kinds.len())]).await
    }
}

fn reads(criterion: &mut Criterion) {
    let (filled, runtime) = (Filled::new(), runtime());
    let mut n = 0;
    let mut group = criterion.benchmark_group("reads");
    group.throughput(Throughput::Elements(1));
    group.bench_function("page of 50 messages", |bencher| {
        bencher.iter(|| {
            n += 1;
            runtime.block_on(filled.page(black_box(n)))
        });
    });
    group.finish();
}

fn writes(criterion: &mut Criterion) {
    let (filled, runtime) = (Filled::new(), runtime());
    let mut n = 0;
    let mut group = criterion.benchmark_group("writes");
    group.throughput(Throughput::Elements(1));
    group.bench_function("reaction, alone", |bencher| {
        bencher.iter(|| {
            n += 1;
            runtime.block_on(filled.put(n)).expect("the message is there")
        });
    });
    group.throughput(Throughput::Elements(AT_ONCE));
    group.bench_function("reactions, 64 at once", |bencher| {
        bencher.iter(|| {
            let puts = (n..n + AT_ONCE).map(|n| filled.put(n));
            n += AT_ONCE;
            let written = runtime.block_on(join_all(puts));
            assert!(written.iter().all(Result::is_ok), "fewer wait than may wait");
        });
    });
    group.finish();
}

fn fills(criterion: &mut Criterion) {
    let spec = HistorySpec { messages: FILLED, ..HistorySpec::of(30, 1, AS_OF) };
    let mut group = criterion.benchmark_group("fills");
    group.throughput(Throughput::Elements(FILLED));
    group.bench_function("history", |bencher| {
        let fill = |(folder, store): (TempDir, RedbStore)| {
            history::fill(&store, &spec, |_| ()).expect("the store is empty");
            // Closing and removing it is not what is asked for.
            (store, folder)
        };
        bencher.iter_batched(empty, fill, BatchSize::PerIteration);
    });
    group.finish();
}

fn empty() -> (TempDir, RedbStore) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"));
    let folder = folder.expect("the target folder can be written");
    let store = RedbStore::open(folder.path(), Options::default());
    (folder, store.expect("the folder is new"))
}

/// On one thread, so that no time is spent between threads but for the store's own.
fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime without threads can be built")
}

fn index(n: u64, length: usize) -> usize {
    usize::try_from(n % length as u64).expect("less than a length")
}

criterion_group! {
    name = benches;
    // A durable write waits for the disk: few samples are many of them already.
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(5))
        .sample_size(20);
    targets = reads, writes, fills
}
criterion_main!(benches);
