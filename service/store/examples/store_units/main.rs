//! What a page of messages and a reaction cost on a store, in time and in units: the figures behind
//! `cargo xtask measure store`.
//!
//! `store_units --store redb|dynamodb [--endpoint URL] [--count N]` fills a store with the default
//! data set, asks it N times one after another and N times with 32 at once, and prints a line of
//! JSON for each.

mod clock;

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    process,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chat_domain::{Kind, MessageId};
use chat_store::{
    Consumed, ListMessages, Operation, ReactionKey, RedbStore, Store,
    dynamo::{self, DynamoStore, Endpoint, Timeouts},
    populate::{self, Dataset, DatasetRow, Spec},
};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const AS_OF: u64 = 1_793_491_200_000;
const PAGE: usize = 50;
/// With about twenty bytes more for each message, such a page is two units of 4096 bytes. So are nine
/// pages in ten of the data set; with the tenth the units would be a mean of two numbers.
const TEXT_BYTES_MIN: usize = 3300;
/// What is measured is how long an answer takes, not when a service would give up on it.
const PATIENCE: Duration = Duration::from_mins(1);
const AT_ONCE: [usize; 2] = [1, 32];

/// What was asked for on the command line.
struct Arguments {
    store: String,
    endpoint: Option<String>,
    count: usize,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Outcome {
    let arguments = arguments()?;
    match (arguments.store.as_str(), arguments.endpoint) {
        ("redb", None) => redb(arguments.count).await,
        ("dynamodb", Some(url)) => dynamodb(url, arguments.count).await,
        _ => Err("store_units --store redb | --store dynamodb --endpoint URL".into()),
    }
}

fn arguments() -> Outcome<Arguments> {
    let mut found = Arguments { store: String::new(), endpoint: None, count: 1000 };
    let mut words = env::args().skip(1);
    while let Some(name) = words.next() {
        let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--store" => found.store = value,
            "--endpoint" => found.endpoint = Some(value),
            "--count" => found.count = value.parse()?,
            _ => return Err(format!("there is no {name}").into()),
        }
    }
    Ok(found)
}

async fn redb(count: usize) -> Outcome {
    let dir = env::temp_dir().join(format!("store-units-{}", process::id()));
    let store = RedbStore::open(&dir, chat_store::Options::default())?;
    let dataset = populate::fill(&store, &Spec::new(1, AS_OF))?;
    let measured = measure(&Arc::new(store), &dataset, count).await;
    std::fs::remove_dir_all(&dir)?;
    measured
}

async fn dynamodb(url: String, count: usize) -> Outcome {
    let prefix = format!("store-units-{}-", process::id());
    let timeouts = Timeouts {
        connect: PATIENCE,
        read_attempt: PATIENCE,
        write_attempt: PATIENCE,
        operation: PATIENCE,
    };
    let options =
        dynamo::Options { timeouts, ..dynamo::Options::new(Endpoint::Local { url }, prefix) };
    let store = Arc::new(DynamoStore::open(options).await?);
    store.create_tables().await?;
    let dataset = populate::fill_dynamo(&store, &Spec::new(1, AS_OF)).await;
    let measured = match dataset {
        Ok(dataset) => measure(&store, &dataset, count).await,
        Err(error) => Err(error.into()),
    };
    store.delete_tables().await?;
    measured
}

async fn measure<S: Store>(store: &Arc<S>, dataset: &Dataset, count: usize) -> Outcome {
    let targets = Arc::new(targets(&**store, dataset, count).await?);
    // Each is put once before: then every viewer has a reaction, every later put is a change, and the
    // store is warm. The two kinds of a round are others than those of the round before.
    put(store, &targets, 0, 1).await?;
    for (round, at_once) in (1..).zip(AT_ONCE) {
        let before = store.consumed();
        let times = list(store, &targets, at_once).await?;
        print(Operation::ListMessages, at_once, &times, &before, &store.consumed())?;
        let before = store.consumed();
        let times = put(store, &targets, round, at_once).await?;
        print(Operation::PutReaction, at_once, &times, &before, &store.consumed())?;
    }
    Ok(())
}

/// One person, and one message of a room with a full page, which that person reacts to.
struct Target {
    row: DatasetRow,
    message: MessageId,
}

/// So many, taken from all over the data set: strides of a prime, so that neighbours in time are not
/// neighbours in a room.
async fn targets<S: Store>(store: &S, dataset: &Dataset, count: usize) -> Outcome<Vec<Target>> {
    let mut all = Vec::new();
    for row in &dataset.rows {
        let page = store.list_messages(newest(row)).await?;
        let text_bytes: usize = page.iter().map(|message| message.text.len()).sum();
        if page.len() == PAGE && text_bytes >= TEXT_BYTES_MIN {
            let messages = row.messages.iter();
            all.extend(messages.map(|message| (row, *message)));
        }
    }
    let target = |n: usize| {
        let (row, message) = all[n * 7919 % all.len()];
        Target { row: row.clone(), message }
    };
    Ok((0..count.min(all.len())).map(target).collect())
}

fn newest(row: &DatasetRow) -> ListMessages {
    ListMessages { room: row.room, viewer: row.account, before: None, limit: PAGE }
}

async fn list<S: Store>(
    store: &Arc<S>,
    targets: &Arc<Vec<Target>>,
    at_once: usize,
) -> Outcome<Histogram<u64>> {
    let store = Arc::clone(store);
    let call = move |target: &Target| {
        let (store, list) = (Arc::clone(&store), newest(&target.row));
        async move { store.list_messages(list).await.map(drop) }
    };
    times(targets, at_once, call).await
}

/// The round decides the kind, and with it that each put is a change.
async fn put<S: Store>(
    store: &Arc<S>,
    targets: &Arc<Vec<Target>>,
    round: u8,
    at_once: usize,
) -> Outcome<Histogram<u64>> {
    let kind = Kind::from_code(round)?;
    let store = Arc::clone(store);
    let call = move |target: &Target| {
        let DatasetRow { room, account, .. } = target.row;
        let (store, key) =
            (Arc::clone(&store), ReactionKey { room, message: target.message, account });
        async move { store.put_reaction(key, kind).await.map(drop) }
    };
    times(targets, at_once, call).await
}

/// A call for each target, `at_once` of them on the way at any time.
async fn times<F>(
    targets: &Arc<Vec<Target>>,
    at_once: usize,
    call: impl Fn(&Target) -> F + Clone + Send + 'static,
) -> Outcome<Histogram<u64>>
where
    F: Future<Output = Result<(), chat_store::StoreError>> + Send + 'static,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (targets, next, call) = (Arc::clone(targets), Arc::clone(&next), call.clone());
        workers.spawn(async move {
            let mut times = Histogram::<u64>::new(3)?;
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(target) = targets.get(n) else { return Outcome::Ok(times) };
                let begun = clock::monotonic();
                call(target).await?;
                times.record(u64::try_from(begun.elapsed().as_micros())?)?;
            }
        });
    }
    let mut all = Histogram::<u64>::new(3)?;
    while let Some(times) = workers.join_next().await {
        all.add(times??)?;
    }
    Ok(all)
}

fn print(
    operation: Operation,
    at_once: usize,
    times: &Histogram<u64>,
    before: &[Consumed],
    after: &[Consumed],
) -> Outcome {
    let units = |of: fn(&Consumed) -> f64| {
        let sum = |all: &[Consumed]| {
            all.iter().filter(|one| one.operation == operation).map(of).sum::<f64>()
        };
        let count = u32::try_from(times.len()).map_or(f64::INFINITY, f64::from);
        (sum(after) - sum(before)) / count
    };
    let line = serde_json::json!({
        "operation": operation.name(),
        "concurrency": at_once,
        "count": times.len(),
        "p50_us": times.value_at_quantile(0.5),
        "p99_us": times.value_at_quantile(0.99),
        "read_units_per_op": units(|consumed| consumed.read_units),
        "write_units_per_op": units(|consumed| consumed.write_units),
    });
    writeln!(io::stdout(), "{line}")?;
    Ok(())
}
