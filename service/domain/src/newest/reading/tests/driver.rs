//! Drives a reading over a source of pages, with answers in an order drawn from a seed, and writes down what was asked.

use super::*;

/// Where pages come from.
pub(super) trait Source {
    fn activities(&self) -> Vec<Activity>;
    fn page(&self, request: &PageRequest) -> Page;
    /// Whether this attempt fails.
    fn fails(&self, _attempt: u64) -> bool {
        false
    }
}

/// Rooms in memory; pages are cut shorter than asked, and say that more follows without looking.
pub(super) struct Shelf {
    pub(super) rooms: HashMap<RoomId, Vec<MessageId>>,
    page_max: usize,
    fails_every: u64,
}

impl Shelf {
    pub(super) fn new(rooms: Owned, page_max: usize, fails_every: u64) -> Self {
        Self { rooms: rooms.into_iter().collect(), page_max, fails_every }
    }
}

impl Source for Shelf {
    fn activities(&self) -> Vec<Activity> {
        let activity = |(&room, ids): (&RoomId, &Vec<MessageId>)| Activity {
            room,
            last: ids.first().copied(),
        };
        self.rooms.iter().map(activity).collect()
    }

    fn page(&self, request: &PageRequest) -> Page {
        let ids = &self.rooms[&request.room];
        let from = request.before.map_or(0, |before| ids.partition_point(|&id| id >= before));
        let most = self.page_max.min(request.limit as usize);
        let ids: Vec<MessageId> = ids[from..].iter().copied().take(most).collect();
        Page { more: ids.len() == most, ids }
    }

    fn fails(&self, attempt: u64) -> bool {
        // Never three times in a row.
        self.fails_every > 0 && attempt.is_multiple_of(self.fails_every)
    }
}

/// What was read.
pub(super) struct Read {
    pub(super) cut_off: Result<CutOff, ReadingError>,
    /// Pages in the order of their answers.
    pub(super) log: Vec<PageRequest>,
    pub(super) in_flight_most: usize,
}

/// Asks for as many pages as it may, answers one of them, and so on.
pub(super) fn read(reading: &mut Reading, source: &impl Source, most: usize, seed: u64) -> Read {
    let mut draw = Draw(seed | 1);
    let mut under_way: Vec<PageRequest> = Vec::new();
    let mut read = Read { cut_off: Ok(CutOff::NOTHING), log: Vec::new(), in_flight_most: 0 };
    let mut attempts = HashMap::new();
    loop {
        while let Some(request) = reading.next() {
            under_way.push(request);
        }
        assert!(under_way.len() <= most);
        read.in_flight_most = read.in_flight_most.max(under_way.len());
        if under_way.is_empty() {
            read.cut_off =
                Ok(reading.cut_off().expect("nothing is under way and nothing asked for"));
            return read;
        }
        assert_eq!(reading.cut_off(), None, "pages are under way");
        let request = under_way.swap_remove(draw.below(under_way.len()));
        let attempt: &mut u64 = attempts.entry(request.room).or_default();
        *attempt += 1;
        let done = if source.fails(*attempt) {
            reading.failed(request.room)
        } else {
            read.log.push(request);
            reading.accept(request.room, source.page(&request))
        };
        if let Err(why) = done {
            read.cut_off = Err(why);
            return read;
        }
    }
}

/// Xorshift.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}
