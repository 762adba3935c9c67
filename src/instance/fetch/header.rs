//! The header that a fetch needs to be let in, as a credential pointer holds it: sealed, and opened for one request.

use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use zeroize::Zeroizing;

/// Headers that are the connection's business, not a credential's.
const OF_THE_CONNECTION: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header with a secret value: no `Debug`, and the HTTP library does not show it.
pub struct Header {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

/// As the original system writes it.
#[derive(Deserialize)]
struct Stored {
    header: String,
    token: String,
}

impl Header {
    /// Reads `{"header", "token"}`; none where it is not that, or is no header that a credential may set.
    pub fn read(opened: &[u8]) -> Option<Self> {
        let Stored { header, token } = serde_json::from_slice(opened).ok()?;
        let token = Zeroizing::new(token);
        let name = HeaderName::from_bytes(header.as_bytes()).ok()?;
        if OF_THE_CONNECTION.contains(&name.as_str()) {
            return None;
        }
        let mut value = HeaderValue::from_str(&token).ok()?;
        value.set_sensitive(true);
        Some(Self { name, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_headers_that_a_credential_may_set_are_read() {
        let read = |text: &str| Header::read(text.as_bytes()).is_some();
        assert!(read(r#"{"header": "Authorization", "token": "Bearer x"}"#));
        assert!(read(r#"{"header": "X-Api-Key", "token": "x", "more": 1}"#));
        for wrong in [
            r#"{"header": "Host", "token": "x"}"#,
            r#"{"header": "Transfer-Encoding", "token": "chunked"}"#,
            r#"{"header": "X", "token": "a\r\nb: c"}"#,
            r#"{"header": "a b", "token": "x"}"#,
            r#"{"token": "x"}"#,
            "[]",
        ] {
            assert!(!read(wrong), "{wrong}");
        }
    }
}
