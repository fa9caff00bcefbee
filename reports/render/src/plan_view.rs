//! What a scenario would do, for `hanno check`: counts, lengths, and the picture of its rates.

use load_plan::coincidence::Coincidence;
use load_plan::expect::{Count, StreamExpected};
use load_plan::picture::corners;
use load_plan::plan::{
    Closed, Cycle, Phase, PhaseKind, Plan, Rate, Record, Replay, Spacing, Stream,
};

use crate::rate_chart::rate_chart;
use crate::{table, units};

/// What fits every terminal.
const WIDTH: usize = 80;
/// Lines of the picture of one stream.
const CHART_HEIGHT: usize = 4;
const INDENT: usize = 2;

/// A plan in words and figures; `expected` has an entry for each of its streams.
pub fn plan(
    plan: &Plan,
    target: &str,
    expected: &[StreamExpected],
    coincidence: Option<Coincidence>,
) -> String {
    let [length, drain] = [plan.end_ns(), plan.drain_ns].map(units::duration_ns);
    [
        format!("{}\n  against {target}; {length}, then up to {drain} to drain\n", plan.name),
        section("Arrivals", &table::table(&arrivals(plan, expected), INDENT)),
        section("Streams", &table::table(&streams(plan, expected), INDENT)),
        section("Objectives", &table::table(&objectives(plan), INDENT)),
        section("Rates", &chart(plan)),
        format!("{}{}\n", coincidence.map(together).unwrap_or_default(), kept(plan.record)),
    ]
    .join("\n")
}

fn section(title: &str, body: &str) -> String {
    format!("{title}\n{body}")
}

fn arrivals(plan: &Plan, expected: &[StreamExpected]) -> Vec<Vec<String>> {
    let head = ["stream/phase", "from", "length", "rate", "spacing", "arrivals", "judged"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (stream, expected) in plan.streams.iter().zip(expected) {
        for (phase, count) in stream.phases.iter().zip(&expected.phases) {
            rows.push(phase_row(stream, phase, *count));
        }
    }
    rows
}

fn phase_row(stream: &Stream, phase: &Phase, count: Count) -> Vec<String> {
    let (rate, spacing) = rate_and_spacing(phase);
    vec![
        format!("{}/{}", stream.name, phase.name),
        narrow(&units::duration_ns(phase.start_ns)),
        narrow(&length(phase.duration_ns)),
        rate,
        spacing,
        count_text(count),
        if phase.measured { "yes" } else { "no" }.to_owned(),
    ]
}

/// What arrives, in the words of the scenario.
fn rate_and_spacing(phase: &Phase) -> (String, String) {
    let rate = match &phase.kind {
        PhaseKind::Idle {} => "idle".to_owned(),
        PhaseKind::Listen { users } => format!("{users} readers"),
        PhaseKind::Rate { from, to, .. } if from == to => per_second(*from),
        PhaseKind::Rate { from, to, .. } => [*from, *to].map(per_second).join(" to "),
        PhaseKind::Steps { rates, .. } => {
            format!("{} steps up to {}", rates.len(), per_second(phase.peak()))
        }
        PhaseKind::Sine { mean, amplitude, period_ns, .. } => {
            let [mean, amplitude] = [*mean, *amplitude].map(per_second);
            format!("{mean} ± {amplitude} in {}", length(*period_ns))
        }
        PhaseKind::Burst(burst) => {
            format!("{} each {}", burst.size, length(burst.every_ns))
        }
        PhaseKind::Replay(replay) => replayed(replay),
        PhaseKind::Closed(closed) => closed_users(closed),
    };
    let spacing = match &phase.kind {
        PhaseKind::Burst(_) => "burst",
        PhaseKind::Replay(_) => "replay",
        PhaseKind::Closed(_) => "CLOSED",
        kind => kind.spacing().map_or("", spacing_word),
    };
    (rate, spacing.to_owned())
}

/// As scenarios and reports write lengths, and finer below a second.
fn length(ns: u64) -> String {
    if ns < 1_000_000_000 { units::time_ns(ns) } else { units::duration_ns(ns) }
}

/// As scenarios have it, `2m50s`: a table of many columns has no room for more.
fn narrow(duration: &str) -> String {
    match duration.replace(" h ", "h").replace(" min ", "m") {
        narrow if narrow == duration => narrow,
        narrow => narrow.replace(" min", "m").replace(" s", "s"),
    }
}

fn replayed(replay: &Replay) -> String {
    let (above, below) = (replay.speed.numerator, replay.speed.denominator);
    let speed = match (above, below) {
        (1, 1) => String::new(),
        (above, 1) => format!(" x {above}"),
        (above, below) => format!(" x {above}/{below}"),
    };
    let again = if replay.repeat_ns.is_some() { ", again" } else { "" };
    format!("{} times{speed}{again}", replay.offsets.count)
}

fn closed_users(closed: &Closed) -> String {
    let cycle = match closed.cycle {
        Cycle::Pace { pace_ns } => format!("pace {}", length(pace_ns)),
        Cycle::Pause { pause_ns } => format!("pause {}", length(pause_ns)),
    };
    format!("{} users, {cycle}", closed.users)
}

fn streams(plan: &Plan, expected: &[StreamExpected]) -> Vec<Vec<String>> {
    let head = ["stream", "arrivals", "peak", "users", "journeys"];
    let rows = plan.streams.iter().zip(expected).map(|(stream, expected)| {
        let journeys = stream.mix.iter().map(|part| {
            let journey = &plan.journeys[usize::from(part.journey)].name;
            if stream.mix.len() == 1 {
                journey.clone()
            } else {
                format!("{} {journey}", part.weight)
            }
        });
        vec![
            stream.name.clone(),
            count_text(expected.arrivals),
            per_second(expected.peak),
            stream.readers().map_or(stream.users, |(_, users)| users).to_string(),
            journeys.collect::<Vec<_>>().join(", "),
        ]
    });
    std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect()
}

fn objectives(plan: &Plan) -> Vec<Vec<String>> {
    let row = |objective: &load_plan::plan::Objective| {
        let implied = if objective.implied { " (implied: the file has none)" } else { "" };
        vec![format!("{}: {}{implied}", objective.step, objective.text)]
    };
    plan.objectives.iter().map(row).collect()
}

fn chart(plan: &Plan) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for a picture of some dozen columns")]
    let points = |stream: &Stream| -> Vec<(f64, f64)> {
        corners(stream)
            .iter()
            .map(|corner| (corner.at_ns as f64 / 1e9, corner.per_second))
            .collect()
    };
    let arriving = plan.streams.iter().filter(|stream| stream.readers().is_none());
    let series: Vec<(&str, Vec<(f64, f64)>)> =
        arriving.map(|stream| (stream.name.as_str(), points(stream))).collect();
    rate_chart(&series, WIDTH, CHART_HEIGHT)
}

/// Streams that meet make clusters that neither has.
fn together(coincidence: Coincidence) -> String {
    let Coincidence { arrivals, near, prefix } = coincidence;
    let share = units::percent_of(near, arrivals);
    let of = if prefix { format!("the first {arrivals} arrivals") } else { "arrivals".to_owned() };
    format!("Within 10 µs of an arrival of another stream: {share} of {of}.\n")
}

fn kept(record: Record) -> String {
    match record {
        Record::All {} => "The record keeps a row for every request.".to_owned(),
        Record::OneIn { n } => format!("The record keeps the rows of one arrival in {n}."),
        Record::None {} => "The record keeps no rows.".to_owned(),
    }
}

fn spacing_word(spacing: Spacing) -> &'static str {
    match spacing {
        Spacing::Even => "even",
        Spacing::Poisson => "poisson",
        Spacing::Exactly => "exactly",
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn per_second(rate: Rate) -> String {
    units::per_second(rate.arrivals as f64 / rate.seconds as f64)
}

/// A random count is given with its mean, one that depends on answers with what is asked for.
fn count_text(count: Count) -> String {
    match count {
        Count::Exact(count) => count.to_string(),
        Count::Mean(mean) => format!("~{mean:.0}"),
        Count::AtMost(count) => format!("<= {count}"),
    }
}

#[cfg(test)]
mod tests {
    use load_plan::expect::expected;
    use load_plan::scenario::{Context, parse};

    use super::*;

    const PHASES: [(&str, &str, &str); 6] = [
        ("stairs", "rate = { steps = [\"10/s\", \"30/s\", \"0/s\"] }", "open"),
        ("wave", "rate = { mean = \"10/s\", amplitude = \"9/s\", period = \"20ms\" }", "open"),
        ("fixed", "rate = \"1.5/s\"\nspacing = \"exactly\"", "open"),
        ("crowd", "kind = \"burst\"\nsize = 7\nevery = \"250ms\"", "open"),
        ("users", "kind = \"closed\"\nusers = 5\nramp = \"1s\"\npause = \"500ms\"", "shut"),
        ("paced", "kind = \"closed\"\nusers = 2\npace = \"2s\"", "shut"),
    ];

    fn scenario() -> Plan {
        let stream = |name: &str| {
            let phases = PHASES.iter().filter(|(_, _, of)| *of == name).map(|(phase, says, _)| {
                format!("[[stream.phase]]\nname = \"{phase}\"\nduration = \"3s\"\n{says}\n")
            });
            let phases: String = phases.collect();
            format!("[[stream]]\nname = \"{name}\"\njourneys = {{ get = 1 }}\n{phases}")
        };
        let text = format!(
            "schema = 1\nname = \"all\"\ntarget = \"bundled\"\n{}{}\
             [[journey.get.step]]\nname = \"GET\"\nrequest = {{ path = \"/\" }}\n",
            stream("open"),
            stream("shut")
        );
        parse("all.toml", &text, &Context::default()).expect("it is right").plan
    }

    #[test]
    fn every_kind_of_phase_is_said_in_the_words_of_scenarios() {
        let scenario = scenario();
        let text = plan(&scenario, "bundled", &expected(&scenario), None);
        let counts = "
Arrivals
  stream/phase  from  length                   rate  spacing  arrivals  judged
  open/stairs    0 s     3 s     3 steps up to 30/s     even        40     yes
  open/wave      3 s     3 s  10/s ± 9/s in 20.0 ms     even        30     yes
  open/fixed     6 s     3 s                  1.5/s  exactly         5     yes
  open/crowd     9 s     3 s          7 each 250 ms    burst        84     yes
  shut/users     0 s     3 s  5 users, pause 500 ms   CLOSED     <= 28     yes
  shut/paced     3 s     3 s      2 users, pace 2 s   CLOSED      <= 4     yes

Streams
  stream  arrivals  peak  users  journeys
  open         159  30/s    300       get
  shut       <= 32  10/s      5       get
";
        assert!(text.contains(counts), "{text}");
    }

    #[test]
    fn what_comes_together_is_said_with_what_was_looked_at() {
        let scenario = scenario();
        let of = |coincidence| plan(&scenario, "bundled", &expected(&scenario), coincidence);
        let whole = Coincidence { arrivals: 200, near: 3, prefix: false };
        let said = "Within 10 µs of an arrival of another stream: 1.50 % of arrivals.\n";
        assert!(of(Some(whole)).contains(said));
        let part = Coincidence { prefix: true, ..whole };
        assert!(of(Some(part)).contains("1.50 % of the first 200 arrivals.\n"));
        assert!(!of(None).contains("Within"));
    }
}
