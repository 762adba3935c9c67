//! What travelled, as the invoke log keeps it: readable, and without what would let anybody call.

use super::LogWire;
use crate::client::Exchange;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// How much of a sealed body is kept.
const KEPT: usize = 16 * 1024;

/// An exchange for the log.
pub(super) fn of_exchange(exchange: &Exchange, endpoint: &str) -> LogWire {
    LogWire {
        endpoint: endpoint.to_owned(),
        token: decoded_token(&exchange.request.token),
        content_type: exchange.request.content_type.to_owned(),
        request_body: kept(exchange.request.body.as_bytes()),
        status: exchange.status,
        response_headers: exchange.response_headers.clone(),
        response_body: kept(&exchange.response_body),
        sizes: (
            exchange.request.body.len() as u64,
            exchange.response_body.len() as u64,
        ),
    }
}

/// Header and claims. The signature stays out, and so does an access key, which is a secret by itself.
pub(super) fn decoded_token(token: &str) -> Value {
    let mut parts = token.split('.').map(|part| {
        URL_SAFE_NO_PAD
            .decode(part)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .unwrap_or(Value::Null)
    });
    let header = parts.next().unwrap_or(Value::Null);
    let mut claims = parts.next().unwrap_or(Value::Null);
    if let Some(access_key) = claims.get_mut("access_key") {
        *access_key = Value::String("key_… (masked)".to_owned());
    }
    json!({"header": header, "claims": claims})
}

/// A text claim of a token of ours.
pub(super) fn claim(token: &str, name: &str) -> Option<String> {
    decoded_token(token)["claims"][name].as_str().map(str::to_owned)
}

fn kept(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(KEPT)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_shown_without_signature_and_access_key() {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!(
            "{}.{}.c2lnbmF0dXJl",
            part(json!({"alg": "HS256"})),
            part(json!({"app_id": "a", "access_key": "key_00112233445566778899aabbccddeeff"}))
        );
        let shown = decoded_token(&token);
        assert_eq!(shown["header"]["alg"], "HS256");
        assert_eq!(shown["claims"]["app_id"], "a");
        assert!(!shown.to_string().contains("0011"));
        assert!(!shown.to_string().contains("c2lnbmF0dXJl"));
    }
}
