//! A failure in a window or a panel, where a line has no room for it.

use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::Failure;

/// A failure as lines: what, where, and what to do.
pub fn failure_lines(state: &State, failure: &Failure, room: u16) -> Vec<Line> {
    let mut lines: Vec<Line> = wrap(&failure.message, room)
        .into_iter()
        .map(|text| Line::of(text, Role::Strong))
        .collect();
    lines.push(Line::new());
    if let Some(instance) = &failure.instance {
        lines.push(Line::of("on    ", Role::Dim).and(instance.clone(), Role::Accent));
    }
    lines.push(Line::of("code  ", Role::Dim).and(failure.code.as_str(), Role::Bad));
    for (index, text) in wrap(&state.remedy_here(&failure.remedy), room.saturating_sub(6))
        .into_iter()
        .enumerate()
    {
        let label = if index == 0 { "do    " } else { "      " };
        lines.push(Line::of(label, Role::Dim).and(text, Role::Good));
    }
    lines
}
