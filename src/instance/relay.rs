//! Route *relay*: this instance calls another one with the credential that it holds, and answers
//! its caller with what the other one said.
//!
//! Hop budget, path and deadline shrink at every hop. A loop, an empty budget or a deadline that has
//! passed is refused before anything leaves this instance.

use super::actions::{Answer, Call, Outcome};
use super::asking::Attempted;
use super::chain_members::SENT;
use super::grant_part::GrantPart;
use super::held::Holding;
use super::peer_gate::{Closed, Place};
use super::whereabouts::Whereabouts;
use super::{holding, once_more, witness};
use crate::client::{ClientError, FailedExchange};
use crate::model::{Connection, ConnectionStatus, InstanceId, Timestamp};
use crate::protocol::strict_json::DEEPEST;
use crate::protocol::{CallContext, Code, HeldCredential, Hop, Problem, Query, Reply};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Time kept back from the peer, so that its failure can still be told before our own caller gives up.
const MARGIN_MS: u64 = 100;
/// Levels that a peer's reply gains on its way through a relay: it stands beside `result` in ours, its trace in a list of
/// hops of a hop of ours.
const NESTING: usize = 3;

/// What an instance says to its peers in its own name only: nobody may have it said by relay.
const SPOKEN_FOR_ITSELF: [&str; 2] = [witness::EXCHANGE, "activate_credential"];

/// Asks the instance behind a federated connection.
pub async fn relay(call: &Call<'_>, connection: &Connection, query: &Query) -> Answer {
    if SPOKEN_FOR_ITSELF.contains(&query.action()) {
        return Err(not_for_others(query));
    }
    let began_us = call.onward.elapsed_us();
    let ready = Ready::now(call, connection)?;
    let free = ready.holding.gate.free_place(call.party());
    let (ready, _place) = match free {
        Some(place) => (ready, place),
        // Boxed, because there would be room for it in every relay.
        None => Box::pin(after_waiting(call, connection, ready, began_us)).await?,
    };
    let Ready {
        holding,
        way,
        context,
        until,
    } = ready;
    let credential = &holding.credential;
    let before = call.onward.count();
    let passed = holding.gate.pass(call.caller.credential.as_str(), call.now());
    let passage = passed.map_err(|closed| way.tell(given_a_pause(credential, &closed, call.now())))?;
    let sent = AtomicBool::new(false);
    let note = |attempted: &Attempted| note_hop(call, attempted);
    let invoked = once_more::invoke(call.instance, &holding, query, &context, (&sent, &note));
    let invoked = call.unless_gone(tokio::time::timeout_at(until, invoked)).await;
    let as_far = |problem: Problem| problem.with(SENT, json!(sent.load(Ordering::Relaxed)));
    let Ok(invoked) = invoked.map_err(as_far)? else {
        if call.onward.count() == before {
            note_hop_not_made(call, began_us);
        }
        return Err(way.tell(as_far(too_late(credential))));
    };
    passage.ended(invoked.as_ref().err().map(|failed| &failed.error), call.now());
    let exchange = invoked.map_err(|attempt| way.tell(failed(*attempt)))?;
    answer(exchange.reply, &way)
}

/// A call that may be made: with what, as which step of its chain, and until when.
struct Ready {
    holding: Arc<Holding>,
    way: Whereabouts,
    context: CallContext,
    until: Instant,
}

impl Ready {
    /// As everything stands at this moment.
    fn now(call: &Call<'_>, connection: &Connection) -> Result<Self, Problem> {
        if connection.status == ConnectionStatus::Disabled {
            return Err(disabled(connection));
        }
        let holding = holding_of(call, connection)?;
        let credential = &holding.credential;
        let way = Whereabouts::before(call, &holding);
        refuse_loop(call, &way)?;
        refuse_itself(call, credential, &way)?;
        let (context, patience) = onward_context(call, credential, &way)?;
        Ok(Self {
            holding,
            way,
            context,
            until: Instant::now() + patience,
        })
    }
}

/// A place among the calls to a peer, as soon as there is one, and the call as it may be made by then: who waited is held to
/// what was decided meanwhile.
async fn after_waiting(
    call: &Call<'_>,
    connection: &Connection,
    ready: Ready,
    began_us: u64,
) -> Result<(Ready, Place), Problem> {
    let Ready {
        holding, way, until, ..
    } = &ready;
    let gate = &holding.gate;
    // Nobody waits for a place before a gate that is shut.
    gate.look(call.caller.credential.as_str(), call.now())
        .map_err(|closed| way.tell(given_a_pause(&holding.credential, &closed, call.now())))?;
    let waiting = tokio::time::timeout_at(*until, gate.place(call.party()));
    let waited = call.unless_gone(waiting).await.map_err(not_sent)?;
    let Ok(place) = waited else {
        note_hop_not_made(call, began_us);
        let whose = gate.whose_calls(call.party());
        return Err(way.tell(no_place(&holding.credential, whose)));
    };
    call.require_standing().map_err(not_sent)?;
    let connection = call.connection_at(&connection.id).await.map_err(not_sent)?;
    let ready = Ready::now(call, &connection).map_err(not_sent)?;
    Ok((ready, place))
}

fn not_sent(problem: Problem) -> Problem {
    problem.with(SENT, json!(false))
}

fn not_for_others(query: &Query) -> Problem {
    Problem::new(
        Code::AccessDenied,
        format!(
            "Access denied. An instance calls '{}' on its peers in its own name, and does not relay it.",
            query.action()
        ),
    )
}

/// The problem that a connection lets nothing through.
pub fn disabled(connection: &Connection) -> Problem {
    Problem::new(
        Code::ConnectionDisabled,
        format!(
            "the connection {} ({}) is disabled; its domain's owner can open it with set_connection_status",
            connection.id, connection.name
        ),
    )
}

fn holding_of(call: &Call<'_>, connection: &Connection) -> Result<Arc<Holding>, Problem> {
    let Some(name) = &connection.held_credential else {
        return Err(Problem::new(
            Code::NoHeldCredential,
            format!(
                "the connection {} is not a federated one: it names no credential to relay with",
                connection.id
            ),
        ));
    };
    let holding = call.instance.held().get(name).ok_or_else(|| {
        Problem::new(
            Code::NoHeldCredential,
            format!(
                "the connection {} relays with the credential {name:?}, which this instance does not hold; install it with hold_credential",
                connection.id
            ),
        )
    })?;
    match holding::refusal(&holding, call.now()) {
        Some(problem) => Err(problem),
        None => Ok(holding),
    }
}

/// The instances passed so far, this one, and perhaps one more.
fn path_with(call: &Call<'_>, next: Option<&InstanceId>) -> Vec<InstanceId> {
    let mut path = call.context.path.clone();
    path.push(call.instance.id().clone());
    path.extend(next.cloned());
    path
}

fn refuse_loop(call: &Call<'_>, way: &Whereabouts) -> Result<(), Problem> {
    let own = call.instance.id();
    let passed = &call.context.path;
    if passed.contains(own) {
        let way = Whereabouts {
            path: passed.clone(),
            peer: Some(own.clone()),
            peer_name: None,
            peer_endpoint: None,
        };
        return Err(a_second_time(own, path_with(call, None), &way));
    }
    match &way.peer {
        Some(peer) if peer == own || passed.contains(peer) => {
            Err(a_second_time(peer, path_with(call, Some(peer)), way))
        }
        _ => Ok(()),
    }
}

/// A credential of the original instances does not say whose it is; where it leads to says enough.
fn refuse_itself(call: &Call<'_>, credential: &HeldCredential, way: &Whereabouts) -> Result<(), Problem> {
    if credential.endpoint != call.instance.settings().endpoint {
        return Ok(());
    }
    let own = call.instance.id();
    Err(a_second_time(own, path_with(call, Some(own)), way))
}

fn a_second_time(again: &InstanceId, path: Vec<InstanceId>, way: &Whereabouts) -> Problem {
    let message = format!("the call would pass through {again} a second time");
    way.tell(Problem::new(Code::LoopDetected, message))
        .with("path", json!(path))
}

/// What the peer is told of the chain, and how long it is waited for: a little longer than until the deadline that the
/// peer is told, at which the call itself gives up and still tells how far it came.
fn onward_context(
    call: &Call<'_>,
    credential: &HeldCredential,
    way: &Whereabouts,
) -> Result<(CallContext, Duration), Problem> {
    let granted = call.grant().hops;
    let Some(hop) = call.context.hop.min(granted).checked_sub(1) else {
        return Err(way.tell(no_hop_left(granted, credential)));
    };
    let Some(remaining) = call.remaining_ms() else {
        return Err(way.tell(too_late(credential)));
    };
    let margin = MARGIN_MS.min(remaining / 10);
    let deadline_ms = call
        .context
        .deadline_ms
        .saturating_sub(i64::try_from(margin).unwrap_or(i64::MAX));
    let context = CallContext {
        hop,
        path: way.path.clone(),
        deadline_ms,
        traceparent: call.context.traceparent.clone(),
        trace: is_traced(call),
    };
    Ok((context, Duration::from_millis(remaining - margin / 2)))
}

fn is_traced(call: &Call<'_>) -> bool {
    call.context.trace || call.query.wants_trace()
}

/// Either the caller's grant allows none at all, or the chain of calls has used them up.
fn no_hop_left(granted: u8, credential: &HeldCredential) -> Problem {
    let onward = format!("for the call to {}", credential.endpoint);
    if granted == 0 {
        let message = format!(
            "this credential's grant allows no further hop {onward}; ask the instance's administrator"
        );
        return GrantPart::Hops.named_in(Problem::new(Code::HopsExhausted, message));
    }
    Problem::new(Code::HopsExhausted, format!("no hop is left {onward}"))
}

fn too_late(credential: &HeldCredential) -> Problem {
    Problem::new(
        Code::DeadlineExceeded,
        format!("the deadline passed before {} answered", credential.endpoint),
    )
}

/// The time was over before another call to the peer ended.
fn no_place(credential: &HeldCredential, whose: &str) -> Problem {
    Problem::new(
        Code::DeadlineExceeded,
        format!(
            "the deadline passed while as many calls {whose} of {} were under way as this instance makes at a time; nothing \
             was sent",
            credential.endpoint
        ),
    )
    .with(SENT, json!(false))
}

/// The peer was away several times in a row, or let this caller wait: nothing was sent.
fn given_a_pause(credential: &HeldCredential, closed: &Closed, now: Timestamp) -> Problem {
    let shut = closed.shut();
    let failed = match closed {
        Closed::Away(_) => "could not be reached",
        Closed::Silent(_) => "did not answer this credential in time",
    };
    let wait = (shut.retry_at.as_micros() - now.as_micros()).max(0);
    let seconds = (wait + 999_999) / 1_000_000;
    let message = format!(
        "{} {failed} {} times in a row and is given a pause; nothing was sent, and it is tried again in {seconds} s \
         (last: {})",
        credential.endpoint, shut.failures, shut.cause
    );
    Problem::new(Code::PeerUnreachable, message)
        .with("retry_after", json!(seconds))
        .with(SENT, json!(false))
}

fn failed(failed: FailedExchange) -> Problem {
    let (is_sent, wait) = match &failed.error {
        ClientError::Unreachable { sent, .. } => (*sent, None),
        ClientError::Http { retry_after, .. } => (failed.is_sent, *retry_after),
        _ => (failed.is_sent, None),
    };
    let problem = Problem::from(failed.error).with(SENT, json!(is_sent));
    match wait {
        Some(seconds) => problem.with("retry_after", json!(seconds)),
        None => problem,
    }
}

/// Keeps an onward call for the trace, however it ended: our phases as the caller, and inside them the peer's own.
fn note_hop(call: &Call<'_>, attempted: &Attempted) {
    let (hop, elapsed_us) = match attempted {
        Ok(exchange) => (&exchange.hop, exchange.elapsed_us),
        Err(failed) => (&failed.hop, failed.elapsed_us),
    };
    let noted = Hop {
        instance: call.instance.id().to_string(),
        at_us: Some(call.onward.elapsed_us().saturating_sub(elapsed_us)),
        phases: hop.phases.clone(),
        failed: hop.failed.clone(),
        next: hop.next.clone().filter(|_| is_traced(call)),
        ..Hop::default()
    };
    call.onward.note(match attempted {
        Ok(exchange) => noted.ended(exchange.reply.failure()),
        Err(_) => noted,
    });
}

/// The same of one whose time was over before anything was sent.
fn note_hop_not_made(call: &Call<'_>, began_us: u64) {
    call.onward.note(Hop {
        instance: call.instance.id().to_string(),
        at_us: Some(began_us),
        failed: Some(Code::DeadlineExceeded.as_str().to_owned()),
        ..Hop::default()
    });
}

/// What the peer's reply means to our caller.
fn answer(reply: Reply, way: &Whereabouts) -> Answer {
    if reply.depth() + NESTING > DEEPEST {
        let message = "the peer's reply nests too deep to be handed on";
        return Err(way.tell(Problem::new(Code::PeerGarbage, message)));
    }
    if let Some(problem) = reply.problem() {
        return Err(way.hand_on(problem, &reply));
    }
    match reply.status() {
        "success" => Ok(Outcome::Relayed {
            reply,
            peer: way.peer.clone(),
        }),
        "interpretation_rendered" => Ok(interpretation(reply)),
        // Original instances have statuses of their own, such as `creation_model_complete`; what was done is done.
        _ if reply.result().is_some() => Ok(Outcome::Relayed {
            reply,
            peer: way.peer.clone(),
        }),
        status => {
            let message =
                format!("the peer answered with a status that is not known here, and no result: {status:?}");
            let problem = way.tell(Problem::new(Code::PeerGarbage, message));
            Err(problem.with("peer_reply", reply.to_value()))
        }
    }
}

fn interpretation(reply: Reply) -> Outcome {
    let member = |name| reply.result().and_then(|result| result.get(name));
    Outcome::Interpretation {
        interpretation: member("interpretation")
            .and_then(Value::as_str)
            .unwrap_or("The data behind the peer's pointer cannot be had.")
            .to_owned(),
        details: member("details").cloned().unwrap_or(Value::Null),
        peer_reply: Some(reply),
    }
}
