//! Streams of readers: what they mean, and what may not be said of them.

use load_plan::expect::{Count, expected};
use load_plan::plan::PhaseKind;
use load_plan::scenario::parse;
use load_plan::schedule::Schedule;

use super::{context, problems};

/// A scenario of changes and readers without problems.
const LISTENING: &str = r#"schema = 1
name = "live"
target = "bundled"
[[stream]]
name = "reactions"
journeys = { react = 1 }
[[stream.phase]]
rate = "10/s"
duration = "5s"
[[stream]]
name = "readers"
journeys = { listen = 1 }
[[stream.phase]]
kind = "listen"
users = 50
duration = "5s"
[journey.react]
data = "rooms"
[[journey.react.step]]
name = "PUT"
request = { method = "PUT", path = "/rooms/{{room}}/{{message}}" }
[journey.listen]
data = "rooms"
[[journey.listen.step]]
name = "GET events"
request = { path = "/rooms/{{room}}/events", bearer = "{{token}}" }
[objectives]
"PUT" = ["delivery p99 <= 250ms"]
"#;

/// As `check` of the parent, for this scenario.
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(LISTENING.contains(from), "{from} is not in the scenario");
    assert_eq!(problems(&LISTENING.replacen(from, to, 1), &context()), expected, "{to}");
}

#[test]
fn readers_are_no_arrivals_and_change_none() {
    let scenario = parse("s.toml", LISTENING, &context()).unwrap();
    let plan = &scenario.plan;
    assert_eq!(scenario.warnings, []);
    let readers = &plan.streams[1];
    let phase = &readers.phases[0];
    assert_eq!((&phase.kind, phase.measured), (&PhaseKind::Listen { users: 50 }, false));
    assert_eq!((readers.readers(), readers.users), (Some((0, 50)), 0));
    assert_eq!(plan.streams[0].readers(), None);
    assert_eq!(expected(plan)[1].arrivals, Count::Exact(0));
    let mut without = plan.clone();
    without.streams.truncate(1);
    assert!(Schedule::new(plan).eq(Schedule::new(&without)));
}

#[test]
fn objectives_are_implied_for_arrivals_only() {
    let text = LISTENING.replace("[objectives]\n\"PUT\" = [\"delivery p99 <= 250ms\"]\n", "");
    let plan = parse("s.toml", &text, &context()).unwrap().plan;
    let steps: Vec<_> = plan.objectives.iter().map(|objective| objective.step.as_str()).collect();
    assert_eq!(steps, ["PUT"]);
}

#[test]
fn a_phase_of_readers_says_how_many_and_nothing_of_arrivals() {
    check("users = 50\n", "", &["13:1: missing key `users`"]);
    check(
        "users = 50",
        "users = 0",
        &["15:9: `users`: `0` is out of range; expected a whole number from 1 to 100000"],
    );
    check(
        "users = 50",
        "users = 5\nspacing = \"even\"\nrate = \"1/s\"\nmeasure = true",
        &[
            "16:11: `spacing` beside `kind`; expected a `rate`, or a `kind` without one, not both",
            "17:8: `rate` beside `kind`; expected a `rate`, or a `kind` without one, not both",
            "18:11: `measure` in a phase in which nothing is due",
        ],
    );
    check(
        "rate = \"10/s\"",
        "rate = \"10/s\"\nusers = 5",
        &[
            "9:9: `users` in a phase at a rate; expected it in a phase whose `kind` is one of `listen`, `closed`, or in the stream",
        ],
    );
}

#[test]
fn a_stream_of_readers_has_one_phase_of_them_and_one_request() {
    check(
        "users = 50\nduration = \"5s\"",
        "users = 50\nduration = \"1s\"\n[[stream.phase]]\nkind = \"listen\"\nusers = 5\nduration = \"1s\"\n[[stream.phase]]\nrate = \"1/s\"\nduration = \"3s\"",
        &[
            "17:1: two phases of readers in one stream; expected another `[[stream]]` for them",
            "22:8: arrivals in a stream of readers; expected another `[[stream]]` for them",
        ],
    );
    check(
        "journeys = { listen = 1 }",
        "journeys = { listen = 1, react = 1 }\nqueue = 5\nusers = 5",
        &[
            "12:12: `journeys`: readers with 2 journeys; expected one journey of one step: the request that opens the stream of events",
            "13:9: `queue` in a stream of readers; expected only `name`, `journeys` and phases; `users` stands in the phase",
            "14:9: `users` in a stream of readers; expected only `name`, `journeys` and phases; `users` stands in the phase",
            "19:10: journey `react` is taken by readers and by arrivals; expected a journey of its own for each: what readers open does not end",
        ],
    );
    check(
        "[objectives]",
        "[[journey.listen.step]]\nname = \"then\"\nrequest = { path = \"/\" }\n[objectives]",
        &[
            "12:12: `journeys`: readers that take 2 steps; expected one journey of one step: the request that opens the stream of events",
        ],
    );
}

#[test]
fn what_readers_open_no_arrival_takes() {
    check(
        "journeys = { react = 1 }",
        "journeys = { react = 9, listen = 1 }",
        &[
            "22:10: journey `listen` is taken by readers and by arrivals; expected a journey of its own for each: what readers open does not end",
        ],
    );
}

#[test]
fn readers_need_changes_their_marks_and_no_objective() {
    check(
        "target = \"bundled\"",
        "target = \"bundled\"\ntrace_header = false",
        &[
            "4:16: `trace_header = false` beside readers; expected `true`: an event is known by the mark of its request",
        ],
    );
    check(
        "\"PUT\" = [",
        "\"GET events\" = [\"errors <= 1%\"]\n\"PUT\" = [",
        &[
            "28:17: `GET events` is what readers open, not an arrival; expected `delivery p99` on the step that changes something",
        ],
    );
    check(
        "kind = \"listen\"\nusers = 50",
        "rate = \"1/s\"",
        &[
            "27:10: `delivery`, and nobody listens; expected a `[[stream]]` with a phase of `kind = \"listen\"`",
        ],
    );
    check(
        "rate = \"10/s\"\nduration = \"5s\"",
        "kind = \"listen\"\nusers = 1\nduration = \"5s\"",
        &[
            "4:1: readers, and no arrivals that could change something; expected a `[[stream]]` with a `rate` beside them",
            "29:10: `PUT` is what readers open, not an arrival; expected `delivery p99` on the step that changes something",
        ],
    );
}

/// A time that nothing can ever be counted for would leave its objective undecided after the whole run.
#[test]
fn what_only_reads_has_no_delivery() {
    for (method, named) in [("", "GET"), ("method = \"HEAD\", ", "HEAD")] {
        check(
            "method = \"PUT\", ",
            method,
            &[&format!(
                "28:10: `delivery` of `PUT`, whose {named} changes nothing, so that no event tells of it; expected it on the step that changes something"
            )],
        );
    }
    for method in ["POST", "PATCH", "DELETE"] {
        check("method = \"PUT\"", &format!("method = \"{method}\""), &[]);
    }
    // One of two steps of this name changes something.
    let other =
        "[journey.look]\n[[journey.look.step]]\nname = \"PUT\"\nrequest = { path = \"/rooms\" }\n";
    let text = LISTENING
        .replace("{ react = 1 }", "{ react = 1, look = 1 }")
        .replace("[journey.listen]", &format!("{other}[journey.listen]"));
    assert_eq!(problems(&text, &context()), [""; 0]);
}
