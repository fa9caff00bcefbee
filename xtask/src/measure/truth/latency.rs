//! Whether the percentiles that a run prints are those of its requests: against the sink's own log of the same ones,
//! in each form in which they are printed.

use anyhow::{Context, Result};

use super::Section;
use super::claims::{self, Claim, FORMS};
use crate::measure::bench::Bench;
use crate::measure::hanno::{number, verdict};
use crate::measure::percentile::{median, nearest_rank};
use crate::measure::schedule::{due_times, scenario};
use crate::measure::show::{milliseconds, table};
use crate::measure::sink::programmed::Shape;
use crate::measure::sink_log::{Seen, by_seq};
use crate::say;

const SHAPES: [Shape; 7] = [
    Shape::Constant { ms: 1 },
    Shape::Constant { ms: 10 },
    Shape::Constant { ms: 137 },
    Shape::Constant { ms: 700 },
    Shape::Constant { ms: 2000 },
    // 7 in 100: no percentile that is printed lies on the step.
    Shape::Bimodal { usual_ms: 10, rare_ms: 700, percent: 7 },
    Shape::Lognormal { median_ms: 20, sigma: 1.0 },
];

/// The p99.9 has eight requests above it, so that one reply that was read late does not decide; and 800 are under way at
/// once where each takes 2 s.
const PER_SECOND: u32 = 400;
const SECONDS: u32 = 20;

/// A percentile may be off by one part in a hundred, or by so much where that is more.
const ALLOWED_NS: i64 = 200_000;
const ALLOWED_PART: i64 = 100;

/// From here on a percentile is that of the few requests whose reply came while the machine did something else: a thread
/// of the kernel, another program, its host. It may be off by as much as a bare thread was woken late in the same run.
const TAIL_PER_MILLE: usize = 999;

/// How long all of it takes: start and end of each run are some seconds.
pub(super) fn seconds(runs: u32) -> u32 {
    runs * (SECONDS + 3) * 7
}

/// One latency, and what came of its runs.
struct Shown {
    shape: Shape,
    runs: Vec<Ran>,
}

/// One run.
struct Ran {
    figures: Vec<Figure>,
    verdict: String,
    /// Replies that the sink has logged, and how many Hanno says have completed.
    replies: usize,
    completed: u64,
}

/// What is printed, and what it is by the sink's log.
#[derive(Clone, Copy, Debug)]
struct Figure {
    claim: Claim,
    is_ns: i64,
    /// What the machine took from whoever waited, which is in the client's times and not in the sink's.
    withheld_ns: i64,
}

/// Runs against each latency.
pub(super) fn measure(bench: &Bench, runs: u32) -> Result<Section> {
    let mut all = Vec::new();
    for shape in SHAPES {
        let mut ran = Vec::new();
        for run in 1..=runs {
            say::error(&format!("{}, run {run} of {runs}, {SECONDS} s", shape.flag()));
            ran.push(one(bench, run, shape).with_context(|| shape.flag())?);
        }
        all.push(Shown { shape, runs: ran });
    }
    Ok(section(&all, runs))
}

fn one(bench: &Bench, run: u32, shape: Shape) -> Result<Ran> {
    let flag = shape.flag();
    let name = format!("{}-{run}", flag.replace([':', ',', '%', '.'], "-"));
    let log = bench.folder.join(format!("{name}.csv"));
    let sink = bench.hanno.sink(&log, &["--latency", &flag])?;
    let scenario = bench.scenario(&scenario("latency", &sink.url, PER_SECOND, SECONDS))?;
    let due_times = due_times(&bench.hanno.schedule(&scenario)?)?;
    let record = bench.folder.join(name);
    let run = bench.hanno.run(&scenario, &sink.url, &record, SECONDS)?;
    let started = number(&run["started_unix_ns"], "started_unix_ns")?;
    let seen = by_seq(&sink.finish()?, due_times.len())?;
    let [response, service] = times(&seen, started, &due_times);
    let probed_us = number(&run["timer_probe_us"]["max"], "timer_probe_us.max")?;
    let worst_wake_ns = i64::try_from(probed_us).unwrap_or(i64::MAX).saturating_mul(1_000);
    let figure = |claim: Claim| {
        let times = if claim.time == "service" { &service } else { &response };
        let is_ns =
            nearest_rank(times, claim.per_mille).context("the sink has answered nothing")?;
        let withheld_ns = if claim.per_mille >= TAIL_PER_MILLE { worst_wake_ns } else { 0 };
        Ok(Figure { claim, is_ns, withheld_ns })
    };
    let figures: Result<Vec<Figure>> =
        claims::of_record(&record)?.into_iter().map(figure).collect();
    Ok(Ran {
        figures: figures?,
        verdict: verdict(&run),
        replies: response.len(),
        completed: number(&run["steps"][0]["count"], "steps[0].count")?,
    })
}

/// By the sink's own stamps, in order: from the due time, and from the arrival, to the reply.
pub(super) fn times(seen: &[Option<Seen>], started_ns: u64, due_times: &[u64]) -> [Vec<i64>; 2] {
    let answered = seen.iter().zip(due_times).filter_map(|(seen, due)| {
        let seen = (*seen)?;
        let replied_ns = seen.replied_ns?;
        let since = |instant_ns: u64| replied_ns.wrapping_sub(instant_ns).cast_signed();
        Some((since(started_ns + due), since(seen.arrived_ns)))
    });
    let (mut response, mut service): (Vec<i64>, Vec<i64>) = answered.unzip();
    response.sort_unstable();
    service.sort_unstable();
    [response, service]
}

impl Figure {
    /// How much of what is allowed it is off, in percent.
    fn off_percent(&self) -> i64 {
        let allowed_ns = (self.is_ns / ALLOWED_PART).max(ALLOWED_NS).max(self.withheld_ns);
        (self.claim.ns - self.is_ns).abs() * 100 / allowed_ns
    }
}

impl Ran {
    fn is_invalid(&self) -> bool {
        self.verdict.starts_with("INVALID")
    }
}

impl Shown {
    fn is_disturbed(&self) -> bool {
        self.runs.iter().all(Ran::is_invalid)
    }

    /// The runs that are judged: one that says itself that its numbers mean nothing is not. Where all do, they
    /// are shown.
    fn judged(&self) -> Vec<&Ran> {
        self.runs.iter().filter(|run| self.is_disturbed() || !run.is_invalid()).collect()
    }

    /// The same figure of every judged run, for each that is printed.
    fn columns(&self) -> impl Iterator<Item = Vec<Figure>> {
        let judged = self.judged();
        let count = judged.first().map_or(0, |run| run.figures.len());
        (0..count).map(move |index| {
            judged.iter().filter_map(|run| run.figures.get(index)).copied().collect()
        })
    }

    /// Of one form the figure that is off most, by the median of its runs, and its greatest.
    fn worst(&self, form: &str) -> Option<(i64, i64, Figure)> {
        let columns = self.columns().filter(|runs| runs[0].claim.form == form);
        let off = columns.filter_map(|runs| {
            let off: Vec<i64> = runs.iter().map(Figure::off_percent).collect();
            Some((median(&off)?, off.iter().max().copied()?, runs[0]))
        });
        off.max_by_key(|(off, _, _)| *off)
    }

    fn broken(&self) -> Vec<String> {
        let flag = self.shape.flag();
        let mut broken = Vec::new();
        if self.is_disturbed() {
            return vec![format!("{flag}: no run is valid, and so nothing is shown")];
        }
        for form in FORMS {
            match self.worst(form) {
                Some((off, _, figure)) if off > 100 => {
                    let Claim { time, per_mille, .. } = figure.claim;
                    broken.push(format!(
                        "{flag}: {form}, {time} time at {}: off by {off} % of what is allowed",
                        percent(per_mille)
                    ));
                }
                Some(_) => {}
                None => broken.push(format!("{flag}: {form} says nothing")),
            }
        }
        for Ran { replies, completed, .. } in &self.runs {
            if *replies as u64 != *completed {
                broken.push(format!("{flag}: {completed} completed, the sink answered {replies}"));
            }
        }
        broken
    }

    fn row(&self) -> Vec<String> {
        let is = |per_mille| {
            let mut columns = self.columns().filter(|runs| {
                let Claim { form, time, per_mille: of, .. } = runs[0].claim;
                form == "JSON" && time == "response" && of == per_mille
            });
            let of_runs =
                columns.next().map(|runs| runs.iter().map(|run| run.is_ns).collect::<Vec<_>>());
            milliseconds(of_runs.and_then(|runs| median(&runs)).unwrap_or_default())
        };
        let cell = |form: &str| {
            self.worst(form).map_or_else(String::new, |(off, most, figure)| {
                let Claim { time, per_mille, .. } = figure.claim;
                format!("{off} ({most}) {time} {}", percent(per_mille))
            })
        };
        let count = self.runs.first().map_or(0, |run| run.replies);
        let verdicts: Vec<&str> = self.runs.iter().map(|run| run.verdict.as_str()).collect();
        [self.shape.flag(), count.to_string(), is(500), is(990), is(999)]
            .into_iter()
            .chain(FORMS.iter().map(|form| cell(form)))
            .chain([verdicts.join(", ")])
            .collect()
    }
}

pub(super) fn percent(per_mille: usize) -> String {
    match per_mille % 10 {
        0 => format!("p{}", per_mille / 10),
        tenth => format!("p{}.{tenth}", per_mille / 10),
    }
}

fn section(all: &[Shown], runs: u32) -> Section {
    let header = [
        "latency",
        "requests",
        "p50, ms",
        "p99, ms",
        "p99.9, ms",
        "terminal",
        "JSON",
        "HTML",
        "hlog",
        "verdicts",
    ];
    let rows: Vec<Vec<String>> = all.iter().map(Shown::row).collect();
    let text = format!(
        "{runs} runs of {SECONDS} s for each latency of the sink, {PER_SECOND} requests a second. Every p50, p90, p95, p99 \
         and p99.9 that is printed is held against the sink's own log of the same requests (sorted, nearest rank): response \
         time against `replied_ns` less the due time, service time against `replied_ns - arrived_ns`. A percentile may be \
         off by 1 % or {} ms, whichever is more: what the kernel and the client add on the way is in it. A p99.9 may also be off \
         by as much as the timer probe, a bare thread that is woken 100 times a second, was late at most in the same run: one \
         reply in a thousand comes while the machine does something else, and is in the client's time only. Shown are the \
         response times by the sink's log and, for each form, the figure that is off most, in percent of what is allowed: \
         the median of the runs, which is judged, and in brackets the greatest. A run that is itself INVALID says that its \
         numbers mean nothing, and is left out; at least one must be valid. The summary and the page round to three digits.\n\n{}",
        milliseconds(ALLOWED_NS),
        table(&header, &rows)
    );
    Section { text, broken: all.iter().flat_map(Shown::broken).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn shown(off_ns: &[i64], completed: u64) -> Shown {
        let figure = |form: &'static str, off_ns: i64| {
            let claim = Claim { form, time: "response", per_mille: 999, ns: 10 * MS + off_ns };
            Figure { claim, is_ns: 10 * MS, withheld_ns: 0 }
        };
        let ran = |off_ns: &i64| Ran {
            figures: FORMS.iter().map(|form| figure(form, *off_ns)).collect(),
            verdict: if *off_ns < 0 { "INVALID (MACHINE_NOISY)" } else { "PASS" }.to_owned(),
            replies: 5,
            completed,
        };
        Shown { shape: Shape::Constant { ms: 10 }, runs: off_ns.iter().map(ran).collect() }
    }

    #[test]
    fn times_are_counted_to_the_reply() {
        let seen = |arrived_ns, replied_ns| Some(Seen { arrived_ns, replied_ns });
        let log = [seen(1_150, Some(1_190)), seen(1_250, None), None, seen(1_450, Some(1_460))];
        let [response, service] = times(&log, 1_000, &[100, 200, 300, 400]);
        assert_eq!((response, service), (vec![60, 90], vec![10, 40]));
    }

    #[test]
    fn a_fifth_of_a_millisecond_or_a_hundredth_is_allowed() {
        let off = |is_ns: i64, ns: i64| {
            let claim = Claim { form: "JSON", time: "service", per_mille: 500, ns };
            Figure { claim, is_ns, withheld_ns: 0 }.off_percent()
        };
        assert_eq!((off(MS, MS - 100_000), off(MS, MS + 300_000)), (50, 150));
        assert_eq!((off(1000 * MS, 1010 * MS), off(1000 * MS, 980 * MS)), (100, 200));
        let claim = Claim { form: "JSON", time: "service", per_mille: 999, ns: 2 * MS };
        assert_eq!(Figure { claim, is_ns: MS, withheld_ns: 2 * MS }.off_percent(), 50);
    }

    #[test]
    fn the_median_of_the_runs_decides_in_each_form() {
        assert_eq!(shown(&[200_000, 100_000, 9_000_000], 5).broken(), [""; 0]);
        let broken = shown(&[300_000, 100_000, 9_000_000], 5).broken();
        assert_eq!(broken.len(), FORMS.len());
        assert_eq!(
            broken[0],
            "constant:10ms: terminal, response time at p99.9: off by 150 % of what is allowed"
        );
        let noisy = [-300_000, 100_000, -9_000_000];
        assert_eq!(shown(&noisy, 5).broken(), [""; 0], "those that say so are left out");
        let none = ["constant:10ms: no run is valid, and so nothing is shown"];
        assert_eq!(shown(&noisy[..1], 5).broken(), none);
        assert_eq!(shown(&[], 5).broken(), none);
    }

    #[test]
    fn counts_are_equal_to_the_unit() {
        assert_eq!(shown(&[0], 4).broken(), ["constant:10ms: 4 completed, the sink answered 5"]);
    }
}
