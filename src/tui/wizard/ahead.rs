//! What is typed before a step knows what it is about: it waits, and is taken in its order once the facts are there.
//!
//! Only where a step reads something so that one can answer. What is under way because somebody said so is never
//! answered ahead: its outcome is to be seen first. What waits is kept here and nothing more: this knows errands and
//! keys, not the wizard, whose part it is.

use super::errand::Errand;
use crate::command::Key;
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// As much as a practised hand types while one waits; more than that is a cat on the keyboard.
const MOST: usize = 64;

/// Something that was typed.
pub enum Typed {
    /// A key.
    Key(Key),
    /// Text in one piece; it may be a passphrase.
    Paste(Zeroizing<String>),
}

/// What waits.
#[derive(Default)]
pub struct Ahead {
    typed: VecDeque<Typed>,
    /// The errand that brings the facts.
    facts: Option<u64>,
}

impl Ahead {
    /// An errand was begun for the present step.
    pub fn begun(&mut self, ticket: u64, errand: &Errand) {
        let brings_facts = matches!(
            errand,
            Errand::Begin | Errand::Pointers(..) | Errand::Connections(_)
        );
        self.facts = brings_facts.then_some(ticket);
    }

    /// Has something wait; what is too much is dropped.
    pub fn push(&mut self, typed: Typed) {
        if self.typed.len() < MOST {
            self.typed.push_back(typed);
        }
    }

    /// What was typed first of what waits, which waits no longer.
    pub fn pop(&mut self) -> Option<Typed> {
        self.typed.pop_front()
    }

    /// Whether the errand with this ticket brings the facts.
    pub fn waits_for(&self, ticket: u64) -> bool {
        self.facts == Some(ticket)
    }

    /// Forgets what waits.
    pub fn clear(&mut self) {
        self.typed.clear();
    }
}
