//! What can be loaded, by which routes, and what deserves a question first.

use super::LoadTarget;
use crate::client::lacking;
use crate::model::{InstanceKind, InstanceName, Pointer, Route, Timestamp};
use crate::protocol::HeldCredential;
use crate::protocol::Query;
use crate::vault::InstanceRecord;
use crate::workspace::peers::HeldPeers;
use crate::workspace::session::context;
use crate::workspace::{Failure, Workspace, only_reads};
use serde_json::{Value, json};

/// A route, and what is missing to travel it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// The route.
    pub route: Route,
    /// Nothing if this home can travel it.
    pub missing: Option<String>,
}

/// What is known of a load before it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospects {
    /// The instance.
    pub instance: InstanceName,
    /// What is called, in words.
    pub label: String,
    /// The action that is called in the end.
    pub action: String,
    /// The routes of a federated pointer; none for anything else.
    pub routes: Vec<Prospect>,
    /// The pointer's own route.
    pub own: Option<Route>,
    /// What deserves a question before it is loaded.
    pub cautions: Vec<String>,
}

/// The same with what the run needs.
pub(super) struct Prepared {
    pub(super) record: InstanceRecord,
    pub(super) via: HeldCredential,
    pub(super) pointer: Option<Pointer>,
    pub(super) query: Query,
    pub(super) prospects: Prospects,
    /// Why this home does not want it asked by any route.
    pub(super) refusal: Option<Failure>,
}

impl Workspace {
    /// Looks at what is to be loaded, without loading it.
    pub async fn load_prospects(&self, instance: &str, target: &LoadTarget) -> Result<Prospects, Failure> {
        Ok(self.prepare_load(instance, target).await?.prospects)
    }

    pub(super) async fn prepare_load(
        &self,
        instance: &str,
        target: &LoadTarget,
    ) -> Result<Prepared, Failure> {
        let record = self.record(instance).await?;
        self.require_hosted(&record)?;
        let via = self.credential_of(&record).await?;
        let peers = self.peers().await?;
        let (pointer, query) = match target {
            LoadTarget::Query(query) => (None, query.clone()),
            LoadTarget::Pointer(address) => {
                let pointer = self.pointer(instance, address).await?.pointer;
                let query = Query::new(
                    "invoke_through_connection",
                    json!({"connection_id": pointer.connection_id, "pointer_address": address}),
                );
                (Some(pointer), query)
            }
        };
        let federated = pointer.as_ref().and_then(|pointer| pointer.federated.as_ref());
        let action = federated
            .and_then(|federated| federated.query.get("action").and_then(Value::as_str))
            .unwrap_or(query.action())
            .to_owned();
        let prospects = Prospects {
            instance: record.name.clone(),
            label: match &pointer {
                Some(pointer) => format!("{} {}", pointer.address, pointer.description),
                None => query.action().to_owned(),
            },
            routes: pointer
                .as_ref()
                .map_or(Vec::new(), |pointer| routes_of(&via, pointer, &peers)),
            own: federated.map(|federated| federated.route),
            cautions: cautions(&record, pointer.as_ref(), &action),
            action,
        };
        let refusal = match federated {
            Some(federated) => peers.refusal(Some(&federated.endpoint), Some(&federated.query)),
            None => self.refusal_of(&record, &query).await,
        };
        Ok(Prepared {
            refusal,
            record,
            via,
            pointer,
            query,
            prospects,
        })
    }
}

impl Workspace {
    /// Why an instance is not loaded with this: it may change something there, or leads to what may, and nothing is to be
    /// changed.
    async fn refusal_of(&self, record: &InstanceRecord, query: &Query) -> Option<Failure> {
        if !self.guard().watches(record) {
            return None;
        }
        let context = context(Timestamp::now(), record.patience_s, false);
        let mut session = match self.session_with(record.clone()).await {
            Ok(session) => session,
            Err(failure) => return Some(failure),
        };
        let permitted = session.permit(query, &context).await;
        session.close().await;
        permitted.err()
    }
}

fn routes_of(via: &HeldCredential, pointer: &Pointer, peers: &HeldPeers) -> Vec<Prospect> {
    if pointer.federated.is_none() {
        return Vec::new();
    }
    let prospect = |route| Prospect {
        route,
        missing: lacking(via, pointer, route, peers)
            .err()
            .map(|problem| problem.message),
    };
    Route::ALL.into_iter().map(prospect).collect()
}

fn cautions(record: &InstanceRecord, pointer: Option<&Pointer>, action: &str) -> Vec<String> {
    let mut cautions = Vec::new();
    let name = &record.name;
    if record.kind == InstanceKind::Remote && !record.endpoint.is_loopback() {
        cautions.push(format!(
            "{name} is someone else's instance, at {}",
            record.endpoint.authority()
        ));
    }
    let peer = pointer
        .and_then(|pointer| pointer.federated.as_ref())
        .map(|federated| &federated.endpoint);
    if let Some(peer) = peer.filter(|peer| !peer.is_loopback()) {
        cautions.push(format!("the calls go on to {}", peer.authority()));
    }
    if record.read_only {
        cautions.push(format!("{name} is marked read-only"));
    }
    if !only_reads(action) {
        cautions.push(format!(
            "the action {action} may change something with every call"
        ));
    }
    cautions
}
