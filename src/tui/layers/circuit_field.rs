//! The field in which a circuit is written: an editor of many lines, read anew at every key, so that what is wrong
//! is said with its line and step.

use crate::command::{Key, KeyCode};
use crate::model::CIRCUIT_PREFIX;
use crate::protocol::circuit::Circuit;
use crate::protocol::strict_json;
use crate::tui::widgets::editor::Editor;
use crate::workspace::{laid_out, on_one_line};

/// Lines that a page up or down goes.
const PAGE: usize = 8;

/// A circuit as it is being written.
pub struct CircuitField {
    /// The text behind `internal_circuit::`.
    pub editor: Editor,
    /// What it says.
    pub circuit: Circuit,
    /// The whole reference, as it is written here.
    reference: String,
    /// The reference as it was stored.
    stored: String,
    /// The same as it was laid out to be written on.
    begun: String,
}

impl CircuitField {
    /// A circuit to go on with, laid out in lines where it can be read.
    pub fn new(reference: &str) -> Self {
        let text = reference.strip_prefix(CIRCUIT_PREFIX).unwrap_or(reference);
        let text = match strict_json::parse(text.as_bytes()) {
            Ok(value) => laid_out(&value),
            Err(_) => text.to_owned(),
        };
        let mut field = Self {
            editor: Editor::new(&text),
            circuit: Circuit::default(),
            reference: String::new(),
            stored: reference.to_owned(),
            begun: String::new(),
        };
        field.read();
        field.begun.clone_from(&field.reference);
        field
    }

    /// Whether it says something else than what was stored. Whoever stores a circuit answers for it from then on: what
    /// was typed and taken back is no such decision.
    pub fn is_changed(&self) -> bool {
        let stored = self.stored.strip_prefix(CIRCUIT_PREFIX).unwrap_or(&self.stored);
        let stored = strict_json::parse(stored.as_bytes());
        match (stored, strict_json::parse(self.editor.text().as_bytes())) {
            (Ok(stored), Ok(now)) => stored != now,
            _ => self.reference != self.begun,
        }
    }

    /// The whole reference, as it is written here.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The reference as it is to be stored: on one line, and to the letter as before if it says the same.
    pub fn to_store(&self) -> String {
        if !self.is_changed() {
            return self.stored.clone();
        }
        match strict_json::parse(self.editor.text().as_bytes()) {
            Ok(value) => format!("{CIRCUIT_PREFIX}{}", on_one_line(&value)),
            Err(_) => self.reference.clone(),
        }
    }

    /// Gives it a key. False if it is not for it: such that lead out of it.
    pub fn key(&mut self, key: Key) -> bool {
        let (line, _) = self.editor.place(self.editor.cursor());
        let leaves = match key.code {
            KeyCode::Tab | KeyCode::BackTab | KeyCode::Esc => true,
            KeyCode::Up => line == 0,
            KeyCode::Down => line + 1 == self.editor.lines(),
            KeyCode::Char('s') => key.ctrl,
            _ => false,
        };
        if leaves || !self.editor.key(key, PAGE) {
            return false;
        }
        self.read();
        true
    }

    /// Puts pasted text into it.
    pub fn paste(&mut self, text: &str) {
        let text = text.trim();
        let text = text.strip_prefix(CIRCUIT_PREFIX).unwrap_or(text);
        match strict_json::parse(text.as_bytes()) {
            Ok(value) if self.editor.text().trim().is_empty() => self.editor.replace_all(&laid_out(&value)),
            _ => self.editor.paste(text),
        }
        self.read();
    }

    /// What an instance would refuse, with its line and step.
    pub fn complaint(&self) -> Option<String> {
        let fault = self.circuit.faults.iter().find(|fault| fault.refused)?;
        Some(self.circuit.located(fault))
    }

    /// What it does, or what may not be meant.
    pub fn meaning(&self) -> String {
        if let Some(fault) = self.circuit.first_fault() {
            return self.circuit.located(fault);
        }
        let steps: Vec<&str> = self
            .circuit
            .steps
            .iter()
            .filter_map(|step| step.action.as_deref())
            .collect();
        format!("circuit of {}: {}", steps.len(), steps.join(", "))
    }

    /// The line with the first fault, from 0, and whether an instance would refuse it.
    pub fn faulty_line(&self) -> Option<(usize, bool)> {
        let fault = self.circuit.first_fault()?;
        let line = self.circuit.line_of(fault)?;
        Some((line.saturating_sub(1), fault.refused))
    }

    fn read(&mut self) {
        self.reference = format!("{CIRCUIT_PREFIX}{}", self.editor.text());
        self.circuit = Circuit::read(self.editor.text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> CircuitField {
        let mut field = CircuitField::new(CIRCUIT_PREFIX);
        for character in text.chars() {
            let key = match character {
                '\n' => Key::plain(KeyCode::Enter),
                other => Key::char(other),
            };
            assert!(field.key(key));
        }
        field
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_step() {
        let field = typed("[\n{\"action\": \"whoami\"},\n{\"act\": 1");
        let complaint = field.complaint().unwrap();
        assert_eq!(
            complaint,
            "line 3: step 1 has no 'action', or one that is no text"
        );
        assert_eq!(field.faulty_line(), Some((2, true)));
        let broken = typed("[\n{\"action\": \"whoami\"},\n{\"action\": x");
        let complaint = broken.complaint().unwrap();
        assert!(
            complaint.starts_with("line 3, column ") && complaint.contains(", step 1: not acceptable JSON"),
            "{complaint}"
        );
    }

    #[test]
    fn what_says_the_same_is_stored_to_the_letter_and_else_on_one_line() {
        let reference = format!(
            "{CIRCUIT_PREFIX}[ {{\"action\":\"whoami\"}},{{\"action\":\"get_pointer\",\"pointer_address\":\"{{0.x}}\"}} ]"
        );
        let mut field = CircuitField::new(&reference);
        assert!(field.editor.lines() > 2, "{}", field.editor.text());
        assert_eq!(field.to_store(), reference);
        field.editor.go_to(0);
        field.key(Key::plain(KeyCode::Enter));
        assert_eq!(field.to_store(), reference, "a line more says nothing else");
        let place = field.editor.text().find("whoami").unwrap();
        field.editor.go_to(place);
        field.key(Key::char('x'));
        assert_eq!(
            field.to_store(),
            format!(
                "{CIRCUIT_PREFIX}[{{\"action\": \"xwhoami\"}}, {{\"action\": \"get_pointer\", \"pointer_address\": \"{{0.x}}\"}}]"
            )
        );
        field.key(Key::plain(KeyCode::Backspace));
        assert_eq!(field.to_store(), reference, "what was taken back is not stored");

        // What is no JSON was stored by somebody all the same.
        let reference = format!("{CIRCUIT_PREFIX}[ {{\"action\"");
        let mut field = CircuitField::new(&reference);
        for key in [Key::char('x'), Key::plain(KeyCode::Backspace)] {
            field.key(key);
        }
        assert_eq!(field.to_store(), reference);
    }

    #[test]
    fn arrows_lead_out_of_it_only_at_its_ends() {
        let mut field = typed("[\n");
        assert!(field.key(Key::plain(KeyCode::Up)));
        assert!(!field.key(Key::plain(KeyCode::Up)));
        assert!(!field.key(Key::plain(KeyCode::Tab)));
        assert!(!field.key(Key::ctrl('s')));
        assert!(field.key(Key::plain(KeyCode::Down)) && field.key(Key::plain(KeyCode::Down)));
        assert!(!field.key(Key::plain(KeyCode::Down)));
    }

    #[test]
    fn a_pasted_circuit_is_laid_out() {
        let mut field = CircuitField::new(CIRCUIT_PREFIX);
        let steps = ["{\"action\":\"search_pointers\",\"search_term\":\"air\"}"; 3].join(",");
        field.paste(&format!("{CIRCUIT_PREFIX}[{steps}]\n"));
        assert!(field.complaint().is_none());
        assert_eq!(field.editor.lines(), 5);
    }
}
