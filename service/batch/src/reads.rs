//! What finding the newest messages of an organisation has cost in pages, whatever the strategy.

use chat_domain::newest::reading::Progress;

/// Pages of messages and of the calculation table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Pages that came.
    pub pages: u64,
    /// Messages in them.
    pub items: u64,
    /// The most pages of which each had to wait for the one before.
    pub longest_chain: u32,
    /// How much of what may be under way was, in percent, up to the last wave; none if all was one wave, and
    /// for the strategy `table`.
    pub in_flight_percent: Option<u64>,
}

impl Reads {
    /// One more page, after those that are counted here.
    pub(crate) fn follow(&mut self, items: usize) {
        self.pages += 1;
        self.items += items as u64;
        self.longest_chain += 1;
    }

    /// Those of another room, beside these.
    pub(crate) fn join(&mut self, beside: Self) {
        self.pages += beside.pages;
        self.items += beside.items;
        self.longest_chain = self.longest_chain.max(beside.longest_chain);
    }
}

impl From<&Progress> for Reads {
    fn from(progress: &Progress) -> Self {
        Self {
            pages: progress.pages,
            items: progress.items,
            longest_chain: progress.longest_chain,
            in_flight_percent: progress.in_flight_percent(),
        }
    }
}
