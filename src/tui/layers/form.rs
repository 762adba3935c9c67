//! Fields to fill in, checked as one types.

use super::circuit_field::CircuitField;
use super::domain_forms::AboutDomains;
use super::pointer_forms::Known;
use super::{edit, paste};
use crate::command::{Key, KeyCode};
use crate::model::{CIRCUIT_PREFIX, InstanceName, Pointer, PointerAddress};
use crate::store::PointerQuery;
use crate::tui::effect::{Bringing, Work};
use crate::tui::layers::Choice;
use crate::workspace::{BulkTarget, Failure, InstanceRow, Unlock, VaultLock};
use tui_input::Input;
use zeroize::Zeroizing;

/// What a form is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A passphrase for a new vault; then what was chosen to begin with.
    NewVault(Choice),
    /// The vault of another home, for this one.
    BringVault,
    /// The passphrase of the vault.
    Unlock,
    /// A local instance.
    Init,
    /// A backup of this instance.
    Backup(InstanceName),
    /// An instance made of a backup.
    Restore,
    /// A remote.
    AddRemote,
    /// What this home knows of this instance.
    EditInstance(Box<InstanceRow>),
    /// A pointer on this instance.
    NewPointer(InstanceName),
    /// Changes to this pointer on this instance.
    EditPointer(InstanceName, Box<Pointer>),
    /// A pointer like this one on this instance.
    DuplicatePointer(InstanceName, Box<Pointer>),
    /// The tags of this pointer on this instance.
    TagPointer(InstanceName, Box<Pointer>),
    /// Tags to put on all of these pointers, and to take off.
    TagMarked(Vec<BulkTarget>),
    /// A file for these pointers.
    ExportMarked(Vec<BulkTarget>),
    /// Pointers from a file into this instance.
    ImportPointers(InstanceName),
    /// Pointers of this instance into a file; what the filter shows, if there is one.
    ExportPointers(InstanceName, Option<PointerQuery>),
    /// A federated pointer on this instance.
    Federate(InstanceName),
    /// Something about the domains of this instance.
    Domains(InstanceName, AboutDomains),
    /// How the vault is locked from now on.
    ChangeLock,
    /// A file with the whole vault.
    ExportVault,
    /// A header for fetching on this instance, for this pointer if there is one.
    FetchHeader(InstanceName, Option<PointerAddress>),
    /// A note to this line of the invoke log.
    NoteLine(u64),
    /// A file with lines of the invoke log that this filter leaves.
    ExportLog(String),
}

/// A secret as it is typed: it wipes itself, and is never moved while it grows.
pub struct Secret(Zeroizing<String>);

impl Default for Secret {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(512)))
    }
}

impl Secret {
    /// How many characters there are: all that is shown of it.
    pub fn count(&self) -> usize {
        self.0.chars().count()
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn push(&mut self, character: char) {
        if self.0.len() + character.len_utf8() <= self.0.capacity() {
            self.0.push(character);
        }
    }

    /// Takes pasted text, without what is no character.
    pub fn paste(&mut self, text: &str) {
        text.trim()
            .chars()
            .map(|character| if character.is_control() { ' ' } else { character })
            .for_each(|character| self.push(character));
    }

    /// Takes a key; false if it is not for a line of text.
    pub fn edit(&mut self, key: Key) -> bool {
        match (key.code, key.ctrl) {
            (KeyCode::Char('u'), true) => self.0.clear(),
            (KeyCode::Char('h'), true) | (KeyCode::Backspace, _) => {
                self.0.pop();
            }
            (KeyCode::Char(character), false) if !key.alt => self.push(character),
            _ => return false,
        }
        true
    }
}

/// What kind of field.
pub enum Kind {
    /// Text.
    Text(Input),
    /// Text that is not shown.
    Secret(Secret),
    /// One of a few.
    Choice(Vec<String>, usize),
    /// A circuit, over several lines.
    Circuit(Box<CircuitField>),
}

/// A field.
pub struct Field {
    /// Its name within the form.
    pub id: &'static str,
    /// What it is called on the screen.
    pub label: &'static str,
    /// What kind, and what is in it.
    pub kind: Kind,
    /// What to write there.
    pub hint: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Whether it was left once: before that, emptiness is no mistake worth pointing at.
    pub touched: bool,
}

impl Field {
    /// A field for text.
    pub fn text(id: &'static str, label: &'static str, value: impl Into<String>, hint: &str) -> Self {
        Self::of(id, label, Kind::Text(Input::new(value.into())), hint)
    }

    /// A field for a secret.
    pub fn secret(id: &'static str, label: &'static str, hint: &str) -> Self {
        Self::of(id, label, Kind::Secret(Secret::default()), hint)
    }

    /// A choice.
    pub fn choice(id: &'static str, label: &'static str, options: Vec<String>, hint: &str) -> Self {
        Self::of(id, label, Kind::Choice(options, 0), hint)
    }

    /// The same choice, beginning at this place.
    pub fn at(mut self, place: usize) -> Self {
        if let Kind::Choice(options, at) = &mut self.kind {
            *at = place.min(options.len().saturating_sub(1));
        }
        self
    }

    fn of(id: &'static str, label: &'static str, kind: Kind, hint: &str) -> Self {
        Self {
            id,
            label,
            kind,
            hint: hint.to_owned(),
            error: None,
            touched: false,
        }
    }

    /// Gives a key to what is in it. Returns whether it was for that.
    pub fn key(&mut self, key: Key) -> bool {
        match &mut self.kind {
            Kind::Text(input) => {
                edit(input, key);
                matches!(
                    key.code,
                    KeyCode::Char(_)
                        | KeyCode::Backspace
                        | KeyCode::Delete
                        | KeyCode::Left
                        | KeyCode::Right
                        | KeyCode::Home
                        | KeyCode::End
                )
            }
            Kind::Secret(secret) => secret.edit(key),
            Kind::Choice(options, at) => match key.code {
                KeyCode::Right | KeyCode::Char(' ' | 'l') => {
                    *at = (*at + 1) % options.len().max(1);
                    true
                }
                KeyCode::Left | KeyCode::Char('h') => {
                    *at = (*at + options.len().saturating_sub(1)) % options.len().max(1);
                    true
                }
                _ => false,
            },
            Kind::Circuit(circuit) => circuit.key(key),
        }
    }

    /// Puts pasted text into it.
    pub fn paste(&mut self, text: &str) {
        match &mut self.kind {
            Kind::Text(input) => paste(input, text),
            Kind::Secret(secret) => secret.paste(text),
            Kind::Choice(..) => {}
            Kind::Circuit(circuit) => circuit.paste(text),
        }
    }

    /// What is in it. A secret says it too: only for handing it over.
    pub fn value(&self) -> &str {
        match &self.kind {
            Kind::Text(input) => input.value().trim(),
            Kind::Secret(secret) => secret.expose(),
            Kind::Choice(options, at) => options.get(*at).map_or("", String::as_str),
            Kind::Circuit(circuit) => circuit.reference(),
        }
    }
}

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

    /// Puts pasted text into the field with the cursor.
    pub fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.paste(text);
        }
        self.failure = None;
        self.turn();
        self.check();
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
