//! `create_connection`: a gateway of a domain; with a held credential, one to another instance.

use super::parameter::DESCRIPTION;
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, check};
use crate::protocol::{Code, Problem};
use serde_json::json;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "create_connection",
    help: "Makes a connection in a domain of the caller's; with held_credential, a federated one.",
    access: Access::Granted,
    writes: true,
    parameters: &[
        Parameter::required("domain_id", Kind::DomainId, "the domain that will own it"),
        Parameter::required("name", Kind::Text, "a name for people"),
        DESCRIPTION,
        Parameter::optional(
            "held_credential",
            Kind::Text,
            "the name of the credential that relays use; only the instance's owner may give one",
        )
        .naming("held_credential"),
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain = call.domain("domain_id").await?;
    let name = check::name("name", call.query.text("name")?)?;
    let description = call.query.optional_text("description")?.unwrap_or_default();
    check::description(description)?;
    let held = call.query.optional_text("held_credential")?;
    if let Some(held) = held {
        require_held(call, held)?;
    }
    let connection = call
        .store()
        .create_connection(&domain.id, name, description, held, call.now())
        .await?;
    Ok(Outcome::Success(json!({
        "message": "Connection created successfully.",
        "connection": connection,
    })))
}

/// A held credential speaks for the whole instance, so that lending it to a domain is its owner's choice.
fn require_held(call: &Call<'_>, name: &str) -> Result<(), Problem> {
    if !call.grant().owner {
        return Err(Problem::new(
            Code::OwnerOnly,
            "only the instance's owner may let a connection use a held credential",
        ));
    }
    if call.instance.held_credential(name).is_some() {
        return Ok(());
    }
    Err(Problem::new(
        Code::NoHeldCredential,
        format!("this instance holds no credential {name:?}; install it with hold_credential first"),
    ))
}
