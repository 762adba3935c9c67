//! Who calls: a token's credential found, its signature and claims checked, the body that it was made
//! for compared, and the token taken so that it serves one call only (DESIGN 3.2, cheapest first).

use super::issued::{Credential, FROZEN, IssuedKeys, Presented};
use super::replay::Claim;
use super::{Instance, limits};
use crate::model::{KeyId, Timestamp};
use crate::seal::token::{self, CLOCK_SKEW, Claims, Expectation, LegacyClaims, TokenError};
use crate::seal::{LegacyKeys, NativeKeys};
use std::borrow::Cow;
use std::sync::Arc;

/// Seconds after which a caller may try again when the memory for tokens is full.
const FULL_WAIT: u64 = 30;
/// The stable word for a key that is answered no longer.
pub(super) const ROTATED_AWAY: &str = "key_rotated_away";

/// Why a call is not let in. The wire never tells; the audit trail does.
pub(super) enum Refusal {
    /// 401.
    Unauthenticated {
        /// The stable word for the trail.
        reason: Cow<'static, str>,
        /// The credential's key, where there is one of this id.
        kid: Option<KeyId>,
        /// The token's id, where its signature holds.
        jti: Option<String>,
        /// The signature holds, but the clocks differ.
        clock: bool,
    },
    /// 429.
    TooMany {
        /// The stable word for the trail.
        reason: &'static str,
        /// The credential's key.
        kid: Option<KeyId>,
        /// Seconds to wait.
        retry_after: u64,
    },
}

impl Refusal {
    pub(super) fn plain(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Unauthenticated {
            reason: reason.into(),
            kid: None,
            jti: None,
            clock: false,
        }
    }

    pub(super) fn of(presented: &Presented, jti: Option<&str>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Unauthenticated {
            reason: reason.into(),
            kid: presented.kid().cloned(),
            jti: jti.map(str::to_owned),
            clock: false,
        }
    }

    /// Of a token that is not known to be fresh.
    pub(super) fn not_fresh(presented: &Presented, jti: &str, claim: Claim) -> Self {
        let (reason, retry_after) = match claim {
            Claim::Fresh | Claim::Replayed => return Self::of(presented, Some(jti), "replayed"),
            Claim::Behind => ("clock_went_back", 1),
            Claim::Full => ("replay_memory_full", FULL_WAIT),
        };
        Self::TooMany {
            reason,
            kid: presented.kid().cloned(),
            retry_after,
        }
    }

    fn token(presented: &Presented, error: TokenError) -> Self {
        Self::Unauthenticated {
            reason: error.reason().into(),
            kid: presented.kid().cloned(),
            jti: None,
            clock: error == TokenError::Time,
        }
    }
}

/// A native call whose token holds for this body, and is taken.
pub(super) fn native(
    instance: &Instance,
    token: Option<&str>,
    body: &[u8],
    now: Timestamp,
) -> Result<(Presented, Claims), Refusal> {
    let token = token.ok_or_else(|| Refusal::plain("token_missing"))?;
    let kid = token::claimed_kid(token).map_err(|error| Refusal::plain(error.reason()))?;
    let Some(presented) = instance.issued().by_kid(&kid) else {
        check_decoy(instance, token, now);
        return Err(Refusal::plain("credential_unknown"));
    };
    let claims = verify_native(instance, &presented, token, now)?;
    if let Some(reason) = refusal(&presented.credential, now) {
        return Err(Refusal::of(&presented, Some(&claims.jti), reason));
    }
    claims
        .check_body(body)
        .map_err(|error| Refusal::of(&presented, Some(&claims.jti), error.reason()))?;
    take_token(instance, &presented, &claims, now)?;
    Ok((presented, claims))
}

/// Why a credential is not let in. One that is frozen is, as far as being told so: both sides must know.
fn refusal(credential: &Credential, now: Timestamp) -> Option<&'static str> {
    credential.refusal(now).filter(|reason| *reason != FROZEN)
}

/// The working keys of a credential that was found by its key id.
pub(super) fn native_keys(presented: &Presented) -> Option<&NativeKeys> {
    match presented.keys() {
        IssuedKeys::Native(keys) => Some(keys),
        IssuedKeys::Legacy(..) => None,
    }
}

/// The working keys of a credential that was found by its app_id or access key.
pub(super) fn legacy_keys(presented: &Presented) -> Option<&LegacyKeys> {
    match presented.keys() {
        IssuedKeys::Native(_) => None,
        IssuedKeys::Legacy(keys, _) => Some(keys),
    }
}

fn verify_native(
    instance: &Instance,
    presented: &Presented,
    token: &str,
    now: Timestamp,
) -> Result<Claims, Refusal> {
    let keys = native_keys(presented).ok_or_else(|| Refusal::of(presented, None, "other_profile"))?;
    let record = &presented.credential.record;
    let expected = Expectation {
        app_id: &record.app_id,
        audience: instance.id(),
        endpoint: record.endpoint.as_str(),
        now: now.as_seconds(),
    };
    token::verify(keys, token, expected).map_err(|error| Refusal::token(presented, error))
}

/// The same work as for a credential that exists: its time tells nothing.
fn check_decoy(instance: &Instance, token: &str, now: Timestamp) {
    let expected = Expectation {
        app_id: instance.owner_app_id(),
        audience: instance.id(),
        endpoint: instance.settings().endpoint.as_str(),
        now: now.as_seconds(),
    };
    let refused = token::verify(instance.issued().decoy(), token, expected);
    debug_assert!(refused.is_err(), "nobody has the decoy's keys");
}

/// Counts the call, then takes its token. In this order: calls over the limit fill no memory, and
/// replays (which a stranger can send) use up nobody's calls, because they are noticed all the same.
fn take_token(
    instance: &Instance,
    presented: &Presented,
    claims: &Claims,
    now: Timestamp,
) -> Result<(), Refusal> {
    let credential = &presented.credential;
    let number = credential.standing.number;
    let replay = instance.replay();
    if credential.record.grant.rate_per_minute.is_some() && replay.knows(number, &claims.jti) {
        return Err(Refusal::of(presented, Some(&claims.jti), "replayed"));
    }
    count_call(presented)?;
    match replay.claim(number, &claims.jti, claims.exp + CLOCK_SKEW, now.as_seconds()) {
        Claim::Fresh => Ok(()),
        claim => Err(Refusal::not_fresh(presented, &claims.jti, claim)),
    }
}

/// Counts a call, unless there were too many.
pub(super) fn count_call(presented: &Presented) -> Result<(), Refusal> {
    let credential = &presented.credential;
    let moment = limits::moment_us();
    let taken = match credential.record.grant.rate_per_minute {
        Some(per_minute) => credential.standing.rate.take(per_minute, moment),
        None => Ok(()),
    };
    // However many keys are made under a credential, together they are no more than it.
    let taken = taken.and_then(|()| credential.standing.count_above(moment));
    taken.map_err(|retry_after| Refusal::TooMany {
        reason: "rate_limited",
        kid: presented.kid().cloned(),
        retry_after,
    })
}

/// A legacy call whose token holds. Its tokens name no body and serve any number of calls, as in the original; whoever asks
/// counts the call.
pub(super) fn legacy(
    instance: &Instance,
    token: Option<&str>,
    now: Timestamp,
) -> Result<(Presented, LegacyClaims), Refusal> {
    let token = token.ok_or_else(|| Refusal::plain("token_missing"))?;
    let claimed = token::claimed_legacy(token).map_err(|error| Refusal::plain(error.reason()))?;
    let candidates = instance
        .issued()
        .legacy(claimed.app_id.as_ref(), claimed.access_key.as_deref());
    if candidates.is_empty() {
        check_decoy(instance, token, now);
        return Err(Refusal::plain("credential_unknown"));
    }
    let mut refusal = Refusal::plain("credential_unknown");
    for presented in candidates.into_iter().flat_map(both_keys) {
        let Some(keys) = legacy_keys(&presented) else {
            refusal = Refusal::of(&presented, None, "other_profile");
            continue;
        };
        match token::verify_legacy(keys, token, now.as_seconds()) {
            Ok(claims) => {
                admit_legacy(&presented, now)?;
                return Ok((presented, claims));
            }
            // Only this leaves open whose token it is. Whatever else is wrong is so of this key's holder.
            Err(error @ TokenError::Signature) => refusal = Refusal::token(&presented, error),
            Err(error) => return Err(Refusal::token(&presented, error)),
        }
    }
    Err(refusal)
}

/// A legacy token does not say which key it was signed with: the present one is tried, then the one before.
fn both_keys(credential: Arc<Credential>) -> impl Iterator<Item = Presented> {
    let before = credential.previous.is_some().then(|| Presented {
        credential: Arc::clone(&credential),
        is_previous: true,
    });
    let present = Presented {
        credential,
        is_previous: false,
    };
    std::iter::once(present).chain(before)
}

/// Whether a key whose signature holds is answered now.
fn admit_legacy(presented: &Presented, now: Timestamp) -> Result<(), Refusal> {
    if let Some(reason) = refusal(&presented.credential, now) {
        return Err(Refusal::of(presented, None, reason));
    }
    if presented.is_rotated_away(now) {
        return Err(Refusal::of(presented, None, ROTATED_AWAY));
    }
    Ok(())
}
