//! What is done with lines of the invoke log.

use super::super::begin::begin;
use super::super::concerned::{concerned_line, concerned_row};
use super::super::on_top::{push_form, push_menu};
use super::super::sorting::unsort;
use crate::command::Id;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Form, Item, Layer};
use crate::tui::state::{Level, Pane, State};
use crate::workspace::LogForm;

pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    if state.log.sorting.is_some() {
        return unsort(state, Pane::Log);
    }
    if state.log.is_frozen() {
        state.log.follow();
    } else {
        state.log.freeze();
        let remedy = format!("{} follows again", state.key_for(Id::FollowLog));
        state.report(Level::Info, "the log is frozen: new lines are counted", remedy);
    }
    Vec::new()
}

pub(super) fn mark(state: &mut State) -> Vec<Effect> {
    let Some((id, marked)) = mark_of(state) else {
        return Vec::new();
    };
    state.log.show_mark(id, !marked);
    for layer in &mut state.layers {
        if let Layer::Invoke(page) = layer
            && page.id == id
            && let Some(entry) = &mut page.entry
        {
            std::sync::Arc::make_mut(entry).row.marked = !marked;
        }
    }
    vec![Effect::MarkLog(vec![id], !marked)]
}

/// The line concerned, and whether it is marked.
fn mark_of(state: &State) -> Option<(u64, bool)> {
    let row = concerned_row(state)?;
    Some((row.id, row.marked))
}

pub(super) fn note(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let Some(id) = concerned_line(state) else {
        return Vec::new();
    };
    if let Some(text) = argument {
        return vec![begin(state, Work::NoteLog(id, text.to_owned()))];
    }
    let open = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Invoke(page) => page.entry.as_ref().map(|entry| &entry.row),
        _ => None,
    });
    let before = open
        .or_else(|| state.log.selected())
        .and_then(|row| row.note.clone())
        .unwrap_or_default();
    push_form(state, |_| Form::note_line(id, &before))
}

pub(super) fn copy_as(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let Some(id) = concerned_line(state) else {
        return Vec::new();
    };
    if let Some(name) = argument {
        let Some(form) = LogForm::ALL.into_iter().find(|form| form.as_str() == name) else {
            let known: Vec<&str> = LogForm::ALL.iter().map(|form| form.as_str()).collect();
            let text = format!("a line cannot be copied as {name:?}");
            state.report(Level::Warn, text, format!("as one of {}", known.join(", ")));
            return Vec::new();
        };
        return vec![begin(state, Work::CopyLog(id, form))];
    }
    let items = LogForm::ALL
        .into_iter()
        .map(|form| Item::work(form.key(), form.as_str(), form.doc(), Work::CopyLog(id, form)))
        .collect();
    push_menu(state, format!("Copy line {id} as"), items)
}

pub(super) fn export(state: &mut State, path: Option<&str>) -> Vec<Effect> {
    let filter = state.log.filter.to_string();
    let matched = state.log.matched;
    let usual = format!("butterfly-log-{}", state.clock.file_stamp());
    push_form(state, |_| {
        Form::export_log(&filter, matched, path.unwrap_or(&usual))
    })
}
