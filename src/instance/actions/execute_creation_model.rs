//! `execute_creation_model {pointer_address}`: looks at a pointer from all sides at once: its neighbours, what its reference and
//! tags say of its risk, what lies near it; and leaves a circuit behind that does the same when it is invoked.

use super::check::Inspector;
use super::parameter::POINTER_ADDRESS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Outcome, neighbors};
use crate::instance::authorise;
use crate::model::{CIRCUIT_PREFIX, NewPointer, Pointer, PointerAddress};
use crate::protocol::Problem;
use crate::store::{Nearness, StoreError};
use serde_json::{Value, json};

/// Its name, which the circuits that it makes bear too.
const NAME: &str = "execute_creation_model";
/// How near counts, in the units of the coordinates, as in the original system.
const RADIUS: f64 = 5.0;
/// How many of the near ones are told.
const MOST_NEAR: usize = 100;
/// Marks what anybody may know of.
const PUBLIC: &str = "public";

/// The row of the table.
pub static ACTION: Action = Action {
    name: NAME,
    help: "Tells a pointer's neighbours, its risk and what lies near it, and makes a circuit that tells it again.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[POINTER_ADDRESS],
    result: "{determination_graph: {root, neighbors}, logical_analysis: {logic_gate: {is_secure_url, is_public_and_connected}, decision_tree: {risk_level}, proximity_analysis: {nearby_pointers: [{address, description}]}}, summary, shortcut_pointer_address}",
    errors: &[Code::PointerNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let pointer = call.pointer("pointer_address").await?;
    let neighbors = neighbors::visible(call, &pointer.address, neighbors::MOST).await?;
    let is_secure_url = pointer.data_reference.starts_with("https://");
    let is_public = pointer.tags.iter().any(|tag| tag == PUBLIC);
    let is_public_and_connected = is_public && pointer.connection_id.is_some();
    let risk = risk(&pointer, is_public_and_connected);
    let nearby = nearby(call, &pointer).await?;
    let shortcut = shortcut(call, &pointer).await?;
    let mut root = json!(pointer);
    root["neighbors"] = json!(neighbors);
    Ok(Outcome::Success(json!({
        "determination_graph": {"root": root, "neighbors": neighbors},
        "logical_analysis": {
            "logic_gate": {"is_secure_url": is_secure_url, "is_public_and_connected": is_public_and_connected},
            "decision_tree": {"risk_level": risk},
            "proximity_analysis": {"nearby_pointers": nearby},
        },
        "summary": format!("Pointer {} was looked at; its risk is {risk}.", pointer.address),
        "shortcut_pointer_address": shortcut,
    })))
}

/// As the original system weighs it.
fn risk(pointer: &Pointer, is_public_and_connected: bool) -> &'static str {
    match is_public_and_connected {
        false => "high",
        true if pointer.z > 5.0 => "medium",
        true => "low",
    }
}

async fn nearby(call: &Call<'_>, pointer: &Pointer) -> Result<Vec<Value>, Problem> {
    let (found, _) = neighbors::near(call, &pointer.address, Nearness::Within(RADIUS), MOST_NEAR).await?;
    let mut shown = Vec::with_capacity(found.len());
    for (address, _) in found {
        let Some(near) = call.store().pointer(&address).await? else {
            continue;
        };
        shown.push(json!({"address": near.address, "description": near.description}));
    }
    Ok(shown)
}

/// The circuit that does this again; made if it is not there, and none where the caller may not make it.
async fn shortcut(call: &Call<'_>, pointer: &Pointer) -> Result<Option<PointerAddress>, Problem> {
    let step = json!({"action": NAME, "pointer_address": pointer.address});
    let new = NewPointer {
        data_reference: format!("{CIRCUIT_PREFIX}{step}"),
        description: format!("Circuit for '{}'", pointer.address),
        tags: Vec::new(),
        connection_id: pointer.connection_id.clone(),
        credential_pointer_address: None,
        federated: None,
        author: call.author(),
    };
    if let Some(known) = call.store().holder_of(&new.data_reference).await? {
        return if_seen(call, known).await;
    }
    if Inspector::new(call).inspect(&new).await.is_err() {
        return Ok(None);
    }
    match call.store().create_pointer(new, call.now()).await {
        Ok(made) => Ok(Some(made.address)),
        // Somebody made it at the same moment.
        Err(StoreError::DuplicateReference { address }) => if_seen(call, address).await,
        Err(error) => Err(call.storage_problem(error).await),
    }
}

async fn if_seen(call: &Call<'_>, known: PointerAddress) -> Result<Option<PointerAddress>, Problem> {
    let seen = call.pointer_at(&known).await?;
    Ok(authorise::pointer(call.grant(), &seen).is_ok().then_some(known))
}
