//! `hold_credential {name, form, verified?, lease_ends?}` → `{credential}`: installs a credential of another instance for relay, or replaces it.

use super::parameter::LEASE_ENDS;
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::instance::{held, issuing};
use crate::model::Timestamp;
use crate::protocol::{Code, CredentialForm, HeldCredential, Problem, Query};
use crate::store::HeldRecord;
use futures::future::BoxFuture;
use serde_json::json;
use zeroize::Zeroizing;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "hold_credential",
    help: "Installs a credential with which this instance calls another one (relay).",
    access: Access::Owner,
    writes: true,
    parameters: &[
        Parameter::required("name", Kind::Text, "what to call it here"),
        Parameter::required(
            "form",
            Kind::Json,
            "the credential in plain: {endpoint, app_id, kid, root, instance_id} or {endpoint, app_id, jwt_secret_key, encryption_key, access_key?}; and pins?",
        ),
        Parameter::optional("verified", Kind::Flag, "whether people compared the words"),
        LEASE_ENDS,
    ],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(hold_credential(call))
}

async fn hold_credential(call: &Call<'_>) -> Answer {
    let query = call.query;
    let name = issuing::checked_name(query.text("name")?.to_owned())?;
    let credential = read_form(query)?;
    let record = HeldRecord {
        app_id: credential.app_id.clone(),
        profile: credential.profile(),
        kid: credential.kid().cloned(),
        endpoint: credential.endpoint.clone(),
        verified: query.optional("verified")?.unwrap_or(false),
        expires_at: query.optional("lease_ends")?,
        created_at: Timestamp::now(),
        sealed_form: held::seal(call.instance.key(), &name, &credential),
        life: None,
        sealed_pending: None,
        grant: None,
        peer: None,
        last_used: None,
        uses: 0,
        name,
    };
    let _alone = call.instance.changing().await;
    call.instance.store().put_held(record.clone()).await?;
    let view = issuing::held_view(&record);
    call.instance.held().put(record, credential);
    Ok(Outcome::Success(json!({ "credential": view })))
}

/// Read by the form's own reader: its errors never quote a secret.
fn read_form(query: &Query) -> Result<HeldCredential, Problem> {
    let value = query.get("form").ok_or_else(|| query.missing("form"))?;
    let json = Zeroizing::new(value.to_string());
    CredentialForm::from_json(json.as_bytes())
        .and_then(CredentialForm::into_held)
        .map_err(|error| {
            Problem::new(
                Code::InvalidParameter,
                format!("'form' is not acceptable: {error}"),
            )
        })
}
