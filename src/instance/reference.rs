//! What a data_reference is: a place to fetch, a circuit to run, or something that the caller goes on with.

use super::actions::Table;
use super::circuit::Circuit;
use crate::model::{CIRCUIT_PREFIX, Connection, Endpoint, Federated, KeyId, Profile, Route};
use crate::protocol::circuit::FEDERATED_INVOKE;
use crate::protocol::data_reference::Place;
use crate::protocol::{Code, HeldCredential, Problem, profile_of_sealed, strict_json};
use crate::seal::jwe;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// A data_reference, read.
#[derive(Debug, Clone)]
pub enum Reference {
    /// An instance's `/invoke`: never fetched, the caller seals and posts there itself.
    Invoke(Endpoint),
    /// A query sealed for a peer: the caller posts it there.
    Sealed(Sealed),
    /// Steps that this instance takes.
    Circuit(Circuit),
    /// Something to be fetched with GET.
    Web(Url),
    /// A file.
    File(Url),
    /// Anything else: a reference that means something to people or to other programs.
    Other,
}

/// A query that was sealed for a peer beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    /// Where the peer answers, if the reference itself says so.
    pub endpoint: Option<Endpoint>,
    /// Under which key it is sealed.
    pub kid: Option<KeyId>,
    /// How.
    pub profile: Profile,
}

/// `internal_circuit::{"action": "federated_invoke", …}`.
#[derive(Deserialize)]
struct FederatedInvoke {
    endpoint: Endpoint,
    #[serde(default)]
    kid: Option<KeyId>,
    #[serde(default)]
    profile: Option<Profile>,
    sealed: String,
}

impl Reference {
    /// Reads a data_reference. Only what begins like a circuit can be wrong: its steps are among the actions of the table.
    pub fn read(text: &str, table: Table) -> Result<Self, Problem> {
        if let Some(circuit) = text.strip_prefix(CIRCUIT_PREFIX) {
            return Self::read_circuit(circuit, table);
        }
        if let Some(profile) = profile_of_sealed(text) {
            return Ok(Self::Sealed(Sealed {
                endpoint: None,
                kid: jwe::claimed_kid(text.trim().as_bytes()),
                profile,
            }));
        }
        Ok(Self::read_place(text.trim()))
    }

    fn read_place(text: &str) -> Self {
        match Place::read(text) {
            Place::Invoke(endpoint) => Self::Invoke(endpoint),
            Place::Web(url) => Self::Web(url),
            Place::File(url) => Self::File(url),
            Place::Other => Self::Other,
        }
    }

    fn read_circuit(text: &str, table: Table) -> Result<Self, Problem> {
        let definition = strict_json::parse(text.as_bytes()).map_err(|error| {
            Problem::new(
                Code::InvalidCircuit,
                format!("the circuit is not acceptable JSON: {error}"),
            )
        })?;
        match only_step(&definition) {
            Some(step) if step.get("action").and_then(Value::as_str) == Some(FEDERATED_INVOKE) => {
                read_federated_invoke(step).map(Self::Sealed)
            }
            _ => Circuit::from_value(definition, table).map(Self::Circuit),
        }
    }
}

fn only_step(definition: &Value) -> Option<&Value> {
    match definition {
        Value::Array(steps) if steps.len() == 1 => steps.first(),
        Value::Object(_) => Some(definition),
        _ => None,
    }
}

fn read_federated_invoke(step: &Value) -> Result<Sealed, Problem> {
    let step = FederatedInvoke::deserialize(step).map_err(|error| {
        Problem::new(
            Code::InvalidCircuit,
            format!("a circuit with {FEDERATED_INVOKE} needs endpoint, kid, profile and sealed: {error}"),
        )
    })?;
    let found = profile_of_sealed(&step.sealed);
    let profile = step.profile.or(found).filter(|profile| Some(*profile) == found);
    let profile = profile.ok_or_else(|| {
        Problem::new(
            Code::InvalidCircuit,
            format!("the 'sealed' of {FEDERATED_INVOKE} is not a body sealed in its profile"),
        )
    })?;
    Ok(Sealed {
        endpoint: Some(step.endpoint),
        kid: step.kid.or_else(|| jwe::claimed_kid(step.sealed.as_bytes())),
        profile,
    })
}

/// What a caller needs to go on with a pointer that was not made as a federated one; what the
/// reference itself does not tell comes from the connection's credential.
pub fn passage(
    reference: &Reference,
    connection: &Connection,
    held: Option<&HeldCredential>,
) -> Option<Federated> {
    let (route, endpoint, profile, kid) = match reference {
        Reference::Invoke(endpoint) => {
            let held = held.filter(|held| held.endpoint == *endpoint);
            let profile = held.map_or(Profile::Native, HeldCredential::profile);
            let kid = held.and_then(HeldCredential::kid).cloned();
            (Route::Endpoint, endpoint.clone(), profile, kid)
        }
        Reference::Sealed(sealed) => {
            let named = sealed.endpoint.clone();
            let endpoint = named.or_else(|| held.map(|held| held.endpoint.clone()))?;
            (Route::Circuit, endpoint, sealed.profile, sealed.kid.clone())
        }
        Reference::Circuit(_) | Reference::Web(_) | Reference::File(_) | Reference::Other => return None,
    };
    Some(Federated {
        route,
        connection_id: connection.id.clone(),
        endpoint,
        profile,
        kid,
        query: Value::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::actions::table;
    use crate::seal::{FernetKey, LegacyKeys, NativeKeys, RootKey, TokenSecret};
    use serde_json::json;

    fn native_body() -> String {
        let kid = KeyId::parse("kid_0123456789abcdef").unwrap();
        jwe::seal_query(&NativeKeys::derive(kid, &RootKey::from_bytes([7; 32])), b"{}")
    }

    fn legacy_body() -> String {
        let secret = TokenSecret::parse("any secret will do for this one").unwrap();
        let keys = LegacyKeys::new(&secret, &FernetKey::from_bytes([7; 32]));
        crate::seal::fernet::seal(&keys, crate::model::Timestamp::from_micros(0), b"{}")
    }

    #[test]
    fn an_invoke_is_something_to_go_on_with_and_never_a_place_to_fetch() {
        for text in [
            "https://b.example/invoke",
            "http://127.0.0.1:5001/api/invoke",
            "HTTP://B.example:80/invoke",
        ] {
            assert!(
                matches!(Reference::read(text, table::ALL).unwrap(), Reference::Invoke(_)),
                "{text}"
            );
        }
        assert!(matches!(
            Reference::read("https://b.example/weather", table::ALL).unwrap(),
            Reference::Web(_)
        ));
        assert!(matches!(
            Reference::read("file:///etc/passwd", table::ALL).unwrap(),
            Reference::File(_)
        ));
        for text in ["s3://bucket/key", "a shelf in the cellar", "/etc/passwd"] {
            assert!(
                matches!(Reference::read(text, table::ALL).unwrap(), Reference::Other),
                "{text}"
            );
        }
    }

    #[test]
    fn sealed_bodies_are_recognised_bare_and_in_a_circuit() {
        for (sealed, profile) in [(native_body(), Profile::Native), (legacy_body(), Profile::Legacy)] {
            let bare = Reference::read(&sealed, table::ALL).unwrap();
            assert!(
                matches!(&bare, Reference::Sealed(found) if found.profile == profile && found.endpoint.is_none())
            );
            let step = json!({"action": FEDERATED_INVOKE, "endpoint": "https://b.example", "kid": null,
                "profile": profile, "sealed": sealed});
            for circuit in [step.clone(), json!([step])] {
                let read = Reference::read(&format!("{CIRCUIT_PREFIX}{circuit}"), table::ALL).unwrap();
                let Reference::Sealed(found) = read else {
                    panic!("not read as sealed: {circuit}")
                };
                assert_eq!(found.endpoint.unwrap().as_str(), "https://b.example/invoke");
                assert_eq!(found.kid.is_some(), profile == Profile::Native);
            }
        }
    }

    #[test]
    fn a_body_in_another_profile_than_it_claims_is_refused() {
        let step = json!({"action": FEDERATED_INVOKE, "endpoint": "https://b.example", "profile": "legacy", "sealed": native_body()});
        let refused = Reference::read(&format!("{CIRCUIT_PREFIX}{step}"), table::ALL).unwrap_err();
        assert_eq!(refused.code, Code::InvalidCircuit);
    }

    #[test]
    fn only_what_begins_like_a_circuit_can_be_wrong() {
        for text in [
            "internal_circuit::",
            "internal_circuit::{",
            "internal_circuit::{\"action\":\"x\",\"action\":\"y\"}",
        ] {
            assert_eq!(
                Reference::read(text, table::ALL).unwrap_err().code,
                Code::InvalidCircuit,
                "{text}"
            );
        }
    }
}
