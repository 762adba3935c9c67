//! What an instance says about its actions (`get_capabilities`), as whoever asks reads it: for completion, for
//! checks before sending, for help. Depends on `model` only.

use crate::model::DomainPermission;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Who may call an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Whoever is authenticated.
    Anyone,
    /// Whoever's grant names the action.
    Granted,
    /// The instance's owner only.
    Owner,
}

impl Access {
    /// The word in JSON and in documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Granted => "granted",
            Self::Owner => "owner",
        }
    }
}

/// What kind of value a parameter takes: for checks, completion and documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count,
    /// A number.
    Number,
    /// A list of strings.
    Texts,
    /// A pointer's address.
    PointerAddress,
    /// A connection's id.
    ConnectionId,
    /// A domain's id.
    DomainId,
    /// Any JSON.
    Json,
}

impl ValueKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Flag,
        Self::Count,
        Self::Number,
        Self::Texts,
        Self::PointerAddress,
        Self::ConnectionId,
        Self::DomainId,
        Self::Json,
    ];

    /// The word in JSON and in documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Flag => "flag",
            Self::Count => "count",
            Self::Number => "number",
            Self::Texts => "texts",
            Self::PointerAddress => "pointer_address",
            Self::ConnectionId => "connection_id",
            Self::DomainId => "domain_id",
            Self::Json => "json",
        }
    }

    /// What it is, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Flag => "true or false",
            Self::Count => "whole number",
            Self::Number => "number",
            Self::Texts => "list of texts",
            Self::PointerAddress => "pointer address",
            Self::ConnectionId => "connection id",
            Self::DomainId => "domain id",
            Self::Json => "JSON",
        }
    }

    /// Whether a value is of this kind, going by its form alone.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Count => value.is_u64(),
            Self::Number => value.is_number(),
            Self::Texts => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string)),
            Self::PointerAddress => begins(value, "ptr_"),
            Self::ConnectionId => begins(value, "conn_"),
            Self::DomainId => begins(value, "dom_"),
            Self::Json => true,
        }
    }
}

fn begins(value: &Value, prefix: &str) -> bool {
    value.as_str().is_some_and(|text| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 12 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// A kind that a later version may have invented is taken for any JSON.
impl<'de> Deserialize<'de> for ValueKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        Ok(known.unwrap_or(Self::Json))
    }
}

/// A parameter of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterInfo {
    /// Its name in the query.
    pub name: String,
    /// What it takes.
    pub kind: ValueKind,
    /// Whether the action needs it.
    #[serde(default)]
    pub required: bool,
    /// What it is for, in a few words.
    #[serde(default)]
    pub help: String,
    /// The only texts that it takes, if they are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What its text names, where the instance can list those: `tag`, `credential`, `held_credential`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<String>,
}

/// An action of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionInfo {
    /// Its name on the wire.
    pub name: String,
    /// What it does, in a sentence.
    #[serde(default)]
    pub help: String,
    /// Who may call it.
    pub access: Access,
    /// Whether it changes anything, or may change something elsewhere.
    #[serde(default)]
    pub writes: bool,
    /// The permission that an access key needs in its domain; none where no key opens it, or nothing is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_in_domain: Option<DomainPermission>,
    /// What it takes.
    #[serde(default)]
    pub parameters: Vec<ParameterInfo>,
    /// What its result looks like; empty where that is not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub result: String,
    /// The codes of failures of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

impl ActionInfo {
    /// Its parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&ParameterInfo> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// Its parameters, those that it needs first.
    pub fn by_need(&self) -> impl Iterator<Item = &ParameterInfo> {
        let needed = self.parameters.iter().filter(|parameter| parameter.required);
        needed.chain(self.parameters.iter().filter(|parameter| !parameter.required))
    }
}

/// Where a list of actions comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The instance told it.
    Told,
    /// It could not be asked, or does not tell: what the original system has, built in.
    BuiltIn,
}

/// The actions of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Actions {
    /// Who says so.
    pub origin: Origin,
    /// By name.
    pub list: Vec<ActionInfo>,
}

impl Actions {
    /// Reads the result of `get_capabilities`.
    pub fn told(result: &Value) -> Option<Self> {
        let mut list: Vec<ActionInfo> = serde_json::from_value(result.get("actions")?.clone()).ok()?;
        list.sort_by(|one, other| one.name.cmp(&other.name));
        Some(Self {
            origin: Origin::Told,
            list,
        })
    }

    /// The action of this name.
    pub fn find(&self, name: &str) -> Option<&ActionInfo> {
        self.list.iter().find(|action| action.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_an_instance_tells_is_read_and_what_it_invents_is_taken_for_json() {
        let told = Actions::told(&json!({"actions": [
            {"name": "b", "help": "B.", "access": "owner", "writes": true, "more": 1,
             "parameters": [{"name": "x", "kind": "colour", "required": true, "help": "h"}]},
            {"name": "a", "help": "A.", "access": "anyone", "writes": false, "parameters": []},
        ]}))
        .unwrap();
        assert_eq!(told.list[0].name, "a");
        let x = told.find("b").unwrap().parameter("x").unwrap();
        assert_eq!(x.kind, ValueKind::Json);
        assert!(x.choices.is_empty() && x.names.is_none());
        assert!(Actions::told(&json!({"actions": 7})).is_none());
    }

    #[test]
    fn originals_have_sorted_actions_that_are_explained() {
        let originals = Actions::of_originals();
        assert!(originals.list.windows(2).all(|pair| pair[0].name < pair[1].name));
        for action in &originals.list {
            assert!(action.help.ends_with('.'), "{}", action.name);
        }
        assert!(originals.find("execute_creation_model").is_some());
    }

    #[test]
    fn values_are_told_apart_by_their_form() {
        assert!(ValueKind::PointerAddress.fits(&json!("ptr_0123456789ab")));
        assert!(!ValueKind::PointerAddress.fits(&json!("ptr_0123")));
        assert!(ValueKind::Texts.fits(&json!(["a"])) && !ValueKind::Texts.fits(&json!(["a", 1])));
        assert!(ValueKind::Count.fits(&json!(3)) && !ValueKind::Count.fits(&json!(-3)));
    }
}
