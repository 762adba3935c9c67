//! The screen of a console whose vault is locked: nothing else is drawn under it.

use crate::model::InstanceKind;
use crate::tui::content::{inside, window};
use crate::tui::layers::LockScreen;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, on_overlay};
use crate::tui::widgets::text::wrap;
use crate::workspace::HostedBy;
use ratatui::layout::Rect;

/// Columns of the window's text.
const ROOM: u16 = 60;

/// Draws it.
pub fn draw(state: &State, screen: &LockScreen, canvas: &mut Canvas) {
    let intro = intro(state, screen);
    let failure = failure(state, screen);
    let area = window(state, ROOM, intro.len() + 2 + failure.len().max(1));
    super::overlays::frame(canvas, area, "Locked", Role::OverlayBorder);
    let inner = inside(area);
    let mut y = inner.y;
    let dim = on_overlay(canvas, Role::Dim);
    for line in intro.iter().take(usize::from(inner.height.saturating_sub(2))) {
        canvas.put(inner.x, y, inner.width, line, dim);
        y += 1;
    }
    y += 1;
    if y < area.bottom().saturating_sub(1) {
        draw_field(state, screen, canvas, Rect::new(inner.x, y, inner.width, 1));
    }
    let bad = on_overlay(canvas, Role::Bad);
    for line in failure {
        y += 1;
        if y < area.bottom().saturating_sub(2) {
            canvas.put(inner.x, y, inner.width, &line, bad);
        }
    }
    super::overlays::keys(canvas, area, &[("⏎", "unlock"), ("^C", "leave")]);
}

fn intro(state: &State, screen: &LockScreen) -> Vec<String> {
    let why = match screen.idle_minutes {
        Some(1) => "The vault was locked after a minute without a key.".to_owned(),
        Some(minutes) => format!("The vault was locked after {minutes} minutes without a key."),
        None => "The vault is locked.".to_owned(),
    };
    let serving = state
        .instances
        .rows
        .iter()
        .filter(|instance| instance.row.kind == InstanceKind::Local)
        .filter(|instance| instance.row.hosted_by == HostedBy::Here)
        .count();
    let hosted = match serving {
        0 => "",
        1 => " The instance that this console hosts goes on serving.",
        _ => " The instances that this console hosts go on serving.",
    };
    wrap(
        &format!("{why}{hosted}"),
        ROOM.min(state.size.0.saturating_sub(6)),
    )
}

fn failure(state: &State, screen: &LockScreen) -> Vec<String> {
    let Some(failure) = &screen.failure else {
        return Vec::new();
    };
    let text = match screen.waits(state.clock.now()) {
        true => format!("{failure}. Wait {} s before the next try.", screen.penance()),
        false => failure.clone(),
    };
    wrap(&text, ROOM.min(state.size.0.saturating_sub(6)))
}

fn draw_field(state: &State, screen: &LockScreen, canvas: &mut Canvas, line: Rect) {
    if screen.opening {
        let text = format!("{} one moment…", canvas.glyphs.spinner[state.tick % 4]);
        let changing = on_overlay(canvas, Role::Changing);
        canvas.put(line.x, line.y, line.width, &text, changing);
        return;
    }
    let strong = on_overlay(canvas, Role::Strong);
    if !screen.asks && screen.typed.count() == 0 {
        canvas.put(
            line.x,
            line.y,
            line.width,
            "Enter opens it: its key lies ready.",
            strong,
        );
        return;
    }
    let label = canvas.put(line.x, line.y, line.width, "passphrase  ", strong);
    let field = Rect::new(line.x + label, line.y, line.width.saturating_sub(label), 1);
    let style = canvas.style(Role::Input);
    canvas.fill(field, style);
    let inner = field.width.saturating_sub(2);
    let dots = u16::try_from(screen.typed.count()).unwrap_or(u16::MAX).min(inner);
    canvas.put(field.x + 1, field.y, inner, &"•".repeat(usize::from(dots)), style);
    canvas.cursor = Some((field.x + 1 + dots, field.y));
}
