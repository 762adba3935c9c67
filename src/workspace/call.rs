//! The federated call, on any route, recorded in the invoke log.

use super::log::Happened;
use super::peers::HeldPeers;
use super::session::context;
use super::{CallOptions, Called, Failure, HostedBy, LogKind, Workspace, wire};
use crate::client::{CallError, CallOutcome, ClientError, Exchange, FederatedCall, tells_of_another_tls_key};
use crate::model::{Endpoint, InstanceKind, Pointer, PointerAddress, Route, Timestamp};
use crate::protocol::{Code, Query};
use crate::vault::InstanceRecord;
use serde_json::{Value, json};
use std::time::Instant;

impl Workspace {
    /// Makes the federated call that a pointer stands for. The reply is the peer's, on every route.
    pub async fn call(
        &self,
        instance: &str,
        pointer: &PointerAddress,
        options: CallOptions,
    ) -> Result<Called, Failure> {
        let record = self.record(instance).await?;
        self.require_hosted(&record)?;
        let via = self.credential_of(&record).await?;
        let peers = self.peers().await?;
        let at = Timestamp::now();
        let began = Instant::now();
        let call = FederatedCall {
            via: &via,
            pointer,
            route: options.route,
            trace: options.trace,
            query: options.query.as_ref(),
        };
        let patience = options.timeout_seconds.or(record.patience_s);
        let context = context(at, patience, options.trace);
        let outcome = self.client.follow(call, &peers, &context).await;
        let used = peers.used().unwrap_or_else(|| record.credential.clone());
        if let Err(failed) = &outcome
            && matches!(failed.error, CallError::Client(ClientError::Refused { .. }))
            && self.finish_rotation(&used).await
        {
            // Whoever refused it executed nothing, and wants the keys that there are by now.
            return Box::pin(self.call(instance, pointer, options)).await;
        }
        let base = Happened {
            at,
            kind: LogKind::Call,
            instance: record.name.to_string(),
            action: "federated_call".to_owned(),
            pointer: Some(pointer.clone()),
            route: options.route,
            credential: Some(used),
            query: match &options.query {
                Some(query) => query.to_value(),
                None => json!({"pointer_address": pointer}),
            },
            elapsed_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            outcome: Err(unmade()),
            hops: Vec::new(),
            wire: Vec::new(),
        };
        match outcome {
            Ok(outcome) => self.called(base, outcome, &record).await,
            Err(failed) => {
                let failed = *failed;
                if let CallError::Client(error) = &failed.error {
                    self.notice_tls(error).await;
                }
                let mut happened = told(base, failed.pointer.as_ref(), &failed.exchanges, &record);
                if let Some(exchange) = &failed.failed {
                    let index = happened.wire.len();
                    let place = place_of(index, &exchange.request.token, &record, failed.pointer.as_ref());
                    happened.wire.push(wire::of_failed(exchange, place));
                }
                let place = self.asked_last(failed.peer.as_ref(), &record).await;
                let is_locked_out = record.kind == InstanceKind::Local
                    && failed.peer.is_none()
                    && matches!(failed.error, CallError::Client(ClientError::Refused { .. }));
                let refused = failed.pointer.as_ref().and_then(|pointer| {
                    let federated = pointer.federated.as_ref()?;
                    let own = options.query.as_ref().map(Query::to_value);
                    peers.refusal(
                        Some(&federated.endpoint),
                        Some(own.as_ref().unwrap_or(&federated.query)),
                    )
                });
                let failure = match refused {
                    Some(failure) if failed.error.code() == Code::ReadOnly => failure,
                    _ => {
                        let failure = match &failed.failed {
                            Some(exchange) => Failure::of_exchange(exchange),
                            None => Failure::from(failed.error),
                        };
                        match is_locked_out {
                            true => Failure {
                                remedy: Self::remedy_for_locked_out(&record.name),
                                ..failure.on(place)
                            },
                            false => blaming(failure.on(place), failed.pointer.as_ref(), &peers),
                        }
                    }
                };
                happened.route = failed.route;
                happened.hops = failed.hops;
                happened.outcome = Err(failure.clone());
                self.name_hops(&mut happened.hops).await;
                // What went wrong with the call is what its caller asks for.
                let hops = happened.hops.clone();
                let _ = self.place_in_log(happened).await;
                Err(match options.trace {
                    true => failure.after(hops),
                    false => failure,
                })
            }
        }
    }

    pub(super) async fn called(
        &self,
        base: Happened,
        outcome: CallOutcome,
        record: &InstanceRecord,
    ) -> Result<Called, Failure> {
        let asked_last = self.asked_last(outcome.peer.as_ref(), record).await;
        let last_reply = outcome.exchanges.last().map(|exchange| &exchange.reply);
        let answered_by = self
            .teller(last_reply.unwrap_or(&outcome.reply), asked_last)
            .await;
        let mut hops = outcome.hops;
        self.name_hops(&mut hops).await;
        let happened = Happened {
            route: Some(outcome.route),
            elapsed_us: outcome.elapsed_us,
            outcome: Ok(outcome.reply.clone()),
            hops: hops.clone(),
            ..told(base, Some(&outcome.pointer), &outcome.exchanges, record)
        };
        let log_id = self.place_in_log(happened).await;
        Ok(Called {
            log_id,
            reply: outcome.reply,
            answered_by,
            route: outcome.route,
            elapsed_us: outcome.elapsed_us,
            hops,
        })
    }

    /// Whom a call ended at: the peer, if it was asked, by its name in this home or by host and port; else the pointer's
    /// instance.
    async fn asked_last(&self, peer: Option<&Endpoint>, record: &InstanceRecord) -> String {
        let Some(peer) = peer else {
            return record.name.to_string();
        };
        let records = self.records().await.unwrap_or_default();
        let known = records.into_iter().find(|record| record.endpoint == *peer);
        known.map_or_else(|| peer.authority(), |record| record.name.to_string())
    }

    /// A federated call is made over the wire, as any caller would: the instance has to be there.
    pub(super) fn require_hosted(&self, record: &InstanceRecord) -> Result<(), Failure> {
        if record.kind == InstanceKind::Remote || self.row_of(record.clone()).hosted_by != HostedBy::Nobody {
            return Ok(());
        }
        Err(Failure::new(
            Code::PeerUnreachable,
            "the instance is not running, and a federated call goes through it",
            format!(
                "host it with `butterfly serve {}`, or start it in the console",
                record.name
            ),
        )
        .on(record.name.as_str()))
    }
}

/// What the pointer and the exchanges tell of a call, however it ended.
fn told(
    base: Happened,
    pointer: Option<&Pointer>,
    exchanges: &[Exchange],
    record: &InstanceRecord,
) -> Happened {
    let federated = pointer.and_then(|pointer| pointer.federated.as_ref());
    let is_told = base.query.get("action").is_some();
    let query = match federated {
        Some(federated) if !is_told => federated.query.clone(),
        _ => base.query,
    };
    let action = query
        .get("action")
        .and_then(Value::as_str)
        .map_or(base.action, str::to_owned);
    let wire = exchanges
        .iter()
        .enumerate()
        .map(|(index, exchange)| {
            wire::of_exchange(
                exchange,
                place_of(index, &exchange.request.token, record, pointer),
            )
        })
        .collect();
    Happened {
        query,
        action,
        wire,
        ..base
    }
}

/// A peer that refuses is one that the pointer's instance or we called: only its administrator can help. Where it is its
/// TLS key that is refused, or a credential must not be used, that is what is said.
fn blaming(failure: Failure, pointer: Option<&Pointer>, peers: &HeldPeers) -> Failure {
    let Some(federated) = pointer.and_then(|pointer| pointer.federated.as_ref()) else {
        return failure;
    };
    let peer = federated.endpoint.authority();
    let remedy = match failure.code {
        Code::NoHeldCredential if federated.route != Route::Relay => match peers.why_not(&federated.endpoint)
        {
            Some(why) => {
                return Failure {
                    instance: failure.instance,
                    ..why
                };
            }
            None => return failure,
        },
        Code::PeerRefused if tells_of_another_tls_key(&failure.message) => format!(
            "ask the administrator of {peer}, over another channel, whether its TLS key changed, and compare the pin; then \
             take it with `butterfly instance edit NAME --pin PIN`"
        ),
        Code::PeerRefused => format!(
            "the credential for {peer} was revoked, has expired, or the clocks differ; ask its administrator for a new offer"
        ),
        _ => return failure,
    };
    Failure { remedy, ..failure }
}

/// Where an exchange with this token went: the first to the pointer's instance; later ones say so in their token,
/// or, where that is a legacy one, went to the peer.
fn place_of<'a>(
    index: usize,
    token: &str,
    record: &'a InstanceRecord,
    pointer: Option<&'a Pointer>,
) -> &'a str {
    let own = record.endpoint.as_str();
    let target = wire::claim(token, "htu");
    if index == 0 || target.as_deref() == Some(own) {
        return own;
    }
    let federated = pointer.and_then(|pointer| pointer.federated.as_ref());
    federated.map_or(own, |federated| federated.endpoint.as_str())
}

pub(super) fn unmade() -> Failure {
    Failure::new(Code::Internal, "the call was not made", "try again")
}
