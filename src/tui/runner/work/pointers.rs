//! What is done to pointers in more than one step.

use crate::model::{ConnectionId, InstanceName, PointerAddress, PointerChange};
use crate::protocol::Code;
use crate::store::PointerQuery;
use crate::tui::effect::KeepHeader;
use crate::tui::message::{Done, Present};
use crate::tui::outcome::Outcome;
use crate::workspace::Workspace;

/// Pointers that are marked at once, at most.
const MOST_MARKED: usize = 10_000;

pub(super) async fn keep_header(workspace: &Workspace, keep: KeepHeader) -> Outcome<Done> {
    let instance = keep.instance.as_str();
    let (pointer, word) = match keep.pointer {
        None => {
            let kept = workspace.create_credential_pointer(instance, keep.new).await?;
            (kept, "keeps the header")
        }
        Some(address) => {
            let changed = workspace
                .fetch_with_new_header(instance, keep.new, &address)
                .await?;
            (changed, "is fetched with the header")
        }
    };
    Ok(Done::Pointer(keep.instance, Box::new(pointer), word))
}

pub(super) async fn assign(
    workspace: &Workspace,
    name: InstanceName,
    address: &PointerAddress,
    connection: Option<&ConnectionId>,
) -> Outcome<Done> {
    let pointer = workspace
        .assign_pointer(name.as_str(), address, connection)
        .await?;
    let word = match connection {
        Some(_) => "assigned",
        None => "taken out of its connection",
    };
    Ok(Done::Pointer(name, Box::new(pointer), word))
}

/// All that match, on these instances.
pub(super) async fn matching(
    workspace: &Workspace,
    queries: Vec<(InstanceName, PointerQuery)>,
) -> Outcome<Done> {
    let mut found = Vec::new();
    let mut complete = true;
    for (name, query) in queries {
        let left = MOST_MARKED.saturating_sub(found.len());
        let (targets, all) = workspace.matching(name.as_str(), &query, left).await?;
        found.extend(targets);
        complete &= all;
    }
    Ok(Done::Matching(found, complete))
}

/// Changes one. Where others were there first, it is told what they made of it.
pub(super) async fn update(
    workspace: &Workspace,
    name: InstanceName,
    address: &PointerAddress,
    change: PointerChange,
) -> Outcome<Done> {
    let failure = match workspace.update_pointer(name.as_str(), address, change).await {
        Ok(pointer) => return Ok(Done::Pointer(name, Box::new(pointer), "saved")),
        Err(failure) if failure.code == Code::ChangedMeanwhile => failure,
        Err(failure) => return Err(failure),
    };
    let now = workspace.pointer(name.as_str(), address).await?.pointer;
    Ok(Done::Meanwhile(failure, Present::Pointer(Box::new(now))))
}
