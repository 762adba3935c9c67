//! Opening the vault of a home, and choosing how a new one is locked.

use super::arguments::kept_path;
use super::ask;
use super::secrets;
use crate::protocol::Code;
use crate::workspace::{
    Failure, Home, SecretFile, Unlock, VAULT_KEY_FILE_VARIABLE, VAULT_PASSPHRASE_FILE_VARIABLE,
    VAULT_PASSPHRASE_VARIABLE, VaultLock, Workspace,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Tries at a prompt before giving up.
const TRIES: usize = 3;

/// Opens a home that has a vault; asks for the passphrase if nothing ambient gives one.
pub async fn open(home: &Home) -> Result<Arc<Workspace>, Failure> {
    if !home.has_vault() {
        return Err(Failure::new(
            Code::VaultLocked,
            format!("there is no vault in {} yet", home.root().display()),
            "make one with `butterfly vault init`, `butterfly instance init NAME` or `butterfly demo`",
        ));
    }
    match Workspace::open(home.clone(), Unlock::Ambient).await {
        Err(failure) if failure.code == Code::VaultLocked && home.needs_passphrase() => {}
        result => return result,
    }
    if !ask::is_possible() {
        return Err(Failure::new(
            Code::VaultLocked,
            format!(
                "the vault in {} needs its passphrase, and nobody can be asked",
                home.root().display()
            ),
            "set BUTTERFLY_VAULT_PASSPHRASE_FILE or BUTTERFLY_VAULT_PASSPHRASE, or run this on a terminal",
        ));
    }
    open_asking(home).await
}

async fn open_asking(home: &Home) -> Result<Arc<Workspace>, Failure> {
    let prompt = format!("Passphrase of the vault in {}: ", home.root().display());
    for attempt in 1.. {
        let passphrase = ask::passphrase(&prompt)?;
        match Workspace::open(home.clone(), Unlock::Passphrase(passphrase)).await {
            Err(failure) if failure.code == Code::VaultLocked && attempt < TRIES => {
                ask::tell(&failure.message);
            }
            result => return result,
        }
    }
    unreachable!("the last attempt returns")
}

/// Makes a home that is locked as the environment says, as a person chooses, or under a key file.
pub async fn create(home: &Home) -> Result<Arc<Workspace>, Failure> {
    let lock = lock_for_new_home(home)?;
    let is_unasked = matches!(lock, VaultLock::KeyFile(None)) && !ask::is_possible();
    let workspace = Workspace::create(home.clone(), lock).await?;
    if is_unasked {
        let key = home.root().join("vault.key");
        let _ = writeln!(
            std::io::stderr().lock(),
            "note: a new home; its vault is locked under the key file {}",
            key.display()
        );
    }
    Ok(workspace)
}

/// Opens a home; `make` makes it first, if there is none. Several verbs may begin in a new home at once: one of them makes
/// it, and the others open what it made.
pub async fn open_or<F>(home: &Home, make: impl FnOnce() -> F) -> Result<Arc<Workspace>, Failure>
where
    F: Future<Output = Result<Arc<Workspace>, Failure>>,
{
    if home.has_vault() {
        return open(home).await;
    }
    match make().await {
        Err(failure) if failure.code == Code::AlreadyExists && home.has_vault() => open(home).await,
        made => made,
    }
}

/// How a new home is locked: as the environment or `config.toml` says, else as a person chooses, else under a key
/// file.
pub fn lock_for_new_home(home: &Home) -> Result<VaultLock, Failure> {
    if let Some(lock) = lock_from_environment()? {
        return Ok(lock);
    }
    if let Some(lock) = home.named_lock()? {
        return Ok(lock);
    }
    if !ask::is_possible() {
        return Ok(VaultLock::KeyFile(None));
    }
    ask::tell(&format!(
        "A new home in {}. How shall its vault be locked?\n  \
         p  under a passphrase that you type each time\n  \
         k  under a key file in the home: nothing to type; who reads your files reads the vault\n  \
         o  in the keyring of the operating system: opens while you are logged in",
        home.root().display()
    ));
    loop {
        match ask::line("[p/k/o] ")?.as_str() {
            "p" => return ask::new_passphrase("New passphrase").map(VaultLock::Passphrase),
            "k" => return Ok(VaultLock::KeyFile(None)),
            "o" => return Ok(VaultLock::Keyring),
            _ => {}
        }
    }
}

/// As the environment or `config.toml` says, else under a key file: nobody is asked.
pub fn ambient_lock(home: &Home) -> Result<VaultLock, Failure> {
    if let Some(lock) = lock_from_environment()? {
        return Ok(lock);
    }
    if let Some(lock) = home.named_lock()? {
        return Ok(lock);
    }
    Ok(VaultLock::KeyFile(None))
}

/// What the variables that unlock a vault say of a new one, so that it opens again without a word.
pub fn lock_from_environment() -> Result<Option<VaultLock>, Failure> {
    if let Some(passphrase) = secrets::passphrase_from_environment(VAULT_PASSPHRASE_VARIABLE)? {
        return Ok(Some(VaultLock::Passphrase(passphrase)));
    }
    if let Some(path) = std::env::var_os(VAULT_PASSPHRASE_FILE_VARIABLE) {
        let passphrase = SecretFile::read_private(&PathBuf::from(path))?.passphrase()?;
        return Ok(Some(VaultLock::Passphrase(passphrase)));
    }
    let Some(path) = std::env::var_os(VAULT_KEY_FILE_VARIABLE) else {
        return Ok(None);
    };
    Ok(Some(VaultLock::KeyFile(Some(kept_path(Path::new(&path))?))))
}
