//! What becomes of credentials later: rotation, revocation, what depends on them; and the audit trail.

use super::CredentialRow;
use crate::model::{PointerAddress, Route, Timestamp};
use crate::protocol::CredentialForm;
use crate::store::{AuditHead, AuditRecord};
use serde::Serialize;

/// What a rotation came to.
#[derive(Clone)]
pub struct Rotated {
    /// The credential as it is now.
    pub row: CredentialRow,
    /// Until when the old key is answered.
    pub overlap_until: Option<Timestamp>,
    /// Circuits that were sealed anew.
    pub resealed: Vec<(String, PointerAddress)>,
    /// The new values, where they must be handed over again (plain and legacy credentials, issued side).
    pub form: Option<CredentialForm>,
    /// Set where the other side must act: by when.
    pub due: Option<Timestamp>,
}

/// Something that stops working when a credential is revoked, suspended or dropped.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Dependent {
    /// A federated pointer on an instance of ours.
    Pointer {
        /// The instance.
        instance: String,
        /// The pointer.
        address: PointerAddress,
        /// What it is.
        description: String,
        /// How it travels.
        route: Route,
    },
    /// A federated connection of an instance of ours.
    Connection {
        /// The instance.
        instance: String,
        /// The connection's name.
        name: String,
        /// How many pointers relay through it, and stop.
        pointers: u64,
        /// How many others are assigned to it, and go on.
        unharmed: u64,
    },
    /// The party that holds it, which uses it now and then.
    Caller {
        /// Its app_id.
        app_id: String,
        /// When it last called.
        last_used: Option<Timestamp>,
        /// How often in all.
        uses: u64,
    },
    /// The console itself: an instance in this home is called with it.
    Instance {
        /// The instance's name in this home.
        name: String,
    },
}

/// How a kept head compares with a trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadCheck {
    /// Who kept it: `console`, or the peer.
    pub kept_by: String,
    /// What was kept.
    pub head: AuditHead,
    /// When.
    pub seen_at: Timestamp,
    /// Whether the trail still has that record with that hash; none where the trail was cleared since.
    pub holds: Option<bool>,
}

/// What verifying an audit trail found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditReport {
    /// The instance.
    pub instance: String,
    /// Whether everything fits.
    pub valid: bool,
    /// How many records were checked.
    pub records: u64,
    /// The end of the trail.
    pub head: AuditHead,
    /// The first record that does not fit or is missing, by its number; where only what was kept elsewhere shows that
    /// something is wrong, the first record that it speaks against.
    pub first_bad: Option<u64>,
    /// That record as it is now, where it is there at all.
    pub line: Option<AuditRecord>,
    /// What was kept elsewhere, compared.
    pub kept: Vec<HeadCheck>,
    /// What is wrong, in words; none if nothing is.
    pub finding: Option<String>,
}
