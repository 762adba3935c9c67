//! The circuit that a query would make or run: what the instance would do then, step by step.

use super::super::Workspace;
use super::Outgoing;
use crate::model::{CIRCUIT_PREFIX, PointerAddress};
use crate::protocol::Query;
use crate::protocol::circuit::Circuit;
use serde::Serialize;

/// A circuit that would be made or run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CircuitLook {
    /// The pointer that is the circuit; none where the query makes one.
    pub pointer: Option<PointerAddress>,
    /// Its steps, and what is wrong with them.
    pub circuit: Circuit,
}

impl CircuitLook {
    /// What becomes of it, in words.
    pub fn words(&self, instance: &str) -> String {
        match &self.pointer {
            Some(pointer) => format!(
                "{instance} runs the circuit {pointer}, each step as the caller may, and stops at the first that fails"
            ),
            None if self.circuit.is_refused() => format!("{instance} refuses to make this circuit"),
            None => format!("{instance} makes a pointer that runs this circuit"),
        }
    }
}

/// What a query refers to that may be a circuit.
enum Referred {
    /// Its definition.
    Definition(String),
    /// A pointer that is followed.
    Pointer(PointerAddress),
}

fn referred(query: &Query) -> Option<Referred> {
    let text = |name: &str| query.get(name).and_then(serde_json::Value::as_str);
    match query.action() {
        "create_circuit" => query
            .get("circuit_definition")
            .map(|definition| Referred::Definition(definition.to_string())),
        "create_pointer" | "update_pointer" => text("data_reference")
            .and_then(|reference| reference.strip_prefix(CIRCUIT_PREFIX))
            .map(|definition| Referred::Definition(definition.to_owned())),
        "invoke_through_connection" => text("pointer_address")
            .and_then(|address| PointerAddress::parse(address).ok())
            .map(Referred::Pointer),
        _ => None,
    }
}

/// What was found.
#[derive(Default)]
pub(super) struct Looked {
    /// The circuit, if there is one.
    pub circuit: Option<CircuitLook>,
    /// The pointer that the instance was asked for.
    pub asked: Option<PointerAddress>,
    /// Why it is not known whether there is one.
    pub unknown: Option<String>,
}

impl Workspace {
    /// Looks for the circuit; asks the instance what a pointer is, where the query would follow one.
    pub(super) async fn circuit_of(&self, outgoing: &Outgoing) -> Looked {
        let address = match referred(&outgoing.query) {
            None => return Looked::default(),
            Some(Referred::Definition(definition)) => {
                let circuit = Circuit::read(&definition);
                return Looked {
                    circuit: Some(CircuitLook {
                        pointer: None,
                        circuit,
                    }),
                    ..Looked::default()
                };
            }
            Some(Referred::Pointer(address)) => address,
        };
        let mut looked = Looked {
            asked: Some(address.clone()),
            ..Looked::default()
        };
        match self.pointer(outgoing.instance.as_str(), &address).await {
            Ok(detail) => {
                let definition = detail.pointer.data_reference.strip_prefix(CIRCUIT_PREFIX);
                looked.circuit = definition.map(|definition| CircuitLook {
                    pointer: Some(address),
                    circuit: Circuit::read(definition),
                });
            }
            Err(failure) => {
                looked.unknown = Some(format!("What {address} is could not be asked: {failure}"));
            }
        }
        looked
    }
}
