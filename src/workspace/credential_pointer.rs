//! Pointers that hold the header with which other pointers' data is fetched.

use super::{Failure, Workspace};
use crate::model::filter::Filter;
use crate::model::{ConnectionId, Pointer, PointerAddress, PointerChange, STORED_POINTER_FIELDS};
use crate::protocol::Query;
use crate::protocol::data_reference::FETCH_HEADER_PREFIX;
use crate::store::PointerQuery;
use serde_json::json;
use zeroize::Zeroizing;

/// Those that are offered to choose from.
const MOST_OFFERED: u64 = 30;

/// A header to be kept by an instance.
pub struct NewFetchHeader {
    /// Its name.
    pub header: String,
    /// Its value: a secret.
    pub token: Zeroizing<String>,
    /// The servers that may get it: scheme, host and port.
    pub origins: Vec<String>,
    /// What it is, in words.
    pub description: String,
    /// Labels of the pointer.
    pub tags: Vec<String>,
    /// The connection to assign the pointer to.
    pub connection_id: Option<ConnectionId>,
}

impl Workspace {
    /// Makes a pointer that holds, sealed, the header for fetching others.
    pub async fn create_credential_pointer(
        &self,
        instance: &str,
        new: NewFetchHeader,
    ) -> Result<Pointer, Failure> {
        let parameters = json!({
            "header": new.header,
            "token": new.token.as_str(),
            "origins": new.origins,
            "description": new.description,
            "tags": new.tags,
            "connection_id": new.connection_id,
        });
        self.change(instance, Query::new("create_credential_pointer", parameters))
            .await
    }

    /// The same, and has the data of another pointer fetched with it; that other one, or nothing if that is refused.
    pub async fn fetch_with_new_header(
        &self,
        instance: &str,
        new: NewFetchHeader,
        address: &PointerAddress,
    ) -> Result<Pointer, Failure> {
        let kept = self.create_credential_pointer(instance, new).await?.address;
        let change = PointerChange {
            credential_pointer_address: Some(Some(kept.clone())),
            ..PointerChange::default()
        };
        let changed = self.update_pointer(instance, address, change).await;
        if changed.is_err() {
            // Nobody is left with a header that is for nothing. If that fails too, it shows in the list.
            let _ = self.delete_pointer(instance, &kept).await;
        }
        changed
    }

    /// The pointers of an instance that hold a header for fetching, as many as are offered to choose from.
    pub async fn credential_pointers(&self, instance: &str) -> Result<Vec<Pointer>, Failure> {
        let text = format!("ref:\"{FETCH_HEADER_PREFIX}\"");
        let wanted = PointerQuery {
            filter: Filter::parse(&text, STORED_POINTER_FIELDS)
                .expect("a field of pointers and a quoted text"),
            limit: Some(MOST_OFFERED),
            ..PointerQuery::default()
        };
        let mut found = self.pointers(instance, &wanted).await?.pointers;
        // The text may also stand in the middle of a reference.
        found.retain(|pointer| pointer.data_reference.starts_with(FETCH_HEADER_PREFIX));
        Ok(found)
    }
}
