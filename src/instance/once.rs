//! Calls that are done once at most, however often they are sent: those with an `idempotency_key`.
//!
//! That a call begins is durable before it does, and its reply is kept, sealed, for a day. Whoever sends the same query
//! under the same key again gets that reply; where there is none (the instance stopped in the middle, or the deadline
//! passed) nobody knows how it ended, and that is what is said. A key belongs to the credential that it came with.
//!
//! Only what may change something has a use for it: plain reading is done anew each time, and keeps nothing. What is kept of
//! one credential is bounded, in number and in bytes.

use super::Instance;
use super::actions::Call;
use super::chain_members::SENT;
use super::reference::Reference;
use crate::model::{PointerAddress, Timestamp};
use crate::protocol::{Code, Problem, Query, QueryError, Reply};
use crate::seal::row;
use crate::store::{Begun, MOST_KEYS_OF_ONE, OnceKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The parameter that every action takes.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";

/// How long replies are kept, in seconds.
const KEPT: i64 = 24 * 60 * 60;

/// Bytes of a reply that is kept whole; of a larger one, only how it ended.
const LARGEST: usize = 64 * 1024;

/// Bytes of one that there is always room for: so many replies of one caller are kept at most.
const SMALL: usize = 1024;

/// What follows a pointer, wherever that leads.
const FOLLOW: &str = "invoke_through_connection";

/// Characters of a key.
const LONGEST: usize = 128;

/// What a peer, or an instance behind it, says before it does anything.
const REFUSED: [Code; 3] = [Code::RateLimited, Code::Overloaded, Code::PeerRefused];

/// What is to be done about a call with a key.
pub(super) enum Turn {
    /// It is to be done now; its reply is to be kept under this.
    Now(OnceKey),
    /// It was done before, with this reply.
    Before(Reply),
}

/// Begins a call; none if it has no key, or no use for one.
pub(super) async fn begin(call: &Call<'_>, now: Timestamp) -> Result<Option<Turn>, Problem> {
    let (instance, query) = (call.instance, call.query);
    let Some(key) = query.optional_text(IDEMPOTENCY_KEY)? else {
        return Ok(None);
    };
    if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let reason = format!("must be 1 to {LONGEST} visible ASCII characters");
        return Err(QueryError::Invalid {
            name: IDEMPOTENCY_KEY,
            reason,
        }
        .into());
    }
    if query.action() == FOLLOW && !leads_to_a_circuit(call).await? {
        return Ok(None);
    }
    let once = OnceKey {
        caller: call.caller.credential.clone(),
        key: key.to_owned(),
    };
    let beginning = instance
        .store()
        .begin_once(&once, digest(query), now, now.plus_seconds(-KEPT));
    match call.patience().bounds(beginning).await? {
        Begun::Now => Ok(Some(Turn::Now(once))),
        Begun::Before(sealed) => Ok(Some(Turn::Before(open(instance, &once, &sealed)?))),
        Begun::WithoutEnd => Err(Problem::new(
            Code::OutcomeUnknown,
            "a call with this idempotency_key began and did not end (yet): it is under way, or was interrupted; \
             look at what it should have done before you ask under another key",
        )),
        Begun::ForAnother => Err(Problem::new(
            Code::AlreadyExists,
            "this idempotency_key was used for another query; use a new one for each thing to be done",
        )),
        Begun::TooMany => Err(Problem::new(
            Code::RateLimited,
            format!(
                "{MOST_KEYS_OF_ONE} calls of this credential with an idempotency_key are kept already, each for a day, and no \
                 more may be; nothing was done: ask without a key, or when the first of them are a day old"
            ),
        )),
    }
}

/// Whether a pointer is followed to something that may do more than tell: all else is plain reading.
async fn leads_to_a_circuit(call: &Call<'_>) -> Result<bool, Problem> {
    let address: PointerAddress = call.query.id("pointer_address")?;
    let pointer = call.store().pointer(&address).await?;
    let reference = pointer.map(|pointer| Reference::read(&pointer.data_reference, call.table));
    Ok(matches!(reference, Some(Ok(Reference::Circuit(_)))))
}

/// Keeps the reply. Where that fails, a repetition hears that nobody knows: it is never done twice. So it does where a peer
/// was asked and no reply of it says what it did. Where nothing was done, nothing is kept: the same call may be tried again.
pub(super) async fn end(instance: &Instance, once: OnceKey, reply: &Reply) {
    match known_of(reply) {
        Known::NothingDone => {
            if let Err(error) = instance.store().forget_once(&once).await {
                tracing::error!(%error, credential = %once.caller, "a call that did nothing keeps its idempotency_key");
            }
        }
        Known::Nothing => {}
        Known::End => keep(instance, once, reply).await,
    }
}

async fn keep(instance: &Instance, once: OnceKey, reply: &Reply) {
    let bytes = reply.to_bytes();
    let seal = |bytes: &[u8]| row::seal(instance.key(), &identity(&once), bytes);
    let short = || seal(&without_result(reply).to_bytes());
    let (sealed, short) = match bytes.len() {
        0..SMALL => (seal(&bytes), None),
        SMALL..=LARGEST => (seal(&bytes), Some(short())),
        _ => (short(), None),
    };
    if let Err(error) = instance.store().end_once(&once, sealed, short).await {
        tracing::error!(%error, credential = %once.caller, "the reply of a call with an idempotency_key was not kept");
    }
}

/// What a reply says of what was done.
enum Known {
    /// How it ended.
    End,
    /// That nothing was: it ended before anything left this instance, or was refused by whoever was asked.
    NothingDone,
    /// Nothing: a peer was asked, and did not answer.
    Nothing,
}

/// A step of a circuit does not tell of those before it.
fn known_of(reply: &Reply) -> Known {
    let sent = reply.member(SENT).and_then(Value::as_bool);
    let is_refused = reply.code().is_some_and(|code| REFUSED.contains(&code));
    match sent {
        _ if reply.status() != "error" => Known::End,
        Some(true) if !is_refused => Known::Nothing,
        None if !is_refused => Known::End,
        _ if reply.member("step").is_some() => Known::End,
        _ => Known::NothingDone,
    }
}

/// That it succeeded, without what it came to.
pub(super) fn without_result(reply: &Reply) -> Reply {
    match reply.problem() {
        Some(problem) => Reply::error(&Problem::new(problem.code, problem.message)),
        None => Reply::success(Value::Null).with("result_omitted", Value::Bool(true)),
    }
}

fn open(instance: &Instance, once: &OnceKey, sealed: &[u8]) -> Result<Reply, Problem> {
    let damaged = || {
        Problem::new(
            Code::StorageFailed,
            "the reply that was kept for this idempotency_key is damaged",
        )
    };
    let bytes = row::open(instance.key(), &identity(once), sealed).map_err(|_| damaged())?;
    let reply = Reply::parse(&bytes).map_err(|_| damaged())?;
    Ok(reply.with("repeated", Value::Bool(true)))
}

/// What was asked, whether or not the chain of calls was to be shown.
fn digest(query: &Query) -> [u8; 32] {
    let mut asked = query.to_value();
    if let Some(members) = asked.as_object_mut() {
        members.shift_remove("trace");
    }
    asked.sort_all_objects();
    Sha256::digest(asked.to_string()).into()
}

/// What a sealed reply is bound to.
fn identity(once: &OnceKey) -> Vec<u8> {
    format!("once:{}:{}", once.caller, once.key).into_bytes()
}
