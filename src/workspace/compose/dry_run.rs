//! The dry run: exactly what would be sent, layer by layer, sealed with the real credential; and nothing is sent.
//!
//! Nonces, one-time numbers and times are fresh at every look, and so are they when the query is really sent.

use super::super::session::context;
use super::super::wire::decoded_token;
use super::super::{Failure, HostedBy, Workspace, held};
use super::layers::{BodyLayer, Claim, body_layer, claims_layer};
use super::{CircuitLook, Outgoing, Way};
use crate::client::preview::{self, Carried, StepTo};
use crate::client::relay_query;
use crate::model::{InstanceKind, InstanceName, Pointer, Profile, Route, Timestamp};
use crate::protocol::{CallContext, Code, HeldCredential, Query, SealedRequest, seal_query, send_sealed};
use crate::vault::InstanceRecord;
use serde::Serialize;
use serde_json::Value;

/// Everything that would be sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct DryRun {
    /// As whom, in which profile, which way: in one line.
    pub summary: String,
    /// The requests, in order.
    pub legs: Vec<Leg>,
    /// The circuit that would be made or run.
    pub circuit: Option<CircuitLook>,
    /// What the instance was asked to tell this: "what ptr_… is", "which connections it has".
    pub asked: Vec<String>,
    /// What others would do then, as far as it is known.
    pub then: Vec<String>,
}

impl DryRun {
    /// That nothing was sent, in words.
    pub fn nothing_sent(&self) -> String {
        match self.legs.first() {
            Some(leg) if !self.asked.is_empty() => format!(
                "Nothing of it was sent; {} was only asked {}.",
                leg.instance,
                self.asked.join(" and ")
            ),
            _ => "Nothing was sent.".to_owned(),
        }
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Leg {
    /// What it is for.
    pub title: String,
    /// The instance that gets it.
    pub instance: String,
    /// The app_id and the credential of this home that are used; none where the query stays in this process.
    pub identity: Option<(String, String)>,
    /// The query, as it is sealed; none where it was sealed beforehand.
    pub query: Option<QueryLayer>,
    /// What travels; none where nothing does.
    pub wire: Option<WireLayer>,
}

/// The query before it is sealed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueryLayer {
    /// Byte by byte.
    pub text: String,
    /// How many.
    pub bytes: u64,
}

/// A sealed request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WireLayer {
    /// How it is sealed.
    pub profile: Profile,
    /// The sealed body.
    pub body: BodyLayer,
    /// The token's header.
    pub token_header: Value,
    /// The token's claims, each with what it means.
    pub claims: Vec<Claim>,
    /// Bytes of the token.
    pub token_bytes: u64,
    /// The request line.
    pub request_line: String,
    /// The headers; the token is masked.
    pub headers: Vec<(String, String)>,
    /// Bytes of head and body together.
    pub bytes: u64,
}

/// What the requests of one look have in common.
struct Look {
    context: CallContext,
    now: Timestamp,
    trace: bool,
}

impl Workspace {
    /// What sending this would send. Nothing of it is sent; an instance is only asked what a pointer is that the query
    /// would follow there, and which connections a circuit relays through.
    pub async fn dry_run(&self, outgoing: &Outgoing) -> Result<DryRun, Failure> {
        let filled = self.filled(outgoing).await?;
        let outgoing = filled.as_ref().unwrap_or(outgoing);
        let now = Timestamp::now();
        let first = outgoing.way.first(&outgoing.instance);
        let patience = self.record(first.as_str()).await?.patience_s;
        let look = Look {
            context: context(now, outgoing.timeout_seconds.or(patience), outgoing.trace),
            now,
            trace: outgoing.trace,
        };
        match &outgoing.way {
            Way::Direct => {
                let looked = self.circuit_of(outgoing).await;
                let mut dry_run = self.direct(outgoing, &look).await?;
                dry_run.circuit = looked.circuit;
                dry_run.asked = looked.asked;
                dry_run.then.extend(looked.unknown);
                Ok(dry_run)
            }
            Way::Relay { through, .. } => self.relayed(outgoing, through, &look).await,
            Way::Pointer {
                through,
                pointer,
                route,
            } => self.by_pointer(outgoing, through, pointer, *route, &look).await,
        }
    }

    async fn direct(&self, outgoing: &Outgoing, look: &Look) -> Result<DryRun, Failure> {
        let record = self.record(outgoing.instance.as_str()).await?;
        let is_inside = outgoing.as_app_id.is_none() && self.is_stopped(&record);
        if is_inside {
            return Ok(inside(&record, &outgoing.query));
        }
        let (name, credential) = match &outgoing.as_app_id {
            None => (record.credential.clone(), self.credential_of(&record).await?),
            Some(app_id) => self.identity(&record, app_id).await?,
        };
        let leg = look.leg("the query", &record.name, &name, &credential, &outgoing.query);
        Ok(DryRun {
            summary: summary(&credential, &format!("direct to {}", credential.endpoint)),
            legs: vec![leg],
            ..DryRun::default()
        })
    }

    async fn relayed(
        &self,
        outgoing: &Outgoing,
        through: &InstanceName,
        look: &Look,
    ) -> Result<DryRun, Failure> {
        let Way::Relay {
            connection,
            connection_name,
            held,
            endpoint,
            ..
        } = &outgoing.way
        else {
            return Err(unmade());
        };
        let record = self.record(through.as_str()).await?;
        let query = relay_query(connection, &outgoing.query.to_value());
        let then = then_relay(through, connection_name, Some(held), endpoint.as_str(), look);
        if self.is_stopped(&record) {
            return Ok(DryRun {
                then,
                ..inside(&record, &query)
            });
        }
        let credential = self.credential_of(&record).await?;
        let leg = look.leg(
            "the query, inside one for the relaying instance",
            &record.name,
            &record.credential,
            &credential,
            &query,
        );
        let way = format!("through {through} by relay to {}", outgoing.instance);
        Ok(DryRun {
            summary: summary(&credential, &way),
            legs: vec![leg],
            then,
            ..DryRun::default()
        })
    }

    async fn by_pointer(
        &self,
        outgoing: &Outgoing,
        through: &InstanceName,
        pointer: &Pointer,
        route: Route,
        look: &Look,
    ) -> Result<DryRun, Failure> {
        let record = self.record(through.as_str()).await?;
        let via = self.credential_of(&record).await?;
        let peers = self.peers().await?;
        let query = Some(&outgoing.query);
        let (route, steps) = preview::steps(&via, pointer, Some(route), query, &peers)
            .map_err(|problem| Failure::from_problem(&problem, through.as_str()))?;
        let endpoint = pointer.federated.as_ref().map_or_else(
            || pointer.data_reference.clone(),
            |federated| federated.endpoint.to_string(),
        );
        let records = self.records().await?;
        let peer = records.iter().find(|record| record.endpoint.as_str() == endpoint);
        let peer_name = peer.map_or(endpoint.clone(), |record| record.name.to_string());
        let count = steps.len();
        let mut legs = Vec::with_capacity(count);
        for (index, step) in steps.into_iter().enumerate() {
            let (instance, name) = match step.to {
                StepTo::PointersInstance => (through.to_string(), record.credential.clone()),
                StepTo::Peer => (peer_name.clone(), peers.used().unwrap_or_default()),
            };
            let title = match (step.to, index) {
                (StepTo::PointersInstance, 0) => "the pointer is asked for",
                (StepTo::PointersInstance, _) if route == Route::Relay => {
                    "the instance is told to make the call"
                }
                (StepTo::PointersInstance, _) => "the connection is passed: the instance may say no",
                (StepTo::Peer, _) => "the peer is called",
            };
            legs.push(match step.carried {
                Carried::Query(query) => look.leg_to(title, instance, &name, &step.credential, &query),
                Carried::Sealed(body) => look.sealed_leg(title, instance, &name, &step.credential, body),
            });
        }
        let then = match route {
            Route::Relay => then_relay(through, pointer.address.as_str(), None, &endpoint, look),
            Route::Endpoint | Route::Circuit => Vec::new(),
        };
        let way = format!("through {through} by {route} to {peer_name}");
        Ok(DryRun {
            summary: summary(&via, &way),
            legs,
            then,
            ..DryRun::default()
        })
    }

    fn is_stopped(&self, record: &InstanceRecord) -> bool {
        record.kind == InstanceKind::Local && self.row_of(record.clone()).hosted_by == HostedBy::Nobody
    }

    /// The credential that this home holds for an app_id there.
    async fn identity(
        &self,
        record: &InstanceRecord,
        app_id: &crate::model::AppId,
    ) -> Result<(String, HeldCredential), Failure> {
        let entry = self.entry_as(record, app_id).await?;
        let name = entry.name.clone();
        let credential = held::usable(entry).map_err(|failure| failure.on(record.name.as_str()))?;
        Ok((name, credential))
    }
}

impl Look {
    fn leg(
        &self,
        title: &str,
        instance: &InstanceName,
        name: &str,
        credential: &HeldCredential,
        query: &Query,
    ) -> Leg {
        self.leg_to(title, instance.to_string(), name, credential, query)
    }

    fn leg_to(
        &self,
        title: &str,
        instance: String,
        name: &str,
        credential: &HeldCredential,
        query: &Query,
    ) -> Leg {
        let wants_trace = self.trace && credential.profile() == Profile::Native;
        let query = if wants_trace {
            query.clone().with("trace", Value::Bool(true))
        } else {
            query.clone()
        };
        let request = seal_query(credential, &query, &self.context, self.now);
        Leg {
            query: Some(query_layer(&query)),
            ..self.of_request(title, instance, name, credential, &request, false)
        }
    }

    fn sealed_leg(
        &self,
        title: &str,
        instance: String,
        name: &str,
        credential: &HeldCredential,
        body: String,
    ) -> Leg {
        let request = send_sealed(credential, body, &self.context, self.now);
        self.of_request(title, instance, name, credential, &request, true)
    }

    fn of_request(
        &self,
        title: &str,
        instance: String,
        name: &str,
        credential: &HeldCredential,
        request: &SealedRequest,
        travels_as_it_is: bool,
    ) -> Leg {
        let (request_line, headers) = preview::head(credential, request);
        let token = decoded_token(&request.token);
        let lines: usize = headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        let masked = headers.first().map_or(0, |(_, value)| value.len());
        let head = request_line.len() + 4 + lines - masked + "Bearer ".len() + request.token.len();
        Leg {
            title: title.to_owned(),
            instance,
            identity: Some((credential.app_id.to_string(), name.to_owned())),
            query: None,
            wire: Some(WireLayer {
                profile: request.profile(),
                body: body_layer(&request.body, request.profile(), travels_as_it_is),
                token_header: token["header"].clone(),
                claims: claims_layer(&token["claims"], self.now),
                token_bytes: request.token.len() as u64,
                request_line,
                headers,
                bytes: (head + request.body.len()) as u64,
            }),
        }
    }
}

fn query_layer(query: &Query) -> QueryLayer {
    let bytes = query.to_bytes();
    QueryLayer {
        bytes: bytes.len() as u64,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// A local instance that nobody hosts is opened by this process: nothing travels.
fn inside(record: &InstanceRecord, query: &Query) -> DryRun {
    DryRun {
        summary: format!("as the owner of {}, in this process", record.name),
        legs: vec![Leg {
            title: "the query".to_owned(),
            instance: record.name.to_string(),
            identity: None,
            query: Some(query_layer(query)),
            wire: None,
        }],
        then: vec![format!(
            "Nobody hosts {}: this process opens it under its lock and does it there. Nothing is sealed, and nothing travels.",
            record.name
        )],
        ..DryRun::default()
    }
}

fn summary(credential: &HeldCredential, way: &str) -> String {
    let profile = match credential.profile() {
        Profile::Native => "native",
        Profile::Legacy => "legacy",
    };
    format!("as {} · {profile} · {way}", credential.app_id)
}

fn then_relay(
    through: &InstanceName,
    by: &str,
    held: Option<&String>,
    endpoint: &str,
    look: &Look,
) -> Vec<String> {
    let with = held.map_or_else(
        || "the credential of its connection".to_owned(),
        |held| format!("its held credential {held}"),
    );
    vec![
        format!(
            "{through} opens the query, checks what the caller may, and writes down that it is about to relay ({by})."
        ),
        format!(
            "It seals the inner query anew with {with}, which this console does not have, and posts it to {endpoint}."
        ),
        format!(
            "Its token will say: at most {} hops left, path {through}, the same deadline. A loop or an empty budget is refused before that.",
            look.context.hop.saturating_sub(1)
        ),
        format!(
            "It opens the peer's reply, and seals it for this console under the key of the first request."
        ),
    ]
}

fn unmade() -> Failure {
    Failure::new(Code::Internal, "the dry run was not made", "try again")
}
