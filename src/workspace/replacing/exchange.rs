//! What was made beside put into its places in a home, with what was there kept aside; and all of that taken back.

use super::super::Failure;
use super::super::file_failure::cannot;
use super::super::folders::move_folder;
use crate::model::Timestamp;
use crate::seal::private;
use std::fs;
use std::path::{Path, PathBuf};

/// What was done so far, with paths in the home.
enum Step {
    /// What was there is aside, or also there.
    Kept(PathBuf),
    /// What was made is there, where something was or nothing.
    Put(PathBuf),
}

/// A home in which something is exchanged.
pub(super) struct Exchange {
    root: PathBuf,
    /// Where the new is made: gone in the end, with what did not come to its place.
    made: PathBuf,
    aside: PathBuf,
    steps: Vec<Step>,
}

impl Exchange {
    pub(super) fn of(root: &Path) -> Self {
        let (now, process) = (Timestamp::now().as_micros(), std::process::id());
        Self {
            root: root.to_owned(),
            made: root.join(format!(".restoring-{now}-{process}")),
            aside: root.join(format!(".replaced-{now}-{process}")),
            steps: Vec::new(),
        }
    }

    /// The home.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where in the home something is or will be.
    pub(super) fn place(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// Whether something is there.
    pub(super) fn has(&self, path: &Path) -> bool {
        fs::symlink_metadata(self.place(path)).is_ok()
    }

    /// The folder in which the new is made.
    pub(super) fn made(&self) -> &Path {
        &self.made
    }

    /// Where that is which was replaced, if anything was.
    pub(super) fn aside(&self) -> Option<PathBuf> {
        let is_kept = self.steps.iter().any(|step| matches!(step, Step::Kept(_)));
        is_kept.then(|| self.aside.clone())
    }

    /// Keeps a file aside that stays in its place until another one replaces it.
    pub(super) fn keep(&mut self, path: &Path) -> Result<(), Failure> {
        let (here, there) = (self.place(path), self.place_aside(path)?);
        // Some file systems know no links.
        fs::hard_link(&here, &there)
            .or_else(|_| fs::copy(&here, &there).map(drop))
            .map_err(|error| cannot(&there, "be written", &error))?;
        self.steps.push(Step::Kept(path.to_owned()));
        Ok(())
    }

    /// Moves aside what shall not stay in its place until then.
    pub(super) fn take(&mut self, path: &Path) -> Result<(), Failure> {
        move_folder(&self.place(path), &self.place_aside(path)?)?;
        self.steps.push(Step::Kept(path.to_owned()));
        Ok(())
    }

    /// Puts what was made into its place.
    pub(super) fn put(&mut self, path: &Path) -> Result<(), Failure> {
        move_folder(&self.made.join(path), &self.place(path))?;
        self.comes(path);
        Ok(())
    }

    /// Notes what is made in its place itself.
    pub(super) fn comes(&mut self, path: &Path) {
        self.steps.push(Step::Put(path.to_owned()));
    }

    /// Takes everything back: the home is as it was.
    pub(super) fn give_back(&mut self) {
        for step in std::mem::take(&mut self.steps).into_iter().rev() {
            let given_back = match &step {
                Step::Put(path) => self.remove(path),
                Step::Kept(path) => move_folder(&self.aside.join(path), &self.place(path)),
            };
            if let Err(failure) = given_back {
                tracing::error!(%failure, "something of a failed restoring is still moved aside");
                return;
            }
        }
        let _ = fs::remove_dir_all(&self.aside);
    }

    /// A file that has another one to be put back over it is not taken away first.
    fn remove(&self, path: &Path) -> Result<(), Failure> {
        let place = self.place(path);
        if self.aside.join(path).is_file() || !self.has(path) {
            return Ok(());
        }
        let removed = match place.is_dir() {
            true => fs::remove_dir_all(&place),
            false => fs::remove_file(&place),
        };
        removed.map_err(|error| cannot(&place, "be removed", &error))
    }

    fn place_aside(&self, path: &Path) -> Result<PathBuf, Failure> {
        let place = self.aside.join(path);
        private_parent(&place)?;
        Ok(place)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // It holds nothing that is not in the exported vault.
        let _ = fs::remove_dir_all(&self.made);
    }
}

/// Makes the folder that something is to be in.
pub(super) fn private_parent(path: &Path) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(path);
    private::folders()
        .recursive(true)
        .create(parent)
        .map_err(|error| cannot(parent, "be made", &error))
}
