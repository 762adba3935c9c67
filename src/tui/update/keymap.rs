//! Taking another keymap.

use crate::command::Keymap;
use crate::tui::state::{Level, State};

/// Takes what `keymap.toml` says. What cannot be understood in it is reported; if it cannot be read at all, the keys
/// stay as they were. Whether they were taken.
pub fn take_keymap(state: &mut State, text: &str) -> bool {
    match Keymap::load(text) {
        Ok((keymap, problems)) => {
            state.begun.take();
            state.keymap = keymap;
            for problem in problems {
                state.report(
                    Level::Warn,
                    format!(
                        "keymap.toml line {}, column {}: {}",
                        problem.line, problem.column, problem.message
                    ),
                    problem.remedy,
                );
            }
            true
        }
        Err(problem) => {
            state.report(
                Level::Bad,
                format!(
                    "keymap.toml line {}, column {}: {}",
                    problem.line, problem.column, problem.message
                ),
                problem.remedy,
            );
            false
        }
    }
}
