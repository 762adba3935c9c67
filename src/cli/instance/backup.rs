//! `butterfly instance backup` and `butterfly instance restore`.

use super::super::arguments::absolute;
use super::super::ask;
use super::super::outcome::Outcome;
use super::super::secrets::passphrase_from_environment;
use super::super::session::Session;
use super::super::signal::until_signal;
use super::super::words;
use crate::model::InstanceName;
use crate::protocol::Code;
use crate::workspace::{self, BackupSeal, Failure, Opener, Restored, SecretFile, StopSign, path_text};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// The variable that may hold the words of a backup.
const WORDS_VARIABLE: &str = "BUTTERFLY_EXPORT_PASSPHRASE";

/// Write everything that a local instance keeps into one sealed file, while it runs or while it does not.
///
/// In it are the pointers, domains and connections, the credentials that it issued and holds, its audit trail, its
/// settings and its keys, as they were at one moment. The file opens with words which are shown once, or, with
/// --to, with the secret key of an age recipient: that way a timer can make backups and cannot open them. That a
/// backup is made is on record on the instance.
#[derive(Debug, Args)]
pub struct Backup {
    /// The instance's name in this home.
    name: InstanceName,
    /// The file to write. It must not be there yet.
    file: PathBuf,
    /// Seal it to this recipient (`age1…`, of `age-keygen`) instead of under words.
    #[arg(long, value_name = "RECIPIENT")]
    to: Option<String>,
}

/// Make a local instance of a backup; it must be stopped if it is there.
///
/// The instance is made beside and checked from one end to the other before it comes to its place. It is as it was
/// when the backup was made: credentials that were revoked since are answered again, credentials and rotations made
/// since are unknown, and its audit trail ends where it ended then, which peers that kept a later end of it will
/// notice. That it was restored is on record as the next thing. Calls that the replaced one took are not taken again. The
/// key of the instance comes into its folder; where the one that is replaced has the same key in another file or in a
/// variable, it stays there. A certificate that instance.toml names outside the instance's folder is not in the backup: it
/// must be there before the instance is hosted.
#[derive(Debug, Args)]
pub struct Restore {
    /// What the instance is called in this home.
    name: InstanceName,
    /// The file that `instance backup` wrote.
    file: PathBuf,
    /// The file that holds its words; else BUTTERFLY_EXPORT_PASSPHRASE, or a prompt.
    #[arg(long, value_name = "FILE", conflicts_with = "identity_file")]
    words_file: Option<PathBuf>,
    /// The file that holds the secret key of the recipient that it was made for (`AGE-SECRET-KEY-1…`).
    #[arg(long, value_name = "FILE")]
    identity_file: Option<PathBuf>,
    /// Replace the instance of this name; the one that is there is kept aside.
    #[arg(long)]
    force: bool,
}

impl Backup {
    pub async fn run(self, session: &Session) -> Outcome {
        let file = absolute(&self.file)?;
        let seal = match &self.to {
            Some(recipient) => BackupSeal::Recipient(recipient.clone()),
            None => BackupSeal::Words,
        };
        let workspace = session.open_for(self.name.as_str()).await?;
        let stop = StopSign::default();
        let backup = workspace.backup_instance(self.name.as_str(), &file, seal, &stop);
        let made = until_signal(&stop, backup).await?;
        let value = json!({
            "id": made.of.id,
            "instance": made.of.name,
            "instance_id": made.of.instance_id,
            "made_at": made.of.made_at,
            "file": path_text(&made.file),
            "bytes": made.bytes,
            "recipient": self.to,
            "passphrase": made.words.as_ref().map(|words| words.expose_text()),
        });
        session.show(&value, || described(&made, self.to.as_deref()))?;
        if made.lacks_certificate && !session.is_json() {
            session.note(
                "Not in it: the TLS certificate and key that instance.toml names outside the instance's folder.",
            );
        }
        Ok(())
    }
}

fn described(made: &workspace::Backup, recipient: Option<&str>) -> String {
    let mut text = format!(
        "{} is backed up in {} ({} bytes), as {}.",
        made.of.name,
        made.file.display(),
        words::count(made.bytes),
        made.of.id,
    );
    match (&made.words, recipient) {
        (Some(words), _) => text.push_str(&format!(
            " It opens with these words, which are shown only now; keep them elsewhere:\n\n  {}",
            words.expose_text()
        )),
        (None, Some(recipient)) => text.push_str(&format!(" The secret key of {recipient} opens it.")),
        (None, None) => {}
    }
    text
}

impl Restore {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("restoring an instance")?;
        let opener = self.opener()?;
        let file = absolute(&self.file)?;
        let workspace = session.open_or_create().await?;
        let restored = workspace
            .restore_instance(&self.name, &file, opener, self.force)
            .await?;
        session.show(&restored, || session.here(&told(&restored)))
    }

    fn opener(&self) -> Outcome<Opener> {
        if let Some(file) = &self.identity_file {
            return Ok(SecretFile::read_private(file)?.age_key()?);
        }
        let words = match &self.words_file {
            Some(file) => Some(SecretFile::read(file)?.passphrase()?),
            None => passphrase_from_environment(WORDS_VARIABLE)?,
        };
        let words = match words {
            Some(words) => words,
            None if ask::is_possible() => ask::passphrase("Words of the backup: ")?,
            None => {
                let failure = Failure::new(
                    Code::CannotOpen,
                    "the backup needs its words, and nobody can be asked",
                    format!("give --words-file or --identity-file, or set {WORDS_VARIABLE}"),
                );
                return Err(failure.into());
            }
        };
        Ok(Opener::Words(words))
    }
}

fn told(restored: &Restored) -> String {
    format!(
        "{0} is restored from {1} of {2}. {3}\nHost it with `butterfly instance start {0}` or `butterfly serve {0}`.",
        restored.name,
        restored.backup.id,
        words::moment(restored.backup.made_at),
        restored.remarks().join("\n"),
    )
}
