//! `suspend_credential {name, suspended}` → `{credential}`.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::instance::issuing;
use crate::model::{CredentialState, Timestamp};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "suspend_credential",
    help: "Refuses a credential until it is resumed, or resumes it.",
    access: Access::Owner,
    writes: true,
    parameters: &[
        Parameter::required("name", Kind::Text, "which issued credential"),
        Parameter::required("suspended", Kind::Flag, "true to suspend, false to resume"),
    ],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(suspend_credential(call))
}

async fn suspend_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let state = if call.query.required("suspended")? {
        CredentialState::Suspended
    } else {
        CredentialState::Active
    };
    let record = issuing::change_state(call.instance, name, state).await?;
    Ok(Outcome::Success(
        json!({ "credential": issuing::view(&record, Timestamp::now()) }),
    ))
}
