//! `drop_held_credential {name}` → `{dropped: name}`. Connections that name it relay no more.

use super::parameter::HELD_NAME;
use super::{Access, Action, Answer, Call, Code, Outcome};
use crate::instance::holding;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "drop_held_credential",
    help: "Removes a credential that this instance holds for relay.",
    access: Access::Owner,
    writes: true,
    destroys: |_| true,
    within: None,
    parameters: &[HELD_NAME],
    result: "{dropped}",
    errors: &[Code::CredentialNotFound],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(drop_held_credential(call))
}

async fn drop_held_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let _alone = call.instance.changing().await;
    holding::find(call.instance, name)?;
    // It is used no more from here on, even if storing that fails.
    call.instance.held().remove(name);
    call.instance.store().remove_held(name).await?;
    Ok(Outcome::Success(json!({ "dropped": name })))
}
