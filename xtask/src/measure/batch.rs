//! `measure batch`: organisations with two months of messages written into the embedded store, and the view limits of
//! all of them computed, at one to ten times the size that has a limit; by the verbs, as a user calls them.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::bench::Bench;
use super::criterion::count;
use super::hanno::Taken;
use super::picture::Pen;
use super::show::table;
use crate::say;

/// The size that has a limit.
const ORGANISATIONS: u64 = 1_000;
const MESSAGES: u64 = 1_000_000;

/// How many times that size, from once on.
const TIMES: [u64; 4] = [1, 2, 5, 10];

const POPULATE_S_MAX: f64 = 90.0;
const COMPUTE_S_MAX: f64 = 30.0;

/// What a message may take at the other sizes, against once the size.
const GROWTH_MAX: f64 = 1.5;

/// The same moment for both verbs, so that a day later the same messages are visible.
const AS_OF: &str = "2026-11-24T00:00:00Z";

const STRATEGY: &str = "select";

/// For each time the size; far beyond what is allowed, so that a figure comes of what is too slow.
const PATIENCE: Duration = Duration::from_mins(10);

const PICTURE: &str = "view-limits-size.svg";

/// What one size took.
#[derive(Clone, Copy, Debug)]
struct Size {
    times: u64,
    populate: Taken,
    compute: Taken,
    file_bytes: u64,
}

/// Measures all sizes and publishes the page.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    let mut sizes = Vec::new();
    for times in TIMES {
        let [organisations, messages] = [times * ORGANISATIONS, times * MESSAGES];
        say::error(&format!("{organisations} organisations, {messages} messages"));
        sizes.push(measure(bench, times)?);
    }
    let picture = Pen::new(&bench.page.root)?.draw("Time by size, embedded store", &csv(&sizes))?;
    bench.page.beside(PICTURE, &picture)?;
    bench.publish("View limits: from writing to computing", &body(&sizes), &broken(&sizes))
}

fn measure(bench: &Bench, times: u64) -> Result<Size> {
    let data = bench.folder.join(format!("data-{times}"));
    let [organisations, messages] =
        [times * ORGANISATIONS, times * MESSAGES].map(|number| number.to_string());
    let at_most = PATIENCE * u32::try_from(times).context("ten at most")?;
    let watched = |words: &[&str]| {
        let mut words: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
        words.extend([OsStr::new("--as-of"), OsStr::new(AS_OF), OsStr::new("--data")]);
        words.push(data.as_os_str());
        bench.hanno.watched(&words, at_most)
    };
    let populate =
        watched(&["populate", "--organisations", &organisations, "--messages", &messages])?;
    let file_bytes = bytes_in(&data)?;
    let compute = watched(&["view-limits", "compute", "--all", "--strategy", STRATEGY])?;
    // The largest takes a gigabyte and more.
    fs::remove_dir_all(&data).with_context(|| format!("cannot remove {}", data.display()))?;
    Ok(Size { times, populate, compute, file_bytes })
}

/// Of the files in a folder.
fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let file = entry.and_then(|entry| entry.metadata());
        bytes += file.context("cannot look at the files of the store")?.len();
    }
    Ok(bytes)
}

fn broken(sizes: &[Size]) -> Vec<String> {
    let mut broken = Vec::new();
    for size in sizes.iter().filter(|size| size.times == 1) {
        for (verb, taken, most) in [
            ("populate", size.populate, POPULATE_S_MAX),
            ("view-limits compute --all", size.compute, COMPUTE_S_MAX),
        ] {
            if taken.seconds > most {
                broken.push(format!("{verb} took {:.1} s, limit {most:.0} s", taken.seconds));
            }
        }
    }
    let once = sizes.first().map_or(f64::INFINITY, Size::us_of_message);
    for size in sizes {
        let growth = size.us_of_message() / once;
        if growth > GROWTH_MAX {
            broken.push(format!(
                "at {} times the size a message takes {growth:.2} times as long to compute, limit {GROWTH_MAX:.1}",
                size.times
            ));
        }
    }
    broken
}

fn csv(sizes: &[Size]) -> String {
    let mut lines = vec![format!("messages,populate,compute ({STRATEGY})")];
    for size in sizes {
        let [populate, compute] = [size.populate, size.compute].map(|taken| taken.seconds * 1e9);
        lines.push(format!("{},{populate:.0},{compute:.0}", size.times * MESSAGES));
    }
    lines.join("\n")
}

fn body(sizes: &[Size]) -> String {
    let rows: Vec<Vec<String>> = sizes.iter().map(Size::row).collect();
    let header = [
        "organisations",
        "messages",
        "populate, s",
        "peak, MiB",
        "files, MiB",
        "compute, s",
        "peak, MiB",
        "us a message",
    ];
    format!(
        "`hanno populate --organisations N --messages M` into an empty directory of the embedded store, then `hanno \
         view-limits compute --all --strategy {STRATEGY}` over it, both with `--as-of {AS_OF}`: each a process, from its \
         start to its end, once. A quarter of the organisations pays and has no limit. Peaks are `VmHWM` of `/proc/PID/status`. \
         At once the size {POPULATE_S_MAX:.0} s are allowed for writing and {COMPUTE_S_MAX:.0} s for computing; at the \
         others a message may take {GROWTH_MAX:.1} times as long to compute as there.\n\n{}\n\
         ![time by size]({PICTURE})\n",
        table(&header, &rows)
    )
}

impl Size {
    /// Of computing, in the mean over all messages there are.
    fn us_of_message(&self) -> f64 {
        self.compute.seconds * 1e6 / count(self.times * MESSAGES)
    }

    fn row(&self) -> Vec<String> {
        let Self { times, populate, compute, file_bytes } = self;
        let seconds = |taken: &Taken| format!("{:.2}", taken.seconds);
        let peak = |taken: &Taken| (taken.peak_kib / 1024).to_string();
        vec![
            (times * ORGANISATIONS).to_string(),
            (times * MESSAGES).to_string(),
            seconds(populate),
            peak(populate),
            (file_bytes >> 20).to_string(),
            seconds(compute),
            peak(compute),
            format!("{:.2}", self.us_of_message()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(times: u64, populate_s: f64, compute_s: f64) -> Size {
        let taken = |seconds| Taken { seconds, peak_kib: 20_480 };
        let (populate, compute) = (taken(populate_s), taken(compute_s));
        Size { times, populate, compute, file_bytes: times << 27 }
    }

    #[test]
    fn limits_are_of_once_the_size_and_growth_of_the_others() {
        assert_eq!(broken(&[size(1, 90.0, 30.0), size(10, 2000.0, 450.0)]), [""; 0]);
        assert_eq!(
            broken(&[size(1, 90.1, 30.2), size(2, 1.0, 60.0)]),
            [
                "populate took 90.1 s, limit 90 s",
                "view-limits compute --all took 30.2 s, limit 30 s"
            ]
        );
        let grown = broken(&[size(1, 2.0, 1.0), size(5, 9.0, 7.6)]);
        assert_eq!(grown.len(), 1);
        assert!(
            grown[0].starts_with("at 5 times the size a message takes 1.52 times"),
            "{grown:?}"
        );
    }

    #[test]
    fn page_and_picture_have_a_line_for_each_size() {
        let sizes = [size(1, 2.0, 1.0), size(10, 25.0, 11.0)];
        assert_eq!(
            csv(&sizes),
            "messages,populate,compute (select)\n1000000,2000000000,1000000000\n10000000,25000000000,11000000000"
        );
        let body = body(&sizes);
        assert!(
            body.contains("10000000") && body.contains("1280") && body.contains("1.10"),
            "{body}"
        );
    }
}
