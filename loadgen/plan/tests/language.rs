//! What a right scenario means: each part of the language in its resolved form, defaults included.

use std::collections::BTreeMap;

use load_plan::hash::{plan_sha256, schedule_sha256};
use load_plan::plan::{
    After, Body, Endpoint, Fraction, Header, JsonTemplate, Limit, Phase, PhaseKind, Pick, Piece,
    Plan, Rate, Record, Spacing, Stream, Template,
};
use load_plan::scenario::{
    Column, Context, DEFAULT_SEED, Overrides, ProvidedTable, Scenario, Warning, data_files, parse,
};

/// The example of the documentation: two streams, one warmed up, the other idle meanwhile.
const READS_AND_REACTIONS: &str = r#"schema = 1
name = "reads and reactions"
seed = 20190717
target = "bundled"                      # or a name from targets.toml

[[stream]]
name = "reads"
journeys = { read_room = 1 }
[[stream.phase]]
name = "warm-up"
rate = { from = "0/s", to = "500/s" }
spacing = "poisson"
duration = "10s"
measure = false
[[stream.phase]]
name = "hold"
rate = "500/s"
spacing = "poisson"
duration = "30s"

[[stream]]
name = "reactions"
journeys = { react = 1 }
[[stream.phase]]
kind = "idle"
duration = "10s"
[[stream.phase]]
name = "hold"
rate = "50/s"                           # spacing = "even" is the default
duration = "30s"

[journey.read_room]
data = "rooms"
[[journey.read_room.step]]
name = "GET messages"
request = { path = "/v1/rooms/{{room}}/messages", bearer = "{{token}}" }

[journey.react]
data = "rooms"                          # a table; a row is drawn by (stream, n)
[[journey.react.step]]
name = "PUT reaction"
endpoint = "write"
request = { method = "PUT", path = "/v1/rooms/{{room}}/messages/{{message}}/reaction", bearer = "{{token}}", json = { kind = "{{pick:roger,clap,bow}}" } }
expect = { status = 200 }

[objectives]
"PUT reaction" = ["p99 <= 50ms", "errors <= 0.1%"]
"#;

/// One stream of one journey of two steps; `head` and `stream` are put into it.
fn small(head: &str, stream: &str, step: &str) -> String {
    format!(
        "schema = 1\nname = \"s\"\ntarget = \"bundled\"\n{head}\n\
         [[stream]]\nname = \"a\"\njourneys = {{ j = 1 }}\n{stream}\n\
         [[stream.phase]]\nrate = \"10/s\"\nduration = \"1s\"\n\
         [journey.j]\n[[journey.j.step]]\nname = \"one\"\n{step}\n"
    )
}

const GET: &str = "request = { path = \"/\" }";

fn context() -> Context {
    let column = |name: &str| Column { name: name.to_owned(), list: name == "messages" };
    let columns = ["account", "org", "room", "first", "last", "messages", "token"];
    Context {
        provided: vec![ProvidedTable {
            name: "rooms".to_owned(),
            columns: columns.map(column).to_vec(),
            secret: vec!["token".to_owned()],
        }],
        ..Context::default()
    }
}

fn read_in(text: &str, context: &Context) -> Scenario {
    parse("s.toml", text, context).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn read(text: &str) -> Scenario {
    read_in(text, &context())
}

fn plan(head: &str, stream: &str, step: &str) -> Plan {
    read(&small(head, stream, step)).plan
}

fn text(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}

fn rate(arrivals: u64, seconds: u64) -> Rate {
    Rate { arrivals, seconds }
}

#[test]
fn the_documented_example() {
    let scenario = read(READS_AND_REACTIONS);
    let plan = &scenario.plan;
    assert_eq!((plan.seed, scenario.target.as_str()), (20_190_717, "bundled"));
    assert_eq!((scenario.overrides, scenario.warnings), (BTreeMap::new(), vec![]));

    let warm_up = PhaseKind::Rate { from: rate(0, 1), to: rate(500, 1), spacing: Spacing::Poisson };
    let phase = Phase {
        name: "warm-up".into(),
        start_ns: 0,
        duration_ns: 10_000_000_000,
        measured: false,
        kind: warm_up,
    };
    assert_eq!(plan.streams[0].phases[0], phase);
    let idle = &plan.streams[1].phases[0];
    assert_eq!(
        (idle.name.as_str(), idle.measured, &idle.kind),
        ("phase-1", false, &PhaseKind::Idle {})
    );
    let hold = &plan.streams[1].phases[1];
    let kind = PhaseKind::Rate { from: rate(50, 1), to: rate(50, 1), spacing: Spacing::Even };
    assert_eq!((hold.start_ns, hold.measured, &hold.kind), (10_000_000_000, true, &kind));
    assert_eq!(plan.streams.iter().map(|stream| stream.users).collect::<Vec<_>>(), [5000, 500]);

    let step = &plan.journeys[1].steps[0];
    let path = vec![
        text("/v1/rooms/"),
        Piece::Column("room".into()),
        text("/messages/"),
        Piece::Element("messages".into()),
        text("/reaction"),
    ];
    assert_eq!((step.endpoint, &step.request.path), (Endpoint::Write, &Template(path)));
    let words = ["roger", "clap", "bow"].map(str::to_owned).to_vec();
    let kind = JsonTemplate::Text(Template(vec![Piece::Pick { words, slot: 0 }]));
    assert_eq!(
        step.request.body,
        Some(Body::Json(JsonTemplate::Object(vec![("kind".into(), kind)])))
    );
    assert_eq!(step.expect, [200]);

    let limits: Vec<_> = plan.objectives.iter().map(|objective| objective.limit).collect();
    assert!(matches!(
        limits[0],
        Limit::Latency { quantile_ppm: 990_000, at_most_ns: 50_000_000, .. }
    ));
    assert_eq!(limits[1], Limit::Errors { at_most_ppm: 1000 });
    assert_eq!((plan.tables.len(), plan.tables[0].file.as_deref()), (1, None));
}

#[test]
fn defaults() {
    let plan = plan("", "", GET);
    let stream = &plan.streams[0];
    assert_eq!((plan.seed, plan.drain_ns, plan.trace_header), (DEFAULT_SEED, 10_000_000_000, true));
    assert_eq!(plan.record, Record::All {});
    assert_eq!(stream.offset, Fraction { numerator: 1, denominator: 2 });
    // 10/s for the 10 s of the usual time-out.
    assert_eq!((stream.users, stream.queue, stream.max_wait_ns), (100, 10_000, 10_000_000_000));
    let step = &plan.journeys[0].steps[0];
    assert_eq!((step.endpoint, step.timeout_ns), (Endpoint::Read, 10_000_000_000));
    assert_eq!(step.expect, (200..300).collect::<Vec<_>>());
    assert_eq!(step.after, After::Done { think_ns: 0 });
    let objective = &plan.objectives[0];
    assert_eq!((objective.implied, objective.text.as_str()), (true, "errors <= 0.1%"));
    assert_eq!(objective.limit, Limit::Errors { at_most_ppm: 1000 });
}

#[test]
fn what_the_file_says_holds() {
    let head = "drain = \"1m\"\ntrace_header = false\nseed = 0\nrecord = { arrivals = \"1/10\" }";
    let plan = plan(head, "offset = 0.25\nusers = 3\nqueue = 0\nmax_wait = \"5ms\"", GET);
    let stream = &plan.streams[0];
    assert_eq!((plan.drain_ns, plan.trace_header, plan.seed), (60_000_000_000, false, 0));
    assert_eq!(plan.record, Record::OneIn { n: 10 });
    assert_eq!(stream.offset, Fraction { numerator: 1, denominator: 4 });
    assert_eq!((stream.users, stream.queue, stream.max_wait_ns), (3, 0, 5_000_000));
}

#[test]
fn limits_that_stop_the_run() {
    let limits = "[abort_on]\none = [\"errors <= 50%\", \"p99 <= 1s\"]";
    let more = format!("{GET}\n{limits}");
    let abort_on = plan("abort_delay = \"30s\"", "", &more).abort_on.unwrap();
    assert_eq!(abort_on.delay_ns, 30_000_000_000);
    let texts: Vec<_> = abort_on.limits.iter().map(|limit| limit.text.as_str()).collect();
    assert_eq!(texts, ["errors <= 50%", "p99 <= 1s"]);
    let usual = plan("", "", &more);
    assert_eq!(usual.abort_on.unwrap().delay_ns, 10_000_000_000);
    // They are no objectives, and a plan without them has the hash that it had before there were any.
    assert!(usual.objectives.iter().all(|objective| objective.implied));
    assert!(!serde_json::to_string(&plan("", "", GET)).unwrap().contains("abort"));
}

#[test]
fn steps() {
    let more = format!(
        "{GET}\ntimeout = \"1s\"\n\
         [[journey.j.step]]\nname = \"two\"\nthink = \"0.5s\"\nexpect = {{ status = [409, 200, 409] }}\n\
         request = {{ method = \"POST\", path = \"/x?y={{{{pick:1,2}}}}\", text = \"{{{{pick:a,b}}}}!\", \
         headers = {{ Accept = \"a/b\", x-y = \"z\" }} }}\n\
         [[journey.j.step]]\nname = \"three\"\nevery = \"2s\"\nendpoint = \"admin\"\nrequest = {{ path = \"/\" }}"
    );
    let plan = plan("", "", &more);
    let steps = &plan.journeys[0].steps;
    assert_eq!(steps[1].after, After::Done { think_ns: 500_000_000 });
    assert_eq!(steps[2].after, After::Due { every_ns: 2_000_000_000 });
    assert_eq!((steps[1].endpoint, steps[2].endpoint), (Endpoint::Write, Endpoint::Admin));
    assert_eq!(steps[1].expect, [200, 409]);
    let header =
        |name: &str, value: &str| Header { name: name.into(), value: Template(vec![text(value)]) };
    assert_eq!(steps[1].request.headers, [header("accept", "a/b"), header("x-y", "z")]);
    let pick =
        |words: [&str; 2], slot| Piece::Pick { words: words.map(str::to_owned).to_vec(), slot };
    assert_eq!(steps[1].request.path.0, [text("/x?y="), pick(["1", "2"], 0)]);
    assert_eq!(
        steps[1].request.body,
        Some(Body::Text(Template(vec![pick(["a", "b"], 1), text("!")])))
    );
    // 1 s, then 10 s after thinking for 0.5 s, then 10 s on a timetable of 2 s: at 10/s, 23.5 s.
    assert_eq!((plan.streams[0].users, plan.streams[0].max_wait_ns), (235, 23_500_000_000));
}

#[test]
fn json_keeps_order_and_digits() {
    let json = "{ z = [1, -2.50, true], a = { b = \"x\" }, m = 0x10, e = +1e5 }";
    let plan = plan("", "", &format!("request = {{ path = \"/\", json = {json} }}"));
    let literal = |text: &str| JsonTemplate::Literal(text.into());
    let inner =
        JsonTemplate::Object(vec![("b".into(), JsonTemplate::Text(Template(vec![text("x")])))]);
    let list = JsonTemplate::List(["1", "-2.50", "true"].map(literal).to_vec());
    let expected = JsonTemplate::Object(vec![
        ("z".into(), list),
        ("a".into(), inner),
        ("m".into(), literal("16")),
        ("e".into(), literal("1e5")),
    ]);
    assert_eq!(plan.journeys[0].steps[0].request.body, Some(Body::Json(expected)));
}

#[test]
fn tables_of_files() {
    let text = READS_AND_REACTIONS.replace("\"bundled\"", "\"staging\"")
        + "[data.rooms]\nfile = \"data/set.jsonl\"\nsecret = [\"token\"]\npick = \"zipf 1.1\"\n";
    assert_eq!(data_files(&text), ["data/set.jsonl"]);
    let columns = context().provided[0].columns.clone();
    let files = BTreeMap::from([("data/set.jsonl".to_owned(), Ok(columns))]);
    let table = read_in(&text, &Context { files, ..Context::default() }).plan.tables[0].clone();
    assert_eq!(
        (table.file.as_deref(), table.secret),
        (Some("data/set.jsonl"), vec!["token".to_owned()])
    );
    assert_eq!(table.pick, Pick::Zipf { exponent: "1.1".into() });

    // Against the bundled target, its own rows are taken, in the way the file says.
    let bundled = Overrides { target: Some("bundled".into()), ..Overrides::default() };
    let scenario = read_in(&text, &Context { overrides: bundled, ..context() });
    let table = &scenario.plan.tables[0];
    assert_eq!(
        (table.file.as_deref(), &table.pick),
        (None, &Pick::Zipf { exponent: "1.1".into() })
    );
    assert_eq!(scenario.warnings, [Warning::FileNotUsed { table: "rooms".into() }]);
}

#[test]
fn flags_come_after_the_file() {
    let overrides = Overrides {
        seed: Some(7),
        scale: Some("1/10".into()),
        set: vec!["reads.warm-up.rate=200/s".into()],
        target: Some("http://127.0.0.1:8080".into()),
    };
    let text = READS_AND_REACTIONS.to_owned() + "[data.rooms]\nfile = \"f\"\n";
    let files = BTreeMap::from([("f".to_owned(), Ok(context().provided[0].columns.clone()))]);
    let scenario = read_in(&text, &Context { overrides, files, ..Context::default() });
    let rates: Vec<_> =
        scenario.plan.streams[0].phases.iter().map(|phase| phase.kind.clone()).collect();
    let constant = |rate| PhaseKind::Rate { from: rate, to: rate, spacing: Spacing::Poisson };
    assert_eq!(rates, [constant(rate(20, 1)), constant(rate(50, 1))]);
    assert_eq!((scenario.plan.seed, scenario.target.as_str()), (7, "http://127.0.0.1:8080"));
    let noted: Vec<_> =
        scenario.overrides.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let expected =
        ["reads.warm-up.rate=200/s", "scale=1/10", "seed=7", "target=http://127.0.0.1:8080"];
    assert_eq!(noted, expected);
}

#[test]
fn the_target_is_no_part_of_the_plan() {
    let one = read(&small("", "", GET)).plan;
    let overrides = Overrides { target: Some("staging".into()), ..Overrides::default() };
    let other = read_in(&small("", "", GET), &Context { overrides, ..context() }).plan;
    assert_eq!(
        (plan_sha256(&one), schedule_sha256(&one)),
        (plan_sha256(&other), schedule_sha256(&other))
    );
    let seed = plan("seed = 2", "", GET);
    assert_ne!(plan_sha256(&one), plan_sha256(&seed));
}

#[test]
fn a_plan_survives_json() {
    let plan = read(READS_AND_REACTIONS).plan;
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
}

#[test]
fn doubtful_scenarios_are_warned_about() {
    let warnings = |text: &str| -> Vec<String> {
        read(text).warnings.iter().map(ToString::to_string).collect()
    };
    let overlap = READS_AND_REACTIONS.replace("kind = \"idle\"", "rate = \"1/s\"");
    assert_eq!(
        warnings(&overlap),
        [
            "`reactions.phase-1` is measured while `reads.warm-up` is not: its figures hold what that does to the target",
        ]
    );
    let short = READS_AND_REACTIONS.replacen(
        "duration = \"10s\"\nmeasure",
        "duration = \"9.5s\"\nmeasure",
        1,
    );
    assert_eq!(warnings(&short), ["`reads` ends after 39.5 s, the run after 40 s"]);
    let unmeasured =
        READS_AND_REACTIONS.replace("duration = \"30s\"", "duration = \"30s\"\nmeasure = false");
    assert_eq!(warnings(&unmeasured), ["no phase is measured: nothing can be judged"]);
    let nothing = small("", "", GET).replace("10/s", "1/h");
    assert_eq!(
        warnings(&nothing),
        ["`a` has less than one arrival: its rates are too low for its phases"]
    );
    // 10^6/s for 100 s: 10^8 rows of 32 bytes are 1.49 times 2 GiB.
    let large = small("", "", GET).replace("10/s", "1000000/s").replace("1s", "100s");
    let sampled = read(&large);
    assert_eq!(sampled.plan.record, Record::OneIn { n: 2 });
    let bytes = 3_200_000_000;
    assert_eq!(sampled.warnings, [Warning::RowsSampled { one_in: 2, bytes }]);
    let all = large.replacen("[[stream]]", "record = { arrivals = \"all\" }\n[[stream]]", 1);
    assert_eq!((read(&all).plan.record, warnings(&all)), (Record::All {}, vec![]));
}

#[test]
fn the_quick_start_is_the_documented_example_in_full() {
    let scenario = read(include_str!("../../../scenarios/quickstart.toml"));
    assert_eq!(scenario.warnings, vec![]);
    let ends: Vec<_> = scenario.plan.streams.iter().map(Stream::end_ns).collect();
    assert_eq!(ends, [40_000_000_000; 2]);
    // What is added to the language leaves older plans as they are: their records can be compared.
    assert_eq!(
        (plan_sha256(&scenario.plan).as_str(), schedule_sha256(&scenario.plan).as_str()),
        (
            "a36a4bda1d613098e72817587d90513ebd22c5595e79ca77fdad5a2c509c244a",
            "91288140882ddc42893639d129a1798b6973bfee340001b8a7c1bc45e92bb097"
        )
    );
}
