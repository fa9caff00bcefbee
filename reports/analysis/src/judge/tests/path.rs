//! A distant network is seen, and a slow server is not taken for one.

use run_record::run::{Run, StepResult};
use run_record::spread::Spread;

use super::{passes, warned};
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
