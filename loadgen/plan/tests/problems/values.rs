//! Wrong types, rates, durations and names: one wrong value, one problem.

use super::{RIGHT, check, context, problems};

#[test]
fn types() {
    check("name = \"small\"", "name = 1", &["2:8: `name`: found an integer; expected a text"]);
    check(
        "rate = \"10/s\"",
        "rate = 10",
        &["10:8: `rate`: found an integer; expected a rate such as \"500/s\""],
    );
    check(
        "duration = \"1s\"",
        "duration = 1.5",
        &["11:12: `duration`: found a float; expected a duration such as"],
    );
    check(
        "{ read = 1 }",
        "[\"read\"]",
        &["7:12: found an array; expected a table", "13:10: journey `read` is not used"],
    );
    check(
        "{ read = 1 }",
        "{ read = 0 }",
        &["7:21: `read`: `0` is out of range; expected a whole number from 1 to 1000000"],
    );
    check(
        "[\"p99 <= 50ms\"]",
        "\"p99 <= 50ms\"",
        &["20:9: `GET`: found a string; expected a list of objectives"],
    );
    check(
        "target = \"bundled\"",
        "target = \"bundled\"\nabort_delay = \"5s\"",
        &["4:15: `abort_delay` without `[abort_on]`; expected limits at which to stop"],
    );
    check(
        "[objectives]",
        "[abort_on]\nGET = []\nPUT = [\"p99 <= 1s\"]\n[objectives]",
        &["21:1: unknown step `PUT`; expected `GET`"],
    );
    check(
        "target = \"bundled\"",
        "target = \"bundled\"\nabort_delay = \"1.5s\"\nabort_on = { GET = [\"errors <= 1%\"] }",
        &["4:15: `abort_delay`: found a string; expected whole seconds, at most 1h"],
    );
    check(
        "request = {",
        "timeout = true\nrequest = {",
        &["17:11: `timeout`: found a boolean; expected a duration"],
    );
    check(
        "target = \"bundled\"",
        "target = \"bundled\"\nseed = -1",
        &["4:8: `seed`: `-1` is out of range"],
    );
    check(
        "target = \"bundled\"",
        "target = \"bundled\"\nseed = \"x\"",
        &["4:8: `seed`: found a string; expected a whole number"],
    );
    check(
        "target = \"bundled\"",
        "target = \"bundled\"\ntrace_header = 1",
        &["4:16: `trace_header`: found an integer; expected `true` or `false`"],
    );
    check(
        "[objectives]\n\"GET\" = [\"p99 <= 50ms\"]",
        "[record]\narrivals = \"1/1\"",
        &["20:12: `arrivals`: `1/1` is not a choice of rows; expected `all`, `none` or `1/N`"],
    );
}

#[test]
fn rates() {
    for (rate, expected) in [
        ("\"0/s\"", "`rate`: `0/s` is zero; expected a rate more than 0, or `kind = \"idle\"`"),
        ("\"-5/s\"", "`rate`: `-5/s` is negative; expected a rate such as"),
        ("\"5\"", "`rate`: `5` has no unit; expected a rate such as"),
        ("\"5/d\"", "`rate`: unknown unit `d` of a rate; expected one of `s`, `min`, `h`"),
        ("\"fast/s\"", "`rate`: `fast/s` is not a number with a unit"),
        ("\"1e3/s\"", "`rate`: `1e3/s` is not a number with a unit"),
        ("\"1000001/s\"", "`rate`: `1000001/s` is too high; expected at most 1000000/s"),
        (
            "\"99999999999999999999999999/s\"",
            "`rate`: `99999999999999999999999999/s` has too many digits",
        ),
        ("{ step = [\"1/s\", \"2/s\"] }", "missing key `from`"),
        ("{ from = \"0/s\", to = \"0/s\" }", "a ramp from 0 to 0; expected `kind = \"idle\"`"),
    ] {
        let text = RIGHT.replacen("\"10/s\"", rate, 1);
        let found = problems(&text, &context());
        assert!(found[0].starts_with(&format!("10:8: {expected}")), "{rate}: {found:#?}");
    }
    check(
        "rate = \"10/s\"",
        "rate = { form = \"1/s\", to = \"2/s\" }",
        &[
            "10:8: missing key `from`",
            "10:10: unknown key `form`; expected one of `from`, `to`; did you mean `from`?",
        ],
    );
    check(
        "rate = \"10/s\"\n",
        "",
        &[
            "8:1: missing key `rate`; expected a `rate`, or a `kind` of phase without one, such as \"idle\"",
        ],
    );
    check(
        "duration = \"1s\"",
        "duration = \"1s\"\nspacing = \"evn\"",
        &[
            "12:11: `spacing`: unknown spacing `evn`; expected one of `even`, `poisson`, `exactly`; did you mean `even`?",
        ],
    );
    check(
        "duration = \"1s\"",
        "duration = \"1s\"\nspacing = \"uniform\"",
        &["12:11: `spacing`: unknown spacing `uniform`; expected one of `even`, `poisson`"],
    );
    check(
        "duration = \"1s\"",
        "duration = \"1s\"\nkind = \"idle\"",
        &[
            "5:1: a stream without arrivals",
            "10:8: `rate` beside `kind`; expected a `rate`, or a `kind` without one, not both",
        ],
    );
    check(
        "rate = \"10/s\"",
        "kind = \"bursts\"",
        &[
            "10:8: `kind`: unknown kind `bursts`; expected one of `idle`, `listen`, `burst`, `replay`, `closed`; did you mean `burst`?",
        ],
    );
    check(
        "rate = \"10/s\"\nduration = \"1s\"",
        "rate = { from = \"0.000001/s\", to = \"999999.999999/s\" }\nduration = \"168h\"",
        &[
            "10:8: too long for its rates to be computed exactly; expected a shorter phase, or rates with fewer digits",
        ],
    );
}

#[test]
fn durations() {
    for (duration, expected) in [
        ("0s", "`0s` is zero"),
        ("-1s", "`-1s` is negative"),
        ("1", "`1` has no unit"),
        (
            "1d",
            "unknown unit `d` of a duration; expected one of `ns`, `us`, `ms`, `s`, `m`, `min`, `h`",
        ),
        ("one second", "`one second` is not a number with a unit"),
        ("0.1ns", "`0.1ns` is finer than a nanosecond"),
        ("169h", "`169h` is too long"),
        ("9999999999999999999h", "`9999999999999999999h` is too long"),
        ("1s1m", "`1s1m` names its units out of order"),
    ] {
        let expected = format!("11:12: `duration`: {expected}");
        check("\"1s\"", &format!("\"{duration}\""), &[&expected]);
    }
    let phase = "[[stream.phase]]\nrate = \"1/s\"\nduration = \"100h\"\n";
    check(
        "[journey.read]",
        &format!("{phase}{phase}\n[journey.read]"),
        &["18:12: the phases of a stream last too long together; expected at most 7 days"],
    );
}

#[test]
fn names() {
    check(
        "name = \"reads\"",
        "name = \"Reads\"",
        &[
            "6:8: `name`: `Reads` is not a name; expected 1 to 64 characters of a-z, 0-9, `_` and `-`",
        ],
    );
    check("name = \"reads\"", "name = \"\"", &["6:8: `name`: `` is not a name"]);
    check(
        "name = \"hold\"",
        &format!("name = \"{}\"", "x".repeat(65)),
        &["9:8: `name`: `xxxxxxxx"],
    );
    check(
        "name = \"small\"",
        "name = \"a\\nb\"",
        &["2:8: `name`: `a\\nb` cannot be shown in a table"],
    );
    let stream = "[[stream]]\nname = \"reads\"\njourneys = { read = 1 }\n[[stream.phase]]\nrate = \"1/s\"\nduration = \"1s\"\n";
    check(
        "[journey.read]",
        &format!("{stream}\n[journey.read]"),
        &["14:8: two streams are called `reads`; expected another name"],
    );
    let phase = "[[stream.phase]]\nname = \"hold\"\nrate = \"1/s\"\nduration = \"1s\"\n";
    check(
        "[journey.read]",
        &format!("{phase}\n[journey.read]"),
        &["14:8: two phases are called `hold`"],
    );
    let step = "[[journey.read.step]]\nname = \"GET\"\nrequest = { path = \"/\" }\n";
    check(
        "[objectives]",
        &format!("{step}\n[objectives]"),
        &["20:8: `name`: two steps are called `GET`"],
    );
    check(
        "[journey.read]\ndata",
        "[journey.Read]\nstep = []\n[journey.read]\ndata",
        &[
            "13:10: `Read` is not a name",
            "13:10: journey `Read` has no step",
            "13:10: journey `Read` is not used",
        ],
    );
}
