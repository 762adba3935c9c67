//! Others changed what a form is about, while it was open: what they made of it is shown beside what was typed, and it is
//! asked what shall stand. Until then nothing is saved, and nothing that was typed is lost.

use crate::tui::layers::{Act, Form, Item, Layer, Menu, Settled, Theirs};
use crate::tui::message::Present;
use crate::tui::state::{Level, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, in_one_line, wrap};
use crate::workspace::Failure;

/// Columns for what something is called.
const LABELS: usize = 13;
/// Columns that there are for a sentence.
const ROOM: u16 = 70;
/// Columns that there are for a value.
const VALUES: u16 = 52;

/// What becomes of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is sent off again.
    Send,
    /// It stays open.
    Wait,
}

/// Asks above the form that waits for this ticket. False if there is none any more.
pub fn ask(state: &mut State, ticket: u64, failure: &Failure, now: Present) -> bool {
    let waiting = |layer: &Layer| matches!(layer, Layer::Form(form) if form.ticket == Some(ticket));
    let Some(place) = state.layers.iter().position(waiting) else {
        return false;
    };
    let Some(Layer::Form(form)) = state.layers.get_mut(place) else {
        return false;
    };
    form.ticket = None;
    form.failure = Some(failure.clone());
    let menu = question(form, failure, now);
    state.layers.insert(place + 1, Layer::Menu(menu));
    true
}

fn question(form: &Form, failure: &Failure, now: Present) -> Menu {
    let changed = form.changed_by_others(&now);
    let (save, doc) = match changed.iter().any(|row| row.yours.is_some()) {
        true => (
            "overwrite",
            "yours is saved over theirs; what you left stays theirs",
        ),
        false => ("save mine too", "what you typed is saved, and theirs stays"),
    };
    let item = |key, label: &str, doc: &str, how| Item {
        key,
        label: label.to_owned(),
        doc: doc.to_owned(),
        act: Act::Settle(Box::new(how)),
    };
    Menu {
        title: "Changed meanwhile".to_owned(),
        about: about(&changed, failure),
        items: vec![
            item(
                't',
                "take theirs",
                "the form shows theirs; nothing is saved yet",
                Settled::Theirs(now.clone()),
            ),
            item('o', save, doc, Settled::Ours(now)),
            item(
                'b',
                "go back",
                "to the form as it is; saving it asks again",
                Settled::Later,
            ),
        ],
        // What was typed is lost by no key that is pressed without reading.
        selected: 2,
    }
}

/// What happened, and what others changed: theirs, and below what was typed.
fn about(changed: &[Theirs], failure: &Failure) -> Vec<Line> {
    let mut lines: Vec<Line> = wrap(&failure.message, ROOM)
        .into_iter()
        .map(|line| Line::of(line, Role::Strong))
        .collect();
    lines.push(Line::new());
    // What is long may differ at its end.
    let most = if changed.len() > 2 { 1 } else { 3 };
    for row in changed {
        lines.extend(value_lines(row.label, "theirs", Some(&row.theirs), most));
        lines.extend(value_lines("", "yours", row.yours.as_deref(), most));
    }
    lines
}

/// A value with what it is called and whose it is, in at most so many lines.
fn value_lines(label: &str, whose: &str, value: Option<&str>, most: usize) -> Vec<Line> {
    let (value, role) = match value.map(in_one_line) {
        None => ("as it was".to_owned(), Role::Dim),
        Some(none) if none.is_empty() => ("nothing".to_owned(), Role::Dim),
        Some(text) => (text, Role::Base),
    };
    let parts = match most {
        1 => vec![value],
        _ => wrap(&value, VALUES).into_iter().take(most).collect(),
    };
    let before = |part| match part {
        0 => (format!("{label:<LABELS$}"), format!("{whose:<8}")),
        _ => (" ".repeat(LABELS), " ".repeat(8)),
    };
    let line = |(part, text)| {
        let (label, whose) = before(part);
        Line::of(label, Role::Strong)
            .and(whose, Role::Dim)
            .and(text, role)
    };
    parts.into_iter().enumerate().map(line).collect()
}

/// The form on top goes on as it was chosen.
pub fn go_on(state: &mut State, how: Settled) -> Next {
    let Some(Layer::Form(form)) = state.layers.last_mut() else {
        return Next::Wait;
    };
    match how {
        Settled::Later => Next::Wait,
        Settled::Ours(now) => {
            form.go_on_from(now, true);
            Next::Send
        }
        Settled::Theirs(now) => {
            form.go_on_from(now, false);
            let text = "the form shows what others made of it; what else you typed is still there";
            state.report(Level::Info, text, "");
            Next::Wait
        }
    }
}
