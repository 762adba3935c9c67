//! The lines at the foot of the screen: commands by name, and filters.

use super::line::{edit, paste};
use crate::command::Key;
use crate::tui::paths::FileName;
use crate::tui::widgets::candidates::{Candidate, Cycle};
use crate::workspace::Rows;
use std::collections::{BTreeMap, BTreeSet};
use tui_input::Input;

/// What may stand at the end of the line, and from which byte on it would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The first byte that is replaced.
    pub from: usize,
    /// The best ones first.
    pub items: Vec<Candidate>,
}

/// The line after `:`.
#[derive(Default)]
pub struct CommandLine {
    /// What is typed.
    pub input: Input,
    /// How far back among the lines of the history that begin like `typed` one is, if at all.
    recalled: Option<usize>,
    /// What was typed before the history was gone through.
    typed: String,
    /// The candidate that was taken, if the last key took one.
    pub cycle: Option<Cycle>,
    /// What is looked for in the history, while that is so, and which of the found lines is selected.
    pub search: Option<(Input, usize)>,
    /// What is wrong with the line as it was entered, until it changes.
    pub error: Option<String>,
    /// The folder that is looked into for the path that is typed, and what is in it, once that is known.
    pub folder: Option<(String, Vec<FileName>)>,
}

impl CommandLine {
    /// A line that begins with this.
    pub fn with(text: &str) -> Self {
        Self {
            input: Input::new(text.to_owned()),
            ..Self::default()
        }
    }

    /// Another text, because something was chosen.
    pub fn put(&mut self, text: String) {
        self.input = Input::new(text);
        self.error = None;
    }

    /// A key that edits.
    pub fn edit(&mut self, key: Key) {
        if let Some((wanted, selected)) = &mut self.search {
            if edit(wanted, key) {
                *selected = 0;
            }
            return;
        }
        if edit(&mut self.input, key) {
            self.changed();
        }
    }

    /// Pasted text. False if only its beginning was taken.
    pub fn paste(&mut self, text: &str) -> bool {
        match &mut self.search {
            Some((wanted, _)) => paste(wanted, text),
            None => {
                let whole = paste(&mut self.input, text);
                self.changed();
                whole
            }
        }
    }

    fn changed(&mut self) {
        self.error = None;
        self.cycle = None;
        self.recalled = None;
    }

    /// Takes the next candidate, or the one before.
    pub fn take(&mut self, fresh: Candidates, forward: bool) {
        let Some(cycle) = next(self.cycle.take(), self.input.value(), fresh, forward) else {
            return;
        };
        self.put(cycle.written());
        self.cycle = Some(cycle);
    }

    /// Goes through the lines of the history that begin like what is typed: back, or forward to what is typed.
    pub fn recall(&mut self, back: bool, history: &[String]) {
        if self.recalled.is_none() {
            self.input.value().clone_into(&mut self.typed);
        }
        let typed = self.typed.clone();
        let lines: Vec<&String> = history
            .iter()
            .rev()
            .filter(|line| line.starts_with(&typed))
            .collect();
        let place = match (self.recalled, back) {
            (None, true) => (!lines.is_empty()).then_some(0),
            (None, false) | (Some(0), false) => None,
            (Some(place), true) => Some((place + 1).min(lines.len().saturating_sub(1))),
            (Some(place), false) => Some(place - 1),
        };
        let line = place
            .and_then(|place| lines.get(place))
            .map_or(typed, |line| (*line).clone());
        self.put(line);
        self.cycle = None;
        self.recalled = place;
    }

    /// The lines of the history in which every word that is looked for stands, newest first.
    pub fn found<'a>(&self, history: &'a [String]) -> Vec<&'a String> {
        let Some((wanted, _)) = &self.search else {
            return Vec::new();
        };
        let words: Vec<String> = wanted.value().split_whitespace().map(str::to_lowercase).collect();
        history
            .iter()
            .rev()
            .filter(|line| {
                words
                    .iter()
                    .all(|word| line.to_lowercase().contains(word.as_str()))
            })
            .collect()
    }
}

/// Values of one field that are kept while one types.
const MOST_SEEN: usize = 10_000;

/// Values of fields that were seen, by the field's name.
pub type Seen = BTreeMap<&'static str, BTreeSet<String>>;

/// The line after `/`.
pub struct FilterLine {
    /// Which rows are filtered.
    pub rows: Rows,
    /// What is typed.
    pub input: Input,
    /// The filter that `Esc` brings back.
    pub before: String,
    /// The candidate that was taken, if the last key took one.
    pub cycle: Option<Cycle>,
    /// Values of fields that were seen since the line was opened: what is typed takes their rows away.
    pub seen: Seen,
}

impl FilterLine {
    /// A line that begins with the filter that holds.
    pub fn over(rows: Rows, before: &str) -> Self {
        Self {
            rows,
            input: Input::new(before.to_owned()),
            before: before.to_owned(),
            cycle: None,
            seen: Seen::new(),
        }
    }

    /// Keeps values of a field, so that they are offered whatever is shown by then.
    pub fn note(&mut self, field: &'static str, values: impl IntoIterator<Item = String>) {
        let kept = self.seen.entry(field).or_default();
        for value in values {
            if kept.len() < MOST_SEEN {
                kept.insert(value);
            }
        }
    }

    /// Takes the next candidate, or the one before; false where there is none.
    pub fn take(&mut self, fresh: Candidates, forward: bool) -> bool {
        let Some(cycle) = next(self.cycle.take(), self.input.value(), fresh, forward) else {
            return false;
        };
        self.input = Input::new(cycle.written());
        self.cycle = Some(cycle);
        true
    }
}

/// The next candidate. One that was the only one is behind us: after `status:` come its values.
fn next(cycle: Option<Cycle>, text: &str, fresh: Candidates, forward: bool) -> Option<Cycle> {
    match cycle.filter(|cycle| cycle.items.len() > 1) {
        Some(cycle) => Some(cycle.step(forward)),
        None => Cycle::begin(&text[..fresh.from], "", fresh.items, forward),
    }
}
