//! How a life goes on: what each event does to it.

use super::{Life, Mix};
use crate::handshake::life_event::{Alarm, AlarmKind, Event, Exchange, LifeError, Overlap};
use crate::model::{CredentialState, KeyId, Timestamp};

use CredentialState::{
    Activated, Active, Delivered, Offered, Opened, Requested, Revoked, Rotating, Suspended, Verified,
};

impl Life {
    /// Lets something happen. What cannot happen here is refused, and nothing is changed.
    pub fn apply(&mut self, event: Event, now: Timestamp) -> Result<(), LifeError> {
        let mut next = self.clone();
        next.settle(now);
        next.step(event, now)?;
        *self = next;
        Ok(())
    }

    /// Does what time alone does.
    fn settle(&mut self, now: Timestamp) {
        self.state = self.state_at(now);
        if self.overlap.as_ref().is_some_and(|overlap| overlap.until <= now) {
            self.overlap = None;
        }
    }

    fn step(&mut self, event: Event, now: Timestamp) -> Result<(), LifeError> {
        if self.has_ended() && !matches!(event, Event::Revoke) {
            return Err(self.refused(event.words(), now));
        }
        match event {
            Event::Answered => self.advance(&[Requested], Offered, "be offered", now),
            Event::Delivered => {
                self.move_on(&[Offered], Delivered);
                Ok(())
            }
            Event::Opened => {
                self.move_on(&[Requested, Offered, Delivered], Opened);
                Ok(())
            }
            Event::WordsMatch => self.words_match(now),
            Event::WordsDiffer => {
                self.raise(AlarmKind::WordsDiffer, now);
                self.end(now);
                Ok(())
            }
            Event::Mixed {
                exchange,
                old_kid,
                overlap_until,
            } => self.mixed(exchange, old_kid, overlap_until, now),
            Event::Replaced {
                old_kid,
                overlap_until,
            } => self.replaced(old_kid, overlap_until, now),
            Event::Used => {
                // What it opens before it is activated is the handshake alone, which is no use of it.
                if self.opens_everything() {
                    self.move_on(&[Offered, Delivered, Opened, Verified, Activated], Active);
                }
                Ok(())
            }
            Event::PresentUsed => {
                self.is_untried = false;
                Ok(())
            }
            Event::RotationAsked { due } => self.rotation_asked(due, now),
            Event::OverlapEnded => {
                self.overlap = None;
                self.settle(now);
                Ok(())
            }
            Event::Suspend => self.suspend(now),
            Event::Resume => self.resume(now),
            Event::Revoke => {
                self.end(now);
                Ok(())
            }
            Event::Alarmed(kind) => {
                self.raise(kind, now);
                Ok(())
            }
            Event::AlarmHeeded => self.heed_alarm(),
            Event::LeaseChanged { ends } => {
                self.lease_ends = ends;
                Ok(())
            }
        }
    }

    fn words_match(&mut self, now: Timestamp) -> Result<(), LifeError> {
        if self.state == Suspended || self.state == Requested {
            return Err(self.refused(Event::WordsMatch.words(), now));
        }
        self.verified = true;
        if self
            .alarm
            .as_ref()
            .is_some_and(|alarm| alarm.kind.is_answered_by_words())
        {
            self.alarm = None;
        }
        self.move_on(&[Offered, Delivered, Opened], Verified);
        Ok(())
    }

    fn mixed(
        &mut self,
        exchange: Exchange,
        old_kid: KeyId,
        overlap_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), LifeError> {
        let generation = self.generation.saturating_add(1);
        let is_known = self
            .exchange
            .as_ref()
            .is_some_and(|known| known.theirs == exchange.theirs || known.ours == exchange.ours);
        // A reply that came twice is not a second mixing.
        if is_known || self.mix(generation, &exchange.theirs, now)? != Mix::Fresh {
            return Err(self.refused("mix keys into it", now));
        }
        let is_first = self.generation == 0;
        self.generation = generation;
        self.exchange = Some(exchange);
        self.rotation_due = None;
        // What travelled in a bundle opens nothing from here on; it may ask for the same answer again, no more.
        self.overlap = (!is_first && overlap_until > now).then_some(Overlap {
            kid: Some(old_kid),
            until: overlap_until,
        });
        self.state = match self.state {
            _ if is_first => Activated,
            _ if self.overlap.is_some() => Rotating,
            _ => Active,
        };
        Ok(())
    }

    fn replaced(
        &mut self,
        old_kid: Option<KeyId>,
        overlap_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), LifeError> {
        // Once keys were mixed in, secrets that travel would be a step back.
        if !self.state.is_usable() || self.generation > 0 {
            return Err(self.refused("have its keys replaced", now));
        }
        self.rotation_due = None;
        // The words were those of the old secrets.
        self.verified = false;
        self.is_untried = true;
        self.overlap = (overlap_until > now).then_some(Overlap {
            kid: old_kid,
            until: overlap_until,
        });
        self.state = match self.state {
            Verified => Opened,
            // What nobody has used yet still ends with its offer.
            waiting @ (Offered | Delivered | Opened) => waiting,
            _ if self.overlap.is_some() => Rotating,
            _ => Active,
        };
        Ok(())
    }

    fn rotation_asked(&mut self, due: Timestamp, now: Timestamp) -> Result<(), LifeError> {
        if !matches!(self.state, Activated | Active | Rotating) {
            return Err(self.refused("rotate its keys", now));
        }
        self.rotation_due = Some(due);
        self.state = Rotating;
        Ok(())
    }

    fn suspend(&mut self, now: Timestamp) -> Result<(), LifeError> {
        match self.state {
            Suspended => Ok(()),
            state if state.is_usable() => {
                self.resumes_to = Some(state);
                self.state = Suspended;
                Ok(())
            }
            _ => Err(self.refused(Event::Suspend.words(), now)),
        }
    }

    fn resume(&mut self, now: Timestamp) -> Result<(), LifeError> {
        if self.is_frozen() {
            return Err(LifeError::Frozen);
        }
        if self.state != Suspended {
            return Err(self.refused(Event::Resume.words(), now));
        }
        self.state = self.resumes_to.take().unwrap_or(Active);
        self.settle(now);
        Ok(())
    }

    fn raise(&mut self, kind: AlarmKind, now: Timestamp) {
        // The first alarm that froze it is the one to be told of, and none hides a graver one.
        let is_hidden = self
            .alarm
            .as_ref()
            .is_some_and(|known| known.kind.gravity() > kind.gravity());
        if !self.is_frozen() && !is_hidden {
            self.alarm = Some(Alarm { kind, at: now });
        }
        if kind.takes_verification_back() {
            self.verified = false;
        }
        if kind.freezes() && self.state != Suspended {
            self.resumes_to = Some(self.state);
            self.state = Suspended;
        }
    }

    fn heed_alarm(&mut self) -> Result<(), LifeError> {
        if self.is_frozen() {
            return Err(LifeError::Frozen);
        }
        let needs_words = self
            .alarm
            .as_ref()
            .is_some_and(|alarm| alarm.kind.is_answered_by_words());
        if needs_words {
            return Err(LifeError::NotVerified);
        }
        self.alarm = None;
        Ok(())
    }

    fn end(&mut self, now: Timestamp) {
        if self.state != Revoked {
            self.ended_at = Some(now);
        }
        self.state = Revoked;
        self.overlap = None;
        self.rotation_due = None;
        self.resumes_to = None;
    }

    fn advance(
        &mut self,
        from: &[CredentialState],
        to: CredentialState,
        what: &'static str,
        now: Timestamp,
    ) -> Result<(), LifeError> {
        if !from.contains(&self.state) {
            return Err(self.refused(what, now));
        }
        self.state = to;
        Ok(())
    }

    /// What may be heard of late, or twice, changes nothing then.
    fn move_on(&mut self, from: &[CredentialState], to: CredentialState) {
        if from.contains(&self.state) {
            self.state = to;
        }
    }
}
