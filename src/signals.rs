//! Interrupts as values: which signal came, and a token that fires.
//!
//! The signals are blocked in every thread and taken by one that waits for them. So no handler of a
//! library (Goose installs one) can run instead, and nothing happens inside a handler.

use std::io::{self, Read};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use anyhow::Context;
use nix::sys::signal::{SigSet, Signal};
use tokio_util::sync::CancellationToken;

/// Exit code of a program ended by signal N is 128 + N, as shells have it.
const SIGNALLED: i32 = 128;

/// SIGINT and SIGTERM, waited for.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    /// Fires at the first signal.
    pub(crate) stop: CancellationToken,
    came: Arc<AtomicI32>,
}

impl Signals {
    /// To be called before any other thread is started: threads inherit the block.
    pub(crate) fn wait_for() -> anyhow::Result<Self> {
        let set: SigSet = [Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
        set.thread_block().context("cannot block signals")?;
        let signals = Self { stop: CancellationToken::new(), came: Arc::default() };
        let waiting = signals.clone();
        std::thread::Builder::new()
            .name("hanno-signals".into())
            .spawn(move || waiting.take(&set))
            .context("cannot start a thread")?;
        Ok(signals)
    }

    /// Calls this once when the first signal comes, for those who cannot wait on a token.
    pub(crate) fn on_stop(&self, call: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
        let stop = self.stop.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        std::thread::Builder::new()
            .name("hanno-stop".into())
            .spawn(move || {
                runtime.block_on(stop.cancelled());
                call();
            })
            .context("cannot start a thread")?;
        Ok(())
    }

    /// Stops too when standard input ends. It is a pipe from the parent, who never writes: it ends when the
    /// parent does, even by `kill -9`.
    pub(crate) fn stop_with_stdin(&self) -> anyhow::Result<()> {
        let stop = self.stop.clone();
        let wait = move || {
            let mut byte = [0];
            while io::stdin().lock().read(&mut byte).is_ok_and(|read| read > 0) {}
            stop.cancel();
        };
        let thread = std::thread::Builder::new().name("hanno-stdin".into());
        thread.spawn(wait).map(drop).context("cannot start a thread")
    }

    /// The exit code of an interrupted program; none if no signal came.
    pub(crate) fn exit_code(&self) -> Option<ExitCode> {
        let signal = self.came.load(Ordering::Acquire);
        let code = u8::try_from(SIGNALLED + signal).ok()?;
        (signal != 0).then(|| ExitCode::from(code))
    }

    fn take(&self, set: &SigSet) {
        while let Ok(signal) = set.wait() {
            // The first one decides; more of them change nothing, the end is under way.
            let first = |came| (came == 0).then_some(signal as i32);
            let decided = self.came.fetch_update(Ordering::AcqRel, Ordering::Acquire, first);
            tracing::debug!(%signal, first = decided.is_ok(), "interrupted");
            self.stop.cancel();
        }
    }
}
