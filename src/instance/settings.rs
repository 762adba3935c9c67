//! What an instance is told before it starts: `instance.toml` in its folder.

use crate::model::{AppId, Endpoint, InstanceId, InstanceName};
use crate::seal::{FernetKey, TokenSecret};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The settings of an instance, kept in `instance.toml`. Nothing secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in this home.
    pub name: InstanceName,
    /// Its id on the wire.
    pub instance_id: InstanceId,
    /// Where it listens. Port 0 until first started means: choose a free one and keep it.
    pub listen: SocketAddr,
    /// The endpoint recorded in credentials that it issues.
    pub endpoint: Endpoint,
    /// Plain HTTP on an address that is not loopback was asked for.
    #[serde(default)]
    pub insecure_http: bool,
    /// TLS, and with which certificate; none for plain HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Address ranges that pointers may reach beside public ones (for example `10.0.0.0/8`).
    #[serde(default)]
    pub fetch_allow: Vec<ipnet::IpNet>,
    /// Folders whose files pointers may lead to; none unless the administrator names some.
    #[serde(default)]
    pub file_roots: Vec<PathBuf>,
    /// Refuse every write.
    #[serde(default)]
    pub read_only: bool,
    /// Address ranges of reverse proxies in front of it (for example `127.0.0.1/32`): what they say of where a call comes
    /// from is believed, for limits and for `sources` of grants. None unless the administrator names some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// How they say it.
    #[serde(default, skip_serializing_if = "ProxyHeader::is_usual")]
    pub proxy_header: ProxyHeader,
}

impl Settings {
    /// Whether an address is a reverse proxy's whose word counts.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|range| range.contains(&address))
    }
}

/// How a reverse proxy says whom it calls for: in which header, which must be the one that the proxy itself writes (the
/// other one it passes on as the caller sent it), or before the first byte of the connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`: what nearly all of them write.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// The PROXY protocol: for proxies that hand whole connections on, TLS and all.
    ProxyProtocol,
}

impl ProxyHeader {
    /// The header's name, in lower case; none where it is no header.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::XForwardedFor => Some("x-forwarded-for"),
            Self::Forwarded => Some("forwarded"),
            Self::ProxyProtocol => None,
        }
    }

    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// What is given to make an instance.
#[derive(Debug, Clone)]
pub struct NewInstance {
    /// Its name.
    pub name: InstanceName,
    /// Where it will listen; a port of 0 picks a free one now and keeps it.
    pub listen: SocketAddr,
    /// Its endpoint, where that is not `http://LISTEN/invoke` (`https` with TLS).
    pub endpoint: Option<Endpoint>,
    /// Plain HTTP on an address that is not loopback.
    pub insecure_http: bool,
    /// TLS, and with which certificate; none for plain HTTP.
    pub tls: Option<Tls>,
}

/// Which certificate an instance shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// One that it made itself, in its folder: its key is pinned by whoever accepts a bundle.
    Own,
    /// A given one: certificate authorities decide, so nothing is pinned.
    Given {
        /// The certificate and those above it, PEM.
        certificate: PathBuf,
        /// Its private key, PEM; nobody else may read it.
        key: PathBuf,
    },
}

/// Stands in for an original Python instance: what `JWT_SECRET_KEY`, `BUTTERFLY_ENCRYPTION_KEY` and `--legacy-app` say.
/// These credentials live in memory only, with the rights of the owner, as in the original.
#[derive(Clone)]
pub struct LegacyStandIn {
    /// Who may call.
    pub app_ids: Vec<AppId>,
    /// Signs tokens.
    pub token_secret: TokenSecret,
    /// Seals bodies.
    pub encryption_key: FernetKey,
}
