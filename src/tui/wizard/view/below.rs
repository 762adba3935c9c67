//! The words below the question, where there is no room beside it: what is shared first, then why it is asked.
//!
//! They take the rows that the question leaves over; what is asked is never pushed out by them.

use super::super::prose;
use super::super::state::Wizard;
use crate::handshake::guide::Step;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::{Line, draw_line, wrap};
use ratatui::layout::Rect;

/// The lines, for an area that is so high and of which the question wants so much.
pub fn below(state: &State, wizard: &Wizard, room: u16, height: u16, wanted: u16) -> Vec<Line> {
    let most = usize::from(most(wizard, height, wanted));
    let shared = match prose::shared(state, wizard).join(" ") {
        shared if !shared.is_empty() && wizard.step() != Step::Review => wrap(&shared, room),
        _ => Vec::new(),
    };
    let why = wrap(prose::why(wizard), room);
    // Where not all of both can be said, what is shared leaves two lines.
    let keep = match shared.len() + why.len() <= most {
        true => shared.len(),
        false => shared.len().min(most.saturating_sub(2)),
    };
    let why = cut(why, most - keep, room);
    let shared = cut(shared, keep, room);
    let shared = shared.into_iter().map(|part| Line::of(part, Role::Base));
    shared
        .chain(why.into_iter().map(|part| Line::of(part, Role::Dim)))
        .collect()
}

fn most(wizard: &Wizard, height: u16, wanted: u16) -> u16 {
    let free = height.saturating_sub(wanted + 1);
    let least = match height {
        // What people read to each other comes before everything else.
        _ if wizard.step() == Step::Words => 0,
        0..12 => 0,
        12..16 => 2,
        16..22 if matches!(wizard.step(), Step::HandOver | Step::Call | Step::Keep) => 2,
        16..22 => 4,
        _ => 8,
    };
    free.max(least)
}

/// So many of the lines; the last one says if there was more.
fn cut(mut lines: Vec<String>, keep: usize, room: u16) -> Vec<String> {
    if lines.len() <= keep {
        return lines;
    }
    lines.truncate(keep);
    if let Some(last) = lines.last_mut() {
        while width(last) + 2 > room {
            match last.rfind(' ') {
                Some(place) => last.truncate(place),
                None => break,
            }
        }
        last.push_str(" …");
    }
    lines
}

/// Draws them at the lower end, under a rule.
pub fn draw_below(canvas: &mut Canvas, inner: Rect, lines: &[Line]) {
    let high = u16::try_from(lines.len()).unwrap_or(0);
    if high == 0 || high + 1 > inner.height {
        return;
    }
    let y = inner.bottom() - high - 1;
    let border = canvas.style(Role::Border);
    canvas.rule(inner.x, y, inner.width, border);
    for (row, line) in (0..high).zip(lines) {
        draw_line(
            canvas,
            inner.x + 2,
            y + 1 + row,
            inner.width.saturating_sub(4),
            line,
        );
    }
}
