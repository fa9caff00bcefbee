//! What Goose costs: the CPU time of an arrival for Goose's users, and for plain tasks that wait at the same queue and do
//! the same with it, which is nothing. The times that criterion prints here are CPU times of the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use users::Serve;

// The very file of the engine, which offers it to nobody else.
#[path = "../loadgen/engine/src/users.rs"]
#[expect(unreachable_pub, reason = "what the engine's callers see of it, nobody sees here")]
mod users;

/// As many as a small run has, and as one with slow answers.
const SEATS: [usize; 2] = [64, 1024];

/// Arrivals to be taken, and how many have been.
struct Queue {
    arrivals: flume::Receiver<()>,
    served: AtomicU64,
    ready: Semaphore,
}

impl Serve for Queue {
    fn ready(&self, _seat: usize) {
        self.ready.add_permits(1);
    }

    async fn serve(&self, _seat: usize) -> bool {
        let taken = self.arrivals.recv_async().await.is_ok();
        self.served.fetch_add(u64::from(taken), Ordering::Relaxed);
        taken
    }
}

/// Users who wait for arrivals, on a runtime of one thread, so that no time is spent between threads.
struct Waiting {
    runtime: Runtime,
    queue: Arc<Queue>,
    arrivals: flume::Sender<()>,
}

impl Waiting {
    fn start(seats: usize, start: impl FnOnce(&Runtime, usize, &Arc<Queue>)) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime without threads can be built");
        let (arrivals, taken) = flume::bounded(seats);
        let (served, ready) = (AtomicU64::new(0), Semaphore::new(0));
        let queue = Arc::new(Queue { arrivals: taken, served, ready });
        start(&runtime, seats, &queue);
        let all = u32::try_from(seats).expect("thousands at most");
        runtime
            .block_on(async { queue.ready.acquire_many(all).await.map(drop) })
            .expect("it is open");
        Self { runtime, queue, arrivals }
    }

    /// CPU time of so many arrivals: each wakes a user, which serves it before the next one comes.
    fn serve(&self, arrivals: u64) -> Duration {
        let (begun, all) = (cpu(), self.queue.served.load(Ordering::Relaxed) + arrivals);
        self.runtime.block_on(async {
            for _ in 0..arrivals {
                self.arrivals.send_async(()).await.expect("the users are waiting");
                tokio::task::yield_now().await;
            }
            while self.queue.served.load(Ordering::Relaxed) < all {
                tokio::task::yield_now().await;
            }
        });
        cpu().saturating_sub(begun)
    }
}

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(now).expect("CPU time is not negative")
}

fn goose(runtime: &Runtime, seats: usize, queue: &Arc<Queue>) {
    // It ends with the runtime.
    drop(runtime.spawn(users::run(seats, Arc::clone(queue))));
}

fn plain(runtime: &Runtime, seats: usize, queue: &Arc<Queue>) {
    for seat in 0..seats {
        let queue = Arc::clone(queue);
        drop(runtime.spawn(async move {
            queue.ready(seat);
            while queue.serve(seat).await {}
        }));
    }
}

fn users(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("users");
    for seats in SEATS {
        measure(&mut group, "Goose", seats, goose);
        measure(&mut group, "plain tasks", seats, plain);
    }
    group.finish();
}

fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    seats: usize,
    start: fn(&Runtime, usize, &Arc<Queue>),
) {
    let waiting = Waiting::start(seats, start);
    group.bench_function(BenchmarkId::new(name, seats), |bencher| {
        bencher.iter_custom(|arrivals| waiting.serve(arrivals));
    });
}

criterion_group!(benches, users);
criterion_main!(benches);
