//! Where something may go: what a URL says, and what whoever runs the server allows besides.

use crate::{egress::Refused, public::is_public};
use std::{
    collections::BTreeSet,
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};
use url::{Host, Url};

/// Longest URL that is taken.
pub const LONGEST: usize = 2_000;

/// A place inside one's own network that things may go to nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    /// a host by its name, or one address, on one port or on any allowed one
    Host {
        /// in lower case, or an address
        name: String,
        /// only this port
        port: Option<u16>,
    },
    /// every address of a network
    Net {
        /// its first address
        base: IpAddr,
        /// bits that are the same in all of it
        bits: u8,
    },
}

impl FromStr for Inside {
    type Err = String;

    fn from_str(text: &str) -> Result<Inside, String> {
        let no = || format!("{text:?} is neither a host, host:port nor a network like 10.1.0.0/16");
        let text = text.trim();
        if let Some((base, bits)) = text.split_once('/') {
            let (base, bits): (IpAddr, u8) = (base.parse().map_err(|_| no())?, bits.parse().map_err(|_| no())?);
            let most = if base.is_ipv4() { 32 } else { 128 };
            return if bits <= most { Ok(Inside::Net { base, bits }) } else { Err(no()) };
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Inside::Host { name: address.to_string(), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| no())?)),
            None => (text, None),
        };
        let host = Host::parse(host).map_err(|_| no())?;
        Ok(Inside::Host { name: name_of(&host), port })
    }
}

impl Inside {
    /// Is it this host?
    pub fn is(&self, host: &str) -> bool {
        matches!(self, Inside::Host { name, .. } if name == host)
    }

    fn names(&self, host: &str, port: u16) -> bool {
        matches!(self, Inside::Host { name, port: only } if name == host && only.is_none_or(|p| p == port))
    }

    fn holds(&self, address: IpAddr) -> bool {
        let Inside::Net { base, bits } = self else { return false };
        match (base, address) {
            (IpAddr::V4(b), IpAddr::V4(a)) => same(u128::from(u32::from(*b)), u128::from(u32::from(a)), 32, *bits),
            (IpAddr::V6(b), IpAddr::V6(a)) => same(u128::from(*b), u128::from(a), 128, *bits),
            _ => false,
        }
    }
}

fn same(a: u128, b: u128, width: u32, bits: u8) -> bool {
    let rest = width.saturating_sub(u32::from(bits));
    a.checked_shr(rest).unwrap_or(0) == b.checked_shr(rest).unwrap_or(0)
}

/// What whoever runs the server allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// ports of webhooks
    pub ports: BTreeSet<u16>,
    /// places inside the network; none unless somebody names them
    pub inside: Vec<Inside>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { ports: BTreeSet::from([80, 443]), inside: Vec::new() }
    }
}

impl Policy {
    /// May this address of this host be connected to?
    pub fn allows(&self, host: &str, port: u16, address: IpAddr) -> bool {
        is_public(address) || self.inside.iter().any(|i| i.names(host, port) || i.holds(plain(address)))
    }

    /// Is this port allowed for everything, or for this host?
    pub fn takes(&self, host: &str, port: u16) -> bool {
        self.ports.contains(&port) || self.inside.iter().any(|i| matches!(i, Inside::Host { name, port: Some(p) } if name == host && *p == port))
    }
}

/// `::ffff:10.0.0.1` is `10.0.0.1`.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4),
        v4 => v4,
    }
}

/// Where a webhook goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// speaks TLS
    pub tls: bool,
    /// name or address, without brackets
    pub host: String,
    /// the address, if the URL names one
    pub address: Option<IpAddr>,
    /// port
    pub port: u16,
    /// path and query, as sent
    pub path: String,
}

impl Target {
    /// Reads a URL as browsers do, so that every odd spelling of an address is that address.
    ///
    /// # Errors
    /// What does not fit: no URL, another scheme, a name and password in it, a fragment, a port or an address that is not allowed.
    pub fn parse(text: &str, policy: &Policy) -> Result<Target, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::Long);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Refused::NoUrl);
        }
        let url = Url::parse(text).map_err(|_| Refused::NoUrl)?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Refused::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let host = url.host().map(|h| h.to_owned()).ok_or(Refused::NoUrl)?;
        let port = url.port_or_known_default().ok_or(Refused::Port)?;
        let name = name_of(&host);
        if name.is_empty() {
            return Err(Refused::NoUrl);
        }
        let address = match host {
            Host::Domain(_) => None,
            Host::Ipv4(a) => Some(IpAddr::V4(a)),
            Host::Ipv6(a) => Some(IpAddr::V6(a)),
        };
        if !policy.takes(&name, port) {
            return Err(Refused::Port);
        }
        if address.is_some_and(|a| !policy.allows(&name, port, a)) {
            return Err(Refused::Inside);
        }
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Target { tls, host: name, address, port, path })
    }

    /// As it stands in a `Host` header.
    pub fn authority(&self) -> String {
        let host = match self.host.parse::<Ipv6Addr>() {
            Ok(v6) => format!("[{v6}]"),
            Err(_) => self.host.clone(),
        };
        let usual = if self.tls { 443 } else { 80 };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "https" } else { "http" }, self.authority())
    }
}

/// A name in lower case without the dot of the root, or an address.
pub(crate) fn name_of<S: AsRef<str>>(host: &Host<S>) -> String {
    match host {
        Host::Domain(d) => d.as_ref().trim_end_matches('.').to_ascii_lowercase(),
        Host::Ipv4(a) => a.to_string(),
        Host::Ipv6(a) => a.to_string(),
    }
}
