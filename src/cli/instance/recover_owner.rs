//! `butterfly instance recover-owner`.

use super::super::ask;
use super::super::outcome::Outcome;
use super::super::session::Session;
use crate::model::InstanceName;
use crate::workspace::RecoveredOwner;
use clap::Args;

/// Make a new owner for a local instance whose owner's credential is lost; it must be stopped.
///
/// For a home whose vault is gone, a folder that came from elsewhere, or an owner's credential that somebody else may
/// have: its keys of before open nothing any more. Whoever can write the instance's folder can do this, so it asks
/// for no credential; it is put on record on the instance. All other credentials stay as they are.
#[derive(Debug, Args)]
pub struct RecoverOwner {
    /// The instance's name: that of its folder under `instances` in this home.
    name: InstanceName,
    /// Do not ask; where nobody can be asked, it is not done without this.
    #[arg(short, long)]
    yes: bool,
}

impl RecoverOwner {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making a new owner")?;
        let workspace = session.open_or_create().await?;
        let question = format!(
            "This makes a new owner for the instance {}; the present one is let in no more.",
            self.name
        );
        ask::insist(&question, self.yes)?;
        let recovered = workspace.recover_owner(&self.name).await?;
        session.show(&recovered, || told(&recovered))
    }
}

fn told(recovered: &RecoveredOwner) -> String {
    let known = if recovered.added {
        " It is in this home now."
    } else {
        ""
    };
    format!(
        "{0} has a new owner, which this home calls it as; the one of before is let in no more.{known}\nLook at who else \
         may call it with `butterfly credential list`, and host it with `butterfly instance start {0}`.",
        recovered.name
    )
}
