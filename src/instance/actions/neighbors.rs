//! Neighbours of a pointer, as `get_pointer` and `get_neighbors` show them.

use super::{Call, check};
use crate::model::{Pointer, PointerAddress};
use crate::protocol::Problem;
use crate::store::{Nearness, Relationship};

/// How many are shown, strongest first.
pub const MOST: usize = 1_000;

/// Among how many neighbours those are looked for that a narrower grant lets its holder see.
pub const MOST_LOOKED_AT: usize = 20_000;

/// How many of the near ones may be skipped before a page.
const DEEPEST: usize = 100_000;

/// The kind of a relationship that is computed from the coordinates.
const COMPUTED: &str = "gyroid_related";

/// A number that a call gives, up to [`MOST`].
pub fn count(call: &Call<'_>, name: &'static str, usual: usize) -> Result<usize, Problem> {
    let asked = call.query.optional_count(name)?;
    let asked = asked.map_or(usual, |asked| usize::try_from(asked).unwrap_or(usize::MAX));
    Ok(asked.min(MOST))
}

/// A place in a list that a call gives: how many are skipped before its page.
pub fn skipped(call: &Call<'_>) -> Result<usize, Problem> {
    let asked = call.query.optional_count("offset")?.unwrap_or(0);
    let asked = usize::try_from(asked).unwrap_or(usize::MAX);
    if asked > DEEPEST {
        return Err(check::invalid("offset", "may be 100000 at most"));
    }
    Ok(asked)
}

/// The strongest relationships of a pointer whose other end the caller may see.
pub async fn visible(
    call: &Call<'_>,
    address: &PointerAddress,
    limit: usize,
) -> Result<Vec<Relationship>, Problem> {
    if call.sees_every_pointer() {
        return Ok(call.store().relationships(address, limit).await?);
    }
    let found = call.store().relationships(address, MOST_LOOKED_AT).await?;
    first_visible(call, found, limit, |relationship| &relationship.address).await
}

/// The same, and how many there are in all, where that may be told.
pub async fn stored(
    call: &Call<'_>,
    address: &PointerAddress,
    limit: usize,
) -> Result<(Vec<Relationship>, Option<u64>), Problem> {
    let total = match call.sees_every_pointer() {
        true => call
            .store()
            .summary(address)
            .await?
            .map(|summary| summary.neighbor_count),
        false => None,
    };
    Ok((visible(call, address, limit).await?, total))
}

/// The neighbours that the coordinates make, nearest first, and how many there are, where that may be told.
pub async fn computed(
    call: &Call<'_>,
    pointer: &Pointer,
    limit: usize,
) -> Result<(Vec<Relationship>, Option<u64>), Problem> {
    let (near, total) = near(call, &pointer.address, Nearness::Gyroid, limit).await?;
    let found = near
        .into_iter()
        .map(|(address, score)| Relationship {
            address,
            relationship: COMPUTED.to_owned(),
            weight: score,
        })
        .collect();
    Ok((found, total))
}

/// What is near to a pointer and may be seen, nearest first, and how much there is, where that may be told.
pub async fn near(
    call: &Call<'_>,
    origin: &PointerAddress,
    nearness: Nearness,
    limit: usize,
) -> Result<(Vec<(PointerAddress, f64)>, Option<u64>), Problem> {
    if call.sees_every_pointer() {
        let nearest = call.store().nearest(origin, nearness, limit).await?;
        return Ok((nearest.pointers, Some(nearest.matching)));
    }
    let nearest = call.store().nearest(origin, nearness, MOST_LOOKED_AT).await?;
    let seen = first_visible(call, nearest.pointers, limit, |(address, _)| address).await?;
    Ok((seen, None))
}

/// Those of a list that may be seen, from its beginning, up to so many.
async fn first_visible<T>(
    call: &Call<'_>,
    found: Vec<T>,
    limit: usize,
    address: impl Fn(&T) -> &PointerAddress,
) -> Result<Vec<T>, Problem> {
    let mut seen = Vec::new();
    for one in found {
        if seen.len() == limit {
            break;
        }
        if is_visible(call, address(&one)).await? {
            seen.push(one);
        }
    }
    Ok(seen)
}

async fn is_visible(call: &Call<'_>, address: &PointerAddress) -> Result<bool, Problem> {
    let summary = call.store().summary(address).await?;
    Ok(summary.is_some_and(|summary| {
        call.grant()
            .allows_pointer(&summary.address, &summary.tags, summary.connection_id.as_ref())
    }))
}
