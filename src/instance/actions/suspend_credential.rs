//! `suspend_credential {name, resume?}` → `{credential}`.

use super::parameter::ISSUED_NAME;
use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter};
use crate::handshake::Event;
use crate::instance::issuing;
use crate::model::Timestamp;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "suspend_credential",
    help: "Refuses a credential until it is resumed, or resumes it.",
    access: Access::Owner,
    writes: true,
    destroys: |query| query.get("resume") != Some(&Value::Bool(true)),
    within: None,
    parameters: &[
        ISSUED_NAME,
        Parameter::optional("resume", Kind::Flag, "true to resume it; what is frozen stays so"),
    ],
    result: "{credential: credential}",
    errors: &[Code::CredentialNotFound, Code::WrongStep, Code::AccessDenied],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(suspend_credential(call))
}

async fn suspend_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let event = if call.query.optional("resume")?.unwrap_or(false) {
        Event::Resume
    } else {
        Event::Suspend
    };
    let credential = issuing::happen(call.instance, name, event).await?;
    Ok(Outcome::Success(
        json!({ "credential": issuing::view(&credential, Timestamp::now()) }),
    ))
}
