//! The picture of a benchmark: what each way of doing a thing takes, over the size of what it is done to.

use crate::figure::{Chart, Column, Group, slug};
use crate::svg::{Colour, Horizontal, Phases, PlotError, Vertical};

/// One way of doing it.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// In the legend.
    pub name: String,
    /// What it takes at each of the sizes, in nanoseconds; none where it was not measured.
    pub ns: Vec<Option<f64>>,
}

/// Up to five ways over rising sizes, both axes logarithmic, as an SVG file; none if nothing was measured.
pub fn picture(
    title: &str,
    size: &'static str,
    sizes: Vec<f64>,
    ways: Vec<Way>,
) -> Result<Option<String>, PlotError> {
    let column = |way: Way| Column {
        head: format!("{}_ns", slug(&way.name).replace('-', "_")),
        name: way.name,
        values: way.ns,
    };
    let figure = Chart {
        group: Group::Comparison,
        stem: slug(title),
        title: title.to_owned(),
        caption: String::new(),
        horizontal: Horizontal::Count(size),
        place_head: size,
        places: sizes,
        reach: f64::INFINITY,
        vertical: Vertical::Nanoseconds,
        height: 240,
        columns: Colour::DATA.into_iter().zip(ways.into_iter().map(column)).collect(),
        limits: Vec::new(),
        phases: &Phases::default(),
    }
    .figure()?;
    Ok(figure.map(|figure| figure.svg_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(ways: &[(&str, &[Option<f64>])]) -> Option<String> {
        let way =
            |(name, ns): &(&str, &[Option<f64>])| Way { name: (*name).to_owned(), ns: ns.to_vec() };
        let ways = ways.iter().map(way).collect();
        picture("All <b> alike", "rooms", vec![1.0, 100.0], ways).unwrap()
    }

    #[test]
    fn each_way_is_named_and_so_are_both_axes() {
        let svg = drawn(&[("merge", &[Some(80.0), Some(2e6)]), ("select", &[None, Some(9e3)])]);
        let svg = svg.unwrap();
        for part in ["merge", "select", "rooms", "100 ns", "1 ms", "All &lt;b&gt; alike"] {
            assert!(svg.contains(part), "{part} is not in {svg}");
        }
    }

    #[test]
    fn nothing_measured_is_no_picture() {
        assert_eq!(drawn(&[("merge", &[None, None])]), None);
        assert_eq!(drawn(&[]), None);
    }
}
