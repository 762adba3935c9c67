//! `activate_held_credential {name}` → `{credential, warning}`: mixes fresh keys into a held credential, together with its peer.
//!
//! Codes: `not_verified` with `waiting_for` (`holder`: nobody here compared the words; `issuer`: nobody there did),
//! `credential_frozen`, `wrong_step` (plain values, legacy, ended). Safe to repeat at any time.

use super::parameter::HELD_NAME;
use super::{Access, Action, Answer, Call, Code, Outcome};
use crate::instance::{holding, renewal};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "activate_held_credential",
    help: "Mixes fresh keys into a held credential, so that whoever copied its bundle has nothing.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[HELD_NAME],
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
    Box::pin(activate_held_credential(call))
}

async fn activate_held_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let renewed = renewal::activate(call.instance, name, call.context).await?;
    Ok(Outcome::Success(json!({
        "credential": holding::view(&renewed.holding, call.now()),
        "warning": renewed.warning,
    })))
}
