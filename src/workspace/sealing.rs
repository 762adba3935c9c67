//! The seed's helper: sealing a query for someone else to send, opening a reply that someone got.

use super::{Failure, Sealed, Workspace};
use crate::protocol::{Query, Reply};

impl Workspace {
    /// Seals a query with the credential that we hold for `remote`, and makes a token for it.
    pub async fn seal(&self, _remote: &str, _query: &Query) -> Result<Sealed, Failure> {
        todo!()
    }

    /// Opens a reply to a query that `seal` made; `jti` is what `seal` gave (native). Without it, a native
    /// reply to any request under this credential is opened.
    pub async fn open_reply(
        &self,
        _remote: &str,
        _body: &[u8],
        _jti: Option<&str>,
    ) -> Result<Reply, Failure> {
        todo!()
    }
}
