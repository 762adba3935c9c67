//! Neighbours of a pointer, as `get_pointer` and `get_neighbors` show them.

use super::{Call, check};
use crate::model::{Pointer, PointerAddress, PointerScope};
use crate::protocol::Problem;
use crate::store::{Nearness, Relationship};

/// How many are shown, strongest first.
pub const MOST: usize = 1_000;

/// How many of those that a narrower grant lets its holder see are looked through, where their number or kinds are told.
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
    Ok(call.store().relationships(address, limit, scope(call)).await?)
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
    let nearest = call.store().nearest(origin, nearness, limit, scope(call)).await?;
    Ok((nearest.pointers, nearest.matching))
}

/// What the caller sees, where that is not everything.
fn scope<'a>(call: &'a Call<'_>) -> Option<&'a PointerScope> {
    (!call.sees_every_pointer()).then(|| &call.grant().pointers)
}
