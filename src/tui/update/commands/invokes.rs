//! Writing queries, sending them again, and looking at what came.

use super::super::work::begin;
use super::on_instance;
use crate::model::InstanceName;
use crate::protocol::Query;
use crate::tui::composer;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{InvokePage, Layer};
use crate::tui::state::{Level, State};

pub(super) fn compose(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    on_instance(state, None, |state, name| {
        let Some(text) = argument else {
            return open_composer(state, name);
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

/// Opens the composer with the query of a line of the log. It may have to be fetched first: then the page opens, and
/// `e` is there.
pub(super) fn edit_again(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Invoke(page)) = state.layers.last() else {
        return super::moving::open(state);
    };
    let Some(entry) = &page.entry else {
        return Vec::new();
    };
    let query = entry.query.clone();
    match InstanceName::parse(&entry.row.instance) {
        Ok(name) if state.instances.get(name.as_str()).is_some() => composer::open_query(state, name, &query),
        _ => {
            let text = format!("{} is not in this home any more", entry.row.instance);
            state.report(Level::Warn, text, "open the composer with I and paste the query");
            Vec::new()
        }
    }
}

/// Sends a line of the log again, as a new line.
pub(super) fn repeat(state: &mut State) -> Vec<Effect> {
    match super::log::concerned(state) {
        Some(id) => vec![begin(state, Work::Replay(id))],
        None => Vec::new(),
    }
}

pub(super) fn on_tab(state: &mut State, change: impl FnOnce(&mut InvokePage)) -> Vec<Effect> {
    if let Some(Layer::Invoke(page)) = state.layers.last_mut() {
        change(page);
    }
    Vec::new()
}
