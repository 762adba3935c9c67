//! `butterfly credential revoke`: for good, after saying what will break.

use super::dependents;
use super::home::open;
use crate::cli::ask;
use crate::cli::outcome::Outcome;
use crate::cli::session::Session;
use crate::model::Side;
use crate::workspace::CredentialRow;
use clap::Args;
use serde_json::json;

/// Revoke a credential: issued, it is refused from now on; held, it is forgotten. Says first what will break.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Its name.
    name: String,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl Revoke {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("revoking a credential")?;
        let workspace = open(session, &self.name).await?;
        let row = workspace.credential(&self.name).await?;
        // That an instance cannot be asked what depends on it is no reason to leave a credential alive.
        let breaks = match workspace.dependents(&row.name).await {
            Ok(found) => Some(found),
            Err(failure) => {
                session.note(&format!("warning: what depends on it is not known: {failure}"));
                None
            }
        };
        let list = match breaks.as_deref() {
            None | Some([]) => String::new(),
            Some(found) => format!("\nThis stops working:\n{}", dependents::lines(found)),
        };
        ask::confirm(&format!("{}{list}", consequence(&row)), self.yes)?;
        let revoked = workspace.revoke_credential(&row.name).await?;
        let mut value = serde_json::to_value(&revoked).expect("a row has only string keys");
        value["breaks"] = json!(breaks);
        session.show(&value, || format!("{} is {}.{list}", revoked.name, revoked.state))
    }
}

fn consequence(row: &CredentialRow) -> String {
    match row.side {
        Side::Issued => format!(
            "{} will be refused by {} at once and for good.",
            row.app_id, row.instance
        ),
        Side::Held => format!(
            "The credential with which we call {} will be forgotten.",
            row.instance
        ),
    }
}
