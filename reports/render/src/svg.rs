//! Pictures as SVG text: what is drawn comes prepared, nothing here knows a record.

mod lines;
mod heat;
mod bars;

mod frame;
mod label;
mod scale;
mod decades;

mod canvas;
mod colour;

mod standalone;

pub(crate) use bars::{Bar, Bars};
pub use canvas::PlotError;
pub(crate) use colour::Colour;
pub(crate) use frame::{Drawn, PhaseSpan, Phases, Stop};
pub(crate) use heat::{HeatCell, HeatMap};
pub(crate) use lines::{Limit, Line, Lines};
pub(crate) use scale::{Horizontal, Vertical};
pub(crate) use standalone::standalone;
