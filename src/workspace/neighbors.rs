//! The pointers around a pointer: those that it is related to, and those that its coordinates are near.

use super::session::Session;
use super::views::{Neighbor, NeighborPage};
use super::{Failure, Workspace};
use crate::model::PointerAddress;
use crate::protocol::Query;
use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Listed {
    neighbors: Vec<Told>,
    #[serde(default)]
    total: Option<u64>,
}

#[derive(Deserialize)]
struct Told {
    address: PointerAddress,
    #[serde(default)]
    relationship: String,
    #[serde(default)]
    weight: f64,
    #[serde(default)]
    description: Option<String>,
}

impl Workspace {
    /// A page of neighbours: the stored ones, strongest first, or the computed ones, nearest first.
    pub async fn neighbors(
        &self,
        instance: &str,
        address: &PointerAddress,
        computed: bool,
        offset: u64,
        limit: u64,
    ) -> Result<NeighborPage, Failure> {
        let mut session = self.session(instance).await?;
        let page = self
            .neighbors_in(&mut session, address, computed, offset, limit)
            .await;
        session.close().await;
        page
    }

    async fn neighbors_in(
        &self,
        session: &mut Session<'_>,
        address: &PointerAddress,
        computed: bool,
        offset: u64,
        limit: u64,
    ) -> Result<NeighborPage, Failure> {
        let mut query = Query::new("get_neighbors", json!({"pointer_address": address}));
        // Original instances store what they compute, and give all of it at once.
        let original = self.is_original(session).await?;
        if original && computed {
            return Ok(NeighborPage::default());
        }
        if !original {
            // One more than wanted, so that it is known whether there are more.
            for (name, value) in [
                ("computed", json!(computed)),
                ("describe", json!(true)),
                ("offset", json!(offset)),
                ("limit", json!(limit + 1)),
            ] {
                query = query.with(name, value);
            }
        }
        let result = session.result(&query).await?;
        let mut listed: Listed =
            serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
        if original {
            listed.total = Some(listed.neighbors.len() as u64);
            listed
                .neighbors
                .sort_by(|one, other| one.weight.total_cmp(&other.weight));
            let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
            listed.neighbors.drain(..skipped.min(listed.neighbors.len()));
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = listed.neighbors.len() > limit;
        listed.neighbors.truncate(limit);
        Ok(NeighborPage {
            neighbors: listed
                .neighbors
                .into_iter()
                .map(|told| Neighbor {
                    address: told.address,
                    relationship: told.relationship,
                    weight: told.weight,
                    computed,
                    description: told.description,
                })
                .collect(),
            total: listed.total,
            more,
        })
    }

    /// What pointers are, in words; those that cannot be told are left out.
    pub async fn descriptions(
        &self,
        instance: &str,
        addresses: &[PointerAddress],
    ) -> Vec<(PointerAddress, String)> {
        let told = addresses.iter().map(|address| async move {
            let mut session = self.session(instance).await.ok()?;
            let query = Query::new("get_pointer_summary", json!({"pointer_address": address}));
            let result = session.result(&query).await;
            session.close().await;
            let words = result.ok()?.get("description")?.as_str()?.to_owned();
            Some((address.clone(), words))
        });
        join_all(told).await.into_iter().flatten().collect()
    }
}
