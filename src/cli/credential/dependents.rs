//! `butterfly credential dependents` and `reseal`: what hangs on a credential.

use super::home::open;
use crate::cli::inert::inert;
use crate::cli::outcome::Outcome;
use crate::cli::session::Session;
use crate::cli::words;
use crate::model::PointerAddress;
use crate::workspace::Dependent;
use clap::Args;
use serde_json::{Value, json};

/// Show what stops working without a credential.
#[derive(Debug, Args)]
pub struct Dependents {
    /// Its name.
    name: String,
}

/// Seal circuits anew that are sealed under a key which a held credential no longer has.
#[derive(Debug, Args)]
pub struct Reseal {
    /// Its name.
    name: String,
}

impl Dependents {
    pub async fn run(self, session: &Session) -> Outcome {
        let workspace = open(session, &self.name).await?;
        let found = workspace.dependents(&self.name).await?;
        session.show(&found, || match found.as_slice() {
            [] => "Nothing depends on it.".to_owned(),
            found => lines(found),
        })
    }
}

impl Reseal {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("sealing circuits anew")?;
        let workspace = open(session, &self.name).await?;
        let done = workspace.reseal_circuits(&self.name).await?;
        session.show(&json!({"resealed": resealed(&done)}), || match done.as_slice() {
            [] => "No circuit is sealed under an older key.".to_owned(),
            done => format!("Sealed anew:\n{}", resealed_lines(done)),
        })
    }
}

/// One line for each, indented.
pub fn lines(found: &[Dependent]) -> String {
    found
        .iter()
        .map(|dependent| format!("  {}", inert(&describe(dependent))))
        .collect::<Vec<_>>()
        .join("\n")
}

fn describe(dependent: &Dependent) -> String {
    match dependent {
        Dependent::Pointer {
            instance,
            address,
            description,
            route,
        } => format!("pointer {address} on {instance}, by {route}: {description}"),
        Dependent::Connection {
            instance,
            name,
            pointers,
            unharmed,
        } => {
            let relay = match pointers {
                0 => "nothing relays".to_owned(),
                1 => "one pointer relays".to_owned(),
                many => format!("{} pointers relay", words::count(*many)),
            };
            let others = match unharmed {
                0 => String::new(),
                1 => "; another pointer goes on".to_owned(),
                many => format!("; {} other pointers go on", words::count(*many)),
            };
            format!("connection {name} on {instance}, by which {relay}{others}")
        }
        Dependent::Caller {
            app_id,
            last_used: Some(at),
            uses,
        } => match uses {
            1 => format!(
                "{app_id}, which has made one call with it, at {}",
                words::moment(*at)
            ),
            _ => format!(
                "{app_id}, which has made {} calls with it, the last one {}",
                words::count(*uses),
                words::moment(*at)
            ),
        },
        Dependent::Caller { app_id, .. } => format!("{app_id}, which never called with it"),
        Dependent::Instance { name } => format!("calls of this console to {name}"),
    }
}

/// Circuits, for scripts.
pub fn resealed(circuits: &[(String, PointerAddress)]) -> Value {
    circuits
        .iter()
        .map(|(instance, pointer)| json!({"instance": instance, "pointer": pointer}))
        .collect()
}

/// Circuits, for people.
pub fn resealed_lines(circuits: &[(String, PointerAddress)]) -> String {
    circuits
        .iter()
        .map(|(instance, pointer)| format!("  {pointer} on {instance}"))
        .collect::<Vec<_>>()
        .join("\n")
}
