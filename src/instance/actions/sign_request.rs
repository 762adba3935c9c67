//! `sign_request {request}` → `{request, text}`: a request for a credential of another instance, made out in this
//! instance's name and signed with its identity.

use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::handshake::Request;
use crate::protocol::{Code, Problem};
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "sign_request",
    help: "Signs a request for a credential of another instance in this instance's name.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[Parameter::required(
        "request",
        Kind::Json,
        "the request; its instance and identity are filled in",
    )],
    result: "{request, text}",
    errors: &[],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(sign_request(call))
}

async fn sign_request(call: &Call<'_>) -> Answer {
    let given: Request = call.query.required("request")?;
    if given.version != 1 || given.expires_at <= given.requested_at {
        return Err(Problem::new(
            Code::InvalidParameter,
            "'request' is not one that can be answered",
        ));
    }
    let identity = call.instance.identity();
    let request = Request {
        instance: Some(call.instance.id().clone()),
        identity: identity.key(),
        ..given
    };
    let text = request.to_text(&identity);
    Ok(Outcome::Success(json!({ "request": request, "text": text })))
}
