//! `rate` of a phase: constant, a ramp, steps, or a sine.

use toml::de::DeValue;

use super::problem::{Complaint, Report};
use super::section::{Section, found};
use super::units::{self, A_RATE};
use super::value;
use super::words::quote;
use crate::expect::{compare, sum};
use crate::plan::{PhaseKind, Rate, Spacing};

const SPACINGS: [(&str, Spacing); 3] =
    [("even", Spacing::Even), ("poisson", Spacing::Poisson), ("exactly", Spacing::Exactly)];

/// Steps of a phase: as many as a stream may have phases.
const MAX_STEPS: usize = 1000;

const RAMP: [&str; 2] = ["from", "to"];
const STEPS: [&str; 1] = ["steps"];
const SINE: [&str; 3] = ["mean", "amplitude", "period"];

/// Reads `rate` and `spacing`; `None` if they are wrong, which is reported.
pub(crate) fn read(section: &Section<'_>, report: &mut Report) -> Option<PhaseKind> {
    const EXPECTED: &str = "a rate such as \"500/s\", or { from = \"0/s\", to = \"500/s\" }, { steps = [\"100/s\", \"200/s\"] } or { mean = \"300/s\", amplitude = \"200/s\", period = \"1h\" }";
    let spacing = section.optional("spacing", report, value::word("spacing", &SPACINGS));
    let spacing = spacing.unwrap_or(Spacing::Even);
    let Some(value) = section.value("rate") else {
        let complaint = Complaint::new("missing key `rate`");
        let expected = "a `rate`, or a `kind` of phase without one, such as \"idle\"";
        report.at(section.span(), complaint.expecting(expected));
        return None;
    };
    match value.get_ref() {
        DeValue::String(_) => {
            let rate = section.optional("rate", report, value::text(EXPECTED, constant))?;
            Some(PhaseKind::Rate { from: rate, to: rate, spacing })
        }
        DeValue::Table(table) => {
            let has = |keys: &[&str]| keys.iter().any(|key| table.get(*key).is_some());
            if has(&STEPS) {
                steps(&Section::of(value, &STEPS, report)?, spacing, report)
            } else if has(&SINE) {
                sine(&Section::of(value, &SINE, report)?, spacing, report)
            } else {
                ramp(&Section::of(value, &RAMP, report)?, spacing, report)
            }
        }
        other => {
            report.at(value.span(), found(other).expecting(EXPECTED).of("rate"));
            None
        }
    }
}

/// A constant rate: more than 0.
pub(crate) fn constant(text: &str) -> Result<Rate, Complaint> {
    let rate = units::rate(text)?;
    if rate.arrivals > 0 {
        return Ok(rate);
    }
    Err(Complaint::new(format!("{} is zero", quote(text)))
        .expecting("a rate more than 0, or `kind = \"idle\"` for a phase without arrivals"))
}

fn ramp(section: &Section<'_>, spacing: Spacing, report: &mut Report) -> Option<PhaseKind> {
    let from = section.required("from", report, value::text(A_RATE, units::rate));
    let to = section.required("to", report, value::text(A_RATE, units::rate));
    let (from, to) = from.zip(to)?;
    if from.arrivals == 0 && to.arrivals == 0 {
        let complaint = Complaint::new("a ramp from 0 to 0");
        let expected = "`kind = \"idle\"` for a phase without arrivals";
        report.at(section.span(), complaint.expecting(expected));
    }
    Some(PhaseKind::Rate { from, to, spacing })
}

fn steps(section: &Section<'_>, spacing: Spacing, report: &mut Report) -> Option<PhaseKind> {
    const EXPECTED: &str = "a list of rates, such as [\"100/s\", \"200/s\"]";
    let list = section.value("steps").and_then(|value| value.get_ref().as_array());
    let Some(list) = list else {
        let wrong = section.value("steps").map(|value| found(value.get_ref()));
        let complaint = wrong.unwrap_or_else(|| Complaint::new("missing key `steps`"));
        report.at(section.place("steps"), complaint.expecting(EXPECTED).of("steps"));
        return None;
    };
    if list.is_empty() || list.len() > MAX_STEPS {
        let complaint = Complaint::new(format!("`steps`: {} of them", list.len()));
        let expected = format!("from 1 to {MAX_STEPS} rates");
        report.at(section.place("steps"), complaint.expecting(expected));
        return None;
    }
    let read = value::text(A_RATE, units::rate);
    let mut rates = Vec::new();
    for value in list {
        match read(value.get_ref()) {
            Ok(rate) => rates.push(rate),
            Err(complaint) => report.at(value.span(), complaint.of("steps")),
        }
    }
    if rates.iter().all(|rate| rate.arrivals == 0) {
        let complaint = Complaint::new("steps of 0 only");
        let expected = "`kind = \"idle\"` for a phase without arrivals";
        report.at(section.place("steps"), complaint.expecting(expected));
    }
    (rates.len() == list.len()).then_some(PhaseKind::Steps { rates, spacing })
}

fn sine(section: &Section<'_>, spacing: Spacing, report: &mut Report) -> Option<PhaseKind> {
    let mean = section.required("mean", report, value::text(A_RATE, constant));
    let amplitude = section.required("amplitude", report, value::text(A_RATE, units::rate));
    let period_ns = section.required("period", report, value::duration);
    let ((mean, amplitude), period_ns) = mean.zip(amplitude).zip(period_ns)?;
    if compare(amplitude, mean).is_gt() {
        let complaint = Complaint::new("an amplitude greater than the mean");
        let expected = "at most the mean: no rate goes below 0";
        report.at(section.place("amplitude"), complaint.expecting(expected));
    } else if units::bounded(sum(mean, amplitude)).is_none() {
        let complaint = Complaint::new("mean and amplitude are too high or too fine together");
        report.at(section.span(), complaint.expecting("at most 1000000/s at the crest"));
    }
    Some(PhaseKind::Sine { mean, amplitude, period_ns, spacing })
}
