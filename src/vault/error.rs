//! Why the vault cannot be made, opened, read or written.

use crate::protocol::Code;
use std::path::PathBuf;

/// Why the vault cannot be made, opened, read or written. Never carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// No vault in the home.
    #[error("there is no vault in {}", .0.display())]
    Missing(PathBuf),
    /// A vault is there already.
    #[error("there is a vault in {} already", .0.display())]
    Exists(PathBuf),
    /// The passphrase does not open it.
    #[error("the passphrase does not open the vault at {}", .0.display())]
    WrongPassphrase(PathBuf),
    /// The key file does not open it.
    #[error("the key file {} does not open the vault at {}", key_file.display(), vault.display())]
    WrongKeyFile {
        /// The key file.
        key_file: PathBuf,
        /// The vault.
        vault: PathBuf,
    },
    /// Its key is in an environment variable, which does not give it.
    #[error("the vault's key is in the variable {name}, which {reason}")]
    KeyVariable {
        /// The variable.
        name: String,
        /// What is wrong with it; never what is in it.
        reason: &'static str,
    },
    /// The key in the variable does not open it.
    #[error("the key in the variable {name} does not open the vault at {}", vault.display())]
    WrongKeyVariable {
        /// The variable.
        name: String,
        /// The vault.
        vault: PathBuf,
    },
    /// The keyring of the operating system cannot be used.
    #[error("the keyring of the operating system cannot be used: {0}")]
    NoKeyring(String),
    /// The keyring has no key for it, or another one.
    #[error("the keyring of the operating system has no key that opens the vault at {}", .0.display())]
    WrongKeyring(PathBuf),
    /// Its key was forgotten; it can be opened again.
    #[error("the vault at {} is locked", .0.display())]
    Locked(PathBuf),
    /// It is locked another way than it was to be opened.
    #[error("the vault at {} is locked with a {kind}", path.display())]
    OtherLock {
        /// The vault.
        path: PathBuf,
        /// `passphrase`, `key file`, `key in the keyring` or `key in a variable`.
        kind: &'static str,
    },
    /// A file or folder is loose, a link, missing or not writable.
    #[error("{}: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A sealed row is not the one that was put there.
    #[error(
        "{what} in the vault is not what this program wrote: it was changed, swapped or put back from an older copy"
    )]
    Tampered {
        /// Which row.
        what: String,
    },
    /// Written by a newer version.
    #[error("the vault at {} was written by a newer version of this program", .0.display())]
    TooNew(PathBuf),
    /// A name that is taken.
    #[error("{what} {name:?} is in this home already")]
    AlreadyExists {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Another process holds the database for too long.
    #[error("the vault is held by another process for too long")]
    Busy,
    /// The disk is full.
    #[error("the disk is full; nothing in the vault was changed")]
    Full,
    /// Anything else that the database reports.
    #[error("the vault's database failed: {0}")]
    Failed(String),
}

impl VaultError {
    /// The stable word for scripts.
    pub fn code(&self) -> Code {
        match self {
            Self::Missing(_)
            | Self::WrongPassphrase(_)
            | Self::WrongKeyFile { .. }
            | Self::KeyVariable { .. }
            | Self::WrongKeyVariable { .. }
            | Self::NoKeyring(_)
            | Self::WrongKeyring(_)
            | Self::Locked(_)
            | Self::OtherLock { .. } => Code::VaultLocked,
            Self::Exists(_) | Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::File { .. } => Code::FileFailed,
            Self::Tampered { .. } => Code::CannotOpen,
            Self::TooNew(_) | Self::Busy | Self::Full | Self::Failed(_) => Code::StorageFailed,
        }
    }

    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing(_) => "make one with `butterfly vault init`, or give the right `--home`",
            Self::Exists(_) => "use it, or give another `--home`",
            Self::WrongPassphrase(_) => "try again; nothing was changed",
            Self::WrongKeyFile { .. } => {
                "give the key file that belongs to this home in BUTTERFLY_VAULT_KEY_FILE"
            }
            Self::KeyVariable { .. } | Self::WrongKeyVariable { .. } => {
                "set it to the key that locked the vault, 32 bytes in base64url; another name for it stands in config.toml: `key = { variable = \"NAME\" }` under [vault]"
            }
            Self::OtherLock {
                kind: "passphrase", ..
            } => "give it in BUTTERFLY_VAULT_PASSPHRASE, BUTTERFLY_VAULT_PASSPHRASE_FILE, or at the prompt",
            Self::NoKeyring(_) => {
                "log in where a keyring runs (GNOME Keyring, KWallet, KeePassXC, the macOS keychain) and unlock it, or lock the vault with `--passphrase` or `--key-file`"
            }
            Self::WrongKeyring(_) => {
                "log in as the account that locked it; if that keyring is gone, make an empty home of an exported vault with `vault restore`"
            }
            Self::Locked(_) => "unlock it in the console first",
            Self::OtherLock {
                kind: "key in the keyring",
                ..
            } => "run this without BUTTERFLY_VAULT_KEY_FILE, as the account whose keyring it is",
            Self::OtherLock {
                kind: "key in a variable",
                ..
            } => "run this without BUTTERFLY_VAULT_KEY_FILE, where the variable is set",
            Self::OtherLock { .. } => "give it in BUTTERFLY_VAULT_KEY_FILE",
            Self::File { remedy, .. } => remedy,
            Self::Tampered { .. } => {
                "put back a whole copy of the home that you trust, or remove that row and hand the credential over anew"
            }
            Self::TooNew(_) => "upgrade this program",
            Self::AlreadyExists { .. } => "choose another name, or remove the other one first",
            Self::Busy => "close the other console, or try again in a moment",
            Self::Full => "free some disk space and try again",
            Self::Failed(_) => "check the disk and the home's permissions",
        }
    }
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Failed(error.to_string()),
        }
    }
}
