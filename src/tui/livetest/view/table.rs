//! The figures of all routes beside each other, one route a line.

use super::super::state::LiveTest;
use super::chart::{role, sign};
use crate::tui::clock::duration;
use crate::tui::theme::{ASCII, Role};
use crate::tui::widgets::draw::Canvas;
use ratatui::layout::Rect;

/// The figures of a route, each with whether it goes first where there is little room: percentiles before others, and
/// errors never.
const FIGURES: [(&str, u8); 8] = [
    ("calls", 1),
    ("rate/s", 2),
    ("p50", 5),
    ("p90", 6),
    ("p99", 4),
    ("p99.9", 7),
    ("max", 3),
    ("errors", 0),
];

/// Columns of a route's name and sign.
const ROUTES: u16 = 10;

/// Which of the figures there is room for, and how wide each is with the column before the next.
fn figures_in(room: u16) -> (Vec<usize>, u16) {
    let mut shown: Vec<usize> = (0..FIGURES.len()).collect();
    let needed = |many: usize, step: u16| ROUTES + u16::try_from(many).unwrap_or(0) * step - 1;
    if needed(shown.len(), 11) <= room {
        return (shown, 11);
    }
    while shown.len() > 1 && needed(shown.len(), 8) > room {
        let first = shown.iter().copied().max_by_key(|figure| FIGURES[*figure].1);
        shown.retain(|figure| Some(*figure) != first);
    }
    (shown, 8)
}

/// Draws it, within its area.
pub fn draw(test: &LiveTest, canvas: &mut Canvas, area: Rect) {
    let heading = canvas.style(Role::Heading);
    let (shown, step) = figures_in(area.width);
    let places = (area.x + ROUTES..).step_by(usize::from(step));
    let places: Vec<(u16, u16, usize)> = places
        .zip(shown)
        .map(|(x, figure)| (x, (step - 1).min(area.right().saturating_sub(x)), figure))
        .collect();
    for (x, room, figure) in &places {
        canvas.put_right(*x, area.y, *room, FIGURES[*figure].0, heading);
    }
    for (index, (label, figures)) in test.lanes.iter().enumerate() {
        let y = area.y + 1 + u16::try_from(index).unwrap_or(0);
        if y >= area.bottom() {
            break;
        }
        let mark = canvas.style(role(index));
        let mark_sign = if *canvas.glyphs == ASCII {
            sign(index)
        } else {
            canvas.glyphs.mark
        };
        canvas.put(area.x, y, 1, mark_sign, mark);
        let name = canvas.style(if index == test.lane {
            Role::Strong
        } else {
            Role::Base
        });
        canvas.put(area.x + 2, y, 9, label, name);
        let at = |share| duration(figures.latency.percentile(share));
        let cells: [String; FIGURES.len()] = [
            figures.requests.to_string(),
            format!("{:.1}", figures.rate()),
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            duration(figures.latency.max()),
            figures.failed().to_string(),
        ];
        for (x, room, figure) in &places {
            let is_bad = FIGURES[*figure].0 == "errors" && figures.failed() > 0;
            let style = canvas.style(if is_bad { Role::Bad } else { Role::Base });
            canvas.put_right(*x, y, *room, &cells[*figure], style);
        }
    }
}
