//! How fast the newest messages of an organisation are found, by strategy: from one room to ten thousand, where all
//! rooms are alike, where they follow Zipf's law, and where one room has nearly all messages.
//!
//! Before anything is timed, all strategies must give the same answer on the same slices.

use std::fmt::{self, Display};
use std::hint::black_box;
use std::time::Duration;

use chat_domain::newest::{LIMIT, Rooms, Strategy, Window};
use chat_domain::{MessageId, RoomId};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const ROOMS: [usize; 5] = [1, 10, 100, 1000, 10_000];

/// Messages per room, within what an organisation has at least and at most.
const MESSAGES_PER_ROOM: usize = 1000;
const MESSAGES_MIN: usize = 100_000;
const MESSAGES_MAX: usize = 1_000_000;

/// Ids are as far apart as if the messages had been posted over 60 days.
const DAY_MS: u64 = 86_400_000;
const AS_OF_UNIX_MS: u64 = 1_790_000_000_000;

#[derive(Clone, Copy)]
enum Distribution {
    Even,
    Zipf,
    OneHot,
}

impl Display for Distribution {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Even => "even",
            Self::Zipf => "zipf",
            Self::OneHot => "one hot",
        })
    }
}

fn newest(criterion: &mut Criterion) {
    for distribution in [Distribution::Even, Distribution::Zipf, Distribution::OneHot] {
        let mut group = criterion.benchmark_group(format!("newest {distribution}"));
        for count in ROOMS {
            let messages = messages(count, distribution);
            let rooms = checked(&messages);
            let window = window();
            let expected = Strategy::SortedMap.cut_off(&rooms, &window);
            let elements: usize = messages.iter().map(Vec::len).sum();
            group.throughput(Throughput::Elements(elements as u64));
            for strategy in Strategy::ALL {
                assert_eq!(strategy.cut_off(&rooms, &window), expected, "{strategy}");
                let id = BenchmarkId::new(strategy.name(), count);
                group.bench_function(id, |bencher| {
                    bencher.iter(|| strategy.cut_off(black_box(&rooms), black_box(&window)));
                });
            }
        }
        group.finish();
    }
}

/// What it costs once to see that ids are in order, which no strategy pays for.
fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("newest check");
    for count in ROOMS {
        let messages = messages(count, Distribution::Zipf);
        let elements: usize = messages.iter().map(Vec::len).sum();
        group.throughput(Throughput::Elements(elements as u64));
        group.bench_function(BenchmarkId::new("order", count), |bencher| {
            bencher.iter(|| checked(black_box(&messages)));
        });
    }
    group.finish();
}

/// What each strategy allocates in one call: printed, because criterion knows only time.
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn allocations(_: &mut Criterion) {
    println!("allocations: distribution, rooms, strategy, count, bytes, bytes at most at once");
    for distribution in [Distribution::Even, Distribution::Zipf, Distribution::OneHot] {
        for count in ROOMS {
            let messages = messages(count, distribution);
            let rooms = checked(&messages);
            let window = window();
            for strategy in Strategy::ALL {
                let found = allocation_counter::measure(|| {
                    black_box(strategy.cut_off(&rooms, &window));
                });
                println!(
                    "allocations: {distribution}, {count}, {strategy}, {}, {}, {}",
                    found.count_total, found.bytes_total, found.bytes_max
                );
            }
        }
    }
}

fn window() -> Window {
    Window::at(AS_OF_UNIX_MS, MessageId::MAX, LIMIT)
}

fn checked(messages: &[Vec<MessageId>]) -> Rooms<'_> {
    let room = |number| RoomId::new(number).expect("rooms count from 1");
    let rooms = (1..).map(room).zip(messages.iter().map(Vec::as_slice));
    Rooms::new(rooms).expect("messages are sorted")
}

/// Falling ids of every room: each message is posted at any time of 60 days, by a fixed generator.
fn messages(rooms: usize, distribution: Distribution) -> Vec<Vec<MessageId>> {
    let epoch = chat_domain::EPOCH_UNIX_MS;
    let mut draw = Draw(0x2545_F491_4F6C_DD1D);
    let lengths = lengths(rooms, distribution);
    let room = |length: usize| {
        let mut ids: Vec<u64> = (0..length)
            .map(|_| {
                let ms = AS_OF_UNIX_MS - epoch - draw.below(60 * DAY_MS) - 1;
                ms << 22 | draw.below(1 << 22)
            })
            .collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        ids.into_iter().map(|id| MessageId::new(id).expect("63 bits")).collect()
    };
    lengths.into_iter().map(room).collect()
}

fn lengths(rooms: usize, distribution: Distribution) -> Vec<usize> {
    let total = (rooms * MESSAGES_PER_ROOM).clamp(MESSAGES_MIN, MESSAGES_MAX);
    match distribution {
        Distribution::Even => vec![total / rooms; rooms],
        Distribution::Zipf => {
            // In units of 1/1e9, so that the shares are whole numbers.
            let harmonic: usize = (1..=rooms).map(|rank| 1_000_000_000 / rank).sum();
            (1..=rooms).map(|rank| (total * (1_000_000_000 / rank) / harmonic).max(1)).collect()
        }
        Distribution::OneHot => {
            let mut lengths = vec![1; rooms];
            lengths[rooms / 2] = total - (rooms - 1);
            lengths
        }
    }
}

/// Xorshift: the same messages in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

criterion_group! {
    name = benches;
    // Strategies differ by whole factors; the set of fifty stays near two minutes.
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20);
    targets = newest, check, allocations
}
criterion_main!(benches);
