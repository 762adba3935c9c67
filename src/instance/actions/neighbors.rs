//! Stored relationships, as `get_pointer` and `get_neighbors` show them.

use super::Call;
use crate::model::PointerAddress;
use crate::protocol::Problem;
use crate::store::Relationship;

/// How many are shown, strongest first.
pub const MOST: usize = 1_000;

/// The relationships of a pointer whose other end the caller may see.
pub async fn visible(
    call: &Call<'_>,
    address: &PointerAddress,
    limit: usize,
) -> Result<Vec<Relationship>, Problem> {
    let found = call.store().relationships(address, limit).await?;
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
