//! What pages say, as lines: data in, lines out, nothing drawn and nothing kept.

mod credential;
mod failure;
pub(in crate::tui) mod fields;
mod form;
mod headings;
mod instance;
mod instance_line;
mod log_line;
mod pointer;

pub use super::invoke::status_glyph;
pub use credential::{credential_lines, dependent_words};
pub use failure::failure_lines;
pub use fields::{field, heading};
pub use form::{CIRCUIT_NUMBERS, FormLayout, circuit_numbers, circuit_room};
pub use headings::{BAR, LOOKS, columns, heading_at, headings};
pub use instance::{health, instance_lines, state_glyph, state_role};
pub use instance_line::InstanceLine;
pub use log_line::LogLine;
pub use pointer::{route_glyph, shorten};

use super::doctor;
use super::layers::{Layer, Notice};
use super::state::{Report, State};
use super::theme::Role;
use super::widgets::text::{Line, wrap, wrapped};
use crate::model::Timestamp;
use crate::tui::state::Level;
use ratatui::layout::Rect;

/// Columns of a notice, where the screen has so many.
const NOTICE: u16 = 68;

/// Where the lines of the layer on top stand.
pub fn page_area(state: &State) -> Rect {
    let body = state.layout().body;
    let inner = Rect::new(
        body.x + 2.min(body.width),
        body.y + 1.min(body.height),
        body.width.saturating_sub(4),
        body.height.saturating_sub(2),
    );
    match state.layers.last() {
        Some(Layer::Invoke(page)) => super::invoke::content_area(body, page.tab),
        Some(Layer::Notice(notice)) => {
            let (window, _) = notice_window(state, notice);
            inside(window)
        }
        Some(Layer::Reports(_)) => inside(window(state, 100, report_lines(state, 94).len().max(3))),
        _ => inner,
    }
}

/// A window in the middle of the screen with room for so many columns and lines, and a line for its keys.
pub fn window(state: &State, columns: u16, lines: usize) -> Rect {
    let (width, height) = state.size;
    let wide = (columns + 6).min(width);
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    let high = lines
        .saturating_add(5)
        .min(height.saturating_sub(2))
        .max(height.min(5));
    Rect::new((width - wide) / 2, (height - high) / 2, wide, high)
}

/// Where the lines of a window stand: within its frame, above the line with its keys.
pub fn inside(window: Rect) -> Rect {
    Rect::new(
        window.x + 3.min(window.width),
        window.y + 2.min(window.height),
        window.width.saturating_sub(6),
        window.height.saturating_sub(5),
    )
}

/// How many lines the layer on top has, if it scrolls.
pub fn page_length(state: &State, width: u16) -> Option<usize> {
    match state.layers.last()? {
        Layer::Instance(page) => Some(instance_lines(state, page, width).len()),
        Layer::Doctor(page) => Some(doctor::lines(state, page, width).len()),
        Layer::Credential(page) => Some(credential_lines(state, page, width).len()),
        Layer::Notice(notice) => Some(notice_window(state, notice).1.len()),
        Layer::Reports(_) => Some(report_lines(state, 94).len()),
        _ => None,
    }
}

/// The window of a notice, and its lines as they fit into it: how wide it is depends on the screen.
pub fn notice_window(state: &State, notice: &Notice) -> (Rect, Vec<Line>) {
    let room = inside(window(state, NOTICE, 0)).width;
    let lines = notice_lines(notice, state.clock.now(), room);
    (window(state, NOTICE, lines.len()), lines)
}

/// Its secret is masked unless it was asked for.
fn notice_lines(notice: &Notice, now: Timestamp, room: u16) -> Vec<Line> {
    let mut lines = wrapped(&notice.lines, room);
    if let Some(secret) = &notice.secret {
        lines.push(Line::new());
        let shown = if notice.reveal.is_on(now) {
            secret.expose_text().to_owned()
        } else {
            "•••• •••• •••• ••••    press v to see it".to_owned()
        };
        for (index, text) in wrap(&shown, room.saturating_sub(12)).into_iter().enumerate() {
            let label = if index == 0 {
                "secret      "
            } else {
                "            "
            };
            let role = if notice.reveal.is_on(now) {
                Role::Strong
            } else {
                Role::Faint
            };
            lines.push(Line::of(label, Role::Dim).and(text, role));
        }
    }
    lines
}

/// How a report looks.
pub fn level_role(level: Level) -> Role {
    match level {
        Level::Good => Role::Good,
        Level::Info => Role::Accent,
        Level::Warn => Role::Warn,
        Level::Bad => Role::Bad,
    }
}

/// What was reported, newest first.
pub fn report_lines(state: &State, room: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    for Report {
        level,
        text,
        remedy,
        at,
    } in state.reports.iter().rev()
    {
        for (index, part) in wrap(text, room.saturating_sub(12)).into_iter().enumerate() {
            let time = if index == 0 {
                format!("{at:<12}")
            } else {
                " ".repeat(12)
            };
            let role = if *level == Level::Info {
                Role::Base
            } else {
                level_role(*level)
            };
            lines.push(Line::of(time, Role::Faint).and(part, role));
        }
        if !remedy.is_empty() {
            for part in wrap(remedy, room.saturating_sub(12)) {
                lines.push(Line::of(" ".repeat(12), Role::Faint).and(part, Role::Dim));
            }
        }
    }
    if lines.is_empty() {
        lines.push(Line::of("Nothing was reported yet.", Role::Dim));
    }
    lines
}
