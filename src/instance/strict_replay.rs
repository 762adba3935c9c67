//! Legacy calls that are taken once, where their credential was issued so (`strict_replay` in its grant).
//!
//! Their tokens have no id and serve for an hour: what tells one call from another is the token together with the body,
//! the bytes of both and never their spelling. So that this need not be remembered for as long as a token lives, a body
//! must have been sealed just now, by the time that its sender put under the seal. Sealed anew for each call, as every
//! client does, that is so; a query that was sealed long before (route *circuit*) is what is being kept out.
//!
//! Where that was chosen later (`change_credential`), what was sealed up to that second may have been taken already, and is
//! taken no more.

use super::Instance;
use super::authenticate::Refusal;
use super::issued::Presented;
use super::replay::{Claim, OF_LEGACY};
use crate::model::Timestamp;
use crate::seal::token::{CLOCK_SKEW, LIFETIME};
use crate::seal::{fernet, token};

/// The stable word for a body that was sealed too long ago, or too far ahead of our clock.
const NOT_OF_NOW: &str = "body_not_of_now";

/// A call that was not taken before.
pub(super) struct Untaken {
    /// What it is known by.
    id: String,
    /// Until when that is remembered, Unix seconds.
    ends: i64,
}

/// Looks at a call whose token holds and whose body opened, and takes nothing: what was taken before, or is not of now, is
/// refused before it is counted, because a stranger can send it. Nothing where its credential takes the same call again
/// and again, as the original instances do.
pub(super) async fn look(
    instance: &Instance,
    presented: &Presented,
    token: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<Untaken>, Refusal> {
    if !presented.credential.record.grant.strict_replay {
        return Ok(None);
    }
    let refused = |id: Option<&str>, reason: &'static str| Refusal::of(presented, id, reason);
    let (bytes, sealed_at) = fernet::sent(body).ok_or_else(|| refused(None, NOT_OF_NOW))?;
    let id = token::legacy_call_id(token, &bytes).map_err(|_| refused(None, "token_malformed"))?;
    let age = now.as_seconds().saturating_sub(sealed_at);
    if !(-CLOCK_SKEW..=LIFETIME + CLOCK_SKEW).contains(&age) {
        return Err(refused(Some(&id), NOT_OF_NOW));
    }
    // What was taken before that is remembered nowhere.
    let since = presented.credential.keyed.strict_since;
    if since.is_some_and(|since| sealed_at <= since.as_seconds()) {
        return Err(refused(Some(&id), NOT_OF_NOW));
    }
    instance.recall_tokens(now).await;
    if instance.replay().knows(OF_LEGACY, &id) {
        return Err(Refusal::not_fresh(presented, &id, Claim::Replayed));
    }
    let ends = sealed_at + LIFETIME + CLOCK_SKEW;
    Ok(Some(Untaken { id, ends }))
}

/// Takes a call that was looked at, and counted; what it is known by, for the trail.
pub(super) fn take(
    instance: &Instance,
    presented: &Presented,
    call: Untaken,
    now: Timestamp,
) -> Result<String, Refusal> {
    let Untaken { id, ends } = call;
    match instance.replay().claim(OF_LEGACY, &id, ends, now.as_seconds()) {
        Claim::Fresh => Ok(id),
        claim => Err(Refusal::not_fresh(presented, &id, claim)),
    }
}
