//! The question before something dangerous.

use super::frame::frame;
use crate::tui::content::{inside, window};
use crate::tui::layers::Confirm;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay};
use crate::tui::widgets::text::wrap;

/// Most dependents that a question lists; how many more there are is said.
const MOST_DEPENDENTS: usize = 6;

/// How many columns a question has where the screen is wide enough.
const WIDTH: u16 = 54;

/// What stops working with a yes.
fn dependent_lines(confirm: &Confirm, room: u16) -> Vec<String> {
    let mut lines = match &confirm.dependents {
        None => return Vec::new(),
        Some((_, None)) => vec!["Looking for what depends on it …".to_owned()],
        Some((_, Some(none))) if none.is_empty() => vec!["Nothing that is known depends on it.".to_owned()],
        Some((_, Some(dependents))) => {
            let mut lines = vec!["This stops working:".to_owned()];
            for dependent in dependents.iter().take(MOST_DEPENDENTS) {
                for (index, part) in wrap(dependent, room.saturating_sub(2)).into_iter().enumerate() {
                    lines.push(format!("{} {part}", if index == 0 { "-" } else { " " }));
                }
            }
            if dependents.len() > MOST_DEPENDENTS {
                lines.push(format!("- and {} more", dependents.len() - MOST_DEPENDENTS));
            }
            lines
        }
    };
    lines.insert(0, String::new());
    lines
}

pub(super) fn draw_confirm(state: &State, confirm: &Confirm, canvas: &mut Canvas) {
    // A narrow screen leaves less room than is wanted.
    let room = inside(window(state, WIDTH, 0)).width;
    let mut text = wrap(&confirm.text, room);
    text.extend(dependent_lines(confirm, room));
    let extra = usize::from(confirm.instance.is_some()) * 2;
    let area = window(state, WIDTH, text.len() + extra);
    frame(canvas, area, &confirm.title, Role::Bad);
    let inner = inside(area);
    let mut y = inner.y;
    if let Some(name) = &confirm.instance {
        let place = state.instances.colour(name).unwrap_or(0);
        let style = canvas
            .style(Role::Overlay)
            .patch(canvas.theme.instance(place))
            .add_modifier(ratatui::style::Modifier::BOLD);
        let dim = on_overlay(canvas, Role::Dim);
        let used = canvas.put(inner.x, y, inner.width, "on ", dim);
        canvas.put(inner.x + used, y, inner.width.saturating_sub(used), name, style);
        y += 2;
    }
    let base = canvas.style(Role::Overlay);
    for line in text {
        if y > inner.bottom() {
            break;
        }
        canvas.put(inner.x, y, inner.width, &line, base);
        y += 1;
    }
    if area.height < 4 {
        return;
    }
    let danger = canvas.style(Role::Danger);
    let y = area.bottom() - 2;
    let used = canvas.put(inner.x, y, inner.width, &format!(" y  {} ", confirm.yes), danger);
    let (key, dim) = (on_overlay(canvas, Role::Key), on_overlay(canvas, Role::Dim));
    let used = used + canvas.put(inner.x + used + 3, y, inner.width, "Esc", key) + 4;
    canvas.put(
        inner.x + used,
        y,
        inner.width.saturating_sub(used),
        "leave it",
        dim,
    );
}
