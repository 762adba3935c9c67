//! The circuit that a query would make or run: what the instance would do then, step by step.

use super::super::Workspace;
use super::super::leading::relayed_through;
use super::Outgoing;
use crate::model::{Connection, PointerAddress};
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
    /// The connections through which its steps ask other instances, as far as they may be seen.
    pub relays: Vec<Connection>,
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
    /// It, as it is written in the query.
    Written(Circuit),
    /// A pointer that is followed.
    Pointer(PointerAddress),
}

fn referred(query: &Query) -> Option<Referred> {
    let text = |name: &str| query.get(name).and_then(serde_json::Value::as_str);
    match query.action() {
        "create_circuit" => query
            .get("circuit_definition")
            .map(|definition| Referred::Written(Circuit::read(&definition.to_string()))),
        "create_pointer" | "update_pointer" => text("data_reference")
            .and_then(Circuit::of_reference)
            .map(Referred::Written),
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
    /// What the instance was asked for that.
    pub asked: Vec<String>,
    /// Why it is not known whether there is one.
    pub unknown: Option<String>,
}

impl Workspace {
    /// Looks for the circuit; asks the instance what a pointer is, where the query would follow one, and for the
    /// names of connections that steps relay through.
    pub(super) async fn circuit_of(&self, outgoing: &Outgoing) -> Looked {
        let instance = outgoing.instance.as_str();
        match referred(&outgoing.query) {
            None => Looked::default(),
            Some(Referred::Written(circuit)) => self.written_circuit(instance, circuit).await,
            Some(Referred::Pointer(address)) => self.circuit_behind(instance, address).await,
        }
    }

    async fn written_circuit(&self, instance: &str, circuit: Circuit) -> Looked {
        let (mut relays, mut asked) = (Vec::new(), Vec::new());
        if circuit.is_relaying() {
            // Whoever may make a circuit need not be allowed to see connections.
            relays = relayed_through(&circuit, &self.connections(instance).await.unwrap_or_default());
            asked.push("which connections it has".to_owned());
        }
        Looked {
            circuit: Some(CircuitLook {
                pointer: None,
                circuit,
                relays,
            }),
            asked,
            unknown: None,
        }
    }

    async fn circuit_behind(&self, instance: &str, address: PointerAddress) -> Looked {
        let mut looked = Looked {
            asked: vec![format!("what {address} is")],
            ..Looked::default()
        };
        match self.pointer(instance, &address).await {
            Ok(detail) => {
                looked.circuit =
                    Circuit::of_reference(&detail.pointer.data_reference).map(|circuit| CircuitLook {
                        pointer: Some(address),
                        circuit,
                        relays: detail.relays,
                    });
            }
            Err(failure) => {
                looked.unknown = Some(format!("What {address} is could not be asked: {failure}"));
            }
        }
        looked
    }
}
