//! What `select` reads against the least that could be read, counted by the source from all of the data; and what
//! each strategy holds for an organisation of 100 000 rooms and ten million messages, which are made as they
//! are asked for.

use super::driver::{Draw, Read, Shelf, Source, read};
use super::*;

const DAY_MS: u64 = 86_400_000;
const AS_OF_UNIX_MS: u64 = 1_790_000_000_000;
const LIMIT: u32 = crate::newest::LIMIT;

/// The low bits of an id: those below its millisecond.
const LOW_BITS: u32 = 22;

fn now() -> MessageId {
    message((AS_OF_UNIX_MS - crate::EPOCH_UNIX_MS) << LOW_BITS)
}

fn forty_days() -> Window {
    Window::at(AS_OF_UNIX_MS, now(), LIMIT)
}

/// Readings of at least so many pages keep nearly all of what may be under way under way. In smaller ones, waiting for the
/// first answers shows: asking on without them would read pages that are not needed.
const MANY: usize = 128;

#[test]
fn select_reads_little_more_than_the_least_in_few_steps_and_many_at_once() {
    for rooms in [1, 10, 40, 100, 300, 1000, 3000, 10_000] {
        for (name, lengths) in shapes(rooms) {
            let shelf = Shelf::new(posted(&lengths), usize::MAX, 0);
            let expected = counted(&shelf);
            for seed in 1..5 {
                let mut reading =
                    Reading::new(Strategy::Select, shelf.activities(), forty_days(), IN_FLIGHT_MAX);
                let read = read(&mut reading, &shelf, IN_FLIGHT_MAX, seed);
                let (least, pages) = (least_pages(&shelf, &read), read.log.len());
                let progress = reading.progress();
                let said = format!("{rooms} {name}: {pages} pages of {least}, {progress:?}");
                assert_eq!(read.cut_off, Ok(expected), "{said}");
                // Of fewer than ten, one more is more than a tenth.
                assert!(pages <= (least + least / 10).max(least + 1), "{said}");
                assert!(progress.longest_chain <= 4, "{said}");
                let share = progress.in_flight_percent().unwrap_or(100);
                assert!(pages < MANY || share >= 90, "{said}");
            }
        }
    }
}

/// Messages of each room: all alike, by Zipf's law, nearly all in one.
fn shapes(rooms: usize) -> [(&'static str, Vec<usize>); 3] {
    let total = (rooms * 1000).clamp(100_000, 500_000);
    let harmonic: usize = (1..=rooms).map(|rank| 1_000_000_000 / rank).sum();
    let zipf = |rank: usize| (total * (1_000_000_000 / rank) / harmonic).max(1);
    let mut hot = vec![1; rooms];
    hot[0] = total;
    [
        ("even", vec![total / rooms; rooms]),
        ("zipf", (1..=rooms).map(zipf).collect()),
        ("one hot", hot),
    ]
}

/// Messages at any time of the last 60 days.
fn posted(lengths: &[usize]) -> Owned {
    let mut draw = Draw(0x2545_F491_4F6C_DD1D);
    let span = (60 * DAY_MS) << LOW_BITS;
    let mut ids = |length: usize| {
        let mut ids: Vec<MessageId> =
            (0..length).map(|_| message(now().number() - draw.next() % span)).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        ids
    };
    (1..).map(room).zip(lengths.iter().map(|&length| ids(length))).collect()
}

fn counted(shelf: &Shelf) -> CutOff {
    let rooms: Owned = shelf.rooms.iter().map(|(room, ids)| (*room, ids.clone())).collect();
    oracle(&rooms, &forty_days())
}

/// Pages of the sizes that were asked for, of each room down to its first message before the cut-off; none of a room whose
/// newest message is before it.
fn least_pages(shelf: &Shelf, read: &Read) -> usize {
    let cut_off = counted(shelf).oldest_visible.unwrap();
    let mut asked: HashMap<RoomId, Vec<usize>> = HashMap::new();
    for request in &read.log {
        asked.entry(request.room).or_default().push(request.limit as usize);
    }
    let pages = |(room, ids): (&RoomId, &Vec<MessageId>)| {
        let visible = ids.partition_point(|&id| id >= cut_off);
        if visible == 0 {
            return 0;
        }
        let through = (visible + 1).min(ids.len());
        let mut sum = 0;
        let sizes = asked.get(room).expect("a room with visible messages is read");
        let ends = sizes.iter().map(|size| {
            sum += size;
            sum
        });
        // A page less may be read: if the one before ended on the cut-off itself.
        ends.take_while(|&end| end < through).count() + 1
    };
    shelf.rooms.iter().map(pages).sum()
}

/// Rooms that are alike, of which no message is held anywhere: message n of a room is posted at a drawn time within the
/// n-th part of 60 days.
struct Made {
    rooms: u64,
    messages: u64,
}

impl Made {
    fn part(&self) -> u64 {
        ((60 * DAY_MS) << LOW_BITS) / self.messages
    }

    fn id(&self, room: RoomId, n: u64) -> MessageId {
        let mut draw = Draw(room.number().wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (n + 1) << 40 | 1);
        draw.next();
        message(now().number() - n * self.part() - draw.next() % self.part())
    }

    /// How many messages of a room are not before this one.
    fn count(&self, room: RoomId, id: MessageId) -> u64 {
        let about = now().number().saturating_sub(id.number()) / self.part();
        let about = about.min(self.messages);
        about + u64::from(about < self.messages && self.id(room, about) >= id)
    }
}

impl Source for Made {
    fn activities(&self) -> Vec<Activity> {
        let rooms = (1..=self.rooms).map(room);
        rooms.map(|room| Activity { room, last: Some(self.id(room, 0)) }).collect()
    }

    fn page(&self, request: &PageRequest) -> Page {
        let from = request.before.map_or(0, |before| self.count(request.room, before));
        let to = self.messages.min(from + u64::from(request.limit));
        let ids = (from..to).map(|n| self.id(request.room, n)).collect();
        Page { ids, more: to < self.messages }
    }
}

#[test]
fn what_is_held_for_ten_million_messages() {
    let made = Made { rooms: 100_000, messages: 100 };
    for strategy in Strategy::ALL {
        let mut cut_off = CutOff::NOTHING;
        let held = allocation_counter::measure(|| {
            let mut reading = Reading::new(strategy, made.activities(), forty_days(), 32);
            cut_off = drain(&mut reading, &made);
        });
        assert!(held.bytes_max <= 64 << 20, "{strategy}: {} bytes", held.bytes_max);
        // The answer by its definition: as many messages from it on as the limit.
        let oldest = cut_off.oldest_visible.unwrap();
        let newer: u64 = (1..=made.rooms).map(|number| made.count(room(number), oldest)).sum();
        assert_eq!((newer, cut_off.visible), (u64::from(LIMIT), LIMIT), "{strategy}");
    }
}

/// Without a log, which would be held too.
fn drain(reading: &mut Reading, source: &impl Source) -> CutOff {
    let mut under_way = std::collections::VecDeque::new();
    loop {
        while let Some(request) = reading.next() {
            under_way.push_back(request);
        }
        let Some(request) = under_way.pop_front() else { break };
        reading.accept(request.room, source.page(&request)).unwrap();
    }
    reading.cut_off().unwrap()
}
