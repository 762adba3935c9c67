//! A token's header and claims, each with what it means.

use crate::model::Timestamp;
use crate::tui::clock::Clock;
use crate::tui::content::fields::{LABEL, field};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use serde_json::Value;

/// Columns for what is in a claim, before what it means: on a wide screen, and on a narrow one.
const VALUES: [usize; 2] = [36, 22];
/// From so many columns on a screen is wide.
const WIDE: usize = 80;

/// A text claim.
pub fn claim(token: &Value, name: &str) -> Option<String> {
    claims_of(token).get(name)?.as_str().map(str::to_owned)
}

fn claims_of(token: &Value) -> &Value {
    token
        .get("claims")
        .or_else(|| token.get("payload"))
        .unwrap_or(token)
}

/// The lines of a token.
pub fn add_token(token: &Value, clock: &Clock, lines: &mut Vec<Line>, width: u16) {
    if let Some(header) = token.get("header").and_then(Value::as_object) {
        for (index, (name, value)) in header.iter().enumerate() {
            let label = if index == 0 { "token header" } else { "" };
            add(lines, label, name, value, header_meaning(name, value), width);
        }
    }
    let claims = claims_of(token);
    for (index, (name, value)) in claims.as_object().into_iter().flatten().enumerate() {
        let label = if index == 0 { "claims" } else { "" };
        add(
            lines,
            label,
            name,
            value,
            claim_meaning(name, value, claims, clock),
            width,
        );
    }
    if let Some(life) = lifetime(claims, clock) {
        field(lines, "lifetime", &life, Role::Base, width);
    }
}

fn add(lines: &mut Vec<Line>, label: &str, name: &str, value: &Value, meaning: String, width: u16) {
    let shown = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let room = usize::from(width).saturating_sub(LABEL).max(16);
    let start = Line::of(format!("{label:<LABEL$}"), Role::Dim).and(format!("{name:<8}"), Role::JsonKey);
    let beside = VALUES[usize::from(room < WIDE)];
    if shown.chars().count() < beside && room >= beside + 28 {
        let room = u16::try_from(room - 8 - beside).unwrap_or(20);
        let mut start = Some(start.and(format!("{shown:<beside$}"), Role::JsonText));
        for part in wrap(&meaning, room) {
            let line = start
                .take()
                .unwrap_or_else(|| Line::of(" ".repeat(LABEL + 8 + beside), Role::Dim));
            lines.push(line.and(part, Role::Dim));
        }
        return;
    }
    let room = u16::try_from(room.saturating_sub(8)).unwrap_or(20).max(8);
    let mut start = Some(start);
    let indent = || Line::of(" ".repeat(LABEL), Role::Dim).and(" ".repeat(8), Role::Dim);
    for part in wrap(&shown, room) {
        lines.push(start.take().unwrap_or_else(indent).and(part, Role::JsonText));
    }
    for part in wrap(&meaning, room) {
        lines.push(indent().and(part, Role::Dim));
    }
}

fn header_meaning(name: &str, value: &Value) -> String {
    match name {
        "alg" => format!("signed with {}, a keyed hash", value.as_str().unwrap_or("it")),
        "typ" => "what kind of token it is, so that none passes for another".to_owned(),
        "kid" => "which credential's key signed it".to_owned(),
        _ => String::new(),
    }
}

fn claim_meaning(name: &str, value: &Value, claims: &Value, clock: &Clock) -> String {
    let time = |value: &Value| {
        let moment = Timestamp::from_micros(value.as_i64()?.checked_mul(1_000_000)?);
        Some(format!("{}, {}", clock.time(moment), clock.distance(moment)))
    };
    match name {
        "app_id" => "under which name the caller calls".to_owned(),
        "iss" if claims.get("app_id") == Some(value) => "who signed it: the caller".to_owned(),
        "iss" => "who signed it".to_owned(),
        "aud" => "for which instance alone it counts".to_owned(),
        "iat" => format!("signed at {}", time(value).unwrap_or_default()),
        "exp" => format!("refused from {}", time(value).unwrap_or_default()),
        "jti" => "this request alone; the reply names it as irt".to_owned(),
        "htm" => "for which method".to_owned(),
        "htu" => "for which address".to_owned(),
        "bsh" => "SHA-256 of the sealed body: it counts for no other".to_owned(),
        "hop" => "how many more hops the call may make".to_owned(),
        "path" => "through which instances it came".to_owned(),
        "dl" => {
            let moment = value.as_i64().and_then(|millis| millis.checked_mul(1_000));
            let moment = moment.map(Timestamp::from_micros);
            moment.map_or_else(
                || "until when the caller waits".to_owned(),
                |moment| format!("the caller waits until {}", clock.time(moment)),
            )
        }
        "tp" => "W3C traceparent, carried along".to_owned(),
        "trc" => "every hop is to tell its phases".to_owned(),
        "access_key" => "a key of the original system, masked".to_owned(),
        _ => String::new(),
    }
}

/// How long a token counts, and whether it still does.
fn lifetime(claims: &Value, clock: &Clock) -> Option<String> {
    let moment = |name| {
        let seconds = claims.get(name)?.as_i64()?;
        Some(Timestamp::from_micros(seconds.checked_mul(1_000_000)?))
    };
    let until = moment("exp")?;
    let over = if until <= clock.now() {
        format!("over {}", clock.distance(until))
    } else {
        format!(
            "over {}; it could still be replayed if it were seen",
            clock.distance(until)
        )
    };
    let Some(from) = moment("iat") else {
        return Some(over);
    };
    Some(format!(
        "{} s from {}, {over}",
        until.as_seconds() - from.as_seconds(),
        clock.time(from)
    ))
}
