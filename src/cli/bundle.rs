//! `butterfly handshake inspect` and `accept`: a bundle that somebody sent.

use super::arguments::read_file;
use super::ask;
use super::offer::describe_grant;
use super::outcome::Outcome;
use super::secrets::{SecretFile, passphrase_from_environment};
use super::session::Session;
use super::table::pairs;
use crate::model::{Grant, InstanceName};
use crate::protocol::Code;
use crate::seal::Passphrase;
use crate::workspace::{AcceptRequest, Accepted, Failure, Received, Workspace};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// The variable that may hold a bundle's passphrase.
const PASSPHRASE_VARIABLE: &str = "BUTTERFLY_BUNDLE_PASSPHRASE";

/// Look into a bundle without keeping anything.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The bundle's file; - for stdin.
    file: PathBuf,
    /// The file that holds its passphrase; else BUTTERFLY_BUNDLE_PASSPHRASE. Without it, only the outside is seen.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Open a bundle that somebody sent and keep its credentials.
#[derive(Debug, Args)]
pub struct Accept {
    /// The bundle's file; - for stdin.
    file: PathBuf,
    /// The file that holds its passphrase; else BUTTERFLY_BUNDLE_PASSPHRASE, or a prompt.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// What to call the remote in this home; what the bundle proposes unless told.
    #[arg(long)]
    name: Option<InstanceName>,
    /// The instance of ours that shall relay with the bundle's instance credential.
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
}

impl Inspect {
    pub async fn run(self, session: &Session) -> Outcome {
        let bundle = read_file(&self.file)?;
        let passphrase = given_passphrase(self.passphrase_file)?;
        let seen = Workspace::inspect_bundle(&bundle, passphrase.as_ref()).await?;
        session.show(&seen, || describe(&seen))?;
        if passphrase.is_none() && !session.is_json() {
            session.note("Give its passphrase to see what it offers.");
        }
        Ok(())
    }
}

impl Accept {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("accepting a credential")?;
        let bundle = read_file(&self.file)?;
        let passphrase = match given_passphrase(self.passphrase_file)? {
            Some(passphrase) => passphrase,
            None if ask::is_possible() => ask::passphrase("Passphrase of the bundle: ")?,
            None => {
                let failure = Failure::new(
                    Code::CannotOpen,
                    "the bundle needs its passphrase, and nobody can be asked",
                    format!("give --passphrase-file, or set {PASSPHRASE_VARIABLE}"),
                );
                return Err(failure.into());
            }
        };
        if let Some(instance) = &self.instance {
            session.open_for(instance.as_str()).await?;
        } else if !session.home().has_vault() {
            // A bundle that does not open is no reason to make a home.
            Workspace::inspect_bundle(&bundle, Some(&passphrase)).await?;
        }
        let workspace = session.open_or_create().await?;
        let accepted = workspace
            .accept(AcceptRequest {
                received: Received::Passphrase { bundle, passphrase },
                name: self.name,
                instance: self.instance,
            })
            .await?;
        session.show(&accepted, || explain(&accepted))
    }
}

fn given_passphrase(file: Option<PathBuf>) -> Result<Option<Passphrase>, Failure> {
    match file {
        Some(path) => SecretFile::read(&path)?.passphrase().map(Some),
        None => passphrase_from_environment(PASSPHRASE_VARIABLE),
    }
}

/// What a bundle offers, from what the workspace says of it.
fn describe(seen: &Value) -> String {
    let Some(credentials) = seen["credentials"].as_array() else {
        return pairs([
            ("sealed", Some("yes, under a passphrase".to_owned())),
            ("bytes", Some(seen["outside"]["size"].to_string())),
        ]);
    };
    let words = seen["words"].as_array().map(|words| {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        words.join(" ")
    });
    let member = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let mut text = pairs([
        ("instance", member(&seen["instance"], "name")),
        ("instance id", member(&seen["instance"], "id")),
        ("endpoint", member(seen, "endpoint")),
        ("profile", member(seen, "profile")),
        ("offered", member(seen, "offered_at")),
        ("expires", member(seen, "expires_at")),
        ("words", words),
    ]);
    for credential in credentials {
        let grant = serde_json::from_value::<Grant>(credential["grant"].clone());
        text.push('\n');
        text.push_str(&pairs([
            ("for", member(credential, "holder")),
            ("called as", member(credential, "app_id")),
            ("lease ends", member(credential, "lease_ends")),
        ]));
        if let Ok(grant) = grant {
            text.push_str(&describe_grant(&grant));
            text.push('\n');
        }
    }
    text
}

fn explain(accepted: &Accepted) -> String {
    let mut text = pairs([
        ("remote", Some(accepted.remote.to_string())),
        ("called as", Some(accepted.app_id.to_string())),
        ("state", Some(accepted.state.to_string())),
        ("credentials", Some(accepted.credentials.join(", "))),
        (
            "connection",
            accepted.connection_id.as_ref().map(ToString::to_string),
        ),
        ("words", Some(accepted.words.join(" "))),
    ]);
    text.push_str(&format!(
        "\nCompare the seven words with whoever sent the bundle, over the phone: if they differ, somebody is in\n\
         between, and `butterfly credential revoke` forgets it again.\n\
         See whether it works: butterfly instance probe {}",
        accepted.remote
    ));
    text
}
