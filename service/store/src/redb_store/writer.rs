//! Group commit: one thread takes all waiting writes into one durable transaction, then answers them.
//!
//! No write is answered before the commit that holds it is on disk. A write whose caller has gone
//! (deadline, closed connection) before its turn is not done at all.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};

use redb::{Database, Durability};
use tokio::sync::{mpsc, oneshot};

use super::{
    CommitMode, OpenError, Options,
    errors::store_error,
    write::{Batch, Write},
};
use crate::StoreError;

/// The queue to the thread; dropping it finishes what waits and joins the thread.
#[derive(Debug)]
pub(super) struct Writer {
    // Always there until the drop.
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(database: Arc<Database>, options: Options) -> Result<Self, OpenError> {
        let (queue, jobs) = mpsc::channel(options.queue_max);
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(&database, options, jobs))
            .map_err(OpenError::NoThread)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Hands a write over and waits until it is durable or refused.
    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Waiting { write: Some(write), output: None, reply });
        self.queue()?.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Whether writes are taken.
    pub(super) fn probe(&self) -> Result<(), StoreError> {
        let queue = self.queue()?;
        if queue.is_closed() {
            return Err(stopped());
        }
        if queue.capacity() == 0 { Err(StoreError::Overloaded) } else { Ok(()) }
    }

    fn queue(&self) -> Result<&mpsc::Sender<Box<dyn Job>>, StoreError> {
        self.queue.as_ref().ok_or_else(stopped)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer had panicked");
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("its writer has stopped".into())
}

/// A write and the one who waits for it, whatever its type.
trait Job: Send {
    /// Whether nobody waits any more.
    fn abandoned(&self) -> bool;
    /// Does it; `Err`: the whole transaction must be given up.
    fn apply(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError>;
    /// Tells the one who waits: its own output, or why the transaction failed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waiting<W: Write> {
    write: Option<W>,
    output: Option<Result<W::Output, StoreError>>,
    reply: oneshot::Sender<Result<W::Output, StoreError>>,
}

impl<W: Write> Job for Waiting<W> {
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn apply(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let write = self.write.take().expect("a job is applied once");
        let output = write.apply(batch);
        if let Err(error) = &output
            && !error.is_refusal()
        {
            return Err(error.clone());
        }
        self.output = Some(output);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let output = match (committed, self.output) {
            (Ok(()), Some(output)) => output,
            (Ok(()), None) => Err(stopped()),
            (Err(error), _) => Err(error),
        };
        // Whoever has gone meanwhile misses an answer; the write is durable all the same.
        drop(self.reply.send(output));
    }
}

fn run(database: &Database, options: Options, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    let mut waiting = Vec::with_capacity(options.batch_max);
    while jobs.blocking_recv_many(&mut waiting, options.batch_max) > 0 {
        waiting.retain(|job| !job.abandoned());
        let committed = commit(database, options, &mut waiting);
        if let Err(error) = &committed {
            tracing::error!(%error, writes = waiting.len(), "a transaction failed");
        }
        for job in waiting.drain(..) {
            job.answer(committed.clone());
        }
    }
}

/// All of them in one transaction; returns when it is durable.
fn commit(
    database: &Database,
    options: Options,
    jobs: &mut [Box<dyn Job>],
) -> Result<(), StoreError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let mut transaction = database.begin_write().map_err(store_error)?;
    let durability = match options.commit {
        #[cfg(test)]
        CommitMode::NotDurable => Durability::None,
        _ => Durability::Immediate,
    };
    transaction.set_durability(durability).map_err(store_error)?;
    transaction.set_two_phase_commit(options.commit == CommitMode::TwoPhase);
    transaction.set_quick_repair(options.commit == CommitMode::QuickRepair);
    {
        let mut batch = Batch::open(&transaction, options.node)?;
        for job in jobs {
            job.apply(&mut batch)?;
        }
    }
    transaction.commit().map_err(store_error)
}
