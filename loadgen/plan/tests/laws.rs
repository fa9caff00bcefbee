//! Laws that every schedule keeps, for plans that nobody thought of.

mod common;

use common::{HALF, constant, plan, ramp, stream};
use load_plan::arrival::Arrival;
use load_plan::expect::{Count, expected};
use load_plan::hash::{plan_sha256, schedule_sha256};
use load_plan::plan::{Fraction, Phase, PhaseKind, Plan, Spacing, Stream, Weighted};
use load_plan::schedule::{Schedule, ScheduleError, check};
use proptest::prelude::*;

/// Plans tried for each law: each has up to some thousand arrivals.
const CASES: u32 = 64;

fn rate() -> impl Strategy<Value = (u64, u64)> {
    (0_u64..2000, prop::sample::select(vec![1_u64, 2, 3, 7, 60]))
        .prop_map(|(a, s)| (a * s.min(3), s))
}

fn phase(spacings: &'static [Spacing]) -> impl Strategy<Value = (PhaseKind, u64)> {
    let spacing = prop::sample::select(spacings);
    let rated = (rate(), rate(), any::<bool>(), spacing).prop_map(|(from, to, flat, spacing)| {
        let from = if from.0 + to.0 == 0 { (1, 1) } else { from };
        let flat = flat && from.0 > 0;
        ramp(from, if flat { from } else { to }, spacing)
    });
    let kind = prop_oneof![5 => rated, 1 => Just(PhaseKind::Idle {})];
    (kind, prop_oneof![1_u64..2000, 1_000_000_u64..1_500_000_000])
}

fn offset() -> impl Strategy<Value = Fraction> {
    // With a denominator that does not divide 2 * 10^9, points fall between whole units.
    let denominator = prop::sample::select(vec![7_u32, 999_983, 1_000_000, 1_000_000_000]);
    (denominator, any::<u32>()).prop_map(|(denominator, any)| Fraction {
        numerator: 1 + any % (denominator - 1),
        denominator,
    })
}

fn streams(spacings: &'static [Spacing]) -> impl Strategy<Value = Vec<Stream>> {
    let one = (offset(), prop::collection::vec(phase(spacings), 1..5));
    prop::collection::vec(one, 1..4).prop_map(|described| {
        let streams = described.iter().enumerate();
        streams.map(|(k, (offset, phases))| stream(&format!("s{k}"), *offset, phases)).collect()
    })
}

const EVEN: &[Spacing] = &[Spacing::Even];
const BOTH: &[Spacing] = &[Spacing::Even, Spacing::Poisson];

/// Whether `n + offset` arrivals of even phases are reached at `t`, in 1/(2 * 420 * 10^9) of one: all
/// rates of `rate()` are whole in 1/420. The division left to do in a ramp is done by multiplying.
fn reached(stream: &Stream, n: u64, t: u64) -> bool {
    const Q: u128 = 420;
    let units =
        |rate: load_plan::plan::Rate| u128::from(rate.arrivals) * Q / u128::from(rate.seconds);
    let (mut whole, mut part, mut over) = (0, 0, 1);
    for phase in &stream.phases {
        let PhaseKind::Rate { from, to, .. } = phase.kind else { continue };
        let (from, to, length) = (units(from), units(to), u128::from(phase.duration_ns));
        let inside = u128::from(t.saturating_sub(phase.start_ns)).min(length);
        // The mean of the rates at the start and at `inside`, times `inside`; its denominator is `length`.
        let added = (2 * from * length - from * inside + to * inside) * inside;
        if inside == length {
            whole += added / length;
        } else if inside > 0 {
            (part, over) = (added, length);
        }
    }
    let parts = u128::from(stream.offset.denominator);
    let wanted = u128::from(n) * parts + u128::from(stream.offset.numerator);
    (whole * over + part) * parts >= wanted * 2 * Q * 1_000_000_000 * over
}

fn phase_of<'p>(plan: &'p Plan, arrival: &Arrival) -> &'p Phase {
    &plan.streams[usize::from(arrival.stream)].phases[usize::from(arrival.phase)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn an_even_arrival_is_due_at_the_first_nanosecond_it_is_owed(streams in streams(EVEN)) {
        let plan = plan(1, streams);
        let mut next = vec![0_u64; plan.streams.len()];
        for arrival in Schedule::new(&plan) {
            let stream = &plan.streams[usize::from(arrival.stream)];
            prop_assert_eq!(arrival.n, next[usize::from(arrival.stream)]);
            next[usize::from(arrival.stream)] += 1;
            prop_assert!(reached(stream, arrival.n, arrival.due_ns));
            prop_assert!(arrival.due_ns > 0, "nothing is due at 0");
            prop_assert!(!reached(stream, arrival.n, arrival.due_ns - 1));
        }
        for (stream, count) in plan.streams.iter().zip(next) {
            prop_assert!(!reached(stream, count, stream.end_ns()), "one more was owed");
        }
    }

    #[test]
    fn counts_are_as_expected(streams in streams(EVEN)) {
        let plan = plan(1, streams);
        for (index, expected) in expected(&plan).iter().enumerate() {
            let mut counts = vec![0; plan.streams[index].phases.len()];
            for arrival in Schedule::new(&plan).filter(|a| usize::from(a.stream) == index) {
                counts[usize::from(arrival.phase)] += 1;
            }
            let counts: Vec<_> = counts.into_iter().map(Count::Exact).collect();
            prop_assert_eq!(&expected.phases, &counts);
        }
    }

    #[test]
    fn arrivals_come_in_order_and_inside_their_phase(streams in streams(BOTH), seed: u64) {
        let plan = plan(seed, streams);
        let mut last = (0, 0);
        for (seq, arrival) in (0..).zip(Schedule::new(&plan)) {
            prop_assert_eq!(arrival.seq, seq);
            prop_assert!(last <= (arrival.due_ns, arrival.stream), "by due time, then by stream");
            last = (arrival.due_ns, arrival.stream);
            let phase = phase_of(&plan, &arrival);
            // The last due time of a phase may round up to its very end.
            let phase = phase.start_ns..=phase.start_ns + phase.duration_ns;
            prop_assert!(phase.contains(&arrival.due_ns));
        }
    }

    #[test]
    fn a_stream_is_the_same_alone(streams in streams(BOTH), seed: u64) {
        let all = plan(seed, streams);
        for (index, stream) in all.streams.iter().enumerate() {
            let alone = plan(seed, vec![stream.clone()]);
            let alone = Schedule::new(&alone).map(|a| (a.n, a.due_ns, a.phase, a.journey));
            let among = Schedule::new(&all).filter(|a| usize::from(a.stream) == index);
            prop_assert!(alone.eq(among.map(|a| (a.n, a.due_ns, a.phase, a.journey))));
        }
    }

    #[test]
    fn a_rate_times_m_is_a_time_over_m(
        seed: u64, r in 1_u64..3000, m in 2_u64..50, spacing in prop::sample::select(BOTH),
    ) {
        let with = |rate| plan(seed, vec![stream("s", HALF, &[(constant(rate, spacing), 500_000_000)])]);
        let (slow, fast) = (with(r), with(r * m));
        // Rounding up once or twice is the same: ceil(ceil(x) / m) = ceil(x / m).
        for (slow, fast) in Schedule::new(&slow).zip(Schedule::new(&fast)) {
            prop_assert_eq!(fast.due_ns, slow.due_ns.div_ceil(m));
        }
    }

    #[test]
    fn even_streams_of_one_rate_never_coincide(r in 1_u64..100_000) {
        let phases = [(constant(r, Spacing::Even), 20_000_000_000 / r)];
        let offsets = [HALF, Fraction { numerator: 118_034, denominator: 1_000_000 }];
        let streams = offsets.map(|offset| stream("s", offset, &phases)).to_vec();
        let dues: Vec<_> = Schedule::new(&plan(1, streams)).map(|a| a.due_ns).collect();
        prop_assert!(dues.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

#[test]
fn the_hash_is_of_plan_and_seed() {
    let of = |seed, spacing| {
        plan(seed, vec![stream("s", HALF, &[(constant(50, spacing), 1_000_000_000)])])
    };
    let (even, poisson) = (of(1, Spacing::Even), of(1, Spacing::Poisson));
    assert_eq!(schedule_sha256(&poisson), schedule_sha256(&of(1, Spacing::Poisson)));
    assert_ne!(schedule_sha256(&poisson), schedule_sha256(&of(2, Spacing::Poisson)));
    assert_eq!(schedule_sha256(&even), schedule_sha256(&of(2, Spacing::Even)), "nothing is drawn");
    assert_ne!(plan_sha256(&even), plan_sha256(&of(2, Spacing::Even)));
}

#[test]
fn another_name_or_place_draws_other_gaps() {
    let phases = [
        (constant(50, Spacing::Poisson), 1_000_000_000),
        (constant(50, Spacing::Poisson), 1_000_000_000),
    ];
    let gaps = |name: &str, phase: u16| -> Vec<u64> {
        let plan = plan(1, vec![stream(name, HALF, &phases)]);
        let of = Schedule::new(&plan).filter(|a| a.phase == phase);
        of.map(|a| a.due_ns % 1_000_000_000).collect()
    };
    assert_ne!(gaps("a", 0), gaps("b", 0));
    assert_ne!(gaps("a", 0), gaps("a", 1), "each phase has its own");
}

#[test]
fn a_mix_is_drawn_by_n_alone() {
    let mixed = |duration_ns, rate| {
        let mut one = stream("s", HALF, &[(constant(rate, Spacing::Even), duration_ns)]);
        let weights = [(0, 1), (1, 2), (2, 7)];
        one.mix = weights.map(|(journey, weight)| Weighted { journey, weight }).to_vec();
        plan(3, vec![one])
    };
    let journeys = |plan: &Plan| Schedule::new(plan).map(|a| a.journey).collect::<Vec<_>>();
    let (short, long) =
        (journeys(&mixed(1_000_000_000, 1000)), journeys(&mixed(10_000_000_000, 1000)));
    assert_eq!(short, long[..1000]);
    // A tenth of 10 000 +- 5 standard deviations of 30.
    let tenth = long.iter().filter(|journey| **journey == 0).count();
    assert!((850..=1150).contains(&tenth), "{tenth}");
}

/// 400 seeds of 100 expected arrivals: mean and variance are both 100. Five standard errors: 2.5 for the
/// mean, and 100 sqrt(2/399) = 7 each for the variance.
#[test]
fn poisson_counts_have_the_variance_of_poisson() {
    let count = |seed| {
        let kind = ramp((0, 1), (200, 1), Spacing::Poisson);
        let plan = plan(seed, vec![stream("s", HALF, &[(kind, 1_000_000_000)])]);
        f64::from(u32::try_from(Schedule::new(&plan).count()).unwrap())
    };
    let counts: Vec<_> = (0..400).map(count).collect();
    let mean = counts.iter().sum::<f64>() / 400.0;
    let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / 399.0;
    assert!(
        (97.5..=102.5).contains(&mean) && (65.0..=135.0).contains(&variance),
        "{mean} {variance}"
    );
}

#[test]
fn a_week_at_the_highest_rate_is_computed_and_more_is_refused() {
    let week = 7 * 86_400 * 1_000_000_000;
    let with = |kind: PhaseKind| {
        plan(1, vec![stream("s", HALF, &[(constant(1, Spacing::Even), 1), (kind, week)])])
    };
    for spacing in [Spacing::Even, Spacing::Poisson] {
        assert_eq!(check(&with(constant(1_000_000, spacing))), Ok(()));
        assert_eq!(check(&with(ramp((0, 1), (1_000_000, 1), spacing))), Ok(()));
        let fine = ramp((1, 1_000_003), (999_999_999_999, 1_000_000), spacing);
        assert_eq!(check(&with(fine)), Err(ScheduleError::TooLarge { stream: 0, phase: 1 }));
    }
    let primes = [u64::MAX - 58, u64::MAX - 82].map(|prime| (constant(1, Spacing::Even), prime));
    let kinds = primes.map(|(_, prime)| (ramp((1, prime), (1, prime), Spacing::Even), 1));
    assert_eq!(
        check(&plan(1, vec![stream("s", HALF, &kinds)])),
        Err(ScheduleError::TooLarge { stream: 0, phase: 1 })
    );
}
