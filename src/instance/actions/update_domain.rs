//! `update_domain {domain_id, name, if_still?}` → `{message, domain}`.

use super::meanwhile::{IF_STILL, if_still};
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, check};
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "update_domain",
    help: "Gives a domain another name.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[
        Parameter::required("domain_id", Kind::DomainId, "the domain"),
        Parameter::required("name", Kind::Text, "its new name, unique here"),
        IF_STILL,
    ],
    result: "{message, domain: {id, name, owner_app_id, created_at}}",
    errors: &[
        Code::AccessDenied,
        Code::DomainNotFound,
        Code::ChangedMeanwhile,
        Code::AlreadyExists,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain = call.domain("domain_id").await?;
    let name = check::name("name", call.query.text("name")?)?;
    let if_still = if_still(call, &["name"])?;
    let domain = match call.store().rename_domain(&domain.id, name, if_still).await {
        Ok(domain) => domain,
        Err(error) => return Err(call.storage_problem(error).await),
    };
    Ok(Outcome::Success(json!({
        "message": "Domain updated successfully.",
        "domain": domain,
    })))
}
