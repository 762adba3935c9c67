//! Writing queries, sending them again, and looking at what came.

use super::super::work::begin;
use super::{on_instance, push_form};
use crate::command::Scope;
use crate::protocol::Query;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Form, InvokePage, Layer};
use crate::tui::livetest::{self, Source};
use crate::tui::state::{Level, State};

pub(super) fn compose(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    on_instance(state, None, |state, name| {
        let Some(text) = argument else {
            let query = state.last_query.clone();
            return push_form(state, |_| Form::compose(&name, &query));
        };
        match Query::parse(text.as_bytes()) {
            Ok(query) => vec![begin(state, Work::Invoke(name, query))],
            Err(error) => {
                state.report(Level::Bad, error.to_string(), "nothing was sent");
                Vec::new()
            }
        }
    })
}

/// Sends a line of the log again, as a new line.
pub(super) fn repeat(state: &mut State) -> Vec<Effect> {
    match super::log::concerned(state) {
        Some(id) => vec![begin(state, Work::Replay(id))],
        None => Vec::new(),
    }
}

/// Loads the pointer that is open or selected, or what the line of the log asked.
pub(super) fn live_test(state: &mut State) -> Vec<Effect> {
    let on_log = matches!(state.scopes()[0], Scope::Log | Scope::InvokePage);
    let source = if on_log {
        super::log::concerned(state).map(Source::Line)
    } else {
        super::target(state).map(|(instance, address)| Source::Pointer(instance, address))
    };
    source.map_or(Vec::new(), |source| livetest::open(state, source))
}

pub(super) fn on_tab(state: &mut State, change: impl FnOnce(&mut InvokePage)) -> Vec<Effect> {
    if let Some(Layer::Invoke(page)) = state.layers.last_mut() {
        change(page);
    }
    Vec::new()
}
