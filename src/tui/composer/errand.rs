//! What the composer wants of the workspace, and what comes back.

use super::arrived::Arrived;
use super::place::ReplyOf;
use crate::model::{AppId, InstanceName, PointerAddress, Route};
use crate::workspace::{
    DryRun, Failure, Knowledge, Outgoing, PointerDetail, ReplyPath, SentQuery, Template, Templates, Way,
    Workspace,
};
use serde_json::Value;

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
    /// Fetch the queries that have a name, and nothing else.
    Templates,
    /// Fetch the query of this name, to open the composer with it for the instance that it was written for, else for
    /// this one.
    Fetch(String, InstanceName),
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
    LookedInto(ReplyOf, String, Result<Vec<ReplyPath>, Failure>),
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
    Kept(Templates, Vec<SentQuery>),
    /// The queries that have a name.
    Templates(Templates),
    /// The query of a name.
    Fetched(Box<Template>, InstanceName),
}

/// News for the composer.
pub enum News {
    /// An errand is done.
    Came(u64, Result<Heard, Failure>),
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
pub async fn run(workspace: &Workspace, errand: Errand) -> Result<Heard, Failure> {
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
        Errand::Templates => Heard::Templates(workspace.templates().await?),
        Errand::Fetch(name, instance) => Heard::Fetched(Box::new(workspace.template(&name).await?), instance),
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

async fn kept(workspace: &Workspace) -> Result<Heard, Failure> {
    Ok(Heard::Kept(
        workspace.templates().await?,
        workspace.sent_queries().await?,
    ))
}
