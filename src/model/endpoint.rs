//! The URL at which an instance answers invokes.

use serde::{Deserialize, Serialize};
use std::fmt;
use url::{Host, Url};

/// The absolute `http` or `https` URL of an instance's `/invoke`, normalised.
///
/// It is the `htu` of every native token made for that instance, so two spellings of one place must
/// come out the same: a URL with no path gets `/invoke`, a fragment, query, user or password is refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint(Url);

/// Why a text is not an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It does not parse.
    #[error("{0:?} is not a URL; give one such as https://instance-b.example/invoke")]
    NotAUrl(String),
    /// It is not HTTP.
    #[error("an endpoint's URL begins with http:// or https://, not {0}:")]
    Scheme(String),
    /// It carries more than a place.
    #[error("an endpoint's URL must not have a user, password, query or fragment")]
    Extra,
}

impl Endpoint {
    /// Reads and normalises a URL; one without a path gets `/invoke`.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let mut url =
            Url::parse(text).map_err(|_| EndpointError::NotAUrl(text.chars().take(120).collect()))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(EndpointError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(EndpointError::Extra);
        }
        if matches!(url.path(), "" | "/") {
            url.set_path("/invoke");
        }
        Ok(Self(url))
    }

    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Another path on the same server, such as `/health`.
    pub fn sibling(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Host and port as dialled, for people: `127.0.0.1:5001`.
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whether the URL names the loopback interface, where plain HTTP is allowed.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether it is reached over TLS.
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl std::str::FromStr for Endpoint {
    type Err = EndpointError;
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Endpoint {
    type Error = EndpointError;
    fn try_from(text: String) -> Result<Self, EndpointError> {
        Self::parse(&text)
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> String {
        endpoint.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_place_come_out_the_same() {
        for text in [
            "http://127.0.0.1:5001",
            "http://127.0.0.1:5001/",
            "HTTP://127.0.0.1:5001/invoke",
        ] {
            assert_eq!(
                Endpoint::parse(text).unwrap().as_str(),
                "http://127.0.0.1:5001/invoke"
            );
        }
    }

    #[test]
    fn what_is_not_a_place_is_refused() {
        for text in [
            "",
            "instance-b",
            "ftp://a/invoke",
            "https://user:secret@a/invoke",
            "https://a/invoke?x=1",
            "file:///etc/passwd",
        ] {
            assert!(Endpoint::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn loopback_is_recognised_in_each_spelling() {
        for text in [
            "http://localhost:1",
            "http://127.8.9.1",
            "http://[::1]:5001",
            "http://0x7f.1",
        ] {
            assert!(Endpoint::parse(text).unwrap().is_loopback(), "{text}");
        }
        assert!(!Endpoint::parse("http://10.0.0.1").unwrap().is_loopback());
    }
}
