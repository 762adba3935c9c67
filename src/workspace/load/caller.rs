//! Makes the calls of a load as every other call of this home is made.

use super::PATIENCE;
use crate::client::load::{Sent, Transport, shares_of};
use crate::client::{CallOutcome, Client, Exchange, FederatedCall};
use crate::model::{PointerAddress, Profile, Route, Timestamp};
use crate::protocol::{HeldCredential, Hop, PhaseName, Query};
use crate::workspace::peers::HeldPeers;
use crate::workspace::session::context;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Traced calls that are kept of each route: the slowest.
const SAMPLES: usize = 3;

/// What is called, and how.
pub(super) enum What {
    Query(Query),
    Call(PointerAddress, Route),
}

/// A traced call that is kept.
pub(super) enum Sample {
    Query(Timestamp, Box<Exchange>),
    Call(Timestamp, Box<CallOutcome>),
}

impl Sample {
    /// When it was sent.
    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Query(at, _) | Self::Call(at, _) => *at,
        }
    }

    fn elapsed_us(&self) -> u64 {
        match self {
            Self::Query(_, exchange) => exchange.elapsed_us,
            Self::Call(_, outcome) => outcome.elapsed_us,
        }
    }
}

/// Makes the calls of one route.
pub(super) struct Caller {
    pub(super) client: Client,
    pub(super) via: HeldCredential,
    pub(super) peers: Arc<HeldPeers>,
    pub(super) what: What,
    /// What this home calls instances, by their ids.
    pub(super) names: HashMap<String, String>,
    /// Messages sealed with the instance's credential, and with the peer's.
    pub(super) messages: (AtomicU64, AtomicU64),
    pub(super) samples: Mutex<Vec<Sample>>,
}

impl Transport for Caller {
    async fn send(&self, _sequence: u64, traced: bool) -> Sent {
        let at = Timestamp::now();
        let context = context(at, Some(PATIENCE), traced);
        match &self.what {
            What::Query(query) => {
                self.messages.0.fetch_add(1, Ordering::Relaxed);
                let asks = traced && self.via.profile() == Profile::Native;
                let query = if asks {
                    query.clone().with("trace", Value::Bool(true))
                } else {
                    query.clone()
                };
                match self.client.invoke(&self.via, &query, &context).await {
                    Ok(exchange) => {
                        let sent = self.sent(&exchange.reply, std::slice::from_ref(&exchange), traced);
                        if traced {
                            self.keep(Sample::Query(at, Box::new(exchange)));
                        }
                        sent
                    }
                    Err(error) => failed(error.code()),
                }
            }
            What::Call(pointer, route) => {
                let call = FederatedCall {
                    via: &self.via,
                    pointer,
                    route: Some(*route),
                    trace: traced,
                    query: None,
                };
                match self.client.follow(call, &*self.peers, &context).await {
                    Ok(outcome) => {
                        self.count(*route, outcome.exchanges.len());
                        let sent = self.sent(&outcome.reply, &outcome.exchanges, traced);
                        if traced {
                            self.keep(Sample::Call(at, Box::new(outcome)));
                        }
                        sent
                    }
                    Err(stopped) => {
                        // The message that failed was sealed too.
                        self.count(*route, stopped.exchanges.len() + 1);
                        failed(stopped.error.code())
                    }
                }
            }
        }
    }
}

impl Caller {
    /// Of the exchanges of a call, the third goes to the peer, unless the instance relays.
    fn count(&self, route: Route, exchanges: usize) {
        let exchanges = exchanges as u64;
        let to_peer = if route == Route::Relay {
            0
        } else {
            exchanges.saturating_sub(2)
        };
        self.messages.0.fetch_add(exchanges - to_peer, Ordering::Relaxed);
        self.messages.1.fetch_add(to_peer, Ordering::Relaxed);
    }

    fn sent(&self, reply: &crate::protocol::Reply, exchanges: &[Exchange], traced: bool) -> Sent {
        let mut sent = Sent {
            code: reply.failure().map(str::to_owned),
            ..Sent::default()
        };
        for exchange in exchanges {
            add_phases(&mut sent.phases, &exchange.hop);
            if traced {
                let name = |id: &str| self.names.get(id).cloned().unwrap_or_else(|| id.to_owned());
                sent.shares.extend(shares_of(&exchange.hop, &name));
            }
        }
        sent
    }

    fn keep(&self, sample: Sample) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.push(sample);
        samples.sort_by_key(|sample| std::cmp::Reverse(sample.elapsed_us()));
        samples.truncate(SAMPLES);
    }
}

fn add_phases(phases: &mut Vec<(PhaseName, u64)>, hop: &Hop) {
    phases.extend(hop.phases.iter().map(|phase| (phase.name, phase.duration_us)));
}

fn failed(code: crate::protocol::Code) -> Sent {
    Sent {
        code: Some(code.as_str().to_owned()),
        ..Sent::default()
    }
}
