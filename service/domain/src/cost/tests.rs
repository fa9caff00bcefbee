//! Units against examples that AWS gives, money against a bill that was worked out by hand.

use super::*;
use crate::partition::Operation;

fn prices() -> Prices {
    Prices::parse(BUILT_IN).unwrap()
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn queries_pay_for_the_sum_and_writes_for_each_item() {
    use Consistency::{Eventual, Strong};
    for (items, item_bytes, consistency, half_units) in [
        // Ten items of 40.8 KiB together are charged as 44, and 1500 of 64 B as 96 KB.
        (10, 4178, Strong, 22),
        (1500, 64, Strong, 48),
        (0, 100, Strong, 2),
        (0, 100, Eventual, 1),
        (100, 20, Eventual, 1),
        (40, 100, Strong, 2),
        (41, 100, Strong, 4),
        (5000, 100, Strong, 246),
        (u64::MAX, 2, Strong, u32::MAX),
    ] {
        assert_eq!(query_half_units(items, item_bytes, consistency), half_units, "{items}");
    }
    for (item_bytes, half_units) in [(0, 2), (20, 2), (1024, 2), (1025, 4), (4133, 10)] {
        assert_eq!(write_half_units(item_bytes), half_units, "{item_bytes}");
    }
}

#[test]
fn units_add_up_by_operation() {
    let mut units = Units::default();
    for (operation, half_units) in
        [(Operation::Read, 1), (Operation::Read, 2), (Operation::Write, 2)]
    {
        units.spend(operation, half_units);
    }
    assert_eq!(units, Units { read_half_units: 3, write_half_units: 2 });
    near(units.reads(), 1.5, 0.0);
    near(units.writes(), 1.0, 0.0);
}

/// A thousand units written and a thousand read in every second of a month.
#[test]
fn a_steady_load_costs_what_was_worked_out_by_hand() {
    let prices = prices();
    let month_s = prices.month_hours * 3600.0;
    near(month_s, 2.628e6, 0.0);
    // Provisioned so that it is used to 70 %.
    let per_s = 1000.0 / 0.7;
    for (name, on_demand, provisioned) in
        [("us-east-1", 1971.0, 813.4), ("ap-northeast-1", 2253.5, 928.6)]
    {
        let region = prices.regions.iter().find(|region| region.name == name).unwrap();
        let units = 1000.0 * month_s;
        near(region.on_demand_usd(units, units), on_demand, 0.05);
        near(region.provisioned_usd(per_s, per_s, prices.month_hours), provisioned, 0.05);
    }
}

/// A unit that is used all of the time costs less than three tenths of one on demand, in both regions.
#[test]
fn on_demand_is_cheaper_where_little_is_used() {
    for region in &prices().regions {
        let share = |hour: f64, million: f64| hour / 3600.0 * 1e6 / million;
        near(share(region.write_hour, region.write_million), 0.289, 0.001);
        near(share(region.read_hour, region.read_million), 0.289, 0.001);
    }
}

#[test]
fn a_daily_run_is_thirty_runs_a_month_in_each_region() {
    // 122 read units and 10 000 written: a calculation table of 5000 messages.
    let run = Units { read_half_units: 244, write_half_units: 20_000 };
    let costs = prices().costs(run, 3600);
    let names: Vec<&str> = costs.iter().map(|cost| cost.region.as_str()).collect();
    assert_eq!(names, ["us-east-1", "ap-northeast-1"]);
    let expected = (122.0 * 0.125 + 10_000.0 * 0.625) / 1e6;
    near(costs[0].run_usd, expected, 1e-12);
    near(costs[0].month_usd, 30.0 * expected, 1e-12);
    // One read unit and three written, in every second of the month.
    near(costs[0].provisioned_month_usd, 730.0 * (0.00013 + 3.0 * 0.00065), 1e-9);
    // The table costs hundreds of times as much as reading the messages where they are.
    let reading = Units { read_half_units: 244, write_half_units: 2 };
    let read_usd = prices().costs(reading, 3600)[0].run_usd;
    assert!((380.0..420.0).contains(&(costs[0].run_usd / read_usd)));
}

#[test]
fn storage_is_free_up_to_a_point() {
    let prices = prices();
    let cost = |items: u64| prices.storage_usd(items, 924)[0].1;
    near(cost(25 << 20), 0.0, 0.0);
    near(cost(26 << 20), 0.25, 1e-9);
}

#[test]
fn a_list_that_cannot_be_calculated_with_is_refused() {
    let with = |from: &str, to: &str| {
        assert!(BUILT_IN.contains(from), "{from}");
        Prices::parse(&BUILT_IN.replacen(from, to, 1))
    };
    for (from, to, said) in [
        ("read_million = 0.125", "read_million = -0.125", "`read_million` of us-east-1 is -0.125"),
        ("write_hour = 0.00065", "write_hour = nan", "`write_hour` of us-east-1 is NaN"),
        ("month_hours = 730.0", "month_hours = inf", "`month_hours` of the list is inf"),
        ("read_hour = 0.00013", "", "missing field `read_hour`"),
        ("as_of = \"2026-11\"", "as_of = \"2026-11\"\ncurrency = \"USD\"", "unknown field"),
        ("as_of = \"2026-11\"", "as_of =", "not a list of prices"),
    ] {
        let why = with(from, to).unwrap_err().to_string();
        assert!(why.contains(said), "{to}: {why}");
    }
    let list = BUILT_IN.split("[[region]]").next().unwrap();
    assert_eq!(Prices::parse(&format!("region = []\n{list}")), Err(PricesError::NoRegion));
}

#[test]
fn the_list_says_of_when_it_is_and_where_it_was_read() {
    let prices = prices();
    assert!(prices.as_of.starts_with("20") && !prices.sources.is_empty());
    assert!(prices.regions.iter().any(|region| !region.doubts.is_empty()));
}
