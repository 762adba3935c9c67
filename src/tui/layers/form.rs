//! Fields to fill in, checked as one types.

use super::circuit_field::CircuitField;
use super::form_field::{Field, Kind};
use super::form_purpose::{Known, Purpose};
use crate::command::{Key, KeyCode};
use crate::model::CIRCUIT_PREFIX;
use crate::tui::effect::{Bringing, Work};
use crate::workspace::{Failure, Unlock, VaultLock};
use tui_input::Input;

/// What a filled-in form leads to.
pub enum Submission {
    /// Doing something.
    Do(Work),
    /// Making the home.
    Create(VaultLock),
    /// Making it of another one's vault.
    Bring(Box<Bringing>),
    /// Opening it.
    Open(Unlock),
}

/// What a key did to a form.
pub enum Answer {
    /// It is not for the form.
    Passed,
    /// It was taken.
    Taken,
    /// The form is to be sent off.
    Submit,
    /// The form is to be closed.
    Close,
}

/// A form.
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// In a few words.
    pub title: String,
    /// What a person should know before.
    pub intro: String,
    /// The fields.
    pub fields: Vec<Field>,
    /// The field with the cursor.
    pub at: usize,
    /// What went wrong when it was sent off.
    pub failure: Option<Failure>,
    /// The work that it waits for.
    pub ticket: Option<u64>,
    /// What sending it off is called.
    pub verb: &'static str,
    /// What the instance told about what is being typed.
    pub known: Known,
    /// Whether closing it would throw away a circuit that was written, and that was said.
    pub is_leaving: bool,
}

impl Form {
    /// The field of this name.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// What is in the field of this name; nothing if it is not there.
    pub fn value(&self, id: &str) -> &str {
        self.field(id).map_or("", Field::value)
    }

    /// Puts the cursor into a field.
    #[cfg(test)]
    pub(super) fn go_to(&mut self, id: &str) {
        self.at = self.fields.iter().position(|field| field.id == id).unwrap();
    }

    /// Gives a key to the form.
    pub fn key(&mut self, key: Key) -> Answer {
        if self.ticket.is_some() {
            return if key.code == KeyCode::Esc {
                Answer::Close
            } else {
                Answer::Taken
            };
        }
        if key.code == KeyCode::Esc {
            let loses = !self.is_leaving && self.circuit().is_some_and(CircuitField::is_changed);
            self.is_leaving = loses;
            return if loses { Answer::Taken } else { Answer::Close };
        }
        self.is_leaving = false;
        match (key.code, key.ctrl) {
            _ if self.write_circuit(key) => {}
            (KeyCode::Tab, _) if self.complete_path() => self.check(),
            (KeyCode::Char('s'), true) => return Answer::Submit,
            (KeyCode::Enter, _) if self.at + 1 == self.fields.len() => return Answer::Submit,
            (KeyCode::Enter | KeyCode::Tab | KeyCode::Down, _) => self.go(1),
            (KeyCode::BackTab | KeyCode::Up, _) => self.go(-1),
            (KeyCode::Right, false) if self.complete_tag() => self.check(),
            _ if !self.give(key) => return Answer::Passed,
            _ => {}
        }
        Answer::Taken
    }

    /// Says anew what is wrong with each field: something became known.
    pub fn recheck(&mut self) {
        self.check();
    }

    /// Puts pasted text into the field with the cursor. False if only the beginning of a line was taken.
    pub fn paste(&mut self, text: &str) -> bool {
        let field = self.fields.get_mut(self.at);
        let whole = field.is_none_or(|field| field.paste(text));
        self.failure = None;
        self.turn();
        self.check();
        whole
    }

    /// The circuit that is written in one of the fields.
    pub fn circuit(&self) -> Option<&CircuitField> {
        self.fields.iter().find_map(|field| match &field.kind {
            Kind::Circuit(circuit) => Some(&**circuit),
            _ => None,
        })
    }

    /// Whether the cursor is in a circuit.
    pub fn is_writing_circuit(&self) -> bool {
        let field = self.fields.get(self.at);
        field.is_some_and(|field| matches!(field.kind, Kind::Circuit(_)))
    }

    /// Gives a key to the circuit, where that has the cursor. False if it is not for it.
    fn write_circuit(&mut self, key: Key) -> bool {
        let Some(field) = self.fields.get_mut(self.at) else {
            return false;
        };
        let Kind::Circuit(circuit) = &mut field.kind else {
            return false;
        };
        let is_empty = circuit.editor.text().is_empty();
        if is_empty && key.code == KeyCode::Backspace {
            // One letter of what makes it a circuit goes, and it is a line again.
            let shorter = &CIRCUIT_PREFIX[..CIRCUIT_PREFIX.len() - 1];
            field.kind = Kind::Text(Input::new(shorter.to_owned()));
        } else if !field.key(key) {
            return false;
        }
        self.failure = None;
        self.check();
        true
    }

    /// A reference that begins like a circuit is written over several lines from then on.
    pub(super) fn turn(&mut self) {
        for field in &mut self.fields {
            if field.id == "data_reference"
                && let Kind::Text(input) = &field.kind
                && input.value().starts_with(CIRCUIT_PREFIX)
            {
                field.kind = Kind::Circuit(Box::new(CircuitField::new(input.value())));
            }
        }
    }

    fn go(&mut self, step: isize) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.touched = true;
        }
        let count = self.fields.len();
        self.at = (self.at + count).saturating_add_signed(step) % count.max(1);
        self.check();
    }

    fn give(&mut self, key: Key) -> bool {
        let Some(field) = self.fields.get_mut(self.at) else {
            return false;
        };
        let taken = field.key(key);
        self.failure = None;
        self.rearrange();
        self.turn();
        self.check();
        taken
    }
}
