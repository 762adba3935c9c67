//! A list to pick from: one of it, or several, found by typing where it is long.

use crate::command::{Key, KeyCode};
use crate::tui::layers::edit;
use tui_input::Input;

/// Something to pick.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Item {
    /// What stands for it.
    pub key: String,
    /// In a few words.
    pub title: String,
    /// In a sentence.
    pub doc: String,
    /// A word at the right, such as a state.
    pub mark: String,
}

impl Item {
    /// Something with its explanation.
    pub fn new(key: impl Into<String>, title: impl Into<String>, doc: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            title: title.into(),
            doc: doc.into(),
            mark: String::new(),
        }
    }

    /// The same with a word at the right.
    pub fn marked(self, mark: impl Into<String>) -> Self {
        Self {
            mark: mark.into(),
            ..self
        }
    }
}

/// A list to pick from.
#[derive(Debug, Default)]
pub struct Picker {
    /// What there is.
    pub items: Vec<Item>,
    /// Which is selected, among those that are found; none where somebody has to choose first.
    pub selected: Option<usize>,
    /// Whether several can be picked.
    pub many: bool,
    /// Those that are picked.
    pub picked: Vec<String>,
    /// Whether typing finds.
    pub finds: bool,
    /// What was typed.
    pub filter: Input,
    /// How many there are in all, where not all are here.
    pub total: Option<u64>,
    /// Whether they are on their way.
    pub loading: bool,
}

impl Picker {
    /// One of these; the one that stands for `key` to begin with.
    pub fn one(items: Vec<Item>, key: &str) -> Self {
        let selected = items.iter().position(|item| item.key == key).unwrap_or(0);
        Self {
            selected: Some(selected),
            ..Self::undecided(items)
        }
    }

    /// One of these, none of which is selected: an Enter that was meant for something else answers nothing.
    pub fn undecided(items: Vec<Item>) -> Self {
        Self {
            finds: items.len() > 9,
            items,
            ..Self::default()
        }
    }

    /// Several of these.
    pub fn many(items: Vec<Item>, picked: Vec<String>) -> Self {
        Self {
            items,
            picked,
            selected: Some(0),
            many: true,
            finds: true,
            ..Self::default()
        }
    }

    /// Those that were found, all of them if nothing was typed.
    pub fn found(&self) -> Vec<&Item> {
        let words: Vec<String> = self
            .filter
            .value()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let fits = |item: &&Item| {
            let text = format!("{} {} {}", item.key, item.title, item.doc).to_lowercase();
            words
                .iter()
                .all(|word| text.contains(word.trim_start_matches('#')))
        };
        self.items.iter().filter(fits).collect()
    }

    /// What is selected.
    pub fn current(&self) -> Option<&Item> {
        self.found().get(self.selected?).copied()
    }

    /// Whether this one is picked.
    pub fn is_picked(&self, key: &str) -> bool {
        self.picked.iter().any(|picked| picked == key)
    }

    /// Gives it a key. Returns whether the filter changed.
    pub fn key(&mut self, key: Key) -> bool {
        let last = self.found().len().saturating_sub(1);
        let plain = !key.ctrl && !key.alt;
        let after = |rows: usize| Some(self.selected.map_or(0, |at| at + rows).min(last));
        let before = |rows: usize| Some(self.selected.map_or(last, |at| at.saturating_sub(rows)));
        match key.code {
            KeyCode::Down | KeyCode::Tab => self.selected = after(1),
            KeyCode::Up | KeyCode::BackTab => self.selected = before(1),
            KeyCode::PageDown => self.selected = after(10),
            KeyCode::PageUp => self.selected = before(10),
            KeyCode::Home => self.selected = Some(0),
            KeyCode::End => self.selected = Some(last),
            KeyCode::Char(' ') if self.many && plain => self.toggle(),
            KeyCode::Char('j') if !self.finds && plain => self.selected = after(1),
            KeyCode::Char('k') if !self.finds && plain => self.selected = before(1),
            KeyCode::Char(digit @ '1'..='9') if !self.finds && plain => {
                let place = digit as usize - '1' as usize;
                if place <= last {
                    self.selected = Some(place);
                }
            }
            _ if self.finds && edit(&mut self.filter, key) => {
                self.selected = Some(0);
                return true;
            }
            _ => {}
        }
        false
    }

    /// Other things are there; what was picked and what was typed stay.
    pub fn replace(&mut self, items: Vec<Item>, total: Option<u64>) {
        self.items = items;
        self.total = total;
        self.loading = false;
        let last = self.found().len().saturating_sub(1);
        self.selected = self.selected.map(|at| at.min(last));
    }

    /// Picks what is selected, or lets it go.
    pub fn toggle(&mut self) {
        let Some(key) = self.current().map(|item| item.key.clone()) else {
            return;
        };
        if self.is_picked(&key) {
            self.picked.retain(|picked| *picked != key);
        } else {
            self.picked.push(key);
        }
    }
}
