//! What a failure of storage looks like to a caller, and other problems that several parts tell of.

use super::chain_members::SENT;
use super::grant_part::GrantPart;
use crate::protocol::{Code, Problem};
use crate::store::{IMPORT_REST_MINUTES, StoreError};
use serde_json::json;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::DuplicateReference { address } => {
                Self::new(Code::DuplicateReference, message).with("pointer_address", json!(address))
            }
            StoreError::AlreadyExists { .. } => Self::new(Code::AlreadyExists, message),
            StoreError::ChangedMeanwhile { .. } => Self::new(Code::ChangedMeanwhile, message),
            StoreError::InUse { by, .. } => Self::new(Code::InUse, message).with("used_by", json!(by)),
            StoreError::NotFound { what, name } => not_found(what, &name),
            StoreError::TooManyImports { .. } => Self::new(
                Code::TooManyImports,
                format!(
                    "{message}; end one with commit_import or abort_import, or wait: one that nobody goes on with ends after \
                     {IMPORT_REST_MINUTES} minutes"
                ),
            ),
            StoreError::BeyondBounds { .. } => GrantPart::Pointer.refuses(format!(
                "{message}: this credential's grant covers some pointers only, and the row's pointer, or the credential pointer \
                 that it names, would not be among them any more; begin again with rows that are"
            )),
            StoreError::StillStaging => Self::new(
                Code::InUse,
                format!("{message}; nothing is lost, commit it when import_pointers has answered"),
            ),
            StoreError::BadCursor => Self::new(
                Code::InvalidParameter,
                format!("'after' is not acceptable: {message}"),
            ),
            StoreError::Full(_) => Self::new(
                Code::StorageFailed,
                format!("{message}; free some space where the instance is kept, then try again"),
            ),
            StoreError::Disk(_) => Self::new(
                Code::StorageFailed,
                format!(
                    "{message}; look at the disk that the instance is kept on, whether it is full or read-only, then try again"
                ),
            ),
            StoreError::GivenUp => Self::new(Code::DeadlineExceeded, message).with(SENT, json!(false)),
            StoreError::Busy(_)
            | StoreError::TooNew { .. }
            | StoreError::Missing { .. }
            | StoreError::Failed(_)
            | StoreError::Closed => Self::new(Code::StorageFailed, message),
        }
    }
}

/// The problem that something is not on this instance, in the original system's words for a pointer.
pub(crate) fn not_found(what: &str, name: &str) -> Problem {
    let (code, article) = match what {
        "pointer" => {
            return Problem::new(Code::PointerNotFound, format!("Pointer not found: {name}"))
                .with("pointer_address", json!(name));
        }
        "connection" => (Code::ConnectionNotFound, "Connection"),
        "domain" => (Code::DomainNotFound, "Domain"),
        "offer" => (Code::OfferNotFound, "Offer"),
        "federation" => (Code::FederationNotFound, "Federation"),
        "import" => {
            return Problem::new(
                Code::InvalidParameter,
                format!(
                    "no import {name:?} of this credential on this instance: it has ended, as one does that nobody goes on with \
                     for {IMPORT_REST_MINUTES} minutes, or is somebody else's; begin again with begin_import"
                ),
            );
        }
        what if what.ends_with("credential") => (Code::CredentialNotFound, "Credential"),
        what => {
            return Problem::new(
                Code::InvalidParameter,
                format!("no {what} {name:?} on this instance"),
            );
        }
    };
    Problem::new(code, format!("{article} not found: {name}"))
}

/// The problem that nobody waits for the call any more; nobody hears it.
pub(super) fn caller_gone() -> Problem {
    Problem::new(
        Code::DeadlineExceeded,
        "whoever asked for this did not wait for it to end",
    )
}
