//! The home in which a credential is looked for.

use crate::cli::outcome::{Outcome, Stop};
use crate::cli::session::Session;
use crate::protocol::Code;
use crate::workspace::{Failure, Workspace};
use std::sync::Arc;

/// An empty home has no credential, and making a vault to find that out would be wrong.
pub(super) fn require_home(session: &Session, name: &str) -> Outcome {
    if session.home().has_vault() {
        return Ok(());
    }
    Err(Stop::Failure(Failure::new(
        Code::CredentialNotFound,
        format!(
            "there is no credential {name:?}: nothing was made in {} yet",
            session.home().root().display()
        ),
        "accept one with `butterfly handshake accept`, or try `butterfly demo`",
    )))
}

/// The open home, where a credential is to be found.
pub(super) async fn open<'s>(session: &'s Session, name: &str) -> Outcome<&'s Arc<Workspace>> {
    require_home(session, name)?;
    Ok(session.open().await?)
}
