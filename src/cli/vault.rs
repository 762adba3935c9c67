//! `butterfly vault …`: the console's own database, and what unlocks it.

use super::ask;
use super::outcome::{Outcome, usage};
use super::secrets::SecretFile;
use super::session::{Session, absolute};
use super::table::pairs;
use super::unlock;
use crate::protocol::Code;
use crate::workspace::{Failure, VaultLock, Workspace};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Make the vault, see how it is locked, lock it differently.
#[derive(Debug, Subcommand)]
pub enum Vault {
    /// Make the vault of a new home.
    Init(Lock),
    /// Say whether there is a vault, and whether it opens without a question.
    Status,
    /// Lock the vault differently from now on: another passphrase, or a key file.
    Passphrase(Lock),
}

/// How the vault is locked.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Lock {
    /// Under a passphrase that is asked for.
    #[arg(long)]
    passphrase: bool,
    /// Under the passphrase in this file.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Under a key file, which is made; in the home unless a path is given.
    #[arg(long, value_name = "PATH", num_args = 0..=1)]
    key_file: Option<Option<PathBuf>>,
}

impl Vault {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Init(lock) => init(session, lock).await,
            Self::Status => status(session),
            Self::Passphrase(lock) => change(session, lock).await,
        }
    }
}

async fn init(session: &Session, lock: Lock) -> Outcome {
    session.permit("making a vault")?;
    let home = session.home();
    if home.has_vault() {
        let failure = Failure::new(
            Code::AlreadyExists,
            format!("there is a vault in {} already", home.root().display()),
            "lock it differently with `butterfly vault passphrase`, or choose another --home",
        );
        return Err(failure.into());
    }
    let chosen = match (lock.passphrase, unlock::lock_from_environment()?) {
        // What will unlock it may as well lock it now.
        (true, Some(VaultLock::Passphrase(passphrase))) => Some(VaultLock::Passphrase(passphrase)),
        _ => lock.chosen("Passphrase of the new vault")?,
    };
    match chosen {
        Some(lock) => Workspace::create(home.clone(), lock).await?,
        None => unlock::create(home).await?,
    };
    session.show(&json!({"home": home.root(), "vault": true}), || {
        format!("The vault in {} is made.", home.root().display())
    })
}

fn status(session: &Session) -> Outcome {
    let home = session.home();
    let has_vault = home.has_vault();
    let needs_passphrase = has_vault && home.needs_passphrase();
    let value = json!({"home": home.root(), "vault": has_vault, "needs_passphrase": needs_passphrase});
    session.show(&value, || {
        let vault = match (has_vault, needs_passphrase) {
            (false, _) => "none yet; make one with `butterfly vault init`",
            (true, true) => "locked; asks for its passphrase",
            (true, false) => "opens without a question (key file or environment)",
        };
        pairs([
            ("home", Some(home.root().display().to_string())),
            ("vault", Some(vault.to_owned())),
        ])
    })
}

async fn change(session: &Session, lock: Lock) -> Outcome {
    session.permit("locking the vault differently")?;
    let workspace = session.open().await?;
    let lock = match lock.chosen("New passphrase of the vault")? {
        Some(lock) => lock,
        None => ask_passphrase("New passphrase of the vault")?,
    };
    workspace.change_lock(lock).await?;
    session.show(&json!({"home": session.home().root(), "changed": true}), || {
        "The vault is locked differently from now on; nothing in it was sealed anew.".to_owned()
    })
}

impl Lock {
    fn chosen(self, prompt: &str) -> Outcome<Option<VaultLock>> {
        if let Some(path) = self.key_file {
            let path = path.map(|path| absolute(&path)).transpose()?;
            return Ok(Some(VaultLock::KeyFile(path)));
        }
        if let Some(path) = self.passphrase_file {
            let passphrase = SecretFile::read(&path)?.passphrase()?;
            return Ok(Some(VaultLock::Passphrase(passphrase)));
        }
        if !self.passphrase {
            return Ok(None);
        }
        ask_passphrase(prompt).map(Some)
    }
}

fn ask_passphrase(prompt: &str) -> Outcome<VaultLock> {
    if !ask::is_possible() {
        return Err(usage(
            "a passphrase is asked for, and nobody can answer",
            "give --passphrase-file FILE, or --key-file [PATH]",
        ));
    }
    Ok(ask::new_passphrase(prompt).map(VaultLock::Passphrase)?)
}
