//! One step of a circuit, taken apart.

use super::placeholder::{Piece, pieces};
use crate::protocol::profile_of_sealed;
use serde::Serialize;
use serde_json::{Map, Value};

/// The action that calls another instance.
pub const RELAY: &str = "relay";
/// What the action of a circuit that only its caller can go on with is called.
pub const FEDERATED_INVOKE: &str = "federated_invoke";

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Its place, counted from 0 as placeholders do.
    pub index: usize,
    /// The action; none where the step is not an object with one.
    pub action: Option<String>,
    /// What the action is given, in the order of the text.
    pub parameters: Vec<Parameter>,
    /// What it takes from other steps.
    pub arrows: Vec<Arrow>,
    /// Where it leads.
    pub leads: Leads,
    /// What stands in place of a step that is none.
    pub unreadable: Option<String>,
}

/// Something that an action is given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value, with placeholders as they are written; what is sealed is not in it.
    pub value: Value,
}

/// A placeholder: what a step takes from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrow {
    /// The step that it takes from, counted from 0.
    pub from: usize,
    /// The path within that step's result; empty for all of it.
    pub path: String,
    /// Where it goes: the parameter, and the path within it.
    pub into: String,
    /// As it is written, with its braces.
    pub text: String,
    /// Whether that step comes before this one, so that there is something to take.
    pub is_resolved: bool,
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Leads {
    /// It is taken where the circuit runs.
    Here,
    /// To another pointer of this instance, which may be a circuit of its own.
    Pointer(String),
    /// To another instance, by the instance itself.
    Relay {
        /// Through which connection.
        connection: String,
        /// What the other instance is asked.
        asks: String,
    },
    /// To another instance, by the caller.
    Federated {
        /// Where it is posted.
        endpoint: String,
        /// How it is sealed.
        profile: String,
        /// Under which key, if that is told.
        kid: Option<String>,
        /// Characters that are sealed.
        sealed: usize,
    },
}

impl Step {
    pub(super) fn read(index: usize, definition: Value) -> Self {
        let unreadable = |what: &Value| Self {
            index,
            action: None,
            parameters: Vec::new(),
            arrows: Vec::new(),
            leads: Leads::Here,
            unreadable: Some(shortened(what)),
        };
        let Value::Object(members) = definition else {
            let nothing = Self {
                arrows: arrows(index, "", &definition),
                ..unreadable(&definition)
            };
            return nothing;
        };
        let action = members
            .get("action")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned);
        let leads = leads(action.as_deref(), &members);
        let arrows = members
            .iter()
            .flat_map(|(name, value)| arrows(index, name, value))
            .collect();
        let parameters = members
            .into_iter()
            .filter(|(name, value)| name != "action" || !value.is_string())
            .map(|(name, value)| Parameter {
                value: without_sealed(value),
                name,
            })
            .collect();
        Self {
            index,
            action,
            parameters,
            arrows,
            leads,
            unreadable: None,
        }
    }

    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| &parameter.value)
    }
}

/// Every placeholder within a value.
fn arrows(step: usize, into: &str, value: &Value) -> Vec<Arrow> {
    match value {
        Value::String(text) => pieces(text)
            .filter_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Placeholder { step: from, inner } => Some(Arrow {
                    from,
                    path: inner.split_once('.').map_or("", |(_, path)| path).to_owned(),
                    into: into.to_owned(),
                    text: format!("{{{inner}}}"),
                    is_resolved: from < step,
                }),
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(place, item)| arrows(step, &format!("{into}.{place}"), item))
            .collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| arrows(step, &format!("{into}.{name}"), member))
            .collect(),
        _ => Vec::new(),
    }
}

fn leads(action: Option<&str>, members: &Map<String, Value>) -> Leads {
    let text = |name: &str| {
        let value = members.get(name)?;
        Some(value.as_str().map_or_else(|| shortened(value), ToOwned::to_owned))
    };
    match action {
        Some(RELAY) => Leads::Relay {
            connection: text("connection_id").unwrap_or_default(),
            asks: members
                .get("query")
                .and_then(|query| query.get("action"))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        },
        Some(FEDERATED_INVOKE) => {
            let sealed = members.get("sealed").and_then(Value::as_str).unwrap_or_default();
            let found = profile_of_sealed(sealed).map(|profile| profile.as_str().to_owned());
            Leads::Federated {
                endpoint: text("endpoint").unwrap_or_default(),
                profile: text("profile").or(found).unwrap_or_default(),
                kid: text("kid").filter(|kid| kid != "null"),
                sealed: sealed.chars().count(),
            }
        }
        Some("invoke_through_connection" | "get_pointer" | "get_pointer_summary" | "get_neighbors") => {
            text("pointer_address").map_or(Leads::Here, Leads::Pointer)
        }
        _ => Leads::Here,
    }
}

/// A value in which what is sealed is only counted.
fn without_sealed(value: Value) -> Value {
    match value {
        Value::String(text) if profile_of_sealed(&text).is_some() => {
            Value::String(format!("sealed, {} characters", text.chars().count()))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_sealed).collect()),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, member)| (name, without_sealed(member)))
                .collect(),
        ),
        plain => plain,
    }
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    let start: String = text.chars().take(60).collect();
    format!("{start}…")
}
