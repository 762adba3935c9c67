//! Pointers that hold the header with which other pointers' data is fetched.

use super::{Failure, Workspace};
use crate::model::{ConnectionId, Pointer};
use crate::protocol::Query;
use serde_json::json;
use zeroize::Zeroizing;

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
}
