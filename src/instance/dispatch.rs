//! From a query to its action, and from the action's outcome to a reply.

use super::actions::{Access, Action, Answer, Call, Outcome, shape};
use super::authorise;
use super::caller::Caller;
use crate::model::{DomainRole, Grant};
use crate::protocol::{Code, Problem, Reply};
use serde_json::Value;
use std::sync::Arc;

/// Changes of callers that are more than a change to the store: what else they do would stand without it.
const NOT_OF_THE_STORE_ALONE: [&str; 3] = ["generate_access_key", "relay", "revoke_access_key"];

/// The action that is asked for.
pub(super) fn find(call: &Call<'_>) -> Result<&'static Action, Problem> {
    let name = call.query.action();
    let Some(action) = call.table.find(name) else {
        return Err(Problem::new(
            Code::UnknownAction,
            format!("Unknown action: '{}'", name.chars().take(64).collect::<String>()),
        ));
    };
    Ok(action)
}

/// Checks that the caller may call an action. A caller that its grant binds to a domain acts with what that domain, and
/// those federated with it, open to it for this action: it is given as it is for the length of the action.
pub(super) async fn enter(call: &Call<'_>, action: &Action) -> Result<Option<Caller>, Problem> {
    let grant = call.grant();
    authorise::action(grant, action, call.instance.settings().read_only)?;
    if grant.domain.is_none() || grant.owner {
        return Ok(None);
    }
    let needed = match action.writes {
        true => DomainRole::Writer,
        false => DomainRole::Reader,
    };
    let roles = call.roles().await?;
    let mut connections = call.store().connections(None).await?;
    connections.retain(|connection| roles.suffice(&connection.domain_id, needed));
    let mut within = Grant::clone(grant);
    within.pointers.of_domains = connections.into_iter().map(|connection| connection.id).collect();
    Ok(Some(Caller {
        grant: Arc::new(within),
        ..call.caller.clone()
    }))
}

/// Runs an action for an authorised call. A change that has not begun when the deadline passes or its caller leaves is not
/// begun any more.
pub(super) async fn run(call: &Call<'_>, action: &Action) -> Answer {
    let is_one_change = action.writes && action.access == Access::Granted;
    if !is_one_change || NOT_OF_THE_STORE_ALONE.contains(&action.name) {
        return (action.run)(call).await;
    }
    call.patience().bounds((action.run)(call)).await
}

/// Does what an authorised call asks for.
pub(super) async fn execute(call: &Call<'_>, action: &Action) -> Reply {
    match run(call, action).await {
        Ok(outcome) => {
            let reply = reply(outcome);
            debug_assert_eq!(
                misfit(action, &reply),
                None,
                "{} gives something else",
                action.name
            );
            reply
        }
        Err(problem) => Reply::error(&problem),
    }
}

/// Why a success is not what the table says that the action gives.
fn misfit(action: &Action, reply: &Reply) -> Option<String> {
    let result = reply.result().filter(|_| reply.is_success())?;
    shape::misfit(action.result, result)
}

fn reply(outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Success(result) => Reply::success(result),
        Outcome::Rendered(result) => Reply::success_rendered(result),
        Outcome::Relayed { reply, peer } => relayed(reply, peer.map(|peer| peer.to_string())),
        Outcome::Interpretation {
            interpretation,
            details,
            peer_reply,
        } => {
            let reply = Reply::interpretation(&interpretation, details);
            match peer_reply {
                Some(peer_reply) => reply.with("peer_reply", peer_reply.to_value()),
                None => reply,
            }
        }
    }
}

/// A success that carries the peer's own reply beside the result.
fn relayed(peer_reply: Reply, peer: Option<String>) -> Reply {
    let reply = Reply::handing_on(peer_reply);
    match peer {
        Some(peer) => reply.with("peer", Value::String(peer)),
        None => reply,
    }
}
