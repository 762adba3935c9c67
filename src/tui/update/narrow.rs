//! Narrowing the lists of the panes, and their filters as they are kept for the next time.
//!
//! The line of the filter, the commands and what was kept of earlier runs all narrow, so this leans on none of them.

use super::lists::load_log;
use crate::command::Id;
use crate::tui::effect::Effect;
use crate::tui::layers::Rows;
use crate::tui::state::{Level, Pane, State};

/// Gives the log another filter.
pub fn narrow_log(state: &mut State, text: &str) -> Vec<Effect> {
    let text = text.trim();
    if state.log.text == text {
        return Vec::new();
    }
    if state.log.set_filter(text, state.clock.now()) {
        return vec![load_log(state)];
    }
    Vec::new()
}

/// A filter with what is kept in place of the names in it; what is wrong with one is told.
pub fn expanded(state: &mut State, rows: Rows, text: &str) -> String {
    let (text, problem) = state.filters.expand(rows, text);
    if let Some(problem) = problem {
        let remedy = format!("{} shows the kept ones", state.key_for(Id::SavedFilters));
        state.report(Level::Warn, problem.to_string(), remedy);
    }
    text
}

/// The rows of a pane.
pub fn rows_of(pane: Pane) -> Rows {
    match pane {
        Pane::Instances => Rows::Instances,
        Pane::Pointers => Rows::Pointers,
        Pane::Credentials => Rows::Credentials,
        Pane::Log => Rows::Log,
    }
}

/// The filter of a pane as it is to come back with the next console; that of a page goes with its page.
pub fn remember_filter(state: &State, rows: Rows) -> Option<Effect> {
    let (name, pane) = match rows {
        Rows::Pointers => ("pointers.filter", Pane::Pointers),
        Rows::Log => ("log.filter", Pane::Log),
        Rows::Instances => ("instances.filter", Pane::Instances),
        Rows::Credentials => ("credentials.filter", Pane::Credentials),
        Rows::Audit => return None,
    };
    Some(Effect::Remember(name, state.filter_text(pane).to_owned()))
}
