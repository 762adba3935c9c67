//! Windows over whatever is there.

mod circuit;
pub mod columns;
mod completion;
mod confirm;
mod form;
mod frame;
mod help;
mod hints;
mod menu;
mod notice;

use crate::tui::content::{inside, report_lines, window};
use crate::tui::layers::Layer;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay};
use completion::{draw_completion, draw_words};
use confirm::draw_confirm;
use form::draw_form;
use frame::overlay_lines;
pub(super) use frame::{frame, keys};
use help::draw_help;
pub use hints::draw_hints;
use menu::draw_menu;
use notice::{draw_notice, draw_steps};
use ratatui::layout::Rect;

/// Draws a window.
pub fn draw(state: &State, layer: &Layer, canvas: &mut Canvas, body: Rect) {
    match layer {
        Layer::Help(help) => draw_help(state, help, canvas),
        Layer::Command(line) => draw_completion(state, line, canvas, body),
        Layer::Filter(line) => draw_words(line, canvas, body),
        Layer::Confirm(confirm) => draw_confirm(state, confirm, canvas),
        Layer::Menu(menu) => draw_menu(state, menu, canvas),
        Layer::Columns(window) => columns::draw_columns(state, *window, canvas),
        Layer::Form(form) => draw_form(state, form, canvas),
        Layer::Notice(notice) => draw_notice(state, notice, canvas),
        Layer::Reports(reports) => {
            let lines = report_lines(state, 94);
            let area = window(state, 100, lines.len().max(3));
            frame(canvas, area, "Messages", Role::OverlayBorder);
            overlay_lines(canvas, inside(area), &lines, reports.scroll);
        }
        Layer::Steps(steps) => draw_steps(state, steps, canvas),
        Layer::Wizard(wizard) => crate::tui::wizard::draw(state, wizard, canvas, body),
        Layer::Composer(composer) => crate::tui::composer::draw(state, composer, canvas, body),
        Layer::LiveTest(test) => crate::tui::livetest::draw(state, test, canvas, body),
        Layer::FirstRun(first) => super::first_run::draw(state, first, canvas, body),
        _ => {}
    }
}

/// While hosted instances are being stopped.
pub fn stopping(state: &State, canvas: &mut Canvas) {
    let hosted = state.hosted();
    let text = if hosted.is_empty() {
        "Leaving…".to_owned()
    } else {
        format!("Stopping {}…", hosted.join(", "))
    };
    moment(
        state,
        canvas,
        &text,
        "Nothing acknowledged is lost. ^C again leaves at once.",
    );
}

/// While the home is being made or opened.
pub fn opening(state: &State, canvas: &mut Canvas) {
    moment(state, canvas, "Opening the home…", &state.home);
}

fn moment(state: &State, canvas: &mut Canvas, text: &str, below: &str) {
    let area = window(state, 52, 2);
    let ground = canvas.style(Role::Overlay);
    canvas.fill(area, ground);
    let border = on_overlay(canvas, Role::OverlayBorder);
    canvas.frame(area, border);
    let (strong, dim) = (on_overlay(canvas, Role::Strong), on_overlay(canvas, Role::Dim));
    let turn = canvas.glyphs.spinner[state.tick % 4];
    let inner = inside(area);
    canvas.put(inner.x, inner.y, inner.width, &format!("{turn} {text}"), strong);
    canvas.put(inner.x, inner.y + 1, inner.width, below, dim);
}
