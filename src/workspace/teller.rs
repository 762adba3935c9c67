//! Which instance told an error that came over several: the one that only its own administrator can help with.
//!
//! Instances say so in `failed_at` of their replies. What stands there was said by others: an instance that this home knows
//! is named as it is called here, any other one by what is said of it, made inert.

use super::Workspace;
use crate::client::inert;
use crate::model::{Endpoint, InstanceId};
use crate::protocol::Reply;
use serde::Deserialize;

/// Where a chain of calls failed: on the way to `peer`, or at the last of the path.
#[derive(Deserialize)]
struct FailedAt {
    path: Vec<InstanceId>,
    peer: Option<InstanceId>,
    peer_name: Option<String>,
    peer_endpoint: Option<Endpoint>,
}

impl Workspace {
    /// The instance that told the error in a reply, or else the one that was asked.
    pub(super) async fn teller(&self, reply: &Reply, asked: String) -> String {
        let told = reply.member("failed_at").cloned();
        let Some(told) = told.and_then(|told| serde_json::from_value::<FailedAt>(told).ok()) else {
            return asked;
        };
        let records = self.records().await.unwrap_or_default();
        let id = told.peer.as_ref().or(match &told.peer_endpoint {
            Some(_) => None,
            None => told.path.last(),
        });
        let known = records.iter().find(|record| {
            let has_id = id.is_some() && record.instance_id.as_ref() == id;
            has_id || told.peer_endpoint.as_ref() == Some(&record.endpoint)
        });
        if let Some(record) = known {
            return record.name.to_string();
        }
        let place = match (&told.peer_endpoint, id) {
            (Some(endpoint), _) => endpoint.authority(),
            (None, Some(id)) => id.to_string(),
            (None, None) => return asked,
        };
        match told.peer_name.map(|name| inert(&name)) {
            Some(name) if !name.is_empty() => format!("{name} at {place}"),
            _ => place,
        }
    }
}
