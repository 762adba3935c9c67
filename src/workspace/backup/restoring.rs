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
        self.refuse_other(name, known.as_ref(), &of).await?;
        let key_was = {
            let (place, made) = (place.clone(), made.folder.clone());
            blocking(move || Instance::keep_key_outside(&place, &made)).await?
        };
        let what = format!("backup {} of {}", of.id, of.made_at);
        let adopted = Instance::adopt(&made.folder, name, &what).await?;
        let replaced = if place.exists() {
            let aside =
                place.with_file_name(format!(".replaced-{name}-{}", of.id.trim_start_matches("bak_")));
            let aside = free(aside);
            let replaced = Instance::replace(&place, &made.folder, &aside).await?;
            self.know_owner(known, &adopted.settings, &adopted.owner).await?;
            Some(replaced)
        } else {
            // Under the name of one that is being made, and known first: what then ends early is finished when it is
            // next looked for. Before it was checked it must not be.
            let checked = self.workbench(name)?;
            made.move_to(&checked)?;
            self.know_owner(known, &adopted.settings, &adopted.owner).await?;
            move_folder(&made.keep(), &place)?;
            None
        };
        self.begin_trail_anew(&adopted).await?;
        let (replaced, revived) = match replaced {
            Some(replaced) => (Some(replaced.aside), replaced.revived),
            None => (None, None),
        };
        Ok(Restored {
            name: name.clone(),
            backup: of,
            audit_head: adopted.head,
            replaced,
            revived,
            key_was,
        })
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
        of: &BackupOf,
    ) -> Result<(), Failure> {
        if known.is_some_and(|record| record.instance_id.as_ref() != Some(&of.instance_id)) {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!(
                    "the backup is of another instance: of {} ({})",
                    of.name, of.instance_id
                ),
                "restore it under another name, or remove the instance of this name first",
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

/// The same place, or one beside it that is free.
fn free(place: PathBuf) -> PathBuf {
    if !place.exists() {
        return place;
    }
    let numbered = |number: u32| {
        let mut name = place.as_os_str().to_owned();
        name.push(format!("-{number}"));
        PathBuf::from(name)
    };
    (2..)
        .map(numbered)
        .find(|place| !place.exists())
        .unwrap_or_else(|| place.clone())
}
