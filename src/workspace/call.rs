//! The federated call, on any route, recorded in the invoke log.

use super::invoke::context;
use super::log::Happened;
use super::{CallOptions, Called, Failure, HostedBy, LogKind, Workspace, wire};
use crate::client::{CallOutcome, Exchange, FederatedCall};
use crate::model::{InstanceKind, Pointer, PointerAddress, Route, Timestamp};
use crate::protocol::{Code, Hop};
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
        };
        let context = context(at, options.timeout_seconds, options.trace);
        let outcome = self.client.call(call, &peers, &context).await;
        let base = Happened {
            at,
            kind: LogKind::Call,
            instance: record.name.to_string(),
            action: "federated_call".to_owned(),
            pointer: Some(pointer.clone()),
            route: options.route,
            credential: Some(peers.used().unwrap_or_else(|| record.credential.clone())),
            query: json!({"pointer_address": pointer}),
            elapsed_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            outcome: Err(unmade()),
            hops: Vec::new(),
            wire: Vec::new(),
        };
        match outcome {
            Ok(outcome) => self.called(base, outcome, &record).await,
            Err(failed) => {
                let failure = Failure::from(failed.error).on(record.name.as_str());
                let way = Way {
                    route: failed.route,
                    pointer: failed.pointer,
                    hops: failed.hops,
                    exchanges: failed.exchanges,
                };
                let happened = Happened {
                    outcome: Err(failure.clone()),
                    ..base
                };
                self.record_call(happened, way, &record).await?;
                Err(failure)
            }
        }
    }

    async fn called(
        &self,
        base: Happened,
        outcome: CallOutcome,
        record: &InstanceRecord,
    ) -> Result<Called, Failure> {
        let way = Way {
            route: Some(outcome.route),
            pointer: Some(outcome.pointer),
            hops: outcome.hops,
            exchanges: outcome.exchanges,
        };
        let happened = Happened {
            elapsed_us: outcome.elapsed_us,
            outcome: Ok(outcome.reply.clone()),
            ..base
        };
        let (log_id, hops) = self.record_call(happened, way, record).await?;
        Ok(Called {
            log_id,
            reply: outcome.reply,
            route: outcome.route,
            elapsed_us: outcome.elapsed_us,
            hops,
        })
    }

    /// Logs a call as far as it came: what was asked of the peer, the hops by their names, what travelled.
    async fn record_call(
        &self,
        base: Happened,
        way: Way,
        record: &InstanceRecord,
    ) -> Result<(u64, Vec<Hop>), Failure> {
        let federated = way.pointer.and_then(|pointer| pointer.federated);
        let peer = federated.as_ref().map(|federated| federated.endpoint.clone());
        let peer = peer.as_ref().unwrap_or(&record.endpoint).as_str();
        let query = federated.map_or(base.query, |federated| federated.query);
        let action = query
            .get("action")
            .and_then(Value::as_str)
            .map_or(base.action, str::to_owned);
        let mut hops = way.hops;
        self.name_hops(&mut hops).await?;
        let wire = way
            .exchanges
            .iter()
            .enumerate()
            .map(|(index, exchange)| wire::of_exchange(exchange, place_of(index, exchange, record, peer)))
            .collect();
        let log_id = self
            .record_in_log(Happened {
                route: way.route,
                action,
                query,
                hops: hops.clone(),
                wire,
                ..base
            })
            .await?;
        Ok((log_id, hops))
    }

    /// A federated call is made over the wire, as any caller would: the instance has to be there.
    fn require_hosted(&self, record: &InstanceRecord) -> Result<(), Failure> {
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

/// The way of a call, as far as it came.
struct Way {
    route: Option<Route>,
    pointer: Option<Pointer>,
    hops: Vec<Hop>,
    exchanges: Vec<Exchange>,
}

/// Where each exchange went: the first to the pointer's instance; later ones say so in their token, or, where
/// that is a legacy one, went to the peer.
fn place_of<'a>(index: usize, exchange: &Exchange, record: &'a InstanceRecord, peer: &'a str) -> &'a str {
    let own = record.endpoint.as_str();
    let target = wire::claim(&exchange.request.token, "htu");
    if index == 0 || target.as_deref() == Some(own) {
        own
    } else {
        peer
    }
}

fn unmade() -> Failure {
    Failure::new(Code::Internal, "the call was not made", "try again")
}
