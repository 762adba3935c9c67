//! Filling in a query's blanks: with what somebody answered, and with what the invoke log keeps of replies.

use super::super::{Failure, JqLimits, Workspace, blocking, jq};
use super::Outgoing;
use super::blanks::{Answers, AskedBlank, FromReply, Source, asked, fill, replies};
use super::paths::{ReplyPath, paths};
use crate::model::InstanceName;
use crate::protocol::{Code, Query, strict_json};
use crate::vault::LogQuery;
use serde_json::Value;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Lines of the log that are looked through for a reply, newest first.
const LOOKED_THROUGH: u64 = 5_000;
/// Lines that are fetched at a time.
const BATCH: u64 = 250;

impl Outgoing {
    /// The query as far as its blanks were answered. What a reply is to give is named in its place: that is looked for
    /// when the query is sent.
    pub fn answered(&self) -> Query {
        let Some(answers) = &self.answers else {
            return self.query.clone();
        };
        let value = fill(&self.query.to_value(), &mut |source| match source {
            Source::Asked { name, is_json } => answered(name, *is_json, answers),
            Source::Reply(wanted) => format!("(from the last reply to {})", wanted.action).into(),
        });
        Query::from_value(value).unwrap_or_else(|_| self.query.clone())
    }
}

impl Workspace {
    /// A query for an instance with its blanks filled in.
    pub async fn fill_in(
        &self,
        instance: &InstanceName,
        query: &Query,
        answers: &Answers,
    ) -> Result<Query, Failure> {
        let value = query.to_value();
        check_answers(&asked(&value), answers)?;
        let mut texts: HashMap<(&str, &str), Arc<str>> = HashMap::new();
        let mut taken: BTreeMap<FromReply<'_>, Value> = BTreeMap::new();
        for wanted in replies(&value) {
            let from = wanted.instance.unwrap_or(instance.as_str());
            let text = match texts.entry((wanted.action, from)) {
                Entry::Occupied(known) => Arc::clone(known.get()),
                Entry::Vacant(place) => Arc::clone(place.insert(self.last_reply(wanted.action, from).await?)),
            };
            let value = taken_of(wanted.action, from, text, wanted.expression).await?;
            taken.insert(wanted, value);
        }
        let filled = fill(&value, &mut |source| match source {
            Source::Asked { name, is_json } => answered(name, *is_json, answers),
            Source::Reply(wanted) => taken.get(wanted).cloned().unwrap_or_default(),
        });
        Query::from_value(filled).map_err(|error| {
            Failure::new(
                Code::InvalidParameter,
                format!("filled in, the query is none: {error}"),
                "look at what goes into its blanks",
            )
        })
    }

    /// The same for a query that is on its way, where that is wanted.
    pub(super) async fn filled(&self, outgoing: &Outgoing) -> Result<Option<Outgoing>, Failure> {
        let Some(answers) = &outgoing.answers else {
            return Ok(None);
        };
        let asked_first = outgoing.way.first(&outgoing.instance);
        let query = self.fill_in(asked_first, &outgoing.query, answers).await?;
        Ok(Some(Outgoing {
            query,
            answers: None,
            ..outgoing.clone()
        }))
    }

    /// What can be taken of the newest successful reply of an instance to an action.
    pub async fn reply_paths(&self, action: &str, instance: &str) -> Result<Vec<ReplyPath>, Failure> {
        let text = self.last_reply(action, instance).await?;
        Ok(blocking(move || {
            let reply: Value = serde_json::from_str(&text).unwrap_or_default();
            paths(&reply)
        })
        .await)
    }

    /// The newest successful reply to an action, as text.
    async fn last_reply(&self, action: &str, instance: &str) -> Result<Arc<str>, Failure> {
        let (wanted, from) = (action.to_owned(), instance.to_owned());
        let found = self
            .in_vault_at_length(move |vault| {
                let mut query = LogQuery {
                    instance: Some(from),
                    before: None,
                    limit: BATCH,
                };
                for _ in 0..LOOKED_THROUGH / BATCH {
                    let lines = vault.log(&query)?;
                    query.before = lines.last().map(|(line, _)| line.id);
                    let is_last = (lines.len() as u64) < BATCH;
                    let mut answered = lines
                        .iter()
                        .filter(|(line, _)| line.action == wanted && line.status == "success");
                    if let Some((line, _)) = answered.next() {
                        return Ok(Some(line.id));
                    }
                    if is_last {
                        break;
                    }
                }
                Ok(None)
            })
            .await?;
        let reply = match found {
            Some(id) => self.log_entry(id).await?.reply,
            None => None,
        };
        let reply = reply.ok_or_else(|| {
            Failure::new(
                Code::InvalidParameter,
                format!(
                    "a blank takes something from the last reply to {action}, and the invoke log has no successful one of {instance}"
                ),
                format!("ask {instance} for {action} first, or name another instance: {{{{{action}@NAME | …}}}}"),
            )
        })?;
        Ok(reply.to_string().into())
    }
}

fn check_answers(blanks: &[AskedBlank], answers: &Answers) -> Result<(), Failure> {
    let names: Vec<&str> = blanks.iter().map(|blank| blank.name.as_str()).collect();
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !answers.contains_key(**name))
        .copied()
        .collect();
    if !missing.is_empty() {
        return Err(Failure::new(
            Code::InvalidParameter,
            format!("nobody said what goes into {}", missing.join(", ")),
            "say it with `--set NAME=VALUE`, once for each",
        ));
    }
    if let Some(name) = answers.keys().find(|name| !names.contains(&name.as_str())) {
        return Err(Failure::new(
            Code::InvalidParameter,
            format!("the query has no blank {name:?}"),
            match names.as_slice() {
                [] => "it has none that asks for something: write one as {{name}}".to_owned(),
                names => format!("it asks for {}", names.join(", ")),
            },
        ));
    }
    let refused = blanks
        .iter()
        .find_map(|blank| blank.refusal(answers.get(&blank.name)?));
    match refused {
        None => Ok(()),
        Some(refusal) => Err(Failure::new(
            Code::InvalidParameter,
            refusal,
            "say something else with `--set`",
        )),
    }
}

/// An answer as it goes in; what is to be JSON was looked at before.
fn answered(name: &str, is_json: bool, answers: &Answers) -> Value {
    let answer = answers.get(name).map_or("", String::as_str);
    if is_json && let Ok(value) = strict_json::parse(answer.as_bytes()) {
        return value;
    }
    Value::String(answer.to_owned())
}

/// The one value that an expression makes of a reply.
async fn taken_of(action: &str, instance: &str, text: Arc<str>, expression: &str) -> Result<Value, Failure> {
    let failed = |reason: &str| {
        Failure::new(
            Code::InvalidParameter,
            format!("{expression} of the last reply to {action} of {instance}: {reason}"),
            format!(
                "try it on that reply: `butterfly log list --instance {instance}`, `butterfly log show ID --jq '{expression}'`"
            ),
        )
    };
    let wanted = expression.to_owned();
    let answer = blocking(move || jq(text, &wanted, JqLimits::default()))
        .await
        .map_err(|error| failed(&error.to_string()))?;
    let [one] = answer.results.as_slice() else {
        return Err(failed(&format!(
            "gives {} values, and one is needed",
            answer.results.len()
        )));
    };
    match strict_json::parse(one.as_bytes()) {
        Ok(Value::Null) => Err(failed("gives null: there is nothing of this name")),
        Ok(value) => Ok(value),
        Err(error) => Err(failed(&format!("gives what cannot go in: {error}"))),
    }
}
