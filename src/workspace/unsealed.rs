//! What comes in a reply's place where somebody else posts the query: nothing, or why there is no reply.

use super::Failure;
use crate::client::{ClientError, inert};
use crate::model::Endpoint;
use crate::protocol::Code;
use serde_json::Value;

/// The failure that something unsealed tells of, if it does: a problem document (RFC 9457), or the `message` of an
/// original instance, which says so only to whom it does not accept.
pub(super) fn failure(body: &[u8], endpoint: &Endpoint) -> Option<Failure> {
    if body.is_empty() {
        return Some(Failure::new(
            Code::PeerUnreachable,
            "nothing came: whoever posted the query was given no reply",
            "look at what the program that posted it says; with curl, --show-error tells why",
        ));
    }
    let problem: Value = serde_json::from_slice(body).ok()?;
    let text = |name| {
        let text = inert(problem.get(name)?.as_str()?);
        (!text.is_empty()).then_some(text)
    };
    let detail = text("detail").or_else(|| text("title"));
    let message = text("message");
    let endpoint = endpoint.as_str().to_owned();
    let status = problem.get("status");
    if let Some(status) = status.and_then(Value::as_u64) {
        let status = u16::try_from(status).ok().filter(|status| *status >= 400)?;
        return Some(refusal(endpoint, status, detail.or(message)).into());
    }
    if status.is_some() {
        return None;
    }
    match (detail, message) {
        (Some(detail), _) => Some(Failure::new(
            Code::PeerGarbage,
            format!("{endpoint} answered with a problem instead of a reply: {detail}"),
            "look at the HTTP status that came with it",
        )),
        (None, Some(message)) => Some(refusal(endpoint, 401, Some(message)).into()),
        (None, None) => None,
    }
}

/// As this program tells of it where it posts itself.
fn refusal(endpoint: String, status: u16, detail: Option<String>) -> ClientError {
    if status == 401 {
        return ClientError::Refused {
            endpoint,
            hint: detail,
        };
    }
    ClientError::Http {
        endpoint,
        status,
        detail,
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ExitClass;

    fn endpoint() -> Endpoint {
        Endpoint::parse("https://beta.example").unwrap()
    }

    #[test]
    fn what_came_instead_of_a_reply_is_told_for_what_it_is() {
        use ExitClass::{Failed, Refused, Unreachable};
        for (body, class, told) in [
            ("", Unreachable, "nothing came"),
            (
                r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"x"}"#,
                Refused,
                "refused the credential: x",
            ),
            (r#"{"message":"Token is invalid!"}"#, Refused, "Token is invalid!"),
            (
                r#"{"status":429,"title":"Too Many Requests"}"#,
                Refused,
                "HTTP 429: Too Many",
            ),
            (r#"{"status":503}"#, Unreachable, "answered HTTP 503"),
            (
                r#"{"status":413,"detail":"too\u001b[31m large"}"#,
                Failed,
                "HTTP 413: too[31m large",
            ),
            (
                r#"{"title":"Bad Request"}"#,
                Failed,
                "a problem instead of a reply: Bad Request",
            ),
        ] {
            let failure = failure(body.as_bytes(), &endpoint()).unwrap();
            assert_eq!(failure.exit_class(), class, "{body}");
            assert!(failure.message.contains(told), "{}", failure.message);
        }
    }

    #[test]
    fn what_says_nothing_of_a_failure_is_left_to_be_opened() {
        for body in [
            "eyJhbGciOiJkaXIifQ..x.y.z",
            "<html>no</html>",
            "7",
            "{}",
            r#"{"status":"success","result":{}}"#,
            r#"{"status":200,"title":"OK"}"#,
        ] {
            assert!(failure(body.as_bytes(), &endpoint()).is_none(), "{body}");
        }
    }
}
