//! Something to read, and long work step by step.

use super::frame::{frame, keys, overlay_lines};
use crate::tui::content::{inside, level_role, notice_window, window};
use crate::tui::layers::{Notice, Steps};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay};

pub(super) fn draw_notice(state: &State, notice: &Notice, canvas: &mut Canvas) {
    let (area, lines) = notice_window(state, notice);
    frame(canvas, area, &notice.title, level_role(notice.level));
    overlay_lines(canvas, inside(area), &lines, notice.scroll);
    let mut pairs = vec![("Esc", "close")];
    if notice.secret.is_some() {
        pairs.insert(
            0,
            (
                "v",
                if notice.reveal.is_on(state.clock.now()) {
                    "hide it"
                } else {
                    "show the secret"
                },
            ),
        );
    }
    keys(canvas, area, &pairs);
}

pub(super) fn draw_steps(state: &State, steps: &Steps, canvas: &mut Canvas) {
    let area = window(state, 64, 10);
    frame(canvas, area, &steps.title, Role::OverlayBorder);
    let inner = inside(area);
    let shown = usize::from(inner.height);
    let first = steps.steps.len().saturating_sub(shown);
    let last = steps.steps.len().saturating_sub(1);
    for (row, (index, step)) in (0..inner.height).zip(steps.steps.iter().enumerate().skip(first)) {
        let (sign, role, text) = if index == last {
            (
                canvas.glyphs.spinner[state.tick % 4],
                Role::Changing,
                Role::Strong,
            )
        } else {
            (canvas.glyphs.good, Role::Good, Role::Dim)
        };
        let (mark, words) = (on_overlay(canvas, role), on_overlay(canvas, text));
        canvas.put(inner.x, inner.y + row, 1, sign, mark);
        canvas.put(
            inner.x + 2,
            inner.y + row,
            inner.width.saturating_sub(2),
            step,
            words,
        );
    }
    keys(canvas, area, &[("Esc", "look around meanwhile")]);
}
