//! `issue_credential {name?, app_id, profile, grant, lease_ends?}` → `{credential, secret, warning?}`. The secret is told this once.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::instance::issuing::{self, Wanted};
use crate::model::Timestamp;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "issue_credential",
    help: "Makes a credential for somebody and returns it with its secrets, once.",
    access: Access::Owner,
    writes: true,
    parameters: &[
        Parameter {
            name: "name",
            kind: Kind::Text,
            required: false,
            help: "what to call it here; made from app_id if absent",
        },
        Parameter {
            name: "app_id",
            kind: Kind::Text,
            required: true,
            help: "under which name its holder calls",
        },
        Parameter {
            name: "profile",
            kind: Kind::Text,
            required: true,
            help: "native or legacy",
        },
        Parameter {
            name: "grant",
            kind: Kind::Json,
            required: true,
            help: "what it allows: {owner, actions, pointers: {all, addresses, tags, connections}, writes, rate_per_minute, hops, sources}",
        },
        Parameter {
            name: "lease_ends",
            kind: Kind::Text,
            required: false,
            help: "when it ends by itself: ISO 8601 with an offset",
        },
    ],
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
        lease_ends: issuing::lease_ends(query)?,
        offered_until: None,
    };
    let _alone = call.instance.changing().await;
    let made = issuing::make(call.instance, wanted).await?;
    let mut result = json!({
        "credential": issuing::view(&made.record, Timestamp::now()),
        "secret": made.form.expose_value(),
    });
    if let Some(warning) = made.warning {
        result["warning"] = warning.into();
    }
    Ok(Outcome::Success(result))
}
