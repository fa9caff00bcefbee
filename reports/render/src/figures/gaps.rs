//! How far apart arrivals were, beside how far apart the plan's spacing would have them, and where in the second they
//! came: clusters are seen at once.

use hdrhistogram::Histogram;
use run_analysis::audit::Fold;
use run_analysis::evidence::{Evidence, expected_share};

use crate::figure::{Chart, Column, Figure, Group, slug};
use crate::svg::{Colour, Horizontal, Phases, PlotError, Vertical};
use crate::units;

/// Neither axis is the time of a run.
pub(crate) const NO_PHASES: &Phases =
    &Phases { rows: Vec::new(), unmeasured: Vec::new(), stop: None };

/// Places at which the share is taken: finer than a screen shows.
const PLACES: u32 = 240;

/// Two pictures for each stream whose gaps are known: the gaps, and where in the second arrivals came.
pub(super) fn gaps(evidence: &Evidence) -> Result<Vec<Figure>, PlotError> {
    let streams = &evidence.run.plan.streams;
    let known = evidence.gaps.iter().enumerate().filter_map(|(index, gaps)| {
        Some((index, gaps, streams.iter().find(|stream| stream.name == gaps.stream)?))
    });
    let mut figures = Vec::new();
    for (index, gaps, stream) in known {
        let stem = format!("{:02}-{}", index + 1, slug(&gaps.stream));
        let planned = |us: f64| expected_share(stream, us / 1e6);
        let shape = Shape {
            stem: &stem,
            name: &gaps.stream,
            gaps: &gaps.seen,
            sampled: gaps.sampled,
            fold: &gaps.fold,
            beside: ("planned spacing", &planned),
        };
        figures.extend(shape.gaps()?);
        figures.extend(shape.second()?);
    }
    Ok(figures)
}

/// How the arrivals of a stream were spread, ready to be drawn.
pub(crate) struct Shape<'a> {
    /// Of the files' names.
    pub(crate) stem: &'a str,
    /// Whose arrivals.
    pub(crate) name: &'a str,
    /// In nanoseconds.
    pub(crate) gaps: &'a Histogram<u64>,
    /// Whether there were more than were looked at.
    pub(crate) sampled: bool,
    pub(crate) fold: &'a Fold,
    /// What the gaps are compared with: its name, and the share of gaps of at most so many microseconds.
    pub(crate) beside: (&'a str, &'a dyn Fn(f64) -> Option<f64>),
}

impl Shape<'_> {
    /// The share of gaps up to each length.
    pub(crate) fn gaps(&self) -> Result<Option<Figure>, PlotError> {
        if self.gaps.is_empty() {
            return Ok(None);
        }
        let places = places(self.gaps);
        let caption = format!(
            "Share of the gaps between the sending of neighbouring first requests ({}) that are at most so long \
             (logarithmic), beside {}. Where sent lies left of it, arrivals came closer together than that.",
            self.seen(),
            self.beside.0,
        );
        let column = |name: &str, head: &str, values| Column {
            name: name.to_owned(),
            head: head.to_owned(),
            values,
        };
        let beside = places.iter().map(|us| self.beside.1(*us)).collect();
        let columns = vec![
            (Colour::First, column("sent", "sent_share", sent(self.gaps, &places))),
            (Colour::Fifth, column(self.beside.0, "planned_share", beside)),
        ];
        let chart = Chart {
            horizontal: Horizontal::Gap,
            place_head: "gap_us",
            places,
            ..self.chart("gaps", "Gaps between arrivals", caption)
        };
        Chart { columns, ..chart }.figure()
    }

    /// Where in the second arrivals came.
    pub(crate) fn second(&self) -> Result<Option<Figure>, PlotError> {
        let counts = self.fold.counts();
        let all = counts.iter().sum::<u64>();
        if all == 0 {
            return Ok(None);
        }
        let share = |count: &u64| Some(units::as_f64(*count) / units::as_f64(all));
        let milliseconds = 1..=u32::try_from(counts.len()).unwrap_or(0);
        let places: Vec<f64> = milliseconds.map(|ms| (f64::from(ms) - 0.5) / 1e3).collect();
        let caption = format!(
            "All seconds laid over each other ({}): the share of the arrivals that came in each millisecond of their \
             second, beside what each would have if all had the same. Peaks are groups that come in every second.",
            self.seen()
        );
        let alike = vec![Some(1.0 / units::as_f64(counts.len() as u64)); counts.len()];
        let columns = vec![
            (
                Colour::First,
                Column {
                    name: "sent".to_owned(),
                    head: "sent_share".to_owned(),
                    values: counts.iter().map(share).collect(),
                },
            ),
            (
                Colour::Fifth,
                Column {
                    name: "all alike".to_owned(),
                    head: "alike_share".to_owned(),
                    values: alike,
                },
            ),
        ];
        let chart = Chart {
            horizontal: Horizontal::Second,
            place_head: "second",
            places,
            ..self.chart("second", "Place in the second", caption)
        };
        Chart { columns, ..chart }.figure()
    }

    fn chart(&self, stem: &str, title: &str, caption: String) -> Chart<'static> {
        Chart {
            group: Group::Gaps,
            stem: format!("{stem}-{}", self.stem),
            title: format!("{title}, {}", self.name),
            caption,
            horizontal: Horizontal::Gap,
            place_head: "",
            places: Vec::new(),
            reach: f64::INFINITY,
            vertical: Vertical::Share,
            height: 160,
            columns: Vec::new(),
            limits: Vec::new(),
            phases: NO_PHASES,
        }
    }

    fn seen(&self) -> String {
        let count = units::count(self.gaps.len());
        if self.sampled {
            format!("the first {count} gaps; the record holds more than are read")
        } else {
            format!("{count} gaps")
        }
    }
}

/// Microseconds, evenly on a logarithmic axis, over all gaps but a few of the shortest and the longest, which would
/// leave no room for the others.
fn places(gaps: &Histogram<u64>) -> Vec<f64> {
    let at = |quantile| units::as_f64(gaps.value_at_quantile(quantile)) / 1e3;
    let (from, to) = (at(0.002).max(1.0) * 0.8, at(0.999).max(1.0) * 1.25);
    let step = |index: u32| f64::from(index) / f64::from(PLACES);
    (0..=PLACES).map(|index| from * (to / from).powf(step(index))).collect()
}

/// The share of gaps up to each place.
fn sent(gaps: &Histogram<u64>, places: &[f64]) -> Vec<Option<f64>> {
    let all = units::as_f64(gaps.len());
    let mut values = gaps.iter_recorded().peekable();
    let mut below = 0_u64;
    let share = places.iter().map(|place| {
        while let Some(value) =
            values.next_if(|value| units::as_f64(value.value_iterated_to()) <= place * 1e3)
        {
            below += value.count_since_last_iteration();
        }
        Some(units::as_f64(below) / all)
    });
    share.collect()
}
