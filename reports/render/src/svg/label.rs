//! Where the words of lines stand, so that they neither meet nor leave the plot.

use super::frame::{LEFT, LEGEND_GAP};

/// From a line to the middle of the words above it.
pub(super) const LABEL_RISE: i32 = 8;
/// Between a line across the plot and its words, and at least between words.
pub(super) const LABEL_GAP: i32 = 5;
/// Labels whose middles are closer than this stand at one height.
const LABEL_ROW: i32 = 13;

/// Where words stand, in shown pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Label {
    pub(super) left: i32,
    pub(super) right: i32,
    /// Of their middle.
    pub(super) height: i32,
}

impl Label {
    /// The place for words of this width that end a line, within the plot and free of others.
    pub(super) fn free(taken: &[Self], end: i32, height: i32, width: i32) -> Self {
        let ending = |right: i32, height| Self { left: right - width, right, height };
        let first = ending(end.max(LEFT + width), height - LABEL_RISE);
        let mut label = first;
        while let Some(other) = taken.iter().find(|other| other.meets(&label)) {
            let before = ending(other.left - LEGEND_GAP, label.height);
            let above = Self { height: label.height - LABEL_ROW, ..first };
            label = if before.left >= LEFT { before } else { above };
        }
        label
    }

    fn meets(&self, other: &Self) -> bool {
        (self.height - other.height).abs() < LABEL_ROW
            && self.left < other.right + LABEL_GAP
            && other.left < self.right + LABEL_GAP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Across and down.
    type Place = (i32, i32);

    /// Ends of lines, each with the place at which words of 80 pixels then end.
    #[track_caller]
    fn check(lines: &[(Place, Place)]) {
        let mut taken = Vec::new();
        for ((end, height), place) in lines {
            let label = Label::free(&taken, *end, *height, 80);
            assert_eq!((label.right, label.height), *place, "{lines:?}");
            assert!(taken.iter().all(|other| !label.meets(other)));
            taken.push(label);
        }
    }

    #[test]
    fn words_stand_at_the_end_of_their_line_unless_others_do() {
        check(&[((700, 100), (700, 92)), ((700, 150), (700, 142))]);
        check(&[((700, 100), (700, 92)), ((700, 100), (594, 92)), ((300, 100), (300, 92))]);
    }

    #[test]
    fn words_of_a_short_line_are_whole_and_go_up_where_the_left_is_taken() {
        check(&[((90, 100), (LEFT + 80, 92)), ((100, 100), (LEFT + 80, 79))]);
    }
}
