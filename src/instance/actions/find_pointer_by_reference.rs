//! `find_pointer_by_reference {data_reference}` → `{pointer: {address, description} | null}`: whether a reference is
//! taken already, before somebody makes a second pointer for it.

use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "find_pointer_by_reference",
    help: "Finds the pointer that has exactly this data_reference and leads to no other instance.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[Parameter::required(
        "data_reference",
        Kind::Text,
        "the reference, as it would be stored",
    )],
    result: "{pointer: {address, description}|null}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let reference = call.query.text("data_reference")?;
    let holder = call.store().holder_of(reference).await?;
    let summary = match holder {
        Some(address) => call.store().summary(&address).await?,
        None => None,
    };
    let seen = summary.filter(|summary| {
        call.sees_every_pointer()
            || call
                .grant()
                .allows_pointer(&summary.address, &summary.tags, summary.connection_id.as_ref())
    });
    let pointer = seen.map(|summary| json!({"address": summary.address, "description": summary.description}));
    Ok(Outcome::Success(json!({ "pointer": pointer })))
}
