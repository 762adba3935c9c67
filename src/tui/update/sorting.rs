//! Sorting the lists of the panes: by a heading that is clicked, by a command, and as it was in earlier runs.

use super::lists::load_log;
use crate::command::Id;
use crate::store::Order;
use crate::tui::effect::Effect;
use crate::tui::state::{Level, Pane, State};
use crate::workspace::{CredentialColumn, InstanceColumn, LogColumn, PointerColumn, SortColumn, Sorting};

/// Under which names it is remembered how the instances, the credentials and the invoke log are sorted.
pub const SETTINGS: [&str; 3] = ["instances.sort", "credentials.sort", "log.sort"];

/// The headings by which the list of a pane can be sorted.
pub fn words(pane: Pane) -> Vec<&'static str> {
    fn of<C: SortColumn>() -> Vec<&'static str> {
        C::ALL.iter().map(|column| column.title()).collect()
    }
    match pane {
        Pane::Instances => of::<InstanceColumn>(),
        Pane::Credentials => of::<CredentialColumn>(),
        Pane::Log => of::<LogColumn>(),
        Pane::Pointers => {
            let columns = PointerColumn::ALL.into_iter();
            let sortable = columns.filter(|column| column.sorts_by().is_some());
            sortable.map(PointerColumn::title).collect()
        }
    }
}

/// Sorts the list of a pane by the column of this heading: with the greatest first or not, or, where that is not said,
/// the other way round if it is sorted by it already.
pub fn sort(state: &mut State, pane: Pane, name: &str, descending: Option<bool>) -> Vec<Effect> {
    let sorted = match pane {
        Pane::Pointers => return sort_pointers(state, name, descending),
        Pane::Instances => {
            chosen(state.instances.sorting, name, descending).map(|sorting| state.instances.sorting = sorting)
        }
        Pane::Credentials => chosen(state.credentials.sorting(), name, descending)
            .map(|sorting| state.credentials.set_sorting(sorting)),
        Pane::Log => {
            chosen(state.log.sorting, name, descending).map(|sorting| state.log.set_sorting(sorting))
        }
    };
    match sorted {
        Some(()) => after(state, pane),
        None => {
            refuse(state, pane, name, Id::Sort);
            Vec::new()
        }
    }
}

/// Lets the list of a pane stand as it comes.
pub fn unsort(state: &mut State, pane: Pane) -> Vec<Effect> {
    match pane {
        Pane::Pointers => {
            state.pointers.columns.order = Order::default();
            return after_pointers(state);
        }
        Pane::Instances => state.instances.sorting = None,
        Pane::Credentials => state.credentials.set_sorting(None),
        Pane::Log => state.log.set_sorting(None),
    }
    after(state, pane)
}

fn chosen<C: SortColumn>(
    now: Option<Sorting<C>>,
    name: &str,
    descending: Option<bool>,
) -> Option<Option<Sorting<C>>> {
    let by = C::parse(name)?;
    Some(match descending {
        Some(descending) => Sorting { by, descending }.settled(),
        None => Sorting::turned(now, by),
    })
}

fn sort_pointers(state: &mut State, name: &str, descending: Option<bool>) -> Vec<Effect> {
    let columns = &mut state.pointers.columns;
    if !PointerColumn::parse(name).is_some_and(|kind| columns.sort_by(kind)) {
        refuse(state, Pane::Pointers, name, Id::SortColumns);
        return Vec::new();
    }
    if let Some(descending) = descending {
        columns.order.descending = descending;
    }
    after_pointers(state)
}

fn after_pointers(state: &mut State) -> Vec<Effect> {
    state.pointers.ask_anew();
    let text = state.pointers.columns.to_text();
    vec![Effect::Remember("pointers.columns", text)]
}

fn refuse(state: &mut State, pane: Pane, name: &str, way: Id) {
    let text = match pane {
        Pane::Log => format!("the invoke log is not sorted by {name}"),
        pane => format!("{} are not sorted by {name}", pane.title().to_lowercase()),
    };
    let remedy = format!("{} shows by what it can be", state.key_for(way));
    state.report(Level::Info, text, remedy);
}

/// It is remembered, and the log is asked for anew.
fn after(state: &mut State, pane: Pane) -> Vec<Effect> {
    let [instances, credentials, log] = SETTINGS;
    match pane {
        Pane::Instances => vec![Effect::Remember(instances, written(state.instances.sorting))],
        Pane::Credentials => {
            let text = written(state.credentials.sorting());
            vec![Effect::Remember(credentials, text)]
        }
        Pane::Log => vec![Effect::Remember(log, written(state.log.sorting)), load_log(state)],
        Pane::Pointers => Vec::new(),
    }
}

fn written<C: SortColumn>(sorting: Option<Sorting<C>>) -> String {
    sorting.map(Sorting::to_text).unwrap_or_default()
}

/// Takes what was remembered of one list; what is not understood leaves it as it comes.
pub fn take_kept(state: &mut State, name: &str, text: &str) -> Vec<Effect> {
    let [instances, credentials, log] = SETTINGS;
    if name == instances {
        state.instances.sorting = Sorting::parse(text).and_then(Sorting::settled);
    } else if name == credentials {
        let sorting = Sorting::parse(text).and_then(Sorting::settled);
        state.credentials.set_sorting(sorting);
    } else if name == log {
        let sorting = Sorting::parse(text).and_then(Sorting::settled);
        if sorting != state.log.sorting {
            state.log.set_sorting(sorting);
            return vec![load_log(state)];
        }
    }
    Vec::new()
}
