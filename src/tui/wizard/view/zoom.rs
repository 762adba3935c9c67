//! Draws pictures to scan, and what takes the whole screen.

use super::super::qr;
use super::super::state::{Wizard, Zoom};
use crate::command::Id;
use crate::tui::state::State;
use crate::tui::theme::{Role, UNICODE};
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::wrap;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

/// The picture to scan under the text, or what it would need.
pub fn draw_picture(wizard: &Wizard, canvas: &mut Canvas, area: Rect, used: u16) {
    let Some(content) = qr::content(wizard) else {
        return;
    };
    let left = area.height.saturating_sub(used + 1);
    let y = area.y + used + 1;
    let dim = canvas.style(Role::Dim);
    if *canvas.glyphs != UNICODE {
        return;
    }
    let Some(picture) = qr::picture(&content) else {
        canvas.put(
            area.x,
            y,
            area.width,
            "It is too long for a picture to scan.",
            dim,
        );
        return;
    };
    let (columns, rows) = picture.size();
    if columns <= area.width && rows <= left {
        put_picture(canvas, &picture, area.x, y);
    } else if left > 0 {
        let text = format!("Q shows it as a picture to scan, which needs {columns}x{rows}");
        canvas.put(area.x, y, area.width, &text, dim);
    }
}

fn put_picture(canvas: &mut Canvas, picture: &qr::Picture, x: u16, y: u16) {
    // Dark on light, whatever the theme: that is what scanners look for.
    let plain = canvas.style(Role::Base).fg.is_none();
    let style = if plain {
        Style::new()
    } else {
        Style::new().fg(Color::Rgb(255, 255, 255)).bg(Color::Rgb(0, 0, 0))
    };
    for (row, line) in (0..).zip(&picture.lines) {
        let room = width(line);
        canvas.put(x, y + row, room, line, style);
    }
}

/// The text to copy, in lines as wide as the screen: what is longer goes on below.
pub fn lines_of_text(wizard: &Wizard, width: u16) -> Vec<String> {
    let text = qr::text(wizard).unwrap_or_default();
    let room = usize::from(width.max(1));
    let mut lines = Vec::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        if characters.is_empty() {
            lines.push(String::new());
        }
        lines.extend(
            characters
                .chunks(room)
                .map(|part| part.iter().collect::<String>()),
        );
    }
    lines
}

pub fn draw_zoom(state: &State, wizard: &Wizard, zoom: Zoom, canvas: &mut Canvas, screen: Rect) {
    let dim = canvas.style(Role::Dim);
    match zoom {
        Zoom::Qr => {
            let picture = qr::content(wizard).and_then(|content| qr::picture(&content));
            let Some(picture) = picture else {
                canvas.put(
                    0,
                    0,
                    screen.width,
                    "It is too long for a picture to scan. Esc goes back.",
                    dim,
                );
                return;
            };
            let (columns, rows) = picture.size();
            if columns > screen.width || rows > screen.height {
                let text = format!(
                    "The picture needs {columns}x{rows}; this terminal has {}x{}. Make it larger, or its letters smaller. Esc goes back.",
                    screen.width, screen.height
                );
                for (row, line) in (0..).zip(wrap(&text, screen.width.saturating_sub(2))) {
                    canvas.put(1, 1 + row, screen.width, &line, dim);
                }
                return;
            }
            put_picture(
                canvas,
                &picture,
                (screen.width - columns) / 2,
                (screen.height - rows) / 2,
            );
        }
        Zoom::Text(top) => {
            let base = canvas.style(Role::Base);
            let lines = lines_of_text(wizard, screen.width);
            let page = screen.height.saturating_sub(1);
            // A window that grew shows more from the same end on.
            let top = top.min(lines.len().saturating_sub(usize::from(page)));
            // Line by line as it is, without a frame, so that the terminal can select it.
            for (row, line) in (0..page).zip(&lines[top..]) {
                canvas.put(0, row, screen.width, line, base);
            }
            let last = lines.len().min(top + usize::from(page));
            let seen = match lines.len() > usize::from(page) {
                true => format!("lines {}-{last} of {} (PgDn, PgUp); ", top + 1, lines.len()),
                false => String::new(),
            };
            let y = screen.height.saturating_sub(1);
            let key = state.key_for(Id::Mouse);
            canvas.put(
                0,
                y,
                screen.width,
                &format!("{seen}{key} gives the mouse to the terminal; Esc goes back"),
                dim,
            );
        }
    }
}
