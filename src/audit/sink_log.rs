//! The log of `hanno sink`, line by line: `arrived_ns,replied_ns,connection,arrival`.

use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, anyhow, bail};

const HEADER: &str = "arrived_ns,replied_ns,connection,arrival";

/// A line of the sink is shorter than 200 bytes.
const LINE_MAX: u64 = 4_096;

/// A request as the sink saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Unix time.
    pub(super) arrived_ns: u64,
    /// Which step of which arrival, where the request said so.
    pub(super) tag: Option<Tag>,
}

/// `run/seq/step` of the header `hanno-arrival`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) run: String,
    pub(super) seq: u64,
    pub(super) step: u64,
}

/// The lines after the header, read one at a time.
pub(super) struct Lines<R> {
    from: BufReader<R>,
    name: String,
    number: u64,
    cut: bool,
}

/// Checks the header.
pub(super) fn read<R: Read>(from: R, name: &str) -> anyhow::Result<Lines<R>> {
    let from = BufReader::new(from);
    let mut lines = Lines { from, name: name.to_owned(), number: 0, cut: false };
    match lines.line()? {
        None => bail!(
            "{name} is empty: the sink writes its header at once, so this is none of its logs"
        ),
        Some(header) if header == HEADER => Ok(lines),
        Some(_) => bail!(
            "{name}, line 1: expected `{HEADER}`, with which a log of `hanno sink` begins; for a log of another tool \
             name its --format, for a part of a sink's log put that line before it"
        ),
    }
}

impl<R: Read> Lines<R> {
    /// That the file ends in mid-line, if it does; to be asked at the end.
    pub(super) fn cut(&self) -> Option<&'static str> {
        self.cut.then_some("the log ends in mid-line; that line is left out")
    }

    /// The next whole line; one without an end is cut.
    fn line(&mut self) -> anyhow::Result<Option<String>> {
        let mut line = Vec::new();
        let limited = (&mut self.from).take(LINE_MAX).read_until(b'\n', &mut line);
        let length = limited.with_context(|| format!("cannot read {}", self.name))?;
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.pop() != Some(b'\n') {
            if length as u64 == LINE_MAX {
                bail!("{}, line {}: longer than {LINE_MAX} bytes", self.name, self.number);
            }
            self.cut = true;
            return Ok(None);
        }
        let text = String::from_utf8(line);
        text.map(Some).map_err(|_| anyhow!("{}, line {}: not UTF-8", self.name, self.number))
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = anyhow::Result<Seen>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.line() {
            Ok(line) => line?,
            Err(error) => return Some(Err(error)),
        };
        let (name, number) = (&self.name, self.number);
        Some(seen(&line).ok_or_else(|| {
            anyhow!("{name}, line {number}: expected `{HEADER}` with times in whole nanoseconds")
        }))
    }
}

fn seen(line: &str) -> Option<Seen> {
    let mut fields = line.splitn(4, ',');
    let arrived_ns = fields.next()?.parse().ok()?;
    let replied = fields.next()?;
    if !replied.is_empty() {
        replied.parse::<u64>().ok()?;
    }
    fields.next()?.parse::<u64>().ok()?;
    Some(Seen { arrived_ns, tag: tag(fields.next()?) })
}

/// What is not of this form is no tag: other tools may send what they like.
fn tag(arrival: &str) -> Option<Tag> {
    let mut parts = arrival.rsplitn(3, '/');
    let step = parts.next()?.parse().ok()?;
    let seq = parts.next()?.parse().ok()?;
    Some(Tag { run: parts.next()?.to_owned(), seq, step })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, times: &[u64], cut: bool) {
        let mut lines = read(text.as_bytes(), "log.csv").unwrap();
        let seen: Vec<u64> = (&mut lines).map(|seen| seen.unwrap().arrived_ns).collect();
        assert_eq!((seen.as_slice(), lines.cut().is_some()), (times, cut), "{text}");
    }

    #[test]
    fn whole_lines_are_read_and_a_cut_one_is_left_out() {
        check(&format!("{HEADER}\n"), &[], false);
        check(&format!("{HEADER}\n5,6,0,\n7,,1,r/2/0\n"), &[5, 7], false);
        check(&format!("{HEADER}\n5,6,0,\n7,"), &[5], true);
    }

    #[test]
    fn what_is_no_log_of_the_sink_is_told_with_its_line() {
        let refused = |text: &str| match read(text.as_bytes(), "log.csv") {
            Err(error) => error.to_string(),
            Ok(lines) => lines.filter_map(Result::err).map(|error| error.to_string()).collect(),
        };
        let long = format!("{HEADER}\n{}\n", "1".repeat(5_000));
        for (text, words) in [
            ("", "empty"),
            ("5,6,0,\n", "line 1: expected `arrived_ns"),
            (&format!("{HEADER}\n-5,6,0,\n"), "line 2"),
            (&format!("{HEADER}\n5,6,0,\n5,x,0,\n"), "line 3"),
            (&format!("{HEADER}\n5.5,6,0,\n"), "line 2"),
            (&long, "longer than"),
        ] {
            assert!(refused(text).contains(words), "{text:?}: {}", refused(text));
        }
    }

    #[test]
    fn a_tag_may_hold_slashes_in_the_name_of_its_run() {
        let expected = Tag { run: "a/b".to_owned(), seq: 7, step: 1 };
        assert_eq!(tag("a/b/7/1"), Some(expected));
        for other in ["", "7", "7/1", "a/x/1"] {
            assert_eq!(tag(other), None, "{other}");
        }
    }
}
