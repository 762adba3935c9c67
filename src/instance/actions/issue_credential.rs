//! `issue_credential {name?, app_id, profile, grant, lease_ends?}` → `{credential, secret, warning?}`. The secret is told this once.

use super::parameter::{GRANT, LEASE_ENDS, PROFILE};
use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter};
use crate::handshake::{Beginning, Life};
use crate::instance::issuing::{self, Wanted};
use crate::model::{Delivery, Timestamp};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "issue_credential",
    help: "Makes a credential for somebody and returns it with its secrets, once.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        Parameter::optional(
            "name",
            Kind::Text,
            "what to call it here; made from app_id if absent",
        ),
        Parameter::required("app_id", Kind::Text, "under which name its holder calls"),
        PROFILE,
        GRANT,
        LEASE_ENDS,
    ],
    result: "{credential: credential, secret: {endpoint, app_id, kid, root, instance_id, pins?}|{endpoint, app_id, jwt_secret_key, encryption_key, pins?}, warning?}",
    errors: &[Code::AlreadyExists],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(issue_credential(call))
}

async fn issue_credential(call: &Call<'_>) -> Answer {
    let query = call.query;
    let wanted = Wanted {
        name: query.optional_text("name")?.map(str::to_owned),
        app_id: query.id("app_id")?,
        profile: query.required("profile")?,
        grant: issuing::grant(query)?,
        life: Life::in_use(Beginning {
            delivery: Some(Delivery::Plain),
            lease_ends: issuing::lease_ends(query)?,
            ..Beginning::default()
        }),
    };
    let _alone = call.instance.changing().await;
    let made = issuing::make(call.instance, wanted).await?;
    let mut result = json!({
        "credential": issuing::view(&made.credential, Timestamp::now()),
        "secret": made.form.expose_value(),
    });
    if let Some(warning) = made.warning {
        result["warning"] = warning.into();
    }
    Ok(Outcome::Success(result))
}
