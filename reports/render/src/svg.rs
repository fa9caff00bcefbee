//! Pictures as SVG text: each plot prepares its data, the canvas draws.

mod plot_spectrum;
mod plot_timeline;

mod plot_lateness;

mod scale;

mod canvas;

pub use canvas::PlotError;
pub(crate) use plot_lateness::lateness;
pub(crate) use plot_spectrum::{Spectrum, spectrum};
pub(crate) use plot_timeline::{Rates, Span, Times, latency, rates};
