//! Scripts against counts made by hand, and times against what buckets allow.

use super::*;
use crate::cost::Units;
use crate::partition::{Burst, Capacity, Cause, Mode, Operation, Resource, Splits};
use crate::{AccountId, OrgId, RoomId};

const MS: u64 = 1_000_000;
const SECOND_NS: u64 = 1_000 * MS;

fn room(number: u64) -> RoomId {
    RoomId::new(number).unwrap()
}

fn on_demand(in_flight_max: usize) -> Terms {
    let warm = Capacity { read_per_s: 0, write_per_s: 0 };
    Terms {
        mode: Mode::OnDemand { warm, max: None },
        splits: Splits::Off,
        in_flight_max,
        request_ns: 5 * MS,
        seed: 1,
    }
}

fn call(operation: Operation, key: u64, parts: u32) -> Call {
    let table = Table::Calculation;
    Call { table, operation, key, parts, half_units: 2 }
}

/// An organisation of `rooms` rooms with so many pages of a thousand messages each, all of which may be visible.
fn pages(rooms: u64, each: u32) -> Vec<PageRead> {
    let page = |number| PageRead { room: room(number), items: 1000, in_window: 1000 };
    (1..=rooms).flat_map(|number| (0..each).map(move |_| page(number))).collect()
}

#[test]
fn a_reading_costs_its_lists_its_rooms_and_its_pages() {
    let accounts = [(AccountId::MIN, 2500), (AccountId::MAX, 0)];
    let looked_up = [room(1), room(2), room(3)];
    let page = |number, items| PageRead { room: room(number), items, in_window: items };
    let pages = [page(1, 100), page(2, 40), page(1, 41), page(1, 0)];
    let work = Work {
        org: OrgId::MIN,
        accounts: &accounts,
        looked_up: &looked_up,
        pages: &pages,
        visible: 181,
    };
    let script = work.of_reading(Sizes::default());
    // Half units: the plan 2, a page of two accounts 1; pages of 1000, 1000, 500 and no rooms 5, 5, 3 and 1; three rooms 6;
    // pages of 3, 1, 2 and (of nothing) 1 units.
    let expected = Units { read_half_units: 2 + 1 + 14 + 6 + 14, write_half_units: 2 };
    assert_eq!(script.units(), expected);
    let chains: Vec<Vec<usize>> =
        script.stages().iter().map(|stage| stage.iter().map(Vec::len).collect()).collect();
    let expected: [&[usize]; 6] = [&[1], &[1], &[3, 1], &[1, 1, 1], &[3, 1], &[1]];
    assert_eq!(chains, expected);
}

/// One unit to write a message and one to remove it, as the calculation table has it.
#[test]
fn a_calculation_table_costs_a_write_for_each_message_and_one_to_remove_it() {
    let pages = pages(12, 1);
    let work =
        Work { org: OrgId::MIN, accounts: &[], looked_up: &[], pages: &pages, visible: 5000 };
    let script = work.of_table(Sizes::default());
    let units = script.units();
    // 12 000 written and removed, and the result.
    assert_eq!(units.write_half_units, 2 * (12_000 + 12_000 + 1));
    // The plan, a list of no accounts, a page of an empty table; twelve pages of 25 units; of the table's own of 5 units,
    // five that are visible, and all twelve to clear it.
    assert_eq!(units.read_half_units, 2 + 1 + 2 + 2 * (12 * 25 + 17 * 5));
    let writes = |call: &&Call| call.table == Table::Calculation && call.parts > 1;
    assert!(script.calls().filter(writes).all(|call| call.parts == WRITES_PER_CALL));
    let reading = work.of_reading(Sizes::default()).units();
    assert_eq!(reading.write_half_units, 2, "the result");
}

#[test]
fn nothing_is_kept_of_an_organisation_without_anything() {
    let work = Work { org: OrgId::MIN, accounts: &[], looked_up: &[], pages: &[], visible: 0 };
    let calls = |script: Script| script.calls().count();
    assert_eq!(calls(work.of_reading(Sizes::default())), 3, "plan, no accounts, result");
    assert_eq!(calls(work.of_table(Sizes::default())), 4, "and an empty table");
}

#[test]
fn chains_wait_within_and_run_beside_each_other() {
    let chain = |length: usize| vec![call(Operation::Read, 1, 1); length];
    for (in_flight_max, took_ms) in [(1, 5 * 10), (2, 5 * 6), (4, 5 * 5), (0, 5 * 10)] {
        let mut script = Script::default();
        // Of chains of 4, 3 and 2, the second of two lanes takes the third.
        script.push([chain(4), chain(3), chain(2)]);
        script.push([chain(1)]);
        let replayed = replay(&[script], &on_demand(in_flight_max));
        assert_eq!(replayed.took_ns, took_ms * MS, "{in_flight_max} at once");
        assert_eq!((replayed.calls, replayed.requests, replayed.refused), (10, 10, 0));
        assert_eq!(replayed.took_ns, replayed.unlimited_ns);
    }
}

/// Twenty thousand messages of one organisation lie in one partition, which holds a second's worth and gives a
/// thousand a second: nineteen seconds, whatever is asked.
#[test]
fn one_organisation_fills_its_table_no_faster_than_a_partition_takes_it() {
    let mut script = Script::default();
    script.push((0..800).map(|_| vec![call(Operation::Write, 7, WRITES_PER_CALL)]));
    let replayed = replay(&[script], &on_demand(32));
    assert!((19 * SECOND_NS..21 * SECOND_NS).contains(&replayed.took_ns), "{replayed:?}");
    // Twenty-five rounds of 32 calls.
    assert_eq!(replayed.unlimited_ns, 25 * 5 * MS);
    assert_eq!(replayed.calls, 800);
    assert_eq!(replayed.asked - replayed.refused, 20_000, "each is written once");
    let reasons: Vec<String> = replayed.reasons.keys().map(ToString::to_string).collect();
    assert_eq!(reasons, ["TableWriteKeyRangeThroughputExceeded"]);
    assert_eq!(replayed.reasons.values().sum::<u64>(), replayed.refused);
    assert!(replayed.throttled <= replayed.requests && replayed.paused_ns > 0);
}

/// The control: spread over the keys of many rooms, as much is refused nothing.
#[test]
fn the_same_over_many_keys_is_not_refused() {
    let mut script = Script::default();
    let key = |number: u64| number << 58;
    script.push((0..64).map(|number| vec![call(Operation::Write, key(number), 12); 5]));
    let replayed = replay(&[script], &on_demand(32));
    // 60 from each of 64 keys: 960 in each of four partitions, less than a second's worth.
    assert_eq!((replayed.refused, replayed.given_up), (0, 0));
    assert_eq!(replayed.took_ns, replayed.unlimited_ns);
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_one_other_pauses() {
    let mut script = Script::default();
    script.push((0..100).map(|_| vec![call(Operation::Write, 7, WRITES_PER_CALL)]));
    let scripts = [script];
    let terms = on_demand(8);
    let one = replay(&scripts, &terms);
    assert_eq!(one, replay(&scripts, &terms));
    assert_ne!(one, replay(&scripts, &Terms { seed: 2, ..terms }));
}

/// Thirty-two at once against one unit a second: with pauses of at most a second, some are refused four times in a row.
#[test]
fn what_the_store_would_have_given_up_is_counted_and_goes_on() {
    let capacity = Capacity { read_per_s: 1, write_per_s: 1 };
    let mode = Mode::Provisioned(capacity, Burst::None);
    let mut script = Script::default();
    script.push((0..64).map(|_| vec![call(Operation::Read, 7, 1)]));
    let replayed = replay(&[script], &Terms { mode, ..on_demand(32) });
    assert_eq!(replayed.calls, 64);
    assert!(replayed.given_up > 0, "{replayed:?}");
    assert!(replayed.took_ns >= 62 * SECOND_NS, "{replayed:?}");
    let cause = replayed.reasons.keys().map(|reason| (reason.resource, reason.cause)).next();
    assert_eq!(cause, Some((Resource::Table, Cause::Provisioned)));
}

#[test]
fn a_table_without_throughput_does_not_hold_the_replay_for_ever() {
    let capacity = Capacity { read_per_s: 0, write_per_s: 0 };
    let mode = Mode::Provisioned(capacity, Burst::None);
    for operation in [Operation::Read, Operation::Write] {
        let mut script = Script::default();
        script.push([vec![call(operation, 7, 1)]]);
        let replayed = replay(&[script], &Terms { mode, ..on_demand(1) });
        assert_eq!((replayed.calls, replayed.given_up), (0, 1));
        assert_eq!(replayed.requests, replayed.throttled);
    }
}

/// What decided the history: the calculation table of one organisation is throttled, reading its messages is not.
#[test]
fn the_calculation_table_is_throttled_and_reading_is_not() {
    let pages = pages(40, 1);
    let looked_up: Vec<RoomId> = (1..=40).map(room).collect();
    let accounts = [(AccountId::MIN, 40)];
    let work = Work {
        org: OrgId::MIN,
        accounts: &accounts,
        looked_up: &looked_up,
        pages: &pages,
        visible: 5000,
    };
    let sizes = Sizes::default();
    let table = replay(&[work.of_table(sizes)], &on_demand(32));
    let reading = replay(&[work.of_reading(sizes)], &on_demand(32));
    assert_eq!(reading.refused, 0, "{reading:?}");
    // 40 000 written and removed, at a thousand a second.
    assert!(table.took_ns > 78 * SECOND_NS && table.refused > 0, "{table:?}");
    assert!(table.took_ns > 50 * reading.took_ns);
    // Organisations one after the other: the tables remember what the first took.
    let twice = replay(&[work.of_table(sizes), work.of_table(sizes)], &on_demand(32));
    assert!(twice.took_ns > 2 * table.took_ns - 2 * SECOND_NS, "{twice:?}");
}
