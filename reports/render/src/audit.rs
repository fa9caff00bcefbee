//! The audit in words, on the terminal and as pictures: of a run, a sink's log, or another tool's.

mod page;

use hdrhistogram::Histogram;
use run_analysis::audit::{Audited, as_planned, has_rhythm};
use run_record::audit::Audit;

use crate::figure::{Figure, slug};
use crate::figures::gaps::Shape;
use crate::files::ReportFile;
use crate::svg::PlotError;
use crate::{table, text, units};

pub use page::{Against, page};

/// Below the unit of the times nothing can be judged; from here on that is said.
const COARSE_NS: u64 = 1_000_000;

/// One stream that was audited.
#[derive(Debug)]
pub struct Stream {
    /// Its name, or that of the file.
    pub name: String,
    /// Class and numbers, with the shapes where the times are at hand.
    pub audited: Audited,
    /// How late requests were, in microseconds, where it is known when they were due.
    pub lateness_us: Option<Histogram<u64>>,
}

/// What was found, in a sentence without terms.
pub fn said(audit: &Audit) -> String {
    let requests = units::count(audit.arrivals);
    match (audit.class.as_str(), audit.positions, audit.trains) {
        ("TOO_FEW", ..) => {
            let missing = units::count(audit.missing.unwrap_or(0));
            format!("too few requests to judge: {requests}, and {missing} more are needed")
        }
        ("EVEN", ..) => "requests came one by one, evenly spaced".to_owned(),
        ("POISSON", ..) => "requests came at random, independent of each other".to_owned(),
        ("CLUSTERED", ..) if audit.rate_per_s.is_none() => {
            format!("all {requests} requests came at one instant, or have times too coarse to tell")
        }
        ("CLUSTERED", Some(1), _) => "requests came in 1 group a second".to_owned(),
        ("CLUSTERED", Some(groups), _) => format!("requests came in {groups} groups a second"),
        ("CLUSTERED", None, Some(trains)) => {
            let (each, length) = (units::count(trains.frequency_hz.into()), trains.length);
            format!("requests came in trains: {each} a second, {} in each", units::number(length))
        }
        ("CLUSTERED", None, None) => match audit.rhythm.filter(has_rhythm) {
            Some(beat) => format!(
                "requests came in clusters, most of all {} times a second",
                beat.frequency_hz
            ),
            None => "requests came in clusters without a fixed rhythm".to_owned(),
        },
        ("OTHER", ..) => {
            "requests came neither evenly nor at random; the numbers say how".to_owned()
        }
        (class, ..) => format!("requests were judged {}", text::clean(class)),
    }
}

/// What must be known to read the numbers.
pub fn notes(audit: &Audit) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(ns) = audit.resolution_ns.filter(|ns| *ns >= COARSE_NS) {
        let unit = units::time_ns(ns);
        notes
            .push(format!("The times are whole multiples of {unit}: what is finer is not judged."));
    }
    if audit.stepped_back > 0 {
        let count = units::count(audit.stepped_back);
        notes.push(format!(
            "{count} times lay before an earlier one (a clock that stepped back, or a log out of order) and were taken \
             as equal to it."
        ));
    }
    notes
}

/// Class, sentence and numbers for the terminal.
pub fn terminal(stream: &Stream, columns: usize) -> String {
    let audit = &stream.audited.audit;
    let mut text = format!("{}: {}\n", text::fit(&stream.name, columns / 2), audit.class);
    let mut line = |words: &str| {
        text.push_str("  ");
        text.push_str(&text::wrap(words, columns, 2, 2));
        text.push('\n');
    };
    line(&said(audit));
    if let Some(planned) = planned(audit) {
        line(&planned);
    }
    for note in notes(audit) {
        line(&note);
    }
    text + &table::table(&numbers(stream), 2)
}

/// Whether it is what was asked for, where a class was.
fn planned(audit: &Audit) -> Option<String> {
    let expected = text::clean(audit.expected.as_ref()?);
    let held = match audit.missing {
        Some(_) => "not judged",
        None if as_planned(audit) => "as planned",
        None => "NOT as planned",
    };
    let phase = audit.phase.as_ref().map(|phase| format!(" in phase {}", text::clean(phase)));
    Some(format!("{held}: {expected} was asked for{}", phase.unwrap_or_default()))
}

/// Names, with what the value is for streams of known kind, and values.
fn numbers(stream: &Stream) -> Vec<Vec<String>> {
    let audit = &stream.audited.audit;
    let known = |value: Option<f64>| value.map(units::number);
    let rows = [
        ("arrivals", Some(units::count(audit.arrivals))),
        ("rate", audit.rate_per_s.map(units::per_second)),
        ("dispersion in 1 ms (random 1, clusters more)", known(audit.idc_1ms)),
        ("dispersion in 10 ms (random 1, even near 0)", known(audit.idc_10ms)),
        ("dispersion in 100 ms (random 1, even 0)", known(audit.idc_100ms)),
        ("dispersion in 1 s (random 1, even 0)", known(audit.idc_1s)),
        ("variation of gaps (random 1, even 0, clusters 2 or more)", known(audit.cv2)),
        ("gaps of 0", audit.zero_gap_share.map(units::share)),
        ("distance of gaps (random 0, even 0.63)", known(audit.lilliefors_d)),
        ("strongest rhythm", audit.rhythm.map(|beat| units::per_second(beat.frequency_hz.into()))),
        ("its strength (none 0, all keep to it 1)", known(audit.rhythm.map(|beat| beat.strength))),
        ("how likely by chance", audit.rhythm.map(|beat| chance(beat.p))),
    ];
    let mut rows: Vec<Vec<String>> = rows
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| vec![name.to_owned(), value]))
        .collect();
    if let Some(lateness) = stream.lateness_us.as_ref().filter(|lateness| !lateness.is_empty()) {
        let at = |quantile| units::time_us(lateness.value_at_quantile(quantile));
        rows.push(vec!["lateness p50".to_owned(), at(0.5)]);
        rows.push(vec!["lateness p99".to_owned(), at(0.99)]);
        rows.push(vec!["lateness max".to_owned(), units::time_us(lateness.max())]);
    }
    rows
}

/// A probability, with its power of ten where it is small.
fn chance(p: f64) -> String {
    if p >= 0.001 || p <= 0.0 { units::number(p) } else { format!("{p:.0e}") }
}

/// Gaps, place in the second and lateness, as SVG files; none of them without times.
pub fn pictures(stream: &Stream) -> Result<Vec<ReportFile>, PlotError> {
    let files = figures(stream)?
        .into_iter()
        .map(|figure| ReportFile { name: format!("{}.svg", figure.stem), text: figure.svg_file() });
    Ok(files.collect())
}

fn figures(stream: &Stream) -> Result<Vec<Figure>, PlotError> {
    let audited = &stream.audited;
    let mean_us = audited.audit.rate_per_s.map(|rate| 1e6 / rate);
    let random = |us: f64| mean_us.map(|mean| 1.0 - (-us / mean).exp());
    let stem = slug(&stream.name);
    let shape = Shape {
        stem: &stem,
        name: &stream.name,
        gaps: &audited.gaps,
        sampled: false,
        fold: &audited.fold,
        beside: ("random arrivals at the same rate", &random),
    };
    let mut figures = vec![shape.gaps()?, shape.second()?];
    if let Some(lateness) = &stream.lateness_us {
        figures.push(crate::figures::lateness::lateness(&stem, &stream.name, lateness)?);
    }
    Ok(figures.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::audit::Trains;

    #[test]
    fn every_class_is_said_in_a_sentence() {
        let audit = |class: &str| Audit {
            class: class.to_owned(),
            arrivals: 1200,
            rate_per_s: Some(20.0),
            ..Audit::default()
        };
        let phases = Audit { positions: Some(4), ..audit("CLUSTERED") };
        let trains = Trains { frequency_hz: 200, strength: 1.0, length: 10.0 };
        let trains = Audit { trains: Some(trains), ..audit("CLUSTERED") };
        let at_once = Audit { rate_per_s: None, positions: Some(1), ..audit("CLUSTERED") };
        let few = Audit { arrivals: 250, missing: Some(750), ..audit("TOO_FEW") };
        for (audit, words) in [
            (audit("EVEN"), "requests came one by one, evenly spaced"),
            (audit("POISSON"), "requests came at random, independent of each other"),
            (phases, "requests came in 4 groups a second"),
            (trains, "requests came in trains: 200 a second, 10 in each"),
            (audit("CLUSTERED"), "requests came in clusters without a fixed rhythm"),
            (at_once, "all 1200 requests came at one instant, or have times too coarse to tell"),
            (few, "too few requests to judge: 250, and 750 more are needed"),
        ] {
            assert_eq!(said(&audit), words);
        }
    }

    #[test]
    fn what_degrades_a_judgement_is_said() {
        let audit = Audit { resolution_ns: Some(1_000_000), stepped_back: 3, ..Audit::default() };
        let notes = notes(&audit).join(" ");
        assert!(notes.contains("1.00 ms") && notes.contains("3 times"), "{notes}");
    }
}
