//! Where pointers lead: over which connections, and whether to another instance at all.

use super::Failure;
use super::session::Session;
use crate::model::{CIRCUIT_PREFIX, Connection, Pointer, Route};
use crate::protocol::Query;
use crate::protocol::circuit::Circuit;
use serde::Deserialize;
use serde_json::json;

/// Every connection that may be seen.
pub(super) async fn connections(session: &mut Session<'_>) -> Result<Vec<Connection>, Failure> {
    #[derive(Deserialize)]
    struct Listed {
        connections: Vec<Connection>,
    }
    let query = Query::new("list_connections", json!({}));
    let result = session.result(&query).await?;
    let listed: Listed = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    Ok(listed.connections)
}

/// Those of these connections that a circuit relays through.
pub(super) fn relayed_through(circuit: &Circuit, connections: &[Connection]) -> Vec<Connection> {
    let named = |id: &str| circuit.relays_through().any(|through| through == id);
    let found = connections
        .iter()
        .filter(|connection| named(connection.id.as_str()));
    found.cloned().collect()
}

/// Whether a pointer leads to another instance, also where its instance knows nothing of that.
pub(super) fn leads_elsewhere(pointer: &Pointer) -> bool {
    let reference = pointer.data_reference.as_str();
    pointer.federated.is_some()
        || (reference.starts_with("http") && reference.trim_end_matches('/').ends_with("/invoke"))
        || reference.strip_prefix(CIRCUIT_PREFIX).is_some_and(|circuit| {
            circuit.contains("federated_invoke") || circuit.contains(Route::Relay.as_str())
        })
}
