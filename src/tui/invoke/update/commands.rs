//! What the page's own commands do.

use super::super::difference;
use super::super::errand::Errand;
use super::super::reply::Mode;
use super::super::state::{InvokePage, Tab};
use super::super::table;
use super::super::typing::Purpose;
use super::unfolding::unfold;
use super::{errand, reading, seeking};
use crate::command::Id;
use crate::tui::effect::Effect;
use crate::tui::inert::inert;
use crate::tui::layers::{Layer, Notice};
use crate::tui::state::{Level, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::tui::widgets::tree::{Document, Kind, NodeId, ROOT, Unfold};
use std::sync::Arc;

/// The most of a value that is shown in a window, or copied.
const LONGEST_VALUE: usize = 64 * 1024;

/// Does one of the page's own commands, or of those that a comparison has in common with it.
pub fn act(state: &mut State, id: Id, argument: Option<&str>) -> Vec<Effect> {
    if let Some(Layer::Difference(_)) = state.layers.last() {
        return difference::act(state, id);
    }
    let Some(Layer::Invoke(page)) = state.layers.last_mut() else {
        return Vec::new();
    };
    match id {
        Id::ToggleFold => toggle(state),
        Id::FoldIn => fold_in(page),
        Id::FoldOut => {
            fold_out(page);
            Vec::new()
        }
        Id::UnfoldAll => within(page, true),
        Id::FoldAll => within(page, false),
        Id::FoldDepth => {
            let depth = argument.and_then(|text| text.trim().parse().ok());
            match depth {
                Some(depth) => unfold(page, Unfold::ToDepth(depth)),
                None => {
                    state.report(Level::Warn, "to which depth?", "for example :depth 2");
                    Vec::new()
                }
            }
        }
        Id::FindInReply => seeking::begin(page, Purpose::Search),
        Id::NextMatch => seeking::go(page, true),
        Id::PreviousMatch => seeking::go(page, false),
        Id::Jq => seeking::begin(page, Purpose::Jq),
        Id::Raw => {
            toggle_raw(page);
            Vec::new()
        }
        Id::TableOfReply => toggle_table(page),
        Id::SortTable => sort(page),
        Id::CopyPath => copy_path(page),
        Id::CopyValue => copy_value(state),
        Id::Pager => reading::take_to_pager(state),
        _ => Vec::new(),
    }
}

fn within(page: &mut InvokePage, open: bool) -> Vec<Effect> {
    match page.tree().and_then(|tree| tree.selected()) {
        Some(id) => unfold(page, Unfold::Within(id, open)),
        None => Vec::new(),
    }
}

/// Opens or closes what is selected; shows a plain value whole; goes from a table to the row's object.
fn toggle(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Invoke(page)) = state.layers.last_mut() else {
        return Vec::new();
    };
    if page.reply.mode == Mode::Table && page.tab == Tab::Reply {
        return leave_table(page);
    }
    let Some((document, id, is_open)) = page.tree().and_then(|tree| {
        let id = tree.selected()?;
        Some((Arc::clone(&tree.document), id, tree.folding.is_open(id)))
    }) else {
        return Vec::new();
    };
    if document.count(id) > 0 {
        return unfold(page, Unfold::Set(id, !is_open));
    }
    state
        .layers
        .push(Layer::Notice(Box::new(value_notice(&document, id))));
    Vec::new()
}

/// A value in a window of its own: what does not fit in a row is read here.
fn value_notice(document: &Document, id: NodeId) -> Notice {
    let said = document.said(id);
    let text = said.as_deref().unwrap_or_else(|| document.slice(id));
    let shown = &text[..text.floor_char_boundary(LONGEST_VALUE)];
    let role = match document.kind(id) {
        Kind::Text => Role::JsonText,
        Kind::Number => Role::JsonNumber,
        _ => Role::JsonWord,
    };
    let mut lines = Vec::new();
    for line in shown.lines() {
        lines.extend(
            wrap(&inert(line), 64)
                .into_iter()
                .map(|part| Line::of(part, role)),
        );
    }
    if lines.is_empty() {
        lines.push(Line::of("empty text", Role::Dim));
    }
    if shown.len() < text.len() {
        let more = text.len() - shown.len();
        lines.push(Line::of(format!("… and {more} bytes more"), Role::Dim));
    }
    Notice::new(document.path(id), Level::Info, lines)
}

/// Opens what is selected, or goes to its first value; in a table to the next column.
fn fold_in(page: &mut InvokePage) -> Vec<Effect> {
    if let (Tab::Reply, Mode::Table, Some(table)) = (page.tab, page.reply.mode, &mut page.reply.table) {
        table.turn(true);
        return Vec::new();
    }
    let Some(tree) = page.tree_mut() else {
        return Vec::new();
    };
    match tree.selected() {
        Some(id) if tree.document.count(id) == 0 => {}
        Some(id) if !tree.folding.is_open(id) => return unfold(page, Unfold::Set(id, true)),
        _ => tree.step(1),
    }
    Vec::new()
}

/// Closes what is selected, or goes to what it is in; in a table to the column before.
fn fold_out(page: &mut InvokePage) {
    if let (Tab::Reply, Mode::Table, Some(table)) = (page.tab, page.reply.mode, &mut page.reply.table) {
        table.turn(false);
        return;
    }
    let Some(tree) = page.tree_mut() else { return };
    match tree.selected() {
        Some(id) if tree.document.count(id) > 0 && tree.folding.is_open(id) => {
            let _ = tree.unfold(Unfold::Set(id, false));
        }
        _ => tree.go_out(),
    }
}

fn toggle_raw(page: &mut InvokePage) {
    match page.tab {
        Tab::Wire => {
            page.wire_whole = !page.wire_whole;
            page.wire.made_for = 0;
        }
        Tab::Reply if page.reply.mode == Mode::Raw => page.reply.mode = Mode::Tree,
        _ => {
            page.show(Tab::Reply);
            page.reply.mode = Mode::Raw;
        }
    }
}

fn toggle_table(page: &mut InvokePage) -> Vec<Effect> {
    if page.tab == Tab::Reply && page.reply.mode == Mode::Table {
        page.reply.mode = Mode::Tree;
        return Vec::new();
    }
    page.show(Tab::Reply);
    page.reply.mode = Mode::Tree;
    let Some(tree) = page.reply.tree() else {
        return Vec::new();
    };
    let document = Arc::clone(&tree.document);
    let list = table::list_for(&document, tree.selected().unwrap_or(ROOT));
    page.reply.mode = Mode::Table;
    page.reply.table = None;
    match list {
        Some(list) => begin_table(page, document, list, None),
        None => Vec::new(),
    }
}

fn begin_table(
    page: &mut InvokePage,
    document: Arc<Document>,
    list: NodeId,
    sort: Option<(String, bool)>,
) -> Vec<Effect> {
    let number = page.errand_number();
    page.reply.under_way.tabling = number;
    vec![errand(page, number, Errand::Table(document, list, sort))]
}

fn sort(page: &mut InvokePage) -> Vec<Effect> {
    let Some(table) = page
        .reply
        .table
        .as_ref()
        .filter(|_| page.reply.mode == Mode::Table)
    else {
        return Vec::new();
    };
    let (document, list, sort) = (Arc::clone(&table.document), table.data.list, table.next_sort());
    begin_table(page, document, list, sort)
}

/// Back to the tree, to the object of the selected row.
fn leave_table(page: &mut InvokePage) -> Vec<Effect> {
    let row = page
        .reply
        .table
        .as_ref()
        .and_then(|table| table.data.rows.get(table.cursor).copied());
    page.reply.mode = Mode::Tree;
    row.map_or_else(Vec::new, |row| seeking::show(page, row))
}

/// The value that is selected, in a tree or a table, and what it is of.
fn selected(page: &InvokePage) -> Option<(&Arc<Document>, NodeId)> {
    if let (Tab::Reply, Mode::Table, Some(table)) = (page.tab, page.reply.mode, &page.reply.table) {
        let row = *table.data.rows.get(table.cursor)?;
        let column = table.data.columns.get(table.column)?;
        return Some((
            &table.document,
            table.document.member(row, &column.name).unwrap_or(row),
        ));
    }
    let tree = page.tree()?;
    Some((&tree.document, tree.selected()?))
}

fn copy_path(page: &InvokePage) -> Vec<Effect> {
    selected(page).map_or_else(Vec::new, |(document, id)| vec![Effect::Copy(document.path(id))])
}

fn copy_value(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Invoke(page)) = state.layers.last() else {
        return Vec::new();
    };
    let Some((document, id)) = selected(page) else {
        return Vec::new();
    };
    let said = document.said(id);
    let text = said.as_deref().unwrap_or_else(|| document.slice(id));
    if text.len() > LONGEST_VALUE {
        let text = format!("{} bytes are too many for a clipboard", text.len());
        let remedy = format!(
            "copy a part of it, or take it to your own pager ({})",
            state.key_for(Id::Pager)
        );
        state.report(Level::Warn, text, remedy);
        return Vec::new();
    }
    vec![Effect::Copy(text.to_owned())]
}
