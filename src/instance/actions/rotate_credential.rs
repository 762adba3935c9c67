//! `rotate_credential {name, overlap_seconds?, finish?}` → `{credential, due, overlap_until, form?}`.
//!
//! Where keys can be mixed, the holder is asked to do it by `due`. Where they cannot (plain values, legacy), fresh
//! secrets are drawn: `form` is told this once, and the older ones are answered until `overlap_until`. Drawn once more
//! before anybody used them, they give way, and the older ones stay: their holder has no others.

use super::parameter::ISSUED_NAME;
use super::{Access, Action, Answer, Call, Code, Kind, Outcome, Parameter};
use crate::instance::{issuing, rotating};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "rotate_credential",
    help: "Has the keys of an issued credential replaced, while the older ones are answered for a time.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        ISSUED_NAME,
        Parameter::optional(
            "overlap_seconds",
            Kind::Count,
            "how long the older secrets are answered, or the holder has for rotating: 86400 unless said otherwise, 2592000 at most; 0 only where fresh secrets are drawn, as a holder's present key is answered until the holder has mixed another",
        ),
        Parameter::optional(
            "finish",
            Kind::Flag,
            "true to end the overlap now, which there must be; nothing else is done then",
        ),
    ],
    result: "{credential: credential, due, overlap_until, form?}",
    errors: &[Code::CredentialNotFound, Code::WrongStep],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(rotate_credential(call))
}

async fn rotate_credential(call: &Call<'_>) -> Answer {
    let name = call.query.text("name")?;
    let overlap = rotating::overlap_seconds(call.query)?;
    let (credential, form) = if call.query.optional("finish")?.unwrap_or(false) {
        (rotating::finish(call.instance, name).await?, None)
    } else {
        let rotated = rotating::rotate(call.instance, name, overlap).await?;
        (rotated.credential, rotated.form)
    };
    let (life, now) = (&credential.life, call.now());
    let mut result = json!({
        "credential": issuing::view(&credential, now),
        "due": life.rotation_due(),
        "overlap_until": issuing::overlap_until(life, now),
    });
    if let Some(form) = form {
        result["form"] = form.expose_value();
    }
    Ok(Outcome::Success(result))
}
