//! Where load may go. Fail closed: loopback needs no entry, and everything else needs one that has it in its ranges.

use std::collections::BTreeMap;

use load_plan::plan::Endpoint;
use reqwest::Url;

use crate::metrics::Metrics;
use crate::ranges::Ranges;

/// A place that load may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As the user named it.
    pub name: String,
    /// Base URL of each role.
    pub bases: BTreeMap<Endpoint, Url>,
    /// Where it tells its metrics, and which are kept; not asked where there is none.
    pub metrics: Option<Metrics>,
    /// In which all of these lie, whatever their names stand for in the course of the run.
    pub ranges: Ranges,
}

/// Why load may not go there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Neither a URL nor a known name.
    #[error(
        "target `{target}` is not known: give `bundled`, or a URL on this machine such as http://127.0.0.1:8080"
    )]
    Unknown {
        /// As given.
        target: String,
    },
    /// A URL that Hanno cannot send to.
    #[error("target `{target}`: {problem}")]
    BadUrl {
        /// As given, without credentials.
        target: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A metric that cannot be asked for.
    #[error("metrics of `{target}`: {problem}")]
    BadSeries {
        /// The page.
        target: String,
        /// What is wrong with what was asked for.
        problem: String,
    },
    /// Another machine.
    #[error(
        "target `{target}` is refused: `{host}` is not this machine, and load goes to loopback addresses only (127.0.0.0/8, ::1, localhost), or where a [target.NAME] of targets.toml allows it by `ranges`"
    )]
    NotAllowed {
        /// As given, without credentials.
        target: String,
        /// Its host.
        host: String,
    },
    /// Outside of the entry's own ranges.
    #[error("target `{target}` is refused: `{host}` is outside of its ranges, {ranges}")]
    OutOfRange {
        /// As given, without credentials.
        target: String,
        /// Its host.
        host: String,
        /// What is allowed.
        ranges: Ranges,
    },
}

impl Target {
    /// One base URL of this machine for every role.
    ///
    /// # Errors
    /// As of [`Target::within`].
    pub fn at_url(text: &str) -> Result<Self, TargetError> {
        Self::within(text, Ranges::Loopback)
    }

    /// One base URL for every role.
    ///
    /// # Errors
    /// When it is no plain `http://` or `https://` URL within the ranges.
    pub fn within(text: &str, ranges: Ranges) -> Result<Self, TargetError> {
        let url = base(text, &ranges)?;
        let roles = [Endpoint::Read, Endpoint::Write, Endpoint::Admin];
        let bases = roles.map(|role| (role, url.clone())).into();
        Ok(Self { name: shown(&url), bases, metrics: None, ranges })
    }

    /// A base URL for each role.
    ///
    /// # Errors
    /// As of [`Target::within`], for each of them.
    pub fn named(
        name: &str,
        bases: [(Endpoint, String); 3],
        ranges: Ranges,
    ) -> Result<Self, TargetError> {
        let bases = bases.into_iter().map(|(role, text)| Ok((role, base(&text, &ranges)?)));
        let bases = bases.collect::<Result<_, _>>()?;
        Ok(Self { name: name.to_owned(), bases, metrics: None, ranges })
    }

    /// With a page of metrics, which may lie only where load may go; a few usual series are
    /// kept where none is named, and a name stands for all series that have it.
    ///
    /// # Errors
    /// An address that is refused, or a text that is no series.
    pub fn with_metrics(self, url: &str, series: &[String]) -> Result<Self, TargetError> {
        let url = allowed(url, &self.ranges)?;
        let target = shown(&url);
        let metrics = Metrics::new(url, series);
        let metrics = metrics.map_err(|problem| TargetError::BadSeries { target, problem })?;
        Ok(Self { metrics: Some(metrics), ..self })
    }

    /// Whether a URL has the scheme, host and port of one of the base URLs.
    pub fn has_origin_of(&self, text: &str) -> bool {
        let origin = Url::parse(text).ok().map(|url| url.origin());
        origin.is_some_and(|origin| self.bases.values().any(|base| base.origin() == origin))
    }
}

/// An address that load may go to, without what only a request has.
fn base(text: &str, ranges: &Ranges) -> Result<Url, TargetError> {
    let url = allowed(text, ranges)?;
    if url.query().is_some() || url.fragment().is_some() {
        let problem = "a base URL has neither query nor fragment";
        return Err(TargetError::BadUrl { target: shown(&url), problem });
    }
    Ok(url)
}

/// An address in the ranges, as far as can be told before its name is resolved.
fn allowed(text: &str, ranges: &Ranges) -> Result<Url, TargetError> {
    let url = Url::parse(text).ok().filter(Url::has_host);
    let url = url.ok_or_else(|| TargetError::Unknown { target: text.to_owned() })?;
    let target = shown(&url);
    let bad = |problem| TargetError::BadUrl { target: target.clone(), problem };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("only http:// and https:// can be sent to"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("credentials in a URL end up in logs: use `bearer` or `headers`"));
    }
    if !ranges.allow(&url) {
        let host = url.host_str().unwrap_or_default().to_owned();
        return Err(match ranges {
            Ranges::Loopback => TargetError::NotAllowed { target, host },
            Ranges::Of(_) => TargetError::OutOfRange { target, host, ranges: ranges.clone() },
        });
    }
    Ok(url)
}

/// As people may read it: without credentials.
pub(crate) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for URLs without a host, which have no credentials to hide.
    let hidden = shown.set_username("").is_ok() && shown.set_password(None).is_ok();
    if hidden { shown.as_str().trim_end_matches('/').to_owned() } else { url.scheme().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_allowed() {
        for url in [
            "http://127.0.0.1:8080",
            "http://127.9.9.9/",
            "http://[::1]:1",
            "https://localhost:8443/base/",
            "http://2130706433:80", // 127.0.0.1 as one number
        ] {
            let target = Target::at_url(url).unwrap();
            assert!(target.with_metrics(url, &[]).is_ok(), "{url}");
        }
    }

    #[test]
    fn an_entry_widens_what_is_allowed_to_its_ranges_and_narrows_it_too() {
        let within = |url: &str| {
            let ranges = Ranges::of(&["10.1.0.0/16".to_owned()]).unwrap();
            Target::within(url, ranges).and_then(|target| target.with_metrics(url, &[]))
        };
        for inside in ["http://10.1.2.3:80", "https://staging.example.org"] {
            let target = within(inside).unwrap();
            assert!(
                target.has_origin_of(&format!("{inside}/path"))
                    && !target.has_origin_of("http://10.1.2.4")
            );
        }
        for outside in ["http://10.2.0.1", "http://127.0.0.1"] {
            let error = within(outside).unwrap_err().to_string();
            assert!(error.ends_with("is outside of its ranges, 10.1.0.0/16"), "{error}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for url in [
            "http://example.org",
            "http://10.0.0.1:80",
            "http://192.168.1.1",
            "http://[::ffff:10.0.0.1]/",
            "http://localhost.example.org/",
            "http://127.0.0.1.example.org/",
            "http://0.0.0.0:80",
            "http://127.0.0.1@example.org/",
            "http://user:secret@127.0.0.1/",
            "ftp://127.0.0.1/",
            "http://127.0.0.1/?a=1",
            "staging",
            "",
        ] {
            let error = Target::at_url(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
            let target = || Target::at_url("http://127.0.0.1:8080").unwrap();
            let of_metrics = target().with_metrics(url, &[]).map(drop);
            assert_eq!(of_metrics.is_ok(), url.ends_with("?a=1"), "{url}: {of_metrics:?}");
        }
    }
}
