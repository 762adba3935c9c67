//! `butterfly instance recover-owner`.

use super::super::ask;
use super::super::outcome::Outcome;
use super::super::session::Session;
use crate::model::InstanceName;
use crate::workspace::RecoveredOwner;
use clap::Args;

/// Make a new owner for local instances whose owner's credential is lost; they must be stopped.
///
/// For a home whose vault is gone, a folder that came from elsewhere, or an owner's credential that somebody else may
/// have: its keys of before open nothing any more. Whoever can write the instance's folder can do this, so it asks
/// for no credential; it is put on record on the instance. All other credentials stay as they are. `butterfly
/// instance list` says which folders this home does not know.
#[derive(Debug, Args)]
pub struct RecoverOwner {
    /// The instances' names: those of their folders under `instances` in this home.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<InstanceName>,
    /// Do not ask; where nobody can be asked, it is not done without this.
    #[arg(short, long)]
    yes: bool,
}

impl RecoverOwner {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making a new owner")?;
        let workspace = session.open_or_create().await?;
        let names: Vec<_> = self.names.iter().map(InstanceName::as_str).collect();
        let (instances, is) = match names.as_slice() {
            [_] => ("the instance", "one is"),
            _ => ("each of the instances", "ones are"),
        };
        let question = format!(
            "This makes a new owner for {instances} {}; the present {is} let in no more.",
            names.join(", ")
        );
        ask::insist(&question, self.yes)?;
        let mut recovered = Vec::new();
        for name in &self.names {
            match workspace.recover_owner(name).await {
                Ok(one) => recovered.push(one),
                Err(failure) => {
                    // What is done stays done.
                    recovered.iter().for_each(|done| session.note(&told(done)));
                    return Err(failure.into());
                }
            }
        }
        match recovered.as_slice() {
            [one] => session.show(one, || session.here(&told(one))),
            several => session.show(&several, || {
                session.here(&several.iter().map(told).collect::<Vec<_>>().join("\n"))
            }),
        }
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
