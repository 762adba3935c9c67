//! What may stand in the line after `:`, as a list above it.

use super::on_overlay;
use crate::tui::layers::{Candidate, CommandLine};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::update::candidates;
use crate::tui::widgets::draw::{Canvas, width};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Most rows of the list.
const MOST: usize = 10;

/// Draws the list at the foot of the body, beginning in the column of the word that it completes.
pub fn draw_completion(state: &State, line: &CommandLine, canvas: &mut Canvas, body: Rect) {
    if body.height < 3 || body.width < 20 {
        return;
    }
    if let Some((_, selected)) = &line.search {
        let items: Vec<Candidate> = line
            .found(&state.history)
            .into_iter()
            .map(|line| Candidate {
                text: line.clone(),
                doc: String::new(),
            })
            .collect();
        draw_list(canvas, body, 0, &items, Some(*selected));
        return;
    }
    match &line.cycle {
        Some(cycle) => {
            let column = width(&cycle.typed[..cycle.candidates.from]);
            draw_list(canvas, body, column, &cycle.candidates.items, Some(cycle.place));
        }
        None => {
            let fresh = candidates(state, line.input.value());
            let column = width(&line.input.value()[..fresh.from]);
            draw_list(canvas, body, column, &fresh.items, None);
        }
    }
}

fn draw_list(canvas: &mut Canvas, body: Rect, column: u16, items: &[Candidate], selected: Option<usize>) {
    if items.is_empty() {
        return;
    }
    let rows = items.len().min(MOST).min(usize::from(body.height));
    let names = items
        .iter()
        .map(|item| width(&item.text))
        .max()
        .unwrap_or(0)
        .min(48);
    let docs = items.iter().map(|item| width(&item.doc)).max().unwrap_or(0);
    let wide = (names + docs + 5).clamp(20, body.width);
    let height = u16::try_from(rows).unwrap_or(u16::MAX);
    let x = (body.x + 1 + column).min(body.right() - wide);
    let area = Rect::new(x, body.bottom() - height, wide, height);
    let ground = canvas.style(Role::Overlay);
    canvas.fill(area, ground);
    let top = selected
        .unwrap_or(0)
        .saturating_sub(rows / 2)
        .min(items.len() - rows);
    let (name, doc) = (on_overlay(canvas, Role::Strong), on_overlay(canvas, Role::Dim));
    for (row, (place, item)) in (0..height).zip(items.iter().enumerate().skip(top)) {
        let y = area.y + row;
        canvas.put(area.x + 1, y, names, &item.text, name);
        let used = names + 3;
        canvas.put(
            area.x + used,
            y,
            area.width.saturating_sub(used + 1),
            &item.doc,
            doc,
        );
        if Some(place) == selected {
            let mark = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(Rect::new(area.x, y, area.width, 1), mark);
        }
    }
    canvas.scrollbar(area, top as u64, items.len() as u64);
}
