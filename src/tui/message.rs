//! Everything that can happen to the console.

use super::clipboard::Copied;
use super::composer;
use super::files::Files;
use super::invoke;
use super::outcome::Outcome;
use super::paths::FileName;
use super::pointer;
use super::state::Pace;
use super::wizard::News;
use crate::command::Key;
use crate::instance::Reading;
use crate::model::{InstanceName, Pointer, PointerAddress, Route, Timestamp};
use crate::protocol::CredentialForm;
use crate::seal::Passphrase;
use crate::store::AuditHead;
use crate::workspace::{
    Backup, BulkReport, BulkTarget, Check, Comparison, ConnectionRow, CredentialRow, Demo, Dependent,
    Destruction, DomainRow, Failure, FederationMap, ImportPreview, ImportReport, InstanceDetail, InstanceRow,
    KeptFilters, LogDetail, LogWindow, Observation, PointerDetail, PointerList, RecoveredOwner, Restored,
    Rotated, TakenOver,
};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// Something that happened.
pub enum Message {
    /// A key.
    Key(Key),
    /// A begun sequence of keys rested for a moment; which turn of it.
    KeysRested(u64),
    /// Text pasted in one piece.
    Paste(String),
    /// The mouse.
    Mouse(Mouse),
    /// The terminal has another size.
    Resize(u16, u16),
    /// The terminal told its background.
    Background(Brightness),
    /// The process was told to end.
    Terminate,
    /// Time went by while something is live.
    Tick,
    /// The home is open.
    HomeOpened,
    /// It could not be opened or made.
    HomeFailed(Failure),
    /// What could not be told is worth asking for again.
    AskAgain,
    /// It is time to go on with handshakes that wait for the other side, if this plan still stands.
    Onward(u64),
    /// What came of that: the peers that can be called now.
    WentOn(Outcome<Vec<String>>),
    /// Remembered settings: name and value.
    Preferences(Outcome<Vec<(String, String)>>),
    /// The instances on disk that the vault does not know.
    Unknown(Outcome<Vec<InstanceName>>),
    /// What was being written in the composer, by instance.
    Drafts(Outcome<Vec<(InstanceName, Vec<String>)>>),
    /// Filters that are kept under a name; or why one was not kept or forgotten.
    Filters(Outcome<KeptFilters>),
    /// After how long without a key the vault is locked.
    IdleLock(Outcome<Option<Duration>>),
    /// Files that a person writes in the home have changed.
    Files(Box<Files>),
    /// What there is in a folder that was looked into.
    Folder(String, Vec<FileName>),
    /// It may be time to lock it; which look this is.
    IdleLook(u64),
    /// The vault is locked; whether a passphrase opens it rather than a key that lies ready.
    VaultShut(Outcome<bool>),
    /// The vault is open again, or not.
    VaultOpened(Outcome<()>),
    /// What was shown until this moment is masked.
    Mask(Timestamp),
    /// Something in the vault changed, by us or by another console.
    VaultChanged,
    /// The list of instances.
    Instances(Outcome<Vec<InstanceRow>>),
    /// An instance was looked at.
    Probed(InstanceName, Outcome<InstanceRow>),
    /// How an instance is looked at from now on.
    Paced(InstanceName, Pace),
    /// The federation, for the map of this number.
    Map(u64, Outcome<FederationMap>),
    /// It is time to ask for it again, unless it came since: for which map, and how often it had come.
    MapDue(u64, u64),
    /// It is time to ask again for the domains of this instance, if this turn still stands.
    DomainsDue(InstanceName, u64),
    /// Something was read of the log of an instance.
    Told(InstanceName, Reading),
    /// Everything that the home can tell of an instance.
    Detail(InstanceName, Outcome<Box<InstanceDetail>>),
    /// The filter of this generation was not changed for a moment.
    FilterSettled(u64),
    /// A page of pointers.
    Pointers {
        /// Of which instance.
        instance: InstanceName,
        /// For which filter it was asked.
        generation: u64,
        /// Which page.
        page: u64,
        /// The page.
        outcome: Outcome<PointerList>,
    },
    /// A pointer and what is around it.
    Pointer(InstanceName, PointerAddress, Outcome<Box<PointerDetail>>),
    /// News for the page about a pointer.
    PointerNews(pointer::News),
    /// The credentials, and the instances that could not be asked.
    Credentials(Outcome<(Vec<CredentialRow>, Vec<Failure>)>),
    /// What depends on the credential of this name.
    Dependents(String, Outcome<Vec<Dependent>>),
    /// Lines of the invoke log.
    Log {
        /// For which filter they were asked.
        generation: u64,
        /// The lines, and how many there are in all.
        outcome: Outcome<LogWindow>,
    },
    /// Lines of it were marked, or their marks taken away.
    LogMarked(Outcome<u64>),
    /// Everything kept of one line.
    Entry(u64, Outcome<Box<LogDetail>>),
    /// News of an errand of this number, for the page about this line.
    Inspected(u64, u64, invoke::News),
    /// A step of long work, in words.
    Step(u64, String),
    /// Work that a person asked for is over.
    Worked(u64, Outcome<Done>),
    /// News for the handshake wizard.
    Wizard(News),
    /// News for the composer.
    Composer(composer::News),
    /// The person's own pager has ended.
    CameBack,
    /// The person's own editor has ended: with this text, or without changing anything.
    Edited(Result<Option<String>, Failure>),
    /// The person's own pager or shell could not be started.
    NotStarted(Failure),
    /// A line of the person's own shell has ended: it may have changed anything.
    Ran,
    /// A line behind the console ended.
    RanBehind(Ended),
    /// News for the page with an audit trail.
    Audit(crate::tui::audit::News),
    /// News for the page about domains.
    Domains(crate::tui::domains::News),
    /// Everything was looked at, for the doctor of this number.
    Examined(u64, Vec<Observation>),
    /// News for the live test.
    LiveTest(crate::tui::livetest::News),
    /// What became of a text for the clipboard.
    Copied(Copied),
    /// Every hosted instance is stopped.
    Stopped,
}

/// What work came to.
pub enum Done {
    /// An instance was made, added, started or stopped; with a word for which.
    Instance(Box<InstanceRow>, &'static str),
    /// An instance was removed.
    Removed(InstanceName),
    /// An instance was backed up.
    BackedUp(Box<Backup>),
    /// An instance was made of a backup.
    Restored(Box<Restored>),
    /// An instance has a new owner.
    OwnerRecovered(RecoveredOwner),
    /// Instances on disk are known to this home now, or some of them.
    TakenOver(Box<TakenOver>),
    /// An instance shows its spare TLS key from its next start on.
    SpareKeyUsed(InstanceName),
    /// The audit trail of an instance was cleared; where it ended.
    AuditCleared(InstanceName, AuditHead),
    /// A pointer was made or changed; with a word for which.
    Pointer(InstanceName, Box<Pointer>, &'static str),
    /// What importing a file into an instance would come to.
    Previewed(InstanceName, PathBuf, ImportPreview),
    /// Pointers were imported into an instance, or not.
    Imported(InstanceName, ImportReport),
    /// So many pointers were exported to a file.
    Exported(u64, String),
    /// A pointer was deleted.
    PointerDeleted(InstanceName, PointerAddress),
    /// Pointers to be marked, and whether those are all that match.
    Matching(Vec<BulkTarget>, bool),
    /// The same was done to many pointers.
    Bulk(Box<BulkReport>),
    /// An invoke or a call ended with a reply, and has this place in the log.
    Invoked(u64),
    /// An invoke or a call ended with this reply, which could not be written into the log; and why not.
    Unlogged(Box<Value>, Failure),
    /// A note was put to a line of the log, or taken away.
    Noted(u64),
    /// A line of the log as something to be pasted elsewhere.
    LogText(String),
    /// Lines of the log were written to a file.
    LogExported(u64, PathBuf),
    /// A credential was revoked or forgotten.
    Revoked(Box<CredentialRow>),
    /// A credential changed; with a word for how.
    Credential(Box<CredentialRow>, &'static str),
    /// A credential has fresh keys, or is to get them.
    Rotated(Box<Rotated>),
    /// The values of a credential, to be shown.
    CredentialExported(String, CredentialForm),
    /// A credential was tried.
    Checked(String, Vec<Check>),
    /// Circuits were sealed anew.
    Resealed(String, Vec<(String, PointerAddress)>),
    /// Two lines of the log beside each other; for a direct call against one through another instance, what
    /// the way there added, microseconds.
    Compared(Box<Comparison>, Option<i64>),
    /// Nothing: others changed meanwhile what was to be changed; why nothing was done, and what it is now.
    Meanwhile(Failure, Present),
    /// Nothing yet: it would destroy something, and this is done after a yes.
    Asks(Box<Destruction>, Again),
    /// Nothing yet: of these pointers, which were to be invoked, some would destroy something.
    AsksForMany(Vec<BulkTarget>, Vec<Destruction>),
    /// Something about the domains of an instance was changed.
    Domains(InstanceName, crate::tui::domains::Changed),
    /// The vault is locked differently; how, in words, and whether the old lock still lies in its log.
    LockChanged(&'static str, bool),
    /// The whole vault is in this file, and opens with these words.
    VaultExported(PathBuf, Passphrase),
    /// The demo stands.
    Demo(Box<Demo>),
}

/// Something that is shown once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownOnce {
    /// What it is.
    pub what: &'static str,
    /// What is left to do for whoever has not seen it.
    pub remedy: String,
}

impl Done {
    /// What of it is shown now or never.
    pub fn shown_once(&self) -> Option<ShownOnce> {
        let (what, remedy) = match self {
            Self::BackedUp(made) if made.words.is_some() => (
                "the words that open it",
                format!(
                    "nothing opens {} any more: remove it, and make the backup again",
                    made.file.display()
                ),
            ),
            Self::VaultExported(file, _) => (
                "the words that open it",
                format!(
                    "nothing opens {} any more: remove it, and export the vault again",
                    file.display()
                ),
            ),
            Self::Rotated(rotated) if rotated.form.is_some() => (
                "its new values",
                format!(
                    "look at {}; if it is not handed over yet, rotate it again",
                    rotated.row.name
                ),
            ),
            Self::Domains(_, changed) if changed.secret.is_some() => (
                "its key",
                "take it back among the domains (:domains), and make it anew".to_owned(),
            ),
            Self::Unlogged(..) => (
                "its reply, which could not be written into the invoke log either",
                "it was done: look at what it changed before it is sent again".to_owned(),
            ),
            _ => return None,
        };
        Some(ShownOnce { what, remedy })
    }
}

/// Something that a form is about, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub enum Present {
    /// A pointer.
    Pointer(Box<Pointer>),
    /// A connection.
    Connection(Box<ConnectionRow>),
    /// A domain.
    Domain(Box<DomainRow>),
    /// An issued credential.
    Credential(Box<CredentialRow>),
}

/// What is done after a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// A line of the log is sent again.
    Send(u64),
    /// A line of the log is sent another way, and put beside itself.
    Compare(u64),
    /// A pointer is called.
    Call(InstanceName, PointerAddress, Option<Route>),
    /// A pointer is invoked.
    Invoke(InstanceName, PointerAddress),
}

/// How a line of the shell behind the console ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// As it was written.
    pub line: String,
    /// How, in words, if it failed; and the first line of what it complained.
    pub failed: Option<(String, String)>,
}

/// Whether a terminal's background is dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Brightness {
    Dark,
    Light,
}

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The main button went down.
    Click(u16, u16),
    /// The mouse was moved while it is down.
    Drag(u16, u16),
    /// It went up.
    Release,
    /// The wheel turned: negative is up.
    Wheel(u16, u16, i64),
}
