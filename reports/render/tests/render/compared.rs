//! Phases, instances and places in a cluster: shown where there is something to compare, and not where there is not.

use run_analysis::evidence::Evidence;
use run_record::audit::Audit;
use run_record::breakdown::{InstanceResult, PhaseResult, PlaceResult};
use run_record::spread::Spread;
use run_render::files::{csv, svg};
use run_render::terminal::{self, SummaryOptions};
use run_render::{html, markdown};

use crate::sample;

/// A run of four phases at two instances, whose first stream came in clusters.
pub(crate) fn compared() -> Evidence {
    let mut evidence = sample::passed();
    let run = &mut evidence.run;
    let (stream, step) = (run.steps[0].stream.clone(), run.steps[0].step.clone());
    let phase = |(number, asked_per_s): (u64, f64)| PhaseResult {
        stream: stream.clone(),
        step: step.clone(),
        phase: format!("phase-{number}"),
        asked_per_s: Some(asked_per_s),
        count: 100 * number,
        not_completed: number,
        response_us: Some(spread(4_000 * number)),
        service_us: Some(spread(3_900 * number)),
        server_us: None,
    };
    run.phases = [(1, 0.5), (2, 100.0), (3, 200.0), (4, 400.0)].map(phase).into();
    let instance = |name: Option<&str>| InstanceResult {
        stream: stream.clone(),
        step: step.clone(),
        instance: name.map(str::to_owned),
        count: 500,
        not_completed: 0,
        response_us: Some(spread(4_000)),
        server_us: Some(spread(3_000)),
    };
    run.instances = vec![instance(Some("a")), instance(None)];
    let place = |(from, to): (u32, Option<u32>)| PlaceResult {
        from,
        to,
        count: 90,
        response_us: Some(spread(2_000 * u64::from(from))),
    };
    run.streams[0].places = [(1, Some(1)), (5, Some(8)), (33, None)].map(place).into();
    run.streams[0].audit = Some(Audit { class: "CLUSTERED".to_owned(), ..Audit::default() });
    evidence
}

fn spread(p50: u64) -> Spread {
    let (p90, p99) = (2 * p50, 3 * p50);
    Spread { count: 90, min: 1, mean: 1.0, p50, p90, p95: p90, p99, p999: p99, max: p99 }
}

fn file(files: &[run_render::files::ReportFile], name: &str) -> Option<String> {
    files.iter().find(|file| file.name == name).map(|file| file.text.clone())
}

#[test]
fn phases_lie_at_the_rate_they_ask_for() {
    let files = csv(&compared()).unwrap();
    let data = file(&files, "response-by-phase.csv").unwrap();
    let expected = "asked_per_s,reads_p50_us,reads_p90_us,reads_p99_us\n0.5,4000,8000,12000\n\
                    100,8000,16000,24000\n200,12000,24000,36000\n400,16000,32000,48000\n";
    assert_eq!(data, expected);
    let picture = file(&svg(&compared()).unwrap(), "response-by-phase.svg").unwrap();
    for label in ["1/s", "100/s", "arrivals a second asked for", "reads p99"] {
        assert!(picture.contains(label), "{label}");
    }
}

#[test]
fn the_terminal_has_the_phases_of_a_step_that_has_several() {
    let text = terminal::summary(&compared().run, &SummaryOptions::default());
    let heading = "Response time by phase\n";
    let rows = text.split(heading).nth(1).unwrap().lines().skip(2).take(4);
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[3][..5], ["phase-4", "400/s", "400", "16.0", "ms"], "{text}");
    let passed = terminal::summary(&sample::passed().run, &SummaryOptions::default());
    assert!(!passed.contains(heading));
}

#[test]
fn phases_at_one_rate_lie_in_their_order() {
    let mut evidence = compared();
    evidence.run.phases[2].asked_per_s = Some(100.0);
    let data = file(&csv(&evidence).unwrap(), "response-by-phase.csv").unwrap();
    let places: Vec<&str> = data.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(places[1..], ["1", "2", "3", "4"]);
    // A file that is replayed has a rate that nobody knows.
    evidence.run.phases[2].asked_per_s = None;
    assert_eq!(file(&csv(&evidence).unwrap(), "response-by-phase.csv").unwrap(), data);
}

#[test]
fn places_are_shown_where_a_stream_came_in_clusters() {
    let mut evidence = compared();
    let files = csv(&evidence).unwrap();
    let data = file(&files, "response-by-place.csv").unwrap();
    assert!(
        data.ends_with("1,2000,4000,6000\n5,10000,20000,30000\n33,66000,132000,198000\n"),
        "{data}"
    );
    assert!(file(&files, "table-places.csv").unwrap().contains("33 and more"));
    evidence.run.streams[0].audit = Some(Audit { class: "POISSON".to_owned(), ..Audit::default() });
    let files = csv(&evidence).unwrap();
    assert!(file(&files, "response-by-place.csv").is_none());
    assert!(file(&files, "table-places.csv").is_none());
}

#[test]
fn tables_are_there_where_there_is_something_to_compare() {
    let page = html::report(&compared()).unwrap();
    for id in ["comparison", "response-by-phase", "phases", "instances", "places"] {
        assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(page.contains("all others"), "answers of instances that are not told apart");
    assert!(markdown::summary(&compared().run, &[]).contains("**Phases**"));
    let mut single = compared();
    single.run.phases.truncate(1);
    single.run.instances.truncate(1);
    single.run.streams[0].places.truncate(1);
    let page = html::report(&single).unwrap();
    for id in ["comparison", "response-by-phase", "phases", "instances", "places"] {
        assert!(!page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(!markdown::summary(&single.run, &[]).contains("**Phases**"));
}
