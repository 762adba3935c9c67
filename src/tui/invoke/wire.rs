//! What travelled, leg by leg, with what each part means.

mod bodies;
mod claims;

use super::unkept;
use crate::tui::clock::{Clock, bytes};
use crate::tui::content::fields::{field, heading};
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{LogEntry, LogWire};

/// The lines of all legs.
pub fn wire_lines(entry: &LogEntry, clock: &Clock, glyphs: &Glyphs, whole: bool, width: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    if entry.wire.is_empty() {
        lines.push(Line::of(
            "Nothing that travelled was kept of this one.",
            Role::Dim,
        ));
        lines.extend(
            wrap(unkept::why(entry), width)
                .into_iter()
                .map(|text| Line::of(text, Role::Dim)),
        );
        return lines;
    }
    for (index, wire) in entry.wire.iter().enumerate() {
        let (sent, received) = wire.sizes;
        let travelled = match wire.status {
            // Perhaps it was not even sent.
            0 => format!("{} sealed, nothing received", bytes(sent)),
            _ => format!("{} sent, {} received", bytes(sent), bytes(received)),
        };
        heading(
            &mut lines,
            &format!("Leg {} of {}   {travelled}", index + 1, entry.wire.len()),
        );
        add_request(wire, clock, whole, &mut lines, width);
        lines.push(Line::new());
        let is_last = index + 1 == entry.wire.len();
        let failure = entry.failure.as_deref().filter(|_| is_last);
        if wire.status == 0 {
            add_silence(failure, &mut lines, width);
        } else {
            add_reply(wire, glyphs, whole, &mut lines, width);
        }
    }
    lines
}

/// A leg to which no HTTP response came, and why, as far as that is known.
fn add_silence(failure: Option<&str>, lines: &mut Vec<Line>, width: u16) {
    field(lines, "answered", "no HTTP response came", Role::Bad, width);
    if let Some(failure) = failure {
        field(lines, "because", failure, Role::Base, width);
    }
}

fn add_request(wire: &LogWire, clock: &Clock, whole: bool, lines: &mut Vec<Line>, width: u16) {
    field(lines, "POST", &wire.endpoint, Role::Accent, width);
    field(
        lines,
        "authorization",
        "Bearer header.claims.••• (the signature is masked, and not kept)",
        Role::Base,
        width,
    );
    field(lines, "content-type", &wire.content_type, Role::Base, width);
    lines.push(Line::new());
    claims::add_token(&wire.token, clock, lines, width);
    lines.push(Line::new());
    bodies::add(
        lines,
        "sealed query",
        &wire.request_body,
        wire.sizes.0,
        whole,
        width,
    );
}

fn add_reply(wire: &LogWire, glyphs: &Glyphs, whole: bool, lines: &mut Vec<Line>, width: u16) {
    let role = if wire.status < 400 { Role::Good } else { Role::Bad };
    field(lines, "answered", &format!("HTTP {}", wire.status), role, width);
    for (name, value) in &wire.response_headers {
        field(lines, name, value, Role::Base, width);
    }
    lines.push(Line::new());
    let (kept, size) = (&wire.response_body, wire.sizes.1);
    if !bodies::is_sealed(kept, size) {
        bodies::add_plain(lines, "reply", kept, size, whole, width);
        return;
    }
    bodies::add(lines, "sealed reply", kept, size, whole, width);
    let asked = claims::claim(&wire.token, "jti");
    let answers = bodies::protected_header(&wire.response_body)
        .and_then(|header| header.get("irt").and_then(|irt| irt.as_str().map(str::to_owned)));
    let (sign, text, role) = match (asked, answers) {
        (Some(asked), Some(irt)) if asked == irt => {
            (glyphs.good, format!("{irt}, the jti of the request"), Role::Good)
        }
        (Some(_), Some(irt)) => (
            glyphs.bad,
            format!("{irt}, which is another request's jti"),
            Role::Bad,
        ),
        _ => return,
    };
    field(lines, "irt", &format!("{sign} {text}"), role, width);
}
