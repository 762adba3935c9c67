//! Why an instance cannot be made, opened or served.

use crate::protocol::Code;
use crate::store::StoreError;
use std::path::PathBuf;

/// Why an instance cannot be made, opened or served. Messages name the folder or address.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// Something is in the folder already.
    #[error("there is an instance in {} already", .0.display())]
    Exists(PathBuf),
    /// No instance in the folder.
    #[error("there is no instance in {}", .0.display())]
    Missing(PathBuf),
    /// The folder of an instance, whose settings are not in it.
    #[error(
        "its settings {} are missing; everything else of it is there",
        .0.join("instance.toml").display()
    )]
    NoSettings(PathBuf),
    /// Another process hosts it.
    #[error("the instance in {} is hosted by process {pid} already", folder.display())]
    Hosted {
        /// Its folder.
        folder: PathBuf,
        /// Who hosts it; 0 where that cannot be told.
        pid: u32,
    },
    /// Whether anybody hosts it cannot be told.
    #[error("whether the instance is hosted cannot be told: {0}")]
    Untold(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// Which address.
        address: String,
        /// What the system said.
        cause: String,
    },
    /// Plain HTTP on an address that is not loopback.
    #[error(
        "{0} is not a loopback address, and this instance has no TLS; plain HTTP there would show who calls whom"
    )]
    PlainHttp(String),
    /// A file is readable by others, a link, or not what it should be.
    #[error("{}: {reason}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What a person can do about it.
        remedy: &'static str,
    },
    /// Its key is to be in an environment variable, and is not.
    #[error("its key is to be in the variable {name}, which {reason}")]
    KeyVariable {
        /// Which variable.
        name: String,
        /// What is wrong with it; never what is in it.
        reason: &'static str,
    },
    /// The system starts no more threads for it.
    #[error("the system has no thread to host it: {0}")]
    NoThread(std::io::Error),
    /// A copy of an instance that is not whole, or is none.
    #[error("no instance can be made of this copy: {0}")]
    BadCopy(String),
    /// Nobody is let in as its owner.
    #[error("its owner has no credential")]
    NoOwner,
    /// It makes no certificate itself, and so has no spare key for one.
    #[error("it shows no certificate of its own, so that it has no spare key")]
    NoOwnTls,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InstanceError {
    /// The stable word for scripts.
    pub fn code(&self) -> Code {
        match self {
            Self::Exists(_) => Code::AlreadyExists,
            Self::Missing(_) => Code::InstanceNotFound,
            Self::Hosted { .. } => Code::AlreadyHosted,
            Self::Listen { .. } | Self::PlainHttp(_) => Code::CannotListen,
            Self::NoSettings(_) | Self::File { .. } | Self::KeyVariable { .. } | Self::Untold(_) => {
                Code::FileFailed
            }
            Self::NoThread(_) => Code::Overloaded,
            Self::BadCopy(_) => Code::BundleRefused,
            Self::NoOwner => Code::CredentialNotFound,
            Self::NoOwnTls => Code::InvalidParameter,
            Self::Store(_) => Code::StorageFailed,
        }
    }

    /// What a person can do about it; `INSTANCE` stands for its name.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Exists(_) => "choose another name, or remove that instance first",
            Self::Missing(_) => {
                "put it back from a backup with `butterfly instance restore INSTANCE FILE --force`; one that is gone for good is forgotten with `butterfly instance remove INSTANCE`, and a new one made with `butterfly instance init INSTANCE`"
            }
            Self::NoSettings(_) => {
                "put that file back from a copy, or write it anew (mode 0600): `butterfly config-template --instance` prints one, and `butterfly instance start INSTANCE` tells what this home knows of what goes in; do not remove the instance, nor restore an older backup over it, for want of this file"
            }
            Self::Hosted { .. } => "use the running one, or stop that process first",
            Self::Untold(_) => {
                "see who owns that file: where another user hosts the instance (root, say), have them stop it, then give the file to the owner of its folder with `chown`"
            }
            Self::Listen { .. } => {
                "stop what uses that address; a new instance takes another one with `--listen`, one that is there by `listen` and `endpoint`, both, in its instance.toml"
            }
            Self::PlainHttp(_) => {
                "say `--tls`, listen on 127.0.0.1 behind a TLS proxy, or say `--insecure-http`"
            }
            Self::File { remedy, .. } => remedy,
            Self::KeyVariable { .. } => {
                "set it to the key, 32 bytes in base64url (43 letters), for whatever opens the instance; instance.toml says under `key` where its key is"
            }
            Self::NoThread(_) => "stop something else, or allow more processes (`ulimit -u`), and try again",
            Self::BadCopy(_) => "restore another backup; keep this one to find out what happened to it",
            Self::NoOwner => "make a new owner with `butterfly instance recover-owner NAME`",
            Self::NoOwnTls => {
                "plain HTTP has no key, and a given certificate is renewed where it was made; `instance init --tls` makes an instance with keys of its own"
            }
            Self::Store(StoreError::Full(_)) => "free some disk space and try again",
            Self::Store(StoreError::Disk(_)) => {
                "look at the disk, whether it is writable, and at the folder's permissions"
            }
            Self::Store(StoreError::TooNew { .. }) => "upgrade this program",
            Self::Store(StoreError::Missing { .. }) => {
                "put it back from a backup (`butterfly instance restore INSTANCE FILE --force`), or from a copy of the folder"
            }
            Self::Store(_) => "check the disk and the folder's permissions",
        }
    }
}
