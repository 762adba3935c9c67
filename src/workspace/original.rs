//! Original Python instances: they know neither lists nor pages, so everything is searched for once, kept
//! for a moment, and pages are cut from it here.

use super::domains::owners;
use super::leading::leads_elsewhere;
use super::like::has_what_is_searched;
use super::original_rows;
use super::owners::Owners;
use super::session::Session;
use super::{Failure, ListRemark, PointerList, Workspace};
use crate::model::filter::Filter;
use crate::model::{Pointer, PointerTest, pointer_matches, pointer_test};
use crate::protocol::{Code, Query};
use crate::store::{PointerPage, PointerQuery, Start};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Pointers that cannot be read, of which each is named.
const NAMED: usize = 3;

#[derive(Deserialize)]
struct Found {
    pointers: Vec<Value>,
}

impl Workspace {
    /// Whose the connections of an instance are, as far as the filter asks for that.
    pub(super) async fn owners(
        &self,
        session: &mut Session<'_>,
        filter: &Filter,
    ) -> Result<Arc<Owners>, Failure> {
        if !Owners::are_asked_for(filter) {
            return Ok(Arc::default());
        }
        let name = session.record.name.clone();
        if let Some(known) = self.originals.fresh_owners(&name) {
            return Ok(known);
        }
        match owners(session).await {
            Ok(told) => Ok(self.originals.keep_owners(name, told)),
            // Whoever may not be told still finds connections by their ids.
            Err(_) if !Owners::are_needed(filter) => Ok(Arc::default()),
            Err(failure) => Err(failure),
        }
    }

    /// A page of an original instance's pointers.
    pub(super) async fn original_page(
        &self,
        session: &mut Session<'_>,
        wanted: &PointerQuery,
    ) -> Result<PointerList, Failure> {
        let query = search(wanted);
        let key = (session.record.name.clone(), query.to_value().to_string());
        let rows = match self.originals.fresh(&key) {
            Some(rows) => rows,
            None => {
                let result = session.result(&query).await?;
                let found: Found =
                    serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
                self.originals.keep(key, original_rows::pointers(found.pointers))
            }
        };
        let owners = self.owners(session, &wanted.filter).await?;
        let is_plain = wanted.filter.is_empty() && wanted.order.is_usual();
        Ok(PointerList {
            page: cut(&rows.pointers, wanted, &owners)?,
            remark: unreadable(&rows.unreadable).or((!is_plain).then_some(ListRemark::DoneHere)),
        })
    }
}

/// That pointers were left out, and which.
fn unreadable(rows: &[String]) -> Option<ListRemark> {
    if rows.is_empty() {
        return None;
    }
    let mut named: Vec<&str> = rows.iter().take(NAMED).map(String::as_str).collect();
    if rows.len() > NAMED {
        named.push("…");
    }
    Some(ListRemark::Unreadable {
        count: rows.len() as u64,
        rows: named.join(", "),
    })
}

/// `%` finds everything; a term and tags mean there what they mean here.
fn search(wanted: &PointerQuery) -> Query {
    if let Some(connection) = &wanted.connection {
        return Query::new(
            "get_pointers_for_connection",
            json!({"connection_id": connection}),
        );
    }
    let mut query = Query::new("search_pointers", json!({}));
    // The first word can be left to the instance: what it finds is looked at once more, and closely, here.
    let word = wanted
        .filter
        .terms
        .iter()
        .find_map(|term| match pointer_test(&term.test) {
            Some(PointerTest::Description(text)) if !term.not => Some(text.as_str()),
            _ => None,
        });
    if let (None, Some(word)) = (&wanted.term, word) {
        query = query.with("search_term", json!(word));
    } else if wanted.term.is_some() || (wanted.tags.is_empty() && wanted.exclude_tags.is_empty()) {
        query = query.with("search_term", json!(wanted.term.as_deref().unwrap_or("%")));
    }
    if !wanted.tags.is_empty() {
        query = query
            .with("search_tags", json!(wanted.tags))
            .with("tag_match_mode", json!(wanted.tag_match));
    }
    if !wanted.exclude_tags.is_empty() {
        query = query.with("exclude_tags", json!(wanted.exclude_tags));
    }
    query
}

/// A page of what matches among pointers that were fetched in order of creation.
pub(super) fn cut(
    pointers: &[Pointer],
    wanted: &PointerQuery,
    owners: &Owners,
) -> Result<PointerPage, Failure> {
    let mut matching: Vec<&Pointer> = pointers
        .iter()
        .filter(|pointer| !wanted.federated_only || leads_elsewhere(pointer))
        // Of a connection's pointers all were given, whatever else was asked for.
        .filter(|pointer| wanted.connection.is_none() || has_what_is_searched(pointer, wanted))
        .filter(|pointer| pointer_matches(&wanted.filter, pointer, |id| owners.known(id)))
        .collect();
    if !wanted.order.is_usual() {
        matching.sort_by(|left, right| wanted.order.compare(left, right));
    }
    let first = match &wanted.start {
        Start::First => 0,
        Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX),
        // The cursor is the address of the last row: good while others write.
        Start::After(cursor) => {
            1 + matching
                .iter()
                .position(|pointer| pointer.address.as_str() == cursor)
                .ok_or_else(|| {
                    Failure::new(
                        Code::InvalidParameter,
                        "the place where the next page begins is not there any more",
                        "start again without it",
                    )
                })?
        }
    };
    let limit = wanted
        .limit
        .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let page: Vec<Pointer> = matching
        .iter()
        .skip(first)
        .take(limit)
        .map(|&pointer| pointer.clone())
        .collect();
    let has_more = first.saturating_add(page.len()) < matching.len();
    Ok(PointerPage {
        total: Some(matching.len() as u64),
        next: page
            .last()
            .filter(|_| has_more)
            .map(|pointer| pointer.address.to_string()),
        pointers: page,
    })
}
