//! The window with everything that can be done here.

use super::frame::frame;
use crate::tui::content::{inside, window};
use crate::tui::layers::{Entry, Help};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::view::key_text::shown;
use crate::tui::widgets::draw::{Canvas, on_overlay, width};
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn draw_help(state: &State, help: &Help, canvas: &mut Canvas) {
    let entries = help.entries(state.scopes(), &state.situation(), &state.keymap);
    let mut lines: Vec<(Option<usize>, &str)> = Vec::new();
    let mut heading = None;
    for (index, entry) in entries.iter().enumerate() {
        let own = entry.heading();
        if help.shows_all() && heading != Some(own) {
            if heading.is_some() {
                lines.push((None, ""));
            }
            heading = Some(own);
            lines.push((None, own));
        }
        lines.push((Some(index), ""));
    }
    let (_, height) = state.size;
    let area = window(state, 84, usize::from(height.saturating_sub(8)).min(38));
    frame(
        canvas,
        area,
        "Everything that can be done here",
        Role::OverlayBorder,
    );
    let inner = inside(area);
    canvas.search(inner, &help.input);
    let list = Rect::new(
        inner.x,
        inner.y + 2.min(inner.height),
        inner.width,
        inner.height.saturating_sub(2) + 1,
    );
    let place = lines
        .iter()
        .position(|(index, _)| *index == Some(help.selected))
        .unwrap_or(0);
    let shown = usize::from(list.height).max(1);
    let top = place
        .saturating_sub(shown / 2)
        .min(lines.len().saturating_sub(shown));
    for (row, (index, heading)) in (0..list.height).zip(lines.iter().skip(top)) {
        let y = list.y + row;
        let Some(entry) = index.and_then(|index| entries.get(index)) else {
            let style = on_overlay(canvas, Role::Accent);
            canvas.put(list.x, y, list.width, heading, style);
            continue;
        };
        draw_help_entry(state, canvas, list, y, entry, *index == Some(help.selected));
    }
    if entries.is_empty() {
        let dim = on_overlay(canvas, Role::Dim);
        canvas.put(
            list.x,
            list.y,
            list.width,
            "No command is called like that or does it.",
            dim,
        );
    }
    let bar = Rect::new(list.x, list.y, list.width + 3, list.height);
    canvas.scrollbar(bar, top as u64, lines.len() as u64);
}

fn draw_help_entry(state: &State, canvas: &mut Canvas, list: Rect, y: u16, entry: &Entry, selected: bool) {
    let command = entry.command;
    let keys = keys_of(state, entry, canvas);
    let is_possible = entry.why_not.is_none();
    let [key, name, doc] = match is_possible {
        true => [Role::Key, Role::Strong, Role::Dim],
        false => [Role::Faint, Role::Dim, Role::Faint],
    }
    .map(|role| on_overlay(canvas, role));
    let found = on_overlay(canvas, Role::Match);
    let keys_wide = if list.width < 60 { 8 } else { 14 };
    canvas.put_right(list.x, y, keys_wide, &keys.join(" "), key);
    let x = list.x + keys_wide + 2;
    let wide = list.width.saturating_sub(keys_wide + 2);
    let names = wide.min(20);
    put_found(canvas, (x, y), names, command.name, &entry.in_name, (name, found));
    let (x, room) = (x + names + 1, wide.saturating_sub(names + 1));
    match &entry.why_not {
        None => put_found(canvas, (x, y), room, entry.doc(), &entry.in_doc, (doc, found)),
        Some(why) => {
            let used = canvas.put(x, y, room, why, doc);
            let rest = room.saturating_sub(used + 2);
            put_found(
                canvas,
                (x + used + 2, y),
                rest,
                entry.doc(),
                &entry.in_doc,
                (doc, found),
            );
        }
    }
    if selected {
        let style = canvas.style(Role::Selected);
        let ground = Style { fg: None, ..style };
        canvas.tint(Rect::new(list.x.saturating_sub(1), y, list.width + 2, 1), ground);
    }
}

/// The keys that do it here, or else the first elsewhere.
fn keys_of(state: &State, entry: &Entry, canvas: &Canvas) -> Vec<String> {
    if let Some(own) = &entry.own {
        return vec![shown(&own.keys, canvas)];
    }
    let id = entry.command.id;
    let mut keys: Vec<String> = state
        .keymap
        .keys(id, state.scopes())
        .map(|keys| shown(keys, canvas))
        .collect();
    if keys.is_empty() {
        let elsewhere = state.keymap.anywhere(id);
        keys.extend(elsewhere.map(|keys| shown(keys, canvas)));
    }
    keys
}

/// Writes a text with the characters that were found marked.
fn put_found(
    canvas: &mut Canvas,
    (x, y): (u16, u16),
    room: u16,
    text: &str,
    places: &[u32],
    (style, found): (Style, Style),
) {
    let used = canvas.put(x, y, room, text, style);
    let cut = used < width(text);
    for (place, character) in (0_u16..used).zip(text.chars()) {
        let is_found = places.binary_search(&u32::from(place)).is_ok();
        if is_found && !(cut && place + 1 == used) {
            canvas.put(x + place, y, 1, &character.to_string(), found);
        }
    }
}
