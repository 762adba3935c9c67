//! The store itself: which of the other files answers what, and on which thread.

use super::changes::Changes;
use super::import;
use super::imports::Imports;
use super::places::Places;
use super::reader::Readers;
use super::search::Remembered;
use super::writer::{Fault, Work, Writer};
use super::{
    credentials, domains, federations, heads, nearby, once, open, pointers, relationships, search, tags,
};
use crate::model::{
    AppId, Connection, ConnectionId, ConnectionStatus, Domain, DomainId, DomainPermission, Federation,
    FederationId, NewPointer, Pointer, PointerAddress, PointerChange, PointerScope, Timestamp,
};
use crate::store::records::uniqueness;
use crate::store::{
    AsSeen, Begun, ConnectionChange, Edge, HeadSide, HeldRecord, ImportBounds, ImportId, ImportRow,
    IssuedRecord, Nearest, Nearness, OfferRecord, OnceKey, PointerPage, PointerQuery, Relationship,
    SharedHead, Staged, Statistics, Store, StoreError, Summary,
};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

mod embedded {
    refinery::embed_migrations!("src/store/sqlite/migrations/data");
}

pub(super) const MIGRATIONS: open::Migrations = open::Migrations {
    newest: 8,
    runner: embedded::migrations::runner,
};

/// The instance's data: `instance.db`.
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    imports: Arc<Imports>,
    places: Arc<Places>,
    remembered: Arc<Remembered>,
    changes: Arc<Changes>,
    kept: Arc<once::Kept>,
}

impl SqliteStore {
    /// Makes the database file (mode 0600), where it is not there yet, and opens it.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        Self::start(open::new_writer(path, &MIGRATIONS)?)
    }

    /// Opens a database that is there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none, or nothing is in it: none is made in its place.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::start(open::writer(path, &MIGRATIONS)?)
    }

    fn start((conn, path): (rusqlite::Connection, PathBuf)) -> Result<Self, StoreError> {
        let changes = Arc::new(Changes::of(&path));
        let readers = Arc::new(Readers::new(path.clone()));
        let remembered = Arc::new(Remembered::default());
        let writer = Writer::start(
            conn,
            path.clone(),
            Arc::clone(&readers),
            Arc::clone(&remembered),
            Arc::clone(&changes),
        )?;
        let imports = Arc::new(Imports::new(path));
        Ok(Self {
            writer,
            readers,
            imports,
            places: Arc::default(),
            remembered,
            changes,
            kept: Arc::default(),
        })
    }

    /// Reads what searches are faster with. Nobody waits for that, but tests do: what comes next is then always the same.
    async fn read_to_remember(&self) {
        let (readers, remembered) = (Arc::clone(&self.readers), Arc::clone(&self.remembered));
        let reading = async move {
            if let Err(error) = readers.long(move |conn| remembered.read(conn)).await {
                tracing::debug!(%error, "descriptions are not kept in memory");
            }
        };
        if cfg!(test) {
            reading.await;
        } else {
            tokio::spawn(reading);
        }
    }

    /// A write after which lists are not what they were.
    async fn change<T, E>(
        &self,
        operation: impl FnOnce(&Work) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Fault,
    {
        let operation = move |work: &Work| operation(work).inspect(|_| work.note_change());
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn pointer(&self, address: &PointerAddress) -> Result<Option<Pointer>, StoreError> {
        self.readers.quick(|conn| pointers::find(conn, address))
    }

    async fn author(&self, address: &PointerAddress) -> Result<Option<String>, StoreError> {
        self.readers.quick(|conn| pointers::author(conn, address))
    }

    async fn summary(&self, address: &PointerAddress) -> Result<Option<Summary>, StoreError> {
        self.readers.quick(|conn| pointers::find_summary(conn, address))
    }

    async fn holder_of(&self, data_reference: &str) -> Result<Option<PointerAddress>, StoreError> {
        let unique = uniqueness(data_reference, None);
        self.readers.quick(|conn| pointers::holder_of(conn, &unique))
    }

    async fn relationships(
        &self,
        address: &PointerAddress,
        limit: usize,
        scope: Option<&PointerScope>,
    ) -> Result<Vec<Relationship>, StoreError> {
        let (address, scope) = (address.clone(), scope.cloned());
        self.readers
            .long(move |conn| relationships::of(conn, &address, limit, scope.as_ref()))
            .await
    }

    async fn nearest(
        &self,
        origin: &PointerAddress,
        nearness: Nearness,
        limit: usize,
        scope: Option<&PointerScope>,
    ) -> Result<Nearest, StoreError> {
        let (places, origin, scope) = (Arc::clone(&self.places), origin.clone(), scope.cloned());
        self.readers
            .long(move |conn| match scope {
                None => places.nearest(conn, &origin, nearness, limit),
                Some(scope) => Ok(Nearest {
                    pointers: nearby::nearest(conn, &places, &origin, nearness, limit, &scope)?,
                    matching: None,
                }),
            })
            .await
    }

    async fn edges(&self, kind: Option<&str>, limit: usize) -> Result<Vec<Edge>, StoreError> {
        let kind = kind.map(str::to_owned);
        self.readers
            .long(move |conn| relationships::edges(conn, kind.as_deref(), limit))
            .await
    }

    async fn relationship_kinds(&self, address: &PointerAddress) -> Result<BTreeSet<String>, StoreError> {
        let address = address.clone();
        self.readers
            .long(move |conn| relationships::kinds(conn, &address))
            .await
    }

    async fn add_relationship(
        &self,
        from: &PointerAddress,
        to: &PointerAddress,
        relationship: &str,
        weight: f64,
        if_unchanged_since: Option<[Timestamp; 2]>,
    ) -> Result<(), StoreError> {
        let (ends, kind) = ([from.clone(), to.clone()], relationship.to_owned());
        self.change(move |work| relationships::add(work.conn, &ends, if_unchanged_since, &kind, weight))
            .await
    }

    async fn remove_relationships(
        &self,
        one: &PointerAddress,
        other: &PointerAddress,
        relationship: Option<&str>,
        if_unchanged_since: Option<[Timestamp; 2]>,
    ) -> Result<u64, StoreError> {
        let (ends, kind) = ([one.clone(), other.clone()], relationship.map(str::to_owned));
        self.change(move |work| relationships::remove(work.conn, &ends, if_unchanged_since, kind.as_deref()))
            .await
    }

    async fn pointers(&self, query: &PointerQuery) -> Result<PointerPage, StoreError> {
        let query = query.clone();
        let remembered = Arc::clone(&self.remembered);
        let page = self
            .readers
            .long(move |conn| search::page(conn, &query, &remembered))
            .await;
        if self.remembered.is_to_be_read() {
            self.read_to_remember().await;
        }
        page
    }

    async fn tags(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.readers.long(tags::counted).await
    }

    async fn create_pointer(&self, new: NewPointer, now: Timestamp) -> Result<Pointer, StoreError> {
        self.change(move |work| pointers::create(work, new, now)).await
    }

    async fn create_pointers(
        &self,
        new: Vec<NewPointer>,
        now: Timestamp,
    ) -> Result<u64, (usize, StoreError)> {
        let made = self
            .change(move |work| pointers::create_many(work, new, now))
            .await;
        Ok(made?)
    }

    async fn begin_import(&self, whose: &str, now: Timestamp) -> Result<ImportId, StoreError> {
        let (imports, whose) = (Arc::clone(&self.imports), whose.to_owned());
        self.readers.long(move |_| imports.begin(whose, now)).await
    }

    async fn import_rows(
        &self,
        id: ImportId,
        whose: &str,
        rows: Vec<ImportRow>,
        now: Timestamp,
    ) -> Result<Staged, StoreError> {
        let session = self.imports.get(id, whose, now)?;
        self.readers
            .long(move |conn| {
                let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
                session.add(conn, &rows)
            })
            .await
    }

    async fn holder_in_import(
        &self,
        id: ImportId,
        whose: &str,
        data_reference: &str,
        now: Timestamp,
    ) -> Result<Option<PointerAddress>, StoreError> {
        let session = self.imports.get(id, whose, now)?;
        let data_reference = data_reference.to_owned();
        self.readers
            .long(move |conn| {
                let session = session.lock().unwrap_or_else(PoisonError::into_inner);
                session.holder(conn, &data_reference)
            })
            .await
    }

    async fn commit_import(
        &self,
        id: ImportId,
        whose: &str,
        bounds: Option<ImportBounds>,
        now: Timestamp,
    ) -> Result<u64, (usize, StoreError)> {
        let mut staged = self.imports.take(id, whose).map_err(|error| (0, error))?;
        if let Some(bounds) = bounds {
            let check = move |conn: &rusqlite::Connection| Ok((staged.check(conn, &bounds), staged));
            let (checked, back) = self.readers.long(check).await.map_err(|error| (0, error))?;
            checked?;
            staged = back;
        }
        let moved = self
            .writer
            .alone(move |conn| import::commit(conn, staged, now))
            .await?;
        Ok(moved)
    }

    async fn abort_import(&self, id: ImportId, whose: &str) -> Result<(), StoreError> {
        self.imports.end(id, whose)
    }

    async fn end_resting_imports(&self, now: Timestamp) -> Result<usize, StoreError> {
        let imports = Arc::clone(&self.imports);
        self.readers.long(move |_| Ok(imports.end_resting(now))).await
    }

    async fn update_pointer(
        &self,
        address: &PointerAddress,
        change: PointerChange,
        now: Timestamp,
    ) -> Result<Pointer, StoreError> {
        let address = address.clone();
        self.change(move |work| pointers::update(work, &address, change, now))
            .await
    }

    async fn delete_pointer(
        &self,
        address: &PointerAddress,
        if_unchanged_since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let gone = address.clone();
        self.change(move |work| pointers::delete(work, &gone, if_unchanged_since))
            .await?;
        self.places.forget(address);
        Ok(())
    }

    async fn assign_pointer(
        &self,
        address: &PointerAddress,
        connection: Option<&ConnectionId>,
        if_unchanged_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Pointer, StoreError> {
        let (address, connection) = (address.clone(), connection.cloned());
        self.change(move |work| {
            pointers::assign(work, &address, connection.as_ref(), if_unchanged_since, now)
        })
        .await
    }

    async fn statistics(&self) -> Result<Statistics, StoreError> {
        self.readers.quick(pointers::statistics)
    }

    async fn changes(&self) -> Result<u64, StoreError> {
        Ok(self.changes.number())
    }

    async fn domains(&self) -> Result<Vec<Domain>, StoreError> {
        self.readers.long(domains::domains).await
    }

    async fn domain(&self, id: &DomainId) -> Result<Option<Domain>, StoreError> {
        self.readers.quick(|conn| domains::find_domain(conn, id))
    }

    async fn create_domain(&self, name: &str, owner: &AppId, now: Timestamp) -> Result<Domain, StoreError> {
        let (name, owner) = (name.to_owned(), owner.clone());
        self.change(move |work| domains::create_domain(work.conn, &name, &owner, now))
            .await
    }

    async fn rename_domain(
        &self,
        id: &DomainId,
        name: &str,
        if_still: Option<AsSeen>,
    ) -> Result<Domain, StoreError> {
        let (id, name) = (id.clone(), name.to_owned());
        self.change(move |work| domains::rename_domain(work.conn, &id, &name, if_still.as_ref()))
            .await
    }

    async fn delete_domain(&self, id: &DomainId) -> Result<(), StoreError> {
        let id = id.clone();
        self.change(move |work| domains::delete_domain(work.conn, &id))
            .await
    }

    async fn connections(&self, domain: Option<&DomainId>) -> Result<Vec<Connection>, StoreError> {
        let domain = domain.cloned();
        self.readers
            .long(move |conn| domains::connections(conn, domain.as_ref()))
            .await
    }

    async fn connection(&self, id: &ConnectionId) -> Result<Option<Arc<Connection>>, StoreError> {
        self.readers.connection(id)
    }

    async fn create_connection(
        &self,
        domain: &DomainId,
        name: &str,
        description: &str,
        held_credential: Option<&str>,
        now: Timestamp,
    ) -> Result<Connection, StoreError> {
        let domain = domain.clone();
        let (name, description) = (name.to_owned(), description.to_owned());
        let held = held_credential.map(str::to_owned);
        self.change(move |work| {
            domains::create_connection(work.conn, &domain, &name, &description, held.as_deref(), now)
        })
        .await
    }

    async fn set_connection_status(
        &self,
        id: &ConnectionId,
        status: ConnectionStatus,
    ) -> Result<Connection, StoreError> {
        let id = id.clone();
        self.change(move |work| domains::set_status(work.conn, &id, status))
            .await
    }

    async fn update_connection(
        &self,
        id: &ConnectionId,
        change: ConnectionChange,
    ) -> Result<Connection, StoreError> {
        let id = id.clone();
        self.change(move |work| domains::update_connection(work.conn, &id, &change))
            .await
    }

    async fn delete_connection(&self, id: &ConnectionId) -> Result<(), StoreError> {
        let id = id.clone();
        self.change(move |work| domains::delete_connection(work.conn, &id))
            .await
    }

    async fn federations(&self) -> Result<Vec<Federation>, StoreError> {
        self.readers.long(federations::federations).await
    }

    async fn federation(&self, id: &FederationId) -> Result<Option<Federation>, StoreError> {
        self.readers.quick(|conn| federations::find(conn, id))
    }

    async fn requested_federation(&self, request: [u8; 32]) -> Result<Option<Federation>, StoreError> {
        self.readers
            .quick(|conn| federations::find_requested(conn, &request))
    }

    async fn create_federation(
        &self,
        source: &DomainId,
        target: &DomainId,
        permissions: BTreeSet<DomainPermission>,
        request: [u8; 32],
        now: Timestamp,
    ) -> Result<Federation, StoreError> {
        let (source, target) = (source.clone(), target.clone());
        self.change(move |work| {
            federations::create(work.conn, (&source, &target), &permissions, &request, now)
        })
        .await
    }

    async fn accept_federation(&self, id: &FederationId, now: Timestamp) -> Result<Federation, StoreError> {
        let id = id.clone();
        self.change(move |work| federations::accept(work.conn, &id, now))
            .await
    }

    async fn revoke_federation(&self, id: &FederationId) -> Result<Federation, StoreError> {
        let id = id.clone();
        self.change(move |work| federations::revoke(work.conn, &id)).await
    }

    async fn issued(&self) -> Result<Vec<IssuedRecord>, StoreError> {
        self.readers.long(credentials::issued).await
    }

    async fn insert_issued(&self, record: IssuedRecord) -> Result<(), StoreError> {
        self.change(move |work| credentials::insert_issued(work.conn, &record))
            .await
    }

    async fn update_issued(&self, record: IssuedRecord) -> Result<(), StoreError> {
        self.change(move |work| credentials::update_issued(work.conn, &record))
            .await
    }

    async fn remove_issued(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.change(move |work| credentials::remove_issued(work.conn, &name))
            .await
    }

    async fn note_use(&self, uses: Vec<(String, Timestamp, u64)>) -> Result<(), StoreError> {
        self.writer
            .write(move |work| credentials::note_use(work.conn, &uses))
            .await
    }

    async fn held(&self) -> Result<Vec<HeldRecord>, StoreError> {
        self.readers.long(credentials::held).await
    }

    async fn put_held(&self, record: HeldRecord) -> Result<(), StoreError> {
        self.change(move |work| credentials::put_held(work.conn, &record))
            .await
    }

    async fn remove_held(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.change(move |work| credentials::remove_held(work.conn, &name))
            .await
    }

    async fn offers(&self) -> Result<Vec<OfferRecord>, StoreError> {
        self.readers.long(credentials::offers).await
    }

    async fn put_offer(&self, record: OfferRecord) -> Result<(), StoreError> {
        self.change(move |work| credentials::put_offer(work.conn, &record))
            .await
    }

    async fn note_held_use(&self, uses: Vec<(String, Timestamp, u64)>) -> Result<(), StoreError> {
        self.writer
            .write(move |work| credentials::note_held_use(work.conn, &uses))
            .await
    }

    async fn heads(&self) -> Result<Vec<SharedHead>, StoreError> {
        self.readers.long(heads::all_heads).await
    }

    async fn put_head(&self, head: SharedHead) -> Result<(), StoreError> {
        self.writer
            .write(move |work| heads::put_head(work.conn, &head))
            .await
    }

    async fn remove_head(&self, peer: &str, side: HeadSide) -> Result<(), StoreError> {
        let peer = peer.to_owned();
        self.writer
            .write(move |work| heads::remove_head(work.conn, &peer, side))
            .await
    }

    fn is_failing(&self) -> bool {
        self.writer.is_failing()
    }

    async fn try_write(&self) -> Result<(), StoreError> {
        self.writer.write(|work| open::touch(work.conn)).await
    }

    async fn begin_once(
        &self,
        once: &OnceKey,
        query: [u8; 32],
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<Begun, StoreError> {
        let (kept, key) = (Arc::clone(&self.kept), once.clone());
        self.writer
            .write(move |work| kept.begin(work.conn, &key, query, now, oldest))
            .await
    }

    async fn end_once(
        &self,
        once: &OnceKey,
        reply: Vec<u8>,
        short: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let (kept, key) = (Arc::clone(&self.kept), once.clone());
        self.writer
            .write(move |work| kept.end(work.conn, &key, &reply, short.as_deref()))
            .await
    }

    async fn forget_once(&self, once: &OnceKey) -> Result<(), StoreError> {
        let (kept, key) = (Arc::clone(&self.kept), once.clone());
        self.writer.write(move |work| kept.forget(work.conn, &key)).await
    }

    async fn close(&self) {
        self.imports.clear();
        self.writer.close().await;
        self.changes.end();
    }
}
