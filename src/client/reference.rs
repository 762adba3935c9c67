//! Reading where a pointer leads: from what it carries as `federated`, or, on instances that know
//! nothing of that, from its data_reference alone (DESIGN section 3.5, "How it is stored").

use crate::model::{CIRCUIT_PREFIX, ConnectionId, Endpoint, KeyId, Pointer, Profile, Route};
use crate::protocol::{Code, Problem, profile_of_sealed};
use crate::seal::jwe;
use serde::Deserialize;
use serde_json::Value;

/// What is known of the way to a pointer's peer.
pub struct Reference {
    /// The route that the pointer is made for.
    pub route: Route,
    /// The federated connection on the pointer's instance.
    pub connection_id: Option<ConnectionId>,
    /// Where the peer answers.
    pub endpoint: Option<Endpoint>,
    /// How the peer's credential seals.
    pub profile: Profile,
    /// Key id of the peer's credential.
    pub kid: Option<KeyId>,
    /// What the peer is asked.
    pub query: Option<Value>,
    /// The same, sealed already.
    pub sealed: Option<String>,
}

/// The step of a circuit that leads to another instance.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
enum Step {
    FederatedInvoke {
        endpoint: Endpoint,
        kid: Option<KeyId>,
        profile: Option<Profile>,
        sealed: String,
    },
    Relay {
        connection_id: ConnectionId,
        query: Value,
    },
}

impl Reference {
    /// Where the pointer leads; none if it does not lead to another instance.
    pub fn of(pointer: &Pointer) -> Option<Self> {
        let stored = Self::of_data_reference(&pointer.data_reference);
        let Some(federated) = &pointer.federated else {
            return stored;
        };
        let sealed = stored.and_then(|stored| stored.sealed);
        Some(Self {
            route: federated.route,
            connection_id: Some(federated.connection_id.clone()),
            endpoint: Some(federated.endpoint.clone()),
            profile: federated.profile,
            kid: federated.kid.clone(),
            query: Some(federated.query.clone()),
            sealed,
        })
    }

    fn of_data_reference(text: &str) -> Option<Self> {
        if let Some(circuit) = text.strip_prefix(CIRCUIT_PREFIX) {
            return Self::of_circuit(circuit);
        }
        if let Some(profile) = profile_of_sealed(text) {
            return Some(Self::sealed(text.to_owned(), profile, None, None));
        }
        let endpoint = Endpoint::parse(text).ok()?;
        endpoint.url().path().ends_with("/invoke").then(|| Self {
            route: Route::Endpoint,
            endpoint: Some(endpoint),
            ..Self::nowhere()
        })
    }

    fn of_circuit(circuit: &str) -> Option<Self> {
        let step = match serde_json::from_str(circuit).ok()? {
            Value::Array(steps) if steps.len() == 1 => steps.into_iter().next()?,
            step => step,
        };
        match serde_json::from_value(step).ok()? {
            Step::FederatedInvoke {
                endpoint,
                kid,
                profile,
                sealed,
            } => {
                let profile = profile.or_else(|| profile_of_sealed(&sealed))?;
                Some(Self::sealed(sealed, profile, Some(endpoint), kid))
            }
            Step::Relay { connection_id, query } => Some(Self {
                route: Route::Relay,
                connection_id: Some(connection_id),
                query: Some(query),
                ..Self::nowhere()
            }),
        }
    }

    fn sealed(sealed: String, profile: Profile, endpoint: Option<Endpoint>, kid: Option<KeyId>) -> Self {
        Self {
            route: Route::Circuit,
            endpoint,
            profile,
            kid: kid.or_else(|| jwe::claimed_kid(sealed.as_bytes())),
            sealed: Some(sealed),
            ..Self::nowhere()
        }
    }

    fn nowhere() -> Self {
        Self {
            route: Route::Endpoint,
            connection_id: None,
            endpoint: None,
            profile: Profile::Native,
            kid: None,
            query: None,
            sealed: None,
        }
    }

    /// Where the peer answers, or the problem that nothing tells it.
    pub fn require_endpoint(&self, route: Route) -> Result<&Endpoint, Problem> {
        let missing = || {
            missing(
                route,
                "the peer's endpoint, which neither the pointer nor its connection tells",
            )
        };
        self.endpoint.as_ref().ok_or_else(missing)
    }

    /// What the peer is asked, or the problem that nothing tells it.
    pub fn require_query(&self, route: Route) -> Result<&Value, Problem> {
        let missing = || {
            missing(
                route,
                "the query in plain text, which this pointer does not carry; make the pointer with `federate`",
            )
        };
        self.query.as_ref().ok_or_else(missing)
    }

    /// The sealed body, or the problem that there is none.
    pub fn require_sealed(&self, route: Route) -> Result<&str, Problem> {
        let missing = || {
            missing(
                route,
                "a query that was sealed for the peer beforehand, which only pointers made for that route carry; take another route, or make one with `federate --route circuit`",
            )
        };
        self.sealed.as_deref().ok_or_else(missing)
    }

    /// The federated connection, or the problem that the pointer has none.
    pub fn require_connection(&self, route: Route) -> Result<&ConnectionId, Problem> {
        let missing = || {
            missing(
                route,
                "a federated connection on the pointer's own instance, and the pointer names none",
            )
        };
        self.connection_id.as_ref().ok_or_else(missing)
    }
}

/// The problem of a route that lacks something.
pub fn missing(route: Route, what: &str) -> Problem {
    Problem::new(Code::MissingParameter, format!("route {route} needs {what}"))
}
