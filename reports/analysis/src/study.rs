//! A study of the view-limit batch: what each strategy took on the same data, what it would cost and be refused, and what
//! beginning again costs. Plain values, which whoever measures fills in; a page and a file are made of them.
//!
//! What is computed here is whether the figures may be compared at all: all strategies must have given one answer.

use std::collections::BTreeMap;

use run_record::environment::Environment;
use serde::{Deserialize, Serialize};

/// Changes when a field changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// All that was measured and computed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// [`SCHEMA`].
    pub schema: u32,
    /// When it was made, since 1970.
    pub made_unix_ns: u64,
    /// Where it was measured.
    pub environment: Environment,
    /// How many messages are visible at most.
    pub limit: u32,
    /// How old they may be.
    pub days_max: u32,
    /// How many reads were under way at once at most.
    pub in_flight_max: u32,
    /// What money is calculated with.
    pub prices: PriceList,
    /// What was measured, in the order in which it is shown.
    pub points: Vec<Point>,
    /// What limits would do to it, by the model of partitions.
    pub throttling: Vec<Throttling>,
    /// What beginning again costs, by the closed form and by simulation.
    pub retries: Vec<Retry>,
    /// From which chance of failure on a room that is read again for itself is the cheaper.
    pub break_even: Vec<BreakEven>,
    /// What should be known before any of this is used.
    pub notes: Vec<String>,
}

/// Where prices come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// Of which month.
    pub as_of: String,
    /// Where they were read.
    pub sources: Vec<String>,
    /// What is not certain, each with its region.
    pub doubts: Vec<String>,
    /// A run must end within so many seconds where capacity is provisioned for it.
    pub within_s: u32,
}

/// What grows from point to point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sweep {
    /// Messages, in as many rooms throughout.
    Messages,
    /// Rooms, with as many messages in all.
    Rooms,
}

/// One strategy on one store over one organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// What it is a point of.
    pub sweep: Sweep,
    /// `redb`, `dynamodb-local`, `dynamodb-throttled`.
    pub store: String,
    /// `table`, `sorted-map`, `merge`, `select`.
    pub strategy: String,
    /// Of the organisation.
    pub accounts: u64,
    /// Of the organisation.
    pub rooms: u64,
    /// Of the organisation, in all rooms, of any age.
    pub messages: u64,
    /// The oldest visible message, in decimal; none if none is visible.
    pub cut_off: Option<String>,
    /// How many are visible.
    pub visible: u64,
    /// From the first read to the kept result.
    pub took_us: u64,
    /// How much more memory was in use at the most than before; none if that was not measured.
    pub memory_bytes: Option<u64>,
    /// Pages of messages that were read.
    pub pages: u64,
    /// Messages in them.
    pub items: u64,
    /// The most pages of which each had to wait for the one before.
    pub longest_chain: u64,
    /// How much of what may be under way at once was, up to the last wave; none if all was one wave.
    pub in_flight_share: Option<f64>,
    /// Charged for all reads of the run.
    pub read_units: f64,
    /// Charged for all writes of the run.
    pub write_units: f64,
    /// Requests that were refused for want of throughput.
    pub throttled: u64,
    /// Waited before such requests were sent again, all of them together.
    pub paused_us: u64,
    /// In each region.
    pub money: Vec<Money>,
}

/// What a daily run costs in a region, in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// `us-east-1`.
    pub region: String,
    /// One run, on demand.
    pub run_usd: f64,
    /// A month of daily runs, on demand.
    pub month_usd: f64,
    /// A month of capacity that is just enough, provisioned day and night.
    pub provisioned_month_usd: f64,
}

/// A strategy's calls, sent to the model of the tables' partitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttling {
    /// Whose calls.
    pub strategy: String,
    /// What each table was given, in words.
    pub throughput: String,
    /// Of the organisation.
    pub rooms: u64,
    /// Of the organisation.
    pub messages: u64,
    /// Requests, repeated ones included.
    pub requests: u64,
    /// Of them, those of which something was refused.
    pub throttled: u64,
    /// Reads, and items of writes, as often as they were asked.
    pub asked: u64,
    /// Of them, those that were refused.
    pub refused: u64,
    /// Why, by the name that the store gives it, and how many.
    pub reasons: BTreeMap<String, u64>,
    /// From the first request to the last answer.
    pub took_us: u64,
    /// The same where nothing is refused.
    pub unlimited_us: u64,
    /// All pauses together.
    pub paused_us: u64,
    /// Calls that the store would have given up, and the run with them.
    pub given_up: u64,
}

/// What is read again after a room has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Again {
    /// That room.
    Room,
    /// The organisation.
    Organisation,
}

/// An organisation whose rooms fail now and then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// What is read again.
    pub again: Again,
    /// Of the organisation.
    pub rooms: u64,
    /// The chance that the reading of a room fails.
    pub failure_share: f64,
    /// Attempts that are made, the first included.
    pub attempts_max: u32,
    /// Pages if nothing fails.
    pub pages_least: f64,
    /// By the closed form.
    pub expected: RetryOutcome,
    /// By simulation.
    pub simulated: RetryOutcome,
    /// Charged for the expected pages.
    pub read_units: f64,
    /// Charged for what is written of them.
    pub write_units: f64,
}

/// What comes of it on average.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryOutcome {
    /// Until the end, be it a result or not.
    pub attempts: f64,
    /// Pages read, in vain or not.
    pub pages: f64,
    /// The share of the runs that came to a result.
    pub finished_share: f64,
}

/// Where both ways of beginning again cost the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakEven {
    /// Of the organisation.
    pub rooms: u64,
    /// How many times as much a page costs if it is also written into the calculation table.
    pub factor: f64,
    /// The chance that the reading of a room fails; none if there is no such chance.
    pub failure_share: Option<f64>,
}

/// Strategies or stores that did not give one answer over the same data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Of the organisation.
    pub rooms: u64,
    /// Of the organisation.
    pub messages: u64,
    /// Store, strategy, oldest visible message and how many are visible, as they were measured.
    pub answers: Vec<(String, String, Option<String>, u64)>,
}

impl Study {
    /// Organisations over which not all answers are one. Their figures are of different work, and compare nothing.
    pub fn disagreements(&self) -> Vec<Disagreement> {
        let mut organisations: BTreeMap<(Sweep, u64, u64), Vec<&Point>> = BTreeMap::new();
        for point in &self.points {
            let organisation = (point.sweep, point.rooms, point.messages);
            organisations.entry(organisation).or_default().push(point);
        }
        let answer = |point: &Point| (point.cut_off.clone(), point.visible);
        let differing = organisations
            .into_iter()
            .filter(|(_, points)| points.iter().any(|point| answer(point) != answer(points[0])));
        let disagreement = |((_, rooms, messages), points): ((Sweep, u64, u64), Vec<&Point>)| {
            let answers = points.into_iter().map(|point| {
                let (cut_off, visible) = answer(point);
                (point.store.clone(), point.strategy.clone(), cut_off, visible)
            });
            Disagreement { rooms, messages, answers: answers.collect() }
        };
        differing.map(disagreement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(strategy: &str, cut_off: Option<&str>) -> Point {
        Point {
            sweep: Sweep::Messages,
            store: "redb".to_owned(),
            strategy: strategy.to_owned(),
            accounts: 3,
            rooms: 10,
            messages: 1000,
            cut_off: cut_off.map(str::to_owned),
            visible: 1000,
            took_us: 7,
            memory_bytes: None,
            pages: 10,
            items: 1000,
            longest_chain: 1,
            in_flight_share: None,
            read_units: 30.5,
            write_units: 1.0,
            throttled: 0,
            paused_us: 0,
            money: Vec::new(),
        }
    }

    #[test]
    fn strategies_that_differ_are_told_with_their_answers() {
        let mut study = Study {
            points: vec![point("merge", Some("17")), point("select", Some("17"))],
            ..Study::default()
        };
        assert_eq!(study.disagreements(), []);
        assert_eq!(Study::default().disagreements(), []);
        study.points.push(point("table", Some("18")));
        // Another organisation, of which nothing else is known.
        study.points.push(Point { rooms: 11, ..point("table", None) });
        let found = study.disagreements();
        assert_eq!((found.len(), found[0].rooms, found[0].answers.len()), (1, 10, 3));
        study.points[2] = Point { visible: 999, ..point("table", Some("17")) };
        assert_eq!(study.disagreements().len(), 1, "the count is a part of the answer");
        study.points[2] = point("table", None);
        assert_eq!(study.disagreements().len(), 1);
    }

    #[test]
    fn a_file_holds_all_of_it() {
        let study = Study {
            schema: SCHEMA,
            points: vec![point("select", Some("17"))],
            retries: vec![Retry {
                again: Again::Organisation,
                rooms: 100,
                failure_share: 0.01,
                attempts_max: 3,
                pages_least: 100.0,
                expected: RetryOutcome { attempts: 2.0, pages: 120.0, finished_share: 0.75 },
                simulated: RetryOutcome::default(),
                read_units: 120.0,
                write_units: 0.0,
            }],
            ..Study::default()
        };
        let text = serde_json::to_string(&study).unwrap();
        assert_eq!(serde_json::from_str::<Study>(&text).unwrap(), study);
        for part in ["\"sweep\":\"messages\"", "\"again\":\"organisation\"", "\"cut_off\":\"17\""] {
            assert!(text.contains(part), "{part}");
        }
        assert!(serde_json::from_str::<Study>(&text.replace("\"pages\":", "\"leaves\":")).is_err());
    }
}
