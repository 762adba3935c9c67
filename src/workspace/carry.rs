//! Carrying a whole vault elsewhere, as an age file under generated words.

use super::carried::{Carried, CarriedFile, foreign, is_carried, packed, unpacked};
use super::file_failure::cannot;
use super::folders::write_new;
use super::{Failure, Home, StopSign, VaultLock, Workspace, blocking};
use crate::handshake::{BundleError, open_under_words, seal_under_words};
use crate::model::InstanceName;
use crate::protocol::Code;
use crate::seal::{Passphrase, private};
use crate::vault::{Counts, Vault};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Larger files are not read into memory: a gigabyte.
const LARGEST: u64 = 1 << 30;
/// Larger files are none of an instance's settings.
const LARGEST_SETTING: u64 = 1 << 20;

/// How age files begin.
const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const BINARY: &[u8] = b"age-encryption.org/";
/// How much a vault holds.
pub type VaultContents = Counts;

impl Workspace {
    /// Writes the whole vault and the settings and keys of local instances into an age file under generated words,
    /// which are returned. The file must not be there. The databases of instances are not in it, and the invoke
    /// log only if asked for. Once the sign to stop is shown, nothing is written.
    pub async fn export_vault(
        &self,
        file: &Path,
        with_log: bool,
        stop: &StopSign,
    ) -> Result<Passphrase, Failure> {
        if fs::symlink_metadata(file).is_ok() {
            return Err(Failure::new(
                Code::FileFailed,
                format!("{} is there already", file.display()),
                "name another file; an older one is not written over",
            ));
        }
        let image = self.in_vault(move |vault| vault.image(with_log)).await?;
        let (folder, file, stop) = (self.home.root().join("instances"), file.to_owned(), stop.clone());
        blocking(move || {
            stop.check(&file)?;
            let files = files_of_instances(&folder)?;
            let plain = packed(&Carried { image, files });
            let sealed = seal_under_words(&plain).map_err(refused)?;
            stop.check(&file)?;
            write_new(&file, sealed.armoured.as_bytes())?;
            Ok(sealed.passphrase)
        })
        .await
    }

    /// Makes a home of an exported vault, and says what is in it. The home must be empty; nothing stays in it if
    /// that fails.
    pub async fn restore_vault(
        home: &Home,
        file: &Path,
        passphrase: &Passphrase,
        lock: VaultLock,
    ) -> Result<VaultContents, Failure> {
        let (home, file, passphrase) = (home.clone(), file.to_owned(), passphrase.clone());
        blocking(move || {
            refuse_used(home.root())?;
            let carried = opened(&file, &passphrase)?;
            into_empty(home.root(), &carried, &home.lock(lock)?)
        })
        .await
    }

    /// The local instances of a home that have settings and no database, as they are after a vault was restored.
    pub fn without_databases(home: &Home) -> Vec<String> {
        let folder = home.root().join("instances");
        let instances = entries(&folder).unwrap_or_default();
        instances
            .into_iter()
            .filter(|(_, path)| path.join("instance.toml").exists() && !path.join("instance.db").exists())
            .map(|(name, _)| name)
            .collect()
    }

    /// How much the vault holds.
    pub async fn vault_contents(&self) -> Result<VaultContents, Failure> {
        self.in_vault(Vault::counts).await
    }
}

/// Everything in the folders of local instances but their databases and who has them open.
fn files_of_instances(folder: &Path) -> Result<Vec<CarriedFile>, Failure> {
    let mut found = Vec::new();
    for (name, path) in entries(folder)? {
        let Ok(instance) = InstanceName::parse(&name) else {
            continue;
        };
        for (name, path) in entries(&path)? {
            let about = fs::symlink_metadata(&path).map_err(|error| cannot(&path, "be read", &error))?;
            if !is_carried(&name) || !about.is_file() || about.len() > LARGEST_SETTING {
                continue;
            }
            let bytes = fs::read(&path).map_err(|error| cannot(&path, "be read", &error))?;
            found.push(CarriedFile {
                instance: instance.clone(),
                name,
                bytes: Zeroizing::new(bytes),
            });
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot(folder, "be read", &error)),
    };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect();
    found.sort();
    Ok(found)
}

/// What is in the file that an export wrote.
pub(super) fn opened(file: &Path, words: &Passphrase) -> Result<Carried, Failure> {
    let sealed = read(file)?;
    if ![ARMOUR, BINARY]
        .iter()
        .any(|start| sealed.trim_ascii_start().starts_with(start))
    {
        return Err(foreign("it is no age file"));
    }
    let plain = open_under_words(&sealed, words).map_err(refused)?;
    unpacked(&plain)
}

/// Makes a home of it where none is; nothing stays if that fails.
pub(super) fn into_empty(
    root: &Path,
    carried: &Carried,
    lock: &crate::vault::Lock,
) -> Result<VaultContents, Failure> {
    let was_there = root.exists();
    let restored = unload(root, carried, lock);
    if restored.is_err() {
        clear(root, was_there);
    }
    restored
}

/// The vault comes last: while it is not there, there is no home yet.
pub(super) fn unload(
    root: &Path,
    carried: &Carried,
    lock: &crate::vault::Lock,
) -> Result<VaultContents, Failure> {
    private_folder(root)?;
    for file in &carried.files {
        let folder = root.join("instances").join(file.instance.as_str());
        private_folder(&folder)?;
        write_new(&folder.join(&file.name), &file.bytes)?;
    }
    let vault = Vault::restore(root, &carried.image, lock)?;
    Ok(vault.counts()?)
}

fn private_folder(path: &Path) -> Result<(), Failure> {
    private::folders()
        .recursive(true)
        .create(path)
        .map_err(|error| cannot(path, "be made", &error))
}

/// Refuses a home in which something is.
pub(super) fn refuse_used(root: &Path) -> Result<(), Failure> {
    let is_used = match fs::read_dir(root) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(cannot(root, "be read", &error)),
    };
    if !is_used {
        return Ok(());
    }
    Err(Failure::new(
        Code::AlreadyExists,
        format!("{} is not empty", root.display()),
        "give an empty or new folder with `--home DIR`, or see what it would replace with `butterfly vault restore FILE`",
    ))
}

/// Takes back what a failed restoring made in a home that was empty.
fn clear(root: &Path, was_there: bool) {
    let outcome = if was_there {
        entries(root).map(|found| {
            for (_, path) in found {
                let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
            }
        })
    } else {
        fs::remove_dir_all(root).map_err(|error| cannot(root, "be removed", &error))
    };
    if let Err(failure) = outcome {
        tracing::warn!(%failure, "something of a failed restoring stays behind");
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| cannot(file, "be read", &error);
    let opened = fs::File::open(file).map_err(failed)?;
    let mut bytes = Vec::new();
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(foreign("it is larger than any exported vault"));
    }
    Ok(bytes)
}

/// The same causes as for a bundle, in the words of an exported vault.
fn refused(error: BundleError) -> Failure {
    let (message, remedy) = match error {
        BundleError::WrongPassphrase => (
            "these words do not open the exported vault".to_owned(),
            "give the words that `vault export` showed for this very file",
        ),
        BundleError::TooFewWords { words, least } => (
            format!("{words} words were given; an exported vault has at least {least}"),
            "give all the words that `vault export` showed",
        ),
        BundleError::UnknownWord { position } => (
            format!("word {position} is not one that exported vaults use"),
            "check its spelling",
        ),
        BundleError::Damaged => (
            "the exported vault is damaged: it was cut short or changed".to_owned(),
            "take another copy of it",
        ),
        BundleError::CannotSeal(reason) => (format!("the vault cannot be exported: {reason}"), "try again"),
        BundleError::NotABundle(reason) => return foreign(reason),
        other => return foreign(&other.to_string()),
    };
    Failure::new(Code::BundleRefused, message, remedy)
}
