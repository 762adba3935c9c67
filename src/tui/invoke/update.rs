//! What happens to the page: it arrives, keys, commands, news of errands.

mod commands;
mod reading;
mod seeking;
mod unfolding;

use super::errand::{Errand, News};
use super::reply::{Made, Mode};
use super::state::{InvokePage, Tab};
use super::table::TableView;
use super::view::content_area;
use super::wire::wire_lines;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::outcome::Outcome as Came;
use crate::tui::state::{Load, State};
use crate::tui::update::edit_entry;
use crate::tui::widgets::tree::{Document, Folding, ROOT, Tree, Unfold};
use crate::workspace::LogDetail;
pub use commands::act;
pub use seeking::{kept_expressions, on_key, on_paste, take_expressions};
use std::sync::Arc;

/// A reply up to this size is read between two keystrokes; of a longer one only so much, to begin with.
const AT_ONCE: usize = 64 * 1024;

/// The topmost page about an invoke.
fn page_of(state: &mut State) -> Option<&mut InvokePage> {
    state.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Invoke(page) => Some(&mut **page),
        _ => None,
    })
}

/// What was kept of a line came.
pub fn on_entry(state: &mut State, id: u64, outcome: Came<Box<LogDetail>>) -> Vec<Effect> {
    let edits = matches!(state.layers.last(), Some(Layer::Invoke(page)) if page.id == id && page.edits);
    if let (true, Ok(detail)) = (edits, &outcome) {
        state.layers.pop();
        return edit_entry(state, &detail.entry);
    }
    let open = state.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Invoke(page) if page.id == id => Some(page),
        _ => None,
    });
    match (open, outcome) {
        (Some(page), Ok(detail)) => take_entry(page, *detail),
        (Some(page), Err(failure)) => {
            page.load = Load::Failed(failure);
            Vec::new()
        }
        (None, _) => Vec::new(),
    }
}

fn take_entry(page: &mut InvokePage, detail: LogDetail) -> Vec<Effect> {
    page.query = Some(Tree::of(Document::of_value(&detail.entry.query)));
    page.wire.made_for = 0;
    page.trace.made_for = 0;
    page.entry = Some(detail.entry);
    page.load = Load::Ready;
    let Some(text) = detail.reply else {
        return Vec::new();
    };
    if page.reply.text.is_some() {
        // A note or a mark has changed, never the reply.
        return Vec::new();
    }
    page.reply.text = Some(Arc::clone(&text));
    let document = Document::beginning(Arc::clone(&text), AT_ONCE);
    let is_whole = document.is_whole();
    let mut tree = Tree::of(document);
    fold_trace(&mut tree);
    page.reply.whole = Some(tree);
    if is_whole {
        return Vec::new();
    }
    let number = page.errand_number();
    page.reply.under_way.reading = number;
    vec![errand(page, number, Errand::Read(text))]
}

/// The trace has a tab of its own.
fn fold_trace(tree: &mut Tree) {
    if tree.document.is_empty() {
        return;
    }
    if let Some(trace) = tree.document.member(ROOT, "trace") {
        let _ = tree.unfold(Unfold::Set(trace, false));
    }
}

fn errand(page: &InvokePage, number: u64, errand: Errand) -> Effect {
    Effect::Inspect(page.id, number, errand)
}

/// Something came of an errand.
pub fn on_news(state: &mut State, id: u64, number: u64, news: News) -> Vec<Effect> {
    let Some(page) = page_of(state).filter(|page| page.id == id) else {
        return Vec::new();
    };
    let under_way = &mut page.reply.under_way;
    match news {
        News::Rested if under_way.finding == number => return seeking::find(page, number),
        News::Rested if under_way.evaluating == number => return seeking::evaluate(page, number),
        News::Read(document, folding) if under_way.reading == number => {
            under_way.reading = 0;
            take_whole(page, document, folding);
            return seeking::go_on(page);
        }
        News::Unfolded(document, folding) if under_way.folding == number => {
            under_way.folding = 0;
            let go_to = page.reply.go_to.take();
            if let Some(tree) = tree_over(page, &document) {
                tree.take_folding(folding);
                if let Some(id) = go_to {
                    tree.go_to(id);
                }
            }
        }
        News::Found(document, matches) if under_way.finding == number => {
            under_way.finding = 0;
            return seeking::found(page, &document, matches);
        }
        News::Evaluated(expression, result) if under_way.evaluating == number => {
            under_way.evaluating = 0;
            page.reply.mode = Mode::Tree;
            page.reply
                .take(result.map(|(document, folding, count, cut)| Made {
                    expression,
                    tree: Tree::new(document, folding),
                    count,
                    cut,
                }));
        }
        News::Stands(question, standing) => {
            if let Some(typing) = &mut page.typing {
                typing.known = Some((question, standing));
            }
        }
        News::Tabled(document, data) if under_way.tabling == number => {
            under_way.tabling = 0;
            let column = page.reply.table.as_ref().map_or(0, |table| table.column);
            let mut table = TableView::new(document, data);
            table.column = column.min(table.data.columns.len().saturating_sub(1));
            page.reply.table = Some(table);
        }
        News::Nothing => under_way.give_up(number),
        _ => {}
    }
    Vec::new()
}

/// The whole of the reply takes the place of its beginning.
fn take_whole(page: &mut InvokePage, document: Arc<Document>, folding: Folding) {
    if let Some(tree) = &mut page.reply.whole {
        tree.take_whole(document, folding);
        fold_trace(tree);
    }
}

/// The tree over this document.
fn tree_over<'a>(page: &'a mut InvokePage, document: &Arc<Document>) -> Option<&'a mut Tree> {
    let made = page.reply.jq.as_mut().map(|made| &mut made.tree);
    [page.query.as_mut(), page.reply.whole.as_mut(), made]
        .into_iter()
        .flatten()
        .find(|tree| Arc::ptr_eq(&tree.document, document))
}

/// Moves over what is shown.
pub fn step(page: &mut InvokePage, rows: i64) {
    match (page.tab, page.reply.mode) {
        (Tab::Wire, _) => page.wire.step(rows),
        (Tab::Trace, _) => page.trace.step(rows),
        (Tab::Reply, Mode::Raw) => page.reply.raw.step(rows),
        (Tab::Reply, Mode::Table) => {
            if let Some(table) = &mut page.reply.table {
                table.step(rows);
            }
        }
        _ => {
            if let Some(tree) = page.tree_mut() {
                tree.step(rows);
            }
        }
    }
}

/// Goes back from a way of seeing the reply to the one before; false if there is none.
pub fn back(page: &mut InvokePage) -> bool {
    if page.tab != Tab::Reply {
        return false;
    }
    if page.reply.mode != Mode::Tree {
        page.reply.mode = Mode::Tree;
        return true;
    }
    let had = page.reply.jq.is_some() || page.reply.mistake.is_some();
    page.reply.jq = None;
    page.reply.mistake = None;
    had
}

/// Keeps what is selected in sight, and makes the lines of the tab that is shown.
pub fn settle(state: &mut State) {
    let body = state.layout().body;
    let clock = state.clock.clone();
    let glyphs = state.look.glyphs;
    let Some(Layer::Invoke(page)) = state.layers.last_mut() else {
        return;
    };
    let area = content_area(body, page.tab);
    let height = usize::from(area.height);
    if let Some(tree) = page.tree_mut() {
        tree.settle(height);
    }
    if page.tab == Tab::Reply {
        let text = page.reply.text.clone();
        match (page.reply.mode, text) {
            (Mode::Raw, Some(text)) => page.reply.raw.settle(&text, area.width, height),
            (Mode::Table, _) => {
                if let Some(table) = &mut page.reply.table {
                    table.settle(height.saturating_sub(1));
                }
            }
            _ => {}
        }
    }
    let Some(entry) = page.entry.clone() else { return };
    match page.tab {
        Tab::Wire => {
            if page.wire.made_for != area.width {
                page.wire.lines = wire_lines(&entry, &clock, &glyphs, page.wire_whole, area.width);
                page.wire.made_for = area.width;
            }
            page.wire.settle(height);
        }
        Tab::Trace => {
            page.trace.prepare(&entry, &glyphs, area.width);
            page.trace.settle(height.saturating_sub(2));
        }
        Tab::Query | Tab::Reply => {}
    }
}
