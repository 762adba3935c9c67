//! Requests against what can happen to them on their way.

use super::*;
use crate::handshake::samples::{NOW, asker, offerer, refusal, request};
use proptest::prelude::*;

/// A request with any members, signed by its own identity.
fn signed(json: &serde_json::Value) -> String {
    let request = serde_json::to_vec(json).unwrap();
    let signature = asker().sign(SIGNED_FOR, &request);
    armoured(&serde_json::json!({"request": json, "signature": signature}))
}

fn armoured(json: &serde_json::Value) -> String {
    format!("{BEGIN}\n{}\n{END}\n", PASTED.encode(json.to_string()))
}

fn json_of(request: &Request) -> serde_json::Value {
    serde_json::to_value(request).unwrap()
}

#[test]
fn a_request_comes_out_as_it_went_in() {
    let (request, key) = request();
    let text = request.to_text(&asker());
    assert!(text.lines().all(|line| line.len() <= LINE));
    assert_eq!(Request::parse(&text, NOW), Ok(request.clone()));
    let key = RequestKey::parse(key.expose_text()).unwrap();
    assert_eq!(age_file::recipient_of(key.expose_text()), Some(request.recipient));
    assert!(RequestKey::parse("AGE-SECRET-KEY-1ABC").is_none());
}

#[test]
fn two_requests_share_nothing_that_opens_their_answers() {
    let ((one, first), (other, second)) = (request(), request());
    assert_ne!(one.id, other.id);
    assert_ne!(one.recipient, other.recipient);
    assert_ne!(first.expose_text(), second.expose_text());
}

#[test]
fn nothing_secret_is_in_the_text() {
    let (request, key) = request();
    let text = unarmoured(&request.to_text(&asker())).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains(key.expose_text()) && !text.contains("SECRET"));
}

#[test]
fn blanks_line_ends_and_what_stands_around_it_do_no_harm() {
    let (request, _) = request();
    let text = request.to_text(&asker());
    for changed in [
        text.replace('\n', "\r\n"),
        text.replace('\n', " "),
        text.replace('\n', ""),
        text.replace('\n', "\n   \t"),
        text.replace('=', ""),
        format!("Hello,\nhere it is:\n\n{text}\n-- \nAda"),
        text.chars().map(|character| format!("{character}\n")).collect(),
    ] {
        assert_eq!(Request::parse(&changed, NOW), Ok(request.clone()), "{changed}");
    }
}

#[test]
fn what_is_no_request_is_said_to_be_none() {
    let (request, _) = request();
    let long = format!("{}{}", request.to_text(&asker()), " ".repeat(LONGEST_REQUEST));
    for text in ["", "hello", "{}", BEGIN, &long] {
        let error = refusal(Request::parse(text, NOW));
        let expected = if text == BEGIN {
            RequestError::Forged
        } else {
            RequestError::NotARequest
        };
        assert_eq!(error, expected, "{text}");
    }
    for json in [
        serde_json::json!({}),
        serde_json::json!([1]),
        serde_json::json!({"request": {}}),
    ] {
        assert_eq!(
            refusal(Request::parse(&armoured(&json), NOW)),
            RequestError::NotARequest
        );
    }
}

#[test]
fn threat_38_a_request_under_another_name_is_forged() {
    let (honest, _) = request();
    let text = honest.to_text(&offerer());
    assert_eq!(refusal(Request::parse(&text, NOW)), RequestError::Forged);
    let mut altered = honest.clone();
    altered.recipient = request().0.recipient;
    let forged = armoured(&serde_json::json!({
        "request": altered,
        "signature": asker().sign(SIGNED_FOR, &honest.signed_bytes()),
    }));
    assert_eq!(refusal(Request::parse(&forged, NOW)), RequestError::Forged);
    // What was signed for another purpose.
    let elsewhere = armoured(&serde_json::json!({
        "request": honest,
        "signature": asker().sign("butterfly/v1 handshake bundle", &honest.signed_bytes()),
    }));
    assert_eq!(refusal(Request::parse(&elsewhere, NOW)), RequestError::Forged);
}

#[test]
fn threat_41_a_request_that_is_expired_or_of_another_version_is_refused_with_the_remedy() {
    let (request, _) = request();
    let text = request.to_text(&asker());
    assert!(Request::parse(&text, request.expires_at.plus_seconds(-1)).is_ok());
    let error = refusal(Request::parse(&text, request.expires_at));
    assert_eq!(
        error,
        RequestError::Expired {
            at: request.expires_at
        }
    );
    assert!(error.remedy().contains("new request"));
    let later = serde_json::json!({"request": {"version": 2, "anything": "else"}, "more": 1});
    let error = refusal(Request::parse(&armoured(&later), NOW));
    assert_eq!(error, RequestError::Version { found: 2 });
    assert!(error.remedy().contains("same version"));
}

#[test]
fn what_cannot_be_is_refused_though_it_is_signed() {
    let honest = json_of(&request().0);
    assert!(Request::parse(&signed(&honest), NOW).is_ok());
    let far = NOW.plus_seconds(REQUEST_SECONDS + CLOCK_SKEW + 1);
    for (member, value) in [
        ("id", serde_json::json!("req_XYZ")),
        ("recipient", serde_json::json!("age1nonsense")),
        ("recipient", serde_json::json!("")),
        ("name", serde_json::json!("n".repeat(LONGEST_NAME + 1))),
        ("holders", serde_json::json!([])),
        ("holders", serde_json::json!(["console", "console"])),
        ("holders", serde_json::json!(["console", "instance", "console"])),
        ("expires_at", serde_json::json!(far)),
    ] {
        let mut altered = honest.clone();
        altered[member] = value;
        let error = refusal(Request::parse(&signed(&altered), NOW));
        assert!(matches!(error, RequestError::Unusable(_)), "{member}: {error}");
    }
}

#[test]
fn threat_37_every_prefix_and_every_changed_character_of_a_request_is_refused() {
    let (request, _) = request();
    let text = request.to_text(&asker());
    let text = text.trim_end();
    for length in 0..text.len() {
        assert!(
            Request::parse(&text[..length], NOW).is_err(),
            "{length} characters"
        );
    }
    for at in 0..text.len() {
        if text.as_bytes()[at] == b'\n' {
            continue;
        }
        let replacement = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        let changed = format!("{}{replacement}{}", &text[..at], &text[at + 1..]);
        assert!(Request::parse(&changed, NOW).is_err(), "character {at}");
    }
}

proptest! {
    #[test]
    fn nothing_that_anybody_pastes_is_more_than_refused(text in ".{0,200}", body in "[A-Za-z0-9+/=]{0,200}") {
        prop_assert!(Request::parse(&text, NOW).is_err());
        let armoured = format!("{BEGIN}\n{body}\n{END}");
        prop_assert!(Request::parse(&armoured, NOW).is_err());
    }
}
