//! `revoke_credential {name}` → `{credential}`. Immediate: calls in flight lose their result.

use super::parameter::ISSUED_NAME;
use super::{Access, Action, Answer, Call, Code, Outcome};
use crate::handshake::Event;
use crate::instance::issuing;
use crate::model::Timestamp;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "revoke_credential",
    help: "Refuses a credential for good, from this moment on.",
    access: Access::Owner,
    writes: true,
    destroys: |_| true,
    within: None,
    parameters: &[ISSUED_NAME],
    result: "{credential: credential}",
    errors: &[Code::CredentialNotFound, Code::WrongStep, Code::AccessDenied],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(revoke_credential(call))
}

async fn revoke_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let credential = issuing::happen(call.instance, name, Event::Revoke).await?;
    Ok(Outcome::Success(
        json!({ "credential": issuing::view(&credential, Timestamp::now()) }),
    ))
}
