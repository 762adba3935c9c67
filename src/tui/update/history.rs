//! The lines that were written after `:` before, and which of them are kept for the next time.

use super::candidates::wishes;
use crate::command::{Id, by_name, command};
use crate::tui::effect::Effect;
use crate::tui::state::{State, recent};

/// Lines of the history that are kept.
const KEPT: usize = 200;

/// Longer lines are not kept: nobody looks for them by hand.
const LONGEST_KEPT: usize = 400;

/// Keeps a line for the next time. A query may hold anything: lines with one are not kept.
pub fn remember(state: &mut State, id: Id, text: &str) -> Vec<Effect> {
    let holds_query = wishes(command(id)).any(|wish| wish == "JSON") && text.contains(' ');
    if holds_query || text.len() > LONGEST_KEPT {
        return Vec::new();
    }
    recent::add(&mut state.history, text.to_owned(), KEPT);
    let list = kept_history(state).map(|list| Effect::Remember("history", list));
    list.into_iter().collect()
}

/// The lines that are kept for the next time.
pub fn kept_history(state: &State) -> Option<String> {
    // A line for a shell may hold what belongs in no file: it is remembered while the console runs.
    let lines = state.history.iter().filter(|line| !is_for_a_shell(line));
    serde_json::to_string(&lines.collect::<Vec<_>>()).ok()
}

fn is_for_a_shell(line: &str) -> bool {
    let name = line.split_whitespace().next();
    name.and_then(by_name)
        .is_some_and(|command| matches!(command.id, Id::Run | Id::RunQuietly))
}

/// Takes the lines that were kept; those of this run are newer.
pub fn take_history(state: &mut State, list: &str) {
    let Ok(mut kept) = serde_json::from_str::<Vec<String>>(list) else {
        return;
    };
    kept.retain(|line| line.len() <= LONGEST_KEPT);
    recent::put_before(&mut state.history, kept, KEPT);
}
