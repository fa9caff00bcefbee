//! Laws of what goes beyond constant rates and ramps: steps, sines, fixed counts, bursts, replays.

mod common;

use common::{HALF, constant, plan, ramp, stream};
use load_plan::arrival::Arrival;
use load_plan::expect::{Count, expected};
use load_plan::hash::plan_sha256;
use load_plan::picture::corners;
use load_plan::plan::{
    Burst, Closed, Cycle, PhaseKind, Plan, Rate, Replay, Spacing, Speed, Stream,
};
use load_plan::schedule::{MAX_EXACTLY, Schedule, ScheduleError, check};
use load_plan::stamps::{Source, Stamps, Unit};
use proptest::prelude::*;

/// Plans tried for each law.
const CASES: u32 = 64;
const SECOND: u64 = 1_000_000_000;

const RANDOM: [Spacing; 2] = [Spacing::Poisson, Spacing::Exactly];
const ALL: [Spacing; 3] = [Spacing::Even, Spacing::Poisson, Spacing::Exactly];

fn rate(arrivals: u64) -> Rate {
    Rate { arrivals, seconds: 1 }
}

fn steps_of(rates: &[u64], spacing: Spacing) -> PhaseKind {
    PhaseKind::Steps { rates: rates.iter().copied().map(rate).collect(), spacing }
}

fn sine_of(mean: u64, amplitude: u64, period_ns: u64, spacing: Spacing) -> PhaseKind {
    PhaseKind::Sine { mean: rate(mean), amplitude: rate(amplitude), period_ns, spacing }
}

fn replay_of(offsets_ns: &[u64], speed: (u64, u64), repeat_ns: Option<u64>) -> PhaseKind {
    let source = Source { file: "f".to_owned(), column: "t".to_owned(), unit: Unit::Nanoseconds };
    let lines: Vec<_> = offsets_ns.iter().map(u64::to_string).collect();
    let stamps = Stamps::from_csv(format!("t\n{}", lines.join("\n")).as_bytes(), &source);
    PhaseKind::Replay(Replay {
        file: source.file,
        offsets: stamps.expect("they are numbers").offsets(),
        speed: Speed { numerator: speed.0, denominator: speed.1 },
        repeat_ns,
    })
}

fn steps(spacings: &'static [Spacing]) -> impl Strategy<Value = PhaseKind> {
    let rates = prop::collection::vec(prop_oneof![3 => 0_u64..2000, 1 => Just(0)], 1..9);
    (rates, prop::sample::select(spacings)).prop_map(|(mut rates, spacing)| {
        rates[0] += u64::from(rates.iter().all(|rate| *rate == 0));
        steps_of(&rates, spacing)
    })
}

fn sine(spacings: &'static [Spacing]) -> impl Strategy<Value = PhaseKind> {
    let period = prop_oneof![1_u64..100, 1_000_000_u64..3_000_000_000];
    (1_u64..2000, any::<u64>(), period, prop::sample::select(spacings)).prop_map(
        |(mean, any, period_ns, spacing)| sine_of(mean, any % (mean + 1), period_ns, spacing),
    )
}

fn burst() -> impl Strategy<Value = PhaseKind> {
    let burst = (1_u32..50, 10_000_000_u64..400_000_000);
    burst.prop_map(|(size, every_ns)| PhaseKind::Burst(Burst { size, every_ns }))
}

fn replay() -> impl Strategy<Value = PhaseKind> {
    let gaps = prop::collection::vec(prop_oneof![2 => 0_u64..20_000_000, 1 => Just(0)], 1..100);
    (gaps, (1_u64..9, 1_u64..9), any::<bool>()).prop_map(|(gaps, speed, again)| {
        let mut sum = 0;
        let offsets: Vec<_> = std::iter::once(0)
            .chain(gaps.iter().map(|gap| {
                sum += gap;
                sum
            }))
            .collect();
        replay_of(&offsets, speed, again.then_some(sum + 5_000_000))
    })
}

/// Any phase of an open model.
fn kind() -> impl Strategy<Value = PhaseKind> {
    let rated = (0_u64..1000, 1_u64..1000, prop::sample::select(&ALL[..]));
    let rated = rated.prop_map(|(from, to, spacing)| ramp((from, 1), (to, 1), spacing));
    prop_oneof![steps(&ALL), sine(&ALL), burst(), replay(), rated, Just(PhaseKind::Idle {})]
}

fn streams() -> impl Strategy<Value = Vec<Stream>> {
    let phase = (kind(), prop_oneof![1_u64..2000, 1_000_000_u64..1_500_000_000]);
    let one = prop::collection::vec(phase, 1..5);
    prop::collection::vec(one, 1..4).prop_map(|all| {
        let named = all.iter().enumerate();
        named.map(|(k, phases)| stream(&format!("s{k}"), HALF, phases)).collect()
    })
}

fn dues(plan: &Plan) -> Vec<u64> {
    Schedule::new(plan).map(|arrival| arrival.due_ns).collect()
}

fn one(kind: PhaseKind, duration_ns: u64) -> Plan {
    plan(1, vec![stream("s", HALF, &[(kind, duration_ns)])])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn arrivals_come_in_order_inside_their_phase_and_as_many_as_expected(
        streams in streams(), seed: u64,
    ) {
        let plan = plan(seed, streams);
        prop_assert_eq!(check(&plan), Ok(()));
        let mut counts: Vec<Vec<u64>> =
            plan.streams.iter().map(|stream| vec![0; stream.phases.len()]).collect();
        let mut last = (0, 0);
        for (seq, arrival) in (0..).zip(Schedule::new(&plan)) {
            let Arrival { due_ns, stream, phase, .. } = arrival;
            prop_assert_eq!(arrival.seq, seq);
            prop_assert!(last <= (due_ns, stream));
            last = (due_ns, stream);
            let inside = &plan.streams[usize::from(stream)].phases[usize::from(phase)];
            prop_assert!((inside.start_ns..=inside.start_ns + inside.duration_ns).contains(&due_ns));
            counts[usize::from(stream)][usize::from(phase)] += 1;
        }
        for (counts, expected) in counts.iter().zip(expected(&plan)) {
            for (count, expected) in counts.iter().zip(expected.phases) {
                match expected {
                    Count::Exact(expected) => prop_assert_eq!(*count, expected),
                    // Ten standard deviations and a bit: this is about order, not about chance.
                    Count::Mean(mean) => {
                        let off = f64::from(u32::try_from(*count).unwrap()) - mean;
                        prop_assert!(off.abs() <= 10.0 * mean.sqrt() + 10.0, "{} of {}", count, mean);
                    }
                    Count::AtMost(_) => prop_assert!(false, "nothing is closed"),
                }
            }
        }
    }

    /// What is drawn for people never shows less than what comes, and nothing higher than the peak.
    #[test]
    fn the_picture_of_a_rate_has_the_area_of_its_arrivals(
        kind in prop_oneof![
            steps(&ALL),
            sine(&ALL),
            (0_u64..9, 1_u64..999).prop_map(|(from, to)| ramp((from, 1), (to, 1), Spacing::Even)),
        ],
        duration_ns in 1_000_000_u64..2_000_000_000,
    ) {
        let plan = one(kind, duration_ns);
        let phase = &plan.streams[0].phases[0];
        let corners = corners(&plan.streams[0]);
        let mut area = 0.0;
        for pair in corners.windows(2) {
            prop_assert!(pair[0].at_ns <= pair[1].at_ns);
            let length = f64::from(u32::try_from(pair[1].at_ns - pair[0].at_ns).unwrap()) / 1e9;
            area += f64::midpoint(pair[0].per_second, pair[1].per_second) * length;
        }
        let (asked, peak) = (phase.asked(duration_ns).unwrap(), phase.peak().per_second());
        prop_assert!(area >= asked * 0.98 - 0.01, "{} {}", area, asked);
        prop_assert!(corners.iter().all(|corner| corner.per_second <= peak + 1e-9));
        // Waves too many to be told apart are drawn as a block.
        let block = matches!(phase.kind, PhaseKind::Sine { period_ns, .. } if period_ns < duration_ns / 100);
        prop_assert!(block || area <= asked * 1.02 + 0.01, "{} {}", area, asked);
    }

    /// In parts of a k-th of an arrival-nanosecond: all whole.
    #[test]
    fn an_even_arrival_of_steps_is_due_at_the_first_nanosecond_it_is_owed(
        kind in steps(&[Spacing::Even]), duration_ns in prop_oneof![1_u64..2000, 1_000_000_u64..2_000_000_000],
    ) {
        let PhaseKind::Steps { rates, .. } = &kind else { unreachable!() };
        let parts = u128::try_from(rates.len()).unwrap();
        let owed = |t: u64| -> u128 {
            let (t, length) = (u128::from(t) * parts, u128::from(duration_ns));
            let part = |(k, rate): (u128, &Rate)| {
                u128::from(rate.arrivals) * t.saturating_sub(k * length).min(length)
            };
            (0..).zip(rates).map(part).sum()
        };
        let reached = |n: u64, t: u64| 2 * owed(t) >= (2 * u128::from(n) + 1) * parts * u128::from(SECOND);
        let mut count = 0;
        for (n, due_ns) in (0..).zip(dues(&one(kind.clone(), duration_ns))) {
            prop_assert!(reached(n, due_ns) && !reached(n, due_ns - 1));
            count = n + 1;
        }
        prop_assert!(!reached(count, duration_ns), "one more was owed");
    }

    #[test]
    fn one_step_is_a_constant_rate_and_equal_steps_are_too(
        r in 1_u64..5000, steps in 1_usize..9, spacing in prop::sample::select(&ALL[..]),
        duration_ns in 1_000_000_u64..500_000_000,
    ) {
        let steps = one(steps_of(&vec![r; steps], spacing), duration_ns);
        prop_assert_eq!(dues(&steps), dues(&one(constant(r, spacing), duration_ns)));
    }

    #[test]
    fn whole_periods_of_a_sine_add_the_mean_exactly(
        mean in 1_u64..2000, amplitude in 0_u64..2000, periods in 1_u64..6,
        period_ns in 1_u64..300_000_000, offset in 1_u32..1_000_000,
    ) {
        let duration_ns = periods * period_ns;
        let offset = load_plan::plan::Fraction { numerator: offset, denominator: 1_000_000 };
        let kinds = [
            sine_of(mean, amplitude.min(mean), period_ns, Spacing::Even),
            constant(mean, Spacing::Even),
        ];
        // A rate afterwards, so that an owed fraction shows: it carries over.
        let [waves, flat] = kinds.map(|kind| {
            let phases = [(kind, duration_ns), (constant(777, Spacing::Even), 100_000_000)];
            plan(1, vec![stream("s", offset, &phases)])
        });
        let after = |plan: &Plan| -> Vec<u64> {
            Schedule::new(plan).filter(|arrival| arrival.phase == 1).map(|a| a.due_ns).collect()
        };
        prop_assert_eq!(expected(&waves)[0].phases.clone(), expected(&flat)[0].phases.clone());
        prop_assert_eq!(after(&waves), after(&flat));
    }

    /// Through the integrated rate every random stream is the same unit stream.
    #[test]
    fn random_arrivals_follow_any_rate_by_a_change_of_time(
        kind in prop_oneof![steps(&RANDOM), sine(&RANDOM)], seed: u64,
        duration_ns in 100_000_000_u64..1_000_000_000,
    ) {
        let of = |kind: PhaseKind, duration_ns| {
            let plan = plan(seed, vec![stream("s", HALF, &[(kind, duration_ns)])]);
            let (dues, phase) = (dues(&plan), plan.streams[0].phases[0].clone());
            let asked = dues.iter().map(|due_ns| phase.asked(*due_ns).unwrap());
            (asked.collect::<Vec<_>>(), phase.asked(duration_ns).unwrap())
        };
        let spacing = kind.spacing().unwrap();
        let (changed, total) = of(kind, duration_ns);
        let (rate, unit) = match spacing {
            // The places of so many draws are shares of the whole.
            Spacing::Exactly => (u64::try_from(changed.len()).unwrap(), total),
            _ => (300, 1.0),
        };
        prop_assume!(rate > 0);
        let (flat, flat_total) = of(constant(rate, spacing), SECOND);
        let flat_unit = if spacing == Spacing::Exactly { flat_total } else { 1.0 };
        // A nanosecond of the highest rate, and the rounding of doubles.
        for (changed, flat) in changed.into_iter().zip(flat) {
            let (changed, flat) = (changed / unit, flat / flat_unit);
            prop_assert!((changed - flat).abs() < 1e-5, "{} {}", changed, flat);
        }
    }

    #[test]
    fn exactly_gives_as_many_as_the_rate_comes_to_whatever_the_seed(
        from in 0_u64..3000, to in 1_u64..3000, duration_ns in 1_u64..400_000_000, seed: u64,
    ) {
        let kind = ramp((from, 1), (to, 1), Spacing::Exactly);
        let plan = plan(seed, vec![stream("s", HALF, &[(kind, duration_ns)])]);
        // (from + to) / 2 D + 1/2, in arrivals of 2 * 10^9.
        let count = (u128::from(from + to) * u128::from(duration_ns) + 1_000_000_000) / 2_000_000_000;
        prop_assert_eq!(u128::try_from(dues(&plan).len()).unwrap(), count);
    }

    #[test]
    fn bursts_are_whole_and_equally_far_apart(
        size in 1_u32..100, every_ns in 1_000_000_u64..900_000_000, duration_ns in 1_u64..1_000_000_000,
    ) {
        let dues = dues(&one(PhaseKind::Burst(Burst { size, every_ns }), duration_ns));
        let size = usize::try_from(size).unwrap();
        prop_assert_eq!(dues.len(), size * usize::try_from(duration_ns.div_ceil(every_ns)).unwrap());
        for (k, burst) in (0..).zip(dues.chunks(size)) {
            prop_assert!(burst.iter().all(|due_ns| *due_ns == k * every_ns));
        }
    }

    #[test]
    fn a_replay_at_m_times_the_speed_takes_an_mth_of_the_time(kind in replay(), m in 2_u64..9) {
        let PhaseKind::Replay(replay) = kind else { unreachable!() };
        let replay = Replay { repeat_ns: None, ..replay };
        let Speed { numerator, denominator } = replay.speed;
        let quick = Speed { numerator: numerator * m, denominator };
        let fast = PhaseKind::Replay(Replay { speed: quick, ..replay.clone() });
        let slow = dues(&one(PhaseKind::Replay(replay), 100 * SECOND));
        let fast = dues(&one(fast, 100 * SECOND));
        prop_assert_eq!(fast, slow.into_iter().map(|due_ns| due_ns.div_ceil(m)).collect::<Vec<_>>());
    }

    #[test]
    fn a_replay_repeats_itself(gaps in prop::collection::vec(0_u64..1_000_000, 1..20)) {
        let offsets: Vec<_> = gaps.iter().scan(0, |sum, gap| { *sum += gap; Some(*sum) }).collect();
        let offsets: Vec<_> = offsets.iter().map(|offset| offset - offsets[0]).collect();
        let repeat_ns = offsets[offsets.len() - 1] + 1_000_000;
        let dues = dues(&one(replay_of(&offsets, (1, 1), Some(repeat_ns)), 5 * repeat_ns));
        let expected = (0..5).flat_map(|round| offsets.iter().map(move |at| round * repeat_ns + at));
        prop_assert_eq!(dues, expected.collect::<Vec<_>>());
    }
}

#[test]
fn uniform_counts_do_not_vary_and_other_seeds_place_them_elsewhere() {
    let of = |seed| {
        let kind = ramp((0, 1), (200, 1), Spacing::Exactly);
        dues(&plan(seed, vec![stream("s", HALF, &[(kind, SECOND)])]))
    };
    let all: Vec<_> = (0..50).map(of).collect();
    assert!(all.iter().all(|dues| dues.len() == 100));
    assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn a_million_a_second_fractions_of_one_and_phases_below_a_second() {
    let counts = |rate: (u64, u64), duration_ns| {
        dues(&one(ramp(rate, rate, Spacing::Even), duration_ns)).len()
    };
    assert_eq!(counts((1_000_000, 1), 250_000_000), 250_000);
    assert_eq!(counts((1, 60), 600 * SECOND), 10);
    assert_eq!(counts((18, 60), 7200 * SECOND), 2160);
    assert_eq!(counts((2, 1), 500_000_000), 1, "half a second is not nothing");
}

#[test]
fn the_times_of_a_file_are_part_of_the_plan_and_not_of_its_json() {
    let with = |offsets: &[u64]| one(replay_of(offsets, (1, 1), None), SECOND);
    let (plan, other) = (with(&[0, 5, 7]), with(&[0, 5, 8]));
    assert_ne!(plan_sha256(&plan), plan_sha256(&other));
    let json = serde_json::to_string(&plan).unwrap();
    let read: Plan = serde_json::from_str(&json).unwrap();
    assert_eq!(read, plan);
    assert_eq!(plan_sha256(&read), plan_sha256(&plan));
    assert_eq!(check(&read), Err(ScheduleError::NotLoaded { stream: 0, phase: 0 }));
    assert_eq!(read.streams[0].phases[0].asked(SECOND), None);
    assert_eq!(read.streams[0].phases[0].asked_per_s(), None);
    assert!(json.len() < 1200, "{json}");
}

#[test]
fn a_phase_asks_for_the_mean_of_its_rate_and_closed_users_for_that_of_all() {
    let cycle = Cycle::Pace { pace_ns: SECOND / 2 };
    for (kind, per_s) in [
        (constant(300, Spacing::Even), 300.0),
        (ramp((0, 1), (500, 1), Spacing::Poisson), 250.0),
        (PhaseKind::Burst(Burst { size: 40, every_ns: SECOND / 4 }), 160.0),
        (replay_of(&[0, 5, 7, SECOND], (1, 1), None), 2.0),
        (PhaseKind::Closed(Closed { users: 30, ramp_s: 1, cycle }), 60.0),
        (PhaseKind::Idle {}, 0.0),
    ] {
        let plan = one(kind, 2 * SECOND);
        assert_eq!(plan.streams[0].phases[0].asked_per_s(), Some(per_s), "{plan:?}");
    }
}

#[test]
fn what_is_too_much_to_be_drawn_at_once_or_to_be_exact_is_refused() {
    let exactly = |rate| check(&one(constant(rate, Spacing::Exactly), 1000 * SECOND));
    assert_eq!(exactly(MAX_EXACTLY / 1000), Ok(()));
    let too_many = Err(ScheduleError::TooMany { stream: 0, phase: 0 });
    assert_eq!(exactly(MAX_EXACTLY / 1000 + 1), too_many);
    let week = 7 * 86_400 * SECOND;
    let wave = |rate| PhaseKind::Sine {
        mean: rate,
        amplitude: rate,
        period_ns: 86_400 * SECOND,
        spacing: Spacing::Even,
    };
    assert_eq!(check(&one(wave(rate(500_000)), week)), Ok(()));
    assert_eq!(check(&one(steps_of(&[1_000_000; 1000], Spacing::Poisson), week)), Ok(()));
    let fine = Rate { arrivals: 999_999_999_999, seconds: u64::MAX };
    let too_large = Err(ScheduleError::TooLarge { stream: 0, phase: 0 });
    assert_eq!(check(&one(wave(fine), week)), too_large);
    let steps = PhaseKind::Steps { rates: vec![fine; 7], spacing: Spacing::Even };
    assert_eq!(check(&one(steps, week)), too_large);
}
