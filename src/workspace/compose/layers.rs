//! The layers of a sealed request, taken apart and explained.

use crate::model::{Profile, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::Value;

/// Bytes of a Fernet token beside its ciphertext: version, time, IV, authenticator.
const FERNET: [(&str, u64); 4] = [
    ("version", 1),
    ("time", 8),
    ("initialisation vector", 16),
    ("authenticator (HMAC-SHA256)", 32),
];

/// A sealed body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BodyLayer {
    /// The body.
    pub text: String,
    /// How many bytes.
    pub bytes: u64,
    /// The protected header, where there is one.
    pub header: Option<Value>,
    /// What it is made of: names and bytes.
    pub parts: Vec<(String, u64)>,
    /// Whether this very body would travel: one that was sealed beforehand. Any other is sealed anew when it is sent.
    pub travels_as_it_is: bool,
}

/// A claim of a token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its value; an access key is masked.
    pub value: Value,
    /// What it means.
    pub meaning: String,
}

/// A sealed body, taken apart.
pub(super) fn body_layer(body: &str, profile: Profile, travels_as_it_is: bool) -> BodyLayer {
    let (header, parts) = match profile {
        Profile::Native => jwe(body),
        Profile::Legacy => (None, fernet(body)),
    };
    BodyLayer {
        text: body.to_owned(),
        bytes: body.len() as u64,
        header,
        parts,
        travels_as_it_is,
    }
}

/// JWE compact: header, encrypted key (empty with `dir`), nonce, ciphertext, tag (RFC 7516).
fn jwe(body: &str) -> (Option<Value>, Vec<(String, u64)>) {
    let decoded: Vec<Vec<u8>> = body
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default())
        .collect();
    let header = decoded
        .first()
        .and_then(|bytes| serde_json::from_slice(bytes).ok());
    let names = ["protected header", "encrypted key", "nonce", "ciphertext", "tag"];
    let parts = names
        .into_iter()
        .zip(&decoded)
        .filter(|(_, bytes)| !bytes.is_empty())
        .map(|(name, bytes)| (name.to_owned(), bytes.len() as u64));
    (header, parts.collect())
}

fn fernet(body: &str) -> Vec<(String, u64)> {
    let length = URL_SAFE.decode(body).map_or(0, |bytes| bytes.len() as u64);
    let around: u64 = FERNET.iter().map(|(_, bytes)| bytes).sum();
    let mut parts: Vec<(String, u64)> = FERNET
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), *bytes))
        .collect();
    parts.insert(3, ("ciphertext".to_owned(), length.saturating_sub(around)));
    parts
}

/// The claims in the order in which they stand, each with what it means.
pub(super) fn claims_layer(claims: &Value, now: Timestamp) -> Vec<Claim> {
    let Some(members) = claims.as_object() else {
        return Vec::new();
    };
    members
        .iter()
        .map(|(name, value)| Claim {
            name: name.clone(),
            value: value.clone(),
            meaning: meaning(name, value, now),
        })
        .collect()
}

fn meaning(name: &str, value: &Value, now: Timestamp) -> String {
    let seconds = value.as_i64().unwrap_or_default();
    let fixed = match name {
        "app_id" => "who calls",
        "iss" => "who made the token: the caller itself",
        "aud" => "the instance that it is for; any other refuses it",
        "iat" => return format!("made at {}", Timestamp::from_micros(seconds * 1_000_000)),
        "exp" => {
            return format!(
                "of use for {} s: until {}",
                seconds - now.as_seconds(),
                Timestamp::from_micros(seconds * 1_000_000)
            );
        }
        "jti" => "one-time number: a second use is refused, and the reply must name it",
        "htm" => "the method that it is for",
        "htu" => "the endpoint that it is for, whatever address is dialled",
        "bsh" => "SHA-256 of the sealed body: no other body goes with it",
        "hop" => "hops that the call may still take",
        "path" => "instances that the call passed through so far",
        "dl" => {
            let left = seconds - now.as_micros() / 1_000;
            return format!("the caller waits {} s, and no hop longer", (left + 500) / 1_000);
        }
        "tp" => "traceparent, carried along; decides nothing",
        "trc" => "asks every hop for its phases",
        "access_key" => "names a domain and what may be done in it; masked",
        _ => "",
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_add_up_to_what_travels() {
        let native = body_layer(
            "eyJhIjoxfQ..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
            Profile::Native,
            false,
        );
        assert_eq!(native.header, Some(json!({"a": 1})));
        let sizes: Vec<u64> = native.parts.iter().map(|(_, bytes)| *bytes).collect();
        assert_eq!(sizes, [7, 12, 3, 16]);
        let token = URL_SAFE.encode([0u8; 73]);
        let legacy = body_layer(&token, Profile::Legacy, false);
        assert_eq!(legacy.parts.iter().map(|(_, bytes)| bytes).sum::<u64>(), 73);
    }

    #[test]
    fn lifetimes_are_told_from_now() {
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let claims = json!({"exp": 1_000_000_060i64, "dl": 1_000_000_030_000i64, "x": 1});
        let told = claims_layer(&claims, now);
        assert!(
            told[0].meaning.starts_with("of use for 60 s"),
            "{}",
            told[0].meaning
        );
        assert_eq!(told[1].meaning, "the caller waits 30 s, and no hop longer");
        assert_eq!(told[2].meaning, "");
    }
}
