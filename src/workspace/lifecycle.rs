//! What becomes of credentials after the handshake: rotation, suspension, what depends on them.

use super::{CredentialRow, Dependent, Failure, Rotated, Workspace};
use crate::model::PointerAddress;

impl Workspace {
    /// Rotates the keys. Held, native: fresh keys are mixed in at once, and circuits sealed anew. Issued, native and
    /// activated: the holder is asked to, by the end of the overlap. Issued, plain or legacy: new values to hand over.
    /// The old key is answered for `overlap_seconds` more.
    pub async fn rotate_credential(&self, name: &str, overlap_seconds: u32) -> Result<Rotated, Failure> {
        let _ = (name, overlap_seconds);
        todo!()
    }

    /// Ends the overlap of an issued credential now: the old key is not answered any more.
    pub async fn end_overlap(&self, name: &str) -> Result<CredentialRow, Failure> {
        let _ = name;
        todo!()
    }

    /// Suspends an issued credential, or resumes it.
    pub async fn suspend_credential(&self, name: &str, suspended: bool) -> Result<CredentialRow, Failure> {
        let _ = (name, suspended);
        todo!()
    }

    /// What stops working without this credential.
    pub async fn dependents(&self, name: &str) -> Result<Vec<Dependent>, Failure> {
        let _ = name;
        todo!()
    }

    /// Circuits on instances of ours that are sealed under a key which this credential no longer has.
    pub async fn stale_circuits(&self, name: &str) -> Result<Vec<(String, PointerAddress)>, Failure> {
        let _ = name;
        todo!()
    }

    /// Seals them anew; tells which.
    pub async fn reseal_circuits(&self, name: &str) -> Result<Vec<(String, PointerAddress)>, Failure> {
        let _ = name;
        todo!()
    }
}
