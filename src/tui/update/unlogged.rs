//! A reply that could not be written into the invoke log, because the disk is full, say: it is shown all the same, since
//! whoever asked must not think that nothing happened.

use crate::tui::content::failure_lines;
use crate::tui::layers::{Layer, Notice};
use crate::tui::state::{Level, State};
use crate::tui::theme::Role;
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::Line;
use crate::workspace::Failure;
use serde_json::Value;

/// How wide the window's lines are, and how many of them there are at most.
const WIDTH: u16 = 62;
const MOST_LINES: usize = 2_000;

/// Shows it, and why it is nowhere else.
pub fn show(state: &mut State, reply: &Value, failure: &Failure) {
    state.report_failure(failure);
    let mut lines = failure_lines(state, failure, WIDTH);
    lines.push(Line::new());
    let mut told = json_lines(reply, WIDTH);
    let left = told.len().saturating_sub(MOST_LINES);
    told.truncate(MOST_LINES);
    lines.extend(told);
    if left > 0 {
        lines.push(Line::of(format!("… {left} more lines"), Role::Faint));
    }
    let title = "The reply, which is not in the invoke log";
    let notice = Notice::new(title, Level::Warn, lines);
    state.layers.push(Layer::Notice(Box::new(notice)));
}
