//! Filters that are kept under a name: keeping the one that holds, choosing one, forgetting one.

use super::narrow::rows_of;
use super::on_top::{push, push_menu};
use crate::command::Id;
use crate::model::filter::SAVED;
use crate::tui::effect::Effect;
use crate::tui::layers::{CommandLine, Item, Layer, Rows, item_keys};
use crate::tui::state::{Level, State};
use crate::workspace::check_kept_filter;

/// The rows that a person has in front: of the page with an audit trail, or of the pane with the focus.
pub fn rows_here(state: &State) -> Rows {
    match state
        .layers
        .iter()
        .rev()
        .find(|layer| layer.page_scope().is_some())
    {
        Some(Layer::Audit(_)) => Rows::Audit,
        _ => rows_of(state.focus),
    }
}

/// What they are filtered by.
fn filter_here(state: &State) -> &str {
    match state
        .layers
        .iter()
        .rev()
        .find(|layer| layer.page_scope().is_some())
    {
        Some(Layer::Audit(page)) => &page.text,
        _ => state.filter_text(state.focus),
    }
}

/// Keeps the filter of the list in front under a name.
pub fn save_filter(state: &mut State, name: Option<&str>) -> Vec<Effect> {
    let (rows, text) = (rows_here(state), filter_here(state).to_owned());
    let Some(name) = name.map(str::trim) else {
        return push(state, Layer::Command(CommandLine::with("save-filter ")));
    };
    if let Err(failure) = check_kept_filter(rows, name, &text) {
        state.report_failure(&failure);
        return Vec::new();
    }
    state.filters.note(rows, name, Some(&text));
    let remedy = format!("saved:{name} stands for it in filters of this list");
    state.report(Level::Good, format!("{text} is kept as {name}"), remedy);
    vec![Effect::KeepFilter(rows, name.to_owned(), Some(text))]
}

/// Forgets the filter of the list in front that is kept under a name.
pub fn forget_filter(state: &mut State, name: Option<&str>) -> Vec<Effect> {
    let rows = rows_here(state);
    let Some(name) = name.map(str::trim) else {
        return push(state, Layer::Command(CommandLine::with("forget-filter ")));
    };
    if state.filters.get(rows, name).is_none() {
        let remedy = format!("{} shows the kept ones", state.key_for(Id::SavedFilters));
        state.report(
            Level::Warn,
            format!("no filter of this list is kept as {name:?}"),
            remedy,
        );
        return Vec::new();
    }
    state.filters.note(rows, name, None);
    state.report(Level::Good, format!("the filter {name} is forgotten"), "");
    vec![Effect::KeepFilter(rows, name.to_owned(), None)]
}

/// The kept filters of the list in front, to choose from.
pub fn saved_filters(state: &mut State) -> Vec<Effect> {
    let rows = rows_here(state);
    let id = match rows {
        Rows::Audit => Id::AuditFilter,
        _ => Id::Filter,
    };
    let items: Vec<Item> = item_keys()
        .chain(std::iter::repeat(' '))
        .zip(state.filters.of(rows))
        .map(|(key, (name, filter))| Item::run(key, name, filter, id, Some(&format!("{SAVED}{name}"))))
        .collect();
    if items.is_empty() {
        let remedy = format!("{} NAME keeps the one that holds", state.key_for(Id::SaveFilter));
        state.report(Level::Info, "no filter of this list is kept", remedy);
        return Vec::new();
    }
    push_menu(state, "Filter by what is kept".to_owned(), items)
}
