//! What the sink wrote down, matched with what was due: the oracle's side of every comparison.

use anyhow::{Context, Result, bail};

/// One request as the sink saw it, in Unix nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) arrived_ns: u64,
    /// None if no reply was sent.
    pub(crate) replied_ns: Option<u64>,
}

/// The first step's request of each arrival, indexed by `seq`; none for those that never came.
pub(crate) fn by_seq(log: &str, planned: usize) -> Result<Vec<Option<Seen>>> {
    let mut lines = log.lines();
    let header = lines.next().unwrap_or_default();
    if header != "arrived_ns,replied_ns,connection,arrival" {
        bail!("the sink's log has the header {header:?}");
    }
    let mut seen = vec![None; planned];
    for line in lines {
        let (row, arrival) = row(line).with_context(|| format!("not a row of a log: {line:?}"))?;
        let Some(seq) = first_step(arrival) else { continue };
        let place = usize::try_from(seq).ok().and_then(|index| seen.get_mut(index));
        let place = place.with_context(|| format!("{arrival} was never planned"))?;
        if place.replace(row).is_some() {
            bail!("{arrival} arrived twice");
        }
    }
    Ok(seen)
}

fn row(line: &str) -> Option<(Seen, &str)> {
    let mut fields = line.splitn(4, ',');
    let arrived_ns = fields.next()?.parse().ok()?;
    let replied = fields.next()?;
    let replied_ns = if replied.is_empty() { None } else { Some(replied.parse().ok()?) };
    fields.next()?.parse::<u64>().ok()?;
    Some((Seen { arrived_ns, replied_ns }, fields.next()?))
}

/// `run/seq/step`: the number of the arrival, if this is its first step. A preflight has no such name.
fn first_step(arrival: &str) -> Option<u64> {
    let mut parts = arrival.rsplitn(3, '/');
    let step = parts.next()?;
    let seq = parts.next()?.parse().ok()?;
    parts.next()?;
    (step == "0").then_some(seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "arrived_ns,replied_ns,connection,arrival\n";

    #[test]
    fn rows_are_matched_by_seq_whatever_their_order() {
        let log = format!("{HEADER}30,31,0,r/2/0\n5,6,1,\n10,,0,a/b/0/0\n40,41,0,r/2/1\n");
        let seen = by_seq(&log, 3).unwrap();
        assert_eq!(
            seen,
            [
                Some(Seen { arrived_ns: 10, replied_ns: None }),
                None,
                Some(Seen { arrived_ns: 30, replied_ns: Some(31) }),
            ]
        );
    }

    #[test]
    fn what_contradicts_the_plan_is_an_error() {
        for rows in ["1,2,0,r/3/0\n", "1,2,0,r/0/0\n1,2,0,r/0/0\n", "1,2\n", "x,2,0,\n", "1,x,0,\n"]
        {
            assert!(by_seq(&format!("{HEADER}{rows}"), 3).is_err(), "{rows}");
        }
        assert!(by_seq("a,b\n", 3).is_err());
    }
}
