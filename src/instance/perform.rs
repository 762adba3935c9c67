//! What happens to a call once it is open, over the wire or in process: grants → intent → execute →
//! re-check that the credential still stands → audit.

use super::actions::{Access, Action, Call, table};
use super::circuit::MOST_STEPS_IN_ALL;
use super::in_flight::InFlight;
use super::issued::{Credential, FROZEN};
use super::once::{self, Turn};
use super::onward::Onward;
use super::problem::caller_gone;
use super::trail::Deed;
use super::whereabouts::Whereabouts;
use super::{Caller, Instance, authorise, dispatch, issuing, witness};
use crate::handshake::{Event, LifeError};
use crate::model::Timestamp;
use crate::protocol::{CallContext, Code, Hop, PhaseName, Problem, Query, Reply, Stopwatch};
use crate::store::{AuditOutcome, StoreError};
use serde_json::json;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The stable word for a call that ended because nobody waited for it any more.
const CALLER_GONE: &str = "caller_gone";
/// Why a call failed whose caller was there, and which the instance cut when it stopped.
const INSTANCE_STOPPED: &str = "instance_stopped";

/// Longest call, whatever deadline the caller names, in milliseconds.
pub(super) const LONGEST_MS: i64 = 300_000;

/// Actions that need no `writes` in the grant, and yet may change something: what a circuit's steps or a peer do, what
/// was learned of a held credential, that a backup was made.
const CHANGING_BY_THE_WAY: [&str; 3] = [
    "check_held_credential",
    "invoke_through_connection",
    "record_backup",
];

/// With it the holder makes sure that it can call: under fresh keys that is the first use.
const WHOAMI: &str = "whoami";

/// A call that was opened.
pub(super) struct Opened<'a> {
    pub instance: &'a Arc<Instance>,
    pub caller: &'a Caller,
    /// With which it was made; none for calls in process, which no revocation overtakes.
    pub credential: Option<&'a Credential>,
    /// It was made under the key that the credential had before.
    pub is_under_older_key: bool,
    pub jti: Option<&'a str>,
    pub query: &'a Query,
    pub context: &'a CallContext,
    pub peer: Option<IpAddr>,
    /// Cancelled when nobody waits for the call any more.
    pub gone: &'a CancellationToken,
}

/// How a call ended.
pub(super) enum Ended {
    /// With a reply, and the hops that relays made.
    Replied(Reply, Vec<Hop>),
    /// Its credential was revoked meanwhile: nobody gets the result.
    Withheld,
}

impl Instance {
    /// Runs a query as the owner, in process: the same checks, actions and audit as over the wire, without the wire.
    pub async fn invoke_as_owner(self: &Arc<Self>, query: &Query, context: &CallContext) -> Reply {
        let mut watch = Stopwatch::start();
        let opened = Opened {
            instance: self,
            caller: self.owner(),
            credential: None,
            is_under_older_key: false,
            jti: None,
            query,
            context,
            peer: None,
            gone: &CancellationToken::new(),
        };
        match perform(&opened, &mut watch).await {
            Ended::Replied(reply, onward) if context.trace || query.wants_trace() => {
                let hop = watch.into_hop(self.id().as_str(), onward).ended(reply.failure());
                reply.with_trace(&hop)
            }
            Ended::Replied(reply, _) => reply,
            Ended::Withheld => Reply::error(&Problem::new(
                Code::Unauthenticated,
                "the owner's credential no longer stands",
            )),
        }
    }
}

/// Does what is asked, as far as the grant goes, and puts it on record.
pub(super) async fn perform(opened: &Opened<'_>, watch: &mut Stopwatch) -> Ended {
    let onward = Onward::since(watch.began());
    let steps = AtomicU32::new(MOST_STEPS_IN_ALL);
    let call = Call {
        table: table::ALL,
        instance: opened.instance,
        caller: opened.caller,
        under: opened
            .credential
            .map(|credential| InFlight::new(credential, &opened.caller.grant)),
        jti: opened.jti,
        query: opened.query,
        context: opened.context,
        depth: 0,
        steps: &steps,
        onward: &onward,
        gone: opened.gone,
    };
    let deed = Deed {
        caller: opened.caller,
        jti: opened.jti,
        query: opened.query,
    };
    let trail = opened.instance.trail();
    // Until it is on record, the instance does not stop. Nobody cuts what is asked in process.
    let over_the_wire = opened.credential.map(|_| opened.query.action());
    let _counted = over_the_wire
        .and_then(|name| table::ALL.find(name))
        .filter(|action| is_waited_for(action))
        .map(|_| opened.instance.changes_under_way().token());

    let began = Timestamp::now();
    let reply = match opened.credential.and_then(|credential| frozen(credential, began)) {
        Some(problem) => Reply::error(&problem),
        None => authorise_and_execute(opened, &call, &deed, began, watch).await,
    };
    let now = Timestamp::now();
    let lost = opened.credential.and_then(|credential| credential.loss(now));
    let onward = onward.into_hops();
    let recorded = match lost {
        Some(reason) => {
            let reason = Some(reason.to_owned());
            trail.conclude(&deed, now, AuditOutcome::Denied, reason).await
        }
        None if opened.gone.is_cancelled() && reply.status() == "error" => {
            let why = if opened.instance.cut() > 0 {
                INSTANCE_STOPPED
            } else {
                CALLER_GONE
            };
            let reason = Some(why.to_owned());
            trail.conclude(&deed, now, AuditOutcome::Failed, reason).await
        }
        None => trail.conclude_with(&deed, now, &reply, &onward).await,
    };
    watch.lap(PhaseName::Audit);
    if lost.is_some() {
        // Its result is withheld too, but whoever has the keys of a frozen one is told why: both sides must know.
        return match opened.credential.and_then(|credential| frozen(credential, now)) {
            Some(problem) => Ended::Replied(Reply::error(&problem), Vec::new()),
            None => Ended::Withheld,
        };
    }
    match recorded {
        Ok(()) => Ended::Replied(reply, onward),
        // What is not on record is not answered.
        Err(error) => Ended::Replied(Reply::error(&unrecorded(opened, &reply, error)), Vec::new()),
    }
}

async fn authorise_and_execute(
    opened: &Opened<'_>,
    call: &Call<'_>,
    deed: &Deed<'_>,
    began: Timestamp,
    watch: &mut Stopwatch,
) -> Reply {
    let authorised = authorise::source(&opened.caller.grant, opened.peer)
        .and_then(|()| {
            opened
                .credential
                .map_or(Ok(()), |credential| admit(opened, credential, began))
        })
        .and_then(|()| dispatch::find(call));
    let entered = match authorised {
        Ok(action) => dispatch::enter(call, action).await.map(|within| (action, within)),
        Err(problem) => Err(problem),
    };
    watch.lap(PhaseName::Authorise);
    let (action, within) = match entered {
        Ok(entered) => entered,
        Err(problem) => return Reply::error(&problem),
    };
    let call = &Call {
        caller: within.as_ref().unwrap_or(call.caller),
        ..*call
    };
    let Some(patience) = remaining(opened.context, began) else {
        return Reply::error(&too_late(opened));
    };
    if action.writes {
        let intended = opened.instance.trail().intend(deed, Timestamp::now()).await;
        if let Err(error) = intended {
            return Reply::error(&error.into());
        }
    }
    // After the intent: a key whose call could not be put on record is not used up by it.
    let begun = match may_change(action) {
        true => once::begin(call, began).await,
        false => Ok(None),
    };
    let once = match begun {
        Ok(None) => None,
        Ok(Some(Turn::Now(once))) => Some(once),
        Ok(Some(Turn::Before(reply))) => return reply,
        Err(problem) => return Reply::error(&problem),
    };
    let executing = dispatch::execute(call, action);
    let reply = match is_brought_to_its_end(action) {
        true => executing.await,
        false => while_waited_for(opened, patience, executing).await,
    };
    watch.lap(PhaseName::Execute);
    if let Some(once) = once {
        once::end(opened.instance, once, &reply).await;
    }
    reply
}

/// Whether an action goes on without its caller and beyond its deadline: stopped in the middle, what it changed would
/// be half done. What it waits for elsewhere has that deadline, and ends with its caller, by itself.
fn is_brought_to_its_end(action: &Action) -> bool {
    may_change(action) || action.access == Access::Anyone
}

/// Whether an instance that stops waits for an action for as long as it takes. What this instance asks of its peers for
/// itself has a deadline only.
fn is_waited_for(action: &Action) -> bool {
    let asks_by_itself = action.access == Access::Owner && action.errors.contains(&Code::PeerUnreachable);
    is_brought_to_its_end(action) && !asks_by_itself
}

/// Whether a query may change anything, here or elsewhere.
pub(super) fn changes(query: &Query) -> bool {
    table::ALL.find(query.action()).is_some_and(may_change)
}

/// Whether an action may change anything, here or elsewhere.
fn may_change(action: &Action) -> bool {
    action.writes || CHANGING_BY_THE_WAY.contains(&action.name)
}

/// Reads as long as somebody waits for it.
async fn while_waited_for(
    opened: &Opened<'_>,
    patience: Duration,
    executing: impl Future<Output = Reply>,
) -> Reply {
    tokio::select! {
        biased;
        reply = executing => reply,
        () = tokio::time::sleep(patience) => Reply::error(&too_late(opened)),
        () = opened.gone.cancelled() => Reply::error(&caller_gone()),
    }
}

/// The problem that a call cannot be put on record. Who asked for a change has to know that it may be made.
fn unrecorded(opened: &Opened<'_>, reply: &Reply, error: StoreError) -> Problem {
    let problem = Problem::from(error);
    let writes = table::ALL
        .find(opened.query.action())
        .is_some_and(|action| action.writes);
    if !writes || reply.status() == "error" {
        return problem;
    }
    Problem::new(
        Code::StorageFailed,
        format!(
            "what was asked for is done, but could not be put on record; look before asking again: {}",
            problem.message
        ),
    )
}

/// The problem that a credential is frozen, if it is.
fn frozen(credential: &Credential, now: Timestamp) -> Option<Problem> {
    let is_frozen = credential.loss(now) == Some(FROZEN);
    is_frozen.then(|| {
        let problem = issuing::refused(&credential.record.name, &LifeError::Frozen);
        match credential.life.alarm() {
            Some(alarm) => problem.with("alarm", json!(alarm.kind)),
            None => problem,
        }
    })
}

/// Lets a credential be used for what it is good for at this step of its handshake, and notes that it is.
fn admit(opened: &Opened<'_>, credential: &Credential, now: Timestamp) -> Result<(), Problem> {
    let action = opened.query.action();
    authorise::step(&credential.life, action)?;
    let event = match action {
        // Nobody wanted that call: instances make it by themselves.
        witness::EXCHANGE => return Ok(()),
        WHOAMI if credential.life.generation() > 0 => Event::Used,
        action if authorise::is_handshake(action) => Event::Opened,
        _ => Event::Used,
    };
    let issued = opened.instance.issued();
    issued.heard_of(credential, event, now);
    if !opened.is_under_older_key {
        issued.heard_of(credential, Event::PresentUsed, now);
    }
    Ok(())
}

/// How long the caller still waits.
fn remaining(context: &CallContext, now: Timestamp) -> Option<Duration> {
    let left = context.deadline_ms - now.as_micros() / 1_000;
    if left <= 0 {
        return None;
    }
    u64::try_from(left.min(LONGEST_MS))
        .ok()
        .map(Duration::from_millis)
}

fn too_late(opened: &Opened<'_>) -> Problem {
    let here = Whereabouts::here(&opened.context.path, opened.instance.id());
    here.tell(Problem::new(Code::DeadlineExceeded, "the deadline passed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_reading_stops_in_the_middle() {
        for name in CHANGING_BY_THE_WAY {
            assert!(
                !table::ALL.find(name).unwrap().writes,
                "{name} is named for nothing"
            );
        }
        for name in [
            "activate_credential",
            "exchange_audit_heads",
            "create_pointer",
            "relay",
        ] {
            assert!(is_brought_to_its_end(table::ALL.find(name).unwrap()), "{name}");
        }
        assert!(!is_brought_to_its_end(
            table::ALL.find("search_pointers").unwrap()
        ));
    }
}
