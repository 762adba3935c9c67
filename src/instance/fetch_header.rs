//! Credential pointers: pointers whose data_reference holds, sealed, the header with which another pointer's data is
//! fetched. The header is opened for one fetch at a time; no reply, log or message ever holds it.
//!
//! A header is made for certain origins (RFC 6454) and is sent to no other, so that nobody who may make pointers can
//! have it sent to a server of his own. The original system's form, a Fernet token of `{"header", "token"}`, names no
//! origins: only the instance's owner may have it sent anywhere, and only over TLS.

use super::Instance;
use super::authenticate;
use super::issued::{Credential, Presented};
use crate::protocol::data_reference::{FETCH_HEADER_PREFIX, bare_origin};
use crate::protocol::{Code, Problem};
use crate::seal::{DataKey, fernet, row};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use url::{Host, Url};
use zeroize::{Zeroize, Zeroizing};

/// The associated data of what is sealed.
const IDENTITY: &[u8] = b"butterfly/v1 fetch header";

/// Bytes of a header's value.
const LONGEST: usize = 8 * 1024;

/// Origins that one header may be made for.
const MOST_ORIGINS: usize = 32;

/// Headers that say how a request travels, not who asks.
const NOT_FOR_CREDENTIALS: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Written {
    header: String,
    token: String,
    #[serde(default)]
    origins: Vec<String>,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.token.zeroize();
    }
}

/// A header for fetching, opened.
#[derive(Debug)]
pub struct FetchHeader {
    name: HeaderName,
    /// Marked as sensitive: its `Debug` shows nothing of it.
    value: HeaderValue,
    origins: Vec<String>,
}

impl FetchHeader {
    /// Checks what a caller gives; the error names the parameter, and never the token.
    pub fn new(header: &str, token: &str, origins: Vec<String>) -> Result<Self, (&'static str, String)> {
        let name = HeaderName::try_from(header)
            .ok()
            .filter(|name| !NOT_FOR_CREDENTIALS.contains(&name.as_str()))
            .ok_or_else(|| {
                (
                    "header",
                    "must be the name of a header that says who asks".to_owned(),
                )
            })?;
        let mut value = HeaderValue::try_from(token)
            .ok()
            .filter(|value| !value.is_empty() && value.len() <= LONGEST)
            .ok_or_else(|| {
                (
                    "token",
                    format!("must be 1 to {LONGEST} bytes that a header can hold"),
                )
            })?;
        value.set_sensitive(true);
        if origins.len() > MOST_ORIGINS {
            return Err(("origins", format!("more than {MOST_ORIGINS}")));
        }
        let origins = origins
            .iter()
            .map(|text| bare_origin(text))
            .collect::<Option<_>>();
        let origins = origins.ok_or_else(|| {
            let reason =
                "each must be scheme, host and port of a web server, such as https://api.example.com";
            ("origins", reason.to_owned())
        })?;
        Ok(Self { name, value, origins })
    }

    /// The data_reference that holds it.
    pub fn seal(&self, key: &DataKey) -> String {
        let written = Written {
            header: self.name.to_string(),
            token: String::from_utf8_lossy(self.value.as_bytes()).into_owned(),
            origins: self.origins.clone(),
        };
        let text = Zeroizing::new(serde_json::to_vec(&written).expect("texts always serialise"));
        format!(
            "{FETCH_HEADER_PREFIX}{}",
            URL_SAFE_NO_PAD.encode(row::seal(key, IDENTITY, &text))
        )
    }

    /// Opens what a credential pointer's data_reference holds; none if this instance cannot.
    pub fn open(instance: &Instance, reference: &str) -> Option<Self> {
        let text = match reference.strip_prefix(FETCH_HEADER_PREFIX) {
            Some(sealed) => {
                row::open(instance.key(), IDENTITY, &URL_SAFE_NO_PAD.decode(sealed).ok()?).ok()?
            }
            None => open_by_any(instance.issued().all(), reference)?,
        };
        let written: Written = serde_json::from_slice(&text).ok()?;
        Self::new(&written.header, &written.token, written.origins.clone()).ok()
    }

    /// Whether it says where it may go.
    pub fn is_bound(&self) -> bool {
        !self.origins.is_empty()
    }

    /// Refuses to let it go where it was not made for.
    pub fn check_goes_to(&self, url: &Url) -> Result<(), Problem> {
        let here = url.origin().ascii_serialization();
        let may_go = if self.is_bound() {
            self.origins.contains(&here)
        } else {
            url.scheme() == "https" || is_loopback(url)
        };
        if may_go {
            return Ok(());
        }
        let reason = if self.is_bound() {
            "the credential pointer's header was made for other servers"
        } else {
            "a header without origins is sent over TLS only"
        };
        let message = format!("the header of the credential pointer is not sent to {here}: {reason}");
        Err(Problem::new(Code::FetchRefused, message))
    }

    /// Its name and value, for one request.
    pub fn parts(&self) -> (HeaderName, HeaderValue) {
        (self.name.clone(), self.value.clone())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The original's form is sealed with the key of whoever made it: a legacy credential's.
fn open_by_any(credentials: Vec<Arc<Credential>>, reference: &str) -> Option<Zeroizing<Vec<u8>>> {
    credentials.into_iter().find_map(|credential| {
        let presented = Presented {
            credential,
            is_previous: false,
        };
        let keys = authenticate::legacy_keys(&presented)?;
        fernet::open(keys, reference.as_bytes()).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(origins: &[&str]) -> FetchHeader {
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        FetchHeader::new("Authorization", "Bearer 0123", origins).unwrap()
    }

    fn goes_to(header: &FetchHeader, url: &str) -> bool {
        header.check_goes_to(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn threat_51_a_header_goes_to_its_origins_only() {
        let header = header(&["https://api.example.com", "http://127.0.0.1:8080/"]);
        assert!(goes_to(&header, "https://api.example.com/data?x=1"));
        assert!(goes_to(&header, "https://API.example.com:443/"));
        assert!(goes_to(&header, "http://127.0.0.1:8080/data"));
        for other in [
            "http://api.example.com/",
            "https://api.example.com:444/",
            "https://api.example.com.evil.example/",
            "https://api.example.com@evil.example/",
            "http://127.0.0.1/",
        ] {
            assert!(!goes_to(&header, other), "{other}");
        }
    }

    #[test]
    fn without_origins_it_goes_over_tls_or_stays_on_this_machine() {
        let header = header(&[]);
        assert!(goes_to(&header, "https://anywhere.example/"));
        assert!(goes_to(&header, "http://127.0.0.1:9/"));
        assert!(!goes_to(&header, "http://anywhere.example/"));
    }

    #[test]
    fn what_is_no_header_no_value_or_no_origin_is_refused_by_its_name() {
        let refused = |header: &str, token: &str, origin: &str| {
            FetchHeader::new(header, token, vec![origin.to_owned()])
                .unwrap_err()
                .0
        };
        let good = "https://a.example";
        for name in ["", "a b", "Host", "transfer-encoding", "Proxy-Authorization"] {
            assert_eq!(refused(name, "x", good), "header");
        }
        for token in ["", "a\r\nb: c", &"x".repeat(LONGEST + 1)] {
            assert_eq!(refused("X-Key", token, good), "token");
        }
        for origin in [
            "a.example",
            "ftp://a.example",
            "https://a.example/x",
            "https://u:p@a.example",
            "https://",
        ] {
            assert_eq!(refused("X-Key", "x", origin), "origins");
        }
    }

    #[test]
    fn nothing_of_the_token_shows() {
        assert!(!format!("{:?}", header(&[])).contains("0123"));
    }
}
