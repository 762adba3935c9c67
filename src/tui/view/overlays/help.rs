//! The window with everything that can be done here.

use super::{frame, on_overlay};
use crate::tui::content::{inside, window};
use crate::tui::layers::Help;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::view::footer::shown;
use crate::tui::widgets::draw::Canvas;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn draw_help(state: &State, help: &Help, canvas: &mut Canvas) {
    let entries = help.entries(state.scopes(), &state.situation());
    let mut lines: Vec<(Option<usize>, String)> = Vec::new();
    let mut scope = None;
    for (index, entry) in entries.iter().enumerate() {
        if help.shows_all() && scope != Some(entry.scope) {
            if scope.is_some() {
                lines.push((None, String::new()));
            }
            scope = Some(entry.scope);
            lines.push((None, entry.scope.title().to_owned()));
        }
        lines.push((Some(index), String::new()));
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
            "Nothing like that can be done here.",
            dim,
        );
    }
    let bar = Rect::new(list.x, list.y, list.width + 3, list.height);
    canvas.scrollbar(bar, top as u64, lines.len() as u64);
}

fn draw_help_entry(
    state: &State,
    canvas: &mut Canvas,
    list: Rect,
    y: u16,
    entry: &crate::tui::layers::Entry,
    selected: bool,
) {
    let command = entry.command;
    let shown: Vec<String> = state
        .keymap
        .keys(command.id, state.scopes())
        .map(|keys| shown(keys, canvas))
        .collect();
    let (key, name, doc) = (
        on_overlay(canvas, Role::Key),
        on_overlay(canvas, Role::Strong),
        on_overlay(canvas, Role::Dim),
    );
    let keys = shown.join(" ");
    canvas.put_right(list.x, y, 14, &keys, key);
    let wide = list.width.saturating_sub(16);
    let names = wide.min(18);
    canvas.put(list.x + 16, y, names, command.name, name);
    canvas.put(
        list.x + 16 + names + 1,
        y,
        wide.saturating_sub(names + 1),
        command.doc,
        doc,
    );
    if selected {
        let style = canvas.style(Role::Selected);
        let ground = Style { fg: None, ..style };
        canvas.tint(Rect::new(list.x.saturating_sub(1), y, list.width + 2, 1), ground);
    }
}
