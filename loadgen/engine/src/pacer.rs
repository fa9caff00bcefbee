//! Releases every arrival at its due time, whatever users and target do.

use std::io;
use std::sync::Arc;

use load_plan::arrival::Arrival;
use load_plan::plan::Plan;
use run_record::arrival_row::ArrivalRow;
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::event::Event;
use crate::exact_timer::ExactTimer;
use crate::handoff::Handoff;
use crate::planned::Planned;
use crate::rows;

/// How long the pacer sleeps at most before it looks whether it was told to stop.
const LOOK_UP_NS: u64 = 100_000_000;

/// In the first turn the runtime sees which replies have come, in the second their users run.
const TURNS: usize = 2;

/// What the pacer works with.
#[derive(Debug)]
pub(crate) struct Pacer {
    pub(crate) plan: Arc<Plan>,
    pub(crate) handoffs: Arc<[Handoff]>,
    pub(crate) planned: Arc<Planned>,
    /// Rows of arrivals that no user will see.
    pub(crate) events: flume::Sender<Event>,
    pub(crate) stop: CancellationToken,
    /// For how long before a due time it may watch the clock; 0 where nobody else would serve users meanwhile.
    pub(crate) watch_ns: u64,
}

impl Pacer {
    /// Walks the schedule to its end; after a stop everything that is left is unreleased.
    ///
    /// # Errors
    /// When the kernel has no timer to give.
    pub(crate) async fn pace(
        self,
        clock: Clock,
        schedule: impl Iterator<Item = Arrival>,
    ) -> io::Result<()> {
        let timer = ExactTimer::new(clock)?;
        for arrival in schedule {
            if clock.until_ns(arrival.due_ns) == 0 {
                self.let_replies_in(&arrival).await;
            }
            let due = self.wait_until_due(&clock, &timer, arrival.due_ns).await?;
            if !due {
                self.planned.keep_back();
            }
            self.planned.add(arrival.stream, self.measured(&arrival));
            if due {
                self.release(arrival, clock.now_ns()).await;
            } else {
                self.report(rows::unreleased(&self.plan, &arrival)).await;
            }
        }
        // Those of closed streams are another's to close.
        let open = self.handoffs.iter().zip(&self.plan.streams).filter(|(_, s)| !s.is_closed());
        open.for_each(|(handoff, _)| handoff.close());
        Ok(())
    }

    /// Behind time, each further user would open a connection, which takes as long as several requests and would put
    /// the next ones further behind. Replies that have come meanwhile may free one that has its own.
    async fn let_replies_in(&self, arrival: &Arrival) {
        for _ in 0..TURNS {
            if self.handoff(arrival).has_idle() {
                return;
            }
            yield_now().await;
        }
    }

    /// False when told to stop before.
    async fn wait_until_due(
        &self,
        clock: &Clock,
        timer: &ExactTimer,
        due_ns: u64,
    ) -> io::Result<bool> {
        while !self.stop.is_cancelled() {
            let left_ns = clock.until_ns(due_ns);
            if left_ns == 0 {
                return Ok(true);
            }
            let nap_end_ns = due_ns - left_ns.saturating_sub(LOOK_UP_NS).min(due_ns);
            timer.wait_until(nap_end_ns, self.watch_ns).await?;
        }
        Ok(false)
    }

    async fn release(&self, arrival: Arrival, now_ns: u64) {
        let offered = self.handoff(&arrival).offer(arrival, now_ns);
        if let Err(refused) = offered {
            self.report(rows::dropped(&self.plan, &refused, "queue_full")).await;
        }
    }

    fn handoff(&self, arrival: &Arrival) -> &Handoff {
        &self.handoffs[usize::from(arrival.stream)]
    }

    async fn report(&self, row: ArrivalRow) {
        // The collector outlives the pacer; without it there is nothing left to tell.
        let arrival_due_ns = row.due_ns;
        let row = Box::new(row);
        drop(self.events.send_async(Event::Row { row, arrival_due_ns }).await);
    }

    fn measured(&self, arrival: &Arrival) -> bool {
        self.plan.streams[usize::from(arrival.stream)].phases[usize::from(arrival.phase)].measured
    }
}
