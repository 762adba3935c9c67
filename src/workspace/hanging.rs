//! What hangs on pointers: asked before they are deleted, not after.

use super::session::Session;
use super::views::{HangingOn, Taken};
use super::{BulkTarget, Failure, Workspace};
use crate::model::{CIRCUIT_PREFIX, PointerAddress};
use crate::store::PointerQuery;
use std::collections::{BTreeMap, BTreeSet};

/// Pointers that are looked through for what uses one, at most.
const MOST_LOOKED_AT: u64 = 5_000;
/// Pointers whose relationships are counted, at most: each is asked for by itself.
const MOST_WITH_NEIGHBOURS: usize = 50;
/// Letters of a pointer's address.
const ADDRESS_LENGTH: usize = "ptr_0123456789ab".len();

impl Workspace {
    /// What hangs on a pointer, as far as can be told: asked before it is deleted.
    pub async fn hanging_on(&self, instance: &str, address: &PointerAddress) -> Result<HangingOn, Failure> {
        self.hanging_on_each(instance, &BTreeSet::from([address])).await
    }

    /// What hangs on all of these together.
    pub async fn hanging_on_all(&self, targets: &[BulkTarget]) -> Result<HangingOn, Failure> {
        let mut by_instance: BTreeMap<&str, BTreeSet<&PointerAddress>> = BTreeMap::new();
        for target in targets {
            let of_this = by_instance.entry(target.instance.as_str()).or_default();
            of_this.insert(&target.address);
        }
        let mut all = HangingOn {
            complete: true,
            ..HangingOn::default()
        };
        for (instance, addresses) in by_instance {
            let found = self.hanging_on_each(instance, &addresses).await?;
            all.relationships += found.relationships;
            all.circuits.extend(found.circuits);
            all.fetched_with.extend(found.fetched_with);
            all.complete &= found.complete;
        }
        Ok(all)
    }

    async fn hanging_on_each(
        &self,
        instance: &str,
        addresses: &BTreeSet<&PointerAddress>,
    ) -> Result<HangingOn, Failure> {
        let mut found = HangingOn::default();
        for address in addresses.iter().take(MOST_WITH_NEIGHBOURS) {
            let neighbors = self.neighbors(instance, address, false, 0, 1).await?;
            found.relationships += neighbors.total.unwrap_or(neighbors.neighbors.len() as u64);
        }
        let mut session = self.session(instance).await?;
        let users = self.users_in(&mut session, addresses, &mut found).await;
        session.close().await;
        users?;
        found.complete &= addresses.len() <= MOST_WITH_NEIGHBOURS;
        Ok(found)
    }

    /// Looks through pointers for circuits that name one of these, and for those that are fetched with what one keeps.
    /// Those that are among them themselves are no news.
    async fn users_in(
        &self,
        session: &mut Session<'_>,
        addresses: &BTreeSet<&PointerAddress>,
        found: &mut HangingOn,
    ) -> Result<(), Failure> {
        let all = PointerQuery {
            limit: Some(MOST_LOOKED_AT),
            ..PointerQuery::default()
        };
        let page = self.page_in(session, &all).await?;
        found.complete = page.next.is_none();
        for pointer in page.pointers {
            if addresses.contains(&pointer.address) {
                continue;
            }
            let circuit = pointer.data_reference.strip_prefix(CIRCUIT_PREFIX);
            if circuit.is_some_and(|circuit| names_one(circuit, addresses)) {
                found.circuits.push(Taken::of(&pointer));
            } else if pointer
                .credential_pointer_address
                .as_ref()
                .is_some_and(|address| addresses.contains(address))
            {
                found.fetched_with.push(Taken::of(&pointer));
            }
        }
        Ok(())
    }
}

/// Whether one of these addresses stands in a text.
fn names_one(text: &str, addresses: &BTreeSet<&PointerAddress>) -> bool {
    let begun = text.match_indices("ptr_").map(|(at, _)| at);
    begun
        .filter_map(|at| text.get(at..at + ADDRESS_LENGTH))
        .filter_map(|found| PointerAddress::parse(found).ok())
        .any(|found| addresses.contains(&found))
}
