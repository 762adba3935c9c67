//! The lines at the foot of the screen: commands by name, and filters.

use crate::command::{Command, Situation, commands};
use crate::model::filter::Field;
use crate::tui::state::Pane;
use crate::workspace::LOG_FIELDS;
use tui_input::Input;

/// The line after `:`.
#[derive(Default)]
pub struct CommandLine {
    /// What is typed.
    pub input: Input,
    /// How far back in the history one is, if at all.
    pub recalled: Option<usize>,
}

impl CommandLine {
    /// The commands whose names begin with what is typed.
    pub fn candidates(&self, situation: &Situation) -> Vec<&'static Command> {
        let typed = self.input.value().split(' ').next().unwrap_or_default();
        commands()
            .filter(|command| command.name.starts_with(typed) && command.is_available(situation))
            .collect()
    }

    /// Completes the name as far as the candidates agree.
    pub fn complete(&mut self, situation: &Situation) {
        if self.input.value().contains(' ') {
            return;
        }
        let candidates = self.candidates(situation);
        let Some(first) = candidates.first() else {
            return;
        };
        let shared = candidates.iter().fold(first.name, |shared, command| {
            let same = shared
                .bytes()
                .zip(command.name.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            &shared[..same]
        });
        let done = candidates.len() == 1 && !first.argument.is_empty();
        let text = if done {
            format!("{shared} ")
        } else {
            shared.to_owned()
        };
        self.input = Input::new(text);
    }

    /// Goes through the history: back for a positive step.
    pub fn recall(&mut self, back: bool, history: &[String]) {
        let place = match (self.recalled, back) {
            (None, true) => Some(0),
            (None, false) | (Some(0), false) => None,
            (Some(place), true) => Some((place + 1).min(history.len().saturating_sub(1))),
            (Some(place), false) => Some(place - 1),
        };
        self.recalled = place;
        let line = place.and_then(|place| history.iter().rev().nth(place));
        self.input = Input::new(line.cloned().unwrap_or_default());
    }
}

/// The line after `/`.
pub struct FilterLine {
    /// Whose rows are filtered.
    pub pane: Pane,
    /// What is typed.
    pub input: Input,
    /// The filter that `Esc` brings back.
    pub before: String,
}

impl FilterLine {
    /// What its pane can be filtered by, where that is more than words.
    pub fn fields(&self) -> Option<&'static [Field]> {
        (self.pane == Pane::Log).then_some(LOG_FIELDS)
    }
}
