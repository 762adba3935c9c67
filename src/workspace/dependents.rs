//! What stops working without a credential: said before it is revoked, not after.

use super::leading::connections;
use super::lifecycle::there;
use super::{CredentialRow, Dependent, Failure, Workspace};
use crate::model::{Federated, Holder, KeyId, Pointer, Route, Side};
use crate::store::PointerQuery;

impl Workspace {
    /// What stops working without this credential.
    pub async fn dependents(&self, name: &str) -> Result<Vec<Dependent>, Failure> {
        let row = self.credential(name).await?;
        match (row.side, row.holder) {
            (Side::Issued, _) => self.dependents_of_issued(&row).await,
            (Side::Held, Some(Holder::Instance)) => self.dependents_there(&row).await,
            (Side::Held, _) => self.dependents_here(&row).await,
        }
    }

    /// The party that calls with it; and where that is this home, what depends on it here.
    async fn dependents_of_issued(&self, row: &CredentialRow) -> Result<Vec<Dependent>, Failure> {
        let mut found = vec![Dependent::Caller {
            app_id: row.app_id.to_string(),
            last_used: row.last_used,
            uses: row.uses.unwrap_or_default(),
        }];
        if row.kid.is_none() {
            return Ok(found);
        }
        let (rows, _) = self.credentials().await?;
        let other_ends = rows
            .iter()
            .filter(|other| other.side == Side::Held && other.kid == row.kid);
        for other in other_ends {
            found.extend(match other.holder {
                Some(Holder::Instance) => self.dependents_there(other).await?,
                _ => self.dependents_here(other).await?,
            });
        }
        Ok(found)
    }

    /// Of one that the console holds: instances that are called with it, and pointers that lead there by a route
    /// on which the console calls.
    async fn dependents_here(&self, row: &CredentialRow) -> Result<Vec<Dependent>, Failure> {
        let entry = self.held_entry(&row.name).await?;
        let records = self.records().await?;
        let mut found: Vec<_> = records
            .iter()
            .filter(|record| record.credential == row.name)
            .map(|record| Dependent::Instance {
                name: record.name.to_string(),
            })
            .collect();
        let others = self.in_vault(|vault| vault.held()).await?;
        let is_replaceable = others.iter().any(|other| {
            other.name != entry.name && other.form.endpoint == entry.form.endpoint && other.state.is_usable()
        });
        let depends = |federated: &Federated| {
            federated.endpoint == entry.form.endpoint
                && match federated.route {
                    Route::Circuit => is_kid(federated.kid.as_ref(), row.kid.as_deref()),
                    Route::Endpoint => !is_replaceable,
                    Route::Relay => false,
                }
        };
        for record in self.local_records().await? {
            let instance = record.name.to_string();
            let mut session = self.session_with(record).await?;
            let pointers = self.federated_pointers(&mut session).await;
            session.close().await;
            let concerned = pointers?.into_iter().filter(|(_, federated)| depends(federated));
            found.extend(concerned.map(|(pointer, federated)| shown(&instance, pointer, federated.route)));
        }
        Ok(found)
    }

    /// Of one that an instance holds: its connections, and the pointers that relay through them. Other pointers that are
    /// assigned to those go on: whoever calls them calls with a credential of its own, so that they are only counted.
    async fn dependents_there(&self, row: &CredentialRow) -> Result<Vec<Dependent>, Failure> {
        let (ours, name) = there(row)?;
        let mut session = self.session(ours).await?;
        let found = async {
            let mut found = Vec::new();
            let through: Vec<_> = connections(&mut session)
                .await?
                .into_iter()
                .filter(|connection| connection.held_credential.as_deref() == Some(name))
                .collect();
            let relayed: Vec<_> = self
                .federated_pointers(&mut session)
                .await?
                .into_iter()
                .filter(|(_, federated)| federated.route == Route::Relay)
                .collect();
            for connection in &through {
                let pointers = relayed
                    .iter()
                    .filter(|(_, federated)| federated.connection_id == connection.id)
                    .count() as u64;
                let assigned = PointerQuery {
                    connection: Some(connection.id.clone()),
                    limit: Some(1),
                    ..PointerQuery::default()
                };
                let page = self.page_in(&mut session, &assigned).await?;
                let all = page.total.unwrap_or(page.pointers.len() as u64);
                found.push(Dependent::Connection {
                    instance: ours.to_owned(),
                    name: connection.name.clone(),
                    pointers,
                    unharmed: all.saturating_sub(pointers),
                });
            }
            let concerned = relayed.into_iter().filter(|(_, federated)| {
                through
                    .iter()
                    .any(|connection| connection.id == federated.connection_id)
            });
            found.extend(concerned.map(|(pointer, federated)| shown(ours, pointer, federated.route)));
            Ok(found)
        }
        .await;
        session.close().await;
        found
    }
}

fn is_kid(one: Option<&KeyId>, other: Option<&str>) -> bool {
    one.is_some() && one.map(KeyId::as_str) == other
}

fn shown(instance: &str, pointer: Pointer, route: Route) -> Dependent {
    Dependent::Pointer {
        instance: instance.to_owned(),
        address: pointer.address,
        description: pointer.description,
        route,
    }
}
