//! Everything that can be done here. It is also the palette: type to find, Enter to do it.

use crate::command::{COMMANDS, Command, Scope, Situation};
use tui_input::Input;

/// The help as it stands.
#[derive(Default)]
pub struct Help {
    /// What is typed.
    pub input: Input,
    /// Which of the found commands is selected.
    pub selected: usize,
    /// The first visible line.
    pub top: usize,
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
            for command in COMMANDS {
                let here = command.scopes.contains(scope);
                let listed = entries.iter().any(|entry: &Entry| entry.command.id == command.id);
                if here && !listed && command.is_available(situation) && matches(command, &words) {
                    entries.push(Entry {
                        command,
                        scope: *scope,
                    });
                }
            }
        }
        entries
    }
}

fn matches(command: &Command, words: &[&str]) -> bool {
    words.iter().all(|word| {
        command.name.contains(word)
            || command.label.contains(word)
            || command.doc.to_lowercase().contains(word)
            || command.keys.contains(word)
    })
}
