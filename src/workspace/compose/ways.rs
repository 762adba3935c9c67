//! Which ways there are to an instance, beside the straight one.

use super::super::held_there::held_credentials;
use super::super::leading::connections;
use super::super::{Failure, HostedBy, Workspace};
use super::Way;
use crate::model::{Endpoint, InstanceKind};
use crate::vault::InstanceRecord;

/// Pointers that are offered as ways through one instance.
const MOST_POINTERS: usize = 20;

impl Workspace {
    /// Ways through instances of ours that are hosted now: by relay, and along federated pointers. One that cannot
    /// be asked offers none.
    pub async fn ways_to(&self, instance: &str) -> Result<Vec<Way>, Failure> {
        let target = self.record(instance).await?;
        let mut ways = Vec::new();
        for record in self.records().await? {
            let row = self.row_of(record.clone());
            let is_hosted = row.hosted_by != HostedBy::Nobody && record.kind == InstanceKind::Local;
            if !is_hosted || record.name == target.name {
                continue;
            }
            match self.ways_through(&record, &target.endpoint).await {
                Ok(found) => ways.extend(found),
                Err(failure) => tracing::debug!(%failure, "no ways through {}", record.name),
            }
        }
        Ok(ways)
    }

    async fn ways_through(&self, record: &InstanceRecord, endpoint: &Endpoint) -> Result<Vec<Way>, Failure> {
        let mut session = self.session_with(record.clone()).await?;
        let found = async {
            let held = held_credentials(&mut session).await?;
            let gateways = connections(&mut session).await?;
            let mut ways: Vec<Way> = gateways
                .into_iter()
                .filter_map(|connection| {
                    let name = connection.held_credential?;
                    held.iter().find(|held| {
                        held.name == name && held.endpoint == *endpoint && held.opens_something()
                    })?;
                    Some(Way::Relay {
                        through: record.name.clone(),
                        connection: connection.id,
                        connection_name: connection.name,
                        held: name,
                        endpoint: endpoint.clone(),
                    })
                })
                .collect();
            let pointers = self.federated_pointers(&mut session).await?;
            let there = pointers
                .into_iter()
                .filter(|(_, federated)| federated.endpoint == *endpoint);
            ways.extend(
                there
                    .take(MOST_POINTERS)
                    .map(|(pointer, federated)| Way::Pointer {
                        through: record.name.clone(),
                        pointer: Box::new(pointer),
                        route: federated.route,
                    }),
            );
            Ok(ways)
        }
        .await;
        session.close().await;
        found
    }
}
