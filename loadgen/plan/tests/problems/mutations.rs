//! Whatever is written, the answer is a plan that can be computed or a list of problems, never a crash.

use load_plan::scenario::parse;
use load_plan::schedule;
use proptest::prelude::*;

use super::{RIGHT, context, problems};

/// Pieces of the language and of attacks on it, to be put anywhere.
const PIECES: [&str; 41] = [
    "",
    " ",
    "\n",
    "\"",
    "'",
    "=",
    "[",
    "]",
    "{",
    "}",
    "[[",
    "{{",
    "}}",
    "{{pick:",
    "\0",
    "é",
    "\\",
    "0",
    "-1",
    "1e400",
    "nan",
    "9223372036854775808",
    "999999999999999999999/s",
    "168h",
    "0.000000001/h",
    "true",
    "[[stream]]\n",
    "[journey.read]\n",
    "[data.rooms]\n",
    "kind = \"idle\"\n",
    "kind = \"listen\"\n",
    "users = 3\n",
    "kind = \"burst\"\nsize = 3\nevery = \"1ns\"\n",
    "kind = \"closed\"\nusers = 3\nramp = \"1s\"\npause = \"1ms\"\n",
    "kind = \"replay\"\nfile = \"log.csv\"\ncolumn = \"t\"\nunit = \"s\"\n",
    "speed = 0.1\nloop = true\n",
    "spacing = \"exactly\"\n",
    "{ steps = [\"999999/s\", \"0/s\", \"1/h\"] }",
    "{ mean = \"500000/s\", amplitude = \"500000/s\", period = \"168h\" }",
    "seed = 1\n",
    "a.b.c = 1\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_changed_scenario_never_crashes(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(&PIECES[..])), 1..4),
    ) {
        let mut chars: Vec<char> = RIGHT.chars().collect();
        for (at, removed, piece) in changes {
            let at = at.index(chars.len());
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        let text: String = chars.into_iter().collect();
        match parse("s.toml", &text, &context()) {
            Ok(scenario) => prop_assert_eq!(schedule::check(&scenario.plan), Ok(())),
            Err(found) => prop_assert!(!found.list.is_empty() && !found.to_string().is_empty()),
        }
    }

    #[test]
    fn any_text_never_crashes(text in ".{0,200}") {
        prop_assert!(!problems(&text, &context()).is_empty());
    }
}
