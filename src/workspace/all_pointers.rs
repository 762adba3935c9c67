//! The pointers of all instances in one list, a page at a time: what the console shows merged, in one answer.

mod given;
mod place;

use super::{Failure, Workspace};
use crate::model::{InstanceName, Pointer, includes_instance, without_instances};
use crate::store::{Order, PointerQuery, Start};
use futures::future::join_all;
use given::Given;
use place::{Place, Places, cursor, places};

/// A page of the pointers of all instances.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AllPointers {
    /// They, each with its instance, in the order that was asked for.
    pub pointers: Vec<(InstanceName, Pointer)>,
    /// How many match on all of them together, where each of them tells.
    pub total: Option<u64>,
    /// Where the next page begins; none if this was the last, or if those that could be asked have no more and gave
    /// nothing: then the place that this page began at is that of the rest.
    pub next: Option<String>,
    /// Instances that could not be asked, and why: their pointers are missing. They are asked again, from where they
    /// were, for the next page.
    pub missing: Vec<Failure>,
}

impl Workspace {
    /// A page of the pointers of all instances that the filter includes. All of them are asked at the same time;
    /// one that cannot be asked is told and holds up nobody.
    pub async fn all_pointers(&self, query: &PointerQuery) -> Result<AllPointers, Failure> {
        let mut at = match &query.start {
            Start::After(cursor) => places(cursor)?,
            _ => Places::new(),
        };
        let names: Vec<InstanceName> = self
            .instances()
            .await?
            .into_iter()
            .map(|row| row.name)
            .filter(|name| includes_instance(&query.filter, name.as_str()))
            .collect();
        let asked = names.iter().map(|name| {
            let place = at.get(name).cloned().unwrap_or_default();
            self.given(name, place, query)
        });
        let answers = join_all(asked).await;
        let mut all = AllPointers {
            total: Some(0),
            ..AllPointers::default()
        };
        let mut given = Vec::new();
        for (name, answer) in names.into_iter().zip(answers) {
            match answer {
                Ok(rows) => {
                    all.total = all.total.zip(rows.total).map(|(sum, total)| sum + total);
                    given.push(rows);
                }
                Err(failure) => {
                    all.missing.push(failure.on(name.as_str()));
                    at.entry(name).or_default();
                }
            }
        }
        let limit = query.limit.and_then(|limit| usize::try_from(limit).ok());
        all.pointers = merge(&mut given, query.order, limit);
        at.extend(given.iter().map(|of| (of.name.clone(), of.place())));
        // Who follows `next` comes to an end also where an instance is away for good.
        let is_worth_asking = !all.missing.is_empty() && !all.pointers.is_empty();
        let has_more = is_worth_asking || given.iter().any(Given::has_more);
        all.next = has_more.then(|| cursor(&at));
        Ok(all)
    }

    /// What an instance gives for a page, from a place in its list on.
    async fn given(&self, name: &InstanceName, place: Place, query: &PointerQuery) -> Result<Given, Failure> {
        let mut given = Given::from(name.clone(), place);
        while let Some(start) = given.needs(query.limit) {
            let query = PointerQuery {
                filter: without_instances(&query.filter),
                start,
                ..query.clone()
            };
            given.add(self.pointers(name.as_str(), &query).await?);
        }
        Ok(given)
    }
}

/// The rows in one list. An instance's rows stay in its own order, also where that is another one than it should be (a
/// clock was set back): its place says how much of its list was shown, and that must be the beginning of it. Of rows that
/// are alike, that of the first instance comes first.
fn merge(given: &mut [Given], order: Order, limit: Option<usize>) -> Vec<(InstanceName, Pointer)> {
    let mut merged = Vec::new();
    // Where the next row of one instance is not known, those of the others may have to come after it.
    while limit.is_none_or(|limit| merged.len() < limit) && !given.iter().any(Given::is_short) {
        let heads = given.iter().map(Given::head).enumerate();
        let first = heads
            .filter_map(|(at, head)| Some((at, head?)))
            .min_by(|(_, left), (_, right)| order.compare(left, right));
        let Some((at, _)) = first else { break };
        let from = &mut given[at];
        let row = from.take();
        merged.extend(row.map(|row| (from.name.clone(), row)));
    }
    merged
}

#[cfg(test)]
mod tests;
