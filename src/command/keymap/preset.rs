//! The keymaps to begin with.

use super::Binding;
use crate::command::{Command, Id, Key, KeyCode, Scope, Sequence, commands};

/// A keymap to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// The keys of the table: arrows and the motions of vim.
    #[default]
    Vim,
    /// Moving by arrows, named keys and control only; F-keys for what one needs most. Letters do what they stand for.
    Plain,
}

/// What the plain preset has instead of letters and signs, or beside them.
const PLAIN: [(Id, &[&str]); 11] = [
    (Id::Help, &["f1", "?"]),
    (Id::Menu, &["f2", "."]),
    (Id::Filter, &["f3", "ctrl-f", "/"]),
    (Id::CommandLine, &["f4", ":"]),
    (Id::Zoom, &["f6", "z"]),
    (Id::Theme, &["f7", "t"]),
    (Id::Mouse, &["f8", "m"]),
    (Id::Messages, &["f9", "M"]),
    (Id::Quit, &["f10", "ctrl-q", "q", "ctrl-c"]),
    (Id::NextInstance, &["ctrl-down"]),
    (Id::PreviousInstance, &["ctrl-up"]),
];

impl Preset {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Vim, Self::Plain];

    /// What a keymap file calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vim => "vim",
            Self::Plain => "plain",
        }
    }

    /// The preset of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// What it binds, in the order of the table.
    pub fn bindings(self) -> Vec<Binding> {
        let scopes = Scope::all();
        commands()
            .flat_map(|command| {
                scopes.iter().flat_map(move |scope| {
                    self.keys(command, *scope).into_iter().map(move |keys| Binding {
                        scope: *scope,
                        keys,
                        command,
                        argument: None,
                        when: None,
                    })
                })
            })
            .collect()
    }

    fn keys(self, command: &Command, scope: Scope) -> Vec<Sequence> {
        let own: Vec<Sequence> = command.keys_in(scope).filter_map(Sequence::parse).collect();
        if self == Self::Vim {
            return own;
        }
        if let Some((_, keys)) = PLAIN.iter().find(|(id, _)| *id == command.id)
            && command.scopes.contains(&scope)
        {
            return keys.iter().filter_map(|text| Sequence::parse(text)).collect();
        }
        if !moves(command) {
            return own;
        }
        let taken = |keys: &Sequence| {
            PLAIN
                .iter()
                .any(|(_, others)| others.contains(&keys.spelled().as_str()))
        };
        let mut plain: Vec<Sequence> = own
            .iter()
            .filter(|keys| !has_sign(keys) && !taken(keys))
            .cloned()
            .collect();
        // Keys with a name come before those with control.
        plain.sort_by_key(|keys| keys.keys()[0].ctrl);
        if plain.is_empty() { own } else { plain }
    }
}

/// Whether a command only moves: over lines, panes or tabs.
fn moves(command: &Command) -> bool {
    command.scopes.iter().all(|scope| *scope == Scope::Moving)
        || command
            .keys
            .iter()
            .any(|text| matches!(*text, "left" | "right" | "tab" | "shift-tab" | "up" | "down"))
        || command
            .keys
            .iter()
            .any(|text| text.len() > 1 && text.starts_with("g "))
}

/// Whether a letter or sign without control is part of it. Digits and the blank are on every keyboard.
fn has_sign(keys: &Sequence) -> bool {
    keys.keys().iter().any(|key: &Key| match key.code {
        KeyCode::Char(character) => !key.ctrl && !character.is_ascii_digit() && character != ' ',
        _ => false,
    })
}
