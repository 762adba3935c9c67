//! One issued credential as it stands now, and what of it outlives its changes.

use super::secrets::IssuedKeys;
use crate::handshake::Life;
use crate::instance::Caller;
use crate::instance::limits::{Gate, MOST_CALLS_OF_ONE, Place, Rate};
use crate::instance::unread::{self, Unread};
use crate::model::{CredentialState, Grant, KeyId, Timestamp};
use crate::seal::LegacyKeys;
use crate::store::{IssuedRecord, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The stable word for a credential that is frozen. Its callers are told, so that both sides are alarmed.
pub(in crate::instance) const FROZEN: &str = "credential_frozen";
/// How long keys may be in use before they are due for rotation, in seconds (DESIGN section 3.1).
const KEYS_LAST: i64 = 90 * 86_400;
/// How many messages keys may seal before they are due for rotation: as many as random nonces are safe for.
const KEYS_SEAL: u64 = 1 << 28;

/// An issued credential as it stands now. A change replaces it by another one with the same [`Standing`].
pub(in crate::instance) struct Credential {
    /// What is stored of it.
    pub record: IssuedRecord,
    /// Who calls with it.
    pub caller: Caller,
    /// What opens and seals.
    pub keys: IssuedKeys,
    /// What opened and sealed before the last rotation.
    pub previous: Option<Previous>,
    /// What the handshake knows of it.
    pub life: Life,
    /// Since when its keys are in use.
    pub keyed: Keyed,
    /// What outlives its changes.
    pub standing: Arc<Standing>,
}

/// The keys that a credential had before.
#[derive(Clone)]
pub(in crate::instance) struct Previous {
    /// What opens and seals.
    pub keys: IssuedKeys,
    /// Who calls with them: the same, under the older key id.
    pub caller: Caller,
}

/// A credential, and which of its keys a call was made with.
#[derive(Clone)]
pub(in crate::instance) struct Presented {
    /// The credential.
    pub credential: Arc<Credential>,
    /// Whether the older key was used.
    pub is_previous: bool,
}

/// Since when keys are in use, and how often the credential had been used by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::instance) struct Keyed {
    /// When they were made.
    #[serde(rename = "keyed_at")]
    pub at: Timestamp,
    /// Uses before that.
    #[serde(rename = "keyed_uses")]
    pub uses: u64,
    /// Since when each call made with them is taken once, where they were in use before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict_since: Option<Timestamp>,
}

impl Keyed {
    /// Of keys that nobody has used yet.
    pub(super) const fn fresh(at: Timestamp) -> Self {
        Self {
            at,
            uses: 0,
            strict_since: None,
        }
    }
}

/// What is stored in [`IssuedRecord::life`].
#[derive(Serialize, Deserialize)]
struct StoredLife {
    #[serde(flatten)]
    life: Life,
    #[serde(flatten)]
    keyed: Keyed,
}

/// What belongs to a credential whatever becomes of it.
pub(in crate::instance) struct Standing {
    /// A number of its own within this process.
    pub number: u32,
    /// How many calls a minute it makes.
    pub rate: Rate,
    /// Its calls that are under way.
    calls: Gate,
    /// Its replies that nobody has read yet.
    unread: Unread,
    /// Whether there is something of its life that the store does not have yet.
    pub(super) is_unsaved: AtomicBool,
    verdict: AtomicU8,
    /// When its lease ends, in microseconds: calls in flight began under the one of then.
    lease_ends_us: AtomicI64,
    uses: AtomicU64,
    pub(super) noted: AtomicU64,
    last_used_us: AtomicI64,
    is_in_memory: bool,
    /// What the credential allows now: access keys that stand with it allow no more.
    grant: RwLock<Arc<Grant>>,
    /// Of the credential that an access key stands and falls with.
    stands_with: Option<Arc<Standing>>,
}

/// What calls in flight are told of a credential that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Verdict {
    Stands,
    Suspended,
    Frozen,
    Revoked,
}

impl Standing {
    /// Of a credential that was stored, or exists in this process only.
    pub(super) fn new(
        number: u32,
        record: &IssuedRecord,
        is_in_memory: bool,
        stands_with: Option<Arc<Standing>>,
    ) -> Self {
        Self {
            grant: RwLock::new(Arc::new(record.grant.clone())),
            stands_with,
            number,
            rate: Rate::default(),
            calls: Gate::new(MOST_CALLS_OF_ONE),
            unread: Unread::of(unread::OF_ONE),
            is_unsaved: AtomicBool::new(false),
            verdict: AtomicU8::new(Verdict::Stands as u8),
            lease_ends_us: AtomicI64::new(micros_or_never(record.expires_at)),
            uses: AtomicU64::new(record.uses),
            noted: AtomicU64::new(record.uses),
            last_used_us: AtomicI64::new(record.last_used.map_or(i64::MIN, Timestamp::as_micros)),
            is_in_memory,
        }
    }

    /// From here on calls in flight see what became of their credential.
    pub(super) fn judge(&self, life: &Life, now: Timestamp) {
        let verdict = match life.state_at(now) {
            CredentialState::Revoked => Verdict::Revoked,
            CredentialState::Suspended if life.is_frozen() => Verdict::Frozen,
            CredentialState::Suspended => Verdict::Suspended,
            _ => Verdict::Stands,
        };
        self.lease_ends_us
            .store(micros_or_never(life.lease_ends()), Ordering::Release);
        self.verdict.store(verdict as u8, Ordering::Release);
    }

    /// From here on access keys that stand with it allow no more than this.
    pub(super) fn allow(&self, grant: &Arc<Grant>) {
        *self.grant.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(grant);
    }

    /// What it allows now.
    fn grant(&self) -> Arc<Grant> {
        Arc::clone(&self.grant.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The number of whoever a call counts as: access keys count as the credential that they stand with.
    pub(in crate::instance) fn party(&self) -> u32 {
        self.stands_with
            .as_ref()
            .map_or(self.number, |above| above.number)
    }

    /// A place for one more call, unless this credential has its share.
    pub(in crate::instance) fn enter(&self) -> Option<Place> {
        let above = self.stands_with.as_ref();
        above.map_or(&self.calls, |above| &above.calls).enter()
    }

    /// The room for its replies.
    pub(in crate::instance) fn unread(&self) -> &Unread {
        let above = self.stands_with.as_ref();
        above.map_or(&self.unread, |above| &above.unread)
    }

    /// What the credential allows now that this one stands and falls with, if there is one.
    fn grant_above(&self) -> Option<Arc<Grant>> {
        Some(self.stands_with.as_ref()?.grant())
    }

    /// Counts a call that an access key is used for, as one of the credential that it stands with; how long to wait, in
    /// seconds, if that has no more of them.
    pub(in crate::instance) fn count_above(&self, moment_us: i64) -> Result<(), u64> {
        let (Some(above), Some(grant)) = (&self.stands_with, self.grant_above()) else {
            return Ok(());
        };
        match grant.rate_per_minute {
            Some(per_minute) => above.rate.take(per_minute, moment_us),
            None => Ok(()),
        }
    }

    /// Why calls in flight may not get their result, as a stable word.
    fn loss(&self, now: Timestamp) -> Option<&'static str> {
        match self.verdict.load(Ordering::Acquire) {
            verdict if verdict == Verdict::Suspended as u8 => Some("credential_suspended"),
            verdict if verdict == Verdict::Frozen as u8 => Some(FROZEN),
            verdict if verdict == Verdict::Revoked as u8 => Some("credential_revoked"),
            _ if self.lease_ends_us.load(Ordering::Acquire) <= now.as_micros() => Some("lease_ended"),
            _ => self.stands_with.as_ref().and_then(|standing| standing.loss(now)),
        }
    }

    /// Uses in all, and the last one.
    pub(super) fn uses(&self) -> (u64, Option<Timestamp>) {
        let last = self.last_used_us.load(Ordering::Relaxed);
        let uses = self.uses.load(Ordering::Relaxed);
        (uses, (last != i64::MIN).then(|| Timestamp::from_micros(last)))
    }
}

impl Credential {
    /// Puts it together; the columns of the record follow the life.
    pub(super) fn new(
        mut record: IssuedRecord,
        (life, keyed): (Life, Keyed),
        keys: IssuedKeys,
        previous: Option<IssuedKeys>,
        standing: Arc<Standing>,
        now: Timestamp,
    ) -> Self {
        record.state = life.state_at(now);
        record.verified = life.is_verified();
        record.expires_at = life.lease_ends();
        record.kid = keys.kid().cloned();
        record.life = Some(stored(&life, keyed));
        let caller = Caller {
            app_id: record.app_id.clone(),
            credential: record.name.clone(),
            kid: record.kid.clone(),
            profile: record.profile,
            grant: Arc::new(record.grant.clone()),
        };
        let previous = previous.map(|keys| Previous {
            caller: Caller {
                kid: keys.kid().cloned(),
                ..caller.clone()
            },
            keys,
        });
        Self {
            record,
            caller,
            keys,
            previous,
            life,
            keyed,
            standing,
        }
    }

    /// The same credential, after something happened to it.
    pub(in crate::instance) fn living(&self, life: Life, now: Timestamp) -> Self {
        Self::new(
            self.record_at(now),
            (life, self.keyed),
            self.keys.clone(),
            self.previous.as_ref().map(|previous| previous.keys.clone()),
            Arc::clone(&self.standing),
            now,
        )
    }

    /// The same credential, allowing something else.
    pub(in crate::instance) fn granting(&self, grant: Grant, life: Life, now: Timestamp) -> Self {
        let is_strict = self.record.grant.strict_replay;
        let keyed = Keyed {
            strict_since: match grant.strict_replay {
                true if is_strict => self.keyed.strict_since,
                true => Some(now),
                false => None,
            },
            ..self.keyed
        };
        Self::new(
            IssuedRecord {
                grant,
                ..self.record_at(now)
            },
            (life, keyed),
            self.keys.clone(),
            self.previous.as_ref().map(|previous| previous.keys.clone()),
            Arc::clone(&self.standing),
            now,
        )
    }

    /// The same credential, its access key used with these secrets.
    pub(super) fn under(&self, keys: &LegacyKeys, now: Timestamp) -> Self {
        Self::new(
            self.record_at(now),
            (self.life.clone(), self.keyed),
            self.keys.under(keys),
            None,
            Arc::clone(&self.standing),
            now,
        )
    }

    /// The same credential under other keys, and with those that count as the previous ones. Both are given as they are
    /// stored too.
    pub(in crate::instance) fn rekeyed(
        &self,
        life: Life,
        (keys, sealed_secrets): (IssuedKeys, Vec<u8>),
        (previous, sealed_previous): (IssuedKeys, Vec<u8>),
        now: Timestamp,
    ) -> Self {
        let record = self.record_at(now);
        let keyed = Keyed {
            at: now,
            uses: record.uses,
            // The keys of before are answered for a while longer.
            strict_since: self.keyed.strict_since,
        };
        let record = IssuedRecord {
            sealed_secrets,
            sealed_previous: Some(sealed_previous),
            ..record
        };
        let standing = Arc::clone(&self.standing);
        Self::new(record, (life, keyed), keys, Some(previous), standing, now)
    }

    /// Why a call may not be made with it now, as a stable word; none if it may.
    pub(in crate::instance) fn refusal(&self, now: Timestamp) -> Option<&'static str> {
        let has_lapsed = || self.life.state_at(now) == CredentialState::Expired;
        self.loss(now).or_else(|| has_lapsed().then_some("offer_expired"))
    }

    /// Why a call that began may not get its result, as a stable word; none if it may.
    pub(in crate::instance) fn loss(&self, now: Timestamp) -> Option<&'static str> {
        self.standing.loss(now)
    }

    /// Whether it allows what it allowed when a call began.
    pub(in crate::instance) fn allows_still(&self, granted: &Grant) -> bool {
        let own = self.standing.grant();
        match self.standing.grant_above() {
            Some(above) => own.within(&above) == *granted,
            None => *own == *granted,
        }
    }

    /// Notes a call; what is stored follows within some seconds.
    pub(in crate::instance) fn note_use(&self, now: Timestamp) {
        self.standing.uses.fetch_add(1, Ordering::Relaxed);
        self.standing
            .last_used_us
            .fetch_max(now.as_micros(), Ordering::Relaxed);
    }

    /// The record as it stands now: uses counted, and what time alone did.
    pub(in crate::instance) fn record_at(&self, now: Timestamp) -> IssuedRecord {
        let (uses, last_used) = self.standing.uses();
        IssuedRecord {
            state: self.life.state_at(now),
            uses,
            last_used,
            ..self.record.clone()
        }
    }

    /// By when its keys are to be rotated: as its administrator asked, or since when they are too old or too much
    /// used; none while they are neither.
    pub(in crate::instance) fn rotation_due(&self, now: Timestamp) -> Option<Timestamp> {
        if self.life.has_ended() {
            return None;
        }
        let (uses, last_used) = self.standing.uses();
        let too_old = self.keyed.at.plus_seconds(KEYS_LAST);
        let is_worn = uses.saturating_sub(self.keyed.uses) >= KEYS_SEAL;
        [
            self.life.rotation_due(),
            (too_old <= now).then_some(too_old),
            is_worn.then(|| last_used.unwrap_or(now)),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether it exists in this process only.
    pub(in crate::instance) fn is_in_memory(&self) -> bool {
        self.standing.is_in_memory
    }
}

impl Presented {
    /// What opens and seals this call.
    pub(in crate::instance) fn keys(&self) -> &IssuedKeys {
        match &self.credential.previous {
            Some(previous) if self.is_previous => &previous.keys,
            _ => &self.credential.keys,
        }
    }

    /// Who calls, under the key id that was used.
    pub(in crate::instance) fn caller(&self) -> &Caller {
        match &self.credential.previous {
            Some(previous) if self.is_previous => &previous.caller,
            _ => &self.credential.caller,
        }
    }

    /// The same as far as they may do it by now: no more than the credential allows that an access key stands with. None
    /// for all others.
    pub(in crate::instance) fn caller_below(&self) -> Option<Caller> {
        let above = self.credential.standing.grant_above()?;
        let caller = self.caller();
        Some(Caller {
            grant: Arc::new(caller.grant.within(&above)),
            ..caller.clone()
        })
    }

    /// The key id that was used.
    pub(in crate::instance) fn kid(&self) -> Option<&KeyId> {
        self.caller().kid.as_ref()
    }

    /// Whether the key was rotated away, and is answered no longer.
    pub(in crate::instance) fn is_rotated_away(&self, now: Timestamp) -> bool {
        self.is_previous && self.credential.life.overlap(now).is_none()
    }
}

/// A moment that may never come.
fn micros_or_never(moment: Option<Timestamp>) -> i64 {
    moment.map_or(i64::MAX, Timestamp::as_micros)
}

/// A life as it is stored.
fn stored(life: &Life, keyed: Keyed) -> Value {
    let stored = StoredLife {
        life: life.clone(),
        keyed,
    };
    serde_json::to_value(stored).expect("a life has only string keys")
}

/// Reads a life back.
pub(in crate::instance) fn read_life(name: &str, stored: &Value) -> Result<(Life, Keyed), StoreError> {
    StoredLife::deserialize(stored)
        .map(|stored| (stored.life, stored.keyed))
        .map_err(|error| StoreError::Failed(format!("the life of the issued credential {name:?}: {error}")))
}
