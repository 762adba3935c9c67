//! Writing queries, sending them again, and looking at what came.

use super::super::arrivals::repeated;
use super::super::work::begin;
use super::{on_instance, push_form};
use crate::protocol::Query;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Form, InvokePage, Layer};
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

/// Sends a line of the log again. Its query may have to be fetched first: then the page opens, and `r` is there.
pub(super) fn repeat(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Invoke(page)) = state.layers.last() else {
        return super::moving::open(state);
    };
    match page.entry.as_deref().and_then(repeated) {
        Some(work) => vec![begin(state, work)],
        None => Vec::new(),
    }
}

pub(super) fn on_tab(state: &mut State, change: impl FnOnce(&mut InvokePage)) -> Vec<Effect> {
    if let Some(Layer::Invoke(page)) = state.layers.last_mut() {
        change(page);
    }
    Vec::new()
}

/// The invoke that is open or selected.
fn concerned(state: &State) -> Option<u64> {
    match state.layers.last() {
        Some(Layer::Invoke(page)) => Some(page.id),
        _ => state.log.selected().map(|row| row.id),
    }
}

/// Puts two invokes beside each other: the one that is named or was chosen before, and this one.
pub(super) fn compare(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let Some(id) = concerned(state) else {
        return Vec::new();
    };
    let named = argument.map(|text| text.trim().trim_start_matches('#').parse::<u64>());
    if let Some(Err(_)) = named {
        state.report(Level::Bad, "that is no number of a line", "for example :compare 12");
        return Vec::new();
    }
    let other = named.and_then(Result::ok).or(state.compare_with);
    match other.filter(|other| *other != id) {
        Some(other) => {
            state.compare_with = None;
            vec![begin(state, Work::Compare(other, id))]
        }
        None => {
            state.compare_with = Some(id);
            let text = format!("#{id} is one side of a comparison");
            state.report(Level::Info, text, "press = on the other one, or + for direct against through");
            Vec::new()
        }
    }
}

pub(super) fn compare_direct(state: &mut State) -> Vec<Effect> {
    match concerned(state) {
        Some(id) => vec![begin(state, Work::CompareDirect(id))],
        None => Vec::new(),
    }
}
