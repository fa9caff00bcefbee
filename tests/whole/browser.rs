//! Reports in a headless browser: they render, say nothing to the console, ask nobody for anything, hold nothing that a
//! name smuggled in, and can be read in light and dark, on a desk and on a telephone.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::chromium::{ask, browse, look};
use super::payloads::PAYLOADS;
use super::support::{Target, directory, hanno, output, run_json, scenario, stderr};

/// A record of a short run.
fn recorded(folder: &Path, duration: &str) -> PathBuf {
    let target = Target::start(1);
    let path = scenario(folder, &target.url, "200/s", duration);
    let record = folder.join("record");
    output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    record
}

fn report(folder: &Path) {
    let made = output(hanno().arg("report").arg(folder));
    assert!(made.status.success(), "{}", stderr(&made));
}

/// The pages there are of a record: its report, its folder's index, its audit; with what each must say.
fn pages(folder: &Path, record: &Path) -> [(PathBuf, &'static str); 3] {
    report(folder);
    let audit = folder.join("audit.html");
    let made = output(hanno().arg("audit").arg(record).arg("--html").arg(&audit));
    assert!(audit.exists(), "{}", stderr(&made));
    let [report, index] = [record.join("report.html"), folder.join("index.html")];
    [(report, "GET thing"), (index, "GET thing"), (audit, "Gaps between arrivals")]
}

#[test]
fn the_report_renders_and_stays_at_home() {
    let folder = directory();
    let record = recorded(folder.path(), "2s");
    for (page, words) in pages(folder.path(), &record) {
        let seen = browse(&page, folder.path());
        assert!(seen.dom.contains(words), "{}", seen.dom);
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
    let record = recorded(folder.path(), "2s");
    let mut shown = Vec::new();
    for (page, _) in pages(folder.path(), &record) {
        for look in look(&page, folder.path()) {
            assert_eq!(look.faint, Vec::<String>::new(), "{look:?}");
            assert!(look.overflow <= 0 && look.texts > 10, "{look:?}");
            shown.push((look.width, look.dark));
        }
    }
    for way in [(1280, false), (360, false), (1280, true), (360, true)] {
        assert_eq!(shown.iter().filter(|shown| **shown == way).count(), 3, "{shown:?}");
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
        assert!(
            look.faint[0].ends_with(": faint") && look.faint[1].ends_with(": drawn"),
            "{look:?}"
        );
        assert_eq!(look.overflow > 0, look.width == 360, "{look:?}");
    }
}

#[test]
fn the_pointer_and_the_keys_show_the_values_behind_a_picture() {
    let folder = directory();
    let record = recorded(folder.path(), "6s");
    let shown = ask(&record.join("report.html"), include_str!("hover.js"), folder.path());
    let ids: Vec<&str> = shown.iter().map(|one| one["id"].as_str().unwrap()).collect();
    for expected in ["spectrum-01", "timeline-arrivals", "response-01", "heat-01", "gaps-01"] {
        assert!(ids.iter().any(|id| id.starts_with(expected)), "{expected} is not in {ids:?}");
    }
    // Each with an axis of its own; all others share that of time.
    let own = ["spectrum", "gaps", "second", "response-by"];
    let is_alone = |id: &str| own.iter().any(|kind| id.starts_with(kind));
    let timelines = ids.iter().filter(|id| !is_alone(id)).count();
    for one in &shown {
        let (id, words) = (one["id"].as_str().unwrap(), one["words"].as_str().unwrap());
        assert!(words.contains('·') && words.contains(|c: char| c.is_ascii_digit()), "{one}");
        assert!(!words.contains("NaN") && !words.contains("undefined"), "{one}");
        assert_eq!(one["left"], true, "{one}");
        if !id.starts_with("heat") {
            assert_ne!(one["words"], one["next"], "a key goes to the next value: {one}");
        }
        assert_eq!(one["cursors"], if is_alone(id) { 1 } else { timelines }, "{one}");
    }
}

/// What may have got into the page is not run: the policy allows our script by its hash, and no other.
#[test]
fn a_script_that_is_not_ours_is_refused() {
    let folder = directory();
    let record = recorded(folder.path(), "2s");
    let page = std::fs::read_to_string(record.join("report.html")).unwrap();
    let injected = folder.path().join("injected.html");
    std::fs::write(
        &injected,
        page + "<script>document.title = 'pwned'</script><p onclick=\"x()\">",
    )
    .unwrap();
    let seen = browse(&injected, folder.path());
    assert!(!seen.dom.contains("<title>pwned"), "it ran");
    assert!(
        seen.said.contains("CONSOLE") && seen.said.contains("Content Security Policy"),
        "{}",
        seen.said
    );
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
            let finding =
                serde_json::json!({ "severity": "warning", "numbers": { PAYLOADS[index]: 1.0 } });
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
    let record = recorded(folder.path(), "2s");
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
        for (name, value) in &attributes {
            assert!(ATTRIBUTES.contains(&name.as_str()), "{name}= in {}", page.display());
            let at_home = ["./record/report.html", "data:text/csv;charset=utf-8,", "data:,"];
            assert!(
                name != "href" || at_home.iter().any(|home| value.starts_with(home)),
                "{value}"
            );
        }
        let scripts = seen.dom.matches("<script>").count();
        assert_eq!(scripts, usize::from(page.ends_with("report.html")), "one script, ours");
    }
}

/// All that our pages are made of.
const ELEMENTS: [&str; 39] = [
    "a",
    "b",
    "body",
    "br",
    "circle",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "li",
    "link",
    "main",
    "meta",
    "p",
    "polyline",
    "pre",
    "rect",
    "section",
    "span",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];
const ATTRIBUTES: [&str; 35] = [
    "aria-label",
    "charset",
    "class",
    "colspan",
    "content",
    "cx",
    "cy",
    "data-kind",
    "data-plot",
    "data-scale",
    "download",
    "dy",
    "fill",
    "font-family",
    "font-size",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "points",
    "r",
    "rel",
    "role",
    "scope",
    "stroke",
    "stroke-width",
    "tabindex",
    "text-anchor",
    "viewBox",
    "width",
    "x",
    "xmlns",
    "y",
];

/// All elements by name, and all their attributes with their values, of the page that the browser made, without
/// our own script and style. What it writes out has `<` in attributes and in tags only.
fn names(dom: &str) -> (Vec<String>, Vec<(String, String)>) {
    let page = without(&without(dom, "script"), "style");
    let (mut elements, mut attributes) = (Vec::new(), Vec::new());
    let mut rest = page.as_str();
    while let Some((_, after)) = rest.split_once('<') {
        let name = |character: char| character.is_ascii_alphanumeric() || "-:".contains(character);
        let (closing, after) =
            (after.starts_with(['/', '!']), after.trim_start_matches(['/', '!']));
        let end = after.find(|character| !name(character)).unwrap();
        if !closing {
            elements.push(after[..end].to_lowercase());
        }
        rest = after[end..].trim_start();
        while let Some((name, value)) =
            rest.split_once("=\"").filter(|(name, _)| !name.contains('>'))
        {
            let (value, after) = value.split_once('"').unwrap();
            attributes.push((name.to_owned(), value.to_owned()));
            rest = after.trim_start();
        }
    }
    (elements, attributes)
}

/// Without the first element of that name.
fn without(page: &str, element: &str) -> String {
    let Some((before, rest)) = page.split_once(&format!("<{element}>")) else {
        return page.to_owned();
    };
    before.to_owned() + rest.split_once(&format!("</{element}>")).unwrap().1
}

/// The control: what a page without escaping would hold is found.
#[test]
fn a_smuggled_element_or_attribute_is_found() {
    let page = "<!DOCTYPE html><style>a</style><p title=\"<b>\">\"x\" = 1</p><img src=\"x\" onerror=\"y\">";
    let (elements, attributes) = names(page);
    assert_eq!(elements, ["p", "img"]);
    let expected = [("title", "<b>"), ("src", "x"), ("onerror", "y")];
    assert_eq!(attributes, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(!ELEMENTS.contains(&"img") && !ATTRIBUTES.contains(&"onerror"));
}
