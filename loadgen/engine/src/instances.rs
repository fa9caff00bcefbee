//! What each instance of the target took, as it calls itself in `Server-Timing`.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use run_record::arrival_row::{ArrivalRow, Outcome};
use run_record::breakdown::InstanceResult;
use run_record::histogram::{histogram, record_us};
use run_record::spread::Spread;

/// Instances that are told apart; answers of further ones are counted together. It bounds memory: with 16 steps and
/// times of some milliseconds they are 32 MiB.
const INSTANCES_MAX: usize = 64;

/// Times by step number and instance.
#[derive(Debug, Default)]
pub(crate) struct Instances {
    /// In the order in which they first answered.
    names: Vec<String>,
    /// By step number and index of the name; `INSTANCES_MAX` for all that have none.
    totals: BTreeMap<(usize, usize), Totals>,
}

#[derive(Debug)]
struct Totals {
    not_completed: u64,
    response: Histogram<u64>,
    server: Histogram<u64>,
}

impl Instances {
    /// Takes a row of a measured phase; it counts if the answer says who gave it.
    pub(crate) fn on_row(&mut self, row: &ArrivalRow, number: usize) {
        let Some(name) = &row.instance else { return };
        let index = self.index(name);
        let totals = self.totals.entry((number, index)).or_insert_with(Totals::new);
        if row.outcome != Outcome::Completed {
            totals.not_completed += 1;
            return;
        }
        if let Some(done_ns) = row.done_ns {
            record_us(&mut totals.response, done_ns.saturating_sub(row.due_ns));
        }
        if let Some(us) = row.server_us {
            record_us(&mut totals.server, us.saturating_mul(1_000));
        }
    }

    /// By step, and in the order in which instances first answered.
    pub(crate) fn results(
        &self,
        name_of: impl Fn(usize) -> (String, String),
    ) -> Vec<InstanceResult> {
        let result = |(&(number, index), totals): (&(usize, usize), &Totals)| {
            let (stream, step) = name_of(number);
            InstanceResult {
                stream,
                step,
                instance: self.names.get(index).cloned(),
                count: totals.response.len(),
                not_completed: totals.not_completed,
                response_us: Spread::of(&totals.response),
                server_us: Spread::of(&totals.server),
            }
        };
        self.totals.iter().map(result).collect()
    }

    fn index(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            if self.names.len() < INSTANCES_MAX {
                self.names.push(name.to_owned());
                self.names.len() - 1
            } else {
                INSTANCES_MAX
            }
        })
    }
}

impl Totals {
    fn new() -> Self {
        Self { not_completed: 0, response: histogram(), server: histogram() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows;
    use crate::simulated;
    use load_plan::arrival::Arrival;

    fn row(instance: Option<String>, server_us: Option<u64>, outcome: Outcome) -> ArrivalRow {
        let plan = simulated::plan(100, 1, 10, 10);
        let arrival = Arrival { seq: 0, n: 0, due_ns: 1_000_000, stream: 0, phase: 0, journey: 0 };
        let row = rows::unreleased(&plan, &arrival);
        ArrivalRow { instance, server_us, outcome, done_ns: Some(2_500_000), ..row }
    }

    fn results(instances: &Instances) -> Vec<InstanceResult> {
        instances.results(|number| ("reads".to_owned(), format!("step {number}")))
    }

    #[test]
    fn each_instance_has_its_own_times() {
        let mut instances = Instances::default();
        for (name, us) in [("a", 500), ("b", 2_000), ("a", 700)] {
            instances.on_row(&row(Some(name.to_owned()), Some(us), Outcome::Completed), 0);
        }
        instances.on_row(&row(Some("b".to_owned()), None, Outcome::Failed), 0);
        instances.on_row(&row(None, Some(9_000), Outcome::Completed), 0);
        let results = results(&instances);
        let short = |of: &InstanceResult| {
            let most = |spread: Option<Spread>| spread.map(|spread| spread.max);
            let times = (most(of.response_us), most(of.server_us));
            (of.instance.clone().unwrap(), of.count, of.not_completed, times)
        };
        let times = |server_us| (Some(1_500), Some(server_us));
        let expected = [("a".to_owned(), 2, 0, times(700)), ("b".to_owned(), 1, 1, times(2_000))];
        assert_eq!(results.iter().map(short).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_target_with_a_name_for_each_answer_does_not_fill_memory() {
        let mut instances = Instances::default();
        for number in 0..1_000 {
            instances.on_row(&row(Some(number.to_string()), Some(1), Outcome::Completed), 3);
        }
        let results = results(&instances);
        assert_eq!(results.len(), INSTANCES_MAX + 1);
        let last = results.last().unwrap();
        assert_eq!((last.instance.as_deref(), last.count), (None, 1_000 - 64));
        assert_eq!(last.step, "step 3");
    }
}
