//! The same done to many pointers, one after the other: what fails for one does not stop the others.

use super::destroys::{Destruction, destroying_of_pointer};
use super::export::{write_heading, write_pointers};
use super::file_failure::cannot;
use super::leading::leads_elsewhere;
use super::partial_file::PartialFile;
use super::pointers::not_there;
use super::session::Session;
use super::to_the_end::ToTheEnd;
use super::{Failure, ImportFormat, InvokeOptions, StopSign, TagChange, Workspace};
use crate::model::{ConnectionId, InstanceName, Pointer, PointerAddress};
use crate::protocol::{Code, Query};
use crate::store::{PointerQuery, Start};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

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
    /// Put tags on it and take others off; the rest stay.
    Tags(TagChange),
    /// Assign it to a connection of its instance, or to none.
    Assign(Option<ConnectionId>),
    /// Invoke it through its connection; a federated one too.
    Invoke {
        /// Also where that destroys something; else such a one fails.
        destroys: bool,
    },
    /// Write it into a file, in the form that its ending promises, as an import reads it again. The file appears
    /// under its name when all are through.
    Export {
        /// The file.
        path: PathBuf,
        /// Replace one that is there already.
        overwrite: bool,
    },
}

impl BulkAction {
    /// What is being done, in a word.
    pub const fn doing(&self) -> &'static str {
        match self {
            Self::Delete => "deleting",
            Self::Tags(_) => "tagging",
            Self::Assign(_) => "assigning",
            Self::Invoke { .. } => "invoking",
            Self::Export { .. } => "exporting",
        }
    }

    /// What has been done, in a word.
    pub const fn done(&self) -> &'static str {
        match self {
            Self::Delete => "deleted",
            Self::Tags(_) => "tagged",
            Self::Assign(Some(_)) => "assigned",
            Self::Assign(None) => "taken out of their connections",
            Self::Invoke { .. } => "invoked",
            Self::Export { .. } => "exported",
        }
    }

    /// Whether it changes the instances.
    pub const fn changes(&self) -> bool {
        matches!(self, Self::Delete | Self::Tags(_) | Self::Assign(_))
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
    /// So many were not tried any more: somebody stopped it.
    pub left: usize,
}

impl Workspace {
    /// Does something to many pointers, instance by instance, and tells after each how far it is. Stopped, it
    /// ends between two of them and tells what was done by then, which stays done; a file is not left half written.
    pub async fn bulk(
        &self,
        action: BulkAction,
        targets: &[BulkTarget],
        stop: &StopSign,
        progress: &(dyn Fn(BulkProgress) + Send + Sync),
    ) -> Result<BulkReport, Failure> {
        let mut file = match &action {
            BulkAction::Export { path, overwrite } => Some(ExportFile::create(path.clone(), *overwrite)?),
            _ => None,
        };
        let mut report = BulkReport {
            action,
            done: Vec::new(),
            failed: Vec::new(),
            left: 0,
        };
        let mut at = BulkProgress {
            total: targets.len(),
            ..BulkProgress::default()
        };
        for (instance, targets) in by_instance(targets) {
            if stop.is_shown() {
                break;
            }
            let mut session = self.session_for(instance, &report.action).await;
            for target in targets {
                if stop.is_shown() {
                    break;
                }
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
            if report.action.changes() {
                self.originals.forget(instance);
            }
            if let Ok(session) = session {
                session.close().await;
            }
        }
        report.left = at.total - at.done;
        match file {
            Some(_) if report.left > 0 => report.done.clear(),
            Some(file) if !report.done.is_empty() => file.keep()?,
            _ => {}
        }
        Ok(report)
    }

    /// What would be destroyed if these were invoked, as they are now. One that cannot be looked at is left out; it will
    /// not be invoked unseen.
    pub async fn destruction_among(
        &self,
        targets: &[BulkTarget],
        stop: &StopSign,
        progress: &(dyn Fn(BulkProgress) + Send + Sync),
    ) -> Result<Vec<Destruction>, Failure> {
        let records = self.records().await?;
        let mut found = Vec::new();
        let mut at = BulkProgress {
            total: targets.len(),
            ..BulkProgress::default()
        };
        for (instance, targets) in by_instance(targets) {
            let Ok(mut session) = self.session(instance.as_str()).await else {
                continue;
            };
            for target in targets.into_iter().take_while(|_| !stop.is_shown()) {
                if let Ok(pointer) = self.pointer_in(&mut session, &target.address).await {
                    found.extend(Destruction::by_pointer(instance, &pointer, &records));
                }
                at.done += 1;
                progress(at);
            }
            session.close().await;
        }
        Ok(found)
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
        let mut reading = ToTheEnd::default();
        loop {
            let page = self.page_in(session, &step).await?;
            let next = reading.after(session, &step, &page)?;
            let instance = &session.record.name;
            found.extend(page.pointers.into_iter().map(|pointer| BulkTarget {
                instance: instance.clone(),
                address: pointer.address,
            }));
            if found.len() > most {
                found.truncate(most);
                return Ok((found, false));
            }
            let Some(next) = next else {
                return Ok((found, true));
            };
            step.start = next;
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
                BulkAction::Tags(_) => "update_pointer",
                BulkAction::Assign(None) => "taking a pointer out of its connection",
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
        file: Option<&mut ExportFile>,
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
            BulkAction::Tags(change) => self.tag_in(session, address, change).await.map(drop),
            BulkAction::Invoke { destroys } => self.bulk_invoke(session, target, *destroys).await,
            BulkAction::Export { .. } => {
                let pointer = self.pointer_in(session, address).await?;
                file.map_or(Ok(()), |file| file.write(&pointer))
            }
        }
    }

    /// Each invoke has its own line in the log, as one that was asked for by itself has.
    async fn bulk_invoke(
        &self,
        session: &mut Session<'_>,
        target: &BulkTarget,
        destroys: bool,
    ) -> Result<(), Failure> {
        let instance = target.instance.as_str();
        let pointer = self.pointer_in(session, &target.address).await?;
        if !destroys && let Some(query) = destroying_of_pointer(&pointer) {
            return Err(unasked(target, &query));
        }
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

fn by_instance(targets: &[BulkTarget]) -> BTreeMap<&InstanceName, Vec<&BulkTarget>> {
    let mut by_instance: BTreeMap<&InstanceName, Vec<&BulkTarget>> = BTreeMap::new();
    for target in targets {
        by_instance.entry(&target.instance).or_default().push(target);
    }
    by_instance
}

/// It was changed, or could be looked at, only after it was looked up what destroys.
fn unasked(target: &BulkTarget, query: &Query) -> Failure {
    let message = format!("{} was not invoked: it does {}", target.address, query.action());
    let remedy = "invoke it by itself, which asks first";
    Failure::new(Code::InvalidParameter, message, remedy).on(target.instance.as_str())
}

/// Where exported pointers go; gone again unless it is kept.
struct ExportFile {
    partial: PartialFile,
    path: PathBuf,
}

impl ExportFile {
    fn create(path: PathBuf, overwrite: bool) -> Result<Self, Failure> {
        let mut partial = PartialFile::create(&path, overwrite).map_err(|problem| problem.at(&path))?;
        write_heading(&mut partial, ImportFormat::of(&path))
            .map_err(|error| cannot(&path, "be written", &error))?;
        Ok(Self { partial, path })
    }

    fn write(&mut self, pointer: &Pointer) -> Result<(), Failure> {
        let format = ImportFormat::of(&self.path);
        write_pointers(&mut self.partial, format, std::slice::from_ref(pointer))
            .map_err(|error| cannot(&self.path, "be written", &error))
    }

    fn keep(self) -> Result<(), Failure> {
        self.partial.keep().map_err(|problem| problem.at(&self.path))
    }
}

#[cfg(test)]
mod tests;
