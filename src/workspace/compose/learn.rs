//! What an instance tells so that a query for it can be completed: its actions, and the names of what it has.

use super::super::pointer_care::tags;
use super::super::session::{PATIENCE, Session};
use super::super::{Failure, Workspace};
use crate::model::{AppId, Grant, PointerAddress, Timestamp};
use crate::protocol::{Actions, CallContext, Code, Origin, Query};
use crate::store::PointerQuery;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Pointers whose tags are looked at where the tags themselves may not be asked for.
const LOOKED_AT: u64 = 200;
/// Pointers that are offered for a word.
const OFFERED: u64 = 20;

/// What an instance told.
#[derive(Debug, Clone, PartialEq)]
pub struct Knowledge {
    /// Its actions.
    pub actions: Actions,
    /// What the identity that asked may do, if it says so.
    pub grant: Option<Grant>,
    /// Connections: id and name.
    pub connections: Vec<(String, String)>,
    /// Domains: id and name.
    pub domains: Vec<(String, String)>,
    /// Names of the credentials that it issued.
    pub credentials: Vec<String>,
    /// Names of the credentials that it holds.
    pub held: Vec<String>,
    /// Tags of its pointers, as far as the identity that asked may see them.
    pub tags: Vec<String>,
}

impl Workspace {
    /// Asks an instance what it can be asked. What it does not tell is left out; if it tells nothing at all of its
    /// actions, those of the original system stand in.
    pub async fn learn(&self, instance: &str, as_app_id: Option<&AppId>) -> Result<Knowledge, Failure> {
        let mut session = match as_app_id {
            None => self.session(instance).await?,
            Some(app_id) => self.session_as(instance, app_id).await?,
        };
        let learned = self.learn_in(&mut session).await;
        session.close().await;
        learned
    }

    async fn learn_in(&self, session: &mut Session<'_>) -> Result<Knowledge, Failure> {
        let context = CallContext::begin(Timestamp::now(), PATIENCE);
        let query = Query::new("get_capabilities", json!({}));
        let reply = session.ask(&query, &context).await?.reply;
        let told = reply.result().and_then(Actions::told);
        let actions = told.unwrap_or_else(Actions::of_originals);
        if actions.origin == Origin::BuiltIn {
            return Ok(Knowledge {
                tags: self.tags_in(session).await,
                grant: None,
                actions,
                connections: Vec::new(),
                domains: Vec::new(),
                credentials: Vec::new(),
                held: Vec::new(),
            });
        }
        let whoami = session.result(&Query::new("whoami", json!({}))).await.ok();
        let grant = whoami.and_then(|told| serde_json::from_value(told.get("grant")?.clone()).ok());
        let names = |pairs: Vec<(String, String)>| pairs.into_iter().map(|(name, _)| name).collect();
        Ok(Knowledge {
            connections: named(session, "list_connections", "connections", "id").await,
            domains: named(session, "list_domains", "domains", "id").await,
            credentials: names(named(session, "list_credentials", "credentials", "name").await),
            held: names(named(session, "list_held_credentials", "credentials", "name").await),
            tags: self.tags_in(session).await,
            actions,
            grant,
        })
    }

    /// Every tag, if the identity may ask for them; else those of the first pointers.
    async fn tags_in(&self, session: &mut Session<'_>) -> Vec<String> {
        if let Ok(told) = tags(session).await {
            return told.into_iter().map(|(tag, _)| tag).collect();
        }
        let query = PointerQuery {
            limit: Some(LOOKED_AT),
            ..PointerQuery::default()
        };
        let Ok(page) = self.page_in(session, &query).await else {
            return Vec::new();
        };
        let seen = page.pointers.into_iter().flat_map(|pointer| pointer.tags);
        BTreeSet::from_iter(seen).into_iter().collect()
    }

    /// Pointers whose description has this word: address and description.
    pub async fn offer_pointers(
        &self,
        instance: &str,
        word: &str,
    ) -> Result<Vec<(PointerAddress, String)>, Failure> {
        let query = PointerQuery {
            term: (!word.is_empty()).then(|| word.to_owned()),
            limit: Some(OFFERED),
            ..PointerQuery::default()
        };
        let page = self.pointers(instance, &query).await?;
        let pointers = page.pointers.into_iter().take(OFFERED as usize);
        Ok(pointers
            .map(|pointer| (pointer.address, pointer.description))
            .collect())
    }

    /// Whether a pointer is there, as far as the usual credential may see.
    pub async fn has_pointer(&self, instance: &str, address: &PointerAddress) -> Result<bool, Failure> {
        let mut session = self.session(instance).await?;
        let query = Query::new("get_pointer_summary", json!({"pointer_address": address}));
        let asked = session.result(&query).await;
        session.close().await;
        match asked {
            Ok(_) => Ok(true),
            Err(failure) if failure.code == Code::PointerNotFound => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

/// The members of a list that an action gives: what they are called by, and their names. Nothing if it may not be asked.
async fn named(session: &mut Session<'_>, action: &str, list: &str, member: &str) -> Vec<(String, String)> {
    let Ok(result) = session.result(&Query::new(action, json!({}))).await else {
        return Vec::new();
    };
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let items = result.get(list).and_then(Value::as_array).cloned();
    items
        .unwrap_or_default()
        .iter()
        .filter_map(|item| Some((text(item, member)?, text(item, "name").unwrap_or_default())))
        .collect()
}
