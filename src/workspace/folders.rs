//! The folders of local instances. A new one is made under another name and moved into place once the
//! vault knows its owner, so that being killed in between leaves nothing half-made.

use super::file_failure::cannot;
use super::{Failure, Workspace};
use crate::instance::{Instance, InstanceError};
use crate::model::{InstanceId, InstanceKind, InstanceName};
use crate::protocol::Code;
use crate::seal::private;
use crate::vault::InstanceRecord;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use url::Host;

impl Workspace {
    /// Where local instances are.
    pub(super) fn instances_folder(&self) -> Result<PathBuf, Failure> {
        let folder = self.home.root().join("instances");
        private::folders()
            .recursive(true)
            .create(&folder)
            .map_err(|error| cannot(&folder, "be made", &error))?;
        Ok(folder)
    }

    /// Where the instance of this name is, or will be.
    pub(super) fn place_of(&self, name: &InstanceName) -> PathBuf {
        self.home.root().join("instances").join(name.as_str())
    }

    /// Where the instance of this name is being made by this process.
    pub(super) fn workbench(&self, name: &InstanceName) -> Result<PathBuf, Failure> {
        let folder = self
            .instances_folder()?
            .join(format!("{}{}", unfinished(name), std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| cannot(&folder, "be cleared", &error))?;
        }
        Ok(folder)
    }

    /// The folder of a local instance; finishes the move of one whose maker was killed.
    pub(super) fn folder_of(&self, record: &InstanceRecord) -> Result<PathBuf, Failure> {
        let place = self.place_of(&record.name);
        if place.is_dir() {
            return Ok(place);
        }
        let unfinished = self
            .unfinished_of(record)
            .map_err(|error| cannot(&place, "be read", &error))?;
        match unfinished {
            Some(unfinished) => move_folder(&unfinished, &place).map(|()| place),
            None => Err(gone(record, &place)),
        }
    }

    /// That the folder of a local instance is not there, if so, and what to do. Changes nothing.
    pub(super) fn folder_gone(&self, record: &InstanceRecord) -> Option<Failure> {
        let place = self.place_of(&record.name);
        let is_gone = fs::metadata(&place).is_err_and(|error| error.kind() == ErrorKind::NotFound)
            && matches!(self.unfinished_of(record), Ok(None));
        is_gone.then(|| gone(record, &place))
    }

    /// The folder of a local instance, with its settings in it.
    pub(super) fn whole_folder_of(&self, record: &InstanceRecord) -> Result<PathBuf, Failure> {
        let folder = self.folder_of(record)?;
        match settings_gone(record, &folder) {
            Some(failure) => Err(failure),
            None => Ok(folder),
        }
    }

    /// That the folder of a local instance, or nothing but its settings, is not there, if so. Changes nothing.
    pub(super) fn lacking(&self, record: &InstanceRecord) -> Option<Failure> {
        let settings = || settings_gone(record, &self.place_of(&record.name));
        self.folder_gone(record).or_else(settings)
    }

    /// Why there is no instance of this name to host, where the vault knows: it is a remote, or something is gone.
    pub async fn why_absent(&self, name: &str) -> Option<Failure> {
        let record = self.record(name).await.ok()?;
        match record.kind {
            InstanceKind::Local => self.lacking(&record),
            InstanceKind::Remote => Some(
                Failure::new(
                    Code::InvalidParameter,
                    "this instance is not ours to host: it is a remote one",
                    "ask its administrator, or name a local instance (`butterfly instance list`)",
                )
                .on(name),
            ),
        }
    }

    /// Where it was made, if its maker was killed before it was moved into place.
    fn unfinished_of(&self, record: &InstanceRecord) -> std::io::Result<Option<PathBuf>> {
        let prefix = unfinished(&record.name);
        let entries = match fs::read_dir(self.home.root().join("instances")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            entries => entries?,
        };
        let is_it = |entry: &fs::DirEntry| {
            let name = entry.file_name();
            name.to_str().is_some_and(|name| name.starts_with(&prefix))
                && Instance::read_settings(&entry.path())
                    .is_ok_and(|settings| Some(&settings.instance_id) == record.instance_id.as_ref())
        };
        Ok(entries.flatten().find(is_it).map(|entry| entry.path()))
    }

    /// Takes a folder out of sight, then apart.
    pub(super) fn discard_folder(&self, name: &InstanceName) -> Result<(), Failure> {
        let place = self.place_of(name);
        if !place.exists() {
            return Ok(());
        }
        let discarded = place.with_file_name(format!(".discarded-{name}-{}", std::process::id()));
        move_folder(&place, &discarded)?;
        fs::remove_dir_all(&discarded).map_err(|error| cannot(&discarded, "be removed", &error))
    }
}

fn gone(record: &InstanceRecord, place: &Path) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!("the instance's folder {} is gone", place.display()),
        "put it back from a backup with `butterfly instance restore INSTANCE FILE`, or forget the instance with `butterfly instance remove INSTANCE`",
    )
    .on(record.name.as_str())
}

/// That an instance lacks its settings and nothing else, if so, and what this home knows of what they were.
pub(super) fn settings_gone(record: &InstanceRecord, place: &Path) -> Option<Failure> {
    let Err(error @ InstanceError::NoSettings(_)) = Instance::read_settings(place) else {
        return None;
    };
    let endpoint = &record.endpoint;
    let id = record.instance_id.as_ref().map_or("", InstanceId::as_str);
    let listen = match endpoint.url().host() {
        Some(Host::Domain(_)) | None => "the address that it listened on".to_owned(),
        Some(_) => format!("\"{}\" unless it listened elsewhere", endpoint.authority()),
    };
    let remedy = format!(
        "put that file back from a copy (an exported vault has it too), or write it anew with mode 0600: `butterfly \
         config-template --instance` prints one, and in it go name = \"{}\", instance_id = \"{id}\", endpoint = \"{endpoint}\", \
         listen = {listen}, and tls and key if it had any of its own",
        record.name
    );
    Some(Failure::new(error.code(), error.to_string(), remedy).on(record.name.as_str()))
}

pub(super) fn move_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::rename(from, to).map_err(|error| cannot(to, "be put in place", &error))
}

fn unfinished(name: &InstanceName) -> String {
    format!(".making-{name}-")
}

/// Writes a file that is not there yet, for nobody else to read: whole, or not at all.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = private::files()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| cannot(path, "be written", &error))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|error| {
            let _ = fs::remove_file(path);
            cannot(path, "be written", &error)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        let told = write_new(&absent.join("file"), b"").unwrap_err();
        assert!(
            told.message
                .ends_with(&format!("there is no folder {}", absent.display())),
            "{told}"
        );
        assert!(told.remedy.contains("make that folder"), "{told}");
    }
}
