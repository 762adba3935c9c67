//! The few calls of a run that go into the invoke log.

use super::caller::{Caller, Sample, What};
use super::prospects::Prepared;
use crate::model::Timestamp;
use crate::workspace::call::unmade;
use crate::workspace::log::Happened;
use crate::workspace::{Failure, LogKind, Workspace, wire};
use serde_json::json;
use std::sync::{Arc, PoisonError};

impl Workspace {
    /// Keeps what was traced of a run: gives the lines of each route, the slowest first. The log stands in the order of
    /// what was put into it, and is read as one of time: so they are put in by when they were sent, over all routes.
    pub(super) async fn log_samples(
        &self,
        prepared: &Prepared,
        callers: &[Arc<Caller>],
    ) -> Result<Vec<Vec<u64>>, Failure> {
        let mut all: Vec<(usize, usize, Sample)> = Vec::new();
        let mut lines: Vec<Vec<u64>> = Vec::new();
        for (lane, caller) in callers.iter().enumerate() {
            let kept = std::mem::take(&mut *caller.samples.lock().unwrap_or_else(PoisonError::into_inner));
            lines.push(vec![0; kept.len()]);
            all.extend(
                kept.into_iter()
                    .enumerate()
                    .map(|(place, sample)| (lane, place, sample)),
            );
        }
        all.sort_by_key(|(.., sample)| sample.at());
        for (lane, place, sample) in all {
            lines[lane][place] = self.log_sample(prepared, &callers[lane], sample).await?;
        }
        Ok(lines)
    }

    async fn log_sample(&self, prepared: &Prepared, caller: &Caller, sample: Sample) -> Result<u64, Failure> {
        let record = &prepared.record;
        let base = Happened {
            at: Timestamp::now(),
            kind: LogKind::Invoke,
            instance: record.name.to_string(),
            action: prepared.query.action().to_owned(),
            pointer: prepared.pointer.as_ref().map(|pointer| pointer.address.clone()),
            route: None,
            // Its messages are counted with all others.
            credential: None,
            query: prepared.query.to_value(),
            elapsed_us: 0,
            outcome: Err(unmade()),
            hops: Vec::new(),
            wire: Vec::new(),
        };
        match sample {
            Sample::Query(at, exchange) => {
                let mut hops = exchange.hop.clone().flatten();
                self.name_hops(&mut hops).await;
                self.record_in_log(Happened {
                    at,
                    elapsed_us: exchange.elapsed_us,
                    wire: vec![wire::of_exchange(&exchange, record.endpoint.as_str())],
                    outcome: Ok(exchange.reply),
                    hops,
                    ..base
                })
                .await
            }
            Sample::Call(at, outcome) => {
                let address = match &caller.what {
                    What::Call(address, _) => json!(address),
                    What::Query(_) => json!(null),
                };
                let base = Happened {
                    at,
                    kind: LogKind::Call,
                    query: json!({"pointer_address": address}),
                    ..base
                };
                self.called(base, *outcome, record).await?.log_id
            }
        }
    }
}
