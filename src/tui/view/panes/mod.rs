//! The four panes.

mod credentials;
mod instances;
mod log;
mod pointers;
mod rows;

use crate::tui::clock::count;
use crate::tui::layout::Layout;
use crate::tui::state::{Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use credentials::credentials;
use instances::instances;
use log::log;
use pointers::pointers;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws those that have room.
pub fn draw(state: &State, canvas: &mut Canvas, layout: &Layout) {
    for pane in Pane::ALL {
        let area = layout.panes[pane.index()];
        if area.height == 0 || area.width == 0 {
            continue;
        }
        draw_title(state, canvas, layout, pane, area);
        let inner = layout.inner(pane);
        if inner.height == 0 {
            continue;
        }
        match pane {
            Pane::Instances => instances(state, canvas, inner, layout.framed),
            Pane::Pointers => pointers(state, canvas, inner, layout.framed),
            Pane::Credentials => credentials(state, canvas, inner, layout.framed),
            Pane::Log => log(state, canvas, inner, layout.framed),
        }
    }
}

fn draw_title(state: &State, canvas: &mut Canvas, layout: &Layout, pane: Pane, area: Rect) {
    let focused = state.focus == pane;
    let (border, title) = if focused {
        (Role::BorderFocus, Role::TitleFocus)
    } else {
        (Role::Border, Role::Title)
    };
    let (border, title) = (canvas.style(border), canvas.style(title));
    if layout.framed {
        canvas.frame(area, border);
    } else {
        canvas.rule(area.x, area.y, area.width, border);
    }
    let x = area.x + 2;
    let key = canvas.style(if focused { Role::Key } else { Role::Faint });
    let mut used = canvas.put(
        x,
        area.y,
        area.width.saturating_sub(4),
        &format!(" {} ", pane.index() + 1),
        key,
    );
    used += canvas.put(
        x + used,
        area.y,
        area.width.saturating_sub(4 + used),
        &format!("{} ", pane.title()),
        title,
    );
    used += draw_subtitle(state, canvas, pane, x + used, area);
    let note = note(state, pane);
    let wide = width(&note);
    if !note.is_empty() && x + used + wide + 3 < area.right() {
        let style = canvas.style(Role::Dim);
        canvas.put(
            area.right() - wide - 3,
            area.y,
            wide + 2,
            &format!(" {note} "),
            style,
        );
    }
}

/// Beside the title: whose pointers, and filtered by what.
fn draw_subtitle(state: &State, canvas: &mut Canvas, pane: Pane, x: u16, area: Rect) -> u16 {
    let room = area.right().saturating_sub(x + 14);
    let mut spans: Vec<(String, Style)> = Vec::new();
    match pane {
        Pane::Pointers => {
            if state.pointers.merged {
                let shown = state.pointers.sources().len();
                spans.push((format!("of {shown} instances "), canvas.style(Role::Accent)));
            } else if let Some(name) = &state.pointers.instance {
                let place = state.instances.colour(name.as_str()).unwrap_or(0);
                let of = canvas.style(Role::Faint);
                spans.push(("of ".to_owned(), of));
                spans.push((format!("{name} "), canvas.theme.instance(place)));
            }
            if state.pointers.federated_only {
                spans.push(("federated ".to_owned(), canvas.style(Role::Route)));
            }
            if !state.pointers.filter.is_empty() {
                spans.push((format!("/{} ", state.pointers.filter), canvas.style(Role::Match)));
            }
        }
        Pane::Log => log::subtitle(state, canvas, &mut spans),
        Pane::Instances | Pane::Credentials => {
            let text = state.filter_text(pane);
            if !text.is_empty() {
                spans.push((format!("/{text} "), canvas.style(Role::Match)));
            }
            if pane == Pane::Instances && !state.unknown.is_empty() {
                spans.push((
                    format!("+{} on disk ", state.unknown.len()),
                    canvas.style(Role::Warn),
                ));
            }
        }
    }
    canvas.spans(x, area.y, room, &spans)
}

/// At the right of the title: where one is, and how many there are.
fn note(state: &State, pane: Pane) -> String {
    let place = |selected: usize, total: usize| match total {
        0 => String::new(),
        total => format!("{}/{}", selected + 1, count(total as u64)),
    };
    match pane {
        Pane::Instances => {
            let shown = state.instances.shown();
            let selected = state.instances.cursor.selected;
            let line = shown.iter().position(|place| *place == selected);
            place(line.unwrap_or(0), shown.len())
        }
        Pane::Credentials => place(state.credentials.cursor.selected, state.credentials.len()),
        Pane::Log => log::note(state),
        Pane::Pointers => {
            let pointers = &state.pointers;
            if pointers.total == 0 {
                return String::new();
            }
            let more = if pointers.total_known { "" } else { "+" };
            let marked = match pointers.marks.len() {
                0 => String::new(),
                marked => format!("{} marked  ", count(marked as u64)),
            };
            format!(
                "{marked}{}/{}{more}",
                count(pointers.selected + 1),
                count(pointers.total)
            )
        }
    }
}
