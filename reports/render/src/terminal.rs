//! The summary on the terminal: the answer first, then why, then the figures.

use anstyle::{AnsiColor, Style};
use run_analysis::evidence::Missing;
use run_record::breakdown::PhaseResult;
use run_record::run::{Finding, ObjectiveStatus, Run, Severity, StepResult, Verdict};
use run_record::spread::Spread;

pub use crate::diagnosis::diagnosis;
use crate::facts::FindingGroup;
pub use crate::page::SummaryOptions;
use crate::page::{INDENT, Page, ROWS_MAX, colour};
pub use crate::plan_view::plan;
pub use crate::rate_chart::rate_chart;
use crate::{facts, live_facts, table, text, units, words};

/// What a run showed: objectives, verdict, findings, rates, counts, times, the generator, errors, environment.
pub fn summary(run: &Run, options: &SummaryOptions) -> String {
    let mut page = Page::new(options);
    page.title(run);
    page.objectives(run);
    page.verdict(run);
    page.findings("Findings", &run.findings);
    page.rates(run);
    page.counts(run);
    page.times(run);
    page.phases(run);
    page.live(run);
    page.generator(run);
    page.errors(run);
    page.environment(run);
    page.text
}

/// What is found between records; empty where that is nothing.
pub fn between(findings: &[Finding], options: &SummaryOptions) -> String {
    let mut page = Page::new(options);
    page.findings("Findings between the records", findings);
    page.text
}

/// What of a record could not be used, one line for each part.
pub fn missing(parts: &[Missing]) -> String {
    let line = |part: &Missing| text::clean(&format!("missing: {}: {}", part.what, part.why));
    parts.iter().map(|part| line(part) + "\n").collect()
}

impl Page {
    fn title(&mut self, run: &Run) {
        let length =
            run.ended_ns.map(|ns| format!(", {}", units::duration_ns(ns))).unwrap_or_default();
        let store = run.environment.store.as_ref().map(|store| format!(" ({store})"));
        let target = format!("{}{}", run.environment.target, store.unwrap_or_default());
        let target = text::clean(&target);
        let when = units::moment(run.started_unix_ns);
        self.paint(Style::new().bold(), &text::fit(&run.plan.name, self.width));
        self.text.push('\n');
        self.wrapped(&format!("against {target}, {when}{length}"), 0, INDENT);
        for way in facts::ways(run) {
            self.wrapped(&format!("the way there, before the run: {way}"), 0, INDENT);
        }
    }

    fn objectives(&mut self, run: &Run) {
        let objectives = facts::objectives(run);
        if objectives.is_empty() {
            return;
        }
        self.heading("Objectives");
        for objective in objectives.iter().take(ROWS_MAX) {
            let (mark, style) = match objective.status {
                Some(ObjectiveStatus::Held) => ("✓", colour(AnsiColor::Green)),
                Some(ObjectiveStatus::Missed) => ("✗", colour(AnsiColor::Red)),
                Some(ObjectiveStatus::Undecided) | None => ("?", colour(AnsiColor::Yellow)),
            };
            self.text.push_str("  ");
            self.paint(style, mark);
            let objective = format!(
                "{}: {} — {}",
                text::clean(&objective.step),
                objective.text,
                objective.figures
            );
            self.wrapped(&objective, 3, 4);
        }
        self.cut(objectives.len());
    }

    fn verdict(&mut self, run: &Run) {
        let style = match run.verdict {
            Some(Verdict::Pass) => colour(AnsiColor::Green),
            Some(Verdict::Fail) => colour(AnsiColor::Red),
            Some(Verdict::Invalid) => colour(AnsiColor::Magenta),
            Some(Verdict::Inconclusive) | None => colour(AnsiColor::Yellow),
        };
        let word = facts::verdict_word(run);
        self.text.push('\n');
        self.paint(style.bold(), word);
        self.wrapped(&facts::verdict_reason(run), word.len(), word.len() + 2);
    }

    fn findings(&mut self, heading: &str, findings: &[Finding]) {
        if findings.is_empty() {
            return;
        }
        self.heading(heading);
        let mut room = ROWS_MAX;
        for group in facts::finding_groups(findings) {
            let shown = group.cases.len().min(room);
            if shown > 0 {
                self.finding(&group, &group.cases[..shown]);
            }
            room -= shown;
        }
        self.cut(findings.len());
    }

    /// What it is and what to do is said once, with the cases between.
    fn finding(&mut self, group: &FindingGroup<'_>, cases: &[&Finding]) {
        let style = match group.severity {
            Severity::Invalid => colour(AnsiColor::Magenta),
            Severity::Fail => colour(AnsiColor::Red),
            Severity::Warning => colour(AnsiColor::Yellow),
            Severity::Note => colour(AnsiColor::Cyan),
        };
        self.text.push_str("  ");
        self.paint(style, words::severity(group.severity));
        let words = words::words(group.code);
        let title = words.map_or("not known to this version of Hanno", |words| words.title);
        let head = format!("{}: {title}", text::clean(group.code));
        self.wrapped(&head, INDENT + words::severity(group.severity).len(), 4);
        for case in cases {
            let about = case.subject.as_ref().map(|subject| format!("{} — ", text::clean(subject)));
            let figures = text::clean(&words::figures(case));
            self.wrapped(&format!("{}{figures}", about.unwrap_or_default()), 0, 4);
        }
        if let Some(words) = words {
            self.wrapped(words.remedy, 0, 4);
        }
    }

    fn rates(&mut self, run: &Run) {
        self.heading("Rate, measured phases");
        let header = ["stream", "planned", "offered", "asked", "achieved", "share"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        let streams = run.plan.streams.iter().zip(&run.streams);
        let arriving = streams.filter(|(stream, _)| stream.readers().is_none());
        for (stream, result) in arriving.take(ROWS_MAX) {
            let seconds = facts::measured_seconds(stream);
            let offered = facts::offered(&result.measured);
            let class = result.audit.as_ref().map(|audit| format!(" {}", audit.class));
            let name = format!("{}{}", result.name, class.unwrap_or_default());
            rows.push(vec![
                text::fit(&name, self.width.saturating_sub(56).max(16)),
                units::count(result.measured.planned),
                units::count(offered),
                facts::rate(facts::asked(stream, result.measured.planned), seconds),
                facts::rate(offered, seconds),
                units::percent_of(offered, result.measured.planned),
            ]);
        }
        self.text += &table::table(&rows, INDENT);
        self.cut(run.streams.len());
        let achieved = run.achieved.map_or_else(
            || "nothing was planned in measured phases".to_owned(),
            |achieved| {
                format!("achieved: {} of the planned arrivals were offered", units::share(achieved))
            },
        );
        self.line(&format!("  {achieved}"));
    }

    fn counts(&mut self, run: &Run) {
        self.heading("Counts, whole run");
        let counts = facts::conservation(run);
        self.wrapped(&counts, 0, INDENT);
    }

    fn times(&mut self, run: &Run) {
        self.heading("Times, measured phases (of completed requests only)");
        let mut rows = vec![percentile_header()];
        for step in run.steps.iter().take(ROWS_MAX) {
            let title = format!("{}: {}", step.stream, step.step);
            rows.push(vec![Self::title_row(&title, step.count, step.not_completed, self.width)]);
            let kinds = [
                ("response", step.response_us),
                ("service", step.service_us),
                ("server", step.server_us),
                ("delivery", step.delivery_us),
            ];
            rows.extend(
                kinds.into_iter().filter_map(|(kind, spread)| Some(percentiles(kind, &spread?))),
            );
        }
        let several = |name: &str| {
            run.plan.journeys.iter().any(|journey| journey.name == name && journey.steps.len() > 1)
        };
        for journey in run.journeys.iter().filter(|one| several(&one.journey)).take(ROWS_MAX) {
            let title = format!("{}: journey {}", journey.stream, journey.journey);
            rows.push(vec![Self::title_row(
                &title,
                journey.count,
                journey.not_completed,
                self.width,
            )]);
            rows.extend(journey.response_us.map(|spread| percentiles("response", &spread)));
        }
        self.rows_with_titles(&rows);
        self.cut(run.steps.len());
        if run.steps.iter().all(|step| step.count == 0) {
            self.line("  no measured request completed");
        }
    }

    /// Where a step has several phases.
    fn phases(&mut self, run: &Run) {
        let of_step = |step: &StepResult| {
            let same =
                |phase: &&PhaseResult| (&phase.stream, &phase.step) == (&step.stream, &step.step);
            run.phases.iter().filter(same).collect::<Vec<_>>()
        };
        let steps = run.steps.iter().map(|step| (step, of_step(step)));
        let steps: Vec<_> = steps.filter(|(_, phases)| phases.len() > 1).collect();
        if steps.is_empty() {
            return;
        }
        self.heading("Response time by phase");
        let header = ["", "asked", "completed", "p50", "p90", "p99", "max"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for (step, phases) in &steps {
            rows.push(vec![text::fit(
                &format!("{}: {}", step.stream, step.step),
                self.width - INDENT,
            )]);
            rows.extend(phases.iter().map(|phase| {
                let mut row = vec![text::fit(&phase.phase, 16)];
                row.push(phase.asked_per_s.map_or_else(|| "—".to_owned(), units::per_second));
                row.push(units::count(phase.count));
                let times = phase.response_us.map(|us| [us.p50, us.p90, us.p99, us.max]);
                row.extend(times.map_or(["—"; 4].map(str::to_owned), |us| us.map(units::time_us)));
                row
            }));
        }
        self.rows_with_titles(&rows[..rows.len().min(2 * ROWS_MAX)]);
        self.cut(steps.len());
    }

    /// What is in the histograms of a step and what is not.
    fn title_row(title: &str, completed: u64, not_completed: u64, width: usize) -> String {
        let share = units::percent_of(not_completed, completed.saturating_add(not_completed));
        let figures = format!(
            " — {} completed, {} not ({share})",
            units::count(completed),
            units::count(not_completed)
        );
        format!(
            "{}{figures}",
            text::fit(title, width.saturating_sub(figures.chars().count() + INDENT))
        )
    }

    fn live(&mut self, run: &Run) {
        let Some(live) = &run.live else { return };
        self.heading("Live events");
        for sentence in live_facts::sentences(live).iter().take(ROWS_MAX) {
            self.wrapped(sentence, 0, INDENT);
        }
    }

    fn generator(&mut self, run: &Run) {
        self.heading("The generator, measured phases");
        let kinds = [
            ("lateness", run.lateness_us),
            ("wait for a user", run.wait_us),
            ("timer probe", run.timer_probe_us),
            ("runtime lag", run.runtime_lag_us),
        ];
        let mut rows = vec![percentile_header()];
        rows.extend(
            kinds.into_iter().filter_map(|(kind, spread)| Some(percentiles(kind, &spread?))),
        );
        if rows.len() > 1 {
            self.rows_with_titles(&rows);
        } else {
            self.line("  no arrival of a measured phase was released");
        }
        let watch = &run.watch;
        if watch.seconds > 0 {
            let used = format!(
                "CPU {} (worst second {}), stolen {}, descriptors {}, ports {}, clock step {}, memory {}",
                units::share(watch.cpu_share),
                units::share(watch.cpu_share_max),
                units::share(watch.steal_share),
                units::share(watch.descriptors_share_max),
                units::share(watch.ports_share_max),
                units::time_us(watch.clock_step_us_max),
                units::bytes(watch.rss_bytes_max)
            );
            self.wrapped(&used, 0, INDENT);
        }
    }

    fn errors(&mut self, run: &Run) {
        if run.errors.is_empty() {
            return;
        }
        self.heading("Errors, whole run");
        let mut errors: Vec<_> = run.errors.iter().collect();
        errors.sort_by_key(|error| std::cmp::Reverse(error.count));
        for error in errors.iter().take(ROWS_MAX) {
            let count = format!("{:>10}  ", units::count(error.count));
            let what = format!("{} in {}: {}", facts::error(error), error.stream, error.step);
            self.line(&format!("{count}{}", text::fit(&what, self.width.saturating_sub(12))));
        }
        self.cut(errors.len());
    }

    fn environment(&mut self, run: &Run) {
        let environment = &run.environment;
        let line = format!(
            "Hanno {}, {} of {} cores, {}, {}",
            environment.hanno,
            units::number(environment.cores_given),
            environment.cores,
            environment.cpu_model,
            environment.kernel
        );
        self.text.push('\n');
        self.line(&text::fit(&line, self.width));
    }
}

fn percentile_header() -> Vec<String> {
    ["", "p50", "p90", "p95", "p99", "p99.9", "max"].map(str::to_owned).to_vec()
}

fn percentiles(kind: &str, spread: &Spread) -> Vec<String> {
    let Spread { p50, p90, p95, p99, p999, max, .. } = *spread;
    let mut row = vec![format!("{kind:<15}")];
    row.extend([p50, p90, p95, p99, p999, max].map(units::time_us));
    row
}
