//! An exported vault over a home in which something is already: what it would replace is told first, and is moved aside,
//! not written over. Databases of instances that are the same ones stay where they are: an export has none.

mod exchange;

use super::carried::{Carried, CarriedFile};
use super::carry::{VaultContents, into_empty, opened, refuse_used, unload};
use super::file_failure::cannot;
use super::home::is_same_place;
use super::{Failure, Home, VaultLock, blocking};
use crate::instance::{Instance, InstanceError, LockHolder};
use crate::protocol::Code;
use crate::seal::Passphrase;
use crate::seal::in_place::sync_folder;
use crate::vault::{Lock, Vault};
use exchange::{Exchange, private_parent};
use std::fs;
use std::path::{Path, PathBuf};

const DATABASE: &str = "console.db";
const KEY: &str = "vault.key";
/// The files of a vault: without the first one the others are none.
const VAULT: [&str; 5] = [
    DATABASE,
    "console.db-wal",
    "console.db-shm",
    "console.db-journal",
    KEY,
];

/// An exported vault that its words have opened.
pub struct ExportedVault {
    carried: Carried,
}

/// What came of restoring it.
pub struct RestoredVault {
    /// What is in it.
    pub contents: VaultContents,
    /// Where that is which it replaced, if it replaced anything.
    pub aside: Option<PathBuf>,
}

impl ExportedVault {
    /// Opens the file that an export wrote.
    pub async fn open(file: &Path, words: &Passphrase) -> Result<Self, Failure> {
        let (file, words) = (file.to_owned(), words.clone());
        let carried = blocking(move || opened(&file, &words)).await?;
        Ok(Self { carried })
    }

    /// What in a home it would replace, as paths in it. An instance that somebody hosts is not replaced.
    pub fn replaces(&self, home: &Home) -> Result<Vec<PathBuf>, Failure> {
        let is_there = |path: &PathBuf| fs::symlink_metadata(home.root().join(path)).is_ok();
        let mut found: Vec<PathBuf> = VAULT.iter().map(PathBuf::from).filter(is_there).collect();
        let mut others: Vec<PathBuf> = Vec::new();
        for file in &self.carried.files {
            let folder = Path::new("instances").join(file.instance.as_str());
            let place = home.root().join(&folder);
            let failure = match Instance::hosted_by(&place) {
                LockHolder::Nobody => None,
                LockHolder::Process(pid) => Some(Failure::new(
                    Code::AlreadyHosted,
                    format!(
                        "the instance is hosted by process {pid}, and its settings and key would be replaced"
                    ),
                    "stop it first",
                )),
                LockHolder::Untold(why) => Some(InstanceError::Untold(why).into()),
            };
            if let Some(failure) = failure {
                return Err(failure.on(file.instance.as_str()));
            }
            if !others.contains(&folder) && place.is_dir() && !self.is_same(file, &place) {
                others.push(folder.clone());
            }
            if !others.contains(&folder) {
                found.extend(Some(folder.join(&file.name)).filter(is_there));
            }
        }
        found.retain(|path| !others.iter().any(|other| path.starts_with(other)));
        found.extend(others);
        Ok(found)
    }

    /// Whether the folder is of the same instance as this file.
    fn is_same(&self, of: &CarriedFile, folder: &Path) -> bool {
        let mut files = self.carried.files.iter();
        let settings = files.find(|file| file.instance == of.instance && file.name == "instance.toml");
        let there = fs::read(folder.join("instance.toml")).unwrap_or_default();
        settings.is_some_and(|settings| id_line(&settings.bytes) == id_line(&there))
    }

    /// Makes the home's vault of it. If that fails, the home is as it was; if it is interrupted, its vault is the one
    /// of before or this one.
    pub async fn put_into(self, home: &Home, lock: VaultLock) -> Result<RestoredVault, Failure> {
        let home = home.clone();
        blocking(move || {
            let replaced = self.replaces(&home)?;
            let lock = home.lock(lock)?;
            if refuse_used(home.root()).is_ok() {
                let contents = into_empty(home.root(), &self.carried, &lock)?;
                return Ok(RestoredVault {
                    contents,
                    aside: None,
                });
            }
            let mut exchange = Exchange::of(home.root());
            match self.put_by(&mut exchange, &replaced, &lock) {
                Ok(contents) => Ok(RestoredVault {
                    contents,
                    aside: exchange.aside(),
                }),
                Err(failure) => {
                    exchange.give_back();
                    Err(failure)
                }
            }
        })
        .await
    }

    /// Everything is made and checked beside, and only then comes to its place: the vault last.
    fn put_by(
        &self,
        exchange: &mut Exchange,
        replaced: &[PathBuf],
        lock: &Lock,
    ) -> Result<VaultContents, Failure> {
        let key = Path::new(KEY);
        let is_key_used = matches!(lock, Lock::KeyFile(path) if is_same_place(path, &exchange.place(key)));
        if is_key_used && lock.is_damaged_key_file() {
            exchange.take(key)?;
        }
        if is_key_used && !exchange.has(key) {
            exchange.comes(key);
        }
        let contents = unload(exchange.made(), &self.carried, lock)?;
        if !Vault::fold(exchange.made())? {
            return Err(Failure::new(
                Code::StorageFailed,
                "another process reads the vault that is being restored",
                "try again once nothing looks into the home (a backup of it, say)",
            ));
        }
        self.put_instances(exchange, replaced)?;
        put_vault(exchange)?;
        if !is_key_used {
            // It is kept aside, and locks nothing that is here now.
            let _ = fs::remove_file(exchange.place(key));
        }
        Ok(contents)
    }

    /// The settings and keys of instances. A folder of another instance is replaced as a whole.
    fn put_instances(&self, exchange: &mut Exchange, replaced: &[PathBuf]) -> Result<(), Failure> {
        let mut whole: Vec<PathBuf> = Vec::new();
        for file in &self.carried.files {
            let folder = Path::new("instances").join(file.instance.as_str());
            if whole.contains(&folder) {
                continue;
            }
            if replaced.contains(&folder) {
                exchange.take(&folder)?;
            }
            let path = folder.join(&file.name);
            if !exchange.has(&folder) {
                private_parent(&exchange.place(&folder))?;
                exchange.put(&folder)?;
                whole.push(folder);
                continue;
            }
            if exchange.has(&path) {
                exchange.keep(&path)?;
            }
            exchange.put(&path)?;
        }
        Ok(())
    }
}

/// The database and its key are replaced in one step, where the one that is there is whole without what SQLite keeps
/// beside it. One that cannot be made so (it is damaged, say) is moved away first.
fn put_vault(exchange: &mut Exchange) -> Result<(), Failure> {
    let database = Path::new(DATABASE);
    let is_whole = Vault::fold(exchange.root()).unwrap_or(false);
    for path in VAULT.iter().map(Path::new) {
        if !exchange.has(path) {
            continue;
        }
        match path == Path::new(KEY) || (path == database && is_whole) {
            true => exchange.keep(path)?,
            false => exchange.take(path)?,
        }
    }
    exchange.put(database)?;
    sync_folder(exchange.root()).map_err(|error| cannot(exchange.root(), "be written", &error))
}

/// The line of an instance's settings that says which instance it is.
fn id_line(settings: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(settings);
    let line = text.lines().find(|line| line.starts_with("instance_id"))?;
    Some(line.split_whitespace().collect())
}
