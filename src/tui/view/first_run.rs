//! The choice that an empty home begins with.

use crate::tui::layers::{Choice, FirstRun};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::wrap;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws it.
pub fn draw(state: &State, first: &FirstRun, canvas: &mut Canvas, body: Rect) {
    let wide = 72.min(body.width);
    let tall = body.height >= 22;
    let high = if tall { 22 } else { 16 }.min(body.height);
    let area = Rect::new(
        body.x + (body.width - wide) / 2,
        body.y + (body.height - high) / 2,
        wide,
        high,
    );
    let (strong, dim) = (canvas.style(Role::Strong), canvas.style(Role::Dim));
    let mut y = area.y;
    if tall {
        for line in ["  ▄▄   ▄▄  ", " ████▌▐████ ", "  ▀██▌▐██▀  ", "  ▄█▀  ▀█▄  "]
        {
            let accent = canvas.style(Role::Accent);
            if *canvas.glyphs == crate::tui::theme::UNICODE {
                canvas.put_centred(area.x, y, area.width, line, accent);
            }
            y += 1;
        }
        y += 1;
    }
    canvas.put_centred(area.x, y, area.width, "Welcome to butterfly", strong);
    canvas.put_centred(
        area.x,
        y + 1,
        area.width,
        "This home is empty. How would you like to begin?",
        dim,
    );
    y += 3;
    for (index, choice) in Choice::ALL.into_iter().enumerate() {
        y += draw_choice(
            canvas,
            Rect::new(area.x, y, area.width, 4),
            index,
            choice,
            choice == first.choice,
        );
        if tall {
            y += 1;
        }
    }
    draw_lock(first, canvas, Rect::new(area.x, y, area.width, 1));
    if let Some(report) = state.reports.back().filter(|_| state.report_shown) {
        let bad = canvas.style(Role::Bad);
        for (row, line) in (0..3).zip(wrap(&format!("{}; {}", report.text, report.remedy), area.width)) {
            canvas.put(area.x, y + 2 + row, area.width, &line, bad);
        }
    }
}

/// One of the choices; returns the lines it took.
fn draw_choice(canvas: &mut Canvas, area: Rect, index: usize, choice: Choice, selected: bool) -> u16 {
    let text = wrap(choice.text(), area.width.saturating_sub(8));
    let lines = u16::try_from(text.len()).unwrap_or(2) + 1;
    let (key, title, dim) = (
        canvas.style(Role::Key),
        canvas.style(if selected { Role::Strong } else { Role::Base }),
        canvas.style(Role::Dim),
    );
    canvas.put(area.x + 3, area.y, 1, &(index + 1).to_string(), key);
    canvas.put(
        area.x + 6,
        area.y,
        area.width.saturating_sub(6),
        choice.title(),
        title,
    );
    for (row, line) in (1..lines).zip(&text) {
        canvas.put(area.x + 6, area.y + row, area.width.saturating_sub(8), line, dim);
    }
    if selected {
        let ground = Style {
            fg: None,
            ..canvas.style(Role::Selected)
        };
        let mark = canvas.glyphs.mark;
        canvas.tint(Rect::new(area.x, area.y, area.width, lines), ground);
        let accent = canvas.style(Role::Accent).patch(ground);
        for row in 0..lines {
            canvas.put(area.x, area.y + row, 1, mark, accent);
        }
    }
    lines
}

fn draw_lock(first: &FirstRun, canvas: &mut Canvas, line: Rect) {
    let (dim, strong) = (canvas.style(Role::Dim), canvas.style(Role::Accent));
    let lock = if first.passphrase {
        "a passphrase, asked for next"
    } else {
        "a key file in the home"
    };
    let x = line.x + 6;
    let used = canvas.put(x, line.y, line.width, "Vault locked with ", dim);
    let used = used + canvas.put(x + used, line.y, line.width, lock, strong);
    canvas.put(
        x + used,
        line.y,
        line.width.saturating_sub(used + 6),
        " (p changes it)",
        dim,
    );
}
