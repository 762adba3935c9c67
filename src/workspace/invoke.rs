//! Invoking: any query to any instance, recorded in the invoke log.

use super::log::Happened;
use super::session::{Session, Unanswered, context};
use super::{Failure, InvokeOptions, Invoked, LogKind, Workspace, held, wire};
use crate::model::{AppId, PointerAddress, Timestamp};
use crate::protocol::{Code, Hop, Query};
use crate::vault::{HeldEntry, InstanceRecord};
use serde_json::{Value, json};
use std::time::Instant;

impl Workspace {
    /// Asks an instance. An error reply is a reply, not a failure. Both go into the invoke log.
    pub async fn invoke(
        &self,
        instance: &str,
        query: &Query,
        options: InvokeOptions,
    ) -> Result<Invoked, Failure> {
        let mut session = match &options.as_app_id {
            None => self.session(instance).await?,
            Some(app_id) => self.session_as(instance, app_id).await?,
        };
        let invoked = self.invoke_in(&mut session, query, &options).await;
        session.close().await;
        invoked
    }

    /// Invokes a pointer through the connection that it is assigned to.
    pub async fn invoke_pointer(
        &self,
        instance: &str,
        address: &PointerAddress,
        options: InvokeOptions,
    ) -> Result<Invoked, Failure> {
        let detail = self.pointer(instance, address).await?;
        let connection_id = detail.pointer.connection_id.ok_or_else(|| {
            Failure::new(
                Code::NotAssigned,
                format!("{address} is assigned to no connection, and pointers are invoked through one"),
                "assign it with `butterfly connection assign`",
            )
            .on(instance)
        })?;
        let query = Query::new(
            "invoke_through_connection",
            json!({"connection_id": connection_id, "pointer_address": address}),
        );
        self.invoke(instance, &query, options).await
    }

    async fn invoke_in(
        &self,
        session: &mut Session<'_>,
        query: &Query,
        options: &InvokeOptions,
    ) -> Result<Invoked, Failure> {
        let at = Timestamp::now();
        let began = Instant::now();
        let patience = options.timeout_seconds.or(session.record.patience_s);
        let context = context(at, patience, options.trace);
        let sent = if options.trace && !session.is_legacy() {
            query.clone().with("trace", Value::Bool(true))
        } else {
            query.clone()
        };
        let asked = session.attempt(&sent, &context).await;
        let elapsed_us = match &asked {
            Ok(asked) => asked.elapsed_us,
            Err(_) => u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        };
        let endpoint = session.record.endpoint.as_str();
        let (outcome, mut hops, wire) = match asked {
            Ok(asked) => {
                let exchange = asked.exchange.iter();
                let wire = exchange.map(|exchange| wire::of_exchange(exchange, endpoint));
                (Ok(asked.reply), asked.hops, wire.collect())
            }
            Err(Unanswered { failure, exchange }) => {
                let exchange = exchange.as_deref();
                let hops = exchange.map(|exchange| exchange.hop.clone().flatten());
                let wire = exchange.map(|exchange| wire::of_failed(exchange, endpoint));
                (
                    Err(failure),
                    hops.unwrap_or_default(),
                    wire.into_iter().collect::<Vec<_>>(),
                )
            }
        };
        self.name_hops(&mut hops).await;
        let happened = Happened {
            at,
            kind: LogKind::Invoke,
            instance: session.record.name.to_string(),
            action: query.action().to_owned(),
            pointer: pointer_of(query),
            route: None,
            credential: Some(
                session
                    .credential()
                    .map_or_else(|| session.record.credential.clone(), |(name, _)| name.to_owned()),
            ),
            query: query.to_value(),
            elapsed_us,
            outcome: outcome.clone(),
            hops: hops.clone(),
            wire,
        };
        let log_id = self.place_in_log(happened).await;
        let reply = match outcome {
            Err(failure) if options.trace => return Err(failure.after(hops)),
            outcome => outcome?,
        };
        let answered_by = self.teller(&reply, session.record.name.to_string()).await;
        Ok(Invoked {
            log_id,
            reply,
            answered_by,
            elapsed_us,
            hops,
        })
    }

    /// A session under another name than the usual one.
    pub(super) async fn session_as(&self, instance: &str, app_id: &AppId) -> Result<Session<'_>, Failure> {
        let record = self.record(instance).await?;
        let entry = self.entry_as(&record, app_id).await?;
        let name = entry.name.clone();
        let credential = held::usable(entry).map_err(|failure| failure.on(instance))?;
        let mut session = self.wire_session(record).await?;
        session.use_credential(name, credential);
        Ok(session)
    }

    /// The credential that we hold for this app_id on an instance.
    pub(super) async fn entry_as(
        &self,
        record: &InstanceRecord,
        app_id: &AppId,
    ) -> Result<HeldEntry, Failure> {
        let entries = self.in_vault(|vault| vault.held()).await?;
        entries
            .into_iter()
            .find(|entry| entry.form.app_id == *app_id && entry.form.endpoint == record.endpoint)
            .ok_or_else(|| {
                Failure::new(
                    Code::CredentialNotFound,
                    format!("this console holds no credential of {app_id} for it"),
                    "see which there are with `butterfly credential list`, or accept a bundle for that app_id",
                )
                .on(record.name.as_str())
            })
    }

    /// Calls hops by the names that this home has for them. A vault that cannot be read just now leaves them their ids:
    /// the call is made, and what came of it is worth more than names.
    pub(super) async fn name_hops(&self, hops: &mut [Hop]) {
        if hops.len() < 2 {
            return;
        }
        let records = self.records().await.unwrap_or_default();
        for hop in hops {
            let known = records.iter().find(|record| {
                record
                    .instance_id
                    .as_ref()
                    .is_some_and(|id| id.as_str() == hop.instance)
            });
            if let Some(record) = known {
                hop.instance = record.name.to_string();
            }
        }
    }
}

fn pointer_of(query: &Query) -> Option<PointerAddress> {
    let address = query.get("pointer_address")?.as_str()?;
    PointerAddress::parse(address).ok()
}
