//! `POST /invoke`, in the order of DESIGN 3.2: size → find kid → signature → claims → body hash →
//! replay → open → strict JSON → grants → execute → re-check → audit → seal.

use super::authenticate::{self, ROTATED_AWAY, Refusal};
use super::body::{self, BodyError};
use super::issued::Presented;
use super::limits::Place;
use super::malformed::malformed;
use super::once;
use super::perform::{Ended, LONGEST_MS, Opened, changes, perform};
use super::response::{self, Answer};
use super::rotating;
use super::sealing::Sealing;
use super::strict_replay;
use super::trail::Deed;
use super::unfinished::ToTheEnd;
use super::witness;
use super::{Instance, limits};
use crate::model::{Grant, Profile, Timestamp};
use crate::protocol::{CallContext, Code, PhaseName, Problem, Query, QueryError, Reply, Stopwatch};
use crate::seal::token::{Claims, LegacyChain};
use crate::seal::{fernet, jwe};
use crate::store::AuditOutcome;
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a legacy call, which names no deadline, may take.
const LEGACY_SECONDS: i64 = 60;
/// Seconds between a token and its arrival that say nothing of the clocks.
const ON_THE_WAY: i64 = 2;

/// Answers one call, and notes how long that took.
pub(super) async fn invoke(instance: &Arc<Instance>, peer: IpAddr, request: Request<Incoming>) -> Answer {
    let began = Instant::now();
    let answer = answer(instance, peer, request).await;
    instance.metrics().durations.add(began.elapsed());
    answer
}

async fn answer(instance: &Arc<Instance>, peer: IpAddr, request: Request<Incoming>) -> Answer {
    let Some(place) = instance.gate().enter() else {
        instance.metrics().limited.add_one();
        return response::overloaded();
    };
    let (head, body) = request.into_parts();
    let profile = match profile(&head.headers) {
        Ok(profile) => profile,
        Err(detail) => {
            return malformed(
                instance,
                peer,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "wrong_type",
                detail,
            );
        }
    };
    let body = match body::read(body).await {
        Ok(body) => body,
        Err(error) => return no_body(instance, peer, error),
    };
    let token = bearer(&head.headers);
    match profile {
        Profile::Native => native(instance, place, peer, token, &body).await,
        Profile::Legacy => legacy(instance, place, peer, token, &body).await,
    }
}

/// The profile that the content type names, and no other.
fn profile(headers: &HeaderMap) -> Result<Profile, &'static str> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err("a body must not have a Content-Encoding");
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let named = types.next().and_then(|value| value.to_str().ok());
    let named = named.filter(|_| types.next().is_none()).unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default().trim();
    [Profile::Native, Profile::Legacy]
        .into_iter()
        .find(|profile| essence.eq_ignore_ascii_case(profile.content_type()))
        .ok_or("a body is application/jose (native) or text/plain (legacy)")
}

/// The token of `Authorization: Bearer …`, if there is exactly one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn native(
    instance: &Arc<Instance>,
    place: Place,
    peer: IpAddr,
    token: Option<&str>,
    body: &Bytes,
) -> Answer {
    let mut watch = Stopwatch::start();
    let now = Timestamp::now();
    instance.recall_tokens(now).await;
    let (presented, claims) = match authenticate::native(instance, token, body, now) {
        Ok(authenticated) => authenticated,
        Err(refusal) => return refused(instance, peer, Profile::Native, now, refusal),
    };
    let Some(keys) = authenticate::native_keys(&presented) else {
        return refused(
            instance,
            peer,
            Profile::Native,
            now,
            Refusal::plain("other_profile"),
        );
    };
    watch.lap(PhaseName::Authenticate);
    let Ok(plaintext) = jwe::open_query(keys, body) else {
        let refusal = Refusal::of(&presented, Some(&claims.jti), "body_cannot_be_opened");
        return refused(instance, peer, Profile::Native, now, refusal);
    };
    let query = Query::parse(&plaintext);
    watch.lap(PhaseName::Open);
    if presented.is_rotated_away(now) && !rotating::repeats(&presented.credential, query.as_ref().ok()) {
        let refusal = Refusal::of(&presented, Some(&claims.jti), ROTATED_AWAY);
        return refused(instance, peer, Profile::Native, now, refusal);
    }
    if !is_housekeeping(&query) {
        presented.credential.note_use(now);
    }

    let context = native_context(&claims, &presented.credential.record.grant, now);
    let sealing = Sealing::native(presented.clone(), claims.jti.clone());
    let call = Call {
        instance: Arc::clone(instance),
        _place: place,
        _own_place: None,
        peer,
        presented,
        jti: Some(claims.jti),
        context,
    };
    call.answer(query, watch, &sealing).await
}

async fn legacy(
    instance: &Arc<Instance>,
    place: Place,
    peer: IpAddr,
    token: Option<&str>,
    body: &Bytes,
) -> Answer {
    let mut watch = Stopwatch::start();
    let now = Timestamp::now();
    let (presented, claims) = match authenticate::legacy(instance, token, now) {
        Ok(authenticated) => authenticated,
        Err(refusal) => return refused(instance, peer, Profile::Legacy, now, refusal),
    };
    let Some(keys) = authenticate::legacy_keys(&presented) else {
        return refused(
            instance,
            peer,
            Profile::Legacy,
            now,
            Refusal::plain("other_profile"),
        );
    };
    watch.lap(PhaseName::Authenticate);
    let opened = fernet::open(keys, body);
    let taken = match &opened {
        Ok(_) => take_legacy(instance, &presented, token.unwrap_or_default(), body, now).await,
        Err(_) => authenticate::count_call(&presented).map(|()| None),
    };
    let jti = match taken {
        Ok(jti) => jti,
        Err(refusal) => return refused(instance, peer, Profile::Legacy, now, refusal),
    };
    presented.credential.note_use(now);

    let context = legacy_context(claims.chain, &presented.credential.record.grant, now);
    let sealing = Sealing::legacy(presented.clone());
    let call = Call {
        instance: Arc::clone(instance),
        _place: place,
        _own_place: None,
        peer,
        presented,
        jti,
        context,
    };
    let Ok(plaintext) = opened else {
        return call.unopened(&sealing).await;
    };
    let query = Query::parse(&plaintext);
    watch.lap(PhaseName::Open);
    call.answer(query, watch, &sealing).await
}

/// Counts a legacy call whose body opened, and takes it where its credential takes each once; what it is known by then.
async fn take_legacy(
    instance: &Instance,
    presented: &Presented,
    token: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<String>, Refusal> {
    let untaken = strict_replay::look(instance, presented, token, body, now).await?;
    authenticate::count_call(presented)?;
    untaken
        .map(|call| strict_replay::take(instance, presented, call, now))
        .transpose()
}

/// Whether instances call this by themselves: that a credential is in use, only calls that somebody wanted can say.
fn is_housekeeping(query: &Result<Query, QueryError>) -> bool {
    query
        .as_ref()
        .is_ok_and(|query| query.action() == witness::EXCHANGE)
}

/// Where a native call stands in its chain: what its token says, within what the grant allows and a call may take. Peers
/// that it goes on to are told the deadline that holds here.
fn native_context(claims: &Claims, grant: &Grant, now: Timestamp) -> CallContext {
    let latest = now.as_micros() / 1_000 + LONGEST_MS;
    CallContext {
        hop: claims.hop.min(grant.hops),
        path: claims.path.clone(),
        deadline_ms: on_our_clock(claims.dl, claims.iat, now).min(latest),
        traceparent: claims.tp.clone(),
        trace: claims.trc == Some(true),
    }
}

/// A deadline that was said by the caller's clock, which its token shows. Within the skew that is allowed, a call has the
/// time that its caller gives it.
fn on_our_clock(deadline_ms: i64, issued_at: i64, now: Timestamp) -> i64 {
    let ahead = now.as_seconds().saturating_sub(issued_at);
    if ahead.abs() <= ON_THE_WAY {
        return deadline_ms;
    }
    deadline_ms.saturating_add(ahead.saturating_mul(1_000))
}

/// Where a legacy call stands: at the beginning of its chain, unless its token says otherwise.
fn legacy_context(chain: Option<LegacyChain>, grant: &Grant, now: Timestamp) -> CallContext {
    let mut context = CallContext::begin(now, LEGACY_SECONDS);
    context.hop = grant.hops;
    if let Some(chain) = chain {
        context.hop = chain.hop.min(grant.hops);
        context.path = chain.path;
        let deadline_ms = match chain.iat {
            Some(issued_at) => on_our_clock(chain.dl, issued_at, now),
            None => chain.dl,
        };
        context.deadline_ms = deadline_ms.min(context.deadline_ms);
    }
    context
}

/// A call that is authenticated and opened. It keeps its place until it is done, whether or not somebody waits for it.
struct Call {
    instance: Arc<Instance>,
    _place: Place,
    /// Among the calls of its credential.
    _own_place: Option<Place>,
    peer: IpAddr,
    presented: Presented,
    jti: Option<String>,
    context: CallContext,
}

impl Call {
    async fn answer(
        mut self,
        query: Result<Query, QueryError>,
        watch: Stopwatch,
        sealing: &Sealing,
    ) -> Answer {
        let query = match query {
            Ok(query) => query,
            Err(error) => return self.not_a_query(error, sealing).await,
        };
        self._own_place = self.presented.credential.standing.enter();
        if self._own_place.is_none() {
            return self.one_too_many();
        }
        self.context.trace |= query.wants_trace();
        let is_change = changes(&query);
        let is_traced = self.context.trace;
        let profile = self.presented.credential.record.profile;
        let instance = Arc::clone(&self.instance);
        let gone = CancellationToken::new();
        let unfinished = instance.unfinished().clone();
        // Not kept under a name of its own: the room for it would be in every future around this one, and be copied with it.
        let to_the_end = ToTheEnd::of(self.perform(query, watch, gone.clone()), gone, unfinished);
        let (ended, mut watch) = to_the_end.await;
        let Ended::Replied(mut reply, onward) = ended else {
            return response::withheld(profile);
        };
        let mut body = sealing.seal(&reply).await;
        let status = status(&reply, profile);
        let retry_after = reply.member("retry_after").and_then(Value::as_u64);
        let retry_after = retry_after.filter(|_| status == 429);
        if is_traced {
            // A reply cannot tell how long its own sealing took; what is told is the same reply's without the trace.
            watch.lap(PhaseName::Seal);
            let hop = watch
                .into_hop(instance.id().as_str(), onward)
                .ended(reply.failure());
            reply = reply.with_trace(&hop);
            body = sealing.seal(&reply).await;
        }
        let Some(body) = sealing.admit(instance.unread(), body) else {
            // Boxed, because there would be room for it in every call.
            return Box::pin(no_room(&instance, sealing, status, &reply, is_change)).await;
        };
        response::come_again(response::sealed(status, profile, body), retry_after)
    }

    /// Does what is asked, puts it on record and counts it.
    async fn perform(
        self,
        query: Query,
        mut watch: Stopwatch,
        gone: CancellationToken,
    ) -> (Ended, Stopwatch) {
        watch.stop_unless(self.context.trace);
        let below = self.presented.caller_below();
        let opened = Opened {
            instance: &self.instance,
            caller: below.as_ref().unwrap_or_else(|| self.presented.caller()),
            credential: Some(&self.presented.credential),
            is_under_older_key: self.presented.is_previous,
            jti: self.jti.as_deref(),
            query: &query,
            context: &self.context,
            peer: Some(self.peer),
            gone: &gone,
        };
        let ended = perform(&opened, &mut watch).await;
        match &ended {
            Ended::Replied(reply, _) => self.count(reply),
            Ended::Withheld => self.instance.metrics().unauthenticated.add_one(),
        }
        (ended, watch)
    }

    /// Its credential has as many calls under way as it may.
    fn one_too_many(&self) -> Answer {
        let refusal = Refusal::TooMany {
            reason: limits::TOO_MANY_AT_ONCE,
            kid: self.presented.kid().cloned(),
            retry_after: 1,
        };
        let profile = self.presented.credential.record.profile;
        refused(&self.instance, self.peer, profile, Timestamp::now(), refusal)
    }

    /// Opened, but not strict JSON or not a query.
    async fn not_a_query(&self, error: QueryError, sealing: &Sealing) -> Answer {
        let problem = self.on_record(Problem::from(error), "malformed_query").await;
        let profile = self.presented.credential.record.profile;
        let reply = Reply::error(&problem);
        response::sealed(status(&reply, profile), profile, sealing.seal(&reply).await)
    }

    /// The token holds, but the body does not open (legacy): 400, sealed, as in the original.
    async fn unopened(&self, sealing: &Sealing) -> Answer {
        let problem = Problem::new(
            Code::CannotOpen,
            "the request could not be opened with this credential",
        );
        let problem = self.on_record(problem, "body_cannot_be_opened").await;
        let body = sealing.seal(&Reply::error(&problem)).await;
        response::sealed(400, Profile::Legacy, body)
    }

    /// Puts a call that was no query on record; the problem to tell, which is another one if that failed.
    async fn on_record(&self, problem: Problem, reason: &str) -> Problem {
        self.instance.metrics().failed.add_one();
        let nothing = Query::new("", json!({}));
        let deed = Deed {
            caller: self.presented.caller(),
            jti: self.jti.as_deref(),
            query: &nothing,
        };
        let reason = Some(reason.to_owned());
        let trail = self.instance.trail();
        let recorded = trail.conclude(&deed, Timestamp::now(), AuditOutcome::Denied, reason);
        match recorded.await {
            Ok(()) => problem,
            Err(error) => error.into(),
        }
    }

    fn count(&self, reply: &Reply) {
        let metrics = self.instance.metrics();
        let counter = if reply.status() == "error" {
            &metrics.failed
        } else {
            &metrics.succeeded
        };
        counter.add_one();
    }
}

/// In place of a reply for which there is no room: whoever asked for a change has to know how that ended.
async fn no_room(
    instance: &Instance,
    sealing: &Sealing,
    status: u16,
    reply: &Reply,
    is_change: bool,
) -> Answer {
    instance.metrics().limited.add_one();
    if !is_change {
        return response::overloaded();
    }
    let body = sealing.seal(&once::without_result(reply)).await;
    response::sealed(status, sealing.profile(), body)
}

fn status(reply: &Reply, profile: Profile) -> u16 {
    if reply.status() != "error" {
        return 200;
    }
    reply.code().unwrap_or(Code::Internal).http_status(profile)
}

/// 401 or 429. An address that fails too often hears 429 whatever it sends, and is only counted.
fn refused(instance: &Instance, peer: IpAddr, profile: Profile, now: Timestamp, refusal: Refusal) -> Answer {
    if let Err(wait) = instance.failures().count(peer, limits::moment_us()) {
        instance.metrics().limited.add_one();
        instance
            .trail()
            .strangers()
            .count(peer, limits::TOO_MANY_FAILURES);
        return response::too_many(wait);
    }
    match refusal {
        Refusal::Unauthenticated {
            reason,
            kid,
            jti,
            clock,
        } => {
            instance.metrics().unauthenticated.add_one();
            instance
                .trail()
                .deny_stranger_soon(now, peer, (kid, jti), &reason);
            response::unauthenticated(profile, clock)
        }
        Refusal::TooMany {
            reason,
            kid,
            retry_after,
        } => {
            instance.metrics().limited.add_one();
            instance.trail().deny_soon(now, kid, None, reason);
            response::too_many(retry_after)
        }
    }
}

fn no_body(instance: &Instance, peer: IpAddr, error: BodyError) -> Answer {
    let (status, reason, detail) = error.told("a body has 1 MiB at most");
    malformed(instance, peer, status, reason, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::random;

    #[test]
    fn threat_09_a_call_has_its_time_although_the_clocks_differ() {
        let now = Timestamp::from_micros(1_795_428_672_000_000);
        let seconds = now.as_seconds();
        // The caller waits for 10 s, by its own clock.
        let given = |ahead: i64| {
            let issued_at = seconds - ahead;
            (on_our_clock((issued_at + 10) * 1_000, issued_at, now) - seconds * 1_000) / 1_000
        };
        assert_eq!([given(-29), given(-3), given(0), given(3), given(29)], [10; 5]);
        // What took its time on the way has the less left.
        assert_eq!([given(1), given(2)], [9, 8]);
    }

    /// In the legacy profile the clocks may differ by more: nothing else there depends on them.
    #[test]
    fn threat_09_a_legacy_call_that_is_relayed_has_its_time_although_the_clocks_differ() {
        let now = Timestamp::from_micros(1_795_428_672_000_000);
        let seconds = now.as_seconds();
        let given = |ahead: i64, says_when: bool| {
            let issued_at = seconds - ahead;
            let chain = LegacyChain {
                hop: 1,
                path: Vec::new(),
                dl: (issued_at + 30) * 1_000,
                iat: says_when.then_some(issued_at),
            };
            let context = legacy_context(Some(chain), &Grant::default(), now);
            context.deadline_ms / 1_000 - seconds
        };
        assert_eq!([-200, -45, 0, 45, 200].map(|ahead| given(ahead, true)), [30; 5]);
        assert_eq!(given(45, false), -15, "an older instance does not say when");
    }

    #[test]
    fn no_call_lasts_longer_than_calls_may_whatever_its_token_says() {
        let now = Timestamp::from_micros(1_795_428_672_000_000);
        let deadline_within = |seconds: i64| {
            let claims: Claims = serde_json::from_value(json!({
                "app_id": "alpha", "iss": "alpha", "aud": random::instance_id(),
                "iat": now.as_seconds(), "exp": now.as_seconds() + 60,
                "jti": "j", "htm": "POST", "htu": "u", "bsh": "b", "hop": 1, "path": [],
                "dl": now.as_micros() / 1_000 + seconds * 1_000,
            }))
            .unwrap();
            let context = native_context(&claims, &Grant::default(), now);
            (context.deadline_ms - now.as_micros() / 1_000) / 1_000
        };
        assert_eq!([30, 300, 301, 86_400].map(deadline_within), [30, 300, 300, 300]);
    }
}
