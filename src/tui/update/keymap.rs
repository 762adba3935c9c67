//! Taking another keymap.

use crate::command::{Keymap, Problem};
use crate::tui::state::{Level, Phase, State};
use crate::workspace::Failure;

/// Takes `keymap.toml` as it is now: its text, none if there is no such file. What is the same as before changes
/// nothing; where it is gone the keys are the usual ones again; where it cannot be read they stay as they were.
pub fn take_keymap_file(state: &mut State, file: Result<Option<String>, Failure>) {
    let text = match file {
        Ok(text) => text,
        Err(failure) => return state.report(Level::Bad, failure.message, failure.remedy),
    };
    if text == state.keymap_text {
        return;
    }
    match &text {
        Some(text) => {
            take_keymap(state, text);
        }
        None => {
            state.begun.take();
            state.keymap = Keymap::default();
            state.report(
                Level::Info,
                "keymap.toml is gone, the keys are the usual ones",
                "",
            );
        }
    }
    state.keymap_text = text;
}

/// Takes what `keymap.toml` says. What cannot be understood in it is reported; if it cannot be read at all, the keys
/// stay as they were. Whether they were taken.
pub fn take_keymap(state: &mut State, text: &str) -> bool {
    match Keymap::load(text) {
        Ok((keymap, problems)) => {
            state.begun.take();
            state.keymap = keymap;
            if state.phase != Phase::Opening {
                state.report(Level::Info, "keymap.toml, read again", "");
            }
            for problem in problems {
                tell(state, Level::Warn, problem);
            }
            true
        }
        Err(problem) => {
            tell(state, Level::Bad, problem);
            false
        }
    }
}

fn tell(state: &mut State, level: Level, problem: Problem) {
    let place = format!("line {}, column {}", problem.line, problem.column);
    state.report(
        level,
        format!("keymap.toml {place}: {}", problem.message),
        problem.remedy,
    );
}
