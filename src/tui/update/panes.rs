//! Going to a pane.
//!
//! Pages lead here when what they show has its rows in a pane, so this leans on none of them.

use super::narrow::{expanded, narrow_log, remember_filter};
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::Rows;
use crate::tui::state::{Level, Pane, State};

/// Gives a pane the focus.
pub fn focus(state: &mut State, pane: Pane) -> Vec<Effect> {
    if state.focus == pane {
        return Vec::new();
    }
    state.focus = pane;
    vec![Effect::Remember("focus", pane.title().to_owned())]
}

/// Goes to a pane; what follows its name on the command line chooses an instance and a filter.
pub fn show_pane(state: &mut State, pane: Pane, argument: Option<&str>) -> Vec<Effect> {
    let Targets { instance, filter } = Targets::read(pane, argument.unwrap_or_default());
    if let Some(name) = instance {
        match state.instances.index(name) {
            Some(place) => {
                state.instances.select(place);
                state.pointers.set_merged(false);
            }
            None => state.report(Level::Warn, format!("there is no instance {name:?}"), ""),
        }
    }
    state.close_pages();
    let mut effects = focus(state, pane);
    match (pane, filter) {
        (Pane::Pointers, Some(filter)) => {
            // The pointers of the instance that was just chosen, not of the one before.
            let all: Vec<_> = state
                .instances
                .rows
                .iter()
                .map(|instance| instance.row.name.clone())
                .collect();
            state.pointers.show(&all, state.instances.selected_name());
            let filter = expanded(state, Rows::Pointers, filter);
            state.pointers.set_filter(&filter);
        }
        (Pane::Log, Some(filter)) => {
            let filter = expanded(state, Rows::Log, filter);
            effects.extend(narrow_log(state, &filter));
            effects.extend(remember_filter(state, Rows::Log));
        }
        _ => {}
    }
    effects
}

/// What may follow the name of a pane: `beta /fine dust`, `@beta status:failed`.
struct Targets<'a> {
    instance: Option<&'a str>,
    filter: Option<&'a str>,
}

impl<'a> Targets<'a> {
    fn read(pane: Pane, text: &'a str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self {
                instance: None,
                filter: None,
            };
        }
        if pane == Pane::Log {
            // Its filter has a language of its own, in which an instance is a term.
            return Self {
                instance: None,
                filter: Some(text.strip_prefix('/').unwrap_or(text).trim()),
            };
        }
        if pane == Pane::Pointers && is_filter(text) {
            return Self {
                instance: None,
                filter: Some(text.strip_prefix('/').unwrap_or(text).trim()),
            };
        }
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        Self {
            instance: Some(name.strip_prefix('@').unwrap_or(name)),
            filter: (!rest.is_empty()).then(|| rest.strip_prefix('/').unwrap_or(rest).trim()),
        }
    }
}

/// Whether what stands where an instance may be named begins a filter: by its sign, or as a field.
pub fn is_filter(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.starts_with(['/', '#', '!', '~', '"']) || first.contains(':')
}

/// Shows the pointers of an instance, with another filter if one is given.
pub fn show_pointers_of(state: &mut State, name: &InstanceName, filter: Option<&str>) -> Vec<Effect> {
    let effects = show_pane(state, Pane::Pointers, Some(name.as_str()));
    if let Some(filter) = filter {
        state.pointers.federated_only = false;
        state.pointers.set_filter(filter);
    }
    effects
}
