//! What the page shows, for the person's own pager.

use super::super::reply::{Mode, ReplyView};
use super::super::state::{InvokePage, Tab};
use super::super::wire::wire_lines;
use crate::tui::effect::Effect;
use crate::tui::inert::inert;
use crate::tui::layers::Layer;
use crate::tui::outside::Reading;
use crate::tui::state::{Level, State};
use crate::tui::widgets::text::Line;
use crate::tui::widgets::tree::ROOT;
use std::sync::Arc;

/// Takes it to the pager, where there is any of it.
pub fn take_to_pager(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Invoke(page)) = state.layers.last() else {
        return Vec::new();
    };
    let reading = match page.tab {
        Tab::Query => page.query.as_ref().map(|tree| json(tree.document.slice(ROOT))),
        Tab::Reply => reply(&page.reply),
        Tab::Wire => wire(state, page),
        Tab::Trace => trace(page),
    };
    match reading {
        Some(reading) => vec![Effect::Read(reading)],
        None => {
            state.report(
                Level::Warn,
                "there is nothing to read here",
                "look at another tab",
            );
            Vec::new()
        }
    }
}

fn json(text: &str) -> Reading {
    Reading::Json(text.into())
}

/// What a jq expression made, the list of a table, or all of the reply.
fn reply(view: &ReplyView) -> Option<Reading> {
    match (view.mode, &view.table, &view.jq) {
        (Mode::Table, Some(table), _) => Some(json(table.document.slice(table.data.list))),
        (Mode::Tree, _, Some(made)) => Some(json(made.tree.document.slice(ROOT))),
        _ => view.text.as_ref().map(|text| Reading::Json(Arc::clone(text))),
    }
}

/// What travelled, as far as it was kept.
fn wire(state: &State, page: &InvokePage) -> Option<Reading> {
    let entry = page.entry.as_ref()?;
    let lines = wire_lines(entry, &state.clock, &state.look.glyphs, true, state.size.0);
    Some(plain(lines.iter()))
}

fn trace(page: &InvokePage) -> Option<Reading> {
    page.entry.as_ref()?;
    let view = &page.trace;
    let rows = view.rows.iter().map(|row| &row.line);
    Some(plain([&view.ruler].into_iter().chain(rows).chain(&view.notes)))
}

/// Lines of the screen, made harmless as they are there (THREATS 42).
fn plain<'a>(lines: impl Iterator<Item = &'a Line>) -> Reading {
    let texts = lines.map(|line| line.spans.iter().map(|(text, _)| inert(text)).collect::<String>());
    Reading::Text(texts.collect::<Vec<_>>().join("\n"))
}
