//! An exported vault over a home in which something is already: what it would replace is told first, and is moved aside,
//! not written over. Databases of instances that are the same ones stay where they are: an export has none.

use super::carried::{Carried, CarriedFile};
use super::carry::{VaultContents, into_empty, opened, refuse_used, unload};
use super::file_failure::cannot;
use super::folders::move_folder;
use super::{Failure, Home, VaultLock, blocking};
use crate::instance::{Instance, InstanceError, LockHolder};
use crate::model::Timestamp;
use crate::protocol::Code;
use crate::seal::{Passphrase, private};
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a vault.
const VAULT: [&str; 4] = ["console.db", "console.db-wal", "console.db-shm", "vault.key"];

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

    /// Where in a home the files of instances come to.
    fn paths(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.carried.files.iter();
        files.map(|file| {
            Path::new("instances")
                .join(file.instance.as_str())
                .join(&file.name)
        })
    }

    /// Whether the folder is of the same instance as this file.
    fn is_same(&self, of: &CarriedFile, folder: &Path) -> bool {
        let mut files = self.carried.files.iter();
        let settings = files.find(|file| file.instance == of.instance && file.name == "instance.toml");
        let there = fs::read(folder.join("instance.toml")).unwrap_or_default();
        settings.is_some_and(|settings| id_line(&settings.bytes) == id_line(&there))
    }

    /// Makes the home's vault of it. If that fails, the home is as it was.
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
            let mut aside = Aside::of(home.root());
            if let Err(failure) = aside.take(&replaced) {
                aside.give_back();
                return Err(failure);
            }
            match unload(home.root(), &self.carried, &lock) {
                Ok(contents) => Ok(RestoredVault {
                    contents,
                    aside: (!replaced.is_empty()).then_some(aside.folder),
                }),
                Err(failure) => {
                    // Whatever was there under these names is aside.
                    for path in VAULT.iter().map(PathBuf::from).chain(self.paths()) {
                        let _ = fs::remove_file(home.root().join(path));
                    }
                    aside.give_back();
                    Err(failure)
                }
            }
        })
        .await
    }
}

/// The line of an instance's settings that says which instance it is.
fn id_line(settings: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(settings);
    let line = text.lines().find(|line| line.starts_with("instance_id"))?;
    Some(line.split_whitespace().collect())
}

/// What was moved out of the way.
struct Aside<'a> {
    root: &'a Path,
    folder: PathBuf,
    moved: Vec<PathBuf>,
}

impl<'a> Aside<'a> {
    fn of(root: &'a Path) -> Self {
        let name = format!(
            ".replaced-{}-{}",
            Timestamp::now().as_micros(),
            std::process::id()
        );
        Self {
            root,
            folder: root.join(name),
            moved: Vec::new(),
        }
    }

    fn take(&mut self, paths: &[PathBuf]) -> Result<(), Failure> {
        for path in paths {
            let place = self.folder.join(path);
            let parent = place.parent().unwrap_or(&self.folder);
            private::folders()
                .recursive(true)
                .create(parent)
                .map_err(|error| cannot(parent, "be made", &error))?;
            move_folder(&self.root.join(path), &place)?;
            self.moved.push(path.clone());
        }
        Ok(())
    }

    /// Puts everything back.
    fn give_back(&self) {
        for path in &self.moved {
            let place = self.root.join(path);
            // Of another instance's folder only what was written is gone, not the folder itself.
            let _ = fs::remove_dir(&place);
            if let Err(failure) = move_folder(&self.folder.join(path), &place) {
                tracing::error!(%failure, "something of a failed restoring is still moved aside");
                return;
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
