//! Showing what would be sent.

use super::inert::inert_lines;
use super::outcome::Outcome;
use super::pointer::describe_circuit;
use super::session::Session;
use super::words;
use crate::workspace::{BodyLayer, DryRun, Leg, WireLayer};
use serde_json::Value;

/// Prints it, layer by layer.
pub fn show(session: &Session, looked: &DryRun) -> Outcome {
    session.show(looked, || inert_lines(&text(looked)))?;
    if !session.is_json() {
        session.note(&looked.nothing_sent());
    }
    Ok(())
}

fn text(looked: &DryRun) -> String {
    let mut text = format!("{}\n", looked.summary);
    for (index, leg) in looked.legs.iter().enumerate() {
        text.push_str(&format!("\n{}. to {}: {}\n", index + 1, leg.instance, leg.title));
        of_leg(leg, &mut text);
    }
    if let (Some(look), Some(leg)) = (&looked.circuit, looked.legs.first()) {
        text.push_str(&format!("\nThen {}\n", look.words(&leg.instance)));
        text.push_str(&describe_circuit(&look.circuit, &look.relays));
    }
    if !looked.then.is_empty() {
        text.push_str("\nWhat happens then\n");
        for sentence in &looked.then {
            text.push_str(&format!("  {sentence}\n"));
        }
    }
    text
}

fn of_leg(leg: &Leg, text: &mut String) {
    if let Some((app_id, credential)) = &leg.identity {
        text.push_str(&format!("   as {app_id}, credential {credential}\n"));
    }
    if let Some(query) = &leg.query {
        heading("query, as it is sealed", query.bytes, text);
        text.push_str(&format!("   {}\n", query.text));
    }
    if let Some(wire) = &leg.wire {
        of_body(&wire.body, text);
        of_token(wire, text);
        of_request(wire, text);
    }
}

fn heading(what: &str, bytes: u64, text: &mut String) {
    text.push_str(&format!("\n   {what} · {} bytes\n", words::count(bytes)));
}

fn of_body(body: &BodyLayer, text: &mut String) {
    heading("sealed body", body.bytes, text);
    text.push_str(if body.travels_as_it_is {
        "   sealed beforehand: this very body travels, under a fresh token each time\n"
    } else {
        "   sealed for this look: it will not be sent, one with a fresh nonce is\n"
    });
    if let Some(header) = &body.header {
        text.push_str(&format!("   header {header}\n"));
    }
    let parts: Vec<String> = body
        .parts
        .iter()
        .map(|(name, bytes)| format!("{name} {bytes}"))
        .collect();
    text.push_str(&format!("   bytes: {}\n   {}\n", parts.join(" · "), body.text));
}

fn of_token(wire: &WireLayer, text: &mut String) {
    heading("token, signed and thrown away", wire.token_bytes, text);
    text.push_str(&format!("   header {}\n", wire.token_header));
    for claim in &wire.claims {
        let value = match &claim.value {
            Value::String(value) => value.clone(),
            other => other.to_string(),
        };
        text.push_str(&format!("   {:<10} {value}\n", claim.name));
        if !claim.meaning.is_empty() {
            text.push_str(&format!("   {:<10} {}\n", "", claim.meaning));
        }
    }
}

fn of_request(wire: &WireLayer, text: &mut String) {
    heading("HTTP request", wire.bytes, text);
    text.push_str(&format!("   {}\n", wire.request_line));
    for (name, value) in &wire.headers {
        text.push_str(&format!("   {name}: {value}\n"));
    }
}
