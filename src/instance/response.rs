//! HTTP responses: sealed replies, and the plain ones for what never got as far (RFC 9457, DESIGN 3.7).

use crate::model::Profile;
use crate::protocol::Code;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// What the server sends.
pub(super) type Answer = Response<Full<Bytes>>;

/// The one text for whatever fails to authenticate.
const NOT_AUTHENTICATED: &str =
    "the call is not authenticated: its token, its body or its credential is not acceptable";
/// What a caller hears beside it whose signature holds, but whose clock does not.
const CLOCK_HINT: &str =
    "the clocks of caller and instance are too far apart, or the call is too old; check both clocks";

/// A body of some type.
pub(super) fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A sealed reply.
pub(super) fn sealed(status: u16, profile: Profile, body: impl Into<Bytes>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    answer(status, profile.content_type(), body)
}

/// The same with when to come again, for whoever reads no bodies.
pub(super) fn come_again(mut answer: Answer, retry_after: Option<u64>) -> Answer {
    if let Some(seconds) = retry_after {
        answer
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// JSON for everybody.
pub(super) fn json_value(status: StatusCode, value: &Value) -> Answer {
    answer(status, "application/json", value.to_string())
}

/// Text for everybody.
pub(super) fn text(status: StatusCode, text: impl Into<Bytes>) -> Answer {
    answer(status, "text/plain; charset=utf-8", text)
}

/// A problem that is told in the clear.
pub(super) fn problem(status: StatusCode, detail: &str) -> Answer {
    problem_document(status, &document(status, detail))
}

/// A problem that is told in the clear, with the stable word for why beside it (RFC 9457, section 3.2).
pub(super) fn coded_problem(status: StatusCode, code: Code, detail: &str) -> Answer {
    let mut document = document(status, detail);
    document["code"] = json!(code.as_str());
    problem_document(status, &document)
}

/// A problem, after which the connection ends: what follows on it cannot be trusted or is not wanted.
pub(super) fn final_problem(status: StatusCode, detail: &str) -> Answer {
    closing(problem(status, detail))
}

/// Ends the connection after this response.
pub(super) fn closing(mut answer: Answer) -> Answer {
    answer
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// 401, the same for every cause; `clock` only where the signature holds.
pub(super) fn unauthenticated(profile: Profile, clock: bool) -> Answer {
    let detail = if clock {
        format!("{NOT_AUTHENTICATED}; {CLOCK_HINT}")
    } else {
        NOT_AUTHENTICATED.to_owned()
    };
    let mut response = match profile {
        Profile::Native => problem(StatusCode::UNAUTHORIZED, &detail),
        Profile::Legacy => json_value(StatusCode::UNAUTHORIZED, &json!({ "message": detail })),
    };
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// 401 for a call whose credential ended while it was under way. Whoever made it had proved that the credential is theirs,
/// and has to know that what they asked may be done.
pub(super) fn withheld(profile: Profile) -> Answer {
    const DETAIL: &str = "the credential ended while the call was under way: what was asked may be done, and its result is withheld";
    let mut response = match profile {
        Profile::Native => coded_problem(StatusCode::UNAUTHORIZED, Code::OutcomeUnknown, DETAIL),
        Profile::Legacy => json_value(
            StatusCode::UNAUTHORIZED,
            &json!({"message": DETAIL, "code": Code::OutcomeUnknown.as_str()}),
        ),
    };
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// 429.
pub(super) fn too_many(retry_after: u64) -> Answer {
    let mut response = problem(
        StatusCode::TOO_MANY_REQUESTS,
        "too many calls; wait before the next one",
    );
    response.headers_mut().insert(RETRY_AFTER, retry_after.into());
    response
}

/// 503, where it is asked whether it is ready.
pub(super) fn no_disk() -> Answer {
    problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "the disk does not take what the instance writes; it tries again by itself, and goes on when there is room",
    )
}

/// 503.
pub(super) fn overloaded() -> Answer {
    let mut response = problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "the instance is stopping, or has too much to do; try again in a moment",
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// 405.
pub(super) fn method_not_allowed(allowed: &'static str) -> Answer {
    let mut response = problem(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not take this method",
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

fn document(status: StatusCode, detail: &str) -> Value {
    json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    })
}

fn problem_document(status: StatusCode, document: &Value) -> Answer {
    answer(status, "application/problem+json", document.to_string())
}
