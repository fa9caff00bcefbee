//! The pictures of the report: which series are drawn, how finely, and what is said below them.

use load_plan::plan::{Limit, PhaseKind, Stream, Time};
use run_analysis::evidence::{Evidence, Point};
use run_analysis::{judge, timeline};
use run_record::latency::Kind;
use run_record::resource_row::ResourceRow;
use run_record::run::{Run, StepResult};

use crate::svg::{self, PlotError, Rates, Span, Spectrum, Times};
use crate::{text, units};

/// Steps with pictures of their own; the others are in the table.
const STEPS_MAX: usize = 16;
/// Points of a line: finer than a screen shows, and a bound on the size of the page.
const POINTS_MAX: u32 = 600;
/// Lines in the picture of lateness.
const LATENESS_LINES_MAX: usize = 5;

/// Which figure of a second is drawn.
type Pick = fn(&Point) -> u64;

/// A picture and what it shows.
pub(super) struct Figure {
    /// Made by the canvas, which escapes every name.
    pub(super) svg: String,
    /// What is plotted, with units.
    pub(super) caption: String,
}

/// The pictures of one step.
pub(super) struct StepFigures {
    pub(super) title: String,
    pub(super) completed: u64,
    pub(super) spectrum: Option<Figure>,
    pub(super) timeline: Option<Figure>,
}

/// Spectrum and timeline of each step, and for how many steps there was no room.
pub(super) fn steps(evidence: &Evidence) -> Result<(Vec<StepFigures>, usize), PlotError> {
    let steps = &evidence.run.steps;
    let figures = steps.iter().take(STEPS_MAX).map(|step| {
        Ok(StepFigures {
            title: text::clean(&format!("{}: {}", step.stream, step.step)),
            completed: step.count,
            spectrum: spectrum(evidence, step)?,
            timeline: timeline(evidence, step)?,
        })
    });
    Ok((figures.collect::<Result<_, PlotError>>()?, steps.len().saturating_sub(STEPS_MAX)))
}

fn spectrum(evidence: &Evidence, step: &StepResult) -> Result<Option<Figure>, PlotError> {
    let kinds = [
        ("response", Kind::Response),
        ("service", Kind::Service),
        ("server", Kind::Server),
        ("delivery", Kind::Delivery),
    ];
    let spectra = kinds.map(|(name, kind)| Spectrum {
        name,
        points: evidence.spectrum(&step.stream, &step.step, kind),
    });
    let limits = limits(&evidence.run, &step.step, |_| true);
    let title = format!("{}: {}", step.stream, step.step);
    let drawn = svg::spectrum(&title, &spectra, &limits)?;
    let requests = step.count.saturating_add(step.not_completed);
    let share = units::percent_of(step.not_completed, requests).replace(' ', "\u{a0}");
    let caption = format!(
        "Time (logarithmic) within which a share of the completed requests of measured phases was done; {share} of the \
         requests did not complete and are not in it. Response time counts from the due time, service time from the \
         sending, server time is what the server says."
    );
    Ok(drawn.map(|svg| Figure { svg, caption }))
}

fn timeline(evidence: &Evidence, step: &StepResult) -> Result<Option<Figure>, PlotError> {
    let points = evidence.over_time(&step.stream, &step.step, Kind::Response);
    let streams = evidence.run.plan.streams.iter().filter(|stream| stream.name == step.stream);
    let (span, stride) = span(evidence, streams);
    let picks: [(&str, Pick); 4] = [
        ("p50", |point| point.p50_us),
        ("p95", |point| point.p95_us),
        ("p99", |point| point.p99_us),
        ("max", |point| point.max_us),
    ];
    let times = picks.map(|(name, pick)| Times {
        name: name.to_owned(),
        points: thinned(&points, stride, pick),
    });
    let limits = limits(&evidence.run, &step.step, |time| time == Time::Response);
    let what = format!("Response time of {}: {}", step.stream, step.step);
    let caption = format!(
        "Response time (logarithmic) of the requests completed in each second{}. Shaded: not measured.",
        grain(stride)
    );
    Ok(svg::latency(&what, &times, &limits, &span)?.map(|svg| Figure { svg, caption }))
}

/// What was asked for, released and ended over time, of all streams.
pub(super) fn rates(evidence: &Evidence) -> Result<Option<Figure>, PlotError> {
    let (span, stride) = span(evidence, evidence.run.plan.streams.iter());
    let rows = |pick: fn(&ResourceRow) -> u64| {
        let rows = evidence.resources.iter();
        mean(rows.map(|row| (row.second.saturating_sub(1), as_f64(pick(row)))), stride)
    };
    let asked = (0..).zip(timeline::asked(&evidence.run.plan));
    let rates = [
        Rates { name: "released", points: rows(|row| row.released) },
        Rates { name: "ended", points: rows(|row| row.ended) },
        Rates { name: "asked", points: mean(asked, stride) },
    ];
    let seen = if evidence.resources.is_empty() {
        "What was released and ended in each second was not recorded.".to_owned()
    } else {
        format!(
            "Released to a user, and ended with whatever outcome, in each second{}.",
            mean_grain(stride)
        )
    };
    let caption = format!(
        "Arrivals per second of all streams, as planned (asked). {seen} Shaded: nothing is measured."
    );
    Ok(svg::rates(&rates, &span)?.map(|svg| Figure { svg, caption }))
}

/// The generator's own delay over time.
pub(super) fn lateness(evidence: &Evidence) -> Result<Option<Figure>, PlotError> {
    let (span, stride) = span(evidence, evidence.run.plan.streams.iter());
    let mut sources: Vec<(&str, &str)> = Vec::new();
    for series in evidence.latency.iter().filter(|series| series.tag.kind == Kind::Lateness) {
        let source = (series.tag.stream.as_str(), series.tag.step.as_str());
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let times: Vec<Times> = sources
        .iter()
        .take(LATENESS_LINES_MAX)
        .map(|(stream, step)| Times {
            name: format!("{stream}: {step}"),
            points: thinned(&evidence.over_time(stream, step, Kind::Lateness), stride, |point| {
                point.p99_us
            }),
        })
        .collect();
    let more = match sources.len().saturating_sub(LATENESS_LINES_MAX) {
        0 => String::new(),
        more => format!(" {more} more are not drawn."),
    };
    let caption = format!(
        "p99 (logarithmic) of the time by which first steps left the generator late through its own doing, in each \
         second{}. Shaded: nothing is measured.{more}",
        grain(stride)
    );
    let limit = judge::lateness_limit_us(&evidence.run.plan);
    Ok(svg::lateness(&times, Some(limit), &span)?.map(|svg| Figure { svg, caption }))
}

/// The limits of a step's latency objectives on the chosen times, in microseconds, with their words.
fn limits(run: &Run, step: &str, chosen: impl Fn(Time) -> bool) -> Vec<(u64, String)> {
    let objectives = run.plan.objectives.iter().filter(|objective| objective.step == step);
    let limits = objectives.filter_map(|objective| match objective.limit {
        Limit::Latency { time, at_most_ns, .. } if chosen(time) => {
            Some((at_most_ns / 1000, objective.text.clone()))
        }
        _ => None,
    });
    limits.collect()
}

/// From the start to the last thing known, what of it is not measured in any of the streams, and
/// how many seconds one point stands for.
fn span<'a>(evidence: &Evidence, streams: impl Iterator<Item = &'a Stream>) -> (Span, u32) {
    let mut measured: Vec<(u64, u64)> = Vec::new();
    let mut end_ns = evidence.run.ended_ns.unwrap_or(0);
    for phase in streams.flat_map(|stream| &stream.phases) {
        let stop = phase.start_ns.saturating_add(phase.duration_ns);
        end_ns = end_ns.max(stop);
        if phase.measured && !matches!(phase.kind, PhaseKind::Idle {}) {
            measured.push((phase.start_ns, stop));
        }
    }
    let seen = evidence
        .latency
        .iter()
        .filter_map(|series| series.seconds.last())
        .map(|point| point.second + 1);
    let seen = seen.chain(evidence.resources.last().map(|row| row.second)).max().unwrap_or(0);
    let end = units::seconds(end_ns).max(f64::from(seen)).max(1.0);
    measured.sort_unstable();
    let mut unmeasured = Vec::new();
    let mut covered = 0.0;
    for (from, to) in
        measured.into_iter().map(|(from, to)| (units::seconds(from), units::seconds(to)))
    {
        if from > covered {
            unmeasured.push((covered, from));
        }
        covered = to.max(covered);
    }
    if covered < end {
        unmeasured.push((covered, end));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; a run has fewer seconds"
    )]
    let stride = (end.ceil() as u32).div_ceil(POINTS_MAX).max(1);
    (Span { end, unmeasured, step: f64::from(stride) }, stride)
}

/// One point for each stride, its greatest, in the middle of it.
fn thinned(points: &[Point], stride: u32, pick: Pick) -> Vec<(f64, u64)> {
    let mut thinned: Vec<(f64, u64)> = Vec::new();
    for point in points {
        let at = middle(point.second, stride);
        match thinned.last_mut() {
            Some(last) if last.0 >= at => last.1 = last.1.max(pick(point)),
            _ => thinned.push((at, pick(point))),
        }
    }
    thinned
}

/// Counts of seconds, each named by its beginning, as mean rates over each stride.
fn mean(counts: impl Iterator<Item = (u32, f64)>, stride: u32) -> Vec<(f64, f64)> {
    let mut sums: Vec<(f64, f64, f64)> = Vec::new();
    for (second, count) in counts {
        let at = middle(second, stride);
        match sums.last_mut() {
            Some(last) if last.0 >= at => {
                last.1 += count;
                last.2 += 1.0;
            }
            _ => sums.push((at, count, 1.0)),
        }
    }
    sums.into_iter().map(|(at, sum, seconds)| (at, sum / seconds)).collect()
}

fn as_f64(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
    {
        count as f64
    }
}

fn middle(second: u32, stride: u32) -> f64 {
    f64::from(second / stride * stride) + f64::from(stride) / 2.0
}

fn grain(stride: u32) -> String {
    if stride == 1 {
        String::new()
    } else {
        format!("; each point is the greatest of {stride} seconds")
    }
}

fn mean_grain(stride: u32) -> String {
    if stride == 1 {
        String::new()
    } else {
        format!("; each point is the mean of {stride} seconds")
    }
}
