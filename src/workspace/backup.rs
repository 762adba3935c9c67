//! Backups of local instances: one sealed file with everything that an instance keeps, made while it runs, and an
//! instance made of such a file.
//!
//! Why a copy is made from the files, though a running instance is otherwise administered through `/invoke` only, is
//! told in `instance::copying`. Both ways are whole or not at all: a backup gets its name when it is finished, and a
//! restored instance is made beside, opened and checked before it comes to its place.

mod of;
mod packed;
mod restored;
mod restoring;

pub use of::BackupOf;
pub use restored::Restored;

use super::file_failure::cannot;
use super::{Failure, PartialFile, StopSign, Workspace, blocking};
use crate::handshake::{BundleError, SealedWriter, is_recipient};
use crate::instance::Instance;
use crate::model::Timestamp;
use crate::protocol::{Code, Query};
use crate::seal::{Passphrase, private, random};
use of::{damaged, foreign};
use packed::Head;
use serde_json::json;
use std::path::{Path, PathBuf};

/// What a backup is sealed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupSeal {
    /// Fresh words, which are shown once.
    Words,
    /// An age recipient (`age1…`): whoever has its secret key opens it. For backups that nobody watches.
    Recipient(String),
}

/// A backup that was made.
pub struct Backup {
    /// What is in it.
    pub of: BackupOf,
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What opens it, where it was sealed under words.
    pub words: Option<Passphrase>,
    /// Whether the instance's settings name a certificate outside its folder, which is not in the backup.
    pub lacks_certificate: bool,
}

impl Workspace {
    /// Writes everything that a local instance keeps into one sealed file, whoever hosts the instance meanwhile. The
    /// file must not be there, and nothing of it is once the sign to stop is shown.
    pub async fn backup_instance(
        &self,
        name: &str,
        file: &Path,
        seal: BackupSeal,
        stop: &StopSign,
    ) -> Result<Backup, Failure> {
        if let BackupSeal::Recipient(recipient) = &seal
            && !is_recipient(recipient)
        {
            return Err(Failure::new(
                Code::InvalidParameter,
                "this is no recipient of age",
                "give one that begins with `age1`, as `age-keygen` prints it",
            ));
        }
        if std::fs::symlink_metadata(file).is_ok() {
            return Err(Failure::new(
                Code::FileFailed,
                format!("{} is there already", file.display()),
                "name another file; an older one is not written over",
            ));
        }
        let record = self.local_record(name).await?;
        let folder = self.folder_of(&record)?;
        let id = random::backup_id();
        let bench = self
            .instances_folder()?
            .join(format!(".backup-{}-{id}", record.name));
        let (file, stop) = (file.to_owned(), stop.clone());
        // Held until the copy is made: an instance that nobody hosts is hosted by nobody else meanwhile.
        let mut session = self.session_with(record).await?;
        let recorded = session
            .result(&Query::new("record_backup", json!({ "id": id })))
            .await;
        let made = match recorded {
            Ok(_) => blocking(move || make(&folder, &bench, id, file, seal, &stop)).await,
            Err(failure) => Err(failure),
        };
        session.close().await;
        made.map_err(|failure| failure.on(name))
    }
}

fn make(
    folder: &Path,
    bench: &Path,
    id: String,
    file: PathBuf,
    seal: BackupSeal,
    stop: &StopSign,
) -> Result<Backup, Failure> {
    let bench = Bench::make(bench)?;
    let made_at = Timestamp::now();
    let settings = Instance::read_settings(folder)?;
    let copied = Instance::copy(folder, &bench.0)?;
    stop.check(&file)?;
    let of = BackupOf {
        id,
        name: settings.name,
        instance_id: settings.instance_id,
        made_at,
    };
    let head = Head::of(&of, &bench.0, &copied)?;
    let partial = PartialFile::create_private(&file, false).map_err(|error| error.at(&file))?;
    let (mut writer, words) = match seal {
        BackupSeal::Words => {
            let (writer, words) = SealedWriter::under_words(partial).map_err(refused)?;
            (writer, Some(words))
        }
        BackupSeal::Recipient(recipient) => {
            let writer = SealedWriter::to_recipient(&recipient, partial).map_err(refused)?;
            (writer, None)
        }
    };
    let written = head.write(&bench.0, &copied, &mut writer, stop);
    stop.check(&file)?;
    written.map_err(|error| cannot(&file, "be written", &error))?;
    let partial = writer
        .finish()
        .map_err(|error| cannot(&file, "be written", &error))?;
    partial.keep_durably().map_err(|error| error.at(&file))?;
    let bytes = std::fs::metadata(&file).map_or(0, |about| about.len());
    Ok(Backup {
        of,
        file,
        bytes,
        words,
        lacks_certificate: Instance::needs_more_than_its_folder(folder),
    })
}

/// A private folder that is gone again in the end.
struct Bench(PathBuf);

impl Bench {
    fn make(path: &Path) -> Result<Self, Failure> {
        private::folders()
            .create(path)
            .map_err(|error| cannot(path, "be made", &error))?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "the copy that a backup was made of stays behind");
        }
    }
}

/// The same causes as for a bundle, in the words of a backup.
fn refused(error: BundleError) -> Failure {
    let (message, remedy) = match error {
        BundleError::WrongPassphrase => (
            "this does not open the backup".to_owned(),
            "give the words that were shown when this very file was made, or the secret key that it was made for",
        ),
        BundleError::TooFewWords { words, least } => (
            format!("{words} words were given; a backup has at least {least}"),
            "give all the words that `instance backup` showed",
        ),
        BundleError::UnknownWord { position } => (
            format!("word {position} is not one that backups use"),
            "check its spelling",
        ),
        BundleError::Damaged => return damaged(),
        BundleError::CannotSeal(reason) => (format!("the backup cannot be sealed: {reason}"), "try again"),
        BundleError::NotABundle(reason) => return foreign(reason),
        other => return foreign(&other.to_string()),
    };
    Failure::new(Code::BundleRefused, message, remedy)
}
