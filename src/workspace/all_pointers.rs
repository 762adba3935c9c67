//! The pointers of all instances in one list, a page at a time: what the console shows merged, in one answer.

use super::{Failure, Workspace};
use crate::model::{InstanceName, Pointer, includes_instance, without_instances};
use crate::protocol::Code;
use crate::store::{PointerQuery, Start};
use futures::future::join_all;
use std::collections::BTreeMap;

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
        let mut has_more = false;
        for (name, answer) in names.iter().zip(answers) {
            let page = match answer {
                Ok(page) => page,
                Err(failure) => {
                    all.missing.push(failure.on(name.as_str()));
                    continue;
                }
            };
            all.total = all.total.zip(page.total).map(|(sum, total)| sum + total);
            has_more |= page.next.is_some();
            let rows = page.pointers.into_iter();
            all.pointers.extend(rows.map(|pointer| (name.clone(), pointer)));
        }
        // Stable: rows that are alike stand in the order of their instances, and each instance's in its own.
        all.pointers
            .sort_by(|(_, left), (_, right)| query.order.compare(left, right));
        if let Some(limit) = query.limit.and_then(|limit| usize::try_from(limit).ok()) {
            has_more |= all.pointers.len() > limit;
            all.pointers.truncate(limit);
        }
        if has_more {
            all.next = Some(cursor(begin, &all.pointers));
        }
        Ok(all)
    }
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_is_read_back(rows in prop::collection::btree_map("[a-z][a-z0-9-]{0,6}[a-z0-9]", 1u64..9_999, 1..4)) {
            let before: BTreeMap<InstanceName, u64> = rows
                .into_iter()
                .map(|(name, rows)| (InstanceName::parse(&name).unwrap(), rows))
                .collect();
            prop_assert_eq!(offsets(&cursor(before.clone(), &[])).unwrap(), before);
        }

        #[test]
        fn whatever_else_is_given_is_refused_and_no_panic(text in "\\PC{0,20}") {
            if let Ok(read) = offsets(&text) {
                prop_assert!(!read.is_empty());
            }
        }
    }
}
