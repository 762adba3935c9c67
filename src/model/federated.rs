//! What makes a pointer lead to another instance.

use super::{ConnectionId, Endpoint, KeyId, Profile};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a federated call travels (DESIGN section 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The caller learns the peer's URL, seals the query itself and posts it.
    Endpoint,
    /// The caller gets the query already sealed and posts it under a fresh token.
    Circuit,
    /// The instance makes the call itself.
    Relay,
}

impl Route {
    /// Every route, simplest first.
    pub const ALL: [Self; 3] = [Self::Endpoint, Self::Circuit, Self::Relay];

    /// The word used in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Circuit => "circuit",
            Self::Relay => "relay",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.as_str() == text)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What a federated pointer carries beside the original fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Federated {
    /// The route that a call takes unless told otherwise.
    pub route: Route,
    /// The federated connection on the pointer's own instance.
    pub connection_id: ConnectionId,
    /// Where the peer answers.
    pub endpoint: Endpoint,
    /// How the peer's credential seals.
    pub profile: Profile,
    /// Key id of the credential that the pointer was made with: its calls go on with that one, and on route *circuit* the
    /// stored query is sealed under it. None for legacy, and on route *relay*.
    pub kid: Option<KeyId>,
    /// What the peer is asked.
    pub query: serde_json::Value,
}
