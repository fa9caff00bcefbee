//! A distant network is seen, and a slow server is not taken for one.

use load_plan::plan::Endpoint;
use run_record::preflight::Preflight;
use run_record::run::{Run, StepResult};
use run_record::spread::Spread;

use super::{judge, passes, warned};
use crate::findings::Code;

fn steps(count: u64, service_ms: f64, server: Option<(u64, f64)>) -> impl FnOnce(&mut Run) {
    let spread = |count, ms: f64| Spread { count, mean: ms * 1e3, ..crate::sample::spread(1) };
    move |run| {
        run.steps = vec![StepResult {
            stream: "reads".to_owned(),
            step: "GET page".to_owned(),
            count,
            not_completed: 0,
            response_us: None,
            service_us: Some(spread(count, service_ms)),
            server_us: server.map(|(count, ms)| spread(count, ms)),
            store_us: None,
            delivery_us: None,
        }];
    }
}

#[test]
fn a_distant_network_is_told_from_a_slow_server() {
    warned(Code::PathDominates, steps(1_000, 152.0, Some((1_000, 2.0))));
    warned(Code::PathDominates, steps(100, 10.0, Some((100, 5.0))));
    passes(steps(1_000, 152.0, Some((1_000, 149.0))));
    passes(steps(1_000, 10.0, Some((1_000, 5.1))));
    // Near, though the way is most of it.
    passes(steps(1_000, 5.0, Some((1_000, 0.1))));
    passes(steps(99, 152.0, Some((99, 2.0))));
}

#[test]
fn where_the_server_does_not_speak_of_all_requests_nothing_is_said() {
    passes(steps(1_000, 152.0, None));
    passes(steps(1_000, 152.0, Some((999, 2.0))));
}

/// The step goes to the role `read`, whose way is the first of two.
#[test]
fn what_the_way_took_before_the_run_is_said_beside_it() {
    let spread = |p50| Some(Spread { p50, ..crate::sample::spread(1) });
    let way = |endpoint, connect_us, round_trip_us| Preflight {
        endpoints: vec![endpoint],
        base: String::new(),
        connect_us: spread(connect_us),
        tls_us: None,
        round_trip_us,
    };
    let mut run = crate::sample::good();
    steps(1_000, 152.0, Some((1_000, 2.0)))(&mut run);
    let numbers = |run: &Run| judge(run).findings[0].numbers.clone();
    assert!(!numbers(&run).contains_key("round_trip_us"), "an older record has none");
    run.preflight =
        vec![way(Endpoint::Read, 75_000, spread(150_000)), way(Endpoint::Write, 1, spread(2))];
    assert!((numbers(&run)["round_trip_us"] - 150_000.0).abs() < 0.5);
    assert!((numbers(&run)["connect_us"] - 75_000.0).abs() < 0.5);
    run.preflight[0].tls_us = spread(225_000);
    run.preflight[0].round_trip_us = None;
    assert!((numbers(&run)["connect_us"] - 225_000.0).abs() < 0.5);
    assert!(!numbers(&run).contains_key("round_trip_us"));
    // The way alone is no reason: a server that is slow is not blamed on it.
    steps(1_000, 152.0, Some((1_000, 149.0)))(&mut run);
    assert_eq!(judge(&run).findings, []);
}
