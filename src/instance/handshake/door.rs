//! The two routes as HTTP: small JSON in, small JSON out, problems as RFC 9457 has them. What failed is counted
//! against its address, like calls that do not authenticate; guesses at which codes there are have a small budget of their
//! own, after which nothing of a claim is looked at.
//!
//! | route | body | 200 |
//! | --- | --- | --- |
//! | `POST /handshake/claim` | `{nameplate, message, identity?}` | `{message}` |
//! | `POST /handshake/confirm` | `{nameplate, proof}` | `{proof, bundle}` |
//!
//! Problems carry `code` beside the members of RFC 9457: 404 `code_refused` (no such code, whatever the cause), 403
//! `code_refused` (wrong proof: burnt), 409 `credential_frozen` (claimed by two parties); 400, 405, 408, 413, 415 for
//! what is no message; 429 and 503 with `Retry-After`.

use super::{CLAIM, CONFIRM, Refusal, claim, confirm};
use crate::handshake::CLAIM_PATH;
use crate::instance::Instance;
use crate::instance::body::{self, BodyError};
use crate::instance::limits;
use crate::instance::malformed::malformed;
use crate::instance::response::{self, Answer};
use crate::instance::unfinished::ToTheEnd;
use crate::model::Timestamp;
use crate::protocol::{Code, strict_json};
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use hyper::{Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Longest body, in bytes.
const LONGEST: usize = 8 * 1024;
/// The one text for codes that are not there, whatever the cause.
const UNKNOWN: &str = "there is no such code: it was never given, is too old, or is used up; ask the other administrator for a new one";
/// What whoever guesses wrong hears.
const WRONG: &str =
    "the code is not the right one, and is burnt now; ask the other administrator for a new one";
/// What both parties hear of whom only one was meant.
const CONTESTED: &str = "the code was claimed by two parties, so its credentials are frozen; ask the other administrator for a new offer over another channel";

/// Answers one request to either route.
pub(in crate::instance) async fn answer(
    instance: &Arc<Instance>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Answer {
    let Some(place) = instance.gate().enter() else {
        instance.metrics().limited.add_one();
        return response::overloaded();
    };
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        let detail = "a handshake message is application/json without a Content-Encoding";
        return malformed(
            instance,
            peer,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong_type",
            detail,
        );
    }
    let body = match body::read_at_most(body, LONGEST).await {
        Ok(body) => body,
        Err(error) => return no_body(instance, peer, error),
    };
    let is_claim = head.uri.path() == CLAIM_PATH;
    let ours = Arc::clone(instance);
    // A code that is burnt must be known to be so, whether or not somebody waits for the answer.
    let stepped = async move {
        let _place = place;
        step(&ours, peer, is_claim, &body).await
    };
    let unfinished = instance.unfinished().clone();
    ToTheEnd::of(stepped, CancellationToken::new(), unfinished).await
}

async fn step(instance: &Instance, peer: IpAddr, is_claim: bool, body: &[u8]) -> Answer {
    if is_claim {
        return match read(body) {
            Some(message) => told(instance, peer, CLAIM, claim::claim(instance, peer, message).await),
            None => unreadable(instance, peer),
        };
    }
    match read(body) {
        Some(message) => told(
            instance,
            peer,
            CONFIRM,
            confirm::confirm(instance, peer, message).await,
        ),
        None => unreadable(instance, peer),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let named = types.next().and_then(|value| value.to_str().ok());
    let essence = named
        .and_then(|named| named.split(';').next())
        .unwrap_or_default();
    types.next().is_none()
        && !headers.contains_key(CONTENT_ENCODING)
        && essence.trim().eq_ignore_ascii_case("application/json")
}

/// A message, read as strictly as queries are.
fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_value(strict_json::parse(body).ok()?).ok()
}

fn told<T: Serialize>(
    instance: &Instance,
    peer: IpAddr,
    action: &'static str,
    outcome: Result<T, Refusal>,
) -> Answer {
    match outcome {
        Ok(message) => response::json_value(StatusCode::OK, &json!(message)),
        Err(refusal) => refused(instance, peer, action, refusal),
    }
}

fn refused(instance: &Instance, peer: IpAddr, action: &'static str, refusal: Refusal) -> Answer {
    let now = Timestamp::now();
    instance.metrics().unauthenticated.add_one();
    let (offer, reason, answer) = match refusal {
        Refusal::Failed(problem) => {
            tracing::error!(action, %problem.message, "a handshake could not be made durable");
            return response::overloaded();
        }
        Refusal::TooMany { wait } => {
            instance.metrics().limited.add_one();
            (None, "too_many_guesses", response::too_many(wait))
        }
        Refusal::Unknown { offer, reason } => {
            let answer = response::coded_problem(StatusCode::NOT_FOUND, Code::CodeRefused, UNKNOWN);
            (offer, reason, answer)
        }
        Refusal::Wrong { offer } => {
            let answer = response::coded_problem(StatusCode::FORBIDDEN, Code::CodeRefused, WRONG);
            (Some(offer), "wrong_code", answer)
        }
        Refusal::Contested { offer } => {
            let answer = response::coded_problem(StatusCode::CONFLICT, Code::CredentialFrozen, CONTESTED);
            (Some(offer), "claimed_twice", answer)
        }
    };
    if let Err(wait) = instance.failures().count(peer, limits::moment_us()) {
        instance.metrics().limited.add_one();
        instance
            .trail()
            .strangers()
            .count(peer, limits::TOO_MANY_FAILURES);
        return response::too_many(wait);
    }
    let trail = instance.trail();
    trail.deny_step_soon(now, peer, action, offer.as_deref(), reason);
    answer
}

fn no_body(instance: &Instance, peer: IpAddr, error: BodyError) -> Answer {
    let (status, reason, detail) = error.told("a handshake message has 8 KiB at most");
    malformed(instance, peer, status, reason, detail)
}

fn unreadable(instance: &Instance, peer: IpAddr) -> Answer {
    let detail = "the body is not the JSON of this step of a handshake";
    malformed(
        instance,
        peer,
        StatusCode::BAD_REQUEST,
        "malformed_message",
        detail,
    )
}
