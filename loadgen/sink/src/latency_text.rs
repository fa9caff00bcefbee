//! Programmed latency as people write it: `lognormal:20ms,1.0`.

use std::str::FromStr;
use std::time::Duration;

use crate::error::SinkError;
use crate::latency::Latency;

/// The normal deviate that one in a hundred exceeds.
const P99_DEVIATE: f64 = 2.326_347_874_040_841;

/// What is told of a text that is none of these.
const SHAPES: &str = "a latency is constant:10ms, bimodal:10ms,700ms,5% (the usual, the rare, and how \
                      many are rare), lognormal:20ms,1.0 (median and sigma) or lognormal:20ms,p99=200ms";

impl FromStr for Latency {
    type Err = SinkError;

    fn from_str(text: &str) -> Result<Self, SinkError> {
        let latency = shape(text).ok_or(SinkError::Behaviour(SHAPES))??;
        latency.check()?;
        Ok(latency)
    }
}

/// None for what is no shape, an error for one whose numbers contradict each other.
fn shape(text: &str) -> Option<Result<Latency, SinkError>> {
    let (name, numbers) = text.split_once(':')?;
    let mut numbers = numbers.split(',').map(str::trim);
    let latency = match name.trim() {
        "constant" => Ok(Latency::Constant(time(numbers.next()?)?)),
        "bimodal" => Ok(Latency::Bimodal {
            usual: time(numbers.next()?)?,
            rare: time(numbers.next()?)?,
            rare_share: number(numbers.next()?.strip_suffix('%')?)? / 100.0,
        }),
        "lognormal" => {
            let median = time(numbers.next()?)?;
            let spread = numbers.next()?;
            match spread.strip_prefix("p99=") {
                Some(p99) => of_percentile(median, time(p99)?),
                None => Ok(Latency::Lognormal { median, sigma: number(spread)? }),
            }
        }
        _ => return None,
    };
    numbers.next().is_none().then_some(latency)
}

fn of_percentile(median: Duration, p99: Duration) -> Result<Latency, SinkError> {
    if median.is_zero() || p99 < median {
        let rule = "the p99 of a lognormal latency is not below its median, which is above 0";
        return Err(SinkError::Behaviour(rule));
    }
    let sigma = libm::log(p99.as_secs_f64() / median.as_secs_f64()) / P99_DEVIATE;
    Ok(Latency::Lognormal { median, sigma })
}

fn time(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}

/// Plain digits: `inf`, `nan` and exponents are no numbers that a person means here.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_is_read() {
        let ms = Duration::from_millis;
        for (text, latency) in [
            ("constant:10ms", Latency::Constant(ms(10))),
            ("constant:0s", Latency::Constant(Duration::ZERO)),
            (
                "bimodal:10ms,700ms,5%",
                Latency::Bimodal { usual: ms(10), rare: ms(700), rare_share: 0.05 },
            ),
            (
                "bimodal: 2s, 1ms, 12.5%",
                Latency::Bimodal { usual: ms(2000), rare: ms(1), rare_share: 0.125 },
            ),
            ("lognormal:20ms,1.0", Latency::Lognormal { median: ms(20), sigma: 1.0 }),
            ("lognormal:20ms,p99=20ms", Latency::Lognormal { median: ms(20), sigma: 0.0 }),
        ] {
            assert_eq!(text.parse::<Latency>().unwrap(), latency, "{text}");
        }
        let Ok(Latency::Lognormal { sigma, .. }) = "lognormal:20ms,p99=200ms".parse() else {
            panic!("it is lognormal")
        };
        // ln 10 / 2.3263…
        assert!((sigma - 0.989_785).abs() < 1e-6, "{sigma}");
    }

    #[test]
    fn what_is_no_latency_is_answered_with_the_shapes_and_what_is_too_much_with_the_limit() {
        for (text, told) in [
            ("10ms", "constant:10ms"),
            ("constant:10", "constant:10ms"),
            ("constant:10ms,20ms", "constant:10ms"),
            ("constant:-1ms", "constant:10ms"),
            ("uniform:1ms,2ms", "constant:10ms"),
            ("bimodal:10ms,700ms,0.05", "5%"),
            ("bimodal:10ms,700ms", "5%"),
            ("lognormal:20ms,nan", "sigma"),
            ("lognormal:20ms,-1", "sigma"),
            ("", "constant:10ms"),
            ("constant:61s", "at most 60 s"),
            ("bimodal:1ms,61s,1%", "at most 60 s"),
            ("bimodal:1ms,2ms,101%", "0% and 100%"),
            ("lognormal:61s,1", "at most 60 s"),
            ("lognormal:20ms,4.1", "between 0 and 4"),
            ("lognormal:20ms,p99=19ms", "not below its median"),
            ("lognormal:0s,p99=19ms", "above 0"),
        ] {
            let error = text.parse::<Latency>().unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
