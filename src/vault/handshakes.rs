//! Handshakes that are under way, sealed row by row: what was asked for, what came, where the wizard is.

use super::sealed_rows::{Kind, find_row, put_row};
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
    /// Whether the other side refused its credentials when it was to go on last.
    #[serde(default)]
    pub refused: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When the offer, code or request ends.
    pub expires_at: Option<Timestamp>,
    /// When it was over: cancelled, refused, or active.
    pub ended_at: Option<Timestamp>,
}

impl HandshakeEntry {
    /// The same, over as of now: nothing of it is needed to go on.
    pub(super) fn ended(self) -> Self {
        Self {
            bundle: None,
            request_key: None,
            ended_at: Some(Timestamp::now()),
            ..self
        }
    }
}

/// The wizard's draft is one for the home.
const DRAFT: &str = "wizard";

/// The end of an audit trail, as this console last saw it.
#[derive(Serialize, Deserialize)]
struct KeptHead {
    sequence: u64,
    hash: String,
    at: Timestamp,
}

impl Vault {
    /// Every handshake, newest first.
    pub fn handshakes(&self) -> Result<Vec<HandshakeEntry>, VaultError> {
        let mut entries: Vec<HandshakeEntry> = self.sealed_rows(Kind::Handshake)?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.created_at));
        Ok(entries)
    }

    /// Keeps a handshake, in place of the one with this id if there is one.
    pub fn put_handshake(&self, entry: &HandshakeEntry) -> Result<(), VaultError> {
        self.put_sealed_row(Kind::Handshake, &entry.id, entry)
    }

    /// Forgets a handshake.
    pub fn remove_handshake(&self, id: &str) -> Result<(), VaultError> {
        self.remove_sealed_row(Kind::Handshake, id)
    }

    /// Where the wizard was left.
    pub fn wizard_draft(&self) -> Result<Option<Value>, VaultError> {
        self.sealed_row(Kind::WizardDraft, DRAFT)
    }

    /// Keeps where the wizard is, or forgets it.
    pub fn keep_wizard_draft(&self, draft: Option<&Value>) -> Result<(), VaultError> {
        match draft {
            Some(draft) => self.put_sealed_row(Kind::WizardDraft, DRAFT, draft),
            None => self.remove_sealed_row(Kind::WizardDraft, DRAFT),
        }
    }

    /// The last head of an instance's audit trail that this console saw, and when: (sequence, hash, at).
    pub fn audit_head(&self, instance_id: &str) -> Result<Option<(u64, String, Timestamp)>, VaultError> {
        let kept: Option<KeptHead> = self.sealed_row(Kind::AuditHead, instance_id)?;
        Ok(kept.map(|head| (head.sequence, head.hash, head.at)))
    }

    /// Forgets it: the trail is known to go back.
    pub fn forget_audit_head(&self, instance_id: &str) -> Result<(), VaultError> {
        self.remove_sealed_row(Kind::AuditHead, instance_id)
    }

    /// Keeps the head of an instance's audit trail. A head that is behind the kept one is not kept.
    pub fn keep_audit_head(
        &self,
        instance_id: &str,
        sequence: u64,
        hash: &str,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| {
            let kept: Option<KeptHead> = find_row(transaction, &key, Kind::AuditHead, instance_id)?;
            if kept.is_some_and(|kept| kept.sequence >= sequence) {
                return Ok(());
            }
            let head = KeptHead {
                sequence,
                hash: hash.to_owned(),
                at,
            };
            put_row(transaction, &key, Kind::AuditHead, instance_id, &head)
        })
    }
}
