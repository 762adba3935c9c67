//! A query: the JSON object inside a sealed request.

use super::strict_json::{self, StrictJsonError};
use crate::model::IdError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Members of a query that any action takes beside its own parameters.
pub const BESIDE_PARAMETERS: [&str; 3] = ["action", "trace", "idempotency_key"];

/// An action and its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    action: String,
    object: Map<String, Value>,
}

/// Why something is not a query, or lacks what its action needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Not JSON as section 3.4 of the design wants it.
    #[error("the query is not acceptable JSON: {0}")]
    Json(#[from] StrictJsonError),
    /// JSON, but not an object.
    #[error("a query is a JSON object such as {{\"action\": \"get_graph_stats\"}}")]
    NotAnObject,
    /// An object without `action`.
    #[error("Query must include an 'action'.")]
    NoAction,
    /// A parameter is absent.
    #[error("Action '{action}' requires '{name}'.")]
    Missing {
        /// The action.
        action: String,
        /// The parameter.
        name: &'static str,
    },
    /// A parameter is there but unusable.
    #[error("'{name}' is not acceptable: {reason}")]
    Invalid {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Query {
    /// Reads the bytes that a sealed request held.
    pub fn parse(bytes: &[u8]) -> Result<Self, QueryError> {
        Self::from_value(strict_json::parse(bytes)?)
    }

    /// From JSON that was read already.
    pub fn from_value(value: Value) -> Result<Self, QueryError> {
        let Value::Object(object) = value else {
            return Err(QueryError::NotAnObject);
        };
        let Some(Value::String(action)) = object.get("action") else {
            return Err(QueryError::NoAction);
        };
        Ok(Self {
            action: action.clone(),
            object,
        })
    }

    /// A query of our own making.
    pub fn new(action: &str, parameters: Value) -> Self {
        let mut object = Map::new();
        object.insert("action".to_owned(), Value::String(action.to_owned()));
        if let Value::Object(parameters) = parameters {
            object.extend(parameters);
        }
        Self {
            action: action.to_owned(),
            object,
        }
    }

    /// What is asked for.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// A parameter as it came; JSON `null` counts as absent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Whether a parameter is there and says `null`, where that means something of its own.
    pub fn is_null(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(Value::is_null)
    }

    /// A parameter that must be a string.
    pub fn text(&self, name: &'static str) -> Result<&str, QueryError> {
        self.optional_text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A parameter that, if there, must be a string.
    pub fn optional_text(&self, name: &'static str) -> Result<Option<&str>, QueryError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(QueryError::Invalid {
                name,
                reason: "must be a string".to_owned(),
            }),
        }
    }

    /// A parameter that must be an identifier.
    pub fn id<T: std::str::FromStr<Err = IdError>>(&self, name: &'static str) -> Result<T, QueryError> {
        self.text(name)?
            .parse()
            .map_err(|error: IdError| QueryError::Invalid {
                name,
                reason: error.to_string(),
            })
    }

    /// A parameter that, if there, must be an identifier.
    pub fn optional_id<T: std::str::FromStr<Err = IdError>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, QueryError> {
        if self.get(name).is_none() {
            return Ok(None);
        }
        self.id(name).map(Some)
    }

    /// A parameter that, if there, must be a whole number of zero or more.
    pub fn optional_count(&self, name: &'static str) -> Result<Option<u64>, QueryError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| QueryError::Invalid {
                name,
                reason: "must be a whole number of zero or more".to_owned(),
            }),
        }
    }

    /// A parameter that, if there, must be a list of strings.
    pub fn optional_texts(&self, name: &'static str) -> Result<Option<Vec<String>>, QueryError> {
        self.optional(name)
    }

    /// A parameter that must read as `T`.
    pub fn required<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, QueryError> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    /// A parameter that, if there, must read as `T`.
    pub fn optional<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, QueryError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        T::deserialize(value)
            .map(Some)
            .map_err(|error| QueryError::Invalid {
                name,
                reason: error.to_string(),
            })
    }

    /// Whether the caller wants the phases of the call in the reply.
    pub fn wants_trace(&self) -> bool {
        self.get("trace") == Some(&Value::Bool(true))
    }

    /// Adds or replaces a parameter.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.object.insert(name.to_owned(), value);
        self
    }

    /// The query as a JSON value.
    pub fn to_value(&self) -> Value {
        Value::Object(self.object.clone())
    }

    /// The query as the bytes that get sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.object).expect("a JSON map with string keys always serialises")
    }

    /// The error for a parameter that is not there.
    pub fn missing(&self, name: &'static str) -> QueryError {
        QueryError::Missing {
            action: self.action.clone(),
            name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PointerAddress;
    use serde_json::json;

    #[test]
    fn a_query_is_an_object_with_an_action() {
        assert_eq!(Query::parse(b"[]"), Err(QueryError::NotAnObject));
        assert_eq!(Query::parse(b"{}"), Err(QueryError::NoAction));
        assert_eq!(
            Query::parse(br#"{"action":"whoami"}"#).unwrap().action(),
            "whoami"
        );
    }

    #[test]
    fn parameters_are_checked_and_named_in_the_error() {
        let query = Query::new("get_pointer", json!({"pointer_address": 7, "limit": -1}));
        let error = query.id::<PointerAddress>("pointer_address").unwrap_err();
        assert_eq!(
            error.to_string(),
            "'pointer_address' is not acceptable: must be a string"
        );
        assert!(query.optional_count("limit").is_err());
        assert_eq!(
            query.text("name").unwrap_err().to_string(),
            "Action 'get_pointer' requires 'name'."
        );
    }
}
