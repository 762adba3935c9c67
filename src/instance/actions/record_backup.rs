//! `record_backup {id}` → `{recorded}`: puts on record that a copy of everything is about to be taken, before it is.
//! The copy is made beside the instance, from its files: nothing is sent.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::protocol::{Code, Problem};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table. It changes nothing but the trail, so an instance that is read-only can be backed up too.
pub static ACTION: Action = Action {
    name: "record_backup",
    help: "Puts on record that a backup of the whole instance is about to be made.",
    access: Access::Owner,
    writes: false,
    destroys: |_| false,
    within: None,
    parameters: &[Parameter::required(
        "id",
        Kind::Text,
        "what the backup is called: bak_ and 12 hex digits",
    )],
    result: "{recorded}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(record_backup(call))
}

async fn record_backup(call: &Call<'_>) -> Answer {
    let id = call.query.text("id")?;
    let digits = id.strip_prefix("bak_").unwrap_or_default();
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 12 || !digits.bytes().all(is_digit) {
        return Err(Problem::new(
            Code::InvalidParameter,
            "'id' is bak_ and 12 hex digits",
        ));
    }
    // That this call is on record, durably, before its reply leaves, is all that there is to do.
    Ok(Outcome::Success(json!({ "recorded": id })))
}
