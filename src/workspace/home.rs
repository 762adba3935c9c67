//! The home: the folder with everything that a console keeps.

use super::compose::QueryFolder;
use super::config::{Config, ConsoleConfig};
use super::{Failure, Workspace, blocking, in_a_moment};
use crate::protocol::Code;
use crate::seal::{Passphrase, private};
use crate::vault::{Keyring, Lock, LockKind, Vault};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// The environment variable with the passphrase of a vault.
pub const VAULT_PASSPHRASE_VARIABLE: &str = "BUTTERFLY_VAULT_PASSPHRASE";
/// The one that names a file with it.
pub const VAULT_PASSPHRASE_FILE_VARIABLE: &str = "BUTTERFLY_VAULT_PASSPHRASE_FILE";
/// The one that names the key file of a vault.
pub const VAULT_KEY_FILE_VARIABLE: &str = "BUTTERFLY_VAULT_KEY_FILE";

/// The folder with everything that a console keeps (mode 0700).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
    read_only: bool,
}

/// How the vault is locked when a home is made.
#[derive(Clone)]
pub enum VaultLock {
    /// Under a passphrase.
    Passphrase(Passphrase),
    /// Under a key file, which is made; inside the home as `vault.key` if no path is given.
    KeyFile(Option<PathBuf>),
    /// Under a key in the keyring of the operating system.
    Keyring,
    /// Under the key in this environment variable.
    Variable(String),
}

impl VaultLock {
    /// What it is called.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Passphrase(_) => "a passphrase",
            Self::KeyFile(_) => "a key file",
            Self::Keyring => "the keyring",
            Self::Variable(_) => "a key in a variable",
        }
    }
}

/// How a vault that is there gets unlocked.
#[derive(Clone)]
pub enum Unlock {
    /// What `BUTTERFLY_VAULT_PASSPHRASE`, `BUTTERFLY_VAULT_PASSPHRASE_FILE`, `BUTTERFLY_VAULT_KEY_FILE` or `config.toml` say, in that order; or the
    /// keyring, where it is locked by that.
    Ambient,
    /// With this passphrase.
    Passphrase(Passphrase),
    /// With this key file.
    KeyFile(PathBuf),
}

impl Home {
    /// The home at `root`, which need not be there yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            read_only: false,
        }
    }

    /// The same home, through which nothing is to be changed: neither on any instance nor of what a person keeps here
    /// beside the log. Whoever opens it gets it so.
    pub fn only_read(self, read_only: bool) -> Self {
        Self { read_only, ..self }
    }

    /// Whether nothing is to be changed through it.
    pub(super) fn is_read_only(&self) -> bool {
        self.read_only
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

    /// How the vault is locked. Opens nothing.
    pub fn lock_kind(&self) -> Result<LockKind, Failure> {
        Ok(Vault::lock_kind(&self.root)?)
    }

    /// What `config.toml` says of how a new vault is locked: under the key in a variable, or in the keyring of the
    /// operating system.
    pub fn named_lock(&self) -> Result<Option<VaultLock>, Failure> {
        let config = Config::read(&self.root)?;
        if let Some(name) = config.key_variable() {
            return Ok(Some(VaultLock::Variable(name.to_owned())));
        }
        Ok(config.is_keyring_named().then_some(VaultLock::Keyring))
    }

    /// After how long without a key the console locks the vault; none for never.
    pub fn idle_lock(&self) -> Result<Option<Duration>, Failure> {
        Ok(Config::read(&self.root)?.idle_lock())
    }

    /// What `config.toml` says of the console.
    pub fn console_config(&self) -> Result<ConsoleConfig, Failure> {
        Ok(Config::read(&self.root)?.console())
    }

    /// The folders whose files hold queries: the home's own, and those that `config.toml` names.
    pub(super) fn query_folders(&self) -> Result<Vec<QueryFolder>, Failure> {
        let own = QueryFolder {
            path: self.root.join("queries"),
            is_named: false,
        };
        let named = Config::read(&self.root)?.query_folders(&self.root).into_iter();
        let named = named.map(|path| QueryFolder { path, is_named: true });
        Ok(std::iter::once(own).chain(named).collect())
    }

    /// What locks the vault from now on. A key that `config.toml` names is the one that will open it: a vault that is
    /// locked under another one would open no more.
    pub(super) fn lock(&self, lock: VaultLock) -> Result<Lock, Failure> {
        let config = Config::read(&self.root)?;
        Ok(match lock {
            VaultLock::Passphrase(passphrase) => Lock::Passphrase(passphrase),
            VaultLock::KeyFile(path) => {
                let named = config.key_file(&self.root);
                let usual = named.clone().unwrap_or_else(|| self.root.join("vault.key"));
                let path = path.unwrap_or(usual);
                if let Some(named) = named.filter(|named| !is_same_place(named, &path)) {
                    let (named, wanted) = (named.display().to_string(), path.display().to_string());
                    return Err(self.opens_otherwise("key_file", &named, &wanted));
                }
                Lock::KeyFile(path)
            }
            VaultLock::Keyring => Lock::Keyring(Keyring::of_the_system()?),
            VaultLock::Variable(name) => {
                if let Some(named) = config.key_variable().filter(|named| *named != name) {
                    return Err(self.opens_otherwise("key", named, &name));
                }
                Lock::Variable(name)
            }
        })
    }

    fn opens_otherwise(&self, line: &str, named: &str, wanted: &str) -> Failure {
        Failure::new(
            Code::AlreadyExists,
            format!(
                "`{line}` under [vault] in {} names {named}, with which the vault would not open once it is locked under {wanted}",
                self.root.join("config.toml").display()
            ),
            format!(
                "name {wanted} in that line or take the line away, then try again; where the vault is opened with what it \
                 names now, say so for this one command in {VAULT_KEY_FILE_VARIABLE}"
            ),
        )
    }

    /// What unlocks a vault that is locked this way.
    pub(super) fn key_to(&self, kind: LockKind, unlock: Unlock) -> Result<Lock, Failure> {
        match unlock {
            Unlock::Ambient => self.ambient(&Config::read(&self.root)?, kind),
            Unlock::Passphrase(passphrase) => Ok(Lock::Passphrase(passphrase)),
            Unlock::KeyFile(path) => Ok(Lock::KeyFile(path)),
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
                let named = env::var_os(VAULT_KEY_FILE_VARIABLE).map(PathBuf::from);
                let path = named.or_else(|| config.key_file(&self.root)).unwrap_or(recorded);
                Ok(Lock::KeyFile(path))
            }
            LockKind::Keyring => Ok(Lock::Keyring(Keyring::of_the_system()?)),
            LockKind::Variable(recorded) => {
                let named = config.key_variable().map(str::to_owned);
                Ok(Lock::Variable(named.unwrap_or(recorded)))
            }
        }
    }
}

/// Whether two paths lead to one file, which need not be there yet.
pub(super) fn is_same_place(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        folder.map_or_else(
            || path.to_owned(),
            |folder| folder.join(path.file_name().unwrap_or_default()),
        )
    };
    place(one) == place(other)
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
    if let Some(text) = env::var_os(VAULT_PASSPHRASE_VARIABLE) {
        let source = VAULT_PASSPHRASE_VARIABLE;
        let text = Zeroizing::new(
            text.into_string()
                .map_err(|_| unusable(source, "it is not UTF-8"))?,
        );
        let passphrase = Passphrase::parse(&text).map_err(|_| unusable(source, "it is empty"))?;
        return Ok(Some(passphrase));
    }
    let Some(path) = env::var_os(VAULT_PASSPHRASE_FILE_VARIABLE).map(PathBuf::from) else {
        return Ok(None);
    };
    let source = path.display().to_string();
    check_not_loose(&path)?;
    let text = std::fs::read_to_string(&path)
        .map(Zeroizing::new)
        .map_err(|error| unusable(&source, &error.to_string()))?;
    Passphrase::parse(text.trim_end_matches(['\r', '\n']))
        .map(Some)
        .map_err(|_| unusable(&source, "it is empty"))
}

/// Refuses a file with a secret that group or others may get at. What is no plain file (a pipe, say) is between
/// whoever made it and us.
pub fn check_not_loose(path: &Path) -> Result<(), Failure> {
    let is_loose = std::fs::metadata(path)
        .is_ok_and(|about| about.is_file() && private::open_to_others(&about).is_some());
    if !is_loose {
        return Ok(());
    }
    Err(Failure::new(
        Code::FileFailed,
        format!("{}: others may read it", path.display()),
        "make it private with `chmod 600`",
    ))
}

impl Workspace {
    /// Makes the home's folder and vault, and opens it.
    pub async fn create(home: Home, lock: VaultLock) -> Result<Arc<Self>, Failure> {
        blocking(move || {
            let vault = Vault::create(&home.root, &home.lock(lock)?)?;
            let config = Config::read(&home.root)?;
            Ok(Self::around(home, vault, &config))
        })
        .await
    }

    /// Opens a home that has a vault.
    pub async fn open(home: Home, unlock: Unlock) -> Result<Arc<Self>, Failure> {
        in_a_moment(move || {
            let config = Config::read(&home.root)?;
            let vault = Vault::open_by(&home.root, |kind| home.key_to(kind, unlock))?;
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
        let home = self.home.clone();
        let lock = blocking(move || home.lock(lock)).await?;
        self.in_vault(move |vault| vault.change_lock(&lock)).await
    }

    /// Whether the vault's key as an older lock sealed it may still be found beside the vault, because somebody was reading
    /// when the lock was changed. The next write or command takes it out, once nobody is in the way.
    pub fn keeps_old_lock(&self) -> bool {
        self.vault.keeps_old_lock()
    }

    /// Every remembered setting whose name begins like this, with its name.
    pub async fn preferences(&self, prefix: &str) -> Result<Vec<(String, String)>, Failure> {
        let prefix = prefix.to_owned();
        self.in_vault(move |vault| vault.preferences(&prefix)).await
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
