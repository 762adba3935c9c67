//! What an instance remembers: pointers, relationships, domains, connections, credentials, and the audit trail.
//!
//! [`Store`] and [`AuditLog`] are what the rest of the program sees; `sqlite` is the embedded
//! implementation. The traits promise nothing that only SQLite can keep: another implementation may
//! be shared by several nodes. Depends on `model` and `seal` (for the shapes of what it keeps sealed).

mod audit_filter;
mod handing_over;
mod order;
mod patience;
mod records;
pub mod sqlite;

pub use audit_filter::{AUDIT_FIELDS, AuditFilter};
pub use handing_over::take_in;
pub use order::{Order, SORTED_CHARACTERS, SortBy};
pub use patience::Patience;
pub use records::{
    AsSeen, AuditCut, AuditExtent, AuditHead, AuditOutcome, AuditPage, AuditRecord, AuditVerdict, Begun,
    CodeRecord, ConnectionChange, Edge, HeadSide, HeldRecord, ImportBounds, ImportId, ImportRow,
    IssuedRecord, Nearest, Nearness, NewAuditRecord, OfferRecord, OnceKey, PointerPage, PointerQuery,
    Relationship, SeenTokens, SharedHead, Sight, Start, Statistics, Summary, TagMatch,
};

use crate::model::{
    AppId, Connection, ConnectionId, ConnectionStatus, Domain, DomainId, DomainPermission, Federation,
    FederationId, NewPointer, Pointer, PointerAddress, PointerChange, PointerScope, Timestamp,
};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why storage could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another pointer has this data_reference already.
    #[error("A pointer with this data_reference already exists: {address}")]
    DuplicateReference {
        /// That pointer.
        address: PointerAddress,
    },
    /// Something of this name is there already.
    #[error("{what} {name:?} already exists")]
    AlreadyExists {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// What was to be changed is not there.
    #[error("no {what} {name:?}")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// What was to be changed is not as it was seen.
    #[error("the {what} {name} was changed meanwhile; nothing was written")]
    ChangedMeanwhile {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// When it last changed, if that is kept of it.
        at: Option<Timestamp>,
    },
    /// What was to be removed is still needed.
    #[error("the {what} {name} is still needed by {}", .by.join(", "))]
    InUse {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// What needs it; the first of them, if there are many.
        by: Vec<String>,
    },
    /// No more imports may be begun now.
    #[error(
        "{open} {}, and more may not be open at a time",
        if *.own { "imports of this credential are open already" } else { "imports are open already" }
    )]
    TooManyImports {
        /// How many are open.
        open: usize,
        /// Whether these are all of the one that asks.
        own: bool,
    },
    /// A staged row is more than whoever commits the import may make by now.
    #[error("a staged row is more than this credential may make by now; nothing was imported")]
    BeyondBounds {
        /// The connection that it would use, if that is why.
        connection: Option<ConnectionId>,
    },
    /// Rows of an import are still on their way.
    #[error("rows of this import are still being staged")]
    StillStaging,
    /// A cursor that this store did not give out.
    #[error("the cursor is not one that this instance gave out; start again without it")]
    BadCursor,
    /// The disk is full.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The disk refuses to read or write.
    #[error("the disk fails: {0}")]
    Disk(String),
    /// The database is held by someone else for too long.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// It was written by a newer version of this program.
    #[error("the database at {path} was written by a newer version of this program; upgrade this one")]
    TooNew {
        /// Which database.
        path: String,
    },
    /// There is no database where one should be.
    #[error("{path} is missing or empty")]
    Missing {
        /// Which database.
        path: String,
    },
    /// Anything else that the database reports.
    #[error("the database failed: {0}")]
    Failed(String),
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// Nobody waited any longer for a change that had not begun.
    #[error(
        "the deadline passed, or whoever asked went away, before the change was begun; nothing was changed"
    )]
    GivenUp,
}

/// Calls of one credential whose keys are kept, so that none is done twice.
pub const MOST_KEYS_OF_ONE: u32 = 10_000;
/// Bytes of their replies that are kept whole; of those beyond, only how they ended.
pub const MOST_KEPT_OF_ONE: u64 = 16 * 1024 * 1024;

/// Imports that may be open at a time: each is a file with rows, and holds files open.
pub const MOST_IMPORTS: usize = 8;
/// The same of one credential.
pub const MOST_IMPORTS_OF_ONE: usize = 2;
/// After how many minutes without a call an import ends by itself: whoever began it is gone.
pub const IMPORT_REST_MINUTES: i64 = 10;

impl StoreError {
    /// Whether it is the disk that keeps anything from being written, whatever was to be written.
    pub(crate) fn is_of_disk(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Disk(_))
    }

    /// Whether one row of an import is at fault, and others may go.
    pub(crate) fn is_about_a_row(&self) -> bool {
        matches!(
            self,
            Self::DuplicateReference { .. }
                | Self::BeyondBounds { .. }
                | Self::NotFound {
                    what: "connection",
                    ..
                }
        )
    }
}

/// What became of rows that were given to an import.
#[derive(Debug)]
pub struct Staged {
    /// How many rows the import has by now.
    pub rows: u64,
    /// Which of the rows given were refused, counted from 0 among them and in their order, and why.
    pub refused: Vec<(usize, StoreError)>,
}

/// What an instance remembers, apart from its audit trail. Every write is durable when its future is
/// ready; readers never wait for a writer.
#[async_trait]
pub trait Store: Send + Sync {
    /// The pointer at this address.
    async fn pointer(&self, address: &PointerAddress) -> Result<Option<Pointer>, StoreError>;
    /// The credential that says where a pointer leads, if it is not the owner's.
    async fn author(&self, address: &PointerAddress) -> Result<Option<String>, StoreError>;
    /// What `get_pointer_summary` tells; the hot path.
    async fn summary(&self, address: &PointerAddress) -> Result<Option<Summary>, StoreError>;
    /// The pointer that has this data_reference and leads to no other instance.
    async fn holder_of(&self, data_reference: &str) -> Result<Option<PointerAddress>, StoreError>;
    /// Stored relationships of a pointer, strongest first, at most `limit`; of a scope, to pointers that it covers.
    async fn relationships(
        &self,
        address: &PointerAddress,
        limit: usize,
        scope: Option<&PointerScope>,
    ) -> Result<Vec<Relationship>, StoreError>;
    /// The `limit` pointers that are nearest to another one by their coordinates, and how many are near at all; of a scope,
    /// those that it covers, however many others are nearer, and not how many.
    async fn nearest(
        &self,
        origin: &PointerAddress,
        nearness: Nearness,
        limit: usize,
        scope: Option<&PointerScope>,
    ) -> Result<Nearest, StoreError>;
    /// Stored relationships, of a kind or of any, each pair once, at most `limit`.
    async fn edges(&self, kind: Option<&str>, limit: usize) -> Result<Vec<Edge>, StoreError>;
    /// The kinds of a pointer's stored relationships; relationships without a name are of none.
    async fn relationship_kinds(&self, address: &PointerAddress) -> Result<BTreeSet<String>, StoreError>;
    /// Adds a relationship in both directions; replaces one of the same kind. Both pointers must be there,
    /// be two, and have last changed at these moments, if any are given.
    async fn add_relationship(
        &self,
        from: &PointerAddress,
        to: &PointerAddress,
        relationship: &str,
        weight: f64,
        if_unchanged_since: Option<[Timestamp; 2]>,
    ) -> Result<(), StoreError>;
    /// Removes the relationships between two pointers, of a kind or of any, and tells how many. Both must be there.
    async fn remove_relationships(
        &self,
        one: &PointerAddress,
        other: &PointerAddress,
        relationship: Option<&str>,
        if_unchanged_since: Option<[Timestamp; 2]>,
    ) -> Result<u64, StoreError>;
    /// Pointers that match, a page at a time, in the order that the query asks for. Any page is to be had in about
    /// the same time, however many there are: an implementation brings an index for each order.
    async fn pointers(&self, query: &PointerQuery) -> Result<PointerPage, StoreError>;
    /// Every tag that some pointer bears, with how many bear it, in alphabetical order.
    async fn tags(&self) -> Result<Vec<(String, u64)>, StoreError>;
    /// Makes a pointer.
    async fn create_pointer(&self, new: NewPointer, now: Timestamp) -> Result<Pointer, StoreError>;
    /// Makes many pointers in one transaction: all of them or none. The error names the index that failed.
    async fn create_pointers(&self, new: Vec<NewPointer>, now: Timestamp)
    -> Result<u64, (usize, StoreError)>;
    /// Begins an import: rows are staged where nobody sees them, and appear all at once or not at all. `whose` names the
    /// credential that begins it, and nobody else can go on with it or end it: for others it is not there. Of imports
    /// there may be only [`MOST_IMPORTS`] at a time, and [`MOST_IMPORTS_OF_ONE`] of one credential.
    async fn begin_import(&self, whose: &str, now: Timestamp) -> Result<ImportId, StoreError>;
    /// Stages more rows. Those that meet a pointer which is there already, one staged earlier, or a connection that is
    /// not there are left out and told; on any other error none of these rows is staged, and the import may go on.
    async fn import_rows(
        &self,
        id: ImportId,
        whose: &str,
        rows: Vec<ImportRow>,
        now: Timestamp,
    ) -> Result<Staged, StoreError>;
    /// The address of the pointer that has this data_reference and leads to no other instance: one that is there already,
    /// or else one that was staged earlier and will have it.
    async fn holder_in_import(
        &self,
        id: ImportId,
        whose: &str,
        data_reference: &str,
        now: Timestamp,
    ) -> Result<Option<PointerAddress>, StoreError>;
    /// Makes all staged rows appear, in one transaction, and ends the import whether or not that succeeds; as long as
    /// rows of it are still being staged, it fails and nothing ends. Where one is beyond the bounds, if there are any, none
    /// appears. Tells how many they were; the error names the row, counted from 0 over all that were staged. Every other
    /// write waits meanwhile: some seconds for each hundred thousand rows, the more the more pointers are there already.
    async fn commit_import(
        &self,
        id: ImportId,
        whose: &str,
        bounds: Option<ImportBounds>,
        now: Timestamp,
    ) -> Result<u64, (usize, StoreError)>;
    /// Ends an import; nothing of it stays.
    async fn abort_import(&self, id: ImportId, whose: &str) -> Result<(), StoreError>;
    /// Ends the imports that nobody has gone on with for [`IMPORT_REST_MINUTES`], and tells how many.
    async fn end_resting_imports(&self, now: Timestamp) -> Result<usize, StoreError>;
    /// Changes a pointer. Each change gives it another `last_modified`, a later one than before, whatever the clock says:
    /// by that moment it is known whether it is as it was.
    async fn update_pointer(
        &self,
        address: &PointerAddress,
        change: PointerChange,
        now: Timestamp,
    ) -> Result<Pointer, StoreError>;
    /// Removes a pointer and its relationships; only if it last changed at exactly this moment, where one is given.
    async fn delete_pointer(
        &self,
        address: &PointerAddress,
        if_unchanged_since: Option<Timestamp>,
    ) -> Result<(), StoreError>;
    /// Assigns a pointer to a connection, or to none; only if it last changed at exactly this moment, where one is given.
    async fn assign_pointer(
        &self,
        address: &PointerAddress,
        connection: Option<&ConnectionId>,
        if_unchanged_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Pointer, StoreError>;
    /// Counts.
    async fn statistics(&self) -> Result<Statistics, StoreError>;
    /// A number that is another one after each change of what can be listed, and after a restart: pointers, relationships,
    /// domains, connections, federations, credentials, offers. That a credential was used is no change.
    async fn changes(&self) -> Result<u64, StoreError>;

    /// Every domain.
    async fn domains(&self) -> Result<Vec<Domain>, StoreError>;
    /// One domain.
    async fn domain(&self, id: &DomainId) -> Result<Option<Domain>, StoreError>;
    /// Makes a domain; its name is unique.
    async fn create_domain(&self, name: &str, owner: &AppId, now: Timestamp) -> Result<Domain, StoreError>;
    /// Gives a domain another name, unique like the first one; only if it still is what was seen of it.
    async fn rename_domain(
        &self,
        id: &DomainId,
        name: &str,
        if_still: Option<AsSeen>,
    ) -> Result<Domain, StoreError>;
    /// Removes a domain that has no connection and no federation that stands.
    async fn delete_domain(&self, id: &DomainId) -> Result<(), StoreError>;
    /// Every connection, or those of one domain.
    async fn connections(&self, domain: Option<&DomainId>) -> Result<Vec<Connection>, StoreError>;
    /// One connection.
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Arc<Connection>>, StoreError>;
    /// Makes a connection; `held_credential` makes it a federated one.
    async fn create_connection(
        &self,
        domain: &DomainId,
        name: &str,
        description: &str,
        held_credential: Option<&str>,
        now: Timestamp,
    ) -> Result<Connection, StoreError>;
    /// Opens or closes a connection.
    async fn set_connection_status(
        &self,
        id: &ConnectionId,
        status: ConnectionStatus,
    ) -> Result<Connection, StoreError>;

    /// Changes a connection.
    async fn update_connection(
        &self,
        id: &ConnectionId,
        change: ConnectionChange,
    ) -> Result<Connection, StoreError>;
    /// Removes a connection that no pointer is assigned to, leads through or relays through.
    async fn delete_connection(&self, id: &ConnectionId) -> Result<(), StoreError>;

    /// Every federation of two domains, those that ended too.
    async fn federations(&self) -> Result<Vec<Federation>, StoreError>;
    /// One federation.
    async fn federation(&self, id: &FederationId) -> Result<Option<Federation>, StoreError>;
    /// The federation that a request key, given as its SHA-256, still accepts.
    async fn requested_federation(&self, request: [u8; 32]) -> Result<Option<Federation>, StoreError>;
    /// Asks for a federation; `request` is the SHA-256 of the key that accepts it. One of each pair and direction
    /// stands at a time.
    async fn create_federation(
        &self,
        source: &DomainId,
        target: &DomainId,
        permissions: BTreeSet<DomainPermission>,
        request: [u8; 32],
        now: Timestamp,
    ) -> Result<Federation, StoreError>;
    /// Accepts a federation that is pending; whoever comes second is told that there is none.
    async fn accept_federation(&self, id: &FederationId, now: Timestamp) -> Result<Federation, StoreError>;
    /// Ends a federation, or withdraws the request for it.
    async fn revoke_federation(&self, id: &FederationId) -> Result<Federation, StoreError>;

    /// Credentials issued by this instance, secrets sealed.
    async fn issued(&self) -> Result<Vec<IssuedRecord>, StoreError>;
    /// Installs an issued credential; its name is unique.
    async fn insert_issued(&self, record: IssuedRecord) -> Result<(), StoreError>;
    /// Replaces the record of the same name; uses that were noted meanwhile stay.
    async fn update_issued(&self, record: IssuedRecord) -> Result<(), StoreError>;
    /// Notes when credentials (by name) were last used and how often in all: totals, not increments, so
    /// that noting one twice does no harm. May be called with many at once; unknown names are passed over.
    async fn note_use(&self, uses: Vec<(String, Timestamp, u64)>) -> Result<(), StoreError>;
    /// Removes an issued credential that is over; its name is free again.
    async fn remove_issued(&self, name: &str) -> Result<(), StoreError>;
    /// Credentials that this instance holds for relay, secrets sealed.
    async fn held(&self) -> Result<Vec<HeldRecord>, StoreError>;
    /// Installs or replaces a held credential.
    async fn put_held(&self, record: HeldRecord) -> Result<(), StoreError>;
    /// Removes a held credential.
    async fn remove_held(&self, name: &str) -> Result<(), StoreError>;
    /// Offers made and not withdrawn.
    async fn offers(&self) -> Result<Vec<OfferRecord>, StoreError>;
    /// Records an offer, or replaces it.
    async fn put_offer(&self, record: OfferRecord) -> Result<(), StoreError>;
    /// Notes when held credentials (by name) were last used and how often in all: totals, as for issued ones.
    async fn note_held_use(&self, uses: Vec<(String, Timestamp, u64)>) -> Result<(), StoreError>;
    /// Begins a call that is to be done once, unless one with this key began before, or its caller has begun too many;
    /// forgets some of those from before `oldest`.
    async fn begin_once(
        &self,
        once: &OnceKey,
        query: [u8; 32],
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<Begun, StoreError>;
    /// Keeps the sealed reply of such a call; where its caller has no room left, `short` if there is one.
    async fn end_once(
        &self,
        once: &OnceKey,
        reply: Vec<u8>,
        short: Option<Vec<u8>>,
    ) -> Result<(), StoreError>;
    /// Forgets such a call, of which nothing was done.
    async fn forget_once(&self, once: &OnceKey) -> Result<(), StoreError>;
    /// Heads of audit trails that were shared with peers.
    async fn heads(&self) -> Result<Vec<SharedHead>, StoreError>;
    /// Keeps a head in place of the last one of that peer and side.
    async fn put_head(&self, head: SharedHead) -> Result<(), StoreError>;
    /// Removes the head of that peer and side, if there is one.
    async fn remove_head(&self, peer: &str, side: HeadSide) -> Result<(), StoreError>;

    /// Whether the disk refused the last write.
    fn is_failing(&self) -> bool;
    /// Writes something that changes nothing: finds out whether the disk takes writes again.
    async fn try_write(&self) -> Result<(), StoreError>;
    /// Waits until everything accepted so far is durable, then closes. Later calls fail with `Closed`.
    async fn close(&self);
}

/// The audit trail: append-only, hash-chained, in a file of its own so that its fsync is not the data's.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Appends; ready when the record is durable (group commit with no linger).
    async fn append(&self, record: NewAuditRecord) -> Result<(), StoreError>;
    /// Appends without waiting; made durable with the next group.
    fn append_soon(&self, record: NewAuditRecord);
    /// The newest records that fit, newest first, at most `limit`, older than `before` (a sequence number) if given.
    /// So many are looked at for one page that nobody has to wait long; it may then be short.
    async fn recent(
        &self,
        before: Option<u64>,
        limit: usize,
        filter: AuditFilter,
    ) -> Result<AuditPage, StoreError>;
    /// Tokens seen from one moment to another: what replay protection recalls after a restart, and when the clock
    /// went back.
    async fn tokens(&self, from: Timestamp, until: Timestamp) -> Result<SeenTokens, StoreError>;
    /// The end of the trail, everything accepted so far included.
    async fn head(&self) -> Result<AuditHead, StoreError>;
    /// Whether a head that somebody kept is part of this trail: the record is there and has that hash. None where
    /// that cannot be told any more, because the trail kept here begins after it.
    async fn holds(&self, head: AuditHead) -> Result<Option<bool>, StoreError>;
    /// Walks the whole chain.
    async fn verify(&self) -> Result<AuditVerdict, StoreError>;
    /// Begins a new segment: removes every record so far and appends `record`, to whose reason the old head
    /// (sequence and hash) is added. Sequence and chain go on. Gives the old head.
    async fn clear(&self, record: NewAuditRecord) -> Result<AuditHead, StoreError>;
    /// How much it holds.
    async fn extent(&self) -> Result<AuditExtent, StoreError>;
    /// When the last record was made of those that are as old as this or older.
    async fn newest_until(&self, moment: Timestamp) -> Result<Option<Timestamp>, StoreError>;
    /// Removes leading records (retention), at most so many, and, if there were any, appends `record`, to whose reason
    /// the last of them is added. Sequence and chain go on. Gives how many went; the room that they took is free for
    /// records to come.
    async fn prune(&self, cut: AuditCut, most: u64, record: NewAuditRecord) -> Result<u64, StoreError>;
    /// Whether the last record could not be written, one that nobody waits for too.
    fn is_failing(&self) -> bool;
    /// Writes what could not be written before, and finds out whether that is possible again.
    async fn try_write(&self) -> Result<(), StoreError>;
    /// Waits until everything accepted so far is durable, then closes.
    async fn close(&self);
}
