//! The line that shows how a run goes; only for someone who watches.

use std::path::Path;

use load_engine::progress::Progress;

use crate::say;

/// Shows progress on one line of standard error.
#[derive(Debug)]
pub(crate) struct Watcher {
    watched: bool,
}

impl Watcher {
    pub(crate) fn new(record: &Path) -> Self {
        say::note(&format!("recording to {}", record.display()));
        Self { watched: say::to_a_person() }
    }

    /// Of a run that leaves nothing.
    pub(crate) fn of_a_trial() -> Self {
        Self { watched: say::to_a_person() }
    }

    pub(crate) fn show(&self, now: &Progress) {
        if !self.watched {
            return;
        }
        let late = now.lateness_p99_us.map_or(String::new(), |us| format!(" · late p99 {us} µs"));
        let (second, seconds) = (now.second, now.seconds);
        let line = format!(
            "{second:>4} of {seconds} s · {} released, {}/s · {} in flight, {} waiting{late}",
            now.released, now.rate, now.in_flight, now.waiting,
        );
        say::progress(&line, second >= seconds);
    }
}
