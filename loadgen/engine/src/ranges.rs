//! Which addresses load may go to: those of this machine, unless a target is given ranges of its own.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The widest range that is one. What is wider allows what nobody has looked at.
const PREFIX_MIN: u8 = 8;

/// Where load may go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ranges {
    /// This machine only: 127.0.0.0/8, `::1`, and `localhost` by name.
    #[default]
    Loopback,
    /// These networks, and this machine only if it lies in them.
    Of(Vec<IpNet>),
}

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no range of addresses: {problem}")]
pub struct RangeError {
    text: String,
    problem: &'static str,
}

impl Ranges {
    /// Networks such as `10.1.0.0/16` or `fd00:1::/32`; one address is `10.1.2.3/32`. Without any: this machine.
    ///
    /// # Errors
    /// What is no network, or is wider than a prefix of 8 bits.
    pub fn of(texts: &[String]) -> Result<Self, RangeError> {
        if texts.is_empty() {
            return Ok(Self::Loopback);
        }
        texts.iter().map(|text| network(text)).collect::<Result<_, _>>().map(Self::Of)
    }

    /// Whether a URL may be asked as far as can be told without resolving its name.
    pub(crate) fn allow(&self, url: &Url) -> bool {
        match url.host() {
            Some(url::Host::Ipv4(address)) => self.contain(address.into()),
            Some(url::Host::Ipv6(address)) => self.contain(address.into()),
            Some(url::Host::Domain(name)) => name == "localhost" || matches!(self, Self::Of(_)),
            None => false,
        }
    }

    /// What a host stands for now.
    ///
    /// # Errors
    /// When the name is unknown, or one of its addresses lies outside.
    pub(crate) fn addresses(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let found: Vec<SocketAddr> = (name, port).to_socket_addrs()?.collect();
        match found.iter().find(|address| !self.contain(address.ip())) {
            None => Ok(found),
            Some(outside) => {
                let refused =
                    format!("`{name}` stands for {}, which is outside of {self}", outside.ip());
                Err(io::Error::new(io::ErrorKind::PermissionDenied, refused))
            }
        }
    }

    /// The same without blocking the runtime; for each connection anew, so that a name that changes its address in
    /// mid-run cannot lead the load elsewhere.
    ///
    /// # Errors
    /// As of [`Self::addresses`].
    pub(crate) async fn resolve(&self, name: String, port: u16) -> io::Result<Vec<SocketAddr>> {
        let ranges = self.clone();
        tokio::task::spawn_blocking(move || ranges.addresses(&name, port)).await?
    }

    fn contain(&self, address: IpAddr) -> bool {
        match self {
            Self::Loopback => address.is_loopback(),
            // An IPv4 address in the clothes of IPv6 goes where the IPv4 address goes.
            Self::Of(networks) => {
                networks.iter().any(|network| network.contains(&address.to_canonical()))
            }
        }
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("this machine (127.0.0.0/8, ::1)"),
            Self::Of(networks) => {
                let networks: Vec<String> = networks.iter().map(ToString::to_string).collect();
                f.write_str(&networks.join(", "))
            }
        }
    }
}

/// How the HTTP client resolves the names of connections.
impl Resolve for Ranges {
    fn resolve(&self, name: Name) -> Resolving {
        let ranges = self.clone();
        Box::pin(async move {
            let allowed = ranges.resolve(name.as_str().to_owned(), 0).await?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn network(text: &str) -> Result<IpNet, RangeError> {
    let wrong = |problem| RangeError { text: text.to_owned(), problem };
    let network: IpNet = text.parse().map_err(|_| {
        wrong("write a network such as 10.1.0.0/16, or 10.1.2.3/32 for one address")
    })?;
    if network.prefix_len() < PREFIX_MIN {
        return Err(wrong("it is wider than /8"));
    }
    if network.trunc() != network {
        return Err(wrong("it has bits beyond its prefix"));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(texts: &[&str]) -> Result<Ranges, RangeError> {
        Ranges::of(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn only_what_lies_in_a_range_is_allowed() {
        let ranges = ranges(&["10.1.0.0/16", "fd00:1::/32", "192.0.2.7/32"]).unwrap();
        let allow = |url: &str| ranges.allow(&Url::parse(url).unwrap());
        for inside in [
            "http://10.1.255.255",
            "https://[fd00:1::5]:1/",
            "http://192.0.2.7",
            "http://[::ffff:10.1.0.1]/",
        ] {
            assert!(allow(inside), "{inside}");
        }
        for outside in [
            "http://10.2.0.0",
            "http://192.0.2.8",
            "http://[fd00:2::5]/",
            "http://127.0.0.1",
            "http://[::1]/",
        ] {
            assert!(!allow(outside), "{outside}");
        }
        // A name is judged by what it stands for, each time that it is resolved.
        assert!(allow("http://staging.example.org"));
        let refused = ranges.addresses("localhost", 80).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        assert!(
            refused.to_string().contains("outside of 10.1.0.0/16, fd00:1::/32, 192.0.2.7/32"),
            "{refused}"
        );
    }

    #[test]
    fn without_ranges_it_is_this_machine() {
        let ranges = ranges(&[]).unwrap();
        assert_eq!(ranges, Ranges::Loopback);
        assert!(
            ranges.addresses("localhost", 80).unwrap().iter().all(|found| found.ip().is_loopback())
        );
        assert!(ranges.allow(&Url::parse("http://localhost").unwrap()));
        assert!(!ranges.allow(&Url::parse("http://staging.example.org").unwrap()));
    }

    #[test]
    fn what_is_no_range_is_refused_by_name() {
        for bad in [
            "0.0.0.0/0",
            "10.0.0.0/7",
            "::/0",
            "10.1.0.0",
            "10.1.0.1/16",
            "10.1.0.0/33",
            "example.org",
            "",
        ] {
            let error = ranges(&["10.1.0.0/16", bad]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{bad}` is no range of addresses: ")), "{error}");
        }
    }
}
