//! The model against cases that can be worked out by hand: full buckets, a fixed rate, a minute.

use std::collections::BTreeSet;

use super::*;

const SECOND_NS: u64 = 1_000_000_000;
const COLD: Capacity = Capacity { read_per_s: 0, write_per_s: 0 };
const ON_DEMAND: Mode = Mode::OnDemand { warm: COLD, max: None };

/// Keys of four partitions.
const QUARTERS: [u64; 4] = [1, 1 << 62, 2 << 62, 3 << 62];

/// What became of a load.
#[derive(Debug, Default)]
struct Seen {
    asked: u32,
    refused: u32,
    first_ns: Option<u64>,
    reasons: BTreeSet<Reason>,
}

impl Seen {
    /// Tenths of a percent.
    fn refused_permille(&self) -> u32 {
        (self.refused * 1000 + self.asked / 2) / self.asked
    }

    fn first_ms(&self) -> u64 {
        self.first_ns.expect("something was refused") / 1_000_000
    }
}

fn table(mode: Mode) -> Partitions {
    Partitions::new(Resource::Table, mode, Splits::Off, 0)
}

/// Requests of one unit, each key at a fixed rate.
fn load(
    table: &mut Partitions,
    operation: Operation,
    keys: &[(u64, u64)],
    (from_s, to_s): (u64, u64),
) -> Seen {
    let mut requests: Vec<(u64, u64)> = Vec::new();
    for &(key, per_s) in keys {
        let due = |n: u64| from_s * SECOND_NS + n * SECOND_NS / per_s;
        requests.extend((0..(to_s - from_s) * per_s).map(|n| (due(n), key)));
    }
    requests.sort_unstable();
    let mut seen = Seen::default();
    for (now_ns, key) in requests {
        seen.asked += 1;
        if let Err(reason) = table.admit(operation, 2, key, now_ns) {
            seen.refused += 1;
            seen.first_ns = seen.first_ns.or(Some(now_ns));
            seen.reasons.insert(reason);
        }
    }
    seen
}

fn only(seen: &Seen, name: &str) {
    assert_eq!(seen.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(), [name]);
}

#[test]
fn one_key_gets_what_a_partition_gives() {
    // A full second's worth lasts 1000 / (1500 - 1000) s; of 90 000 at most 61 000 are admitted.
    let seen = load(&mut table(ON_DEMAND), Operation::Write, &[(7, 1500)], (0, 60));
    assert_eq!(seen.refused_permille(), 322);
    assert!((1995..=2005).contains(&seen.first_ms()), "{}", seen.first_ms());
    only(&seen, "TableWriteKeyRangeThroughputExceeded");

    // Reads have a limit of their own: 4500 a second against 3000 and a second's worth.
    let seen = load(&mut table(ON_DEMAND), Operation::Read, &[(7, 4500)], (0, 60));
    assert_eq!(seen.refused_permille(), 322);
    only(&seen, "TableReadKeyRangeThroughputExceeded");
}

#[test]
fn four_partitions_below_their_limit_refuse_nothing() {
    let keys = QUARTERS.map(|key| (key, 950));
    let seen = load(&mut table(ON_DEMAND), Operation::Write, &keys, (0, 60));
    assert_eq!(seen.refused, 0);
}

#[test]
fn a_hot_partition_is_refused_while_the_others_are_idle() {
    let [hot, rest @ ..] = QUARTERS;
    let keys: Vec<(u64, u64)> =
        rest.into_iter().map(|key| (key, 300)).chain([(hot, 2000)]).collect();
    let seen = load(&mut table(ON_DEMAND), Operation::Write, &keys, (0, 60));
    // 120 000 of the hot key against 61 000, of 174 000 in all.
    assert_eq!(seen.refused_permille(), 339);
}

#[test]
fn a_burst_lasts_as_long_as_what_was_saved() {
    let capacity = Capacity { read_per_s: 100, write_per_s: 100 };
    let mode = Mode::Provisioned(capacity, Burst::FiveMinutes);
    let seen = load(&mut table(mode), Operation::Write, &[(7, 1000)], (0, 60));
    // 30 000 / (1000 - 100) s.
    assert!((33_300..=33_400).contains(&seen.first_ms()), "{}", seen.first_ms());
    only(&seen, "TableWriteProvisionedThroughputExceeded");

    let seen = load(
        &mut table(Mode::Provisioned(capacity, Burst::None)),
        Operation::Write,
        &[(7, 1000)],
        (0, 60),
    );
    // 100 / (1000 - 100) s; of 60 000 only 6100.
    assert!((105..=115).contains(&seen.first_ms()), "{}", seen.first_ms());
    assert_eq!(seen.refused_permille(), 898);
}

#[test]
fn limits_of_the_whole_table_have_reasons_of_their_own() {
    let max = Some(Capacity { read_per_s: 100, write_per_s: 50 });
    let mut table = table(Mode::OnDemand { warm: COLD, max });
    only(
        &load(&mut table, Operation::Write, &[(7, 900)], (0, 2)),
        "TableWriteMaxOnDemandThroughputExceeded",
    );

    let warm = Capacity { read_per_s: 0, write_per_s: 64_000 };
    let mode = Mode::OnDemand { warm, max: None };
    let mut index = Partitions::new(Resource::Index, mode, Splits::Off, 0);
    assert_eq!(index.count(), 64);
    let keys: Vec<(u64, u64)> = (0..64).map(|part| (part << 58, 800)).collect();
    only(&load(&mut index, Operation::Write, &keys, (0, 6)), "IndexWriteAccountLimitExceeded");
}

#[test]
fn an_expensive_request_passes_and_is_paid_back() {
    let mut table = table(ON_DEMAND);
    let write = |table: &mut Partitions, half_units, now_ms: u64| {
        table.admit(Operation::Write, half_units, 7, now_ms * 1_000_000).is_ok()
    };
    assert!(write(&mut table, 2 * 4000, 0));
    for (now_ms, admitted) in
        [(0, false), (2999, false), (3000, false), (3001, true), (3001, false)]
    {
        assert_eq!(write(&mut table, 2, now_ms), admitted, "{now_ms}");
    }
    // Half units: reads that may be stale cost half, so 6000 of them are within a partition.
    let mut halves = 0;
    for n in 0..6000 {
        halves += u32::from(table.admit(Operation::Read, 1, 7, n * SECOND_NS / 6000).is_ok());
    }
    assert_eq!(halves, 6000);
}

#[test]
fn a_refused_request_costs_nothing_and_time_may_stand_still_or_go_back() {
    let mut table = table(ON_DEMAND);
    let admitted = |table: &mut Partitions, now_ns: u64| {
        (0..3000).filter(|_| table.admit(Operation::Write, 2, 7, now_ns).is_ok()).count()
    };
    assert_eq!(admitted(&mut table, 5 * SECOND_NS), 1000);
    assert_eq!(admitted(&mut table, 4 * SECOND_NS), 0);
    assert_eq!(admitted(&mut table, 6 * SECOND_NS), 1000);
    assert_eq!(admitted(&mut table, u64::MAX), 1000);
}

#[test]
fn heat_splits_keys_apart_but_never_one_key() {
    let two = [(5, 800), (9, 800)];
    for (keys, splits, partitions, refused) in [
        (&two[..], Splits::On { seed: 1 }, 5..6, false),
        (&two[..], Splits::Off, 4..5, true),
        (&[(5, 1600)][..], Splits::On { seed: 1 }, 4..5, true),
    ] {
        let mut table = Partitions::new(Resource::Table, ON_DEMAND, splits, 0);
        let early = load(&mut table, Operation::Write, keys, (0, 300));
        assert!(early.refused > 0);
        assert_eq!(table.count(), 4, "no split in the first five minutes");
        load(&mut table, Operation::Write, keys, (300, 1500));
        let late = load(&mut table, Operation::Write, keys, (1500, 1600));
        assert!(partitions.contains(&table.count()), "{splits:?}: {}", table.count());
        assert_eq!(late.refused > 0, refused, "{splits:?}");
    }
}

#[test]
fn a_table_that_is_warm_and_refuses_nothing_splits_too() {
    let mut table = Partitions::new(Resource::Table, ON_DEMAND, Splits::On { seed: 3 }, 0);
    let keys = [(5, 475), (9, 475)];
    assert_eq!(load(&mut table, Operation::Write, &keys, (0, 1300)).refused, 0);
    // Each half has but half of the warmth, so it goes no further.
    assert_eq!(table.count(), 5);
}

#[test]
fn keys_spread_over_all_partitions() {
    let mut counts = [0_u32; 16];
    for key in 0..16_000 {
        let hash = key_hash(format!("room#{key}").as_bytes());
        counts[usize::try_from(hash >> 60).unwrap()] += 1;
    }
    // A thousand each; five standard deviations are 153.
    assert!(counts.iter().all(|count| count.abs_diff(1000) < 153), "{counts:?}");
}

#[test]
fn there_are_sixteen_reasons() {
    let names: BTreeSet<String> = Reason::all().map(|reason| reason.to_string()).collect();
    assert_eq!(names.len(), 16);
    assert!(names.contains("IndexReadMaxOnDemandThroughputExceeded"));
}
