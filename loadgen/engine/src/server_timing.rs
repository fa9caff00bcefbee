//! What the server says of itself in `Server-Timing: app;dur=1.2;desc="a", store;dur=0.4`.

/// The parts of a `Server-Timing` field that Hanno knows. Durations in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerTiming {
    /// `app;dur`: the whole time in the server.
    pub(crate) app_us: Option<u64>,
    /// `store;dur`: the part of it in the store.
    pub(crate) store_us: Option<u64>,
    /// `app;desc`: which instance answered.
    pub(crate) instance: Option<String>,
}

/// Longest instance name that is kept.
const INSTANCE_MAX: usize = 64;

/// Longest duration that is believed: an hour, in milliseconds.
const DURATION_MS_MAX: f64 = 3_600_000.0;

/// Reads a field value (W3C Server Timing; durations in milliseconds). What it does not understand it passes over.
pub(crate) fn parse(value: &str) -> ServerTiming {
    let mut timing = ServerTiming::default();
    for metric in split_outside_quotes(value, ',') {
        let mut parts = split_outside_quotes(metric, ';').into_iter().map(str::trim);
        let name = parts.next().unwrap_or_default();
        for (key, value) in parts.filter_map(|part| part.split_once('=')) {
            match (name, key.trim()) {
                ("app", "dur") => timing.app_us = microseconds(value),
                ("store", "dur") => timing.store_us = microseconds(value),
                ("app", "desc") => timing.instance = instance(value),
                _ => {}
            }
        }
    }
    timing
}

fn microseconds(value: &str) -> Option<u64> {
    let ms: f64 = unquote(value).parse().ok()?;
    let believed = (0.0..=DURATION_MS_MAX).contains(&ms);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and an hour in microseconds, rounded"
    )]
    believed.then(|| (ms * 1_000.0).round() as u64)
}

fn instance(value: &str) -> Option<String> {
    let name: String =
        unquote(value).chars().filter(|c| !c.is_control()).take(INSTANCE_MAX).collect();
    (!name.is_empty()).then_some(name)
}

fn unquote(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, app_us: Option<u64>, store_us: Option<u64>, instance: Option<&str>) {
        let expected = ServerTiming { app_us, store_us, instance: instance.map(str::to_owned) };
        assert_eq!(parse(value), expected, "{value}");
    }

    #[test]
    fn known_parts_are_read_and_the_rest_is_passed_over() {
        check("app;dur=1.234;desc=\"a\", store;dur=0.4", Some(1234), Some(400), Some("a"));
        check("store;dur=2", None, Some(2000), None);
        check("app;desc=\"x, store;dur=9\";dur=3", Some(3000), None, Some("x, store;dur=9"));
        check("cache;desc=hit, app ; dur=\"0.0005\"", Some(1), None, None);
        check("", None, None, None);
        check("app", None, None, None);
    }

    #[test]
    fn nonsense_is_not_believed() {
        for value in ["app;dur=-1", "app;dur=NaN", "app;dur=inf", "app;dur=1e12", "app;dur=fast"] {
            check(value, None, None, None);
        }
        assert_eq!(parse(&format!("app;desc={}", "x".repeat(500))).instance.unwrap().len(), 64);
    }
}
