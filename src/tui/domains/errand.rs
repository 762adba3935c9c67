//! What the page wants fetched, and what came of it; and what became of a change.

use crate::model::{ConnectionId, ConnectionStatus, DomainId, InstanceName};
use crate::seal::Passphrase;
use crate::tui::message::Present;
use crate::tui::outcome::Outcome;
use crate::tui::patience::patient;
use crate::workspace::{AccessKeyRow, DomainChange, DomainTree, Failure, Workspace};
use serde_json::Value;

/// Something to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// The domains of an instance with their connections and federations.
    Tree(InstanceName),
    /// The access keys of these domains.
    Keys(InstanceName, Vec<DomainId>),
    /// How many pointers these connections have.
    Count(InstanceName, Vec<ConnectionId>),
}

/// The access keys of each of some domains, or why they may not be seen.
pub type Keys = Vec<(DomainId, Result<Vec<AccessKeyRow>, Failure>)>;

/// What came.
pub enum News {
    /// The domains of an instance.
    Tree(InstanceName, Outcome<DomainTree>),
    /// The access keys of these of its domains.
    Keys(InstanceName, Vec<DomainId>, Outcome<Keys>),
    /// How many pointers these of its connections have, as far as they were counted.
    Counted(InstanceName, Vec<ConnectionId>, Vec<(ConnectionId, Option<u64>)>),
}

/// Fetches it.
pub async fn run(workspace: &Workspace, errand: Errand) -> News {
    match errand {
        Errand::Tree(instance) => {
            let tree = patient(workspace.domain_tree(instance.as_str())).await;
            News::Tree(instance, tree)
        }
        Errand::Keys(instance, domains) => {
            let keys = patient(workspace.access_keys(instance.as_str(), &domains)).await;
            News::Keys(instance, domains, keys)
        }
        // What cannot be counted is left blank.
        Errand::Count(instance, connections) => {
            let counts = patient(workspace.count_pointers(instance.as_str(), &connections)).await;
            News::Counted(instance, connections, counts.unwrap_or_default())
        }
    }
}

/// What became of a change.
pub struct Changed {
    /// In words.
    pub words: String,
    /// A secret that is told this once, and what it is for.
    pub secret: Option<(&'static str, Passphrase)>,
}

/// Changes something.
pub async fn change(
    workspace: &Workspace,
    instance: &InstanceName,
    change: &DomainChange,
) -> Outcome<Changed> {
    let result = workspace.change_domains(instance.as_str(), change).await?;
    Ok(Changed {
        words: words(change),
        secret: secret(change, &result),
    })
}

/// What a domain or connection is now that others changed before this could; none if it is gone.
pub async fn present(
    workspace: &Workspace,
    instance: &InstanceName,
    change: &DomainChange,
) -> Outcome<Option<Present>> {
    let tree = workspace.domain_tree(instance.as_str()).await?;
    Ok(match change {
        DomainChange::Rename(id, ..) => {
            let mut domains = tree.domains.into_iter();
            let found = domains.find(|domain| domain.id == *id);
            found.map(|domain| Present::Domain(Box::new(domain)))
        }
        DomainChange::EditConnection { connection: id, .. } => {
            let mut connections = tree.connections.into_iter();
            let found = connections.find(|connection| connection.id == *id);
            found.map(|connection| Present::Connection(Box::new(connection)))
        }
        _ => None,
    })
}

fn words(change: &DomainChange) -> String {
    match change {
        DomainChange::MakeDomain(name) => format!("the domain {name} is made"),
        DomainChange::Rename(_, name, _) => format!("the domain is called {name} now"),
        DomainChange::RemoveDomain(_) => "the domain is removed".to_owned(),
        DomainChange::MakeConnection { name, .. } => format!("the connection {name} is made"),
        DomainChange::EditConnection { .. } => "the connection is changed".to_owned(),
        DomainChange::SetStatus(_, ConnectionStatus::Active) => {
            "the connection is open: calls go through".to_owned()
        }
        DomainChange::SetStatus(_, ConnectionStatus::Disabled) => {
            "the connection is closed: calls are refused".to_owned()
        }
        DomainChange::RemoveConnection(_) => "the connection is removed".to_owned(),
        DomainChange::MakeKey(..) => "the access key is made".to_owned(),
        DomainChange::RevokeKey(_) => "the access key is refused from now on".to_owned(),
        DomainChange::Federate { .. } => "the federation is asked for".to_owned(),
        DomainChange::Accept(_) => "the federation is accepted".to_owned(),
        DomainChange::EndFederation(_) => "the federation is ended".to_owned(),
    }
}

/// What is told once: a fresh key, with the secrets that it is used with where those are not known already; or the key
/// of a request.
fn secret(change: &DomainChange, result: &Value) -> Option<(&'static str, Passphrase)> {
    match change {
        DomainChange::MakeKey(..) => {
            let named = |of: &Value, name: &str| Some(format!("{name}={}", of.get(name)?.as_str()?));
            let beside = ["endpoint", "app_id", "jwt_secret_key", "encryption_key"];
            let mut parts: Vec<String> = named(result, "access_key").into_iter().collect();
            parts.extend(beside.iter().filter_map(|name| named(&result["secret"], name)));
            let told = "Whoever has it can call this instance with it. It is shown this once: hand it over by a safe way.";
            Some((told, Passphrase::parse(&parts.join(" ")).ok()?))
        }
        DomainChange::Federate { .. } => {
            let key = result.get("request_key")?.as_str()?;
            let told = "Whoever administers the other domain accepts with this key. It is shown this once: hand it over by a safe way.";
            Some((told, Passphrase::parse(key).ok()?))
        }
        _ => None,
    }
}
