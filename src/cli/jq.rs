//! What a jq expression makes of a reply, instead of the reply.

use super::outcome::Outcome;
use super::reply;
use super::session::Session;
use crate::protocol::Code;
use crate::workspace::{Failure, JqLimits, jq};
use serde_json::Value;
use std::sync::Arc;

/// Evaluates it and prints the results: one below the other for people, as one array for scripts. The limits are
/// the console's.
pub async fn show(session: &Session, reply: Arc<str>, expression: &str) -> Outcome {
    let expression = expression.to_owned();
    let evaluated = tokio::task::spawn_blocking(move || jq(reply, &expression, JqLimits::default())).await;
    let answer = evaluated
        .map_err(|error| wrong(error.to_string(), "please report it"))?
        .map_err(|error| {
            wrong(
                error.to_string(),
                "the language is jq's: https://jqlang.org/manual",
            )
        })?;
    let values: Vec<Value> = answer
        .results
        .iter()
        .map(|result| serde_json::from_str(result).unwrap_or_else(|_| result.as_str().into()))
        .collect();
    if let Some(cut) = &answer.cut {
        session.note(cut);
    }
    session.show(&values, || {
        let shown: Vec<String> = values.iter().map(reply::json_text).collect();
        shown.join("\n")
    })
}

fn wrong(message: String, remedy: &str) -> Failure {
    Failure::new(Code::InvalidParameter, message, remedy)
}
