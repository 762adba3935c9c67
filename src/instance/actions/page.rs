//! Pages of pointers: how `list_pointers`, `search_pointers` and `get_pointers_for_connection` read them.

use super::{Answer, Call, Outcome, check, cursor};
use crate::model::filter::{Field, Filter};
use crate::model::{Pointer, STORED_POINTER_FIELDS};
use crate::protocol::{Code, Problem, Rendered};
use crate::store::{Order, PointerPage, PointerQuery, Sight, SortBy, Start};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// The largest page.
pub const LARGEST_PAGE: u64 = 1_000;
/// The page of `list_pointers` where no limit is given.
pub const USUAL_PAGE: u64 = 100;
/// Bytes that all matches together may have where no limit is given.
const LARGEST_REPLY: usize = 64 * 1024 * 1024;
/// Characters and terms of a filter.
const LONGEST_FILTER: usize = 1_000;
const MOST_TERMS: usize = 32;
/// Rows looked at for one page by a caller that sees only some pointers; the page may then be short.
const MOST_ROWS: u64 = 10_000;

/// `limit` and `offset` of a call, on a list that is read whole: that page of it, and how long the whole is. Without them
/// it is everything.
pub fn of_list<T>(call: &Call<'_>, list: Vec<T>) -> Result<(Vec<T>, usize), Problem> {
    let total = list.len();
    let offset = call.query.optional_count("offset")?.unwrap_or(0);
    let limit = call.query.optional_count("limit")?.unwrap_or(u64::MAX);
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let page = list.into_iter().skip(size(offset)).take(size(limit)).collect();
    Ok((page, total))
}

/// Some of the pointers that match.
pub struct Page {
    found: PointerPage,
    filter: Filter,
    order: Order,
    searched: bool,
}

impl Page {
    /// `count` (of this page), `total` (null where it is not known), `pointers`, and the cursor `next` (null at the
    /// end); and where they were asked for, `searched`, `filter` and `sort` as they were understood: an older instance
    /// says nothing of them, and has not heeded them.
    pub fn into_answer(self) -> Answer {
        let is_usual = self.order.is_usual();
        Ok(Outcome::Rendered(Rendered::of(&Shown {
            count: self.found.pointers.len(),
            total: self.found.total,
            pointers: &self.found.pointers,
            next: self.found.next.as_deref(),
            searched: self.searched.then_some(true),
            filter: (!self.filter.is_empty()).then(|| self.filter.to_string()),
            sort: (!is_usual).then_some(self.order.by.as_str()),
            descending: (!is_usual).then_some(self.order.descending),
        })))
    }
}

/// A page as it is sent.
#[derive(Serialize)]
struct Shown<'a> {
    count: usize,
    total: Option<u64>,
    pointers: &'a [Pointer],
    next: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    searched: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    descending: Option<bool>,
}

/// Reads `federated`, `filter`, `sort`, `limit`, `after` and `offset` of a call and gives that page of the pointers
/// wanted; without a limit of the call's own, `usual` holds, and where that is none, every match is given.
pub async fn read(call: &Call<'_>, mut wanted: PointerQuery, usual: Option<u64>) -> Result<Page, Problem> {
    let order = order(call)?;
    wanted.order = order;
    wanted.start = start(call, order)?;
    wanted.federated_only = call.query.optional("federated")?.unwrap_or(false);
    let asked = filter(call, STORED_POINTER_FIELDS)?;
    wanted.filter.terms.extend(asked.terms.iter().cloned());
    // Older instances search among all pointers only.
    let searched = wanted.connection.is_some() && wanted.is_search();
    let limit = call.query.optional_count("limit")?.or(usual);
    if limit == Some(0) {
        return Err(check::invalid("limit", "must be at least 1"));
    }
    let found = match limit {
        None => {
            wanted.sight = sight(call, u64::MAX);
            every_match(call, wanted).await?
        }
        Some(limit) => {
            wanted.limit = Some(limit.min(LARGEST_PAGE));
            wanted.sight = sight(call, MOST_ROWS);
            let mut page = call.store().pointers(&wanted).await?;
            if wanted.sight.is_some() {
                page.next = page.next.map(|next| cursor::seal(call, order, &next));
            }
            page
        }
    };
    Ok(Page {
        found,
        filter: asked,
        order,
        searched,
    })
}

/// The `filter` of a call, over these fields.
pub(super) fn filter(call: &Call<'_>, fields: &'static [Field]) -> Result<Filter, Problem> {
    let text = call.query.optional_text("filter")?.unwrap_or_default();
    if text.chars().count() > LONGEST_FILTER {
        return Err(check::invalid(
            "filter",
            format!("longer than {LONGEST_FILTER} characters"),
        ));
    }
    let filter = Filter::parse(text, fields).map_err(|error| check::invalid("filter", error.to_string()))?;
    if filter.terms.len() > MOST_TERMS {
        return Err(check::invalid("filter", format!("more than {MOST_TERMS} terms")));
    }
    Ok(filter)
}

fn order(call: &Call<'_>) -> Result<Order, Problem> {
    let by = match call.query.optional_text("sort")? {
        None => SortBy::default(),
        Some(word) => SortBy::parse(word).ok_or_else(|| {
            let known = SortBy::ALL.map(SortBy::as_str).join(", ");
            check::invalid("sort", format!("must be one of {known}"))
        })?,
    };
    let descending = call.query.optional("descending")?.unwrap_or(false);
    Ok(Order { by, descending })
}

/// What the caller sees, where that is not everything.
fn sight(call: &Call<'_>, most_rows: u64) -> Option<Arc<Sight>> {
    if call.sees_every_pointer() {
        return None;
    }
    Some(Arc::new(Sight {
        scope: call.grant().pointers.clone(),
        most_rows,
    }))
}

fn start(call: &Call<'_>, order: Order) -> Result<Start, Problem> {
    let after = call.query.optional_text("after")?;
    let offset = call.query.optional_count("offset")?;
    match (after, offset) {
        (None, None) => Ok(Start::First),
        (Some(cursor), None) if call.sees_every_pointer() => Ok(Start::After(cursor.to_owned())),
        (Some(cursor), None) => Ok(Start::After(cursor::open(call, order, cursor)?)),
        (None, Some(offset)) if call.sees_every_pointer() => Ok(Start::Offset(offset)),
        (None, Some(_)) => Err(check::invalid(
            "offset",
            "this credential sees only some pointers and cannot count over the others; use 'after'",
        )),
        (Some(_), Some(_)) => Err(check::invalid("offset", "give either 'after' or 'offset'")),
    }
}

/// All of them in one look: while others write, pages of several moments would show some rows twice and lose others.
async fn every_match(call: &Call<'_>, mut wanted: PointerQuery) -> Result<PointerPage, Problem> {
    wanted.limit = None;
    wanted.most_bytes = Some(LARGEST_REPLY);
    let mut found = call.store().pointers(&wanted).await?;
    if found.next.is_some() {
        return Err(too_many());
    }
    if wanted.start == Start::First {
        found.total = Some(found.pointers.len() as u64);
    }
    Ok(found)
}

fn too_many() -> Problem {
    Problem::new(
        Code::InvalidParameter,
        format!(
            "the matches are larger than {LARGEST_REPLY} bytes together; ask for them in pages, with 'limit' and then 'after'"
        ),
    )
    .with("largest_page", Value::from(LARGEST_PAGE))
}
