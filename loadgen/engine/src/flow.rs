//! From the hand-off to the collector: what every user does, whoever runs the users.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use load_plan::plan::Plan;
use run_record::arrival_row::ArrivalRow;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::closed::Answers;
use crate::event::Event;
use crate::exchange::Exchange;
use crate::handoff::{Handoff, Released};
use crate::journey::{self, Setting};
use crate::requests::Requests;
use crate::rows;
use crate::think::Alarm;
use crate::users::Serve;

/// The users' side of a run.
#[derive(Debug)]
pub(crate) struct Flow<E: Exchange> {
    plan: Arc<Plan>,
    handoffs: Arc<[Handoff]>,
    /// Stream and seat within it, for each user.
    seats: Vec<(u16, usize)>,
    /// What each user keeps between its arrivals; taken out while it serves one.
    kept: Vec<Mutex<Option<E::Kept>>>,
    setting: Setting<E>,
    /// Set when the run starts; before that no arrival exists.
    clock: OnceLock<Clock>,
    events: flume::Sender<Event>,
    answers: Answers,
    ready: Gate,
    left: Gate,
}

/// Opens when everyone has come.
#[derive(Debug, Default)]
struct Gate {
    come: AtomicUsize,
    all: Notify,
}

impl<E: Exchange> Flow<E> {
    pub(crate) fn new(
        requests: Requests,
        exchange: E,
        events: flume::Sender<Event>,
        answers: Answers,
        abandon: CancellationToken,
    ) -> Self {
        let plan = Arc::clone(requests.plan());
        let users = |stream: &load_plan::plan::Stream| usize::try_from(stream.users).unwrap_or(1);
        let handoffs = plan
            .streams
            .iter()
            .map(|stream| Handoff::new(users(stream), stream.queue as usize))
            .collect();
        let seats: Vec<_> = (0u16..)
            .zip(&plan.streams)
            .flat_map(|(number, stream)| (0..users(stream)).map(move |seat| (number, seat)))
            .collect();
        Self {
            plan,
            handoffs,
            kept: seats.iter().map(|_| Mutex::default()).collect(),
            seats,
            setting: Setting { requests, exchange, alarm: Alarm::default(), abandon },
            clock: OnceLock::new(),
            events,
            answers,
            ready: Gate::default(),
            left: Gate::default(),
        }
    }

    pub(crate) fn seats(&self) -> usize {
        self.seats.len()
    }

    pub(crate) fn handoffs(&self) -> &Arc<[Handoff]> {
        &self.handoffs
    }

    pub(crate) fn requests(&self) -> &Requests {
        &self.setting.requests
    }

    pub(crate) fn exchange(&self) -> &E {
        &self.setting.exchange
    }

    /// The exact timer of later steps, to be rung by a thread.
    pub(crate) fn alarm(&self) -> &Alarm {
        &self.setting.alarm
    }

    /// Every user is up.
    pub(crate) async fn all_ready(&self) {
        self.ready.wait(self.seats.len()).await;
    }

    /// From here on arrivals may be handed off.
    pub(crate) fn start(&self, clock: Clock) {
        self.clock.get_or_init(|| clock);
    }

    /// Every user has left.
    pub(crate) async fn all_left(&self) {
        self.left.wait(self.seats.len()).await;
    }

    /// Drops what still waits for a user: nobody will serve it any more.
    pub(crate) async fn drop_waiting(&self) {
        for released in self.handoffs.iter().flat_map(Handoff::discard) {
            self.report(&released, rows::dropped(&self.plan, &released, "never_started")).await;
        }
    }

    async fn serve_released(&self, user: usize, released: Released, clock: &Clock) {
        let max_wait_ns = self.plan.streams[usize::from(released.arrival.stream)].max_wait_ns;
        let waited_ns = clock.now_ns().saturating_sub(released.released_ns);
        let refused = match () {
            () if self.setting.abandon.is_cancelled() => Some("never_started"),
            () if waited_ns > max_wait_ns => Some("wait_limit"),
            () => None,
        };
        if let Some(why) = refused {
            return self.report(&released, rows::dropped(&self.plan, &released, why)).await;
        }
        // A panic or the end of the run costs what was kept, never a lock.
        let slot = || self.kept[user].lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = slot().take().unwrap_or_default();
        for row in journey::serve(&self.setting, &mut kept, clock, released).await {
            self.report(&released, row).await;
        }
        *slot() = Some(kept);
    }

    pub(crate) async fn report(&self, released: &Released, row: ArrivalRow) {
        let now_ns = self.clock.get().map_or(0, Clock::now_ns);
        self.answers.tell(&self.plan, &row, now_ns);
        let event = Event::Row { row: Box::new(row), arrival_due_ns: released.arrival.due_ns };
        // The collector outlives the users; without it there is nothing left to tell.
        drop(self.events.send_async(event).await);
    }
}

impl<E: Exchange> Serve for Flow<E> {
    fn ready(&self, _seat: usize) {
        self.ready.one_more(self.seats.len());
    }

    async fn serve(&self, user: usize) -> bool {
        let (stream, seat) = self.seats[user];
        let taken = self.handoffs[usize::from(stream)].take(seat).await;
        let (Some(released), Some(clock)) = (taken, self.clock.get()) else {
            self.left.one_more(self.seats.len());
            return false;
        };
        self.serve_released(user, released, clock).await;
        true
    }
}

impl Gate {
    fn one_more(&self, all: usize) {
        if self.come.fetch_add(1, Ordering::AcqRel) + 1 >= all {
            self.all.notify_waiters();
        }
    }

    async fn wait(&self, all: usize) {
        let notified = self.all.notified();
        tokio::pin!(notified);
        // Registered before the count is read: the last one cannot slip through between.
        notified.as_mut().enable();
        if self.come.load(Ordering::Acquire) < all {
            notified.await;
        }
    }
}
