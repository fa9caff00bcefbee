//! What each kind of phase and of rate may say, and what is wrong with it otherwise.

use load_plan::expect::{Count, expected};
use load_plan::plan::{Burst, Closed, Cycle, PhaseKind, Rate, Spacing, Speed, Stream};
use load_plan::scenario::{Context, Overrides, Scenario, parse, replay_sources};
use load_plan::schedule;

use super::{RIGHT, check, context, problems, source};

/// What stands in for the rate and the duration of the right scenario.
const PHASE: &str = "rate = \"10/s\"\nduration = \"1s\"\n";

fn with(phase: &str) -> String {
    RIGHT.replacen(PHASE, phase, 1)
}

fn read_in(phase: &str, overrides: Overrides) -> Scenario {
    let context = Context { overrides, ..context() };
    parse("s.toml", &with(phase), &context).unwrap_or_else(|problems| panic!("{problems}"))
}

fn stream(phase: &str) -> Stream {
    let scenario = read_in(phase, Overrides::default());
    assert_eq!(schedule::check(&scenario.plan), Ok(()));
    scenario.plan.streams[0].clone()
}

fn kind(phase: &str) -> PhaseKind {
    stream(phase).phases[0].kind.clone()
}

/// As `check` of the parent, for the phase.
fn wrong(phase: &str, expected: &[&str]) {
    check(PHASE, phase, expected);
}

fn per_second(arrivals: u64) -> Rate {
    Rate { arrivals, seconds: 1 }
}

#[test]
fn rates_in_steps_and_as_a_sine() {
    let steps = "rate = { steps = [\"0/s\", \"100/s\", \"30/min\"] }\nduration = \"1s\"\n";
    let rates = vec![per_second(0), per_second(100), Rate { arrivals: 1, seconds: 2 }];
    assert_eq!(kind(steps), PhaseKind::Steps { rates, spacing: Spacing::Even });
    assert_eq!(stream(steps).users, 1000, "the highest step for the time-out of 10 s");
    let sine = "rate = { mean = \"100/s\", amplitude = \"100/s\", period = \"24h\" }\nspacing = \"exactly\"\nduration = \"1s\"\n";
    let expected = PhaseKind::Sine {
        mean: per_second(100),
        amplitude: per_second(100),
        period_ns: 86_400_000_000_000,
        spacing: Spacing::Exactly,
    };
    assert_eq!(kind(sine), expected);
    assert_eq!(stream(sine).peak(), per_second(200));
}

#[test]
fn wrong_steps_and_sines() {
    for (rate, expected) in [
        ("{ steps = [] }", "10:18: `steps`: 0 of them; expected from 1 to 1000 rates"),
        ("{ steps = \"1/s\" }", "10:18: `steps`: found a string; expected a list of rates"),
        ("{ steps = [\"0/s\", \"0/s\"] }", "10:18: steps of 0 only; expected `kind = \"idle\"`"),
        ("{ steps = [\"1/s\", 2] }", "10:26: `steps`: found an integer; expected a rate"),
        ("{ steps = [\"1/s\"], from = \"1/s\" }", "10:27: unknown key `from`"),
        ("{ mean = \"1/s\", amplitude = \"1/s\" }", "10:8: missing key `period`"),
        (
            "{ mean = \"1/s\", amplitude = \"1.1/s\", period = \"1h\" }",
            "10:36: an amplitude greater than the mean; expected at most the mean",
        ),
        (
            "{ mean = \"600000/s\", amplitude = \"500000/s\", period = \"1h\" }",
            "10:8: mean and amplitude are too high or too fine together; expected at most 1000000/s",
        ),
        (
            "{ mean = \"0/s\", amplitude = \"0/s\", period = \"1h\" }",
            "10:17: `mean`: `0/s` is zero",
        ),
        (
            "{ mean = \"1/s\", amplitude = \"0/s\", period = \"0s\" }",
            "10:52: `period`: `0s` is zero",
        ),
    ] {
        wrong(&format!("rate = {rate}\nduration = \"1s\"\n"), &[expected]);
    }
    wrong(
        "rate = \"1000000/s\"\nspacing = \"exactly\"\nduration = \"101s\"\n",
        &[
            "10:8: too many arrivals for the spacing `exactly`; expected at most 100000000 in a phase",
        ],
    );
}

#[test]
fn bursts() {
    let burst = "kind = \"burst\"\nsize = 50\nevery = \"4s\"\nduration = \"10s\"\n";
    assert_eq!(kind(burst), PhaseKind::Burst(Burst { size: 50, every_ns: 4_000_000_000 }));
    let stream = stream(burst);
    assert!(stream.phases[0].measured);
    // Three bursts fall into the time-out of 10 s.
    assert_eq!((stream.users, stream.peak()), (150, per_second(50)));
    for (from, to, expected) in [
        ("size = 50\n", "", "8:1: missing key `size`"),
        ("every = \"4s\"\n", "", "8:1: missing key `every`"),
        ("size = 50", "size = 0", "11:8: `size`: `0` is out of range"),
        (
            "size = 50",
            "size = 18446744073709551615",
            "11:8: `size`: `18446744073709551615` is out of range",
        ),
        (
            "\"4s\"",
            "\"1us\"",
            "12:9: `every`: 50 arrivals so often are too many; expected at most 1000000/s",
        ),
        ("size", "spacing = \"even\"\nsize", "11:11: `spacing` beside `kind`"),
        (
            "size",
            "users = 5\nsize",
            "11:9: `users` in a phase of kind `burst`; expected it in a phase whose `kind` is one of `listen`, `closed`",
        ),
    ] {
        wrong(&burst.replacen(from, to, 1), &[expected]);
    }
    wrong(
        "rate = \"1/s\"\nsize = 5\nduration = \"1s\"\n",
        &["11:8: `size` in a phase at a rate; expected it in a phase whose `kind` is `burst`"],
    );
}

#[test]
fn closed_users() {
    let closed =
        "kind = \"closed\"\nusers = 25\nramp = \"10s\"\npace = \"1s\"\nduration = \"30s\"\n";
    let cycle = Cycle::Pace { pace_ns: 1_000_000_000 };
    assert_eq!(kind(closed), PhaseKind::Closed(Closed { users: 25, ramp_s: 10, cycle }));
    let read = read_in(closed, Overrides::default());
    assert_eq!(read.plan.streams[0].users, 25, "as many as the phase has");
    // 25 a second for 20 s, and while they start 1 to 10 times each.
    let counts = &expected(&read.plan)[0];
    assert_eq!((counts.arrivals, counts.peak), (Count::AtMost(640), per_second(25)));
    let warnings: Vec<_> = read.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings[0].starts_with("`reads.hold` is CLOSED: "), "{warnings:?}");
    assert_eq!(schedule::Schedule::new(&read.plan).count(), 0);
    let pause = closed.replace("pace", "pause").replace("ramp = \"10s\"\n", "");
    let cycle = Cycle::Pause { pause_ns: 1_000_000_000 };
    assert_eq!(kind(&pause), PhaseKind::Closed(Closed { users: 25, ramp_s: 0, cycle }));
    let many = closed.replace("25", "100000");
    assert_eq!(stream(&many).users, 100_000, "asked for by name");
    for (from, to, expected) in [
        ("users = 25\n", "", "8:1: missing key `users`"),
        ("pace = \"1s\"\n", "", "8:1: a closed phase has a `pace` or a `pause`, and not both"),
        (
            "pace",
            "pause = \"1s\"\npace",
            "13:9: a closed phase has a `pace` or a `pause`, and not both",
        ),
        (
            "\"10s\"",
            "\"1.5s\"",
            "12:8: `ramp`: not a whole number of seconds; expected whole seconds",
        ),
        (
            "\"10s\"",
            "\"31s\"",
            "12:8: `ramp`: longer than its phase; expected at most the `duration`",
        ),
        ("users = 25", "users = 100001", "11:9: `users`: `100001` is out of range"),
        ("\"1s\"", "\"24us\"", "13:8: `pace`: 25 arrivals so often are too many"),
        ("\"1s\"", "\"0s\"", "13:8: `pace`: `0s` is zero"),
        ("users", "rate = \"1/s\"\nusers", "11:8: `rate` beside `kind`"),
    ] {
        wrong(&closed.replacen(from, to, 1), &[expected]);
    }
    wrong(
        &format!("{closed}[[stream.phase]]\nrate = \"1/s\"\nduration = \"1s\"\n"),
        &[
            "16:8: open arrivals in a stream of closed phases; expected another `[[stream]]` for them",
        ],
    );
    check(
        &format!("journeys = {{ read = 1 }}\n[[stream.phase]]\nname = \"hold\"\n{PHASE}"),
        &format!("journeys = {{ read = 1 }}\noffset = 0.5\n[[stream.phase]]\n{closed}"),
        &["8:10: `offset` in a stream of closed phases"],
    );
}

const REPLAY: &str = "kind = \"replay\"\nfile = \"log.csv\"\ncolumn = \"t\"\nunit = \"s\"\n";

#[test]
fn replays() {
    assert_eq!(replay_sources(&with(REPLAY)), [source("log.csv")]);
    let read = stream(REPLAY);
    // 0, 0.5 and 2 s; the phase ends behind the last.
    assert_eq!((read.phases[0].duration_ns, read.phases[0].measured), (2_000_000_001, true));
    assert_eq!((read.users, read.peak()), (3, per_second(2)));
    let speed = |text: &str| {
        let read = stream(&format!("{REPLAY}speed = {text}\n"));
        let PhaseKind::Replay(replay) = read.phases[0].kind.clone() else { panic!("{read:?}") };
        (replay.speed, read.phases[0].duration_ns)
    };
    let of = |numerator, denominator| Speed { numerator, denominator };
    assert_eq!(speed("2"), (of(2, 1), 1_000_000_001));
    assert_eq!(speed("0.25"), (of(1, 4), 8_000_000_001));
    assert_eq!(speed("\"3/2\""), (of(3, 2), 1_333_333_335));
    let cut = read_in(&format!("{REPLAY}duration = \"2s\"\n"), Overrides::default());
    assert_eq!(expected(&cut.plan)[0].arrivals, Count::Exact(2), "the third is due at its end");
    // A mean gap of 1 s after the last, it begins again: 0, 0.5, 2, 3, 3.5, 5, 6, 6.5, 8, 9.
    let again =
        read_in(&format!("{REPLAY}loop = true\nduration = \"9001ms\"\n"), Overrides::default());
    assert_eq!(expected(&again.plan)[0].arrivals, Count::Exact(10));
}

#[test]
fn wrong_replays() {
    for (from, to, expected) in [
        ("file = \"log.csv\"\n", "", "8:1: missing key `file`"),
        ("column = \"t\"\n", "", "8:1: missing key `column`"),
        ("unit = \"s\"\n", "", "8:1: missing key `unit`"),
        (
            "\"s\"",
            "\"sec\"",
            "13:8: `unit`: unknown unit `sec`; expected one of `s`, `ms`, `us`, `ns`",
        ),
        ("log.csv", "../log.csv", "11:8: `file`: `../log.csv` does not lie beside the scenario"),
        ("log.csv", "gone.csv", "11:8: `file`: cannot replay `gone.csv`: no such file"),
        ("log.csv", "new.csv", "11:8: `file`: `new.csv` was not read"),
        ("unit", "speed = 0\nunit", "13:9: `speed`: `0` is zero; expected a factor"),
        ("unit", "speed = 1e3\nunit", "13:9: `speed`: `1e3` is not a number"),
        (
            "unit",
            "speed = true\nunit",
            "13:9: `speed`: found a boolean; expected how many times faster",
        ),
        (
            "unit",
            "speed = 0.00000000001\nunit",
            "13:9: `speed`: `0.00000000001` has too many digits",
        ),
        (
            "unit",
            "speed = 0.000001\nunit",
            "8:1: the file takes more than 7 days at this speed; expected a `duration`",
        ),
        (
            "unit",
            "loop = true\nunit",
            "8:1: a file that is played again and again has no end; expected a `duration`",
        ),
        ("unit", "rate = \"1/s\"\nunit", "13:8: `rate` beside `kind`"),
        ("unit", "duration = \"x\"\nunit", "13:12: `duration`: `x` is not a number with a unit"),
    ] {
        wrong(&REPLAY.replacen(from, to, 1), &[expected]);
    }
    let again = REPLAY.replace("log", "one") + "duration = \"1s\"\nloop = true\n";
    wrong(&again, &["15:8: `loop`: all times of the file are one; expected at least two times"]);
    let fast = format!("{REPLAY}loop = true\nduration = \"1s\"\nspeed = 1000000\n");
    wrong(&fast, &["14:8: `loop`: the file at this speed has too many arrivals a second"]);
}

#[test]
fn a_scenario_names_at_most_sixteen_files_to_be_replayed() {
    let phases = (0..17).map(|at| {
        let file = format!("f{at:02}.csv");
        format!("[[stream.phase]]\n{}", REPLAY.replace("log.csv", &file))
    });
    let text = with(REPLAY) + "[[stream]]\nname = \"more\"\njourneys = { read = 1 }\n";
    let text = text + &phases.collect::<Vec<_>>().concat();
    assert_eq!(replay_sources(&text).len(), 16);
    let found = problems(&text, &context());
    let left = "`file`: `f16.csv` was not read; expected at most 16 files or columns to replay";
    assert!(found.iter().any(|problem| problem.contains(left)), "{found:#?}");
}

#[test]
fn flags_change_what_has_a_rate_and_scale_what_can_be_counted() {
    let set = |phase: &str, value: &str| {
        let set = vec![format!("reads.hold.rate={value}")];
        read_in(phase, Overrides { set, ..Overrides::default() }).plan.streams[0].phases[0].clone()
    };
    let steps = "rate = { steps = [\"1/s\", \"2/s\"] }\nspacing = \"exactly\"\nduration = \"1s\"\n";
    let rate = per_second(9);
    let constant = PhaseKind::Rate { from: rate, to: rate, spacing: Spacing::Exactly };
    assert_eq!(set(steps, "9/s").kind, constant);
    let scaled = |phase: &str, scale: &str| {
        let scale = Some(scale.to_owned());
        read_in(phase, Overrides { scale, ..Overrides::default() }).plan.streams[0].phases[0]
            .clone()
    };
    let rates = vec![Rate { arrivals: 1, seconds: 2 }, per_second(1)];
    assert_eq!(scaled(steps, "0.5").kind, PhaseKind::Steps { rates, spacing: Spacing::Exactly });
    let sine =
        "rate = { mean = \"10/s\", amplitude = \"5/s\", period = \"1s\" }\nduration = \"1s\"\n";
    let PhaseKind::Sine { mean, amplitude, .. } = scaled(sine, "3").kind else { panic!() };
    assert_eq!((mean, amplitude), (per_second(30), per_second(15)));
    let burst = "kind = \"burst\"\nsize = 5\nevery = \"1s\"\nduration = \"10s\"\n";
    let scaled_size = |scale: &str| {
        let PhaseKind::Burst(burst) = scaled(burst, scale).kind else { panic!() };
        burst.size
    };
    assert_eq!(["0.5", "0.49", "0.01", "3"].map(scaled_size), [3, 2, 1, 15], "half up, never none");
    let closed = "kind = \"closed\"\nusers = 25\npause = \"1s\"\nduration = \"10s\"\n";
    let PhaseKind::Closed(closed) = scaled(closed, "0.1").kind else { panic!() };
    assert_eq!(closed.users, 3);
}

#[test]
fn flags_that_cannot_be_meant() {
    let refused = |phase: &str, overrides: Overrides| -> Vec<String> {
        problems(&with(phase), &Context { overrides, ..context() })
    };
    let scale = |scale: &str| Overrides { scale: Some(scale.to_owned()), ..Overrides::default() };
    let set = Overrides { set: vec!["reads.hold.rate=1/s".to_owned()], ..Overrides::default() };
    assert_eq!(
        refused(REPLAY, scale("2")),
        [
            "--scale: `reads.hold` is replayed from a file; expected another `speed` in that phase, or no `--scale`"
        ]
    );
    assert_eq!(
        refused(REPLAY, set),
        ["--set: phase `hold` has no rate; expected a phase with a rate"]
    );
    let burst = "kind = \"burst\"\nsize = 900000\nevery = \"1s\"\nduration = \"10s\"\n";
    let sine = "rate = { mean = \"400000/s\", amplitude = \"200000/s\", period = \"1s\" }\nduration = \"1s\"\n";
    for phase in [burst, sine] {
        assert_eq!(
            refused(phase, scale("2")),
            [
                "--scale: the rate of `reads.hold` becomes too high or too fine; expected rates of at most 1000000/s"
            ]
        );
    }
    let seed = Overrides { seed: Some(u64::MAX), ..Overrides::default() };
    assert_eq!(
        refused(PHASE, seed),
        [
            "--seed: 18446744073709551615 is out of range; expected a whole number from 0 to 9223372036854775807"
        ]
    );
}

/// `--scale` comes last: it scales what `--set` said, too.
#[test]
fn a_rate_that_was_set_is_scaled() {
    let overrides = Overrides {
        set: vec!["reads.hold.rate=50/s".to_owned()],
        scale: Some("1/10".to_owned()),
        ..Overrides::default()
    };
    let five = per_second(5);
    let kind = read_in(PHASE, overrides).plan.streams[0].phases[0].kind.clone();
    assert_eq!(kind, PhaseKind::Rate { from: five, to: five, spacing: Spacing::Even });
}
