//! Whether a reader was there: from when on its stream of events has been open, and how long it was not.

/// The attendance of one reader.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attendance {
    /// When the stream that is open, or was last, was opened.
    since_ns: Option<u64>,
    /// When that one ended.
    until_ns: Option<u64>,
    /// From when on none has been open that should be.
    absent_since_ns: Option<u64>,
    absent_ns: u64,
    opened: u64,
}

impl Attendance {
    pub(crate) fn on_opened(&mut self, at_ns: u64) {
        (self.since_ns, self.until_ns) = (Some(at_ns), None);
        self.opened += 1;
        self.end_absence(at_ns);
    }

    pub(crate) fn on_lost(&mut self, at_ns: u64) {
        self.until_ns.get_or_insert(at_ns);
        self.absent_since_ns.get_or_insert(at_ns);
    }

    pub(crate) fn on_left(&mut self, at_ns: u64) {
        self.until_ns.get_or_insert(at_ns);
        self.end_absence(at_ns);
    }

    /// Whether one and the same stream was open from one instant to the other. Of a stream before the
    /// last one nothing is known, so the answer may be no where it was yes, never the other way.
    pub(crate) fn covers(&self, from_ns: u64, to_ns: u64) -> bool {
        self.since_ns.is_some_and(|since_ns| since_ns <= from_ns)
            && self.until_ns.is_none_or(|until_ns| until_ns >= to_ns)
    }

    /// How often a stream was opened.
    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }

    /// How long there was none, after the first was lost or could not be opened.
    pub(crate) fn absent_ns(&self, now_ns: u64) -> u64 {
        let still = self.absent_since_ns.map_or(0, |since_ns| now_ns.saturating_sub(since_ns));
        self.absent_ns + still
    }

    fn end_absence(&mut self, at_ns: u64) {
        if let Some(since_ns) = self.absent_since_ns.take() {
            self.absent_ns += at_ns.saturating_sub(since_ns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_stream_that_stayed_covers_a_stretch() {
        let mut reader = Attendance::default();
        assert!(!reader.covers(5, 6), "it has not come");
        reader.on_opened(10);
        assert!(reader.covers(10, 90) && !reader.covers(9, 90));
        reader.on_lost(50);
        assert!(reader.covers(10, 50) && !reader.covers(10, 51));
        reader.on_opened(60);
        assert!(!reader.covers(40, 70), "there was a gap");
        reader.on_left(80);
        assert!(reader.covers(60, 80) && !reader.covers(60, 81));
        assert_eq!((reader.opened(), reader.absent_ns(1000)), (2, 10));
    }

    #[test]
    fn who_cannot_come_is_absent_until_it_leaves() {
        let mut reader = Attendance::default();
        reader.on_lost(100);
        reader.on_lost(300);
        assert_eq!(reader.absent_ns(400), 300);
        reader.on_left(500);
        assert_eq!((reader.opened(), reader.absent_ns(900)), (0, 400));
        assert!(!reader.covers(100, 500));
    }
}
