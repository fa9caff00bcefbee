//! The report page: well formed, self-contained, and harmless whatever it is given.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use run_analysis::evidence::Evidence;
use run_record::run::State;
use run_render::html::report;
use sha2::{Digest as _, Sha256};

use crate::payloads::PAYLOADS;
use crate::{HOSTILE, all, assert_only_numbers, audit, sample, study};

/// Elements that have no end tag, in HTML.
const VOID: [&str; 4] = ["meta", "link", "br", "!doctype"];

/// Reports, audits and studies.
fn pages() -> Vec<(&'static str, String)> {
    let reports = all()
        .into_iter()
        .map(|(name, evidence)| (name, report(&evidence).expect("every run can be shown")));
    let audits = [("audit", "arrivals.csv"), ("audited and hostile", HOSTILE)];
    let audits = audits.map(|(case, name)| (case, audit::page_of(name)));
    let studies = [("study", "name"), ("studied and hostile", HOSTILE)];
    let studies = studies.map(|(case, name)| (case, study::page_of(name)));
    reports.chain(audits).chain(studies).collect()
}

#[test]
fn every_element_is_closed_in_order() {
    for (name, page) in pages() {
        let mut open: Vec<String> = Vec::new();
        for part in without_script(&page).split('<').skip(1) {
            let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("{name}: <{part}"));
            assert!(!tag.contains('<'), "{name}: {tag}");
            let element =
                tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_lowercase();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(element), "{name}");
            } else if !tag.ends_with('/') && !VOID.contains(&element.as_str()) {
                open.push(element);
            }
            assert_eq!(tag.matches('"').count() % 2, 0, "{name}: {tag}");
        }
        assert!(open.is_empty(), "{name}: {open:?}");
    }
}

#[test]
fn one_script_runs_and_nothing_is_fetched() {
    for (name, page) in pages() {
        let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
        let policy = policy.split('"').next().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"),
            "{policy}"
        );
        for element in ["script", "style"] {
            assert_eq!(page.matches(&format!("<{element}>")).count(), 1, "{name}");
            let sealed = page.split(&format!("<{element}>")).nth(1).unwrap();
            let sealed = sealed.split(&format!("</{element}>")).next().unwrap();
            let hash = STANDARD.encode(Sha256::digest(sealed));
            assert!(policy.contains(&format!("{element}-src 'sha256-{hash}'")), "{name}: {policy}");
        }
        let lower = without_script(&page).to_lowercase();
        for forbidden in [
            "<script", "<iframe", "<object", "<embed", "<img", "<base", "<form", "@import", "url(",
            " on",
        ] {
            let handler = |at: usize| {
                lower[at + 3..].chars().take_while(char::is_ascii_alphabetic).count() > 0
                    && lower[at + 3..]
                        .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                        .starts_with("=\"")
            };
            let found =
                lower.match_indices(forbidden).any(|(at, _)| forbidden != " on" || handler(at));
            assert!(!found, "{name} holds {forbidden}");
        }
        let elsewhere = lower.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"), "{name}");
        assert!(!lower.contains(" src=") || name.ends_with("hostile"), "{name}");
    }
}

fn without_script(page: &str) -> String {
    let (before, rest) = page.split_once("<script>").expect("a page has a script");
    before.to_owned() + rest.split_once("</script>").expect("it ends").1
}

/// What names can do to the structure of a page is seen by comparing it with that of a page with plain names.
#[test]
fn no_name_changes_the_structure_of_the_page() {
    let run = sample::failed();
    let plain = structure(&report(&sample::renamed(&run, "name")).unwrap());
    assert!(plain.len() > 1_000, "{}", plain.len());
    for payload in PAYLOADS {
        let page = report(&sample::renamed(&run, payload)).unwrap();
        let found = structure(&page);
        let differing = found.iter().zip(&plain).find(|(found, plain)| found != plain);
        assert!(found.len() == plain.len() && differing.is_none(), "{payload:?}: {differing:?}");
    }
}

/// Every element with the names of its attributes, in order.
fn structure(page: &str) -> Vec<String> {
    let tag = |part: &str| {
        let tag = part.split('>').next().expect("a split has a first part");
        let mut outside: Vec<&str> = tag.split('"').step_by(2).collect();
        outside.retain(|part| !part.trim().is_empty());
        outside.concat()
    };
    without_script(page).split('<').skip(1).map(tag).collect()
}

/// The control: a page that does not escape is seen to have another structure.
#[test]
fn an_injected_element_or_attribute_is_another_structure() {
    let page = |name: &str| format!("<p title=\"{name}\">x</p><script></script>");
    let plain = structure(&page("name"));
    for payload in ["\"><img src=x>", "\" onclick=\"alert(1)"] {
        assert_ne!(structure(&page(payload)), plain, "{payload}");
    }
}

#[test]
fn the_target_is_the_only_address_shown() {
    let mut evidence = sample::passed();
    evidence.run.environment.target = "https://staging.example:8443".to_owned();
    let page = report(&evidence).unwrap();
    assert!(page.contains("https://staging.example:8443"));
    assert!(!page.contains("href=\"https"), "an address is text, not a link");
}

#[test]
fn foreign_names_are_escaped_in_text_tables_and_pictures() {
    let page = report(&sample::hostile(HOSTILE)).unwrap();
    for unescaped in
        ["<script>alert", "alert(1)</script>", "<img src", "\u{1b}", "\u{202e}", "'\"&amp;]]>"]
    {
        assert!(!page.contains(unescaped), "{unescaped:?}");
    }
    let escaped = page.matches("&lt;script&gt;").count() + page.matches("&#60;script&#62;").count();
    assert!(escaped > 40, "only {escaped} places show the name: is something left out?");
}

#[test]
fn names_in_a_picture_are_escaped_by_the_library_that_draws_them() {
    let mut evidence = sample::passed();
    for objective in &mut evidence.run.plan.objectives {
        objective.text = "<b>&\"'</b>".to_owned();
    }
    let page = report(&evidence).unwrap();
    let in_picture = page.split("<svg").skip(1).filter_map(|part| part.split("</svg>").next());
    let pictures: Vec<&str> = in_picture.collect();
    assert!(
        pictures.iter().any(|picture| picture.contains("&lt;b&gt;&amp;&quot;&apos;&lt;/b&gt;"))
    );
    assert!(pictures.iter().all(|picture| !picture.contains("<b>")));
}

#[test]
fn degenerate_runs_are_said_to_be_so() {
    for (name, evidence) in all() {
        assert_only_numbers(name, &report(&evidence).unwrap());
    }
    let page = report(&sample::empty()).unwrap();
    assert!(page.contains("No measured request completed, so there are no times to show."));
    assert!(page.contains("Nothing was planned."));
    assert!(page.contains("not recorded"), "the use of the machine");
    assert_eq!(page.matches("<svg").count(), 0, "no empty axes");
    let page = report(&sample::one_request()).unwrap();
    // Spectrum, parts, arrivals, times, map.
    assert_eq!(page.matches("<svg").count(), 4, "no empty axes");
    let page = report(&sample::all_failed()).unwrap();
    assert!(page.contains("No measured request completed") && page.contains("100 %"));
}

/// A run that came to its end has no such line.
#[test]
fn every_timeline_shows_where_a_run_was_stopped() {
    let shown = |mut run: Evidence, state: State, ended_ns: Option<u64>, words: &str| {
        (run.run.state, run.run.ended_ns) = (state, ended_ns);
        let page = report(&run).expect("every run can be shown");
        page.split("<svg").skip(1).filter(|picture| picture.contains(words)).count()
    };
    let half = sample::failed().run.ended_ns.map(|ns| ns / 2);
    let timelines = sample::failed();
    let timelines = report(&timelines).unwrap().matches("data-scale=\"time\"").count();
    assert!(timelines > 10, "{timelines}");
    assert_eq!(shown(sample::failed(), State::Interrupted, half, "interrupted\n"), timelines);
    assert_eq!(shown(sample::failed(), State::Aborted, half, "aborted\n"), timelines);
    for words in ["interrupted\n", "aborted\n", "seen up to here\n"] {
        assert_eq!(shown(sample::failed(), State::Finished, half, words), 0);
    }
}

#[test]
fn every_picture_has_words_and_colours_that_follow_the_page() {
    let page = report(&sample::failed()).unwrap();
    let pictures: Vec<&str> = page.split("<svg").skip(1).collect();
    // Two steps with spectrum, times and map each; two streams with gaps and places in the second; where the time went; arrivals, in
    // flight, errors, lateness, CPU, memory, connections, units of the store; those per call;
    // four series of the target, without the one that said nothing.
    assert_eq!(pictures.len(), 2 * 3 + 2 * 2 + 1 + 8 + 1 + 4);
    for picture in pictures {
        let head = picture.split('>').next().unwrap();
        assert!(head.contains("role=\"img\"") && head.contains("aria-label=\""), "{head}");
        let drawn = picture.split("</svg>").next().unwrap();
        assert!(!drawn.contains("=\"#"), "a colour is fixed");
        assert!(picture.contains("<figcaption>") && picture.contains("href=\"data:text/csv"));
    }
    let style = page.split("</style>").next().unwrap();
    for variable in
        ["--plot-ink", "--plot-measured", "--plot-band", "--plot-limit", "--plot-5", "--heat-6"]
    {
        assert_eq!(
            style.matches(&format!("{variable}:")).count(),
            2,
            "{variable} is light and dark"
        );
    }
}

#[test]
fn the_answer_comes_before_the_evidence() {
    let page = report(&sample::damaged()).unwrap();
    let order = [
        "objectives",
        "findings",
        "missing",
        "spectrum",
        "parts",
        "timeline",
        "heat",
        "gaps",
        "steps",
        "journeys",
        "connections",
        "store-units",
        "rates",
        "generator",
        "counts",
        "errors",
        "environment",
        "reproduce",
    ];
    let at =
        |id: &&str| page.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("{id}"));
    assert!(order.iter().map(at).is_sorted());
    assert!(page.contains("<title>FAIL: reads and reactions</title>"));
    assert!(page.contains("hanno schedule scenario.toml --seed 20190717 --format csv | sha256sum"));
    assert!(page.contains(&sample::failed().run.schedule_sha256));
}

#[test]
fn a_long_run_with_many_steps_stays_a_page() {
    let mut evidence = sample::passed();
    let (step, series) = (evidence.run.steps[0].clone(), evidence.latency[0].clone());
    let point = series.seconds[0];
    for series in &mut evidence.latency {
        series.seconds =
            (0..86_400).map(|second| run_analysis::evidence::Point { second, ..point }).collect();
    }
    let row = evidence.resources[0].clone();
    evidence.resources = (1..=86_400)
        .map(|second| run_record::resource_row::ResourceRow { second, ..row.clone() })
        .collect();
    evidence.run.steps = vec![step; 1000];
    evidence.run.ended_ns = Some(86_400_000_000_000);
    let page = report(&evidence).unwrap();
    assert!(page.len() < 8 << 20, "{} bytes", page.len());
    assert!(page.contains("more in the record") && page.contains("more steps are in the table"));
    assert!(page.contains("Each 240 seconds are shown by their least and greatest value."));
}
