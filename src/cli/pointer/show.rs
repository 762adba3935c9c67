//! `butterfly pointer show`: everything about a pointer, in the sections that its page in the console has.

use super::super::outcome::Outcome;
use super::super::session::Session;
use super::super::table::{Table, pairs};
use super::super::words;
use super::describe::describe_pointer;
use crate::model::{Connection, ConnectionStatus, PointerAddress, Route};
use crate::protocol::Code;
use crate::protocol::circuit::{Circuit, Leads, Step};
use crate::protocol::data_reference::ReferenceKind;
use crate::workspace::{CredentialRow, InstanceRow, PointerDetail};
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

/// How long the peer may take to show that it lives.
const PATIENCE: Duration = Duration::from_secs(3);

/// Everything that is shown.
struct Shown {
    detail: PointerDetail,
    kind: ReferenceKind,
    circuit: Option<Circuit>,
    credential: Option<CredentialRow>,
    /// Nobody has the credential that the pointer's connection names.
    is_credential_gone: bool,
    peer: Option<InstanceRow>,
}

/// Shows a pointer.
pub async fn show(session: &Session, instance: &str, address: &PointerAddress) -> Outcome {
    let workspace = session.open_for(instance).await?;
    let detail = workspace.pointer(instance, address).await?;
    let found = match &detail.credential {
        Some(name) => workspace.credential(name).await.map(Some),
        None => Ok(None),
    };
    let is_credential_gone = matches!(&found, Err(failure) if failure.code == Code::CredentialNotFound);
    let credential = found.unwrap_or_default();
    let peer = match &detail.leads_to {
        Some(name) => timeout(PATIENCE, workspace.probe(name.as_str()))
            .await
            .ok()
            .and_then(Result::ok),
        None => None,
    };
    let reference = detail.pointer.data_reference.as_str();
    let shown = Shown {
        kind: ReferenceKind::of(reference),
        circuit: Circuit::of_reference(reference),
        credential,
        is_credential_gone,
        peer,
        detail,
    };
    session.show(&shown.to_value(), || shown.describe(instance))
}

impl Shown {
    fn to_value(&self) -> serde_json::Value {
        let detail = &self.detail;
        json!({
            "pointer": detail.pointer,
            "reference_kind": self.kind.name(),
            "circuit": self.circuit,
            "neighbors": detail.neighbors,
            "connection": detail.connection,
            "relays": detail.relays,
            "connection_name": detail.connection.as_ref().map(|connection| &connection.name),
            "leads_to": detail.leads_to,
            "credential": detail.credential,
            "credential_state": self.credential,
            "credential_gone": self.is_credential_gone,
            "peer": self.peer,
        })
    }

    fn describe(&self, instance: &str) -> String {
        let detail = &self.detail;
        let mut text = describe_pointer(&detail.pointer);
        text.push_str(&pairs([
            (
                "kind",
                Some(format!("{}: {}", self.kind.name(), self.kind.meaning())),
            ),
            (
                "connection's name",
                detail
                    .connection
                    .as_ref()
                    .map(|connection| format!("{} ({})", connection.name, connection.status.as_str())),
            ),
        ]));
        if detail.pointer.federated.is_some() {
            text.push_str("\nWHERE IT LEADS\n");
            text.push_str(&self.way(instance));
        }
        if let Some(circuit) = &self.circuit {
            text.push_str("\nCIRCUIT\n");
            text.push_str(&describe_circuit(circuit, &detail.relays));
        }
        if !detail.neighbors.is_empty() {
            text.push('\n');
            let mut table = Table::new(["NEIGHBOUR", "RELATIONSHIP", ">WEIGHT"]);
            for neighbor in &detail.neighbors {
                table.row([
                    neighbor.address.to_string(),
                    neighbor.relationship.clone(),
                    format!("{:.3}", neighbor.weight),
                ]);
            }
            text.push_str(&table.to_text());
        }
        text
    }

    /// Stop by stop, with the health of each.
    fn way(&self, instance: &str) -> String {
        let detail = &self.detail;
        let Some(federated) = &detail.pointer.federated else {
            return String::new();
        };
        let caller = match federated.route {
            Route::Endpoint => "this console asks for the URL, seals the query and calls",
            Route::Circuit => "this console fetches the query sealed beforehand and posts it",
            Route::Relay => "the instance seals the query and calls itself",
        };
        let credential = match (&self.credential, &detail.credential) {
            (Some(row), _) => format!(
                "{}: {}, {}, lease until {}, last used {}",
                row.name,
                row.state.as_str(),
                if row.verified { "verified" } else { "not verified" },
                words::moment_or_dash(row.expires_at),
                words::moment_or_dash(row.last_used),
            ),
            (None, Some(name)) if self.is_credential_gone => {
                format!("{name}, which is not held any more: accept a new one for it")
            }
            (None, Some(name)) => name.clone(),
            (None, None) => "none is held: accept a bundle for it".to_owned(),
        };
        let peer = match (&self.peer, &detail.leads_to) {
            (Some(row), _) => format!(
                "{}: {}{}",
                row.name,
                row.state.as_str(),
                row.latency_us
                    .map(|micros| format!(", {}", words::duration(micros)))
                    .unwrap_or_default()
            ),
            (None, Some(name)) => format!("{name}: no answer within {} s", PATIENCE.as_secs()),
            (None, None) => format!("{}, which is not in this home", federated.endpoint.authority()),
        };
        pairs([
            ("from", Some(instance.to_owned())),
            ("by route", Some(format!("{}: {caller}", federated.route))),
            (
                "connection",
                detail.connection.as_ref().map(|connection| {
                    format!(
                        "{} “{}”, {}",
                        connection.id,
                        connection.name,
                        connection.status.as_str()
                    )
                }),
            ),
            ("credential", Some(credential)),
            ("to", Some(peer)),
        ])
    }
}

/// The steps, and what is wrong with them.
pub fn describe_circuit(circuit: &Circuit, relays: &[Connection]) -> String {
    let mut text = String::new();
    for step in &circuit.steps {
        text.push_str(&describe_step(step, relays));
        for fault in circuit.faults_of(step.index) {
            text.push_str(&format!("     ! {}\n", fault.words()));
        }
    }
    for fault in circuit.faults.iter().filter(|fault| fault.step.is_none()) {
        text.push_str(&format!("! {}\n", fault.words()));
    }
    super::super::inert::inert_lines(&text)
}

fn describe_step(step: &Step, relays: &[Connection]) -> String {
    let mut text = match (&step.action, &step.unreadable) {
        (Some(action), _) => format!("{:>3}  {action}\n", step.index),
        (None, Some(what)) => format!("{:>3}  unreadable: {what}\n", step.index),
        (None, None) => format!("{:>3}  without an action\n", step.index),
    };
    for parameter in &step.parameters {
        text.push_str(&format!("     {} = {}\n", parameter.name, parameter.value));
    }
    for arrow in &step.arrows {
        let path = if arrow.path.is_empty() {
            "all of it"
        } else {
            &arrow.path
        };
        text.push_str(&format!("     {} <- step {}: {path}\n", arrow.into, arrow.from));
    }
    match &step.leads {
        Leads::Here | Leads::Pointer(_) => {}
        Leads::Relay { connection, asks } => {
            text.push_str(&format!(
                "     -> asks another instance for {asks} through {}\n",
                passage(connection, relays)
            ));
        }
        Leads::Federated { endpoint, sealed, .. } => {
            text.push_str(&format!("     -> {sealed} sealed characters for {endpoint}\n"));
        }
    }
    text
}

/// A connection that a step names: with its own name and whether it lets anything through, where they are known.
fn passage(id: &str, relays: &[Connection]) -> String {
    let found = relays.iter().find(|connection| connection.id.as_str() == id);
    match found {
        Some(found) if found.status == ConnectionStatus::Disabled => {
            format!("“{}” ({id}), which is disabled", found.name)
        }
        Some(found) => format!("“{}” ({id})", found.name),
        None => id.to_owned(),
    }
}
