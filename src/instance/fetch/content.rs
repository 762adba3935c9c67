//! What a fetched response becomes in a reply: JSON as it is, everything else as base64.

use super::too_much;
use crate::protocol::strict_json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

/// JSON that nests deeper than this is handed on as base64: replies have a depth limit, and circuits and
/// relays put the result further down.
const DEEPEST: usize = strict_json::DEEPEST / 2;

/// Reads a response to its end; the error continues a sentence that begins with the place.
pub async fn receive(mut response: Response, limit: usize) -> Result<Value, String> {
    let status = response.status();
    if status.is_redirection() {
        return Err(redirected(&response, status));
    }
    if !status.is_success() {
        return Err(format!("answered HTTP {}", status.as_u16()));
    }
    if let Some(encoding) = text(&response, CONTENT_ENCODING)
        && !encoding.eq_ignore_ascii_case("identity")
    {
        return Err("answered with a compressed body although none was asked for".to_owned());
    }
    let too_large = || too_much("answered with", limit);
    let announced = text(&response, CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let content_type = text(&response, CONTENT_TYPE).unwrap_or_default();
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|_| "broke off in the middle of its answer".to_owned())?
    {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(shown(&body, content_type))
}

fn redirected(response: &Response, status: StatusCode) -> String {
    let target = text(response, LOCATION)
        .and_then(|location| response.url().join(&location).ok())
        .and_then(|url| url.host_str().map(str::to_owned));
    let status = status.as_u16();
    match target {
        Some(host) => format!("answered with a redirect (HTTP {status}) to {host}, which is not followed"),
        None => format!("answered HTTP {status}"),
    }
}

fn text(response: &Response, name: reqwest::header::HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// What a body of this type is in a reply.
pub fn shown(body: &[u8], content_type: String) -> Value {
    if is_json(&content_type)
        && let Ok(data) = strict_json::parse(body)
        && strict_json::depth(&data) <= DEEPEST
    {
        return json!({"data": data});
    }
    json!({
        "data": STANDARD.encode(body),
        "content_type": content_type,
        "encoding": "base64",
    })
}

/// `application/json` and the types that build on it (RFC 6839).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_json_and_the_rest_becomes_base64() {
        let shown_json = shown(br#"{"t": 21}"#, "Application/JSON; charset=utf-8".to_owned());
        assert_eq!(shown_json, json!({"data": {"t": 21}}));
        let html = shown(b"<p>", "text/html".to_owned());
        assert_eq!(
            html,
            json!({"data": "PHA+", "content_type": "text/html", "encoding": "base64"})
        );
    }

    #[test]
    fn json_that_a_strict_reader_would_refuse_is_not_passed_on_as_json() {
        for body in [
            "{\"a\":1,\"a\":2}",
            "{\"wei\":25000000000000000000}",
            "{",
            &"[".repeat(60).to_string(),
        ] {
            assert_eq!(
                shown(body.as_bytes(), "application/json".to_owned())["encoding"],
                "base64"
            );
        }
        let deep = format!("{}{}", "[".repeat(DEEPEST + 1), "]".repeat(DEEPEST + 1));
        assert_eq!(
            shown(deep.as_bytes(), "application/json".to_owned())["encoding"],
            "base64"
        );
    }
}
