//! Pointers of any instance, local or remote, native or original.

use super::held_there::held_name;
use super::leading::{connections, relayed_through};
use super::original_rows::{self, Rows};
use super::owners::Owners;
use super::session::Session;
use super::{Failure, ListRemark, PointerDetail, PointerList, Workspace};
use crate::model::filter::Filter;
use crate::model::{NewPointer, Pointer, PointerAddress, PointerChange, Route};
use crate::protocol::circuit::Circuit;
use crate::protocol::{Code, Query};
use crate::store::{Order, PointerPage, PointerQuery, Relationship, Start};
use serde::Deserialize;
use serde_json::{Value, json};

/// The largest page that an instance gives.
const LARGEST_PAGE: u64 = 1_000;
/// Pointers of an older instance that are looked at where it cannot filter or sort.
const MOST_OF_OLDER: u64 = 5_000;
/// Pages of an instance that make up one page here.
const MOST_PAGES: usize = 50;

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    total: Option<u64>,
    pointers: Vec<Pointer>,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    searched: bool,
    #[serde(default)]
    filter: Option<String>,
    #[serde(default)]
    sort: Option<String>,
}

impl Listed {
    /// Whether the instance searched, filtered and sorted as it was asked to; one that knows nothing of that says nothing.
    fn heeds(&self, wanted: &PointerQuery) -> bool {
        (wanted.filter.is_empty() || self.filter.is_some())
            && (wanted.order.is_usual() || self.sort.is_some())
            && (wanted.connection.is_none() || !wanted.is_search() || self.searched)
    }
}

/// All of them, or as many as are looked at.
fn older_list(pointers: &[Pointer], wanted: &PointerQuery, owners: &Owners) -> Result<PointerList, Failure> {
    let looked_at = pointers.len() as u64;
    let remark = if looked_at < MOST_OF_OLDER {
        ListRemark::DoneHere
    } else {
        ListRemark::Among(looked_at)
    };
    Ok(PointerList {
        page: super::original::cut(pointers, wanted, owners)?,
        remark: Some(remark),
    })
}

#[derive(Deserialize)]
struct Neighbor {
    address: PointerAddress,
    #[serde(default)]
    relationship: String,
    #[serde(default)]
    weight: f64,
}

impl Workspace {
    /// A page of pointers.
    pub async fn pointers(&self, instance: &str, query: &PointerQuery) -> Result<PointerPage, Failure> {
        Ok(self.list_pointers(instance, query).await?.page)
    }

    /// A page of pointers, and what keeps it from being all that was asked for. Original instances know neither
    /// lists nor pages, and they and older ones neither orders nor filters: what they give is filtered, sorted and
    /// cut here, and kept for a while.
    pub async fn list_pointers(&self, instance: &str, query: &PointerQuery) -> Result<PointerList, Failure> {
        let mut session = self.session(instance).await?;
        let list = self.list_in(&mut session, query).await;
        session.close().await;
        list
    }

    pub(super) async fn page_in(
        &self,
        session: &mut Session<'_>,
        wanted: &PointerQuery,
    ) -> Result<PointerPage, Failure> {
        Ok(self.list_in(session, wanted).await?.page)
    }

    pub(super) async fn list_in(
        &self,
        session: &mut Session<'_>,
        wanted: &PointerQuery,
    ) -> Result<PointerList, Failure> {
        if self.is_original(session).await? {
            return self.original_page(session, wanted).await;
        }
        let mut pointers = Vec::new();
        let mut step = wanted.clone();
        let mut total = None;
        for _ in 0..MOST_PAGES {
            let missing = wanted.limit.map(|limit| limit - pointers.len() as u64);
            step.limit = missing.map(|missing| missing.clamp(1, LARGEST_PAGE));
            let page = listed(session, &step).await?;
            if !page.heeds(&step) {
                return self.page_of_older(session, wanted).await;
            }
            total = total.or(page.total);
            pointers.extend(page.pointers);
            let is_full = wanted.limit.is_some_and(|limit| pointers.len() as u64 >= limit);
            match page.next {
                Some(next) if !is_full => step.start = Start::After(next),
                next => {
                    let page = PointerPage {
                        total,
                        pointers,
                        next,
                    };
                    return Ok(PointerList { page, remark: None });
                }
            }
        }
        let next = match step.start {
            Start::After(next) => Some(next),
            _ => None,
        };
        let page = PointerPage {
            total: None,
            pointers,
            next,
        };
        Ok(PointerList { page, remark: None })
    }

    /// A page of a native instance that is too old to filter or sort: done here, among its first pointers.
    async fn page_of_older(
        &self,
        session: &mut Session<'_>,
        wanted: &PointerQuery,
    ) -> Result<PointerList, Failure> {
        let mut plain = PointerQuery {
            filter: Filter::default(),
            order: Order::default(),
            start: Start::First,
            limit: Some(LARGEST_PAGE),
            ..wanted.clone()
        };
        let name = session.record.name.clone();
        let key = (name, format!("older {}", list_query(&plain).to_value()));
        let owners = self.owners(session, &wanted.filter).await?;
        if let Some(rows) = self.originals.fresh(&key) {
            return older_list(&rows.pointers, wanted, &owners);
        }
        let mut rows = Rows::default();
        loop {
            let page = listed(session, &plain).await?;
            rows.pointers.extend(page.pointers);
            match page.next {
                Some(next) if (rows.pointers.len() as u64) < MOST_OF_OLDER => {
                    plain.start = Start::After(next)
                }
                _ => break,
            }
        }
        let rows = self.originals.keep(key, rows);
        older_list(&rows.pointers, wanted, &owners)
    }

    /// A pointer by itself.
    pub(super) async fn pointer_in(
        &self,
        session: &mut Session<'_>,
        address: &PointerAddress,
    ) -> Result<Pointer, Failure> {
        let query = Query::new("get_pointer", json!({"pointer_address": address}));
        let shown = session.result(&query).await?;
        read_pointer(session, &query, shown)
    }

    /// Whether it is one of the original Python instances. A legacy credential alone does not tell: ours
    /// take those, too.
    pub(super) async fn is_original(&self, session: &mut Session<'_>) -> Result<bool, Failure> {
        if !session.is_legacy() {
            return Ok(false);
        }
        if self.originals.is_known(&session.record.name) {
            return Ok(true);
        }
        let look = Query::new("list_pointers", json!({"limit": 1}));
        match session.result(&look).await {
            Ok(_) => Ok(false),
            // The original's errors carry no code.
            Err(failure) if matches!(failure.code, Code::UnknownAction | Code::PeerFailed) => {
                self.originals.note(&session.record.name);
                Ok(true)
            }
            Err(failure) => Err(failure),
        }
    }

    /// One pointer and what is around it.
    pub async fn pointer(&self, instance: &str, address: &PointerAddress) -> Result<PointerDetail, Failure> {
        let mut session = self.session(instance).await?;
        let detail = self.detail_in(&mut session, address).await;
        session.close().await;
        detail
    }

    async fn detail_in(
        &self,
        session: &mut Session<'_>,
        address: &PointerAddress,
    ) -> Result<PointerDetail, Failure> {
        let query = Query::new("get_pointer", json!({"pointer_address": address}));
        let mut shown = session.result(&query).await?;
        let around = shown.get_mut("neighbors").map(Value::take).unwrap_or_default();
        let neighbors: Vec<Neighbor> = serde_json::from_value(around).unwrap_or_default();
        let pointer = read_pointer(session, &query, shown)?;
        let mut detail = PointerDetail {
            neighbors: neighbors
                .into_iter()
                .map(|neighbor| Relationship {
                    address: neighbor.address,
                    relationship: neighbor.relationship,
                    weight: neighbor.weight,
                })
                .collect(),
            connection: None,
            relays: Vec::new(),
            leads_to: None,
            credential: None,
            pointer,
        };
        self.add_destination(session, &mut detail).await?;
        Ok(detail)
    }

    /// Its connection, and where a federated pointer leads, as far as this home knows.
    async fn add_destination(
        &self,
        session: &mut Session<'_>,
        detail: &mut PointerDetail,
    ) -> Result<(), Failure> {
        let circuit = Circuit::of_reference(&detail.pointer.data_reference);
        let is_relaying = circuit.as_ref().is_some_and(Circuit::is_relaying);
        if detail.pointer.connection_id.is_some() || is_relaying {
            // Whoever may see the pointer need not be allowed to see connections.
            let all = connections(session).await.unwrap_or_default();
            detail.relays = circuit
                .map(|circuit| relayed_through(&circuit, &all))
                .unwrap_or_default();
            let id = detail.pointer.connection_id.as_ref();
            detail.connection = all.into_iter().find(|connection| Some(&connection.id) == id);
        }
        let Some(federated) = detail.pointer.federated.clone() else {
            return Ok(());
        };
        detail.leads_to = self
            .records()
            .await?
            .into_iter()
            .find(|record| record.endpoint == federated.endpoint)
            .map(|record| record.name);
        detail.credential = if federated.route == Route::Relay {
            let held = detail
                .connection
                .as_ref()
                .and_then(|connection| connection.held_credential.as_deref());
            held.map(|held| held_name(session.record.name.as_str(), held))
        } else {
            let peers = self.peers().await?;
            let best = peers.best(&federated.endpoint, federated.profile, federated.kid.as_ref());
            best.map(|(name, _)| name.to_owned())
        };
        Ok(())
    }

    /// Makes a pointer.
    pub async fn create_pointer(&self, instance: &str, new: NewPointer) -> Result<Pointer, Failure> {
        let parameters = serde_json::to_value(&new).expect("a pointer has only string keys");
        self.change(instance, Query::new("create_pointer", parameters))
            .await
    }

    /// Changes a pointer.
    pub async fn update_pointer(
        &self,
        instance: &str,
        address: &PointerAddress,
        change: PointerChange,
    ) -> Result<Pointer, Failure> {
        let parameters = serde_json::to_value(&change).expect("a change has only string keys");
        let query = Query::new("update_pointer", parameters).with("pointer_address", json!(address));
        self.change(instance, query).await
    }

    pub(super) async fn change(&self, instance: &str, query: Query) -> Result<Pointer, Failure> {
        let mut session = self.session(instance).await?;
        let changed = self.change_in(&mut session, &query).await;
        session.close().await;
        changed
    }

    pub(super) async fn change_in(
        &self,
        session: &mut Session<'_>,
        query: &Query,
    ) -> Result<Pointer, Failure> {
        if query.action() != "create_pointer" && self.is_original(session).await? {
            return Err(not_there(session, query.action()));
        }
        let result = session.result(query).await;
        self.originals.forget(&session.record.name);
        read_pointer(session, query, result?)
    }

    /// Removes a pointer.
    pub async fn delete_pointer(&self, instance: &str, address: &PointerAddress) -> Result<(), Failure> {
        let mut session = self.session(instance).await?;
        let query = Query::new("delete_pointer", json!({"pointer_address": address}));
        let deleted = match self.is_original(&mut session).await {
            Ok(true) => Err(not_there(&session, query.action())),
            Ok(false) => session.result(&query).await.map(drop),
            Err(failure) => Err(failure),
        };
        session.close().await;
        deleted
    }
}

/// The failure of what original instances cannot do.
pub(super) fn not_there(session: &Session<'_>, action: &str) -> Failure {
    Failure::new(
        Code::UnknownAction,
        format!("original Python instances have no {action}"),
        "do it on that instance itself; there it can only be looked at, searched and added to from here",
    )
    .on(session.record.name.as_str())
}

async fn listed(session: &mut Session<'_>, wanted: &PointerQuery) -> Result<Listed, Failure> {
    let query = list_query(wanted);
    let result = session.result(&query).await?;
    serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))
}

fn list_query(wanted: &PointerQuery) -> Query {
    let mut query = if let Some(connection) = &wanted.connection {
        Query::new(
            "get_pointers_for_connection",
            json!({"connection_id": connection, "tag_match_mode": wanted.tag_match}),
        )
    } else if wanted.is_search() || wanted.limit.is_none() {
        Query::new("search_pointers", json!({"tag_match_mode": wanted.tag_match}))
    } else {
        Query::new("list_pointers", json!({}))
    };
    if let Some(term) = &wanted.term {
        query = query.with("search_term", json!(term));
    }
    if !wanted.tags.is_empty() {
        query = query.with("search_tags", json!(wanted.tags));
    }
    if !wanted.exclude_tags.is_empty() {
        query = query.with("exclude_tags", json!(wanted.exclude_tags));
    }
    if wanted.federated_only {
        query = query.with("federated", json!(true));
    }
    if !wanted.filter.is_empty() {
        query = query.with("filter", json!(wanted.filter.to_string()));
    }
    if !wanted.order.is_usual() {
        query = query
            .with("sort", json!(wanted.order.by))
            .with("descending", json!(wanted.order.descending));
    }
    if let Some(limit) = wanted.limit {
        query = query.with("limit", json!(limit));
    }
    match &wanted.start {
        Start::First => query,
        Start::After(cursor) => query.with("after", json!(cursor)),
        Start::Offset(offset) => query.with("offset", json!(offset)),
    }
}

fn read_pointer(session: &Session<'_>, query: &Query, mut result: Value) -> Result<Pointer, Failure> {
    // Shown by itself, or wrapped as `create_pointer` does it.
    let shown = match result.get_mut("pointer") {
        Some(wrapped) => wrapped.take(),
        None => result,
    };
    if !session.is_legacy() {
        return serde_json::from_value(shown).map_err(|_| session.unexpected(query.action()));
    }
    original_rows::pointer(shown).map_err(|why| {
        let failure = session.unexpected(query.action());
        Failure {
            message: format!("{}: {why} cannot be read", failure.message),
            ..failure
        }
    })
}
