//! `butterfly credential …`: what lets one party call another, through its whole life.

mod change;
mod check;
mod dependents;
mod handed_over;
mod home;
mod list;
mod plain;
mod revoke;
mod rotate;
mod suspend;

use super::outcome::Outcome;
use super::session::Session;
use change::Change;
use check::Check;
use clap::Subcommand;
use dependents::{Dependents, Reseal};
use list::{List, Show};
use plain::{Export, Import};
use revoke::Revoke;
use rotate::{EndOverlap, Rotate};
use suspend::{Resume, Suspend};

/// List, check, change, rotate, suspend, revoke, export and import credentials.
#[derive(Debug, Subcommand)]
pub enum Credential {
    List(List),
    Show(Show),
    Check(Check),
    Change(Change),
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
            Self::Change(verb) => verb.run(session).await,
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
