//! The envelope: a query sealed for a credential with the token that vouches for it, and the reply opened.

use super::code::Code;
use super::{HeldCredential, HeldKeys, Problem, Query, Reply, strict_json::StrictJsonError};
use crate::model::{InstanceId, Profile, Timestamp};
use crate::seal::token::{Claims, LIFETIME, LegacyChain, LegacyClaims};
use crate::seal::{fernet, jwe, random, token};
use zeroize::Zeroizing;

/// Life of a legacy token, in seconds: the original instances allow no clock skew at all, so leave room for it.
const LEGACY_LIFETIME: i64 = 300;

/// Where a call stands in a chain of calls: what a native token signs beside the caller's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallContext {
    /// Hops left after the one being made.
    pub hop: u8,
    /// Instances that the call passed through so far.
    pub path: Vec<InstanceId>,
    /// When the caller stops waiting, Unix milliseconds.
    pub deadline_ms: i64,
    /// W3C traceparent: carried along, never decides anything.
    pub traceparent: Option<String>,
    /// Whether the reply should tell the phases of the call.
    pub trace: bool,
}

impl CallContext {
    /// A call that begins here and may take `seconds`.
    pub fn begin(now: Timestamp, seconds: i64) -> Self {
        Self {
            hop: crate::model::Grant::MOST_HOPS,
            path: Vec::new(),
            deadline_ms: now.plus_seconds(seconds).as_micros() / 1_000,
            traceparent: None,
            trace: false,
        }
    }

    /// The same, asking for a trace.
    pub fn traced(mut self, trace: bool) -> Self {
        self.trace = trace;
        self
    }
}

/// What goes onto the wire.
#[derive(Clone)]
pub struct SealedRequest {
    /// `Authorization: Bearer …`.
    pub token: String,
    /// The body.
    pub body: String,
    /// The media type of the body.
    pub content_type: &'static str,
    /// What the reply must answer; empty for legacy, which cannot tell.
    pub jti: String,
}

/// Why a response is not the reply to our request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It cannot be opened with this credential, or answers another request.
    #[error(
        "the reply cannot be opened: it was not sealed for this credential, answers another request, or was changed on the way"
    )]
    CannotOpen,
    /// Opened, but not a reply.
    #[error("the reply was opened, but {0}")]
    NotAReply(#[from] StrictJsonError),
}

impl From<EnvelopeError> for Problem {
    fn from(error: EnvelopeError) -> Self {
        Self::new(Code::PeerGarbage, error.to_string())
    }
}

/// Seals a query and signs a fresh token for it.
pub fn seal_query(
    credential: &HeldCredential,
    query: &Query,
    context: &CallContext,
    now: Timestamp,
) -> SealedRequest {
    let body = seal_body(credential, query, now);
    send_sealed(credential, body, context, now)
}

/// The query sealed for the credential, without a token: what route *circuit* stores.
pub fn seal_body(credential: &HeldCredential, query: &Query, now: Timestamp) -> String {
    match &credential.keys {
        HeldKeys::Native { keys, .. } => jwe::seal_query(keys, &query.to_bytes()),
        HeldKeys::Legacy { keys, .. } => fernet::seal(keys, now, &query.to_bytes()),
    }
}

/// Signs a fresh token for a body that was sealed before.
pub fn send_sealed(
    credential: &HeldCredential,
    body: String,
    context: &CallContext,
    now: Timestamp,
) -> SealedRequest {
    let content_type = credential.profile().content_type();
    match &credential.keys {
        HeldKeys::Native {
            instance_id, keys, ..
        } => {
            let jti = random::jti();
            let issued_at = now.as_seconds();
            let claims = Claims {
                app_id: credential.app_id.clone(),
                iss: credential.app_id.clone(),
                aud: instance_id.clone(),
                iat: issued_at,
                exp: issued_at + LIFETIME,
                jti: jti.clone(),
                htm: "POST".to_owned(),
                htu: credential.endpoint.as_str().to_owned(),
                bsh: token::body_hash(body.as_bytes()),
                hop: context.hop,
                path: context.path.clone(),
                dl: context.deadline_ms,
                tp: context.traceparent.clone(),
                trc: context.trace.then_some(true),
            };
            SealedRequest {
                token: token::sign(keys, &claims),
                body,
                content_type,
                jti,
            }
        }
        HeldKeys::Legacy { keys, access_key, .. } => {
            let claims = LegacyClaims {
                app_id: Some(credential.app_id.clone()),
                access_key: access_key.as_ref().map(|key| key.expose_text().to_owned()),
                exp: now.as_seconds() + LEGACY_LIFETIME,
                chain: chain(context, now),
            };
            SealedRequest {
                token: token::sign_legacy(keys, &claims),
                body,
                content_type,
                jti: String::new(),
            }
        }
    }
}

/// Only an instance that relays tells where it stands: what a person sends is what an original client sends.
fn chain(context: &CallContext, now: Timestamp) -> Option<LegacyChain> {
    (!context.path.is_empty()).then(|| LegacyChain {
        hop: context.hop,
        path: context.path.clone(),
        dl: context.deadline_ms,
        iat: Some(now.as_seconds()),
    })
}

/// Opens the body of a response to the request with this `jti`.
pub fn open_reply(credential: &HeldCredential, jti: &str, body: &[u8]) -> Result<Reply, EnvelopeError> {
    Ok(Reply::parse(&opened(credential, jti, body)?)?)
}

/// The same for whoever hands the reply on: see [`Reply::parse_to_hand_on`].
pub fn open_reply_to_hand_on(
    credential: &HeldCredential,
    jti: &str,
    body: &[u8],
) -> Result<Reply, EnvelopeError> {
    Ok(Reply::parse_to_hand_on(&opened(credential, jti, body)?)?)
}

fn opened(credential: &HeldCredential, jti: &str, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let opened = match &credential.keys {
        HeldKeys::Native { keys, .. } => jwe::open_reply(keys, jti, body),
        HeldKeys::Legacy { keys, .. } => fernet::open(keys, body),
    };
    opened.map_err(|_| EnvelopeError::CannotOpen)
}

impl SealedRequest {
    /// The profile that the body is in.
    pub fn profile(&self) -> Profile {
        if self.content_type == Profile::Native.content_type() {
            Profile::Native
        } else {
            Profile::Legacy
        }
    }
}

/// The profile of a text that is nothing but a sealed body: a Fernet token always begins with its
/// version byte 0x80 and a time before 2106; a `dir` JWE has five parts, the second empty.
pub fn profile_of_sealed(text: &str) -> Option<Profile> {
    let is_base64url = |part: &str| {
        part.trim_end_matches('=')
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let text = text.trim();
    if text.starts_with("gAAAA") && text.len() >= 100 && is_base64url(text) {
        return Some(Profile::Legacy);
    }
    let parts: Vec<&str> = text.split('.').collect();
    let is_jwe = parts.len() == 5
        && parts[0].starts_with("eyJ")
        && parts[1].is_empty()
        && parts.iter().all(|part| is_base64url(part));
    is_jwe.then_some(Profile::Native)
}
