//! What is wrong with a step, as far as the circuit alone tells.

use super::fault::Fault;
use super::placeholder::{Piece, pieces, placeholder};
use super::places::Places;
use super::step::{FEDERATED_INVOKE, Leads, RELAY, Step};
use crate::model::{ConnectionId, Endpoint};
use serde_json::Value;

/// What is wrong with a step. `alone` says that it is the circuit's only one.
pub(super) fn check_step(step: &Step, alone: bool, places: &mut Places) -> Vec<Fault> {
    let mut found = Found {
        step: step.index,
        faults: Vec::new(),
    };
    if let Some(what) = &step.unreadable {
        found.refuse(
            None,
            format!("step {} is {what}, not an object with an 'action'", step.index),
        );
    } else if step.action.is_none() {
        found.refuse(
            None,
            format!("step {} has no 'action', or one that is no text", step.index),
        );
    }
    for arrow in &step.arrows {
        // Each is looked for, so that the next one of the same spelling is found behind it.
        let place = places.next(&arrow.text);
        if !arrow.is_resolved {
            found.refuse(
                place,
                format!(
                    "{} takes from step {}, not from one before step {} (counted from 0)",
                    arrow.text, arrow.from, step.index
                ),
            );
        }
    }
    for parameter in &step.parameters {
        near_misses(&parameter.name, &parameter.value, &mut found);
    }
    check_destination(step, alone, &mut found);
    found.faults
}

struct Found {
    step: usize,
    faults: Vec<Fault>,
}

impl Found {
    fn refuse(&mut self, place: Option<(usize, usize)>, message: String) {
        self.add(place, message, true);
    }

    fn doubt(&mut self, message: String) {
        self.add(None, message, false);
    }

    fn add(&mut self, place: Option<(usize, usize)>, message: String, refused: bool) {
        self.faults.push(Fault {
            step: Some(self.step),
            place,
            message,
            refused,
        });
    }
}

fn check_destination(step: &Step, alone: bool, found: &mut Found) {
    let index = step.index;
    match &step.leads {
        Leads::Relay { connection, asks } => {
            if pieces(connection).any(|piece| piece.step().is_some()) {
                found.refuse(
                    None,
                    format!("step {index}: where a relay goes cannot come from another step"),
                );
            } else if ConnectionId::parse(connection).is_err() {
                found.refuse(
                    None,
                    format!("step {index}: a {RELAY} needs 'connection_id', conn_ and 12 digits"),
                );
            }
            if asks.is_empty() {
                found.refuse(
                    None,
                    format!("step {index}: a {RELAY} needs 'query', an object with the 'action' for the other instance"),
                );
            }
        }
        Leads::Federated { endpoint, sealed, .. } => {
            if !alone {
                found.refuse(
                    None,
                    format!(
                        "step {index}: {FEDERATED_INVOKE} can only stand alone, for the caller to go on with"
                    ),
                );
            }
            if Endpoint::parse(endpoint).is_err() {
                found.refuse(
                    None,
                    format!("step {index}: {FEDERATED_INVOKE} needs 'endpoint', the peer's URL"),
                );
            }
            if *sealed == 0 {
                found.refuse(
                    None,
                    format!("step {index}: {FEDERATED_INVOKE} needs 'sealed', the query for the peer"),
                );
            }
        }
        Leads::Here | Leads::Pointer(_) => {}
    }
}

/// What looks like a placeholder and is none stays text: rarely what was meant.
fn near_misses(into: &str, value: &Value, found: &mut Found) {
    match value {
        Value::String(text) => {
            for written in misspelt(text) {
                found.doubt(format!(
                    "{written} in {into} is no placeholder and stays as it is; one is a step and a path: {{0.field}}"
                ));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| near_misses(into, item, found)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, member)| near_misses(&format!("{into}.{name}"), member, found)),
        _ => {}
    }
}

/// Braces around something that begins with a digit, where the whole is no placeholder.
fn misspelt(text: &str) -> Vec<&str> {
    pieces(text)
        .filter_map(|piece| match piece {
            Piece::Text(part) => Some(part),
            Piece::Placeholder { .. } => None,
        })
        .flat_map(|part| part.match_indices('{').map(move |(at, _)| &part[at..]))
        .filter_map(|rest| {
            let end = rest.find('}')?;
            let written = &rest[..=end];
            let is_meant = written[1..].starts_with(|first: char| first.is_ascii_digit());
            (is_meant && placeholder(written).is_none()).then_some(written)
        })
        .collect()
}
