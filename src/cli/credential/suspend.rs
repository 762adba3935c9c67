//! `butterfly credential suspend` and `resume`: refused for a while.

use super::home::open;
use crate::cli::outcome::Outcome;
use crate::cli::session::Session;
use clap::Args;

/// Suspend a credential that an instance of ours issued: refused from now on, until resumed.
#[derive(Debug, Args)]
pub struct Suspend {
    /// Its name.
    name: String,
}

/// Resume a suspended credential.
#[derive(Debug, Args)]
pub struct Resume {
    /// Its name.
    name: String,
}

impl Suspend {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("suspending a credential")?;
        set(session, &self.name, true).await
    }
}

impl Resume {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("resuming a credential")?;
        set(session, &self.name, false).await
    }
}

async fn set(session: &Session, name: &str, suspended: bool) -> Outcome {
    let workspace = open(session, name).await?;
    let row = workspace.suspend_credential(name, suspended).await?;
    session.show(&row, || format!("{} is {}.", row.name, row.state))
}
