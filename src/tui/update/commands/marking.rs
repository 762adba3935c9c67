//! Marking pointers, and what is done to all that are marked.

use super::super::begin::begin;
use super::super::bulk::{bulk, invoke_many};
use super::super::concerned::on_instance;
use crate::command::Id;
use crate::tui::effect::{Effect, Work};
use crate::tui::pointer;
use crate::tui::state::{Level, State};
use crate::workspace::{BulkAction, BulkTarget};

/// Marks the selected pointer and goes on to the next, so that a run of them is marked by one key.
pub(super) fn mark_pointer(state: &mut State) -> Vec<Effect> {
    let row = state.pointers.selected;
    if let Some(target) = state.pointers.target(row) {
        let description = state.pointers.row(row).map(|row| row.description.clone());
        state.pointers.marks.toggle(row, target, description);
        state.pointers.step(1);
    }
    Vec::new()
}

pub(super) fn mark_range(state: &mut State) -> Vec<Effect> {
    let row = state.pointers.selected;
    let rows = state.pointers.marks.range_to(row);
    let seen = |row| {
        let description = state.pointers.row(row)?.description.clone();
        Some((state.pointers.target(row)?, Some(description)))
    };
    let targets: Option<Vec<_>> = rows.map(seen).collect();
    match targets {
        Some(targets) => state.pointers.marks.add(row, targets),
        None => {
            let key = state.key_for(Id::MarkAll);
            state.report(
                Level::Warn,
                "not marked: the range is longer than what is kept of the list",
                format!("mark it in parts, or filter and press {key}"),
            );
        }
    }
    Vec::new()
}

pub(super) fn unmark(state: &mut State) -> Vec<Effect> {
    state.pointers.marks.clear();
    Vec::new()
}

/// Marks all that match, or takes all marks away where there are some.
pub(super) fn mark_all(state: &mut State) -> Vec<Effect> {
    if !state.pointers.marks.is_empty() {
        return unmark(state);
    }
    let query = state.pointers.query();
    let sources = state.pointers.sources().iter();
    let queries = sources
        .map(|source| (source.name.clone(), query.clone()))
        .collect();
    vec![begin(state, Work::MarkAll(queries))]
}

/// Deletes what is marked, or else the pointer that is open or selected; asks first.
pub(super) fn delete(state: &mut State) -> Vec<Effect> {
    match marked(state) {
        Some(targets) => bulk(state, BulkAction::Delete, targets),
        None => pointer::delete(state),
    }
}

/// Invokes what is marked, or else the pointer that is open or selected.
pub(super) fn invoke(state: &mut State) -> Vec<Effect> {
    match marked(state) {
        Some(targets) => invoke_many(state, targets),
        None => super::pointers::invoke(state),
    }
}

/// Changes the tags of what is marked, or else of the pointer that is open or selected.
pub(super) fn tag(state: &mut State) -> Vec<Effect> {
    match marked(state) {
        Some(targets) => pointer::tag_marked(state, targets),
        None => pointer::tag(state),
    }
}

/// Assigns what is marked, or else the pointer that is open or selected.
pub(super) fn assign(state: &mut State) -> Vec<Effect> {
    match marked(state) {
        Some(targets) => pointer::assign_marked(state, &targets),
        None => pointer::assign(state),
    }
}

/// Exports what is marked, or else what the list shows of the selected instance.
pub(super) fn export(state: &mut State, path: Option<&str>) -> Vec<Effect> {
    match marked(state) {
        Some(targets) => pointer::export_marked(state, targets, path),
        None => on_instance(state, None, |state, name| pointer::export(state, &name, path)),
    }
}

/// What is marked, where a command is about the list and not about a page over it.
fn marked(state: &State) -> Option<Vec<BulkTarget>> {
    let marks = &state.pointers.marks;
    (state.layers.is_empty() && !marks.is_empty()).then(|| marks.targets())
}
