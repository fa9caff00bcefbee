//! Reports in a headless browser: they render, say nothing to the console, ask nobody for anything, hold nothing that a
//! name smuggled in, and can be read in light and dark, on a desk and on a telephone.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::chromium::{browse, look};
use super::payloads::PAYLOADS;
use super::support::{Target, directory, hanno, output, run_json, scenario, stderr};

/// A record of a short run.
fn recorded(folder: &Path) -> PathBuf {
    let target = Target::start(1);
    let path = scenario(folder, &target.url, "200/s", "2s");
    let record = folder.join("record");
    output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    record
}

fn report(folder: &Path) {
    let made = output(hanno().arg("report").arg(folder));
    assert!(made.status.success(), "{}", stderr(&made));
}

#[test]
fn the_report_renders_and_stays_at_home() {
    let folder = directory();
    let record = recorded(folder.path());
    report(folder.path());
    for page in [record.join("report.html"), folder.path().join("index.html")] {
        let seen = browse(&page, folder.path());
        assert!(seen.dom.contains("GET thing"), "{}", seen.dom);
        assert!(!seen.said.contains("CONSOLE"), "{}", seen.said);
        assert_eq!(seen.requests, Vec::<String>::new());
    }
}

/// The control: a page that does ask elsewhere and does complain is seen to.
#[test]
fn a_page_that_does_not_is_caught() {
    let folder = directory();
    let page = folder.path().join("page.html");
    let html = "<!doctype html><img src=\"http://127.0.0.1:9/x.png\"><script>console.error('oops')</script>";
    std::fs::write(&page, html).unwrap();
    let seen = browse(&page, folder.path());
    assert!(seen.said.contains("CONSOLE") && seen.said.contains("oops"), "{}", seen.said);
    assert!(seen.requests.iter().any(|url| url.contains("x.png")), "{:?}", seen.requests);
}

#[test]
fn every_text_can_be_read_in_light_and_dark_wide_and_narrow() {
    let folder = directory();
    let record = recorded(folder.path());
    report(folder.path());
    let mut shown = Vec::new();
    for page in [record.join("report.html"), folder.path().join("index.html")] {
        for look in look(&page, folder.path()) {
            assert_eq!(look.faint, Vec::<String>::new(), "{look:?}");
            assert!(look.overflow <= 0 && look.texts > 10, "{look:?}");
            shown.push((look.width, look.dark));
        }
    }
    for way in [(1280, false), (360, false), (1280, true), (360, true)] {
        assert_eq!(shown.iter().filter(|shown| **shown == way).count(), 2, "{shown:?}");
    }
}

/// The controls: what is faint and what is too wide is caught, in text and in pictures.
#[test]
fn what_cannot_be_read_is_caught() {
    let folder = directory();
    let page = folder.path().join("page.html");
    let html = "<!doctype html><body style=\"background:#fff;color:#000\"><p>fine</p><p style=\"color:#999\">faint</p>\
                <svg width=90 height=30><rect width=90 height=30 fill=\"#777\"/><text y=20 fill=\"#555\">drawn</text></svg>\
                <div style=\"width:500px\">wide</div>";
    std::fs::write(&page, html).unwrap();
    for look in look(&page, folder.path()) {
        assert_eq!(look.faint.len(), 2, "{look:?}");
        assert!(look.faint[0].ends_with(": faint") && look.faint[1].ends_with(": drawn"), "{look:?}");
        assert_eq!(look.overflow > 0, look.width == 360, "{look:?}");
    }
}

/// Puts a hundred hostile names wherever a record has names.
fn spoil(record: &Path) {
    let mut run = run_json(record);
    let named = |place: &Value, fields: &[&str], index: usize| {
        let mut place = place.clone();
        for (offset, field) in fields.iter().enumerate() {
            place[*field] = PAYLOADS[(index + offset) % PAYLOADS.len()].into();
        }
        place
    };
    for list in ["steps", "objectives", "journeys"] {
        let sample = run[list][0].clone();
        let fields: &[&str] = match list {
            "steps" => &["stream", "step"],
            "objectives" => &["step", "text"],
            _ => &["stream", "journey"],
        };
        run[list] = (0..PAYLOADS.len()).map(|index| named(&sample, fields, index)).collect();
    }
    run["errors"] = (0..PAYLOADS.len())
        .map(|index| {
            let error = serde_json::json!({ "count": 1, "status": null, "seconds": [[1, 1]] });
            named(&error, &["class", "stream", "step"], index)
        })
        .collect();
    run["findings"] = (0..PAYLOADS.len())
        .map(|index| {
            let finding = serde_json::json!({ "severity": "warning", "numbers": { PAYLOADS[index]: 1.0 } });
            named(&finding, &["code", "subject"], index)
        })
        .collect();
    run["consumed"] = (0..PAYLOADS.len())
        .map(|index| {
            let units = serde_json::json!({ "calls": 1, "requests": 1, "read_units": 1.0, "write_units": 1.0 });
            named(&units, &["operation"], index)
        })
        .collect();
    // Names by which parts of the record are joined stay joined.
    run["plan"]["name"] = PAYLOADS[0].into();
    run["plan"]["streams"][0]["phases"][0]["name"] = PAYLOADS[4].into();
    run["environment"]["target"] = PAYLOADS[45].into();
    run["environment"]["store"] = PAYLOADS[46].into();
    run["overrides"] = serde_json::json!({ "scale": PAYLOADS[47] });
    std::fs::write(record.join("run.json"), run.to_string()).unwrap();
}

#[test]
fn a_hundred_hostile_names_put_nothing_into_the_page() {
    let folder = directory();
    let record = recorded(folder.path());
    spoil(&record);
    report(&record);
    report(folder.path());
    for page in [record.join("report.html"), folder.path().join("index.html")] {
        let seen = browse(&page, folder.path());
        assert!(!seen.said.contains("CONSOLE"), "{}", seen.said);
        assert_eq!(seen.requests, Vec::<String>::new());
        let (elements, attributes) = names(&seen.dom);
        for element in &elements {
            assert!(ELEMENTS.contains(&element.as_str()), "<{element}> in {}", page.display());
        }
        for attribute in &attributes {
            assert!(ATTRIBUTES.contains(&attribute.as_str()), "{attribute}= in {}", page.display());
        }
        let scripts = seen.dom.matches("<script>").count();
        assert_eq!(scripts, usize::from(page.ends_with("report.html")), "one script, ours");
        assert!(!seen.dom.contains("href=\"javascript") && !seen.dom.contains("href=\"http"));
    }
}

/// All that our pages are made of.
const ELEMENTS: [&str; 51] = [
    "html", "head", "meta", "title", "link", "style", "body", "main", "header", "section", "footer",
    "h1", "h2", "h3", "p", "b", "code", "pre", "br", "a", "span", "div", "ul", "li", "dl", "dt", "dd",
    "figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td", "output", "script",
    "svg", "rect", "text", "line", "polyline", "circle", "path", "polygon", "g", "ellipse", "image",
    "tspan", "defs", "desc",
];
const ATTRIBUTES: [&str; 48] = [
    "lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "id", "colspan", "scope",
    "tabindex", "role", "aria-label", "download", "data-kind", "data-scale", "data-plot", "width", "height",
    "viewbox", "viewBox", "xmlns", "x", "y", "dx", "dy", "fill", "stroke", "stroke-width", "points", "cx",
    "cy", "r", "opacity", "text-anchor", "font-family", "font-size", "x1", "x2", "y1", "y2", "visibility",
    "hidden", "d", "stroke-linejoin", "font-weight", "style",
];

/// The names of all elements and of all their attributes, as the browser writes what it made of the page: `<` and
/// `>` in attributes and texts are written as they are in attributes only, so quotes are followed.
fn names(dom: &str) -> (Vec<String>, Vec<String>) {
    let without_script = dom.split("<script>").next().unwrap_or_default().to_owned()
        + dom.split("</script>").last().unwrap_or_default();
    let (before, rest) = without_script.split_once("<style>").unwrap();
    let page = before.to_owned() + rest.split_once("</style>").unwrap().1;
    let (mut elements, mut attributes) = (Vec::new(), Vec::new());
    let mut rest = page.as_str();
    while let Some((_, after)) = rest.split_once('<') {
        let mut quoted = false;
        let end = after
            .find(|character| {
                quoted ^= character == '"';
                character == '>' && !quoted
            })
            .unwrap();
        let outside: String = after[..end].split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let mut words = outside.trim_start_matches(['/', '!']).split_whitespace();
        let element = words.next().unwrap_or_default().to_lowercase();
        if element != "doctype" {
            elements.push(element);
            attributes.extend(words.map(|word| word.trim_end_matches('=').to_owned()));
        }
        rest = &after[end..];
    }
    (elements, attributes)
}

/// The control: what a page without escaping would hold is found.
#[test]
fn a_smuggled_element_or_attribute_is_found() {
    let (elements, attributes) =
        names("<html><style></style><p title=\"<b>\">x</p><img src=\"x\" onerror=\"y\"></html>");
    assert_eq!(elements, ["html", "p", "p", "img", "html"]);
    assert!(attributes.contains(&"onerror".to_owned()), "{attributes:?}");
    assert!(!ELEMENTS.contains(&"img") && !ATTRIBUTES.contains(&"onerror"));
}
