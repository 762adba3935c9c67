//! `create_connection`: a gateway of a domain; with a held credential, one to another instance.

use super::parameter::DESCRIPTION;
use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter, check};
use crate::instance::apis;
use crate::protocol::{Code, Problem};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "create_connection",
    help: "Makes a connection in a domain of the caller's; with held_credential, a federated one.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
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
        Parameter::optional(
            "api_type",
            Kind::Text,
            "a public API that it is for, whose description it gets unless another one is given",
        )
        .among(apis::NAMES),
    ],
    result: "{message, connection: connection}",
    errors: &[
        Code::DomainNotFound,
        Code::AccessDenied,
        Code::OwnerOnly,
        Code::NoHeldCredential,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain = call.domain("domain_id").await?;
    let name = check::name("name", call.query.text("name")?)?;
    let described = call.query.optional_text("description")?;
    let description = described.or(api(call)?).unwrap_or_default();
    check::description(description)?;
    let held = call.query.optional_text("held_credential")?;
    if held.is_some() {
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

/// What the API that the connection is for is described as, if one was named.
fn api(call: &Call<'_>) -> Result<Option<&'static str>, Problem> {
    let Some(name) = call.query.optional_text("api_type")? else {
        return Ok(None);
    };
    let known = apis::find(name).ok_or_else(|| {
        let reason = format!("must be one of {}", apis::NAMES.join(", "));
        check::invalid("api_type", reason)
    })?;
    Ok(Some(known.description))
}

/// A held credential speaks for the whole instance, so that lending it to a domain, or taking it back, is its owner's
/// choice.
pub(super) fn require_held(call: &Call<'_>, name: Option<&str>) -> Result<(), Problem> {
    if !call.grant().owner {
        return Err(Problem::new(
            Code::OwnerOnly,
            "only the instance's owner may let a connection use a held credential",
        ));
    }
    let Some(name) = name else {
        return Ok(());
    };
    if call.instance.held_credential(name).is_some() {
        return Ok(());
    }
    Err(Problem::new(
        Code::NoHeldCredential,
        format!("this instance holds no credential {name:?}; install it with hold_credential first"),
    ))
}
