//! `generate_access_key {domain_id, permissions?, lease_ends?}` → `{message, access_key, details: {id, domain_id, permissions, …},
//! secret?}`. The key is told this once. `secret` is everything that its holder needs, where the key is not used with
//! secrets that its maker, or the environment of a stand-in, has already.

use super::parameter::LEASE_ENDS;
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Outcome, Parameter, check};
use crate::instance::{access_keys, issuing};
use crate::model::DomainPermission;
use serde_json::json;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "generate_access_key",
    help: "Makes a key that opens one domain, and returns it, once.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Administrator),
    parameters: &[
        Parameter::required("domain_id", Kind::DomainId, "the domain that it opens"),
        Parameter::optional(
            "permissions",
            Kind::Json,
            "a list, or one text with commas, of read_pointers, read_write (as usual) and admin_domain; each includes those before it",
        ),
        LEASE_ENDS,
    ],
    result: "{message, access_key, details: {id, domain_id, permissions, state, created_at, expires_at, last_used, uses}, secret?: {endpoint, app_id, jwt_secret_key, encryption_key, access_key, pins?}}",
    errors: &[Code::AccessDenied, Code::DomainNotFound],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let domain = call.domain("domain_id").await?;
    let permissions = check::permissions(call, &DomainPermission::ALL, DomainPermission::ReadWrite)?;
    let lease_ends = issuing::lease_ends(call.query)?;
    let made = access_keys::make(call, &domain, permissions, lease_ends).await?;
    let mut result = json!({
        "message": "Access key generated. It is told this once; keep it safe.",
        "access_key": made.key.expose_text(),
        "details": access_keys::view(&made.credential, call.now()),
    });
    if let Some(form) = made.form {
        result["secret"] = form.expose_value();
    }
    Ok(Outcome::Success(result))
}
