//! `get_domain_details {domain_id?}` → the domain with its connections. Without an id, the only domain of the caller, as
//! the original has one for each key.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter, check};
use crate::model::Domain;
use crate::protocol::Problem;
use serde_json::json;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "get_domain_details",
    help: "Shows a domain of the caller with its connections.",
    access: Access::Granted,
    writes: false,
    parameters: &[Parameter::optional(
        "domain_id",
        Kind::DomainId,
        "which; may be left out by a caller that owns just one",
    )],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain = match call.query.get("domain_id") {
        Some(_) => call.domain("domain_id").await?,
        None => only_domain(call).await?,
    };
    let connections = call.store().connections(Some(&domain.id)).await?;
    let mut shown = json!(domain);
    shown["connections"] = json!(connections);
    Ok(Outcome::Success(shown))
}

async fn only_domain(call: &Call<'_>) -> Result<Domain, Problem> {
    let all = call.store().domains().await?;
    let mut own = all
        .into_iter()
        .filter(|domain| domain.owner_app_id == call.caller.app_id);
    match (own.next(), own.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(check::invalid("domain_id", "you own no domain; name one")),
        (Some(_), Some(_)) => Err(check::invalid("domain_id", "you own several domains; name one")),
    }
}
