//! `butterfly credential …`: what lets one party call another, through its whole life.

mod check;
mod dependents;
mod list;
mod plain;
mod revoke;
mod rotate;
mod suspend;

use super::outcome::{Outcome, Stop};
use super::session::Session;
use crate::protocol::Code;
use crate::workspace::{Failure, Workspace};
use check::Check;
use clap::Subcommand;
use dependents::{Dependents, Reseal};
use list::{List, Show};
use plain::{Export, Import};
use revoke::Revoke;
use rotate::{EndOverlap, Rotate};
use std::sync::Arc;
use suspend::{Resume, Suspend};

/// List, check, rotate, suspend, revoke, export and import credentials.
#[derive(Debug, Subcommand)]
pub enum Credential {
    List(List),
    Show(Show),
    Check(Check),
    Dependents(Dependents),
    Rotate(Rotate),
    EndOverlap(EndOverlap),
    Reseal(Reseal),
    Suspend(Suspend),
    Resume(Resume),
    Revoke(Revoke),
    Export(Export),
    Import(Import),
}

impl Credential {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List(verb) => verb.run(session).await,
            Self::Show(verb) => verb.run(session).await,
            Self::Check(verb) => verb.run(session).await,
            Self::Dependents(verb) => verb.run(session).await,
            Self::Rotate(verb) => verb.run(session).await,
            Self::EndOverlap(verb) => verb.run(session).await,
            Self::Reseal(verb) => verb.run(session).await,
            Self::Suspend(verb) => verb.run(session).await,
            Self::Resume(verb) => verb.run(session).await,
            Self::Revoke(verb) => verb.run(session).await,
            Self::Export(verb) => verb.run(session).await,
            Self::Import(verb) => verb.run(session).await,
        }
    }
}

/// An empty home has no credential, and making a vault to find that out would be wrong.
fn require_home(session: &Session, name: &str) -> Outcome {
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
async fn open<'s>(session: &'s Session, name: &str) -> Outcome<&'s Arc<Workspace>> {
    require_home(session, name)?;
    Ok(session.open().await?)
}
