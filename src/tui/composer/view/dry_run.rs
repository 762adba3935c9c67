//! What would be sent, layer by layer.

use crate::tui::clock::bytes;
use crate::tui::pointer::circuit;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::draw::width;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{BodyLayer, Claim, DryRun, Leg, WireLayer, on_one_line};
use serde_json::Value;

/// Letters of a query or a sealed body that are shown.
const SHOWN: usize = 640;

pub(super) fn lines(looked: &DryRun, is_old: bool, glyphs: &Glyphs, room: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut say = |text: &str, role| {
        lines.extend(wrap(text, room).into_iter().map(|line| Line::of(line, role)));
    };
    if is_old {
        say("The query has changed since: ^D looks again.", Role::Warn);
    }
    say(&looked.summary, Role::Strong);
    say(&looked.nothing_sent(), Role::Good);
    let many = looked.legs.len() > 1;
    for (index, leg) in looked.legs.iter().enumerate() {
        lines.push(Line::new());
        let number = if many {
            format!("{} ", index + 1)
        } else {
            String::new()
        };
        let heading = format!("{number}to {}: {}", leg.instance, leg.title);
        lines.extend(
            wrap(&heading, room)
                .into_iter()
                .map(|line| Line::of(line, Role::Accent)),
        );
        of_leg(leg, glyphs, room, &mut lines);
    }
    if let (Some(look), Some(leg)) = (&looked.circuit, looked.legs.first()) {
        lines.push(Line::new());
        let heading = format!("then {}", look.words(&leg.instance));
        let wrapped = wrap(&heading, room).into_iter();
        lines.extend(wrapped.map(|line| Line::of(line, Role::Accent)));
        lines.extend(circuit::summary(&look.circuit, glyphs));
        lines.extend(circuit::draw(&look.circuit, glyphs, room, &look.relays).lines);
    }
    if !looked.then.is_empty() {
        lines.push(Line::new());
        lines.push(Line::of("What happens then", Role::Accent));
        for sentence in &looked.then {
            indented(sentence, Role::Dim, room, &mut lines);
        }
    }
    lines
}

fn of_leg(leg: &Leg, glyphs: &Glyphs, room: u16, lines: &mut Vec<Line>) {
    if let Some((app_id, name)) = &leg.identity {
        let line = Line::of("as ", Role::Dim)
            .and(app_id.clone(), Role::Strong)
            .and(format!("  credential {name}"), Role::Dim);
        lines.push(line);
    }
    if let Some(query) = &leg.query {
        heading("Query, as it is sealed", query.bytes, lines);
        cut(&query.text, Role::JsonText, room, lines);
    }
    if let Some(wire) = &leg.wire {
        of_body(&wire.body, glyphs, room, lines);
        of_token(wire, room, lines);
        of_request(wire, room, lines);
    }
}

fn heading(text: &str, size: u64, lines: &mut Vec<Line>) {
    lines.push(Line::new());
    lines.push(Line::of(text, Role::Title).and(format!("  {}", bytes(size)), Role::Faint));
}

fn indented(text: &str, role: Role, room: u16, lines: &mut Vec<Line>) {
    let wrapped = wrap(text, room.saturating_sub(2));
    lines.extend(
        wrapped
            .into_iter()
            .map(|line| Line::of(format!("  {line}"), role)),
    );
}

fn cut(text: &str, role: Role, room: u16, lines: &mut Vec<Line>) {
    let shown: String = text.chars().take(SHOWN).collect();
    let is_cut = shown.len() < text.len();
    indented(&shown, role, room, lines);
    if is_cut {
        indented("… and so on", Role::Faint, room, lines);
    }
}

fn of_body(body: &BodyLayer, glyphs: &Glyphs, room: u16, lines: &mut Vec<Line>) {
    heading("Sealed body", body.bytes, lines);
    let about = if body.travels_as_it_is {
        "Sealed beforehand: this very body travels, under a fresh token each time."
    } else {
        "This body was sealed for this look and will not be sent: one with a fresh nonce is."
    };
    indented(about, Role::Dim, room, lines);
    if let Some(header) = &body.header {
        indented(
            &format!("header {}", on_one_line(header)),
            Role::Base,
            room,
            lines,
        );
    }
    let parts: Vec<String> = body
        .parts
        .iter()
        .map(|(name, size)| format!("{name} {size}"))
        .collect();
    indented(
        &format!("bytes: {}", parts.join(&format!(" {} ", glyphs.dot))),
        Role::Dim,
        room,
        lines,
    );
    cut(&body.text, Role::Faint, room, lines);
}

fn of_token(wire: &WireLayer, room: u16, lines: &mut Vec<Line>) {
    heading("Token, signed and thrown away", wire.token_bytes, lines);
    indented(
        &format!("header {}", on_one_line(&wire.token_header)),
        Role::Base,
        room,
        lines,
    );
    let names = wire.claims.iter().map(|claim| claim.name.len());
    let widest = names.max().unwrap_or(0);
    for claim in &wire.claims {
        of_claim(claim, widest, room, lines);
    }
}

/// A claim and what it means: on one line where there is room.
fn of_claim(claim: &Claim, widest: usize, room: u16, lines: &mut Vec<Line>) {
    let value = match &claim.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let indent = widest + 4;
    let used = u16::try_from(indent + value.len().max(28) + 2).unwrap_or(u16::MAX);
    let line = Line::of(format!("  {:<widest$}  ", claim.name), Role::JsonKey);
    if width(&claim.meaning).saturating_add(used) <= room {
        let line = line.and(format!("{value:<28}  "), Role::JsonText);
        lines.push(line.and(claim.meaning.clone(), Role::Dim));
        return;
    }
    lines.push(line.and(value, Role::JsonText));
    let wrapped = wrap(
        &claim.meaning,
        room.saturating_sub(u16::try_from(indent).unwrap_or(0)),
    );
    let told = wrapped.into_iter().filter(|line| !line.is_empty());
    lines.extend(told.map(|line| Line::of(format!("{:indent$}{line}", ""), Role::Dim)));
}

fn of_request(wire: &WireLayer, room: u16, lines: &mut Vec<Line>) {
    heading("HTTP request", wire.bytes, lines);
    indented(&wire.request_line, Role::Base, room, lines);
    for (name, value) in &wire.headers {
        lines.push(Line::of(format!("  {name}: "), Role::JsonKey).and(value.clone(), Role::Base));
    }
}
