//! An instance made of a backup: beside, checked, and only then in its place.

use super::super::file_failure::cannot;
use super::super::folders::move_folder;
use super::super::{Failure, Workspace, blocking};
use super::of::BackupOf;
use super::{Restored, packed, refused};
use crate::handshake::{Opener, open_stream};
use crate::instance::{Adopted, Instance};
use crate::model::{InstanceKind, InstanceName, Timestamp};
use crate::protocol::Code;
use crate::seal::private;
use crate::vault::InstanceRecord;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Without them there is no instance in a folder, only settings and a key for one.
const DATABASES: [&str; 2] = ["instance.db", "audit.db"];
/// The preference that is set and forgotten to find out whether the vault can be written.
const TRIED: &str = "restore.tried";

impl Workspace {
    /// Makes the local instance `name` of a backup. One of that name that is there is only replaced with `force`; it
    /// is kept aside, as are settings and key of one whose databases are gone. Nobody may host it.
    pub async fn restore_instance(
        &self,
        name: &InstanceName,
        file: &Path,
        opener: Opener,
        force: bool,
    ) -> Result<Restored, Failure> {
        let restored = self.restore(name, file, opener, force).await;
        restored.map_err(|failure| failure.on(name.as_str()))
    }

    async fn restore(
        &self,
        name: &InstanceName,
        file: &Path,
        opener: Opener,
        force: bool,
    ) -> Result<Restored, Failure> {
        // Behind its turn nobody of this process opens it while its folder changes.
        let _turn = self.turns.take(name).await;
        let known = self.known(name).await?;
        let place = self.place_of(name);
        self.refuse_taken_place(name, known.as_ref(), &place, force)?;
        let mut made = Made {
            folder: self.restoring_bench(name)?,
            is_kept: false,
        };
        let of = {
            let (made, file) = (made.folder.clone(), file.to_owned());
            blocking(move || lay_out(&file, &opener, &made)).await?
        };
        self.refuse_other(name, known.as_ref(), &place, &of).await?;
        let key_was = {
            let (place, made) = (place.clone(), made.folder.clone());
            blocking(move || Instance::keep_key_outside(&place, &made)).await?
        };
        let what = format!("backup {} of {}", of.id, of.made_at);
        let adopted = Instance::adopt(&made.folder, name, &what).await?;
        let (replaced, told) = if place.exists() {
            self.try_vault().await?;
            let (aside, earlier) = aside(&place, name, &of);
            let replaced = Instance::replace(&place, &made.folder, &aside, &earlier).await?;
            // It is replaced, whatever the vault says now, and what became of its credentials must be told.
            let told = self.know_owner(known, &adopted.settings, &adopted.owner).await;
            (Some(replaced), told)
        } else {
            // Under the name of one that is being made, and known first: what then ends early is finished when it is
            // next looked for. Before it was checked it must not be.
            let checked = self.workbench(name)?;
            made.move_to(&checked)?;
            self.know_owner(known, &adopted.settings, &adopted.owner).await?;
            move_folder(&made.keep(), &place)?;
            (None, Ok(()))
        };
        let told = match told {
            Ok(()) => self.begin_trail_anew(&adopted).await,
            failed => failed,
        };
        let (aside, compared) = match replaced {
            Some(replaced) => (Some(replaced.aside), replaced.compared),
            None => (None, None),
        };
        let (revived, rotated) = compared
            .map(|compared| (compared.revived, compared.rotated))
            .unzip();
        Ok(Restored {
            name: name.clone(),
            backup: of,
            audit_head: adopted.head,
            replaced: aside,
            revived,
            key_was,
            rotated,
            lacks_certificate: adopted.lacks_certificate,
            vault_failure: told.err().map(|failure| failure.message),
        })
    }

    /// Finds out whether the vault can be written, before anything is done that it has to know of.
    async fn try_vault(&self) -> Result<(), Failure> {
        self.in_vault(|vault| {
            vault.set_preference(TRIED, "")?;
            vault.forget_preference(TRIED).map(drop)
        })
        .await
    }

    /// Where a backup is laid out: under a name that nobody takes for an instance.
    fn restoring_bench(&self, name: &InstanceName) -> Result<PathBuf, Failure> {
        let folder = self
            .instances_folder()?
            .join(format!(".restoring-{name}-{}", std::process::id()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| cannot(&folder, "be cleared", &error))?;
        }
        Ok(folder)
    }

    fn refuse_taken_place(
        &self,
        name: &InstanceName,
        known: Option<&InstanceRecord>,
        place: &Path,
        force: bool,
    ) -> Result<(), Failure> {
        if known.is_some_and(|record| record.kind == InstanceKind::Remote) {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!("{name} is a remote instance in this home"),
                "choose another name for the restored one",
            ));
        }
        self.refuse_hosted(known, place)?;
        // As a vault that was restored leaves it: what there is of it is kept aside, and nothing is lost.
        let has_databases = DATABASES.iter().any(|name| place.join(name).exists());
        if place.exists() && has_databases && !force {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!("there is an instance in {} already", place.display()),
                "choose another name, or have it replaced (--force): it is kept aside",
            ));
        }
        Ok(())
    }

    /// The same instance may not be here twice, and another one is not replaced by mistake.
    async fn refuse_other(
        &self,
        name: &InstanceName,
        known: Option<&InstanceRecord>,
        place: &Path,
        of: &BackupOf,
    ) -> Result<(), Failure> {
        let is_other = match known {
            Some(record) => record.instance_id.as_ref() != Some(&of.instance_id),
            // One that the vault does not know may be there all the same.
            None => Instance::read_settings(place).is_ok_and(|there| there.instance_id != of.instance_id),
        };
        if is_other {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!(
                    "the backup is of another instance: of {} ({})",
                    of.name, of.instance_id
                ),
                "restore it under another name, or move the instance of this name out of the way first",
            ));
        }
        match self.twin_of(name, &of.instance_id).await? {
            None => Ok(()),
            Some(twin) => Err(Failure::new(
                Code::AlreadyExists,
                format!("this home has the same instance under the name {twin}"),
                format!("restore it as {twin} with --force, or into another home"),
            )),
        }
    }

    /// The trail went back on purpose: what this console kept of its end is no alarm any more.
    async fn begin_trail_anew(&self, adopted: &Adopted) -> Result<(), Failure> {
        let (id, head) = (adopted.settings.instance_id.clone(), adopted.head.clone());
        self.in_vault(move |vault| {
            vault.forget_audit_head(id.as_str())?;
            vault.keep_audit_head(id.as_str(), head.sequence, &head.hash, Timestamp::now())
        })
        .await
    }
}

/// The folder that is being made; gone again unless it came to its place.
struct Made {
    folder: PathBuf,
    is_kept: bool,
}

impl Made {
    fn move_to(&mut self, place: &Path) -> Result<(), Failure> {
        move_folder(&self.folder, place)?;
        self.folder = place.to_owned();
        Ok(())
    }

    /// It stays, whatever happens.
    fn keep(mut self) -> PathBuf {
        self.is_kept = true;
        self.folder.clone()
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.is_kept {
            // It was never anything but a copy.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn lay_out(file: &Path, opener: &Opener, folder: &Path) -> Result<BackupOf, Failure> {
    let opened = File::open(file).map_err(|error| cannot(file, "be read", &error))?;
    let input = open_stream(opened, opener).map_err(refused)?;
    private::folders()
        .create(folder)
        .map_err(|error| cannot(folder, "be made", &error))?;
    packed::unpack(input, folder)
}

/// Where the instance goes that is replaced, and those that were replaced by the same backup before.
fn aside(place: &Path, name: &InstanceName, of: &BackupOf) -> (PathBuf, Vec<PathBuf>) {
    let id = of.id.trim_start_matches("bak_");
    let numbered = |number: u32| match number {
        1 => place.with_file_name(format!(".replaced-{name}-{id}")),
        _ => place.with_file_name(format!(".replaced-{name}-{id}-{number}")),
    };
    let mut earlier = Vec::new();
    let mut number = 1;
    while numbered(number).exists() {
        earlier.push(numbered(number));
        number += 1;
    }
    (numbered(number), earlier)
}
