//! The life of a credential, from a request to its end: the state machine of the handshake.
//!
//! Pure: whoever drives it (an instance for what it issued, an instance or a console for what it holds, a
//! test) says what happened and when, and keeps the value. Both sides run the same machine on what they know.

mod steps;

use super::life_event::{Alarm, Exchange, LifeError, Overlap};
use crate::model::{CredentialState, Delivery, Holder, Timestamp};
use crate::seal::AgreementKey;
use serde::{Deserialize, Serialize};

use CredentialState::{
    Active, Delivered, Expired, Offered, Opened, Requested, Revoked, Rotating, Suspended, Verified,
};

/// Everything that the handshake knows of one credential, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    state: CredentialState,
    /// How it was handed over; none for what was never handed over (the owner's) and for older records.
    #[serde(default)]
    pub delivery: Option<Delivery>,
    /// Who on the other side keeps it.
    #[serde(default)]
    pub holder: Option<Holder>,
    /// The offer that it was made for, by its id on the instance that made it.
    #[serde(default)]
    pub offer: Option<String>,
    /// Until it is activated, it opens nothing but the handshake itself.
    #[serde(default)]
    pub verify_first: bool,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    generation: u32,
    #[serde(default)]
    exchange: Option<Exchange>,
    #[serde(default)]
    overlap: Option<Overlap>,
    /// Nobody has used the secrets that were drawn last: its holder may have only those of before.
    #[serde(default)]
    is_untried: bool,
    #[serde(default)]
    rotation_due: Option<Timestamp>,
    #[serde(default)]
    alarm: Option<Alarm>,
    #[serde(default)]
    resumes_to: Option<CredentialState>,
    #[serde(default)]
    offer_ends: Option<Timestamp>,
    #[serde(default)]
    lease_ends: Option<Timestamp>,
    #[serde(default)]
    ended_at: Option<Timestamp>,
    /// Kept by the side that calls with it.
    #[serde(default)]
    is_held: bool,
}

/// What a life begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beginning {
    /// How it is handed over.
    pub delivery: Option<Delivery>,
    /// Who will keep it.
    pub holder: Option<Holder>,
    /// The offer that it is part of.
    pub offer: Option<String>,
    /// Whether it opens nothing before it is activated.
    pub verify_first: bool,
    /// When the offer is worth nothing any more.
    pub offer_ends: Option<Timestamp>,
    /// When it ends by itself.
    pub lease_ends: Option<Timestamp>,
}

/// What an instance answers when a holder asks to mix keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mix {
    /// Mix now: the next generation.
    Fresh,
    /// This very key was mixed in already; the same answer again.
    Repeat(AgreementKey),
    /// Another key was mixed in for this generation: somebody else was here.
    Conflict,
}

impl Life {
    /// Of a credential that is in use from the start: the owner's, and what is issued by hand.
    pub fn in_use(beginning: Beginning) -> Self {
        Self::begin(Active, beginning)
    }

    /// Of a credential that was put into an offer (on the side that makes it).
    pub fn offered(beginning: Beginning) -> Self {
        Self::begin(Offered, beginning)
    }

    /// Of a credential that somebody was asked for (on the side that will hold it).
    pub fn requested(beginning: Beginning) -> Self {
        Self {
            is_held: true,
            ..Self::begin(Requested, beginning)
        }
    }

    /// Of a credential that came out of a bundle (on the side that holds it).
    pub fn opened(beginning: Beginning) -> Self {
        Self {
            is_held: true,
            ..Self::begin(Opened, beginning)
        }
    }

    fn begin(state: CredentialState, beginning: Beginning) -> Self {
        Self {
            state,
            delivery: beginning.delivery,
            holder: beginning.holder,
            offer: beginning.offer,
            verify_first: beginning.verify_first,
            verified: false,
            generation: 0,
            exchange: None,
            overlap: None,
            is_untried: false,
            rotation_due: None,
            alarm: None,
            resumes_to: None,
            offer_ends: beginning.offer_ends,
            lease_ends: beginning.lease_ends,
            ended_at: None,
            is_held: false,
        }
    }

    /// Where it stands at a moment: what time alone does is done.
    pub fn state_at(&self, now: Timestamp) -> CredentialState {
        let lease_over = self.lease_ends.is_some_and(|ends| ends <= now);
        if !self.has_ended() && (lease_over || self.has_lapsed(now)) {
            return Expired;
        }
        let overlaps = self.overlap.as_ref().is_some_and(|overlap| overlap.until > now);
        match self.state {
            Rotating if !overlaps && self.rotation_due.is_none() => Active,
            state => state,
        }
    }

    /// Whether the offer ended before anybody used what was in it. Its bundle may lie about anywhere.
    fn has_lapsed(&self, now: Timestamp) -> bool {
        let waits = match self.state {
            Requested | Offered | Delivered => true,
            // The side that holds it may have had keys mixed in, and only the reply was lost: whether that was in
            // time, the issuer says. Giving up here would leave the issuer with keys that nobody has.
            Opened | Verified => !self.is_held,
            _ => false,
        };
        waits && self.offer_ends.is_some_and(|ends| ends <= now)
    }

    /// Whether somebody ended it for good. What time alone ends shows in [`Life::state_at`].
    pub fn has_ended(&self) -> bool {
        matches!(self.state, Revoked | Expired)
    }

    /// Whether people compared the words, and nothing took that back.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    /// How often keys were mixed in: 0 as it came, 1 activated, more after rotations.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// What somebody must know of, if anything.
    pub fn alarm(&self) -> Option<&Alarm> {
        self.alarm.as_ref()
    }

    /// Whether it is frozen: suspended because of an alarm, never to be resumed.
    pub fn is_frozen(&self) -> bool {
        self.state == Suspended && self.alarm.as_ref().is_some_and(|alarm| alarm.kind.freezes())
    }

    /// The older key that is still answered, and until when. None while the credential itself is refused.
    pub fn overlap(&self, now: Timestamp) -> Option<&Overlap> {
        self.overlap
            .as_ref()
            .filter(|overlap| overlap.until > now && self.state_at(now).is_usable())
    }

    /// Whether nobody has used the secrets that were drawn last.
    pub fn is_untried(&self) -> bool {
        self.is_untried
    }

    /// Whether there is an older key with time left, also while the credential itself is refused.
    pub fn has_older_key(&self, now: Timestamp) -> bool {
        !self.has_ended() && self.overlap.as_ref().is_some_and(|overlap| overlap.until > now)
    }

    /// The key that keys were mixed with last, on either side.
    pub fn exchange(&self) -> Option<&Exchange> {
        self.exchange.as_ref()
    }

    /// By when its keys are to be rotated, if somebody asked for that.
    pub fn rotation_due(&self) -> Option<Timestamp> {
        self.rotation_due
    }

    /// When its lease ends.
    pub fn lease_ends(&self) -> Option<Timestamp> {
        self.lease_ends
    }

    /// When the offer ends that it came in.
    pub fn offer_ends(&self) -> Option<Timestamp> {
        self.offer_ends
    }

    /// When it was revoked.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// Whether keys may be mixed into it at all: not where the values travelled in plain, by design. That legacy
    /// credentials have no activation either is for whoever knows the profile to say.
    pub fn can_be_activated(&self) -> bool {
        self.delivery.is_some_and(|delivery| delivery != Delivery::Plain)
    }

    /// Whether it opens more than the handshake itself.
    pub fn opens_everything(&self) -> bool {
        !self.verify_first || self.generation > 0
    }

    /// What to answer a holder who sends `theirs` for `generation`; nothing is changed by asking.
    pub fn mix(&self, generation: u32, theirs: &AgreementKey, now: Timestamp) -> Result<Mix, LifeError> {
        if self.is_frozen() {
            return Err(LifeError::Frozen);
        }
        if !self.state_at(now).is_usable() || !self.can_be_activated() {
            return Err(self.refused("mix keys into it", now));
        }
        if generation == self.generation
            && let Some(exchange) = &self.exchange
        {
            return Ok(if exchange.theirs == *theirs {
                Mix::Repeat(exchange.ours.clone())
            } else {
                Mix::Conflict
            });
        }
        let next = self.generation.saturating_add(1);
        if generation != next {
            return Err(LifeError::Generation {
                asked: generation,
                next,
            });
        }
        if self.verify_first && self.generation == 0 && !self.verified {
            return Err(LifeError::NotVerified);
        }
        Ok(Mix::Fresh)
    }

    fn refused(&self, what: &'static str, now: Timestamp) -> LifeError {
        LifeError::Step {
            what,
            state: self.state_at(now),
        }
    }
}

#[cfg(test)]
mod conversation;
#[cfg(test)]
mod tests;
