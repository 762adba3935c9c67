//! Moving: the selection, the pages, the panes.

use super::super::concerned::on_instance;
use super::super::pages::{open_credential_page, open_instance_page, open_invoke_page};
use super::super::panes::focus;
use super::filtering::clear_filter;
use super::instances;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, Tab};
use crate::tui::state::{Pane, State};
use crate::tui::{audit, content, domains, invoke, map, pointer};

pub(super) fn open(state: &mut State) -> Vec<Effect> {
    match state.focus {
        Pane::Instances if state.instances.selected_heading().is_some() => instances::fold(state),
        Pane::Instances => on_instance(state, None, open_instance_page),
        Pane::Pointers => {
            let row = state.pointers.selected;
            let (Some(instance), Some(pointer)) = (
                state.pointers.instance_of(row).cloned(),
                state.pointers.selected(),
            ) else {
                return Vec::new();
            };
            let pointer = pointer.clone();
            pointer::open(state, instance, &pointer)
        }
        Pane::Credentials => {
            let Some(name) = state.credential().map(|row| row.name.clone()) else {
                return Vec::new();
            };
            open_credential_page(state, name)
        }
        Pane::Log => {
            let Some(id) = state.log.selected().map(|row| row.id) else {
                return Vec::new();
            };
            open_invoke_page(state, id, Tab::Reply)
        }
    }
}

/// From the nearest to the farthest: the pointer that one came from, the page, the zoom, the filter.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    if pointer::walk_back(state) {
        return Vec::new();
    }
    if let Some(Layer::Invoke(page)) = state.layers.last_mut()
        && invoke::back(page)
    {
        return Vec::new();
    }
    if let Some(effects) = audit::back(state) {
        return effects;
    }
    if state.layers.pop().is_some() {
        return Vec::new();
    }
    if state.zoom {
        state.zoom = false;
        return vec![Effect::Remember("zoom", "false".to_owned())];
    }
    if state.situation().filtered {
        return clear_filter(state);
    }
    Vec::new()
}

/// Rows in a page of what has the keys.
pub(super) fn page(state: &State) -> i64 {
    let rows = if state.layers.is_empty() {
        state.layout().rows(state.focus).height
    } else {
        content::page_area(state).height
    };
    i64::from(rows.saturating_sub(1).max(1))
}

/// Moves the selection, or scrolls the page on top.
pub(super) fn step(state: &mut State, rows: i64) -> Vec<Effect> {
    if pointer::step(state, rows) {
        return Vec::new();
    }
    if state
        .layers
        .last()
        .is_some_and(|layer| layer.page_scope().is_some())
    {
        return scroll(state, rows);
    }
    match state.focus {
        Pane::Instances => state.instances.step(rows),
        Pane::Pointers => state.pointers.step(rows),
        Pane::Credentials => state.credentials.cursor.step(rows, state.credentials.len()),
        Pane::Log => state.log.step(rows),
    }
    Vec::new()
}

/// Scrolls the layer on top; where it ends is settled afterwards.
pub fn scroll(state: &mut State, rows: i64) -> Vec<Effect> {
    if let Some(Layer::Map(map)) = state.layers.last_mut() {
        map::step(map, rows);
        return Vec::new();
    }
    if let Some(Layer::Domains(page)) = state.layers.last_mut() {
        domains::step(page, rows);
        return Vec::new();
    }
    if let Some(Layer::Audit(page)) = state.layers.last_mut() {
        page.step(rows);
        return Vec::new();
    }
    if let Some(Layer::Difference(page)) = state.layers.last_mut() {
        page.step(rows);
        return Vec::new();
    }
    if let Some(Layer::Tail(tail)) = state.layers.last_mut() {
        // Whoever scrolls up wants to read; whoever goes to the end wants what comes.
        let follows = rows == i64::MAX || tail.follows && rows > 0;
        if follows != tail.follows {
            tail.follow(follows);
        }
    }
    if let Some(Layer::Invoke(page)) = state.layers.last_mut() {
        invoke::step(page, rows);
        return Vec::new();
    }
    if let Some(scroll) = state.layers.last_mut().and_then(Layer::scroll_mut) {
        let wanted = i64::try_from(*scroll).unwrap_or(i64::MAX).saturating_add(rows);
        *scroll = usize::try_from(wanted.max(0)).unwrap_or(0);
    }
    Vec::new()
}

pub(super) fn turn_pane(state: &mut State, step: usize) -> Vec<Effect> {
    let pane = Pane::ALL[(state.focus.index() + step) % 4];
    focus(state, pane)
}

/// The pane on the other side: instances and pointers, credentials and log stand beside each other.
pub(super) fn beside(state: &mut State) -> Vec<Effect> {
    let pane = match state.focus {
        Pane::Instances => Pane::Pointers,
        Pane::Pointers => Pane::Instances,
        Pane::Credentials => Pane::Log,
        Pane::Log => Pane::Credentials,
    };
    focus(state, pane)
}

pub(super) fn turn_instance(state: &mut State, step: i64) -> Vec<Effect> {
    let total = i64::try_from(state.instances.rows.len()).unwrap_or(1).max(1);
    let place = i64::try_from(state.instances.cursor.selected).unwrap_or(0) + step;
    state
        .instances
        .select(usize::try_from(place.rem_euclid(total)).unwrap_or(0));
    if state.focus == Pane::Pointers {
        // Among those of all, the selected instance would follow the selected pointer.
        state.pointers.set_merged(false);
    }
    Vec::new()
}
