//! Colours by purpose. Each is a CSS variable with its light value as a fallback, so that a page can be dark and a
//! picture that is taken out of it still has colours.

use plotters::prelude::RGBColor;

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Text.
    Ink,
    /// Lines of the grid and the axes.
    Grid,
    /// What is not measured.
    Band,
    /// The name plate of a measured phase.
    Measured,
    /// A limit.
    Limit,
    /// Data; the hues are those of Okabe and Ito, which can be told apart by people who do not see red
    /// and green alike, darkened for contrast.
    First,
    /// Data.
    Second,
    /// Data.
    Third,
    /// Data.
    Fourth,
    /// Data, and what is planned rather than measured.
    Fifth,
    /// A density, from 0 (little) to 5 (most).
    Heat(u8),
}

impl Colour {
    /// For lines of equal rank, in this order.
    pub(crate) const DATA: [Self; 5] =
        [Self::First, Self::Second, Self::Third, Self::Fourth, Self::Fifth];

    /// How many degrees a density has.
    pub(crate) const HEAT_LEVELS: u8 = 6;

    /// All there are.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        [Self::Ink, Self::Grid, Self::Band, Self::Measured, Self::Limit]
            .into_iter()
            .chain(Self::DATA)
            .chain((0..Self::HEAT_LEVELS).map(Self::Heat))
    }

    /// Its variable in the style sheet.
    pub(super) fn variable(self) -> String {
        match self {
            Self::Ink => "--plot-ink".to_owned(),
            Self::Grid => "--plot-grid".to_owned(),
            Self::Band => "--plot-band".to_owned(),
            Self::Measured => "--plot-measured".to_owned(),
            Self::Limit => "--plot-limit".to_owned(),
            Self::First => "--plot-1".to_owned(),
            Self::Second => "--plot-2".to_owned(),
            Self::Third => "--plot-3".to_owned(),
            Self::Fourth => "--plot-4".to_owned(),
            Self::Fifth => "--plot-5".to_owned(),
            Self::Heat(level) => format!("--heat-{}", level + 1),
        }
    }

    /// Its value where there is no style sheet; all differ, since they are told apart by it.
    pub(super) fn rgb(self) -> RGBColor {
        match self {
            Self::Ink => RGBColor(0x43, 0x4a, 0x54),
            Self::Grid => RGBColor(0xe3, 0xe6, 0xea),
            Self::Band => RGBColor(0xee, 0xf0, 0xf3),
            Self::Measured => RGBColor(0xd3, 0xe8, 0xdd),
            Self::Limit => RGBColor(0xb3, 0x26, 0x1e),
            Self::First => RGBColor(0x00, 0x68, 0xb0),
            Self::Second => RGBColor(0xc9, 0x5a, 0x00),
            Self::Third => RGBColor(0x00, 0x8a, 0x66),
            Self::Fourth => RGBColor(0x96, 0x4b, 0x8f),
            Self::Fifth => RGBColor(0x7b, 0x84, 0x90),
            Self::Heat(0) => RGBColor(0xcf, 0xe1, 0xf2),
            Self::Heat(1) => RGBColor(0xa0, 0xc9, 0xe3),
            Self::Heat(2) => RGBColor(0x66, 0xa8, 0xd2),
            Self::Heat(3) => RGBColor(0x36, 0x83, 0xbd),
            Self::Heat(4) => RGBColor(0x15, 0x5c, 0xa0),
            Self::Heat(_) => RGBColor(0x08, 0x30, 0x6b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_can_be_told_apart_by_their_value() {
        let all: Vec<RGBColor> = Colour::all().map(Colour::rgb).collect();
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one), "{one:?}");
        }
    }
}
