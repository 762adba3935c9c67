//! From a query to its action, and from the action's outcome to a reply.

use super::actions::{Action, Call, Outcome, table};
use super::authorise;
use crate::protocol::{Code, Problem, Reply};
use serde_json::Value;

/// Looks the action up and checks that the caller may call it.
pub(super) fn authorised(call: &Call<'_>) -> Result<&'static Action, Problem> {
    let name = call.query.action();
    let Some(action) = table::find(name) else {
        return Err(Problem::new(
            Code::UnknownAction,
            format!("Unknown action: '{}'", name.chars().take(64).collect::<String>()),
        ));
    };
    authorise::action(&call.caller.grant, action, call.instance.settings().read_only)?;
    Ok(action)
}

/// Does what an authorised call asks for.
pub(super) async fn execute(call: &Call<'_>, action: &Action) -> Reply {
    match (action.run)(call).await {
        Ok(outcome) => reply(outcome),
        Err(problem) => Reply::error(&problem),
    }
}

fn reply(outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Success(result) => Reply::success(result),
        Outcome::Relayed {
            result,
            peer_reply,
            peer,
        } => relayed(result, peer_reply, peer.map(|peer| peer.to_string())),
        Outcome::Interpretation {
            interpretation,
            details,
        } => Reply::interpretation(&interpretation, details),
    }
}

/// A success that carries the peer's own reply beside the result.
fn relayed(result: Value, peer_reply: Value, peer: Option<String>) -> Reply {
    let reply = Reply::success(result).with("peer_reply", peer_reply);
    match peer {
        Some(peer) => reply.with("peer", Value::String(peer)),
        None => reply,
    }
}
