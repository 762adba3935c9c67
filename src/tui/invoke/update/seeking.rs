//! Looking for something in the reply, and jq expressions over it: what is typed, and what is found.

use super::super::errand::{Errand, News};
use super::super::reply::Mode;
use super::super::state::{InvokePage, Tab};
use super::super::typing::{Purpose, Typing};
use super::unfolding::unfold;
use super::{errand, page_of};
use crate::command::{Key, KeyCode};
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, edit, paste};
use crate::tui::message::Message;
use crate::tui::state::{State, recent};
use crate::tui::widgets::tree::{Document, Matches, NodeId, Unfold};
use std::sync::Arc;
use std::time::Duration;

/// How long what is typed must rest before it is looked for or evaluated.
const REST: Duration = Duration::from_millis(60);
/// How many expressions are remembered.
const REMEMBERED: usize = 50;

/// Opens the line for something to look for, or for an expression.
pub fn begin(page: &mut InvokePage, purpose: Purpose) -> Vec<Effect> {
    if purpose == Purpose::Jq {
        page.show(Tab::Reply);
        page.reply.mode = Mode::Tree;
    }
    let text = match purpose {
        Purpose::Search => String::new(),
        Purpose::Jq => page
            .reply
            .jq
            .as_ref()
            .map_or_else(|| ".".to_owned(), |jq| jq.expression.clone()),
    };
    page.typing = Some(Typing::new(purpose, &text));
    ask(page)
}

/// Asks the reply what stands where the cursor is, unless that is known.
fn ask(page: &mut InvokePage) -> Vec<Effect> {
    let question = page.typing.as_ref().and_then(Typing::question);
    let (Some(text), Some(question)) = (page.reply.text.clone(), question) else {
        return Vec::new();
    };
    let number = page.errand_number();
    vec![errand(page, number, Errand::Ask(text, question))]
}

/// A key for the line that is typed into.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    let earlier = state.expressions.clone();
    let Some(Layer::Invoke(page)) = state.layers.last_mut() else {
        return Vec::new();
    };
    let Some(typing) = &mut page.typing else {
        return Vec::new();
    };
    match (key.code, typing.purpose) {
        (KeyCode::Esc, purpose) => {
            page.typing = None;
            leave(page, purpose);
            Vec::new()
        }
        (KeyCode::Enter, Purpose::Search) => {
            page.typing = None;
            Vec::new()
        }
        (KeyCode::Enter, Purpose::Jq) => {
            let expression = typing.input.value().trim().to_owned();
            page.typing = None;
            remember(state, expression)
        }
        (KeyCode::Up | KeyCode::Down, Purpose::Jq) => {
            typing.recall(key.code == KeyCode::Up, &earlier);
            changed(page)
        }
        (KeyCode::Up | KeyCode::Down, Purpose::Search) => go(page, key.code == KeyCode::Down),
        (KeyCode::Tab | KeyCode::BackTab, Purpose::Jq) => {
            if typing.take(key.code == KeyCode::Tab) {
                typing.recalled = None;
                return changed(page);
            }
            Vec::new()
        }
        (KeyCode::PageUp | KeyCode::PageDown, _) => {
            let rows = if key.code == KeyCode::PageUp { -10 } else { 10 };
            if let Some(tree) = page.tree_mut() {
                tree.step(rows);
            }
            Vec::new()
        }
        (code, _) => {
            typing.taken = None;
            typing.touch(code == KeyCode::Char('.'));
            if edit(&mut typing.input, key) {
                typing.recalled = None;
                return changed(page);
            }
            // The cursor may have moved to where something else stands.
            ask(page)
        }
    }
}

/// Text was pasted into the line.
pub fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(page) = page_of(state) else {
        return Vec::new();
    };
    let Some(typing) = &mut page.typing else {
        return Vec::new();
    };
    typing.taken = None;
    typing.touch(text.starts_with('.'));
    let whole = paste(&mut typing.input, text);
    let effects = changed(page);
    state.tell_cut(whole);
    effects
}

/// Undoes what the line did.
fn leave(page: &mut InvokePage, purpose: Purpose) {
    match purpose {
        Purpose::Search => {
            page.reply.fresh_search();
            page.reply.under_way.finding = 0;
            if let Some(tree) = page.tree_mut() {
                tree.matches = None;
            }
        }
        Purpose::Jq => {
            page.reply.under_way.evaluating = 0;
            page.reply.jq = None;
            page.reply.mistake = None;
        }
    }
}

fn remember(state: &mut State, expression: String) -> Vec<Effect> {
    if expression.is_empty() || expression == "." {
        return Vec::new();
    }
    recent::add(&mut state.expressions, expression, REMEMBERED);
    let kept = kept_expressions(state).map(|list| Effect::Remember("expressions", list));
    kept.into_iter().collect()
}

/// The expressions that are kept for the next time.
pub fn kept_expressions(state: &State) -> Option<String> {
    serde_json::to_string(&state.expressions).ok()
}

/// Takes the expressions that were kept; those of this run are newer.
pub fn take_expressions(state: &mut State, list: &str) {
    if let Ok(kept) = serde_json::from_str(list) {
        recent::put_before(&mut state.expressions, kept, REMEMBERED);
    }
}

/// The line says something else: acted upon once it rests.
fn changed(page: &mut InvokePage) -> Vec<Effect> {
    let Some(purpose) = page.typing.as_ref().map(|typing| typing.purpose) else {
        return Vec::new();
    };
    let number = page.errand_number();
    match purpose {
        Purpose::Search => {
            page.reply.fresh_search();
            page.reply.under_way.finding = number;
        }
        Purpose::Jq => page.reply.under_way.evaluating = number,
    }
    let rested = Message::Inspected(page.id, number, News::Rested);
    vec![Effect::After(REST, rested)]
}

/// Looks for what is typed.
pub fn find(page: &mut InvokePage, number: u64) -> Vec<Effect> {
    let needle = match &page.typing {
        Some(typing) => typing.input.value().to_owned(),
        None => match page.tree().and_then(|tree| tree.matches.as_ref()) {
            Some(matches) => matches.needle.clone(),
            None => return Vec::new(),
        },
    };
    if needle.is_empty() {
        leave(page, Purpose::Search);
        return Vec::new();
    }
    let stopped = page.reply.fresh_search();
    let Some(document) = page.tree().map(|tree| Arc::clone(&tree.document)) else {
        return Vec::new();
    };
    vec![errand(page, number, Errand::Find(document, needle, stopped))]
}

/// Evaluates what is typed.
pub fn evaluate(page: &mut InvokePage, number: u64) -> Vec<Effect> {
    let (Some(text), Some(typing)) = (page.reply.text.clone(), &page.typing) else {
        return Vec::new();
    };
    let expression = typing.input.value().trim().to_owned();
    let mut effects = Vec::new();
    if expression.is_empty() || expression == "." {
        leave(page, Purpose::Jq);
    } else {
        effects.push(errand(page, number, Errand::Evaluate(text, expression)));
    }
    // Behind it: evaluating stops whatever was asked before.
    effects.extend(ask(page));
    effects
}

/// What was looked for was found, or not: the first match from the selection on is shown.
pub fn found(page: &mut InvokePage, document: &Arc<Document>, matches: Matches) -> Vec<Effect> {
    let Some(tree) = super::tree_over(page, document) else {
        return Vec::new();
    };
    let from = tree.selected().unwrap_or(0);
    let is_here = matches.number(from).is_some();
    let first = if is_here {
        Some(from)
    } else {
        matches.next(from, true)
    };
    tree.matches = Some(matches);
    first.map_or_else(Vec::new, |id| show(page, id))
}

/// Goes to the next match, or to the one before.
pub fn go(page: &mut InvokePage, forward: bool) -> Vec<Effect> {
    let next = page.tree().and_then(|tree| {
        let from = tree.selected()?;
        tree.matches.as_ref()?.next(from, forward)
    });
    next.map_or_else(Vec::new, |id| show(page, id))
}

/// Selects a value, opening what is closed around it.
pub fn show(page: &mut InvokePage, id: NodeId) -> Vec<Effect> {
    let effects = unfold(page, Unfold::Reveal(id));
    if effects.is_empty() {
        if let Some(tree) = page.tree_mut() {
            tree.go_to(id);
        }
    } else {
        page.reply.go_to = Some(id);
    }
    effects
}

/// More of the reply is there: what was looked for in its beginning is looked for in the whole.
pub fn go_on(page: &mut InvokePage) -> Vec<Effect> {
    let is_searched = page
        .reply
        .whole
        .as_ref()
        .is_some_and(|tree| tree.matches.is_some());
    if !is_searched || page.tab != Tab::Reply {
        return Vec::new();
    }
    let number = page.errand_number();
    page.reply.under_way.finding = number;
    find(page, number)
}
