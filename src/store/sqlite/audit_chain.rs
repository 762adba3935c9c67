//! The chain of the audit trail: each record's hash covers the one before it.

use crate::model::KeyId;
use crate::seal::{hex, sha256};
use crate::store::{AuditHead, AuditOutcome, NewAuditRecord};

/// Bytes of most records, as they are hashed.
const USUAL: usize = 384;

/// A SHA-256 digest.
pub(super) type Hash = [u8; 32];

/// The end of a chain: what the next record is chained to. It begins at sequence 0 with 32 zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    /// Of the last record.
    pub sequence: u64,
    /// Of the last record.
    pub hash: Hash,
}

impl Chain {
    /// Adds a record; the place that it has.
    pub(super) fn append(&mut self, record: &NewAuditRecord) -> &Self {
        self.sequence += 1;
        self.hash = hash(&self.hash, self.sequence, record);
        self
    }

    /// As it is shown and kept elsewhere.
    pub(super) fn to_head(&self) -> AuditHead {
        AuditHead {
            sequence: self.sequence,
            hash: hex(&self.hash),
        }
    }

    /// How the record that begins after this one names it.
    pub(super) fn as_previous(&self) -> String {
        format!("previous head {} {}", self.sequence, hex(&self.hash))
    }
}

/// SHA-256 over the previous hash and every field, each with its length before it, so that no two
/// records are written alike.
fn hash(previous: &Hash, sequence: u64, record: &NewAuditRecord) -> Hash {
    let mut hashed = Vec::with_capacity(USUAL);
    hashed.extend_from_slice(b"butterfly/v1 audit");
    hashed.extend_from_slice(previous);
    hashed.extend_from_slice(&sequence.to_be_bytes());
    hashed.extend_from_slice(&record.at.as_micros().to_be_bytes());
    let fields = [
        record.app_id.as_ref().map(AsRef::as_ref),
        record.kid.as_ref().map(KeyId::as_str),
        record.jti.as_deref(),
        Some(record.action.as_str()),
        record.subject.as_deref(),
        Some(record.outcome.as_str()),
        record.reason.as_deref(),
    ];
    for field in fields {
        match field {
            None => hashed.push(0),
            Some(text) => {
                hashed.push(1);
                hashed.extend_from_slice(&(text.len() as u64).to_be_bytes());
                hashed.extend_from_slice(text.as_bytes());
            }
        }
    }
    sha256(&hashed)
}

/// Reads the word back.
pub(super) fn outcome(word: &str) -> Option<AuditOutcome> {
    use AuditOutcome::{Denied, Done, Failed, Intent};
    [Intent, Done, Denied, Failed]
        .into_iter()
        .find(|outcome| outcome.as_str() == word)
}
