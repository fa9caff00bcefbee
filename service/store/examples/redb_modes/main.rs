//! What each way of committing costs in redb: the figures behind `docs/measured/redb.md`.
//!
//! `cargo run --release -p chat-store --example redb_modes [DIRECTORY]` takes about three minutes;
//! the directory decides which disk is measured (default: the system's temporary one).

mod clock;

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chat_domain::Kind;
use chat_store::{
    CommitMode, ListReactions, Options, ReactionKey, RedbStore, Store as _,
    populate::{self, Dataset, DatasetRow, Spec},
};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Each mode is measured so often; the spread of its runs is printed.
const RUNS: usize = 3;
const RUN_LENGTH: Duration = Duration::from_secs(3);
const AS_OF: u64 = 1_793_491_200_000;
const COMMITS: [CommitMode; 3] =
    [CommitMode::OnePhase, CommitMode::TwoPhase, CommitMode::QuickRepair];

fn main() -> Outcome {
    let base = env::args_os().nth(1).map_or_else(env::temp_dir, PathBuf::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    runtime.block_on(writes(&base))?;
    runtime.block_on(reads(&base))?;
    repairs(&base)
}

/// Puts of one writer, of 64 that commit each alone, and of 64 that commit together.
async fn writes(base: &Path) -> Outcome {
    say(
        "| commit | writers | most in one commit | puts/s | put p50 us | put p99 us | reads/s | read p50 us | read p99 us |",
    )?;
    say("|---|---|---|---|---|---|---|---|---|")?;
    let modes: Vec<_> = COMMITS
        .into_iter()
        .flat_map(|commit| {
            [(1, 1), (64, 1), (64, 256)].map(|(w, batch_max)| (commit, w, batch_max))
        })
        .collect();
    // Round by round, so that a minute in which the disk is slow is not the minute of one mode.
    let mut runs = vec![Vec::new(); modes.len()];
    for _ in 0..RUNS {
        for ((commit, writers, batch_max), runs) in modes.iter().copied().zip(&mut runs) {
            let options = Options { commit, batch_max, ..Options::default() };
            runs.push(write_run(base, options, writers).await?);
        }
    }
    for ((commit, writers, batch_max), runs) in modes.iter().zip(&runs) {
        let column = |of: &dyn Fn(&(Times, Times)) -> u64| spread(runs.iter().map(of));
        say(&format!(
            "| {commit:?} | {writers} | {batch_max} | {} | {} | {} | {} | {} | {} |",
            column(&|run| run.0.len() / RUN_LENGTH.as_secs()),
            column(&|run| run.0.value_at_quantile(0.5) / 1000),
            column(&|run| run.0.value_at_quantile(0.99) / 1000),
            column(&|run| run.1.len() / RUN_LENGTH.as_secs()),
            column(&|run| run.1.value_at_quantile(0.5) / 1000),
            column(&|run| run.1.value_at_quantile(0.99) / 1000),
        ))?;
    }
    Ok(())
}

type Times = Histogram<u64>;

/// Nanoseconds of each put, and of each read of 50 messages that one reader did beside.
async fn write_run(base: &Path, options: Options, writers: usize) -> Outcome<(Times, Times)> {
    let dir = tempfile::tempdir_in(base)?;
    let store = Arc::new(RedbStore::open(dir.path(), options)?);
    let rows = Arc::new(populate::fill(&store, &Spec::new(1, AS_OF))?.rows);
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let (store, rows, stop) = (Arc::clone(&store), Arc::clone(&rows), Arc::clone(&stop));
        tasks.spawn(async move { write_until(&store, &rows, writer, &stop).await });
    }
    let reader = {
        let (store, rows, stop) = (Arc::clone(&store), Arc::clone(&rows), Arc::clone(&stop));
        tokio::spawn(async move { read_until(&store, &rows, &stop).await })
    };
    tokio::task::spawn_blocking(move || {
        std::thread::sleep(RUN_LENGTH);
        stop.store(true, Ordering::Relaxed);
    })
    .await?;
    let mut puts = times()?;
    while let Some(done) = tasks.join_next().await {
        puts.add(done??)?;
    }
    Ok((puts, reader.await??))
}

async fn write_until(
    store: &RedbStore,
    rows: &[DatasetRow],
    writer: usize,
    stop: &AtomicBool,
) -> Outcome<Times> {
    let kinds: Vec<Kind> = Kind::all().collect();
    let mut times = times()?;
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        // A prime step visits all rows before it repeats one, and then with another kind.
        let row = &rows[(writer * 131 + n * 7919) % rows.len()];
        let message = row.messages[n % row.messages.len()];
        let key = ReactionKey { room: row.room, message, account: row.account };
        let started = clock::monotonic();
        store.put_reaction(key, kinds[(n + n / rows.len()) % kinds.len()]).await?;
        times.record(nanos(started.elapsed()))?;
        n += 1;
    }
    Ok(times)
}

async fn read_until(store: &RedbStore, rows: &[DatasetRow], stop: &AtomicBool) -> Outcome<Times> {
    let mut times = times()?;
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        let list = newest(&rows[n * 7919 % rows.len()]);
        let started = clock::monotonic();
        store.list_reactions(list).await?;
        times.record(nanos(started.elapsed()))?;
        n += 1;
        // The runtime has two threads: without this the reader would keep one to itself.
        tokio::task::yield_now().await;
    }
    Ok(times)
}

/// The same read on the calling thread and through the blocking pool, nothing else going on.
async fn reads(base: &Path) -> Outcome {
    say("\n| read of 50 messages | reads/s | p50 us | p99 us |\n|---|---|---|---|")?;
    let dir = tempfile::tempdir_in(base)?;
    let store = Arc::new(RedbStore::open(dir.path(), Options::default())?);
    let rows = populate::fill(&store, &Spec::new(1, AS_OF))?.rows;
    for (name, pooled) in [("on the calling thread", false), ("through the blocking pool", true)] {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            runs.push(read_run(&store, &rows, pooled).await?);
        }
        let column = |of: &dyn Fn(&Times) -> u64| spread(runs.iter().map(of));
        say(&format!(
            "| {name} | {} | {} | {} |",
            column(&Times::len),
            column(&|run| run.value_at_quantile(0.5) / 1000),
            column(&|run| run.value_at_quantile(0.99) / 1000),
        ))?;
    }
    Ok(())
}

async fn read_run(store: &Arc<RedbStore>, rows: &[DatasetRow], pooled: bool) -> Outcome<Times> {
    let mut times = times()?;
    let run = clock::monotonic();
    let mut n = 0;
    while run.elapsed() < Duration::from_secs(1) {
        let list = newest(&rows[n * 7919 % rows.len()]);
        let started = clock::monotonic();
        if pooled {
            let (store, handle) = (Arc::clone(store), tokio::runtime::Handle::current());
            let read = move || handle.block_on(store.list_reactions(list));
            tokio::task::spawn_blocking(read).await??;
        } else {
            store.list_reactions(list).await?;
        }
        times.record(nanos(started.elapsed()))?;
        n += 1;
    }
    Ok(times)
}

/// How long opening takes after a stop without closing: on a copy of the file while it is open.
fn repairs(base: &Path) -> Outcome {
    say("\n| commit | messages | file MiB | fill s | open, unclean ms | open, closed ms |")?;
    say("|---|---|---|---|---|---|")?;
    for messages in [10_000, 500_000] {
        for commit in COMMITS {
            let dir = tempfile::tempdir_in(base)?;
            let options = Options { commit, ..Options::default() };
            let store = RedbStore::open(dir.path(), options)?;
            let started = clock::monotonic();
            let dataset = populate::fill(&store, &Spec { messages, ..Spec::new(1, AS_OF) })?;
            let filled = started.elapsed().as_secs_f64();
            put_one(&store, &dataset)?;
            let file = dir.path().join(RedbStore::FILE);
            let unclean = opening_times(base, &file, options)?;
            drop(store);
            let closed = opening_times(base, &file, options)?;
            let mib = fs::metadata(&file)?.len() >> 20;
            say(&format!(
                "| {commit:?} | {messages} | {mib} | {filled:.2} | {unclean} | {closed} |"
            ))?;
        }
    }
    Ok(())
}

/// Milliseconds to open copies of a file as it is now.
fn opening_times(base: &Path, file: &Path, options: Options) -> Outcome<String> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let dir = tempfile::tempdir_in(base)?;
        let copy = dir.path().join(RedbStore::FILE);
        fs::copy(file, &copy)?;
        // Else the first sync of the store would wait for the copy.
        fs::File::open(&copy)?.sync_all()?;
        let started = clock::monotonic();
        let opened = RedbStore::open(dir.path(), options)?;
        runs.push(nanos(started.elapsed()) / 1_000_000);
        drop(opened);
    }
    Ok(spread(runs.into_iter()))
}

/// The last commit before the stop is one of the mode under test.
fn put_one(store: &RedbStore, dataset: &Dataset) -> Outcome {
    let row = &dataset.rows[0];
    let key = ReactionKey { room: row.room, message: row.last, account: row.account };
    let kind = Kind::from_code(0)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(store.delete_reaction(key))?;
    runtime.block_on(store.put_reaction(key, kind))?;
    Ok(())
}

fn newest(row: &DatasetRow) -> ListReactions {
    let DatasetRow { room, account, first, last, .. } = *row;
    ListReactions { room, viewer: account, first, last, limit: 100 }
}

fn times() -> Outcome<Times> {
    Ok(Histogram::new_with_bounds(1, 60_000_000_000, 3)?)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The least and the greatest.
fn spread(runs: impl Iterator<Item = u64> + Clone) -> String {
    let least = runs.clone().min().unwrap_or_default();
    let most = runs.max().unwrap_or_default();
    format!("{least}..{most}")
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}
