//! What makes an issued credential an access key of a domain, as it is stored beside it. The domain and the
//! permissions are part of its grant.

use crate::store::{IssuedRecord, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is stored in [`IssuedRecord::access_key`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::instance) struct AccessKeyOf {
    /// Its tokens and bodies are made with the secrets of a stand-in, which only the environment has. Where the
    /// instance runs without them, the key opens nothing.
    pub under_environment: bool,
    /// The credential that it stands and falls with: the one under which it was made, unless that was an owner's.
    pub stands_with: Option<String>,
}

impl AccessKeyOf {
    /// What a record says; none for credentials that are no access keys.
    pub(in crate::instance) fn read(record: &IssuedRecord) -> Result<Option<Self>, StoreError> {
        let Some(stored) = &record.access_key else {
            return Ok(None);
        };
        let read = Self::deserialize(stored);
        read.map(Some)
            .map_err(|error| StoreError::Failed(format!("the access key {:?}: {error}", record.name)))
    }

    /// As it is stored.
    pub(in crate::instance) fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("it has only string keys")
    }
}
