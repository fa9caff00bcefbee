//! Draws a benchmark for a measured page: `benchmark_picture TITLE < table.csv > picture.svg`.
//!
//! The first line of the table names what sizes are, `rooms` or `messages`, and then each way; every further
//! line has a size and what each way takes there, in nanoseconds, or nothing.

use std::io::{Error, Read as _, Write as _};

use run_render::benchmark::{Way, picture};

fn main() -> Result<(), Error> {
    let title = std::env::args().nth(1).ok_or_else(|| Error::other("a title is needed"))?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut lines = text.lines();
    let mut head = lines.next().unwrap_or_default().split(',');
    let size = match head.next() {
        Some("rooms") => "rooms",
        Some("messages") => "messages",
        _ => return Err(Error::other("sizes are rooms or messages")),
    };
    let mut ways: Vec<Way> =
        head.map(|name| Way { name: name.to_owned(), ns: Vec::new() }).collect();
    let mut sizes = Vec::new();
    for line in lines {
        let mut cells = line.split(',');
        sizes.push(number(cells.next().unwrap_or_default())?);
        for way in &mut ways {
            let cell = cells.next().unwrap_or_default();
            way.ns.push(if cell.is_empty() { None } else { Some(number(cell)?) });
        }
    }
    let svg = picture(&title, size, sizes, ways).map_err(Error::other)?;
    let svg = svg.ok_or_else(|| Error::other("there is nothing to draw"))?;
    std::io::stdout().write_all(svg.as_bytes())
}

fn number(cell: &str) -> Result<f64, Error> {
    let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| Error::other(format!("{cell:?} is no number")))
}
