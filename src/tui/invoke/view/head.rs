//! Two lines that say who was asked what, on which way, what came of it, how long it took, how much it was.

use super::super::trace::status_glyph;
use crate::tui::clock::{bytes, duration};
use crate::tui::content::route_glyph;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Ink, Line, draw_line};
use crate::workspace::{LogEntry, LogKind};
use ratatui::layout::Rect;

pub(super) fn draw(state: &State, entry: &LogEntry, canvas: &mut Canvas, area: Rect) {
    let row = &entry.row;
    let (sign, role) = status_glyph(&row.status, canvas.glyphs);
    let place = state.instances.index(&row.instance);
    let mut line = Line::of(format!("{sign} "), role)
        .and(row.code.clone().unwrap_or_else(|| row.status.clone()), role)
        .and("   ", Role::Dim)
        .and(row.action.clone(), Role::Strong)
        .and(" on ", Role::Dim)
        .and(
            row.instance.clone(),
            place.map_or(Ink::Role(Role::Base), Ink::Instance),
        );
    if let (LogKind::Call, Some(route)) = (row.kind, row.route) {
        line = line
            .and(format!("   {} ", route_glyph(route, canvas.glyphs)), Role::Route)
            .and(route.as_str(), Role::Route);
        if let Some(last) = entry.hops.last().filter(|_| entry.hops.len() > 1) {
            line = line.and(format!(" to {}", last.instance), Role::Route);
        }
    }
    line = line.and(
        format!("   {}   {}", duration(row.elapsed_us), bytes(row.reply_bytes)),
        Role::Base,
    );
    // What nobody answered may not have been sent.
    let answered = || entry.wire.iter().filter(|wire| wire.status != 0);
    let (sent, received) = answered().fold((0, 0), |sum, wire| (sum.0 + wire.sizes.0, sum.1 + wire.sizes.1));
    if answered().next().is_some() {
        line = line.and(
            format!("   on the wire {} and {}", bytes(sent), bytes(received)),
            Role::Dim,
        );
    }
    draw_line(canvas, area.x, area.y, area.width, &line);
    let mut second = Line::of(state.clock.exact(row.at), Role::Faint);
    if let Some(pointer) = &row.pointer {
        second = second
            .and("   pointer ", Role::Faint)
            .and(pointer.to_string(), Role::Address);
    }
    if let Some(credential) = &row.credential {
        second = second
            .and("   credential ", Role::Faint)
            .and(credential.clone(), Role::Dim);
    }
    draw_line(canvas, area.x, area.y + 1, area.width, &second);
}
