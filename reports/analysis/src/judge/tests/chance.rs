//! How often chance alone makes one distribution slower than another, and how often a slow one is missed.

use run_record::breakdown::PhaseResult;
use run_record::run::StepResult;
use run_record::spread::Spread;
use run_record::{histogram, record_us};

use crate::judge::judge;
use crate::sample::good;

/// A generator of its own (xorshift), so that nothing here rests on another's draws.
struct Draws(u64);

impl Draws {
    /// Times in microseconds.
    fn times(&mut self, count: u64, of: impl Fn(&mut Self) -> f64) -> Spread {
        let mut seen = histogram();
        for _ in 0..count {
            let us = of(self);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "some seconds at most, and never negative"
            )]
            record_us(&mut seen, (us * 1e3) as u64);
        }
        Spread::of(&seen).unwrap()
    }

    fn exponential(&mut self, mean_us: f64) -> f64 {
        -self.uniform().ln() * mean_us
    }

    /// 10 ms, or ten times as long for this share of the requests.
    fn of_two_kinds(&mut self, slow_share: f64) -> f64 {
        if self.uniform() <= slow_share { 100_000.0 } else { 10_000.0 }
    }

    /// In 0..1, never 0.
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are a float's")]
        let bits = (self.0 >> 11) as f64;
        (bits + 1.0) * 2_f64.powi(-53)
    }
}

/// In how many of 1000 runs a quiet phase of so many requests is found slow beside a busy one of 30 000.
fn found(
    quiet_count: u64,
    of_quiet: impl Fn(&mut Draws) -> f64,
    of_busy: impl Fn(&mut Draws) -> f64,
) -> usize {
    let mut draws = Draws(quiet_count);
    let phase = |name: &str, asked_per_s, times: Spread| PhaseResult {
        stream: "reads".to_owned(),
        step: "GET page".to_owned(),
        phase: name.to_owned(),
        asked_per_s: Some(asked_per_s),
        count: times.count,
        not_completed: 0,
        response_us: Some(times),
        service_us: None,
        server_us: None,
    };
    let step = |times: Spread| StepResult {
        stream: "reads".to_owned(),
        step: "GET page".to_owned(),
        count: times.count,
        not_completed: 0,
        response_us: Some(times),
        service_us: None,
        server_us: None,
        store_us: None,
        delivery_us: None,
    };
    let busy = draws.times(30_000, of_busy);
    let is_found = |_: &u32| {
        let quiet = draws.times(quiet_count, &of_quiet);
        let mut run = good();
        run.steps = vec![step(busy)];
        run.phases = vec![phase("quiet", 1.0, quiet), phase("busy", 100.0, busy)];
        judge(&run).findings.iter().any(|finding| finding.code == "SLOW_WHEN_IDLE")
    };
    (0..1_000_u32).filter(is_found).count()
}

#[test]
fn chance_alone_is_rarely_found() {
    let exponential = |draws: &mut Draws| draws.exponential(40_000.0);
    for count in [19, 20, 60, 100, 200] {
        let by_chance = found(count, exponential, exponential);
        assert!(by_chance <= 5, "{by_chance} of 1000 with {count} requests");
    }
    // The share of the slow kind is that of the quantile: which kind it is, is chance.
    for (count, share) in [(20, 0.5), (100, 0.5), (500, 0.1)] {
        let kinds = |draws: &mut Draws| draws.of_two_kinds(share);
        let by_chance = found(count, kinds, kinds);
        assert!(by_chance <= 5, "{by_chance} of 1000 with {count} requests, {share} slow");
    }
}

#[test]
fn what_is_slow_is_rarely_missed() {
    let busy = |draws: &mut Draws| draws.exponential(40_000.0);
    // Twice as slow with 200 requests, six times with 30.
    for (count, mean_us) in [(200, 80_000.0), (30, 240_000.0)] {
        let seen = found(count, |draws: &mut Draws| draws.exponential(mean_us), busy);
        assert!(seen >= 950, "{seen} of 1000 with {count} requests");
    }
    // Credentials end: two of three pay at the low rate, one of four at the high one.
    let paying = |share: f64| move |draws: &mut Draws| draws.of_two_kinds(share);
    let seen = found(30, paying(0.67), paying(0.25));
    assert!(seen >= 900, "{seen} of 1000");
}
