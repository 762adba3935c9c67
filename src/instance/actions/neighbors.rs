//! Neighbours of a pointer, as `get_pointer` and `get_neighbors` show them.

use super::Call;
use crate::model::{NEAR, Pointer, PointerAddress, gyroid_score};
use crate::protocol::Problem;
use crate::store::Relationship;

/// How many are shown, strongest first.
pub const MOST: usize = 1_000;

/// The kind of a relationship that is computed from the coordinates.
const COMPUTED: &str = "gyroid_related";

/// A number that a call gives, up to [`MOST`].
pub fn count(call: &Call<'_>, name: &'static str, usual: usize) -> Result<usize, Problem> {
    let asked = call.query.optional_count(name)?;
    let asked = asked.map_or(usual, |asked| usize::try_from(asked).unwrap_or(usize::MAX));
    Ok(asked.min(MOST))
}

/// The relationships of a pointer whose other end the caller may see.
pub async fn visible(
    call: &Call<'_>,
    address: &PointerAddress,
    limit: usize,
) -> Result<Vec<Relationship>, Problem> {
    let found = call.store().relationships(address, limit).await?;
    only_visible(call, found).await
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

/// The neighbours that the coordinates make, nearest first. Looks at every pointer of the instance.
pub async fn computed(
    call: &Call<'_>,
    pointer: &Pointer,
    limit: usize,
) -> Result<(Vec<Relationship>, Option<u64>), Problem> {
    let here = (pointer.x, pointer.y, pointer.z);
    let score = move |x, y, z| {
        let there = (x, y, z);
        Some(gyroid_score(here, there)).filter(|score| *score < NEAR && there != here)
    };
    let nearest = call.store().nearest(Box::new(score), limit).await?;
    let found = nearest
        .pointers
        .into_iter()
        .map(|(address, score)| Relationship {
            address,
            relationship: COMPUTED.to_owned(),
            weight: score,
        })
        .collect();
    let total = call.sees_every_pointer().then_some(nearest.matching);
    Ok((only_visible(call, found).await?, total))
}

async fn only_visible(call: &Call<'_>, found: Vec<Relationship>) -> Result<Vec<Relationship>, Problem> {
    if call.sees_every_pointer() {
        return Ok(found);
    }
    let mut seen = Vec::with_capacity(found.len());
    for relationship in found {
        if is_visible(call, &relationship.address).await? {
            seen.push(relationship);
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
