//! Where load may go. Fail closed: loopback needs no entry, and nothing else is allowed.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use load_plan::plan::Endpoint;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::metrics::Metrics;

/// A place that load may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As the user named it.
    pub name: String,
    /// Base URL of each role.
    pub bases: BTreeMap<Endpoint, Url>,
    /// Where it tells its metrics, and which are kept; not asked where there is none.
    pub metrics: Option<Metrics>,
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
        "target `{target}` is refused: `{host}` is not this machine, and load goes to loopback addresses only (127.0.0.0/8, ::1, localhost)"
    )]
    NotAllowed {
        /// As given, without credentials.
        target: String,
        /// Its host.
        host: String,
    },
}

impl Target {
    /// One base URL for every role.
    ///
    /// # Errors
    /// When it is no plain `http://` or `https://` URL of this machine.
    pub fn at_url(text: &str) -> Result<Self, TargetError> {
        let url = base(text)?;
        let roles = [Endpoint::Read, Endpoint::Write, Endpoint::Admin];
        let bases = roles.map(|role| (role, url.clone())).into();
        Ok(Self { name: shown(&url), bases, metrics: None })
    }

    /// A base URL for each role.
    ///
    /// # Errors
    /// As of [`Target::at_url`], for each of them.
    pub fn named(name: &str, bases: [(Endpoint, String); 3]) -> Result<Self, TargetError> {
        let bases = bases.into_iter().map(|(role, text)| Ok((role, base(&text)?)));
        Ok(Self { name: name.to_owned(), bases: bases.collect::<Result<_, _>>()?, metrics: None })
    }

    /// With a page of metrics, which may lie only where load may go; a few usual series are
    /// kept where none is named, and a name stands for all series that have it.
    ///
    /// # Errors
    /// An address that is refused, or a text that is no series.
    pub fn with_metrics(self, url: &str, series: &[String]) -> Result<Self, TargetError> {
        let url = allowed(url)?;
        let target = shown(&url);
        let metrics = Metrics::new(url, series);
        let metrics = metrics.map_err(|problem| TargetError::BadSeries { target, problem })?;
        Ok(Self { metrics: Some(metrics), ..self })
    }

    /// Whether one of the base URLs of both has the same scheme, host and port.
    pub fn shares_an_origin(&self, other: &Self) -> bool {
        let origins = |target: &Self| target.bases.values().map(Url::origin).collect::<Vec<_>>();
        let own = origins(self);
        origins(other).iter().any(|origin| own.contains(origin))
    }
}

/// An address that load may go to, without what only a request has.
fn base(text: &str) -> Result<Url, TargetError> {
    let url = allowed(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        let problem = "a base URL has neither query nor fragment";
        return Err(TargetError::BadUrl { target: shown(&url), problem });
    }
    Ok(url)
}

/// An address of this machine.
fn allowed(text: &str) -> Result<Url, TargetError> {
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
    if !is_loopback(&url) {
        let host = url.host_str().unwrap_or_default().to_owned();
        return Err(TargetError::NotAllowed { target, host });
    }
    Ok(url)
}

/// Resolves names again for each connection and passes on loopback addresses only, so that a name that
/// changes its address in mid-run cannot lead the load elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoopbackResolver;

impl Resolve for LoopbackResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let allowed = loopback_addresses(name.as_str().to_owned(), 0).await?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// What a name stands for now, loopback addresses only.
///
/// # Errors
/// When the name is unknown, or stands for other machines alone.
pub(crate) async fn loopback_addresses(name: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    let found = tokio::task::spawn_blocking(move || {
        (&*name, port).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>)
    })
    .await??;
    let (allowed, refused): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| address.ip().is_loopback());
    if allowed.is_empty() {
        let refused = format!("not a loopback address: {refused:?}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, refused));
    }
    Ok(allowed)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
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
