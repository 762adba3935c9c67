//! `remove_neighbor {pointer_address, neighbor_address, relationship?}` → `{message, removed, pointer}`: what `add_neighbor` stored,
//! both ways. Neighbours that are computed from the coordinates cannot be removed.

use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, meanwhile, neighbors};
use crate::model::Pointer;
use crate::protocol::Problem;
use crate::store::StoreError;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "remove_neighbor",
    help: "Removes the stored relationships between two pointers, of one kind or all of them, in both directions.",
    access: Access::Granted,
    writes: true,
    destroys: |_| true,
    within: Some(DomainRole::Writer),
    parameters: &[
        POINTER_ADDRESS,
        Parameter::required(
            "neighbor_address",
            Kind::PointerAddress,
            "the other pointer's address",
        ),
        Parameter::optional("relationship", Kind::Text, "only those of this kind"),
    ],
    result: "{message, removed, pointer: {…pointer, neighbors: [{address, relationship, weight}]}}",
    errors: &[Code::PointerNotFound, Code::ChangedMeanwhile],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let (pointer, removed) = meanwhile::settled(call, meanwhile::LOOKS, || remove(call)).await?;
    let mut shown = json!(pointer);
    shown["neighbors"] = json!(neighbors::visible(call, &pointer.address, neighbors::MOST).await?);
    Ok(Outcome::Success(json!({
        "message": match removed {
            0 => "There was no such relationship.",
            _ => "Neighbor removed successfully.",
        },
        "removed": removed,
        "pointer": shown,
    })))
}

async fn remove(call: &Call<'_>) -> Result<Result<(Pointer, u64), StoreError>, Problem> {
    let pointer = call.pointer("pointer_address").await?;
    let neighbor = call.pointer("neighbor_address").await?;
    let kind = call.query.optional_text("relationship")?;
    let seen = meanwhile::both_as_seen(call, &pointer, &neighbor);
    let removed = call
        .store()
        .remove_relationships(&pointer.address, &neighbor.address, kind, seen)
        .await;
    Ok(removed.map(|removed| (pointer, removed)))
}
