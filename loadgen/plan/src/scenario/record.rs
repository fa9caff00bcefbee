//! `[record]`: which rows of arrivals a run keeps.

use toml::de::DeValue;

use super::problem::{Complaint, Report};
use super::section::{Section, found};
use super::warning::Warning;
use super::words::quote;
use crate::expect::expected;
use crate::plan::{Plan, Record};

/// Bytes of one row on disk, on the high side: 11 were measured where the target says nothing of its own
/// time (630 000 rows), 22 where it does (the quickstart).
const ROW_BYTES: f64 = 32.0;
/// Rows beyond this many bytes are sampled unless the file asks for all.
const MAX_USUAL_BYTES: f64 = 2_147_483_648.0;
/// Largest `N` of `1/N`.
const MAX_ONE_IN: u32 = 1_000_000;

/// What the file asks for; `None` if it does not say.
pub(crate) fn read(root: &Section<'_>, report: &mut Report) -> Option<Record> {
    let section = Section::of(root.value("record")?, &["arrivals"], report)?;
    section.optional("arrivals", report, arrivals)
}

/// All rows, or as many as are estimated to fit.
pub(crate) fn usual(plan: &Plan) -> (Record, Option<Warning>) {
    let rows = plan.streams.iter().zip(expected(plan)).map(|(stream, expected)| {
        let journeys = stream.mix.iter().map(|part| &plan.journeys[usize::from(part.journey)]);
        let steps = journeys.map(|journey| journey.steps.len()).max().unwrap_or(0);
        expected.arrivals.mean() * f64::from(u32::try_from(steps).unwrap_or(u32::MAX))
    });
    let bytes = rows.sum::<f64>() * ROW_BYTES;
    if bytes <= MAX_USUAL_BYTES {
        return (Record::All {}, None);
    }
    let n = u32::try_from(whole(bytes / MAX_USUAL_BYTES) + 1).unwrap_or(u32::MAX);
    (Record::OneIn { n }, Some(Warning::RowsSampled { one_in: n, bytes: whole(bytes) }))
}

fn arrivals(value: &DeValue<'_>) -> Result<Record, Complaint> {
    const EXPECTED: &str = "`all`, `none` or `1/N` with N from 2 to 1000000";
    let DeValue::String(text) = value else { return Err(found(value).expecting(EXPECTED)) };
    let n = text.strip_prefix("1/").and_then(|n| n.parse().ok());
    match (text.as_ref(), n) {
        ("all", _) => Ok(Record::All {}),
        ("none", _) => Ok(Record::None {}),
        (_, Some(n)) if (2..=MAX_ONE_IN).contains(&n) => Ok(Record::OneIn { n }),
        _ => {
            Err(Complaint::new(format!("{} is not a choice of rows", quote(text)))
                .expecting(EXPECTED))
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate > 0, which saturates"
)]
fn whole(estimate: f64) -> u64 {
    estimate as u64
}
