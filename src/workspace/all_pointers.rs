//! The pointers of all instances in one list, a page at a time: what the console shows merged, in one answer.

use super::{Failure, Workspace};
use crate::model::{InstanceName, Pointer, includes_instance, without_instances};
use crate::protocol::Code;
use crate::store::{Order, PointerPage, PointerQuery, Start};
use futures::future::join_all;
use std::collections::{BTreeMap, VecDeque};

/// Between what a cursor says of one instance and of the next.
const BETWEEN: char = ',';

/// A page of the pointers of all instances.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AllPointers {
    /// They, each with its instance, in the order that was asked for.
    pub pointers: Vec<(InstanceName, Pointer)>,
    /// How many match on all of them together, where each of them tells.
    pub total: Option<u64>,
    /// Where the next page begins; none if this was the last.
    pub next: Option<String>,
    /// Instances that could not be asked, and why: their pointers are missing.
    pub missing: Vec<Failure>,
}

impl Workspace {
    /// A page of the pointers of all instances that the filter includes. All of them are asked at the same time;
    /// one that cannot be asked is told and holds up nobody.
    pub async fn all_pointers(&self, query: &PointerQuery) -> Result<AllPointers, Failure> {
        let begin = match &query.start {
            Start::After(cursor) => offsets(cursor)?,
            _ => BTreeMap::new(),
        };
        let names: Vec<InstanceName> = self
            .instances()
            .await?
            .into_iter()
            .map(|row| row.name)
            .filter(|name| includes_instance(&query.filter, name.as_str()))
            .collect();
        let asked = names.iter().map(|name| {
            let offset = begin.get(name).copied().unwrap_or(0);
            let query = PointerQuery {
                filter: without_instances(&query.filter),
                start: match offset {
                    0 => Start::First,
                    offset => Start::Offset(offset),
                },
                ..query.clone()
            };
            async move { self.pointers(name.as_str(), &query).await }
        });
        let answers = join_all(asked).await;
        let mut all = AllPointers {
            total: Some(0),
            ..AllPointers::default()
        };
        let mut given = Vec::new();
        for (name, answer) in names.into_iter().zip(answers) {
            match answer.and_then(some_or_all) {
                Ok(page) => {
                    all.total = all.total.zip(page.total).map(|(sum, total)| sum + total);
                    given.push(Given::of(name, page));
                }
                Err(failure) => all.missing.push(failure.on(name.as_str())),
            }
        }
        let limit = query.limit.and_then(|limit| usize::try_from(limit).ok());
        let (pointers, has_more) = merge(given, query.order, limit);
        all.next = has_more.then(|| cursor(begin, &pointers));
        all.pointers = pointers;
        Ok(all)
    }
}

/// Refuses a page without a row after which more may follow: a cursor that counts rows would not get past it, and the
/// others would wait for it for ever.
fn some_or_all(page: PointerPage) -> Result<PointerPage, Failure> {
    if page.next.is_none() || !page.pointers.is_empty() {
        return Ok(page);
    }
    Err(Failure::new(
        Code::NotGranted,
        "its credential sees none of the pointers that were looked at for this page; some may follow",
        "list that instance alone, with `butterfly pointer list INSTANCE`, and go on with its `next`",
    ))
}

/// What an instance gave of its list.
struct Given {
    name: InstanceName,
    rows: VecDeque<Pointer>,
    has_more: bool,
}

impl Given {
    fn of(name: InstanceName, page: PointerPage) -> Self {
        Self {
            name,
            rows: page.pointers.into(),
            has_more: page.next.is_some(),
        }
    }

    /// What was given is used up, and the row that comes next is not known.
    fn is_short(&self) -> bool {
        self.has_more && self.rows.is_empty()
    }
}

/// The rows in one list, and whether more follow it. An instance's rows stay in its own order, also where that is
/// another one than it should be (a clock was set back): a cursor counts them, and what is shown of an instance must
/// be the beginning of its list. Of rows that are alike, that of the first instance comes first.
fn merge(mut given: Vec<Given>, order: Order, limit: Option<usize>) -> (Vec<(InstanceName, Pointer)>, bool) {
    let mut merged = Vec::new();
    // Where the next row of one instance is not known, those of the others may have to come after it.
    while limit.is_none_or(|limit| merged.len() < limit) && !given.iter().any(Given::is_short) {
        let heads = given.iter().map(|of| of.rows.front()).enumerate();
        let first = heads
            .filter_map(|(at, head)| Some((at, head?)))
            .min_by(|(_, left), (_, right)| order.compare(left, right));
        let Some((at, _)) = first else { break };
        let from = &mut given[at];
        let row = from.rows.pop_front();
        merged.extend(row.map(|row| (from.name.clone(), row)));
    }
    let has_more = given.iter().any(|of| of.has_more || !of.rows.is_empty());
    (merged, has_more)
}

/// A cursor says how many rows of each instance lie before the next page: `alpha:40,beta:3`.
fn cursor(mut before: BTreeMap<InstanceName, u64>, shown: &[(InstanceName, Pointer)]) -> String {
    for (name, _) in shown {
        *before.entry(name.clone()).or_default() += 1;
    }
    let parts: Vec<String> = before
        .iter()
        .map(|(name, rows)| format!("{name}:{rows}"))
        .collect();
    parts.join(&BETWEEN.to_string())
}

fn offsets(cursor: &str) -> Result<BTreeMap<InstanceName, u64>, Failure> {
    let read = |part: &str| {
        let (name, rows) = part.rsplit_once(':')?;
        Some((InstanceName::parse(name).ok()?, rows.parse().ok()?))
    };
    let parts: Option<BTreeMap<_, _>> = cursor.split(BETWEEN).map(read).collect();
    parts.ok_or_else(|| {
        Failure::new(
            Code::InvalidParameter,
            format!("{cursor:?} is no place in a list of all instances"),
            "give the `next` of an earlier page, or start again without it",
        )
    })
}

#[cfg(test)]
mod tests;
