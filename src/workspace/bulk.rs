//! The same done to many pointers, one after the other: what fails for one does not stop the others.

use super::pointers::{leads_elsewhere, not_there};
use super::session::Session;
use super::{Failure, InvokeOptions, Workspace};
use crate::model::{ConnectionId, InstanceName, PointerAddress};
use crate::protocol::{Code, Query};
use crate::store::{PointerQuery, Start};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Pointers asked for at a time where all that match are wanted.
const MATCHING_PAGE: u64 = 1_000;

/// A pointer on an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct BulkTarget {
    /// The instance.
    pub instance: InstanceName,
    /// The pointer on it.
    pub address: PointerAddress,
}

/// What is done to each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAction {
    /// Delete it.
    Delete,
    /// Add labels and take labels away; the others stay.
    Tags {
        /// Labels that it will bear.
        add: Vec<String>,
        /// Labels that it will not bear.
        remove: Vec<String>,
    },
    /// Assign it to a connection of its instance.
    Assign(ConnectionId),
    /// Invoke it through its connection; a federated one too.
    Invoke,
    /// Write it into a new file, one JSON object a line, as an import reads it again.
    Export(PathBuf),
}

impl BulkAction {
    /// What is being done, in a word.
    pub const fn doing(&self) -> &'static str {
        match self {
            Self::Delete => "deleting",
            Self::Tags { .. } => "tagging",
            Self::Assign(_) => "assigning",
            Self::Invoke => "invoking",
            Self::Export(_) => "exporting",
        }
    }

    /// What has been done, in a word.
    pub const fn done(&self) -> &'static str {
        match self {
            Self::Delete => "deleted",
            Self::Tags { .. } => "tagged",
            Self::Assign(_) => "assigned",
            Self::Invoke => "invoked",
            Self::Export(_) => "exported",
        }
    }

    /// Whether it changes the instances.
    pub const fn changes(&self) -> bool {
        matches!(self, Self::Delete | Self::Tags { .. } | Self::Assign(_))
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BulkProgress {
    /// Behind us, those that failed included.
    pub done: usize,
    /// Of these.
    pub total: usize,
    /// That failed.
    pub failed: usize,
}

impl std::fmt::Display for BulkProgress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} of {}", self.done, self.total)?;
        match self.failed {
            0 => Ok(()),
            failed => write!(formatter, ", {failed} failed"),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkReport {
    /// What was done.
    pub action: BulkAction,
    /// To these, in the order in which it was done.
    pub done: Vec<BulkTarget>,
    /// Not to these, and why.
    pub failed: Vec<(BulkTarget, Failure)>,
}

impl Workspace {
    /// Does something to many pointers, instance by instance, and tells after each how far it is. Whoever stops
    /// waiting stops it: what was done until then stays done.
    pub async fn bulk(
        &self,
        action: BulkAction,
        targets: &[BulkTarget],
        progress: &(dyn Fn(BulkProgress) + Send + Sync),
    ) -> Result<BulkReport, Failure> {
        let mut file = match &action {
            BulkAction::Export(path) => Some(new_file(path)?),
            _ => None,
        };
        let mut report = BulkReport {
            action,
            done: Vec::new(),
            failed: Vec::new(),
        };
        let mut at = BulkProgress {
            total: targets.len(),
            ..BulkProgress::default()
        };
        let mut by_instance: BTreeMap<&InstanceName, Vec<&BulkTarget>> = BTreeMap::new();
        for target in targets {
            by_instance.entry(&target.instance).or_default().push(target);
        }
        for (instance, targets) in by_instance {
            let mut session = self.session_for(instance, &report.action).await;
            for target in targets {
                let outcome = match &mut session {
                    Ok(session) => {
                        self.bulk_one(session, &report.action, target, file.as_mut())
                            .await
                    }
                    Err(failure) => Err(failure.clone()),
                };
                at.done += 1;
                match outcome {
                    Ok(()) => report.done.push(target.clone()),
                    Err(failure) => {
                        at.failed += 1;
                        report.failed.push((target.clone(), failure));
                    }
                }
                progress(at);
            }
            if let Ok(session) = session {
                session.close().await;
            }
        }
        Ok(report)
    }

    /// The pointers of an instance that match, in order, at most so many of them; and whether those are all.
    pub async fn matching(
        &self,
        instance: &str,
        query: &PointerQuery,
        most: usize,
    ) -> Result<(Vec<BulkTarget>, bool), Failure> {
        let mut session = self.session(instance).await?;
        let found = self.matching_in(&mut session, query, most).await;
        session.close().await;
        found
    }

    async fn matching_in(
        &self,
        session: &mut Session<'_>,
        query: &PointerQuery,
        most: usize,
    ) -> Result<(Vec<BulkTarget>, bool), Failure> {
        let mut step = PointerQuery {
            start: Start::First,
            limit: Some(MATCHING_PAGE),
            ..query.clone()
        };
        let mut found = Vec::new();
        loop {
            let page = self.page_in(session, &step).await?;
            let instance = &session.record.name;
            found.extend(page.pointers.into_iter().map(|pointer| BulkTarget {
                instance: instance.clone(),
                address: pointer.address,
            }));
            if found.len() > most {
                found.truncate(most);
                return Ok((found, false));
            }
            let Some(next) = page.next else {
                return Ok((found, true));
            };
            step.start = Start::After(next);
        }
    }

    async fn session_for(
        &self,
        instance: &InstanceName,
        action: &BulkAction,
    ) -> Result<Session<'_>, Failure> {
        let record = self.record(instance.as_str()).await?;
        if record.read_only && action.changes() {
            return Err(Failure::new(
                Code::ReadOnly,
                format!("{instance} is only to be read from here"),
                "take its read-only mark away first, if it shall be changed",
            )
            .on(instance.as_str()));
        }
        let mut session = self.session_with(record).await?;
        if action.changes() && self.is_original(&mut session).await? {
            let name = match action {
                BulkAction::Delete => "delete_pointer",
                BulkAction::Tags { .. } => "update_pointer",
                _ => return Ok(session),
            };
            let failure = not_there(&session, name);
            session.close().await;
            return Err(failure);
        }
        Ok(session)
    }

    async fn bulk_one(
        &self,
        session: &mut Session<'_>,
        action: &BulkAction,
        target: &BulkTarget,
        file: Option<&mut std::fs::File>,
    ) -> Result<(), Failure> {
        let address = &target.address;
        match action {
            BulkAction::Delete => {
                let query = Query::new("delete_pointer", json!({"pointer_address": address}));
                session.result(&query).await.map(drop)
            }
            BulkAction::Assign(connection) => {
                let parameters = json!({"pointer_address": address, "connection_id": connection});
                let query = Query::new("assign_pointer_to_connection", parameters);
                session.result(&query).await.map(drop)
            }
            BulkAction::Tags { add, remove } => {
                let pointer = self.pointer_in(session, address).await?;
                let tags = changed_tags(&pointer.tags, add, remove);
                if tags == pointer.tags {
                    return Ok(());
                }
                let parameters = json!({"pointer_address": address, "tags": tags});
                session
                    .result(&Query::new("update_pointer", parameters))
                    .await
                    .map(drop)
            }
            BulkAction::Invoke => self.bulk_invoke(session, target).await,
            BulkAction::Export(path) => {
                let pointer = self.pointer_in(session, address).await?;
                let mut line = serde_json::to_vec(&pointer).expect("a pointer has only string keys");
                line.push(b'\n');
                let written = file.map_or(Ok(()), |file| file.write_all(&line));
                written.map_err(|error| super::folders::cannot(path, "be written", &error))
            }
        }
    }

    /// Each invoke has its own line in the log, as one that was asked for by itself has.
    async fn bulk_invoke(&self, session: &mut Session<'_>, target: &BulkTarget) -> Result<(), Failure> {
        let instance = target.instance.as_str();
        let pointer = self.pointer_in(session, &target.address).await?;
        let reply = if leads_elsewhere(&pointer) {
            let called = self.call(instance, &target.address, super::CallOptions::default());
            called.await?.reply
        } else {
            let invoked = self.invoke_pointer(instance, &target.address, InvokeOptions::default());
            invoked.await?.reply
        };
        match reply.problem() {
            Some(problem) => Err(Failure::from_problem(&problem, instance)),
            None => Ok(()),
        }
    }
}

/// The tags with some added at the end, unless they are there, and some taken away.
fn changed_tags(tags: &[String], add: &[String], remove: &[String]) -> Vec<String> {
    let mut changed: Vec<String> = tags.to_vec();
    for tag in add {
        if !changed.contains(tag) {
            changed.push(tag.clone());
        }
    }
    changed.retain(|tag| !remove.contains(tag));
    changed
}

fn new_file(path: &Path) -> Result<std::fs::File, Failure> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| super::folders::cannot(path, "be made", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_added_once_and_taken_away() {
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let changed = changed_tags(&texts(&["a", "b"]), &texts(&["b", "c"]), &texts(&["a", "z"]));
        assert_eq!(changed, texts(&["b", "c"]));
    }

    #[test]
    fn progress_is_told_in_words() {
        let progress = BulkProgress {
            done: 37,
            total: 120,
            failed: 0,
        };
        assert_eq!(progress.to_string(), "37 of 120");
        assert_eq!(
            BulkProgress {
                failed: 2,
                ..progress
            }
            .to_string(),
            "37 of 120, 2 failed"
        );
    }
}
