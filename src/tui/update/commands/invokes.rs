//! Writing queries, sending them again, and looking at what came.

use super::super::begin::begin;
use super::super::concerned::{concerned_line, concerned_row, on_instance, target};
use super::super::edit_again::edit_entry;
use super::moving::open;
use super::refusing::refuse;
use crate::command::Scope;
use crate::model::InstanceName;
use crate::tui::composer;
use crate::tui::effect::{Consent, Effect, Work};
use crate::tui::layers::{InvokePage, Layer};
use crate::tui::livetest::{self, Source};
use crate::tui::state::State;
use crate::workspace::only_reads;

pub(super) fn compose(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    on_instance(state, None, |state, name| match argument {
        Some(text) => composer::send_text(state, name, text),
        None => open_composer(state, name),
    })
}

/// Begins a query with one that has a name, or offers all of them.
pub(super) fn template(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    on_instance(state, None, |state, instance| match argument {
        Some(name) => composer::open_template(state, instance, name),
        None => composer::open_templates(state, instance),
    })
}

/// On a pointer's page, the composer begins with that pointer.
fn open_composer(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let open = match state.layers.last() {
        Some(Layer::Pointer(page)) => page
            .pointer()
            .map(|pointer| (page.instance.clone(), pointer.clone(), page.leads_to().cloned())),
        _ => None,
    };
    match open {
        Some((instance, pointer, peer)) => composer::open_pointer(state, instance, &pointer, peer),
        None => composer::open(state, name),
    }
}

/// Opens the composer with the query of a line of the log. It may have to be fetched first: then its page stands until
/// it is there.
pub(super) fn edit_again(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !matches!(state.layers.last(), Some(Layer::Invoke(_))) {
        effects = open(state);
    }
    let Some(Layer::Invoke(page)) = state.layers.last_mut() else {
        return effects;
    };
    match page.entry.clone() {
        Some(entry) => edit_entry(state, &entry),
        None => {
            page.edits = true;
            effects
        }
    }
}

/// Sends a line of the log again, as a new line.
pub(super) fn repeat(state: &mut State) -> Vec<Effect> {
    again(state, "not sent again", Work::Replay)
}

/// Sends what a line of the log asked, one way or another.
pub(super) fn again(state: &mut State, not: &str, work: fn(u64, Consent) -> Work) -> Vec<Effect> {
    let Some(id) = concerned_line(state) else {
        return Vec::new();
    };
    if state.read_only {
        let row = concerned_row(state).filter(|row| row.id == id);
        let action = row.map_or("a query that is not known yet", |row| row.action.as_str());
        if !only_reads(action) {
            let action = action.to_owned();
            return refuse(state, not, &action);
        }
    }
    vec![begin(state, work(id, Consent::Unasked))]
}

/// Loads the pointer that is open or selected, or what the line of the log asked.
pub(super) fn live_test(state: &mut State) -> Vec<Effect> {
    let on_log = matches!(state.scopes()[0], Scope::Log | Scope::InvokePage);
    let source = if on_log {
        concerned_line(state).map(Source::Line)
    } else {
        target(state).map(|(instance, address)| Source::Pointer(instance, address))
    };
    source.map_or(Vec::new(), |source| livetest::open(state, source))
}

pub(super) fn on_tab(state: &mut State, change: impl FnOnce(&mut InvokePage)) -> Vec<Effect> {
    if let Some(Layer::Invoke(page)) = state.layers.last_mut() {
        change(page);
    }
    Vec::new()
}
