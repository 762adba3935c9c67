//! What a form is for, and what it learns of the instance meanwhile. Types only: what follows from them is said by the
//! forms themselves.

use crate::model::{DomainId, InstanceName, Pointer, PointerAddress, Timestamp};
use crate::store::PointerQuery;
use crate::tui::layers::first_run::Choice;
use crate::tui::paths::FileName;
use crate::workspace::{BulkTarget, ConnectionRow, CredentialRow, DomainRow, InstanceRow, Taken};

/// What a form is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A passphrase for a new vault; then what was chosen to begin with.
    NewVault(Choice),
    /// The vault of another home, for this one.
    BringVault,
    /// The passphrase of the vault.
    Unlock,
    /// A local instance.
    Init,
    /// A backup of this instance.
    Backup(InstanceName),
    /// An instance made of a backup.
    Restore,
    /// A remote.
    AddRemote,
    /// What this home knows of this instance.
    EditInstance(Box<InstanceRow>),
    /// A pointer on this instance.
    NewPointer(InstanceName),
    /// Changes to this pointer on this instance.
    EditPointer(InstanceName, Box<Pointer>),
    /// A pointer like this one on this instance.
    DuplicatePointer(InstanceName, Box<Pointer>),
    /// The tags of this pointer on this instance.
    TagPointer(InstanceName, Box<Pointer>),
    /// Tags to put on all of these pointers, and to take off.
    TagMarked(Vec<BulkTarget>),
    /// A file for these pointers.
    ExportMarked(Vec<BulkTarget>),
    /// Pointers from a file into this instance.
    ImportPointers(InstanceName),
    /// Pointers of this instance into a file; what the filter shows, if there is one.
    ExportPointers(InstanceName, Option<PointerQuery>),
    /// A federated pointer on this instance; what each peer of the choice is asked unless told otherwise.
    Federate(InstanceName, Vec<String>),
    /// Something about the domains of this instance.
    Domains(InstanceName, AboutDomains),
    /// What this credential allows, as it was at this moment.
    ChangeCredential(Box<CredentialRow>, Timestamp),
    /// How the vault is locked from now on.
    ChangeLock,
    /// A file with the whole vault.
    ExportVault,
    /// A header for fetching on this instance, for this pointer if there is one.
    FetchHeader(InstanceName, Option<PointerAddress>),
    /// A note to this line of the invoke log.
    NoteLine(u64),
    /// A file with lines of the invoke log that this filter leaves.
    ExportLog(String),
}

/// What exactly a form about domains is for.
#[derive(Debug, Clone, PartialEq)]
pub enum AboutDomains {
    /// A domain.
    NewDomain,
    /// Another name for this one.
    Rename(Box<DomainRow>),
    /// A connection of this one.
    NewConnection(DomainId),
    /// The name of this connection, and what it is for.
    EditConnection(Box<ConnectionRow>),
    /// An access key of this domain.
    NewKey(DomainId),
    /// A federation of this domain with one of these.
    Federate(DomainId, Vec<(DomainId, String)>),
    /// The key of a request.
    Accept,
}

/// What the instance told about what is being typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// The tags of the instance, with how many pointers bear each.
    pub tags: Vec<(String, u64)>,
    /// Whose reference this is already.
    pub taken: Option<(String, Taken)>,
    /// The folder that is looked into, as it was written.
    pub folder: Option<String>,
    /// What is in it.
    pub files: Vec<FileName>,
}
