//! A picture as a file of its own: with its title, a background and colours for a light and a dark surrounding.

use crate::text;

/// For the title, in shown pixels.
const TITLE: u32 = 34;

/// Colours of the page and of the pictures, light and dark.
const COLOURS: &str = include_str!("../../templates/colours.css");

/// An `svg` element of this crate as a document.
pub(crate) fn standalone(title: &str, svg: &str) -> String {
    let size = |name: &str| -> u32 {
        let value =
            svg.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
        value.and_then(|(digits, _)| digits.parse().ok()).unwrap_or(0)
    };
    let (width, height) = (size("width"), size("height"));
    let title = text::escape(&text::clean(title));
    let inner = svg.replacen("<svg ", &format!("<svg y=\"{TITLE}\" "), 1);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{full}\" \
         viewBox=\"0 0 {width} {full}\">\n<title>{title}</title>\n<style>\n{COLOURS}\
         text {{ font-family: system-ui, \"Segoe UI\", \"Liberation Sans\", Arial, sans-serif; }}\n</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"var(--card, #ffffff)\"/>\n\
         <text x=\"12\" y=\"23\" font-size=\"15\" font-weight=\"600\" fill=\"var(--ink, #1d2126)\">{title}</text>\n\
         {inner}</svg>\n",
        full = height + TITLE
    )
}
