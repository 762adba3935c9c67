//! Copying an instance that is in use, and making an instance of such a copy.
//!
//! A running instance is administered through `/invoke` and never by touching its files. A backup is the exception,
//! and only reads: a copy that travelled through `/invoke` would hold the key that all its secrets are sealed under,
//! in replies of a megabyte, and an action that writes to a path of the caller's choice would be worse. So whoever
//! may read the folder copies it, by SQLite's own means: a read transaction of the write-ahead log sees one moment,
//! and no writer waits for it. The instance itself only puts on record that it happens, before it does
//! (`record_backup`).
//!
//! The data is copied before the trail. What is done is on record before it is done, so everything in the copied data
//! is in the copied trail; the other way round, there could be data that nothing accounts for.

use super::caller::OWNER;
use super::folder::Folder;
use super::issued::open_secrets;
use super::opening::open_without_given_tls;
use super::settings::{KeySource, Settings, Tls};
use super::{Instance, InstanceError};
use crate::model::{InstanceName, Timestamp};
use crate::protocol::HeldCredential;
use crate::seal::RootKey;
use crate::store::sqlite::{SqliteAuditLog, SqliteStore, check_database, copy_database};
use crate::store::{AuditHead, AuditLog, AuditOutcome, IssuedRecord, Store};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The files of a copy, in the order in which they are made.
pub const COPIED: [&str; 7] = [
    "instance.toml",
    "instance.key",
    "tls.crt",
    "tls.key",
    "tls-spare.key",
    "instance.db",
    "audit.db",
];

/// Seconds; no token can be accepted for as long as this.
const TOKENS_LIVE: i64 = 900;

/// A file of a copy.
pub struct CopiedFile {
    /// Its name.
    pub name: &'static str,
    /// What is in it; none of a database, which lies in the folder of the copy. Keys and certificates do not come onto a
    /// disk for it: theirs may have been chosen with care.
    pub bytes: Option<Zeroizing<Vec<u8>>>,
}

/// An instance that was made of a copy.
pub struct Adopted {
    /// Its settings.
    pub settings: Settings,
    /// What its owner calls it with.
    pub owner: HeldCredential,
    /// Where its audit trail ends, with the record of this.
    pub head: AuditHead,
    /// Why the certificate cannot be used that its settings name outside its folder, if it cannot.
    pub lacks_certificate: Option<String>,
}

/// What became of the instance that was replaced.
pub struct Replaced {
    /// Where it is now.
    pub aside: PathBuf,
    /// What it knew of credentials that the present one does not; none if it could not be asked.
    pub compared: Option<Compared>,
}

/// Credentials that another instance, which is the same one at a later time, knew otherwise, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// It no longer let them in, and the present one does.
    pub revived: Vec<String>,
    /// It let them in under other keys.
    pub rotated: Vec<String>,
}

impl Instance {
    /// Copies the instance in `folder`, whoever hosts it meanwhile: its databases into the empty folder `to`, all else into
    /// memory.
    pub fn copy(folder: &Path, to: &Path) -> Result<Vec<CopiedFile>, InstanceError> {
        let (from, to) = (Folder::at(folder), Folder::at(to));
        from.check()?;
        let settings = from.read_settings()?;
        let mut made = Vec::new();
        for name in COPIED {
            let source = from.file(name);
            let is_needed = !name.starts_with("tls");
            let bytes = match name {
                "instance.db" | "audit.db" => {
                    copy_database(&source, &to.file(name))?;
                    None
                }
                _ if !is_needed && !source.exists() => continue,
                "instance.toml" if settings.key.is_own() => Some(from.read_text(&source)?.into_bytes()),
                // A copy is whole: where it is opened nobody may have the file or the variable.
                "instance.toml" => Some(text_of(&settings, KeySource::Own)?.into_bytes()),
                "instance.key" => {
                    let key = from.read_key(&settings.key)?;
                    let text = RootKey::from_bytes(*key.expose_bytes()).expose_text();
                    Some(text.as_bytes().to_vec())
                }
                _ => Some(from.read_secret(&source)?.as_bytes().to_vec()),
            };
            made.push(CopiedFile {
                name,
                bytes: bytes.map(Zeroizing::new),
            });
        }
        Ok(made)
    }

    /// Where the instance in `place` has its key outside its folder, the one that was made of a copy has it there too, if
    /// it is the same key. Otherwise it stays in the folder of that one: then this says where the other has its own.
    pub fn keep_key_outside(place: &Path, made: &Path) -> Result<Option<KeySource>, InstanceError> {
        let (place, made) = (Folder::at(place), Folder::at(made));
        let source = match place.read_settings() {
            Ok(settings) if !settings.key.is_own() => settings.key,
            _ => return Ok(None),
        };
        let settings = made.read_settings()?;
        let ours = made.read_key(&settings.key)?;
        let is_same = place
            .read_key(&source)
            .is_ok_and(|theirs| theirs.expose_bytes() == ours.expose_bytes());
        if !is_same {
            return Ok(Some(source));
        }
        let text = text_of(&settings, source)?;
        made.replace_private(&made.settings(), text.as_bytes())?;
        made.remove_key()?;
        Ok(None)
    }

    /// Whether a copy of this instance lacks something that its settings name outside its folder.
    pub fn needs_more_than_its_folder(folder: &Path) -> bool {
        let settings = Folder::at(folder).read_settings();
        settings.is_ok_and(|settings| matches!(settings.tls, Some(Tls::Given { .. })))
    }

    /// Makes an instance of the copy in `folder`: everything in it is checked, and that it was restored is put on
    /// record. It is to be called `name` from now on; `what` says of which backup it is.
    pub async fn adopt(folder: &Path, name: &InstanceName, what: &str) -> Result<Adopted, InstanceError> {
        let place = Folder::at(folder);
        place.check()?;
        let mut settings = place.read_settings()?;
        if settings.name != *name {
            settings.name = name.clone();
            let text = toml::to_string_pretty(&settings)
                .map_err(|error| InstanceError::BadCopy(error.to_string()))?;
            place.replace_private(&place.settings(), text.as_bytes())?;
        }
        check_databases(&place).await?;
        // That it opens proves its key and its credentials, and a certificate of its own.
        let instance = open_without_given_tls(folder).await?;
        let adopted = take_over(&instance, what).await;
        instance.close().await;
        adopted
    }

    /// Puts the instance in `made` in the place of the one in `place`, which goes to `aside`. Nobody may host it. Those in
    /// `earlier` were in that place before; what they knew counts as well.
    pub async fn replace(
        place: &Path,
        made: &Path,
        aside: &Path,
        earlier: &[PathBuf],
    ) -> Result<Replaced, InstanceError> {
        let (place, made) = (Folder::at(place), Folder::at(made));
        let _lock = place.lock()?;
        let now = issued_in(&made).await?;
        let mut compared = issued_in(&place).await.ok().map(|before| compare(&before, &now));
        for folder in earlier {
            if let (Some(compared), Ok(before)) = (&mut compared, issued_in(&Folder::at(folder)).await) {
                compared.join(compare(&before, &now));
            }
        }
        if let Err(error) = hand_on_tokens(&place, &made).await {
            tracing::warn!(%error, "which calls the replaced instance took cannot be told; copies of its last ones may be taken again");
        }
        place.replace_by(&made, aside)?;
        Ok(Replaced {
            aside: aside.to_owned(),
            compared,
        })
    }
}

/// Settings as they stand in a file, with the key in another place.
fn text_of(settings: &Settings, key: KeySource) -> Result<String, InstanceError> {
    let settings = Settings {
        key,
        ..settings.clone()
    };
    toml::to_string_pretty(&settings).map_err(|error| InstanceError::BadCopy(error.to_string()))
}

async fn check_databases(place: &Folder) -> Result<(), InstanceError> {
    for path in [place.database(), place.audit()] {
        if let Some(finding) = check_database(&path, true)?.first() {
            let name = path.file_name().unwrap_or_default().display();
            return Err(InstanceError::BadCopy(format!("{name}: {finding}")));
        }
    }
    let trail = SqliteAuditLog::open(&place.audit())?;
    let verdict = trail.verify().await;
    trail.close().await;
    match verdict?.first_bad {
        None => Ok(()),
        Some(number) => Err(InstanceError::BadCopy(format!(
            "record {number} of its audit trail does not fit"
        ))),
    }
}

async fn take_over(instance: &Instance, what: &str) -> Result<Adopted, InstanceError> {
    let records = instance.store().issued().await?;
    let record = records
        .iter()
        .find(|record| record.name == OWNER)
        .ok_or_else(|| InstanceError::BadCopy("its owner has no credential".to_owned()))?;
    let mut owner = open_secrets(instance.key(), record)?;
    owner.pins = instance.pins().to_vec();
    let (subject, reason) = (instance.id().as_str(), format!("restored from {what}"));
    let trail = instance.trail();
    let outcome = AuditOutcome::Done;
    trail
        .step(Timestamp::now(), "restore", Some(subject), outcome, Some(&reason))
        .await?;
    Ok(Adopted {
        lacks_certificate: instance.lacks_given_certificate(),
        settings: instance.settings().clone(),
        owner,
        head: instance.audit().head().await?,
    })
}

async fn issued_in(place: &Folder) -> Result<Vec<IssuedRecord>, InstanceError> {
    let store = SqliteStore::open(&place.database())?;
    let issued = store.issued().await;
    store.close().await;
    Ok(issued?)
}

/// Has the one that was made remember which calls the other one took: its own trail ends before them, and a copy of one
/// would be taken once more.
async fn hand_on_tokens(from: &Folder, to: &Folder) -> Result<(), InstanceError> {
    if !from.audit().exists() {
        return Ok(());
    }
    let trail = SqliteAuditLog::open(&from.audit())?;
    let alive = Timestamp::now().plus_seconds(-TOKENS_LIVE);
    let seen = trail.tokens(alive, Timestamp::from_micros(i64::MAX)).await;
    trail.close().await;
    let trail = SqliteAuditLog::open(&to.audit())?;
    let kept = trail.keep_tokens(seen?).await;
    trail.close().await;
    Ok(kept?)
}

/// What is let in now, and was not before or under other keys.
fn compare(before: &[IssuedRecord], now: &[IssuedRecord]) -> Compared {
    let (mut revived, mut rotated) = (Vec::new(), Vec::new());
    for record in now.iter().filter(|record| record.state.is_usable()) {
        let known = before.iter().find(|other| other.name == record.name);
        match known.filter(|other| other.state.is_usable()) {
            None => revived.push(record.name.clone()),
            Some(other) if !has_same_keys(other, record) => rotated.push(record.name.clone()),
            Some(_) => {}
        }
    }
    Compared { revived, rotated }
}

/// Legacy keys have no id. What is sealed of them is written anew with them, and only then.
fn has_same_keys(one: &IssuedRecord, other: &IssuedRecord) -> bool {
    match (&one.kid, &other.kid) {
        (None, None) => one.sealed_secrets == other.sealed_secrets,
        (one, other) => one == other,
    }
}

impl Compared {
    /// Adds what another one knew. What one of them did not let in is not merely rotated.
    fn join(&mut self, other: Self) {
        let Self { revived, rotated } = other;
        add(&mut self.revived, revived);
        add(&mut self.rotated, rotated);
        self.rotated.retain(|name| !self.revived.contains(name));
    }
}

fn add(names: &mut Vec<String>, more: Vec<String>) {
    for name in more {
        if !names.contains(&name) {
            names.push(name);
        }
    }
}
