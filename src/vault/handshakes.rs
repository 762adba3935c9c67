//! Handshakes that are under way, sealed row by row: what was asked for, what came, where the wizard is.

use super::{Vault, VaultError};
use crate::handshake::Request;
use crate::model::{Delivery, Side, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A handshake of this home. It has no `Debug`: what opens the answer to a request is secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct HandshakeEntry {
    /// The offer's id on the offering side; the request's or bundle's id on the side that accepts.
    pub id: String,
    /// `issued`: we offer. `held`: we accept.
    pub side: Side,
    /// How it travels.
    pub delivery: Delivery,
    /// The other side, in words.
    pub peer: String,
    /// The instance of ours that is concerned, if one is.
    pub instance: Option<String>,
    /// The remote's name in this home, once it has one.
    pub remote: Option<String>,
    /// The credentials in it, by their names in this home.
    pub credentials: Vec<String>,
    /// The seven words, once there are any.
    pub words: Option<[String; 7]>,
    /// Whether its credentials open nothing before they are activated.
    pub verify_first: bool,
    /// What was asked for, where this began with a request of ours.
    pub request: Option<Request>,
    /// What opens the answer to that request (`AGE-SECRET-KEY-1…`); forgotten once it is opened.
    pub request_key: Option<String>,
    /// The bundle as JSON, while a new code for it may be wanted; forgotten once it was handed over.
    #[serde(default)]
    pub bundle: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When the offer, code or request ends.
    pub expires_at: Option<Timestamp>,
    /// When it was over: cancelled, refused, or active.
    pub ended_at: Option<Timestamp>,
}

impl Vault {
    /// Every handshake, newest first.
    pub fn handshakes(&self) -> Result<Vec<HandshakeEntry>, VaultError> {
        todo!()
    }

    /// Keeps a handshake, in place of the one with this id if there is one.
    pub fn put_handshake(&self, entry: &HandshakeEntry) -> Result<(), VaultError> {
        let _ = entry;
        todo!()
    }

    /// Forgets a handshake.
    pub fn remove_handshake(&self, id: &str) -> Result<(), VaultError> {
        let _ = id;
        todo!()
    }

    /// Where the wizard was left.
    pub fn wizard_draft(&self) -> Result<Option<Value>, VaultError> {
        todo!()
    }

    /// Keeps where the wizard is, or forgets it.
    pub fn keep_wizard_draft(&self, draft: Option<&Value>) -> Result<(), VaultError> {
        let _ = draft;
        todo!()
    }

    /// The last head of an instance's audit trail that this console saw, and when: (sequence, hash, at).
    pub fn audit_head(&self, instance_id: &str) -> Result<Option<(u64, String, Timestamp)>, VaultError> {
        let _ = instance_id;
        todo!()
    }

    /// Keeps the head of an instance's audit trail. A head that is behind the kept one is not kept.
    pub fn keep_audit_head(
        &self,
        instance_id: &str,
        sequence: u64,
        hash: &str,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        let _ = (instance_id, sequence, hash, at);
        todo!()
    }
}
