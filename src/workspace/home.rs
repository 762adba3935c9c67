//! The home: the folder with everything that a console keeps.

use super::config::Config;
use super::{Failure, Workspace, blocking};
use crate::protocol::Code;
use crate::seal::Passphrase;
use crate::vault::{Lock, LockKind, Vault};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The folder with everything that a console keeps (mode 0700).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

/// How the vault is locked when a home is made.
#[derive(Clone)]
pub enum VaultLock {
    /// Under a passphrase.
    Passphrase(Passphrase),
    /// Under a key file, which is made; inside the home as `vault.key` if no path is given.
    KeyFile(Option<PathBuf>),
}

/// How a vault that is there gets unlocked.
#[derive(Clone)]
pub enum Unlock {
    /// What `BUTTERFLY_VAULT_PASSPHRASE`, `BUTTERFLY_VAULT_PASSPHRASE_FILE`, `BUTTERFLY_VAULT_KEY_FILE` or `config.toml` say, in that order.
    Ambient,
    /// With this passphrase.
    Passphrase(Passphrase),
    /// With this key file.
    KeyFile(PathBuf),
}

impl Home {
    /// The home at `root`, which need not be there yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where a home is unless told otherwise: the platform's data folder.
    pub fn default_root() -> Result<PathBuf, Failure> {
        directories::ProjectDirs::from("", "", "butterfly")
            .map(|folders| folders.data_dir().to_owned())
            .ok_or_else(|| {
                Failure::new(
                    Code::FileFailed,
                    "this account has no home folder to keep things in",
                    "say where with `--home DIR` or BUTTERFLY_HOME",
                )
            })
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a vault is there.
    pub fn has_vault(&self) -> bool {
        Vault::exists(&self.root)
    }

    /// Whether unlocking needs a passphrase that nothing ambient gives: then a person must be asked.
    pub fn needs_passphrase(&self) -> bool {
        let is_passphrase = matches!(Vault::lock_kind(&self.root), Ok(LockKind::Passphrase));
        is_passphrase && matches!(ambient_passphrase(), Ok(None))
    }

    fn lock(&self, lock: VaultLock) -> Lock {
        match lock {
            VaultLock::Passphrase(passphrase) => Lock::Passphrase(passphrase),
            VaultLock::KeyFile(path) => Lock::KeyFile(path.unwrap_or_else(|| self.root.join("vault.key"))),
        }
    }

    /// What unlocks the vault without asking. A source for the other kind of lock is passed over: it is
    /// there for another home.
    fn ambient(&self, config: &Config, kind: LockKind) -> Result<Lock, Failure> {
        match kind {
            LockKind::Passphrase => ambient_passphrase()?.map(Lock::Passphrase).ok_or_else(|| {
                Failure::new(
                    Code::VaultLocked,
                    format!("the vault in {} is locked with a passphrase", self.root.display()),
                    "give it at the prompt, in BUTTERFLY_VAULT_PASSPHRASE, or in the file that BUTTERFLY_VAULT_PASSPHRASE_FILE names",
                )
            }),
            LockKind::KeyFile(recorded) => {
                let named = env::var_os("BUTTERFLY_VAULT_KEY_FILE").map(PathBuf::from);
                let path = named.or_else(|| config.key_file(&self.root)).unwrap_or(recorded);
                Ok(Lock::KeyFile(path))
            }
        }
    }
}

/// The passphrase that the environment gives, itself or by a file.
fn ambient_passphrase() -> Result<Option<Passphrase>, Failure> {
    let unusable = |source: &str, reason: &str| {
        Failure::new(
            Code::VaultLocked,
            format!("{source} gives no passphrase: {reason}"),
            "set it right, or unset it to be asked",
        )
    };
    if let Some(text) = env::var_os("BUTTERFLY_VAULT_PASSPHRASE") {
        let source = "BUTTERFLY_VAULT_PASSPHRASE";
        let text = Zeroizing::new(
            text.into_string()
                .map_err(|_| unusable(source, "it is not UTF-8"))?,
        );
        let passphrase = Passphrase::parse(&text).map_err(|_| unusable(source, "it is empty"))?;
        return Ok(Some(passphrase));
    }
    let Some(path) = env::var_os("BUTTERFLY_VAULT_PASSPHRASE_FILE").map(PathBuf::from) else {
        return Ok(None);
    };
    let source = path.display().to_string();
    let text = std::fs::read_to_string(&path)
        .map(Zeroizing::new)
        .map_err(|error| unusable(&source, &error.to_string()))?;
    Passphrase::parse(text.trim_end_matches(['\r', '\n']))
        .map(Some)
        .map_err(|_| unusable(&source, "it is empty"))
}

impl Workspace {
    /// Makes the home's folder and vault, and opens it.
    pub async fn create(home: Home, lock: VaultLock) -> Result<Arc<Self>, Failure> {
        blocking(move || {
            let vault = Vault::create(&home.root, &home.lock(lock))?;
            let config = Config::read(&home.root)?;
            Ok(Self::around(home, vault, &config))
        })
        .await
    }

    /// Opens a home that has a vault.
    pub async fn open(home: Home, unlock: Unlock) -> Result<Arc<Self>, Failure> {
        blocking(move || {
            let config = Config::read(&home.root)?;
            let vault = Vault::open_by(&home.root, |kind| match unlock {
                Unlock::Ambient => home.ambient(&config, kind),
                Unlock::Passphrase(passphrase) => Ok(Lock::Passphrase(passphrase)),
                Unlock::KeyFile(path) => Ok(Lock::KeyFile(path)),
            })?;
            Ok(Self::around(home, vault, &config))
        })
        .await
    }

    /// The home.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// A number that changes whenever something in the vault changes, whoever changed it (another console too).
    pub async fn change_number(&self) -> Result<u64, Failure> {
        self.in_vault(Vault::change_number).await
    }

    /// Locks the vault differently from now on; nothing in it is sealed anew.
    pub async fn change_lock(&self, lock: VaultLock) -> Result<(), Failure> {
        let lock = self.home.lock(lock);
        self.in_vault(move |vault| vault.change_lock(&lock)).await
    }

    /// A remembered setting of the console (layout, theme), as JSON text.
    pub async fn preference(&self, name: &str) -> Result<Option<String>, Failure> {
        let name = name.to_owned();
        self.in_vault(move |vault| vault.preference(&name)).await
    }

    /// Remembers a setting.
    pub async fn set_preference(&self, name: &str, value: &str) -> Result<(), Failure> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.in_vault(move |vault| vault.set_preference(&name, &value))
            .await
    }

    /// Stops every instance that this process hosts; nothing acknowledged is lost.
    pub async fn shutdown(&self) {
        self.hosts.stop_all().await;
    }
}
