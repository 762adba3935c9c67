//! What `update` wants done: described here as plain values, done elsewhere.

use super::clock::pointers;
use super::message::Message;
use super::outside::{Reading, ShellLine};
use super::pointer;
use super::wizard::Errand;
use super::{audit, composer, domains, invoke};
use crate::model::{ConnectionId, InstanceName, NewPointer, PointerAddress, PointerChange, Route};
use crate::seal::Passphrase;
use crate::store::PointerQuery;
use crate::workspace::{
    BackupSeal, BulkAction, BulkTarget, DomainChange, FederateRequest, FileDigest, GrantChange, InitInstance,
    InstanceChange, LogAsk, LogExport, LogForm, NewFetchHeader, RemoteRequest, Rows, TagChange, Unlock,
    VaultLock, listed,
};
use std::path::PathBuf;
use std::time::Duration;

/// A vault that comes from another home.
pub struct Bringing {
    /// The file that an export wrote.
    pub path: PathBuf,
    /// What opens it.
    pub words: Passphrase,
    /// How it is locked here.
    pub lock: VaultLock,
}

/// Something to do outside the state.
pub enum Effect {
    /// Make the home and open it.
    CreateHome(VaultLock),
    /// Make the home of another one's vault and open it.
    BringVault(Box<Bringing>),
    /// Open the home.
    OpenHome(Unlock),
    /// Find out what is in a folder, written as a person does.
    LookIntoFolder(String),
    /// Fetch after how long without a key the vault is locked.
    LoadIdleLock,
    /// Tell when files change that a person writes in the home.
    WatchFiles,
    /// Forget the vault's key; find out what opens it again.
    LockVault,
    /// Open the vault again.
    UnlockVault(Unlock),
    /// Fetch what was remembered of the screen.
    LoadPreferences,
    /// Remember a setting.
    Remember(&'static str, String),
    /// Fetch the filters that are kept under a name.
    LoadFilters,
    /// Keep a filter of these rows under a name, or forget it.
    KeepFilter(Rows, String, Option<String>),
    /// Fetch what was being written in the composer when the last console ended.
    LoadDrafts,
    /// Keep what is being written for an instance, or forget it.
    KeepDrafts(InstanceName, Vec<String>),
    /// Fetch the list of instances.
    LoadInstances,
    /// Find out whether there are instances on disk that the vault does not know.
    FindUnknown,
    /// Keep an eye on exactly these instances, each on its own.
    Watch(Vec<InstanceName>),
    /// Fetch everything that the home can tell of an instance.
    LoadInstance(InstanceName),
    /// Find out who can call whom, for the map of this number.
    LoadMap(u64),
    /// Read the log of this instance again and again, and of no other.
    Tail(Option<InstanceName>),
    /// Ring the terminal's bell.
    Ring,
    /// Look at every watched instance now.
    ProbeNow,
    /// Somebody is there to see what is found, or nobody: then calls that instances put on record are made seldom.
    Attend(bool),
    /// Fetch a page of pointers.
    LoadPointers {
        /// Of which instance.
        instance: InstanceName,
        /// For which filter.
        generation: u64,
        /// Which page.
        page: u64,
        /// What exactly is asked.
        query: PointerQuery,
    },
    /// Fetch a pointer with what is around it.
    LoadPointer(InstanceName, PointerAddress),
    /// Fetch something for the page about a pointer.
    Pointer(pointer::Errand),
    /// Fetch something for the page with an audit trail.
    Audit(audit::Errand),
    /// Fetch something for the page about domains.
    Domains(domains::Errand),
    /// Look at everything, for the doctor of this number.
    Examine(u64),
    /// Fetch the credentials.
    LoadCredentials,
    /// Go on with handshakes that wait for nobody here.
    Onward,
    /// Fetch what depends on a credential.
    LoadDependents(String),
    /// Fetch lines of the log.
    LoadLog {
        /// For which filter.
        generation: u64,
        /// What exactly is asked.
        ask: LogAsk,
    },
    /// A filter of the log is about to be typed.
    PrepareLogFilter,
    /// Mark lines of the log, or take their marks away.
    MarkLog(Vec<u64>, bool),
    /// Fetch one line with everything kept of it.
    LoadEntry(u64),
    /// Do an errand of this number for the page about this line.
    Inspect(u64, u64, invoke::Errand),
    /// Bring this message after a while.
    After(Duration, Message),
    /// Do something that a person asked for.
    Work(u64, Work),
    /// Do something for the handshake wizard.
    Wizard(u64, Errand),
    /// Do something for the composer.
    Composer(u64, composer::Errand),
    /// Do something for the live test.
    LiveTest(u64, crate::tui::livetest::Errand),
    /// Stop waiting for it.
    Cancel(u64),
    /// Stop all hosted instances.
    Shutdown,
    /// Give a text to the clipboard; what became of it comes back as a message.
    Copy(String),
    /// Ask the terminal to take a text, where a program did not.
    CopyByTerminal(String),
    /// Take the mouse, or give it back to the terminal.
    Mouse(bool),
    /// Draw everything anew.
    Redraw,
    /// Go into the background.
    Suspend,
    /// Step aside for the person's own editor, with this text; what it became comes back as a message.
    Edit(String),
    /// Step aside for the person's own pager, with this.
    Read(Reading),
    /// Step aside for a line of the person's own shell; that it ended comes back as a message.
    Run(ShellLine),
    /// Run a line of the person's own shell behind the console; how it ended comes back as a message.
    RunBehind(ShellLine),
}

/// What a person asked for.
pub enum Work {
    /// Host an instance.
    Start(InstanceName),
    /// Stop hosting it.
    Stop(InstanceName),
    /// Stop hosting it and host it again.
    Restart(InstanceName),
    /// Change what this home knows of it.
    EditInstance(InstanceName, Box<InstanceChange>),
    /// Forget or remove it.
    Remove(InstanceName),
    /// Write all that an instance keeps into a file.
    Backup {
        /// The instance.
        instance: InstanceName,
        /// The file, as it was typed.
        path: PathBuf,
        /// What it is sealed to.
        seal: BackupSeal,
    },
    /// Make an instance of a backup.
    Restore(Box<Restoring>),
    /// Make a new owner for an instance.
    RecoverOwner(InstanceName),
    /// Make new owners for instances on disk that this home does not know.
    TakeOver(Vec<InstanceName>),
    /// Show the spare TLS key of a local instance from its next start on.
    UseSpareKey(InstanceName),
    /// Remove every record of the audit trail of an instance.
    ClearAudit(InstanceName),
    /// Make a local instance and host it.
    Init(Box<InitInstance>),
    /// Add a remote.
    AddRemote(Box<RemoteRequest>),
    /// Make a pointer.
    Create(InstanceName, Box<NewPointer>),
    /// Change a pointer.
    Update(InstanceName, PointerAddress, Box<PointerChange>),
    /// Put tags on a pointer and take others off.
    Tag(InstanceName, PointerAddress, TagChange),
    /// Let an instance keep a header for fetching.
    KeepHeader(Box<KeepHeader>),
    /// Assign a pointer to a connection, or to none.
    Assign(InstanceName, PointerAddress, Option<ConnectionId>),
    /// Find out what importing a file would come to.
    PreviewImport(InstanceName, PathBuf),
    /// Import pointers from a file.
    Import {
        /// Into which instance.
        instance: InstanceName,
        /// The file.
        path: PathBuf,
        /// Leave bad rows out instead of importing nothing.
        skip_bad: bool,
        /// What the file said when it was agreed to: if it says something else by now, nothing is imported.
        agreed: Option<FileDigest>,
    },
    /// Export pointers into a file.
    Export {
        /// Of which instance.
        instance: InstanceName,
        /// The file.
        path: PathBuf,
        /// Which pointers.
        wanted: Box<PointerQuery>,
        /// Replace a file that is there already.
        overwrite: bool,
    },
    /// Delete a pointer.
    Delete(InstanceName, PointerAddress),
    /// Mark all that match on these instances.
    MarkAll(Vec<(InstanceName, PointerQuery)>),
    /// Do the same to many pointers, one after the other.
    Bulk(BulkAction, Vec<BulkTarget>),
    /// Invoke many pointers, one after the other; if one of them destroys something, none before somebody was asked.
    InvokeMany(Vec<BulkTarget>),
    /// Invoke a pointer through its connection.
    InvokePointer(InstanceName, PointerAddress, Consent),
    /// Make a federated call.
    Call(InstanceName, PointerAddress, Option<Route>, Consent),
    /// Make a federated pointer.
    Federate(Box<FederateRequest>),
    /// Revoke or forget a credential.
    Revoke(String),
    /// Give a credential fresh keys, the old ones answered for so many seconds more.
    Rotate(String, u32),
    /// Stop answering the older key of an issued credential.
    EndOverlap(String),
    /// Change what a credential allows.
    ChangeCredential(String, Box<GrantChange>),
    /// Suspend an issued credential, or resume it.
    Suspend(String, bool),
    /// Get the values of a credential in plain text.
    ExportCredential(String),
    /// Try a held credential.
    Check(String),
    /// Seal its circuits anew.
    Reseal(String),
    /// Put two lines of the log beside each other.
    Compare(u64, u64),
    /// Put a line beside the same query asked directly, or through another instance.
    CompareDirect(u64, Consent),
    /// Put a note to a line of the log.
    NoteLog(u64, String),
    /// Make a text of a line of the log that can be pasted elsewhere.
    CopyLog(u64, LogForm),
    /// Write lines of the log to a file.
    ExportLog(Box<LogExport>, PathBuf),
    /// Send a line of the log again.
    Replay(u64, Consent),
    /// Change something about the domains of an instance.
    Domains(InstanceName, Box<DomainChange>),
    /// Lock the vault differently from now on.
    ChangeLock {
        /// The passphrase of now, if it is locked with one.
        now: Option<Passphrase>,
        /// The lock of then.
        lock: VaultLock,
    },
    /// Write the whole vault into a file.
    ExportVault {
        /// The file, as its path was typed.
        path: PathBuf,
        /// Whether the invoke log goes along.
        with_log: bool,
    },
    /// Make and start the demo.
    Demo,
}

/// Whether somebody was asked, where a query may destroy something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Not yet: if it does, it is not sent, and somebody is asked.
    Unasked,
    /// Yes.
    Given,
}

/// A header for fetching that is to be kept.
pub struct KeepHeader {
    /// On which instance.
    pub instance: InstanceName,
    /// The header.
    pub new: NewFetchHeader,
    /// The pointer that is fetched with it from now on.
    pub pointer: Option<PointerAddress>,
}

/// A backup of which an instance is to be made.
pub struct Restoring {
    /// What the instance is called here.
    pub name: InstanceName,
    /// The backup, as its path was typed.
    pub path: PathBuf,
    /// What opens it.
    pub opener: RestoreOpener,
    /// Whether one of that name is replaced; it is kept aside.
    pub replace: bool,
}

/// What opens a backup.
pub enum RestoreOpener {
    /// Its words.
    Words(Passphrase),
    /// A file with the secret key of the recipient that it was made for, as its path was typed.
    KeyFile(PathBuf),
}

impl Work {
    /// Whether it can be stopped between two steps, and tells then what was done.
    pub const fn stops_gently(&self) -> bool {
        matches!(
            self,
            Self::Bulk(..) | Self::InvokeMany(_) | Self::Import { .. } | Self::PreviewImport(..)
        )
    }

    /// What is being done, for the status line.
    pub fn words(&self) -> String {
        match self {
            Self::Start(name) => format!("starting {name}"),
            Self::Stop(name) => format!("stopping {name}"),
            Self::Restart(name) => format!("restarting {name}"),
            Self::EditInstance(name, _) => format!("changing {name}"),
            Self::Remove(name) => format!("removing {name}"),
            Self::Backup { instance, path, .. } => {
                format!("backing {instance} up to {}", path.display())
            }
            Self::Restore(restoring) => format!("restoring {}", restoring.name),
            Self::RecoverOwner(name) => format!("making a new owner for {name}"),
            Self::TakeOver(names) => format!("taking {} over", listed(names)),
            Self::UseSpareKey(name) => format!("changing the TLS key of {name}"),
            Self::ClearAudit(name) => format!("clearing the audit trail of {name}"),
            Self::Init(new) => format!("making {}", new.name),
            Self::AddRemote(request) => format!("adding {}", request.name),
            Self::Create(name, _) => format!("making a pointer on {name}"),
            Self::Update(_, address, _) => format!("changing {address}"),
            Self::Tag(_, address, _) => format!("tagging {address}"),
            Self::KeepHeader(keep) => format!("keeping a header on {}", keep.instance),
            Self::Assign(_, address, _) => format!("assigning {address}"),
            Self::PreviewImport(_, path) => format!("looking at {}", path.display()),
            Self::Import { instance, path, .. } => format!("importing {} into {instance}", path.display()),
            Self::Export { instance, path, .. } => format!("exporting {instance} to {}", path.display()),
            Self::Delete(_, address) => format!("deleting {address}"),
            Self::MarkAll(_) => "marking all that match".to_owned(),
            Self::Bulk(action, targets) => {
                format!("{} {}", action.doing(), pointers(targets.len() as u64))
            }
            Self::InvokeMany(targets) => format!("invoking {}", pointers(targets.len() as u64)),
            Self::Domains(name, change) => format!("{} on {name}", change.doing()),
            Self::InvokePointer(_, address, _) => format!("invoking {address}"),
            Self::Call(_, address, None, _) => format!("calling {address}"),
            Self::Call(_, address, Some(route), _) => format!("calling {address} by {route}"),
            Self::Federate(request) => format!("making a federated pointer on {}", request.instance),
            Self::Revoke(name) => format!("revoking {name}"),
            Self::ChangeCredential(name, _) => format!("changing {name}"),
            Self::Rotate(name, _) => format!("rotating the keys of {name}"),
            Self::EndOverlap(name) => format!("ending the overlap of {name}"),
            Self::Suspend(name, true) => format!("suspending {name}"),
            Self::Suspend(name, false) => format!("resuming {name}"),
            Self::ExportCredential(name) => format!("getting the values of {name}"),
            Self::Check(name) => format!("checking {name}"),
            Self::Reseal(name) => format!("sealing circuits of {name} anew"),
            Self::Compare(one, other) => format!("comparing #{one} and #{other}"),
            Self::CompareDirect(id, _) => format!("making the other side of #{id}"),
            Self::NoteLog(id, _) => format!("noting line {id}"),
            Self::CopyLog(id, form) => format!("making {} of line {id}", form.words()),
            Self::ExportLog(_, path) => format!("exporting to {}", path.display()),
            Self::Replay(id, _) => format!("sending line {id} again"),
            Self::ChangeLock { .. } => "locking the vault differently".to_owned(),
            Self::ExportVault { path, .. } => format!("writing the vault to {}", path.display()),
            Self::Demo => "making the demo".to_owned(),
        }
    }
}
