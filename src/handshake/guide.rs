//! The course of a guided handshake: which questions are asked in which order, on either side and for every way of
//! delivery; going forward, back, leaving, and coming back after a restart.
//!
//! Pure and serialisable, and without secrets: what people type that is secret stays with whoever asks them.
//! A person moves it with [`Course::forward`] and [`Course::back`]; what the other side does comes in with
//! [`Course::happened`]. However both interleave, the step that one is at is one of the course's steps.

mod answers;
mod step;
#[cfg(test)]
mod tests;

pub use answers::{Answers, Purpose, Source};
pub use step::Step;

use super::Alarm;
use crate::model::{CredentialState, Delivery, Holder, PointerAddress, Side};
use serde::{Deserialize, Serialize};

/// A handshake that exists: on an instance or in the vault, not only in somebody's head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// What `verify`, `advance` and `cancel` take.
    pub id: String,
    /// The least advanced of its credentials.
    pub state: CredentialState,
    /// Whether people on this side said that the words match.
    pub verified: bool,
    /// Something that a person must know of.
    pub alarm: Option<Alarm>,
}

/// What happened, apart from somebody turning to another step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// The offer was made.
    Made(String),
    /// The request was made.
    Asked(String),
    /// What came was opened and kept.
    Kept(String, CredentialState),
    /// People on this side said that the words match.
    WordsMatch,
    /// They said that the words differ.
    WordsDiffer,
    /// The handshake was looked at.
    Seen {
        /// The least advanced of its credentials.
        state: CredentialState,
        /// Whether people on this side said that the words match.
        verified: bool,
        /// Something that a person must know of.
        alarm: Option<Alarm>,
    },
    /// The live checks were made.
    Checked,
    /// A federated pointer was made.
    PointerMade(PointerAddress),
}

/// Where somebody is in a guided handshake, and what was answered so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    side: Side,
    at: Step,
    /// What was answered so far.
    pub answers: Answers,
    under_way: Option<UnderWay>,
    checked: bool,
    pointer: Option<PointerAddress>,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            side: Side::Issued,
            at: Step::Begin,
            answers: Answers::default(),
            under_way: None,
            checked: false,
            pointer: None,
        }
    }
}

impl Course {
    /// The course of somebody who chose a side: `Issued` offers, `Held` accepts.
    pub fn of(side: Side) -> Self {
        let mut course = Self {
            side,
            ..Self::default()
        };
        course.at = course.steps()[1];
        course
    }

    /// The course of a handshake that is under way, at the step where it goes on.
    pub fn resumed(side: Side, delivery: Delivery, under_way: UnderWay) -> Self {
        let mut course = Self::of(side);
        course.answers.delivery = delivery;
        course.answers.holders = vec![Holder::Console, Holder::Instance];
        course.under_way = Some(under_way);
        course.at = course.first();
        course.go_on();
        course
    }

    /// The side.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The step that one is at.
    pub fn at(&self) -> Step {
        self.at
    }

    /// The handshake, once it exists.
    pub fn under_way(&self) -> Option<&UnderWay> {
        self.under_way.as_ref()
    }

    /// The federated pointer that was made at the end.
    pub fn pointer(&self) -> Option<&PointerAddress> {
        self.pointer.as_ref()
    }

    /// Whether the handshake came to nothing: refused, revoked, expired or frozen.
    pub fn is_over(&self) -> bool {
        self.under_way.as_ref().is_some_and(|under_way| {
            matches!(
                under_way.state,
                CredentialState::Revoked | CredentialState::Expired | CredentialState::Suspended
            )
        })
    }

    /// Whether nothing can be lost by forgetting it.
    pub fn is_finished(&self) -> bool {
        self.at == Step::Done || self.is_over()
    }

    /// Every step of this course, in order.
    pub fn steps(&self) -> Vec<Step> {
        let plain = self.answers.delivery == Delivery::Plain;
        let mut steps = vec![Step::Begin];
        match self.side {
            Side::Issued => {
                steps.extend([Step::Instance, Step::Who, Step::Purpose]);
                if self.answers.purpose.asks_more() {
                    steps.push(Step::Scope);
                }
                steps.extend([Step::Limits, Step::Holders, Step::Delivery]);
                match self.answers.delivery {
                    Delivery::Request => steps.extend([Step::Request, Step::File]),
                    Delivery::Passphrase => steps.push(Step::File),
                    // A native call is taken once, whoever makes it: only of legacy ones that is a choice.
                    Delivery::Plain => steps.push(Step::Replays),
                    Delivery::Code => {}
                }
                steps.extend([Step::Review, Step::HandOver]);
                if !plain {
                    steps.extend([Step::Words, Step::Activation]);
                }
            }
            Side::Held => {
                steps.push(Step::Way);
                match self.answers.delivery {
                    Delivery::Code => steps.push(Step::Code),
                    Delivery::Request => steps.extend([Step::Ask, Step::Send, Step::Bundle]),
                    Delivery::Passphrase => steps.extend([Step::Bundle, Step::Passphrase]),
                    Delivery::Plain => steps.push(Step::Plain),
                }
                steps.push(Step::Keep);
                if !plain {
                    steps.extend([Step::Words, Step::Activation]);
                }
                steps.extend([Step::Checks, Step::Pointer]);
                if self.pointer.is_some() {
                    steps.push(Step::Call);
                }
            }
        }
        steps.push(Step::Done);
        steps
    }

    /// The earliest step that one can still go back to: what was made is not unmade by going back.
    pub fn first(&self) -> Step {
        let Some(under_way) = &self.under_way else {
            return Step::Begin;
        };
        let plain = self.answers.delivery == Delivery::Plain;
        // What people said of the words is said: that somebody has copies is for the credentials' own commands then.
        let compared = under_way.verified && !plain;
        let active = is_active(under_way.state);
        match self.side {
            Side::Issued if compared && active => Step::Done,
            Side::Issued if compared => Step::Activation,
            Side::Issued => Step::HandOver,
            Side::Held if under_way.state == CredentialState::Requested => Step::Send,
            Side::Held if plain || compared && active => Step::Checks,
            Side::Held if compared => Step::Activation,
            Side::Held => Step::Words,
        }
    }

    /// Whether the present step is answered, so that one can go on.
    pub fn is_answered(&self) -> bool {
        let answers = &self.answers;
        let state = self.under_way.as_ref().map(|under_way| under_way.state);
        let kept = state.is_some_and(|state| state != CredentialState::Requested);
        match self.at {
            Step::Begin | Step::Done => false,
            Step::Instance => answers.instance.is_some(),
            Step::Who => answers.app_id.is_some(),
            Step::Scope => answers.is_scope_chosen(),
            Step::Holders => !answers.holders.is_empty(),
            Step::Request => !answers.request.trim().is_empty(),
            Step::Review => self.under_way.is_some(),
            Step::Code | Step::Plain => !answers.url.is_empty(),
            Step::Ask => self.under_way.is_some(),
            Step::Bundle => answers.bundle.is_some(),
            Step::Keep => kept,
            Step::Words => self
                .under_way
                .as_ref()
                .is_some_and(|under_way| under_way.verified),
            Step::Activation => state.is_some_and(is_active),
            Step::Checks => self.checked,
            // Only of a code is it known whether somebody took it; before that there are no words to compare.
            Step::HandOver => answers.delivery != Delivery::Code || self.was_taken(),
            Step::Purpose
            | Step::Limits
            | Step::Delivery
            | Step::Replays
            | Step::File
            | Step::Way
            | Step::Send
            | Step::Passphrase
            | Step::Pointer
            | Step::Call => true,
        }
    }

    /// Goes on to the next step. None if the present one is not answered, or is the last.
    pub fn forward(&mut self) -> Option<Step> {
        if self.is_over() || !self.is_answered() {
            return None;
        }
        let steps = self.steps();
        let place = steps.iter().position(|step| *step == self.at)?;
        let next = *steps.get(place + 1)?;
        self.at = next;
        Some(next)
    }

    /// Goes back one step. None if there is none to go back to: then one leaves.
    pub fn back(&mut self) -> Option<Step> {
        if self.at == self.first() || self.is_over() {
            return None;
        }
        let steps = self.steps();
        let place = steps.iter().position(|step| *step == self.at)?;
        let before = *steps.get(place.checked_sub(1)?)?;
        self.at = before;
        Some(before)
    }

    /// Takes in what happened. Steps that wait for it are left by themselves.
    pub fn happened(&mut self, what: Happened) {
        match what {
            Happened::Made(id) => self.come_about(id, CredentialState::Offered),
            Happened::Asked(id) => self.come_about(id, CredentialState::Requested),
            Happened::Kept(id, state) => self.come_about(id, state),
            Happened::WordsMatch => {
                if let Some(under_way) = self.under_way.as_mut().filter(|_| self.at == Step::Words) {
                    under_way.verified = true;
                }
            }
            Happened::WordsDiffer => {
                if let Some(under_way) = self.under_way.as_mut().filter(|_| self.at == Step::Words) {
                    under_way.state = CredentialState::Revoked;
                }
            }
            Happened::Seen {
                state,
                verified,
                alarm,
            } => {
                let asked = self.first() == Step::Send;
                if let Some(under_way) = &mut self.under_way {
                    // A request is answered here, by opening what came; nobody else's doing turns its page, nor
                    // does anything become a request again.
                    if !asked && state != CredentialState::Requested {
                        under_way.state = state;
                        under_way.verified |= verified;
                    }
                    under_way.alarm = alarm;
                }
            }
            Happened::Checked => self.checked |= self.at == Step::Checks,
            Happened::PointerMade(address) => {
                if self.at == Step::Pointer {
                    self.pointer = Some(address);
                }
            }
        }
        self.go_on();
    }

    /// What was only planned exists now, if one is at the step that brings it about.
    fn come_about(&mut self, id: String, state: CredentialState) {
        let fits = match self.at {
            Step::Review => self.side == Side::Issued && self.under_way.is_none(),
            Step::Ask => state == CredentialState::Requested && self.under_way.is_none(),
            Step::Keep => state != CredentialState::Requested,
            _ => false,
        };
        if fits {
            self.under_way = Some(UnderWay {
                id,
                state,
                verified: false,
                alarm: None,
            });
        }
    }

    /// Leaves steps that are over as soon as something happens elsewhere.
    fn go_on(&mut self) {
        while self.turns_by_itself() && self.forward().is_some() {}
        let steps = self.steps();
        let place = |step| steps.iter().position(|at| *at == step);
        if place(self.at) < place(self.first()) {
            self.at = self.first();
        }
    }

    /// Whether the other side is known to have got what was handed over.
    fn was_taken(&self) -> bool {
        self.under_way.as_ref().is_some_and(|under_way| {
            !matches!(
                under_way.state,
                CredentialState::Requested | CredentialState::Offered
            )
        })
    }

    fn turns_by_itself(&self) -> bool {
        if self.under_way.is_none() {
            return false;
        }
        match self.at {
            Step::Review | Step::Ask | Step::Keep | Step::Words | Step::Activation => self.is_answered(),
            Step::HandOver => self.answers.delivery != Delivery::Plain && self.was_taken(),
            Step::Pointer => self.pointer.is_some(),
            _ => false,
        }
    }
}

/// Whether calls are made with it under keys that both sides mixed.
const fn is_active(state: CredentialState) -> bool {
    matches!(
        state,
        CredentialState::Activated | CredentialState::Active | CredentialState::Rotating
    )
}
