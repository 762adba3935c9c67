//! What is typed before a step knows what it is about: it waits, and is taken in its order once the facts are there.
//!
//! Only where a step reads something so that one can answer. What is under way because somebody said so is never
//! answered ahead: its outcome is to be seen first.

use super::errand::Errand;
use super::state::Wizard;
use super::update::{paste, press};
use crate::command::Key;
use crate::tui::effect::Effect;
use crate::tui::state::State;
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

    /// Forgets what waits.
    pub fn clear(&mut self) {
        self.typed.clear();
    }
}

/// Whether the present step still waits for what it is about.
pub fn waits(wizard: &Wizard) -> bool {
    wizard.ticket.is_some() && wizard.ticket == wizard.ahead.facts
}

/// Takes what waited, as far as the facts are there. Says whether the wizard stays.
pub fn play(state: &mut State, wizard: &mut Wizard) -> (bool, Vec<Effect>) {
    if wizard.failure.is_some() {
        // It was typed for something else than what there is to read now.
        wizard.ahead.clear();
    }
    let mut effects = Vec::new();
    while !waits(wizard) {
        let Some(typed) = wizard.ahead.typed.pop_front() else {
            break;
        };
        let stays = match typed {
            Typed::Key(key) => {
                let (stays, led_to) = press(state, wizard, key);
                effects.extend(led_to);
                stays
            }
            Typed::Paste(text) => {
                paste(state, wizard, &text);
                true
            }
        };
        if !stays {
            return (false, effects);
        }
    }
    (true, effects)
}
