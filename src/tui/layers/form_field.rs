//! One field of a form: what it is called, what is in it, and what is wrong with that.

use super::circuit_field::CircuitField;
use super::line::{edit, paste};
use crate::command::{Key, KeyCode};
use tui_input::Input;
use zeroize::Zeroizing;

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

    /// Puts something else into it: another text, or another one of its choices.
    pub(super) fn put(&mut self, value: &str) {
        match &mut self.kind {
            Kind::Choice(options, at) => {
                *at = options.iter().position(|option| option == value).unwrap_or(*at);
            }
            kind => *kind = Kind::Text(Input::new(value.to_owned())),
        }
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

    /// Puts pasted text into it. False if only the beginning of a line was taken.
    pub fn paste(&mut self, text: &str) -> bool {
        match &mut self.kind {
            Kind::Text(input) => return paste(input, text),
            Kind::Secret(secret) => secret.paste(text),
            Kind::Choice(..) => {}
            Kind::Circuit(circuit) => circuit.paste(text),
        }
        true
    }

    /// Puts text into it instead of what was there. False if only its beginning was taken.
    pub fn replace(&mut self, text: &str) -> bool {
        match &mut self.kind {
            Kind::Text(input) => input.reset(),
            Kind::Secret(secret) => *secret = Secret::default(),
            Kind::Choice(..) | Kind::Circuit(_) => {}
        }
        self.paste(text)
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
