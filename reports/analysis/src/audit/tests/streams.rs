//! Streams made on purpose: even, random, clustered, as a closed loop makes them, and by the plan's own schedule.

use std::collections::BTreeMap;

use load_plan::plan::{Phase, PhaseKind, Plan, Rate, Spacing};
use load_plan::schedule::Schedule;

use super::ns;
use crate::sample;

/// A generator of its own (splitmix64), so that nothing here rests on the draws of the schedule.
pub(super) struct Draws(pub(super) u64);

impl Draws {
    /// Uniform in 0..1.
    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -(1.0 - self.uniform()).ln() * mean
    }

    /// The absolute value of a normal variable.
    pub(super) fn half_normal(&mut self, deviation: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform()).cos()).abs() * deviation
    }
}

pub(super) fn even(rate: f64, seconds: f64) -> Vec<u64> {
    let count = (rate * seconds) as u32;
    (0..count).map(|n| ns((f64::from(n) + 0.37) / rate)).collect()
}

pub(super) fn poisson(rate: f64, seconds: f64, seed: u64) -> Vec<u64> {
    let mut draws = Draws(seed);
    let mut at = 0.0;
    let next = || {
        at += draws.exponential(1.0 / rate);
        (at < seconds).then(|| ns(at))
    };
    std::iter::from_fn(next).collect()
}

/// `rate` arrivals a second in `k` equal groups a second, each late by a half-normal time.
pub(super) fn groups(rate: u32, seconds: u32, k: u32, jitter_s: f64) -> Vec<u64> {
    let mut draws = Draws(u64::from(k));
    let all = (0..seconds).flat_map(|second| (0..rate).map(move |n| (second, n % k)));
    sorted(all.map(|(second, group)| {
        f64::from(second) + f64::from(group) / f64::from(k) + draws.half_normal(jitter_s)
    }))
}

/// Users that start as the historical injector had them and then once in each second, late by a half-normal time.
pub(super) fn paced(users: u32, over_s: u32, seconds: u32, jitter_s: f64) -> Vec<u64> {
    let mut draws = Draws(u64::from(users));
    let owed = |second: u32| (users * second).div_ceil(over_s);
    let firsts = (0..over_s).flat_map(|second| {
        let of_second = owed(second + 1) - owed(second);
        (0..of_second).map(move |j| f64::from(second) + f64::from(1000 * j / of_second) / 1000.0)
    });
    let mut times = Vec::new();
    for first in firsts.collect::<Vec<_>>() {
        let mut at = first;
        while at < f64::from(seconds) {
            times.push(at + draws.half_normal(jitter_s));
            at += 1.0;
        }
    }
    sorted(times.into_iter())
}

pub(super) fn sorted(times: impl Iterator<Item = f64>) -> Vec<u64> {
    let mut times: Vec<u64> = times.map(ns).collect();
    times.sort_unstable();
    times
}

/// A phase at a rate.
pub(super) fn phase(name: &str, times_s: (u64, u64), rates: (u64, u64), spacing: Spacing) -> Phase {
    let second = 1_000_000_000;
    let rate = |arrivals| Rate { arrivals, seconds: 1 };
    let mut phase = sample::phase(name, (times_s.0 * second, times_s.1 * second), rates.0, rates.1);
    phase.kind = PhaseKind::Rate { from: rate(rates.0), to: rate(rates.1), spacing };
    phase
}

/// A plan of one stream.
pub(super) fn plan(phases: Vec<Phase>, seed: u64) -> Plan {
    let mut plan = sample::good().plan;
    plan.seed = seed;
    plan.streams = vec![sample::stream("s", phases)];
    plan
}

/// The due times of a plan's only stream by phase, in order.
pub(super) fn due(plan: &Plan) -> BTreeMap<u16, Vec<u64>> {
    let mut due = BTreeMap::<u16, Vec<u64>>::new();
    for arrival in Schedule::new(plan) {
        due.entry(arrival.phase).or_default().push(arrival.due_ns);
    }
    due
}
