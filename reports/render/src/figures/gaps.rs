//! How far apart arrivals were, beside how far apart the plan's spacing would have them: clusters are seen at once.

use load_plan::plan::Stream;
use run_analysis::evidence::{Evidence, Gaps, expected_share};

use crate::figure::{Chart, Column, Figure, Group, slug};
use crate::svg::{Colour, Horizontal, Phases, PlotError, Vertical};
use crate::units;

/// Places at which the share is taken: finer than a screen shows.
const PLACES: u32 = 240;

/// One picture for each stream whose gaps are known.
pub(super) fn gaps(evidence: &Evidence) -> Result<Vec<Figure>, PlotError> {
    let streams = &evidence.run.plan.streams;
    let known = evidence.gaps.iter().enumerate().filter_map(|(index, gaps)| {
        Some((index, gaps, streams.iter().find(|stream| stream.name == gaps.stream)?))
    });
    let figures = known.map(|(index, gaps, stream)| of_stream(index, gaps, stream));
    Ok(figures.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn of_stream(index: usize, gaps: &Gaps, stream: &Stream) -> Result<Option<Figure>, PlotError> {
    let places = places(gaps);
    let count = units::count(gaps.seen.len());
    let seen = if gaps.sampled {
        format!("the first {count} gaps; the record holds more than are read")
    } else {
        format!("{count} gaps")
    };
    let caption = format!(
        "Share of the gaps between the sending of neighbouring first requests (measured phases, {seen}) that are at most \
         so long (logarithmic), beside what the spacing of the plan gives. Where sent lies left of planned, arrivals \
         came closer together than they should."
    );
    let columns = vec![
        (
            Colour::First,
            Column {
                name: "sent".to_owned(),
                head: "sent_share".to_owned(),
                values: sent(gaps, &places),
            },
        ),
        (
            Colour::Fifth,
            Column {
                name: "planned spacing".to_owned(),
                head: "planned_share".to_owned(),
                values: places.iter().map(|us| expected_share(stream, us / 1e6)).collect(),
            },
        ),
    ];
    Chart {
        group: Group::Gaps,
        stem: format!("gaps-{:02}-{}", index + 1, slug(&gaps.stream)),
        title: format!("Gaps between arrivals, {}", gaps.stream),
        caption,
        horizontal: Horizontal::Gap,
        place_head: "gap_us",
        places,
        reach: f64::INFINITY,
        vertical: Vertical::Share,
        height: 160,
        columns,
        limits: Vec::new(),
        phases: &Phases::default(),
    }
    .figure()
}

/// Microseconds, evenly on a logarithmic axis, over all gaps but a few of the shortest and the longest, which would
/// leave no room for the others.
fn places(gaps: &Gaps) -> Vec<f64> {
    let at = |quantile| units::as_f64(gaps.seen.value_at_quantile(quantile)) / 1e3;
    let (from, to) = (at(0.002).max(1.0) * 0.8, at(0.999).max(1.0) * 1.25);
    let step = |index: u32| f64::from(index) / f64::from(PLACES);
    (0..=PLACES).map(|index| from * (to / from).powf(step(index))).collect()
}

/// The share of gaps up to each place.
fn sent(gaps: &Gaps, places: &[f64]) -> Vec<Option<f64>> {
    let all = units::as_f64(gaps.seen.len());
    let mut values = gaps.seen.iter_recorded().peekable();
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
