//! What an instance is told before it starts: `instance.toml` in its folder.

use super::fetch::FetchPolicy;
use crate::model::{Endpoint, InstanceId, InstanceName};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// An `instance.toml` with everything that may stand in it, explained.
pub const SETTINGS_TEMPLATE: &str = include_str!("settings_template.toml");

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
    /// Where the key is under which it seals what it keeps.
    #[serde(default, skip_serializing_if = "KeySource::is_own")]
    pub key: KeySource,
    /// Address ranges that pointers may reach beside public ones (for example `10.0.0.0/8`).
    #[serde(default)]
    pub fetch_allow: Vec<ipnet::IpNet>,
    /// Largest data that is fetched or read for a caller, in MiB: 1 to 64. It travels in a reply, base64 where it is
    /// no JSON, so that clients must be ready for half as much again.
    #[serde(
        default = "usual::largest",
        deserialize_with = "between::largest",
        skip_serializing_if = "usual::is_largest"
    )]
    pub fetch_largest_mib: u16,
    /// Longest time for a fetch, in seconds: 1 to 300. What is left of the caller's deadline bounds it too.
    #[serde(
        default = "usual::seconds",
        deserialize_with = "between::seconds",
        skip_serializing_if = "usual::is_seconds"
    )]
    pub fetch_seconds: u16,
    /// Folders whose files pointers may lead to; none unless the administrator names some.
    #[serde(default)]
    pub file_roots: Vec<PathBuf>,
    /// Refuse every write.
    #[serde(default)]
    pub read_only: bool,
    /// Days for which its audit trail is kept: 1 to 36500; 0, or nothing said, for ever.
    #[serde(
        default,
        deserialize_with = "between::days",
        skip_serializing_if = "usual::is_unbounded"
    )]
    pub audit_days: u32,
    /// Largest audit trail, in MiB: 1 to 1048576; 0, or nothing said, for any size. When it grows beyond that, its oldest
    /// tenth goes.
    #[serde(
        default,
        deserialize_with = "between::mib",
        skip_serializing_if = "usual::is_unbounded"
    )]
    pub audit_mib: u32,
    /// Address ranges of reverse proxies in front of it (for example `127.0.0.1/32`): what they say of where a call comes
    /// from is believed, for limits and for `sources` of grants. None unless the administrator names some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// How they say it.
    #[serde(default, skip_serializing_if = "ProxyHeader::is_usual")]
    pub proxy_header: ProxyHeader,
}

impl Settings {
    /// What fetching for a caller may reach, and how much of what.
    pub fn fetch_policy(&self) -> FetchPolicy<'_> {
        FetchPolicy {
            allowed: &self.fetch_allow,
            largest: usize::from(self.fetch_largest_mib) * 1024 * 1024,
            longest: Duration::from_secs(self.fetch_seconds.into()),
        }
    }

    /// How much of its audit trail is kept.
    pub const fn audit_kept(&self) -> AuditKept {
        AuditKept {
            days: self.audit_days,
            mib: self.audit_mib,
        }
    }

    /// Whether an address is a reverse proxy's whose word counts.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|range| range.contains(&address))
    }
}

/// How much of its audit trail an instance keeps. What is older or more goes, and a record says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AuditKept {
    /// Days; 0 for ever.
    #[serde(rename = "audit_days")]
    pub days: u32,
    /// MiB; 0 for any size.
    #[serde(rename = "audit_mib")]
    pub mib: u32,
}

impl AuditKept {
    /// The most days that can be said.
    pub const MOST_DAYS: u32 = 36_500;
    /// The most MiB that can be said.
    pub const MOST_MIB: u32 = 1024 * 1024;
}

impl Default for AuditKept {
    /// What an instance is made with: a year and a month more, so that last year's can still be looked at, and up to
    /// 1 GiB.
    fn default() -> Self {
        Self { days: 400, mib: 1024 }
    }
}

impl fmt::Display for AuditKept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.days, self.mib) {
            (0, 0) => formatter.write_str("all of it, for ever"),
            (days, 0) => write!(formatter, "{days} days"),
            (0, mib) => write!(formatter, "at most {mib} MiB"),
            (days, mib) => write!(formatter, "{days} days, at most {mib} MiB"),
        }
    }
}

/// What holds unless the administrator says otherwise.
pub(super) mod usual {
    pub const fn largest() -> u16 {
        16
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
    pub const fn is_largest(mib: &u16) -> bool {
        *mib == largest()
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
    pub const fn is_unbounded(limit: &u32) -> bool {
        *limit == 0
    }

    pub const fn seconds() -> u16 {
        10
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
    pub const fn is_seconds(seconds: &u16) -> bool {
        *seconds == self::seconds()
    }
}

/// Numbers that must lie between two others; anything else is refused where the file is read.
mod between {
    use super::AuditKept;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer};
    use std::fmt::Display;
    use std::ops::RangeInclusive;

    pub fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        number(deserializer, 0..=AuditKept::MOST_DAYS)
    }

    pub fn mib<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        number(deserializer, 0..=AuditKept::MOST_MIB)
    }

    pub fn largest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
        number(deserializer, 1..=64)
    }

    pub fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
        number(deserializer, 1..=300)
    }

    fn number<'de, D: Deserializer<'de>, N: TryFrom<i64> + PartialOrd + Display>(
        deserializer: D,
        range: RangeInclusive<N>,
    ) -> Result<N, D::Error> {
        let number = i64::deserialize(deserializer)?;
        N::try_from(number)
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                D::Error::custom(format!(
                    "must be {} to {}, not {number}",
                    range.start(),
                    range.end()
                ))
            })
    }
}

/// Where the key is under which an instance seals what it keeps: 32 bytes in base64url.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeySource {
    /// In `instance.key` in its folder.
    #[default]
    Own,
    /// In this file, by its whole path; where there is none yet, it is made with the instance.
    File(PathBuf),
    /// In this environment variable of whoever opens it.
    Variable(String),
}

impl KeySource {
    /// Whether it lies where it does unless somebody says otherwise.
    pub fn is_own(&self) -> bool {
        *self == Self::Own
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => formatter.write_str("instance.key in its folder"),
            Self::File(path) => write!(formatter, "in the file {}", path.display()),
            Self::Variable(name) => write!(formatter, "in the variable {name}"),
        }
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
    /// Where its key is.
    pub key: KeySource,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &str) -> Result<Settings, toml::de::Error> {
        toml::from_str(&format!(
            "name = \"alpha\"\ninstance_id = \"inst_0123456789ab\"\nlisten = \"127.0.0.1:5001\"\nendpoint = \"http://127.0.0.1:5001/invoke\"\n{more}"
        ))
    }

    /// The template with all that it comments out taken into use, or the lines alone that every instance needs.
    fn template(taken_into_use: bool) -> Settings {
        let lines = SETTINGS_TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if taken_into_use && !rest.starts_with(' ') => rest,
                _ => line,
            });
        toml::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap()
    }

    #[test]
    fn the_template_names_every_setting_and_says_what_is_so_anyway() {
        let (bare, whole) = (template(false), template(true));
        assert_eq!(
            Settings {
                tls: Some(Tls::Own),
                ..bare
            },
            whole
        );
        let every = Settings {
            fetch_largest_mib: 1,
            fetch_seconds: 1,
            audit_days: 1,
            audit_mib: 1,
            trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
            proxy_header: ProxyHeader::Forwarded,
            ..whole
        };
        let written = toml::Table::try_from(&every).unwrap();
        for key in written.keys() {
            let is_there = SETTINGS_TEMPLATE.lines().any(|line| {
                line.trim_start_matches('#')
                    .strip_prefix(key.as_str())
                    .is_some_and(|rest| rest.starts_with(" = "))
            });
            assert!(is_there, "{key} is missing");
        }
    }

    #[test]
    fn what_is_not_said_is_as_usual_and_not_written() {
        let settings = read("").unwrap();
        let policy = settings.fetch_policy();
        assert_eq!(
            (policy.largest, policy.longest),
            (16 * 1024 * 1024, Duration::from_secs(10))
        );
        assert!(!toml::to_string(&settings).unwrap().contains("fetch_largest_mib"));
    }

    #[test]
    fn an_older_instance_keeps_its_whole_audit_trail_until_it_is_told_otherwise() {
        let settings = read("").unwrap();
        assert_eq!(settings.audit_kept(), AuditKept { days: 0, mib: 0 });
        assert!(!toml::to_string(&settings).unwrap().contains("audit_"));
        let told = read("audit_days = 30\naudit_mib = 8").unwrap();
        assert_eq!(told.audit_kept(), AuditKept { days: 30, mib: 8 });
        assert_eq!(told.audit_kept().to_string(), "30 days, at most 8 MiB");
        for wrong in ["audit_days = -1", "audit_days = 36501", "audit_mib = 1048577"] {
            let refused = read(wrong).unwrap_err().to_string();
            assert!(refused.contains("must be 0 to"), "{refused}");
        }
    }

    #[test]
    fn how_much_is_fetched_is_bounded_whatever_the_file_says() {
        let settings = read("fetch_largest_mib = 64\nfetch_seconds = 300").unwrap();
        assert_eq!(settings.fetch_policy().largest, 64 * 1024 * 1024);
        assert!(
            toml::to_string(&settings)
                .unwrap()
                .contains("fetch_seconds = 300")
        );
        for wrong in [
            "fetch_largest_mib = 0",
            "fetch_largest_mib = 65",
            "fetch_seconds = 70000",
            "fetch_seconds = -1",
        ] {
            let refused = read(wrong).unwrap_err().to_string();
            assert!(refused.contains("must be 1 to"), "{refused}");
        }
    }
}
