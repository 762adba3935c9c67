//! Credentials of both sides: listing, revoking, exporting, importing.

use super::{CredentialRow, Failure, Workspace};
use crate::protocol::CredentialForm;

impl Workspace {
    /// Every credential: held by this console, held by instances of ours, issued by instances that we own. An
    /// instance that cannot be asked is named in the second list with the reason; it holds nothing up.
    pub async fn credentials(&self) -> Result<(Vec<CredentialRow>, Vec<Failure>), Failure> {
        todo!()
    }

    /// One credential by name.
    pub async fn credential(&self, _name: &str) -> Result<CredentialRow, Failure> {
        todo!()
    }

    /// Issued: refused from now on. Held: forgotten.
    pub async fn revoke_credential(&self, _name: &str) -> Result<CredentialRow, Failure> {
        todo!()
    }

    /// The plain form of a credential: only where a person asked for it.
    pub async fn export_credential(&self, _name: &str) -> Result<CredentialForm, Failure> {
        todo!()
    }
}
