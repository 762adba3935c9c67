//! The three routes of a federated call, from the caller's side (DESIGN section 3.5).
//!
//! The pointer's instance is asked for the pointer first. On routes *endpoint* and *circuit* a native
//! instance is then asked to invoke it through its connection, which fetches nothing but lets the
//! instance say no, and gives the reference to go on with; the peer is called directly after that.
//! On route *relay* the instance calls the peer itself and hands the peer's reply through as `peer_reply`.

use super::reference::{self, Reference};
use super::timing::micros;
use super::{Client, ClientError, Exchange, FailedExchange};
use crate::model::{ConnectionId, Endpoint, Federated, KeyId, Pointer, PointerAddress, Profile, Route};
use crate::protocol::{CallContext, Code, HeldCredential, HeldKeys, Hop, Problem, Query, Reply};
use crate::seal::fernet;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Instant;

/// Finds the credential that the caller holds for a peer.
pub trait Peers: Send + Sync {
    /// By endpoint and, where known, key id and profile; the best match.
    fn credential_for(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> Option<HeldCredential>;

    /// Whether the caller wants this asked of a peer, whichever route leads there. A query that is not known may
    /// do anything, and one peer is known by its relaying instance only.
    fn permits(&self, endpoint: Option<&Endpoint>, query: Option<&Value>) -> Result<(), Problem>;
}

/// A federated call to make.
pub struct FederatedCall<'a> {
    /// The caller's credential on the instance that has the pointer.
    pub via: &'a HeldCredential,
    /// The pointer.
    pub pointer: &'a PointerAddress,
    /// How to travel; the pointer's own route if none.
    pub route: Option<Route>,
    /// Whether to ask every hop for its phases.
    pub trace: bool,
    /// What to ask the peer instead of what the pointer says.
    pub query: Option<&'a Query>,
}

/// How a federated call ended.
#[derive(Clone)]
pub struct CallOutcome {
    /// The peer's reply, opened, on every route.
    pub reply: Reply,
    /// The route taken.
    pub route: Route,
    /// The pointer, as its instance showed it.
    pub pointer: Pointer,
    /// Microseconds from beginning to end.
    pub elapsed_us: u64,
    /// Hops outermost first, flattened: the caller, then each instance on the way.
    pub hops: Vec<Hop>,
    /// The exchanges with each instance that the caller itself talked to, in order.
    pub exchanges: Vec<Exchange>,
    /// The peer, where the caller itself asked it; else the pointer's instance gave the reply.
    pub peer: Option<Endpoint>,
}

/// A federated call that failed, and how far it came.
pub struct FailedCall {
    /// Why.
    pub error: CallError,
    /// The route that was taken, once that was known.
    pub route: Option<Route>,
    /// The pointer, if its instance showed it.
    pub pointer: Option<Pointer>,
    /// As far as they were made: the caller, then each instance that answered.
    pub hops: Vec<Hop>,
    /// The exchanges that ended in a reply.
    pub exchanges: Vec<Exchange>,
    /// The one after them that ended in none, if that is why the call failed.
    pub failed: Option<Box<FailedExchange>>,
    /// The peer, if the caller itself asked it, so that the call failed there; else it came no farther than the pointer's
    /// instance.
    pub peer: Option<Endpoint>,
}

/// Why a federated call did not end in the peer's reply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// An instance could not be talked to.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The pointer cannot be called this way, or an instance said no.
    #[error(transparent)]
    Problem(#[from] Problem),
}

impl CallError {
    /// The stable word for scripts, and with it the exit code.
    pub fn code(&self) -> Code {
        match self {
            Self::Client(error) => error.code(),
            Self::Problem(problem) => problem.code,
        }
    }
}

impl Client {
    /// Makes a federated call: gets the pointer from `via`, then goes on as the route says. The error
    /// is a `Problem` of the instance or of ours (for example: no credential held for that peer).
    pub async fn call(
        &self,
        call: FederatedCall<'_>,
        peers: &dyn Peers,
        context: &CallContext,
    ) -> Result<CallOutcome, CallError> {
        self.follow(call, peers, context)
            .await
            .map_err(|failed| failed.error)
    }

    /// The same, telling of a call that failed how far it came.
    pub async fn follow(
        &self,
        call: FederatedCall<'_>,
        peers: &dyn Peers,
        context: &CallContext,
    ) -> Result<CallOutcome, Box<FailedCall>> {
        let mut journey = Journey {
            client: self,
            context: context.clone().traced(call.trace),
            began: Instant::now(),
            legs: Vec::with_capacity(3),
            failed: None,
            peer: None,
            pointer: None,
            route: call.route,
        };
        match journey.travel(&call, peers).await {
            Ok((reply, route, pointer)) => Ok(journey.arrive(reply, route, pointer)),
            Err(error) => Err(Box::new(journey.fail(error))),
        }
    }
}

/// What a caller with these credentials lacks to call a pointer by a route; nothing if it can.
pub fn lacking(
    via: &HeldCredential,
    pointer: &Pointer,
    route: Route,
    peers: &dyn Peers,
) -> Result<(), Problem> {
    let reference = Reference::of(pointer).ok_or_else(|| not_federated(pointer))?;
    reference.require_permission(None, peers)?;
    match route {
        Route::Endpoint => {
            reference.require_query(route)?;
            peer_of(&reference, route, peers).map(drop)
        }
        Route::Circuit => sealed_before(&reference, peers).map(drop),
        Route::Relay => reference.relayed(pointer, via.profile(), None).map(drop),
    }
}

/// Whom an exchange was with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    PointersInstance,
    Peer,
}

/// One exchange of a call, and when it began.
struct Leg {
    with: With,
    start_us: u64,
    exchange: Exchange,
}

/// A federated call on its way.
struct Journey<'a> {
    client: &'a Client,
    context: CallContext,
    began: Instant,
    legs: Vec<Leg>,
    /// The exchange that ended the call without a reply, and when it began.
    failed: Option<(u64, Box<FailedExchange>)>,
    /// Known once it was asked: what follows is its doing.
    peer: Option<Endpoint>,
    /// Known once its instance showed it.
    pointer: Option<Pointer>,
    /// Known from the start if the caller chose it.
    route: Option<Route>,
}

/// What `invoke_through_connection` gives for a pointer that the caller follows itself.
#[derive(Deserialize)]
struct Passage {
    data_reference: Option<String>,
    federated: Option<Federated>,
}

impl Journey<'_> {
    async fn travel(
        &mut self,
        call: &FederatedCall<'_>,
        peers: &dyn Peers,
    ) -> Result<(Reply, Route, Pointer), CallError> {
        let mut pointer = self.pointer(call.via, call.pointer).await?;
        self.pointer = Some(pointer.clone());
        let mut reference = Reference::of(&pointer).ok_or_else(|| not_federated(&pointer))?;
        let route = call.route.unwrap_or(reference.route);
        self.route = Some(route);
        reference.require_permission(call.query, peers)?;
        if route == Route::Relay {
            let query = reference.relayed(&pointer, call.via.profile(), call.query)?;
            let reply = self.ask(With::PointersInstance, call.via, query).await?;
            let reply = peer_reply(reply)?;
            return Ok((reply, route, pointer));
        }
        if self.ask_to_pass(call.via, &mut pointer).await? {
            reference = Reference::of(&pointer).ok_or_else(|| not_federated(&pointer))?;
            reference.require_permission(call.query, peers)?;
        }
        let reply = match route {
            Route::Circuit => {
                reference.require_own_query(call.query)?;
                self.circuit(&reference, peers).await?
            }
            Route::Endpoint | Route::Relay => {
                let query = reference.asked(call.query)?;
                let peer = peer_of(&reference, Route::Endpoint, peers)?;
                self.ask(With::Peer, &peer, query).await?
            }
        };
        Ok((reply, route, pointer))
    }

    async fn ask(
        &mut self,
        with: With,
        credential: &HeldCredential,
        query: Query,
    ) -> Result<Reply, CallError> {
        let wants_trace = self.context.trace && credential.profile() == Profile::Native;
        let query = if wants_trace {
            query.with("trace", Value::Bool(true))
        } else {
            query
        };
        if with == With::Peer {
            self.peer = Some(credential.endpoint.clone());
        }
        let start_us = micros(self.began.elapsed());
        let attempted = self.client.attempt(credential, &query, &self.context).await;
        self.note(with, start_us, attempted)
    }

    fn note(
        &mut self,
        with: With,
        start_us: u64,
        attempted: Result<Exchange, Box<FailedExchange>>,
    ) -> Result<Reply, CallError> {
        match attempted {
            Ok(exchange) => {
                let reply = exchange.reply.clone();
                self.legs.push(Leg {
                    with,
                    start_us,
                    exchange,
                });
                Ok(reply)
            }
            Err(failed) => {
                let error = failed.error.clone();
                self.failed = Some((start_us, failed));
                Err(error.into())
            }
        }
    }

    async fn pointer(
        &mut self,
        via: &HeldCredential,
        address: &PointerAddress,
    ) -> Result<Pointer, CallError> {
        let reply = self.ask(With::PointersInstance, via, look(address)).await?;
        let mut result = success_of(reply)?;
        // Some implementations wrap the pointer, as `create_pointer` does.
        let shown = match result.get_mut("pointer") {
            Some(wrapped) => wrapped.take(),
            None => result,
        };
        serde_json::from_value(shown).map_err(|error| {
            let message = format!(
                "{} showed {address} in a form that is not a pointer's: {error}",
                via.endpoint
            );
            Problem::new(Code::PeerGarbage, message).into()
        })
    }

    /// Lets the pointer's instance decide whether its connection may be passed, where it can, and
    /// takes the reference that it gives. True if it was asked.
    async fn ask_to_pass(&mut self, via: &HeldCredential, pointer: &mut Pointer) -> Result<bool, CallError> {
        let Some(query) = passage(via.profile(), pointer) else {
            return Ok(false);
        };
        let reply = self.ask(With::PointersInstance, via, query).await?;
        let passage: Option<Passage> = serde_json::from_value(success_of(reply)?).ok();
        if let Some(Passage {
            data_reference: Some(data_reference),
            federated: Some(federated),
        }) = passage
        {
            pointer.data_reference = data_reference;
            pointer.federated = Some(federated);
        }
        Ok(true)
    }

    async fn circuit(&mut self, reference: &Reference, peers: &dyn Peers) -> Result<Reply, CallError> {
        let (peer, sealed) = sealed_before(reference, peers)?;
        self.peer = Some(peer.endpoint.clone());
        let start_us = micros(self.began.elapsed());
        let attempted = self.client.attempt_sealed(&peer, sealed, &self.context).await;
        self.note(With::Peer, start_us, attempted)
    }

    fn arrive(self, reply: Reply, route: Route, pointer: Pointer) -> CallOutcome {
        let elapsed_us = micros(self.began.elapsed());
        CallOutcome {
            reply,
            route,
            pointer,
            elapsed_us,
            hops: self.hops(),
            exchanges: self.legs.into_iter().map(|leg| leg.exchange).collect(),
            peer: self.peer,
        }
    }

    fn fail(self, error: CallError) -> FailedCall {
        FailedCall {
            error,
            hops: self.hops(),
            pointer: self.pointer,
            route: self.route,
            exchanges: self.legs.into_iter().map(|leg| leg.exchange).collect(),
            failed: self.failed.map(|(_, failed)| failed),
            peer: self.peer,
        }
    }

    /// The caller's phases over all exchanges, then what the instances told: of the pointer's own
    /// instance the last exchange, which is the one that went further, and of the peer.
    fn hops(&self) -> Vec<Hop> {
        let answered = self.legs.iter().map(|leg| (leg.start_us, &leg.exchange.hop));
        let failed = self
            .failed
            .iter()
            .map(|(start_us, failed)| (*start_us, &failed.hop));
        let mut phases = Vec::new();
        for (start_us, hop) in answered.chain(failed) {
            phases.extend(hop.phases.iter().cloned().map(|mut phase| {
                phase.start_us += start_us;
                phase
            }));
        }
        let mut hops = vec![Hop {
            instance: "console".to_owned(),
            depth: Some(0),
            phases,
            failed: self
                .failed
                .as_ref()
                .and_then(|(_, failed)| failed.hop.failed.clone()),
            ..Hop::default()
        }];
        for with in [With::PointersInstance, With::Peer] {
            let last = self.legs.iter().rfind(|leg| leg.with == with);
            let told = last.and_then(|leg| leg.exchange.hop.next.clone());
            hops.extend(told.into_iter().flat_map(|hop| hop.flatten_at(1)));
        }
        hops
    }
}

/// The result of a reply that must be a success; the instance's problem otherwise.
fn success_of(reply: Reply) -> Result<Value, Problem> {
    if let Some(problem) = reply.problem() {
        return Err(problem);
    }
    let status = reply.status().to_owned();
    match reply.into_result() {
        Some(result) if status == "success" => Ok(result),
        _ => Err(Problem::new(
            Code::PeerGarbage,
            "the pointer's instance answered neither with a result nor with an error",
        )),
    }
}

/// The peer's own reply inside a relaying instance's; that instance's problem if it never got one.
fn peer_reply(reply: Reply) -> Result<Reply, CallError> {
    if let Some(peer_reply) = reply.peer_reply() {
        return peer_reply.map_err(|error| {
            let message =
                format!("the relaying instance handed through something else than a reply: {error}");
            Problem::new(Code::PeerGarbage, message).into()
        });
    }
    match reply.problem() {
        Some(problem) => Err(problem.into()),
        None => Ok(reply),
    }
}

/// What is asked first: the pointer.
pub(super) fn look(address: &PointerAddress) -> Query {
    Query::new("get_pointer", json!({"pointer_address": address}))
}

/// What lets the pointer's instance decide whether its connection may be passed, where it can.
pub(super) fn passage(profile: Profile, pointer: &Pointer) -> Option<Query> {
    let leads_through_us = |federated: &Federated| federated.route != Route::Relay;
    // An original instance would send a plain GET to the peer's URL instead.
    if profile == Profile::Legacy || !pointer.federated.as_ref().is_some_and(leads_through_us) {
        return None;
    }
    let connection_id = pointer.connection_id.as_ref()?;
    Some(through(connection_id, &pointer.address))
}

fn through(connection_id: &ConnectionId, address: &PointerAddress) -> Query {
    let parameters = json!({"connection_id": connection_id, "pointer_address": address});
    Query::new("invoke_through_connection", parameters)
}

impl Reference {
    /// What the peer is asked: what the caller wants, or what the pointer says.
    pub(super) fn asked(&self, wanted: Option<&Query>) -> Result<Query, Problem> {
        match wanted {
            Some(query) => Ok(query.clone()),
            None => Ok(Query::from_value(self.require_query(Route::Endpoint)?.clone())?),
        }
    }

    /// Refuses what the caller does not want asked of the peer.
    fn require_permission(&self, wanted: Option<&Query>, peers: &dyn Peers) -> Result<(), Problem> {
        let endpoint = self.endpoint.as_ref();
        match wanted {
            Some(query) => peers.permits(endpoint, Some(&query.to_value())),
            None => peers.permits(endpoint, self.query.as_ref()),
        }
    }

    /// Refuses another query than the one that was sealed beforehand.
    pub(super) fn require_own_query(&self, wanted: Option<&Query>) -> Result<(), Problem> {
        let is_another = |wanted: &Query| self.query.as_ref() != Some(&wanted.to_value());
        if !wanted.is_some_and(is_another) {
            return Ok(());
        }
        Err(Problem::new(
            Code::InvalidParameter,
            "on route circuit the pointer's own query travels, sealed beforehand, and this one differs from it; \
             take route endpoint or relay for another query",
        ))
    }

    /// What the pointer's instance is asked so that it makes the call: through the pointer if it was made for
    /// that, else by the action itself.
    pub(super) fn relayed(
        &self,
        pointer: &Pointer,
        profile: Profile,
        wanted: Option<&Query>,
    ) -> Result<Query, Problem> {
        if profile == Profile::Legacy {
            return Err(reference::missing(
                Route::Relay,
                "an instance that relays; original Python instances do not",
            ));
        }
        let connection_id = self.require_connection(Route::Relay)?;
        let is_own = |wanted: &Query| self.query.as_ref() == Some(&wanted.to_value());
        if self.route == Route::Relay && wanted.is_none_or(is_own) {
            return Ok(through(connection_id, &pointer.address));
        }
        let query = match wanted {
            Some(query) => query.to_value(),
            None => self.require_query(Route::Relay)?.clone(),
        };
        Ok(relay_query(connection_id, &query))
    }
}

/// The action by which an instance asks a peer with a query of the caller's.
pub fn relay_query(connection_id: &ConnectionId, query: &Value) -> Query {
    Query::new("relay", json!({"connection_id": connection_id, "query": query}))
}

/// The credential for the peer and the body that was sealed under it.
pub(super) fn sealed_before(
    reference: &Reference,
    peers: &dyn Peers,
) -> Result<(HeldCredential, String), Problem> {
    let sealed = reference.require_sealed(Route::Circuit)?.to_owned();
    let peer = peer_of(reference, Route::Circuit, peers)?;
    if let (Some(wanted), held) = (&reference.kid, peer.kid())
        && held != Some(wanted)
    {
        let held = held.map_or("none", KeyId::as_str);
        let message = format!(
            "the pointer's query is sealed under key {wanted}, but the credential held for {} has key {held}; \
             seal it anew with `federate`, or take route endpoint",
            peer.endpoint
        );
        return Err(Problem::new(Code::NoHeldCredential, message));
    }
    if let HeldKeys::Legacy { keys, .. } = &peer.keys
        && fernet::open(keys, sealed.as_bytes()).is_err()
    {
        let message = format!(
            "the pointer's query is sealed under other keys than the credential held for {} has; seal it anew with \
             `credential reseal`, or take route endpoint",
            peer.endpoint
        );
        return Err(Problem::new(Code::NoHeldCredential, message));
    }
    Ok((peer, sealed))
}

pub(super) fn peer_of(
    reference: &Reference,
    route: Route,
    peers: &dyn Peers,
) -> Result<HeldCredential, Problem> {
    let endpoint = reference.require_endpoint(route)?;
    let found = peers.credential_for(endpoint, reference.profile, reference.kid.as_ref());
    found.ok_or_else(|| {
        let message = format!(
            "route {route} needs a credential of the console's own for {endpoint}, and none is held; \
             get one by a handshake with that instance, or take route relay"
        );
        Problem::new(Code::NoHeldCredential, message)
    })
}

pub(super) fn not_federated(pointer: &Pointer) -> Problem {
    let message = format!(
        "pointer {} does not lead to another instance, so there is nothing to call; use `invoke` with invoke_through_connection",
        pointer.address
    );
    Problem::new(Code::InvalidParameter, message).with("pointer_address", json!(pointer.address))
}
