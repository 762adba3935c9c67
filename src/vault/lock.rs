//! What stands between a person and the data key: a passphrase under argon2id, a key file, or a key in the
//! keyring of the operating system.

use super::{Keyring, VaultError, files};
use crate::seal::{DataKey, Passphrase, RootKey, random, row};
use argon2::{Algorithm, Argon2, Params, Version};
use rusqlite::{Connection, OptionalExtension, params};
use std::env::VarError;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// 64 MiB, three passes: about a tenth of a second for us, too much for trying passphrases in bulk (RFC 9106 section 4).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// What a damaged row may ask of our memory at most: 1 GiB.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;

/// The kind of lock whose key is in an environment variable.
const VARIABLE: &str = "key_variable";

/// How the data key is sealed.
#[derive(Clone)]
pub enum Lock {
    /// Under a passphrase.
    Passphrase(Passphrase),
    /// Under a key file; made if it is not there.
    KeyFile(PathBuf),
    /// Under a key in this keyring.
    Keyring(Keyring),
    /// Under the key in this environment variable.
    Variable(String),
}

/// How a vault is locked, without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockKind {
    /// By a passphrase.
    Passphrase,
    /// By a key file: where it was when the lock was made.
    KeyFile(PathBuf),
    /// By a key in the keyring of the operating system.
    Keyring,
    /// By a key in an environment variable: which it was when the lock was made.
    Variable(String),
}

impl LockKind {
    /// What it is called.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::KeyFile(_) => "key file",
            Self::Keyring => "keyring",
            Self::Variable(_) => "key variable",
        }
    }
}

/// The row that holds the sealed data key.
pub(super) struct LockRow {
    kind: String,
    salt: Vec<u8>,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    key_file: Option<String>,
    /// The vault's name in the keyring, or the variable's.
    account: Option<String>,
    sealed_key: Vec<u8>,
}

impl Lock {
    /// Whether it is a key file that is there and gives no key: it is cut short, say, or others may read it.
    pub fn is_damaged_key_file(&self) -> bool {
        matches!(self, Self::KeyFile(path) if path.exists() && files::read_key_file(path).is_err())
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Passphrase(_) => "passphrase",
            Self::KeyFile(_) => "key_file",
            Self::Keyring(_) => "keyring",
            Self::Variable(_) => VARIABLE,
        }
    }
}

impl LockRow {
    /// Seals the data key.
    pub(super) fn seal(data_key: &DataKey, lock: &Lock) -> Result<Self, VaultError> {
        let mut made = Self {
            kind: lock.word().to_owned(),
            salt: Vec::new(),
            memory_kib: 0,
            passes: 0,
            lanes: 0,
            key_file: None,
            account: None,
            sealed_key: Vec::new(),
        };
        let key = match lock {
            Lock::Passphrase(passphrase) => {
                made.salt = random::bytes::<16>().to_vec();
                (made.memory_kib, made.passes, made.lanes) = (MEMORY_KIB, PASSES, LANES);
                made.stretch(passphrase)?
            }
            Lock::KeyFile(path) => {
                let place = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                made.key_file = Some(place.display().to_string());
                files::make_key_file(path)?
            }
            Lock::Keyring(keyring) => {
                // A name of its own each time: what another lock of this vault left there is never written over.
                let account = random::vault_id();
                let key = DataKey::generate();
                keyring.keep(&account, &key)?;
                made.account = Some(account);
                key
            }
            Lock::Variable(name) => {
                made.account = Some(name.clone());
                key_in_variable(name)?
            }
        };
        made.sealed_key = row::seal(&key, &made.identity(), data_key.expose_bytes());
        Ok(made)
    }

    /// Opens the data key.
    pub(super) fn open(&self, lock: &Lock, vault: &Path) -> Result<DataKey, VaultError> {
        let (key, wrong) = match (lock, self.kind.as_str()) {
            (Lock::Passphrase(passphrase), "passphrase") => (
                self.stretch(passphrase)?,
                VaultError::WrongPassphrase(vault.to_owned()),
            ),
            (Lock::KeyFile(path), "key_file") => (
                files::read_key_file(path)?,
                VaultError::WrongKeyFile {
                    key_file: path.clone(),
                    vault: vault.to_owned(),
                },
            ),
            (Lock::Keyring(keyring), "keyring") => {
                let account = self.account.as_deref().unwrap_or_default();
                (
                    keyring.key(account, vault)?,
                    VaultError::WrongKeyring(vault.to_owned()),
                )
            }
            (Lock::Variable(name), VARIABLE) => (
                key_in_variable(name)?,
                VaultError::WrongKeyVariable {
                    name: name.clone(),
                    vault: vault.to_owned(),
                },
            ),
            _ => {
                return Err(VaultError::OtherLock {
                    path: vault.to_owned(),
                    kind: self.words(),
                });
            }
        };
        let opened = row::open(&key, &self.identity(), &self.sealed_key).map_err(|_| wrong)?;
        let bytes: [u8; 32] = opened.as_slice().try_into().map_err(|_| VaultError::Tampered {
            what: "the data key".to_owned(),
        })?;
        Ok(DataKey::from_bytes(*Zeroizing::new(bytes)))
    }

    /// Takes what it has in the keyring out of it, now that it locks nothing any more.
    pub(super) fn forget(&self) {
        if self.account.is_none() || self.kind == VARIABLE {
            return;
        }
        match Keyring::of_the_system() {
            Ok(keyring) => self.forget_in(&Lock::Keyring(keyring)),
            Err(error) => tracing::warn!(%error, "an old key of the vault stays in the keyring"),
        }
    }

    /// The same, in the keyring of this lock.
    pub(super) fn forget_in(&self, lock: &Lock) {
        let (Some(account), Lock::Keyring(keyring)) = (&self.account, lock) else {
            return;
        };
        if let Err(error) = keyring.forget(account) {
            tracing::warn!(%error, "an old key of the vault stays in the keyring");
        }
    }

    /// The kind and everything that the stretching depends on: a weaker setting cannot be slipped in.
    fn identity(&self) -> Vec<u8> {
        let mut identity = format!(
            "butterfly vault data key v1 {} {} {} {} ",
            self.kind, self.memory_kib, self.passes, self.lanes
        )
        .into_bytes();
        identity.extend_from_slice(&self.salt);
        identity
    }

    fn stretch(&self, passphrase: &Passphrase) -> Result<DataKey, VaultError> {
        let damaged = || VaultError::Tampered {
            what: "the lock".to_owned(),
        };
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > 64 || self.lanes > 64 {
            return Err(damaged());
        }
        let params =
            Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(|_| damaged())?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_text().as_bytes(), &self.salt, &mut *key)
            .map_err(|_| damaged())?;
        Ok(DataKey::from_bytes(*key))
    }

    pub(super) fn read(connection: &Connection) -> Result<Option<Self>, VaultError> {
        let row = connection
            .query_row(
                "SELECT kind, salt, memory_kib, passes, lanes, key_file, account, sealed_key FROM lock WHERE id = 1",
                [],
                |row| {
                    Ok(Self {
                        kind: row.get(0)?,
                        salt: row.get(1)?,
                        memory_kib: row.get(2)?,
                        passes: row.get(3)?,
                        lanes: row.get(4)?,
                        key_file: row.get(5)?,
                        account: row.get(6)?,
                        sealed_key: row.get(7)?,
                    })
                },
            )
            .optional()?;
        Ok(row)
    }

    pub(super) fn write(&self, connection: &Connection) -> Result<(), VaultError> {
        connection.execute(
            "INSERT OR REPLACE INTO lock (id, kind, salt, memory_kib, passes, lanes, key_file, account, sealed_key)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                self.kind,
                self.salt,
                self.memory_kib,
                self.passes,
                self.lanes,
                self.key_file,
                self.account,
                self.sealed_key
            ],
        )?;
        Ok(())
    }

    fn words(&self) -> &'static str {
        match self.kind.as_str() {
            "passphrase" => "passphrase",
            "keyring" => "key in the keyring",
            VARIABLE => "key in a variable",
            _ => "key file",
        }
    }

    pub(super) fn kind(&self, default_key_file: &Path) -> LockKind {
        match self.kind.as_str() {
            "passphrase" => return LockKind::Passphrase,
            "keyring" => return LockKind::Keyring,
            VARIABLE => return LockKind::Variable(self.account.clone().unwrap_or_default()),
            _ => {}
        }
        let recorded = self.key_file.as_ref().map(PathBuf::from);
        // A home that was moved has its key file where it is now; another home may be where it was.
        let is_elsewhere = |path: &Path| path.file_name() != default_key_file.file_name();
        let path = match recorded {
            Some(path) if !default_key_file.exists() || (is_elsewhere(&path) && path.exists()) => path,
            _ => default_key_file.to_owned(),
        };
        LockKind::KeyFile(path)
    }
}

/// The key that the environment gives: 32 bytes in base64url. What is there is never told, right or wrong.
fn key_in_variable(name: &str) -> Result<DataKey, VaultError> {
    let wrong = |reason| VaultError::KeyVariable {
        name: name.to_owned(),
        reason,
    };
    let text = match std::env::var(name) {
        Ok(text) => Zeroizing::new(text),
        Err(VarError::NotPresent) => return Err(wrong("is not set")),
        Err(VarError::NotUnicode(_)) => return Err(wrong("holds no key")),
    };
    let key = RootKey::parse(text.trim()).map_err(|_| wrong("holds no key"))?;
    Ok(DataKey::from_bytes(*key.expose_bytes()))
}
