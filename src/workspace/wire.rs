//! What travelled, as the invoke log keeps it: readable, and without what would let anybody call.

use super::LogWire;
use super::redact::{names_no_secret, without_secrets};
use crate::client::{Exchange, FailedExchange};
use crate::protocol::SealedRequest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// How much of a body is kept.
const KEPT: usize = 16 * 1024;
/// Headers by which whoever answers gives something to be shown to it again.
const SECRET_HEADERS: [&str; 2] = ["set-cookie", "set-cookie2"];

/// An exchange for the log.
pub(super) fn of_exchange(exchange: &Exchange, endpoint: &str) -> LogWire {
    LogWire {
        status: exchange.status,
        response_headers: headers(exchange.response_headers.to_texts(), &exchange.request.token),
        response_body: kept(&exchange.response_body),
        sizes: sizes(&exchange.request, &exchange.response_body),
        ..sent(&exchange.request, endpoint)
    }
}

/// An exchange that ended in no reply, for the log. What came instead is not sealed, and may be anything.
pub(super) fn of_failed(exchange: &FailedExchange, endpoint: &str) -> LogWire {
    let token = &exchange.request.token;
    LogWire {
        status: exchange.status.unwrap_or_default(),
        response_headers: headers(exchange.response_headers.to_texts(), token),
        response_body: in_the_clear(&exchange.response_body, token),
        sizes: sizes(&exchange.request, &exchange.response_body),
        ..sent(&exchange.request, endpoint)
    }
}

/// What was sent, not answered yet.
fn sent(request: &SealedRequest, endpoint: &str) -> LogWire {
    LogWire {
        endpoint: endpoint.to_owned(),
        token: decoded_token(&request.token),
        content_type: request.content_type.to_owned(),
        request_body: kept(request.body.as_bytes()),
        status: 0,
        response_headers: Vec::new(),
        response_body: String::new(),
        sizes: (0, 0),
    }
}

fn sizes(request: &SealedRequest, response_body: &[u8]) -> (u64, u64) {
    (request.body.len() as u64, response_body.len() as u64)
}

fn headers(headers: Vec<(String, String)>, token: &str) -> Vec<(String, String)> {
    let kept = |(name, value): (String, String)| {
        let is_secret = SECRET_HEADERS.contains(&name.as_str());
        let value = if is_secret {
            "(masked)".to_owned()
        } else {
            without_token(&value, token)
        };
        (name, value)
    };
    headers.into_iter().map(kept).collect()
}

/// What is kept of a body that nobody sealed: a proxy may repeat in it what was sent, and an instance that
/// forgot to seal may answer in it with a key.
fn in_the_clear(body: &[u8], token: &str) -> String {
    let beginning = String::from_utf8_lossy(&body[..body.len().min(KEPT + token.len())]);
    let mut text = if names_no_secret(&beginning) {
        without_token(&beginning, token)
    } else {
        // What cannot be read as a whole cannot be cleared of its secrets either.
        let whole = serde_json::from_slice::<Value>(body).map(without_secrets);
        whole.map_or_else(
            |_| String::new(),
            |value| without_token(&value.to_string(), token),
        )
    };
    text.truncate(text.floor_char_boundary(KEPT));
    text
}

/// The text with what vouches for the token in it masked, as long as it was: with the signature, and in a legacy
/// token with the claims, which may hold an access key, whoever reads it could call.
fn without_token(text: &str, token: &str) -> String {
    let mut text = text.to_owned();
    for part in token.split('.').skip(1).filter(|part| !part.is_empty()) {
        if text.contains(part) {
            text = text.replace(part, &"*".repeat(part.len()));
        }
    }
    text
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

    #[test]
    fn what_came_in_the_clear_is_kept_without_what_would_let_anybody_call() {
        let token = "aGVhZGVy.Y2xhaW1z.c2lnbmF0dXJl";
        let page = format!("<p>You sent Bearer {token}</p>");
        assert_eq!(
            in_the_clear(page.as_bytes(), token),
            "<p>You sent Bearer aGVhZGVy.********.************</p>"
        );
        let key = "key_00112233445566778899aabbccddeeff";
        let forgot = json!({"status": "success", "result": {"access_key": key, "name": "x"}}).to_string();
        let kept = in_the_clear(forgot.as_bytes(), token);
        assert!(kept.contains("\"name\"") && !kept.contains("0011"), "{kept}");
        let cut = &forgot.as_bytes()[..forgot.len() - 4];
        assert_eq!(in_the_clear(cut, token), "", "what cannot be read is not kept");
        let came = [
            ("set-cookie".to_owned(), "session=s3cret".to_owned()),
            ("x-echo".to_owned(), token.to_owned()),
            ("date".to_owned(), "today".to_owned()),
        ];
        let values: Vec<String> = headers(came.to_vec(), token)
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        assert_eq!(values, ["(masked)", "aGVhZGVy.********.************", "today"]);
    }

    #[test]
    fn what_came_in_the_clear_is_kept_up_to_a_size() {
        let token = "aGVhZGVy.Y2xhaW1z.c2lnbmF0dXJl";
        // The token begins before the end of what is kept and ends behind it.
        let mut page = "ä".repeat(KEPT / 2 - 8);
        page.push_str(token);
        page.push_str(&"x".repeat(3 * KEPT));
        let kept = in_the_clear(page.as_bytes(), token);
        assert_eq!(kept.len(), KEPT);
        assert!(!kept.contains("Y2xh"), "{}", &kept[KEPT - 40..]);
    }
}
