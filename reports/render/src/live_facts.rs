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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_was_none_of_is_not_told() {
        let readers = ReadersResult {
            stream: "readers".into(),
            readers: 1500,
            opened: 1499,
            events: 7,
            ..ReadersResult::default()
        };
        let deliveries = DeliveryResult {
            stream: "reactions".into(),
            step: "PUT\u{1b}[2J".into(),
            delivered: 6,
            missing: 1,
            unseen_requests: 2,
        };
        let quiet = Live {
            readers: vec![readers.clone()],
            deliveries: vec![deliveries],
            ..Live::default()
        };
        let told = sentences(&quiet);
        assert_eq!(told.len(), 2);
        assert_eq!(
            told[0],
            "readers: 1499 of 1500 readers had a stream open, away 0 % of their time; 7 events"
        );
        assert!(
            told[1].ends_with("6 deliveries, 1 missing; 2 requests of which no reader was told")
        );
        assert!(!told[1].contains('\u{1b}'), "names are made harmless");

        let troubled = ReadersResult { reopened: 3, resyncs: 4, unmarked_events: 5, ..readers };
        let loud = Live { readers: vec![troubled], repeated_events: 8, ..Live::default() };
        let told = sentences(&loud);
        let expected =
            "7 events, 3 opened again, 4 gaps announced by the target, 5 events not of this run";
        assert!(told[0].ends_with(expected), "{}", told[0]);
        assert_eq!(told[1], "not in these figures: 8 events sent again");
    }
}
