//! `rotate_held_credential {name, overlap_seconds?}` → `{credential, warning}`: mixes fresh keys into a held credential that was activated before.

use super::parameter::HELD_NAME;
use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter, check};
use crate::instance::{holding, renewal};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "rotate_held_credential",
    help: "Mixes fresh keys into an activated held credential; its peer answers the old ones for a while.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        HELD_NAME,
        Parameter::optional(
            "overlap_seconds",
            Kind::Count,
            "how long the old keys are answered; 86400 if not given",
        ),
    ],
    result: "{credential: held, warning}",
    errors: &[
        Code::CredentialNotFound,
        Code::NotVerified,
        Code::CredentialFrozen,
        Code::WrongStep,
        Code::PeerUnreachable,
        Code::PeerRefused,
        Code::PeerGarbage,
    ],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(rotate_held_credential(call))
}

async fn rotate_held_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let overlap = match call.query.optional_count("overlap_seconds")? {
        None => renewal::OVERLAP,
        Some(seconds) => u32::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds <= renewal::LONGEST_OVERLAP)
            .ok_or_else(|| check::invalid("overlap_seconds", "30 days (2592000) at most"))?,
    };
    let renewed = renewal::rotate(call.instance, name, overlap, call.context).await?;
    Ok(Outcome::Success(json!({
        "credential": holding::view(&renewed.holding, call.now()),
        "warning": renewed.warning,
    })))
}
