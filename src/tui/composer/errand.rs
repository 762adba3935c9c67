//! What the composer wants of the workspace, and what comes back.

use super::place::ReplyOf;
use crate::model::{AppId, InstanceName, PointerAddress, Route};
use crate::tui::message::Outcome;
use crate::workspace::{
    DryRun, Knowledge, Outgoing, PointerDetail, ReplyPath, Sent, SentQuery, Template, Way, Workspace,
};
use serde_json::{Map, Value};

/// Something to be done for the composer.
pub enum Errand {
    /// Ask an instance what it knows, as this identity.
    Learn(InstanceName, Option<AppId>),
    /// Find pointers by a word.
    Search(InstanceName, String),
    /// Look what can be taken of the last reply of this instance.
    LookInto(ReplyOf, String),
    /// Whether a pointer is there.
    Exists(InstanceName, PointerAddress),
    /// Find the ways to an instance.
    Ways(InstanceName),
    /// Ask for the pointer by which a call of the log went.
    Follow(Box<Followed>, PointerAddress),
    /// Look at what would be sent.
    DryRun(Box<Outgoing>),
    /// Send.
    Send(Box<Outgoing>),
    /// Fetch what is kept, and what was sent.
    Kept,
    /// Keep a query.
    Keep(Template),
    /// Forget a kept query.
    Forget(String),
}

/// A call of the log that is to be edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The instance that has the pointer.
    pub through: InstanceName,
    /// The route that was taken.
    pub route: Option<Route>,
    /// What the peer was asked.
    pub query: Value,
}

/// What came of an errand.
pub enum Heard {
    /// What an instance knows.
    Learned(InstanceName, Option<AppId>, Box<Knowledge>),
    /// Pointers for a word.
    Found(String, Vec<(String, String)>),
    /// What can be taken of a reply of this instance, or why there is none.
    LookedInto(ReplyOf, String, Outcome<Vec<ReplyPath>>),
    /// Whether a pointer is there.
    Exists(PointerAddress, bool),
    /// The ways to an instance.
    Ways(InstanceName, Vec<Way>),
    /// The pointer by which a call of the log went.
    Followed(Box<Followed>, Box<PointerDetail>),
    /// What would be sent.
    DryRun(Box<DryRun>),
    /// The reply.
    Arrived(Box<Arrived>),
    /// What is kept, and what was sent.
    Kept(Vec<Template>, Vec<SentQuery>),
}

/// A reply, short enough to stand beside the query; the invoke's page has all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    /// Its place in the invoke log.
    pub log_id: u64,
    /// Its status.
    pub status: String,
    /// Microseconds.
    pub elapsed_us: u64,
    /// Bytes of all of it.
    pub bytes: u64,
    /// What of it is shown.
    pub value: Value,
    /// Whether something is left out.
    pub is_cut: bool,
}

/// Values that are shown at most, items of a list, and letters of a text.
const MOST_VALUES: usize = 1_500;
const MOST_ITEMS: usize = 100;
const MOST_LETTERS: usize = 2_000;

impl Arrived {
    /// The beginning of a reply. Where the phases went is for the page.
    fn of(sent: &Sent) -> Self {
        let mut left = MOST_VALUES;
        let mut is_cut = false;
        let mut value = sent.reply.to_value();
        if let Some(members) = value.as_object_mut() {
            members.shift_remove("trace");
        }
        let value = shortened(&value, &mut left, &mut is_cut);
        Self {
            log_id: sent.log_id,
            status: sent.reply.status().to_owned(),
            elapsed_us: sent.elapsed_us,
            bytes: sent.reply.to_bytes().len() as u64,
            value,
            is_cut,
        }
    }
}

fn shortened(value: &Value, left: &mut usize, is_cut: &mut bool) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::Array(items) => {
            let mut shown = Vec::new();
            for item in items {
                if *left == 0 || shown.len() == MOST_ITEMS {
                    *is_cut = true;
                    shown.push(Value::String(format!("… {} more", items.len() - shown.len())));
                    break;
                }
                shown.push(shortened(item, left, is_cut));
            }
            Value::Array(shown)
        }
        Value::Object(members) => {
            let mut shown = Map::new();
            for (name, member) in members {
                if *left == 0 {
                    *is_cut = true;
                    shown.insert(
                        "…".to_owned(),
                        Value::String(format!("{} more", members.len() - shown.len())),
                    );
                    break;
                }
                shown.insert(name.clone(), shortened(member, left, is_cut));
            }
            Value::Object(shown)
        }
        Value::String(text) if text.len() > MOST_LETTERS => {
            *is_cut = true;
            let beginning: String = text.chars().take(MOST_LETTERS).collect();
            Value::String(format!("{beginning}…"))
        }
        other => other.clone(),
    }
}

/// News for the composer.
pub enum News {
    /// An errand is done.
    Came(u64, Outcome<Heard>),
    /// Nothing was typed for a moment, since the text had this revision.
    Rested(u64),
    /// The same, for a longer while.
    Settled(u64),
}

impl News {
    /// Whether the lists of the console may show other things now.
    pub fn changes_lists(&self) -> bool {
        matches!(self, Self::Came(_, Ok(Heard::Arrived(_))))
    }
}

/// Does an errand.
pub async fn run(workspace: &Workspace, errand: Errand) -> Outcome<Heard> {
    Ok(match errand {
        Errand::Learn(instance, identity) => {
            let knowledge = workspace.learn(instance.as_str(), identity.as_ref()).await?;
            Heard::Learned(instance, identity, Box::new(knowledge))
        }
        Errand::Search(instance, word) => {
            let found = workspace.offer_pointers(instance.as_str(), &word).await?;
            let found = found
                .into_iter()
                .map(|(address, description)| (address.to_string(), description));
            Heard::Found(word, found.collect())
        }
        Errand::LookInto(reply, instance) => {
            let paths = workspace.reply_paths(&reply.action, &instance).await;
            Heard::LookedInto(reply, instance, paths)
        }
        Errand::Exists(instance, address) => {
            let is_there = workspace.has_pointer(instance.as_str(), &address).await?;
            Heard::Exists(address, is_there)
        }
        Errand::Ways(instance) => {
            let ways = workspace.ways_to(instance.as_str()).await?;
            Heard::Ways(instance, ways)
        }
        Errand::Follow(call, address) => {
            let detail = workspace.pointer(call.through.as_str(), &address).await?;
            Heard::Followed(call, Box::new(detail))
        }
        Errand::DryRun(outgoing) => Heard::DryRun(Box::new(workspace.dry_run(&outgoing).await?)),
        Errand::Send(outgoing) => Heard::Arrived(Box::new(Arrived::of(&workspace.send(&outgoing).await?))),
        Errand::Kept => kept(workspace).await?,
        Errand::Keep(template) => {
            workspace.save_template(template).await?;
            kept(workspace).await?
        }
        Errand::Forget(name) => {
            workspace.delete_template(&name).await?;
            kept(workspace).await?
        }
    })
}

async fn kept(workspace: &Workspace) -> Outcome<Heard> {
    Ok(Heard::Kept(
        workspace.templates().await?,
        workspace.sent_queries().await?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_long_reply_is_shown_from_its_beginning_and_says_so() {
        let (mut left, mut is_cut) = (MOST_VALUES, false);
        let long = json!({"list": vec![1; 1_000_000], "text": "x".repeat(1_000_000)});
        let shown = shortened(&long, &mut left, &mut is_cut);
        assert!(is_cut && shown.to_string().len() < 10_000);
        assert_eq!(shown["list"].as_array().unwrap().last().unwrap(), "… 999900 more");
        let (mut left, mut is_cut) = (MOST_VALUES, false);
        let short = json!({"a": [1, {"b": null}]});
        assert_eq!(shortened(&short, &mut left, &mut is_cut), short);
        assert!(!is_cut);
    }
}
