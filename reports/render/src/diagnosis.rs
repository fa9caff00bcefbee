//! What `hanno doctor` says of a machine: each trait with what was seen, what a short run showed, and the answer.

use anstyle::{AnsiColor, Style};
use run_analysis::fitness::{Check, Fitness, Trait};
use run_record::run::{Finding, Run};

use crate::page::{INDENT, Page, SummaryOptions, colour};
use crate::{text, units, words};

/// What a machine is, what a short run on it showed, and whether it is fit to measure.
pub fn diagnosis(
    checks: &[Check],
    run: &Run,
    fitness: Fitness,
    options: &SummaryOptions,
) -> String {
    let mut page = Page::new(options);
    page.paint(Style::new().bold(), "This machine");
    page.text.push('\n');
    for check in checks {
        let (mark, colour) = mark(check.fitness);
        page.text.push_str("  ");
        page.paint(colour, mark);
        page.wrapped(&of_trait(check), INDENT + 1, INDENT + 2);
    }
    page.heading("1000 requests a second for 8 s, to a sink on it");
    for line in measured(run).iter().chain(&findings(run)) {
        page.wrapped(line, 0, INDENT);
    }
    let (word, sentence) = answer(fitness);
    page.text.push('\n');
    page.paint(mark(fitness).1.bold(), word);
    page.wrapped(sentence, word.len(), word.len() + 1);
    page.text
}

fn mark(fitness: Fitness) -> (&'static str, Style) {
    match fitness {
        Fitness::Fit => ("✓", colour(AnsiColor::Green)),
        Fitness::Doubtful => ("!", colour(AnsiColor::Yellow)),
        Fitness::Unfit => ("✗", colour(AnsiColor::Red)),
    }
}

fn of_trait(check: &Check) -> String {
    let seen = text::clean(&check.seen);
    let (what, remedy) = match check.of {
        Trait::Cores => (
            format!("{seen} cores given"),
            "the generator and what else runs wait for each other: give it two cores or more",
        ),
        Trait::Quota => (
            format!("a quota of {seen} cores"),
            "the control group stops the process when its share is used up: give it whole cores",
        ),
        Trait::Descriptors => {
            (format!("{seen} descriptors"), "too few for many users: raise `ulimit -n`")
        }
        Trait::Ports => (
            format!("{seen} ephemeral ports"),
            "too few for many connections: widen net.ipv4.ip_local_port_range",
        ),
        Trait::Clock => (
            format!("clock source {seen}"),
            "reading the time enters the kernel each time: choose tsc or the clock of the hypervisor",
        ),
        Trait::Governor => (
            format!("CPU governor {seen}"),
            "cores change their speed while something is measured: choose `performance`",
        ),
        Trait::Load => (
            format!("load {seen}"),
            "something else uses this machine: stop it, or measure on another",
        ),
    };
    match check.fitness {
        Fitness::Fit => what,
        Fitness::Doubtful | Fitness::Unfit => format!("{what}: {remedy}"),
    }
}

/// What was measured, in lines.
fn measured(run: &Run) -> Vec<String> {
    let spreads = [
        ("lateness of requests", run.lateness_us),
        ("a bare thread woken late", run.timer_probe_us),
        ("a task woken late", run.runtime_lag_us),
    ];
    let mut lines: Vec<String> = spreads
        .into_iter()
        .filter_map(|(what, spread)| {
            let [p50, p99, max] = [spread?.p50, spread?.p99, spread?.max].map(units::time_us);
            Some(format!("{what}: p50 {p50}, p99 {p99}, max {max}"))
        })
        .collect();
    let watch = &run.watch;
    lines.push(format!(
        "CPU of the generator {}, stolen by the hypervisor {}, clock step {}",
        units::share(watch.cpu_share),
        units::share(watch.steal_share),
        units::time_us(watch.clock_step_us_max),
    ));
    lines
}

/// What the run's findings mean here.
fn findings(run: &Run) -> Vec<String> {
    let line = |finding: &Finding| {
        let title = words::words(&finding.code).map_or("", |words| words.title);
        format!("{} {}: {title}", words::severity(finding.severity), finding.code)
    };
    run.findings.iter().map(line).collect()
}

/// The answer in a word and a sentence.
fn answer(fitness: Fitness) -> (&'static str, &'static str) {
    match fitness {
        Fitness::Fit => ("FIT", "Nothing speaks against measuring here."),
        Fitness::Doubtful => {
            ("DOUBTFUL", "Runs may be disturbed here; they will say so where it matters.")
        }
        Fitness::Unfit => ("UNFIT", "A run here would be INVALID: it would measure the machine."),
    }
}
