//! Everything that can be done here. It is also the palette: type to find, Enter to do it.

use crate::command::{Command, Scope, Situation, commands};
use tui_input::Input;

/// The help as it stands.
#[derive(Default)]
pub struct Help {
    /// What is typed.
    pub input: Input,
    /// Which of the found commands is selected.
    pub selected: usize,
}

/// A command in the help.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The command.
    pub command: &'static Command,
    /// The scope under whose heading it stands.
    pub scope: Scope,
}

impl Help {
    /// The commands that can be done now and match what is typed, those that are nearest at hand first.
    pub fn entries(&self, scopes: &[Scope], situation: &Situation) -> Vec<Entry> {
        let typed = self.input.value().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let mut entries = Vec::new();
        for scope in scopes {
            for command in commands() {
                let here = command.scopes.contains(scope);
                let listed = entries.iter().any(|entry: &Entry| entry.command.id == command.id);
                if here && !listed && command.is_available(situation) && place(command, &words).is_some() {
                    entries.push(Entry {
                        command,
                        scope: *scope,
                    });
                }
            }
        }
        // What is called so comes before what only mentions it.
        entries.sort_by_key(|entry| place(entry.command, &words));
        entries
    }

    /// Whether everything is shown, under headings.
    pub fn shows_all(&self) -> bool {
        self.input.value().trim().is_empty()
    }
}

/// How far down a command belongs among those found; none if it does not match.
fn place(command: &Command, words: &[&str]) -> Option<u8> {
    words.iter().try_fold(0, |place, word| {
        let of_word = if command.name.starts_with(word) || command.keys.contains(word) {
            0
        } else if command.name.contains(word) || command.label.contains(word) {
            1
        } else if command.doc.to_lowercase().contains(word) {
            2
        } else {
            return None;
        };
        Some(place.max(of_word))
    })
}
