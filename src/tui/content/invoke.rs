//! What the page about an invoke says: query, reply, wire, trace.

use super::fields::{field, heading};
use super::trace::trace_lines;
use crate::tui::clock::{Clock, bytes};
use crate::tui::layers::InvokePage;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{LogEntry, LogWire};
use serde_json::Value;

/// The sign and role of how an invoke ended.
pub fn status_glyph(status: &str, glyphs: &Glyphs) -> (&'static str, Role) {
    match status {
        "success" => (glyphs.good, Role::Good),
        "interpretation_rendered" => (glyphs.warn, Role::Warn),
        _ => (glyphs.bad, Role::Bad),
    }
}

/// Makes the lines of each tab for this width, unless they are made.
pub fn prepare_invoke(page: &mut InvokePage, clock: &Clock, width: u16) {
    let Some(entry) = &page.entry else { return };
    if page.made_for == width {
        return;
    }
    page.made_for = width;
    page.lines = [
        json_lines(&entry.query, width),
        reply_lines(entry, width),
        wire_lines(entry, clock, width),
        trace_lines(entry, width),
    ];
}

fn reply_lines(entry: &LogEntry, width: u16) -> Vec<Line> {
    if let Some(reply) = &entry.reply {
        // The trace has a tab of its own.
        let mut reply = reply.clone();
        if let Value::Object(map) = &mut reply {
            map.shift_remove("trace");
        }
        return json_lines(&reply, width);
    }
    let failure = entry.failure.as_deref().unwrap_or("there was no reply");
    let mut lines = vec![Line::of("There was no reply.", Role::Strong), Line::new()];
    lines.extend(
        wrap(failure, width)
            .into_iter()
            .map(|text| Line::of(text, Role::Bad)),
    );
    lines
}

fn wire_lines(entry: &LogEntry, clock: &Clock, width: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    if entry.wire.is_empty() {
        lines.push(Line::of(
            "Nothing that travelled was kept of this one.",
            Role::Dim,
        ));
    }
    for (index, wire) in entry.wire.iter().enumerate() {
        heading(
            &mut lines,
            &format!("Exchange {} of {}", index + 1, entry.wire.len()),
        );
        add_exchange(wire, clock, &mut lines, width);
    }
    lines
}

fn add_exchange(wire: &LogWire, clock: &Clock, lines: &mut Vec<Line>, width: u16) {
    field(lines, "POST", &wire.endpoint, Role::Accent, width);
    field(lines, "content type", &wire.content_type, Role::Base, width);
    if let Some(life) = lifetime(&wire.token, clock) {
        field(lines, "token", &life, Role::Base, width);
    }
    lines.extend(
        json_lines(&wire.token, width.saturating_sub(15))
            .into_iter()
            .map(super::fields::continued),
    );
    let (sent, received) = wire.sizes;
    field(
        lines,
        "sealed query",
        &format!("{}   {}", bytes(sent), wire.request_body),
        Role::Faint,
        width,
    );
    lines.push(Line::new());
    let role = if wire.status < 400 { Role::Good } else { Role::Bad };
    field(lines, "answered", &format!("HTTP {}", wire.status), role, width);
    for (name, value) in &wire.response_headers {
        field(lines, name, value, Role::Base, width);
    }
    field(
        lines,
        "sealed reply",
        &format!("{}   {}", bytes(received), wire.response_body),
        Role::Faint,
        width,
    );
}

/// From when to when a token counts, in words.
fn lifetime(token: &Value, clock: &Clock) -> Option<String> {
    let claims = token
        .get("claims")
        .or_else(|| token.get("payload"))
        .unwrap_or(token);
    let moment = |name| {
        let seconds = claims.get(name)?.as_i64()?;
        Some(crate::model::Timestamp::from_micros(
            seconds.checked_mul(1_000_000)?,
        ))
    };
    let (from, until) = (moment("iat")?, moment("exp")?);
    Some(format!(
        "good for {} s from {}",
        until.as_seconds() - from.as_seconds(),
        clock.time(from)
    ))
}
