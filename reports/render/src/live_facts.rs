//! What a run says of live events, in sentences, for every way of showing it.

use run_record::live::{DeliveryResult, Live, ReadersResult};

use crate::{text, units};

/// Readers first, then what reached them, then what could not be told apart.
pub(crate) fn sentences(live: &Live) -> Vec<String> {
    let mut sentences: Vec<String> = live.readers.iter().map(readers).collect();
    sentences.extend(live.deliveries.iter().map(deliveries));
    sentences.extend(unmatched(live));
    sentences
}

fn readers(of: &ReadersResult) -> String {
    let sentence = format!(
        "{}: {} of {} readers had a stream open, away {} of their time; {} events",
        text::clean(&of.stream),
        units::count(of.opened.into()),
        units::count(of.readers.into()),
        units::share(of.absent_share),
        units::count(of.events),
    );
    let others = [
        (of.reopened, "opened again"),
        (of.resyncs, "gaps announced by the target"),
        (of.unmarked_events, "events not of this run"),
    ];
    std::iter::once(sentence).chain(told(&others)).collect::<Vec<_>>().join(", ")
}

fn deliveries(of: &DeliveryResult) -> String {
    format!(
        "{}: {} — {} deliveries, {} missing; {} requests of which no reader was told",
        text::clean(&of.stream),
        text::clean(&of.step),
        units::count(of.delivered),
        units::count(of.missing),
        units::count(of.unseen_requests),
    )
}

fn unmatched(live: &Live) -> Option<String> {
    let counts = [
        (live.unmatched_events, "events without a completed request"),
        (live.repeated_events, "events sent again"),
        (live.given_up, "given up for want of memory"),
    ];
    let told: Vec<_> = told(&counts).collect();
    (!told.is_empty()).then(|| format!("not in these figures: {}", told.join(", ")))
}

/// Only what there was.
fn told(counts: &[(u64, &str)]) -> impl Iterator<Item = String> {
    let some = counts.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{} {what}", units::count(*count)))
}
