//! The one place that decides how an instance is reached: over the wire as whoever we are there, or,
//! for a local instance that nobody hosts, in this process under its lock.

mod following;

use super::folders::settings_gone;
use super::hosting::Hosting;
use super::{Failure, Workspace, held, in_a_moment, read_only};
use crate::client::{ClientError, Exchange, FailedExchange};
use crate::instance::{Instance, InstanceError, LockHolder};
use crate::model::{InstanceKind, Profile, Timestamp};
use crate::protocol::{CallContext, Code, HeldCredential, Hop, PhaseName, Query, Reply, Stopwatch};
use crate::vault::{HeldEntry, InstanceRecord};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// Seconds that a call may take unless told otherwise.
pub(super) const PATIENCE: i64 = 30;

/// A call that begins now, with as much patience as was asked for.
pub(super) fn context(at: Timestamp, timeout_seconds: Option<u64>, trace: bool) -> CallContext {
    let seconds = timeout_seconds.map_or(PATIENCE, |seconds| i64::try_from(seconds).unwrap_or(i64::MAX));
    CallContext::begin(at, seconds).traced(trace)
}

/// How long another process may have a stopped instance open, before that is called a failure: 4 s in all.
const VISITS: u32 = 200;
const VISIT: Duration = Duration::from_millis(20);

/// An instance that can be asked.
pub(super) struct Session<'a> {
    workspace: &'a Workspace,
    pub(super) record: InstanceRecord,
    way: Way,
}

enum Way {
    Wire {
        name: String,
        credential: Box<HeldCredential>,
    },
    Inside {
        instance: Arc<Instance>,
        _turn: OwnedMutexGuard<()>,
    },
}

/// What asking came to.
pub(super) struct Asked {
    pub(super) reply: Reply,
    pub(super) elapsed_us: u64,
    pub(super) hops: Vec<Hop>,
    /// What travelled, if it went over the wire.
    pub(super) exchange: Option<Exchange>,
}

/// Why asking came to nothing.
pub(super) struct Unanswered {
    pub(super) failure: Failure,
    /// How far it came, if it went over the wire.
    pub(super) exchange: Option<Box<FailedExchange>>,
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            exchange: None,
        }
    }
}

impl Workspace {
    /// The instance of this name; if there is none, the failure says which there are.
    pub(super) async fn record(&self, name: &str) -> Result<InstanceRecord, Failure> {
        let wanted = name.to_owned();
        let (found, known) = self
            .in_vault(move |vault| {
                let found = vault.instance(&wanted)?;
                let known = if found.is_some() {
                    Vec::new()
                } else {
                    vault.instances()?
                };
                Ok((found, known))
            })
            .await?;
        found.ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|record| record.name.as_str()).collect();
            let on_disk = self.home.instances_on_disk().unwrap_or_default();
            let remedy = if on_disk.iter().any(|there| there.as_str() == name) {
                format!(
                    "its folder is here, but this home does not know it: take it over with \
                     `butterfly instance recover-owner {name}`"
                )
            } else if names.is_empty() {
                "make one with `butterfly instance init NAME`, or add one with `butterfly instance add`"
                    .to_owned()
            } else {
                format!("this home has: {}", names.join(", "))
            };
            let shown: String = name.chars().take(80).collect();
            Failure::new(
                Code::InstanceNotFound,
                format!("there is no instance {shown:?}"),
                remedy,
            )
        })
    }

    /// The credential that an instance is called with.
    pub(super) async fn credential_of(&self, record: &InstanceRecord) -> Result<HeldCredential, Failure> {
        let entry = self.entry_of(record).await?;
        held::usable(entry).map_err(|failure| failure.on(record.name.as_str()))
    }

    /// The same, trusted or not.
    pub(super) async fn entry_of(&self, record: &InstanceRecord) -> Result<HeldEntry, Failure> {
        let name = record.credential.clone();
        let entry = self.in_vault(move |vault| vault.held_by_name(&name)).await?;
        entry.ok_or_else(|| {
            Failure::new(
                Code::CredentialNotFound,
                format!(
                    "the credential {:?} is not in the vault any more",
                    record.credential
                ),
                "accept a new bundle for the instance, or remove and add it again",
            )
            .on(record.name.as_str())
        })
    }

    /// A way to the instance of this name.
    pub(super) async fn session(&self, name: &str) -> Result<Session<'_>, Failure> {
        let record = self.record(name).await?;
        self.session_with(record).await
    }

    pub(super) async fn session_with(&self, record: InstanceRecord) -> Result<Session<'_>, Failure> {
        let way = match record.kind {
            InstanceKind::Remote => self.wire(&record).await?,
            InstanceKind::Local => match self.inside(&record).await? {
                Some(way) => way,
                None => self.wire(&record).await?,
            },
        };
        Ok(Session {
            workspace: self,
            record,
            way,
        })
    }

    /// Over the wire only: for what makes no sense in process.
    pub(super) async fn wire_session(&self, record: InstanceRecord) -> Result<Session<'_>, Failure> {
        let way = self.wire(&record).await?;
        Ok(Session {
            workspace: self,
            record,
            way,
        })
    }

    async fn wire(&self, record: &InstanceRecord) -> Result<Way, Failure> {
        Ok(Way::Wire {
            name: record.credential.clone(),
            credential: Box::new(self.credential_of(record).await?),
        })
    }

    /// Opens a local instance here; none if somebody hosts it.
    async fn inside(&self, record: &InstanceRecord) -> Result<Option<Way>, Failure> {
        if self.hosts.of(&record.name) != Hosting::No {
            return Ok(None);
        }
        let folder = self.folder_of(record)?;
        let is_hosted = {
            let folder = folder.clone();
            in_a_moment(move || Instance::hosted_by(&folder) != LockHolder::Nobody)
        };
        let turn = self.turns.take(&record.name).await;
        // Asked again behind the turn: it may have been started while we waited.
        if is_hosted.await || self.hosts.of(&record.name) != Hosting::No {
            return Ok(None);
        }
        match Instance::open(&folder, None).await {
            Ok(instance) => Ok(Some(Way::Inside {
                instance,
                _turn: turn,
            })),
            Err(InstanceError::Hosted { .. }) => Ok(None),
            Err(error) => match settings_gone(record, &folder) {
                Some(failure) => Err(failure),
                None => Err(Failure::from(error).on(record.name.as_str())),
            },
        }
    }
}

impl Session<'_> {
    /// Refuses what may change something where nothing is to be changed, also by a pointer that is followed.
    pub(super) async fn permit(&mut self, query: &Query, context: &CallContext) -> Result<(), Failure> {
        let guard = self.workspace.guard();
        guard.permit(&self.record, query)?;
        if guard.watches(&self.record) && query.action() == read_only::THROUGH {
            self.permit_following(query, context).await?;
        }
        Ok(())
    }

    /// Asks. An error reply is a reply.
    pub(super) async fn ask(&mut self, query: &Query, context: &CallContext) -> Result<Asked, Failure> {
        let asked = self.attempt(query, context).await;
        asked.map_err(|unanswered| unanswered.failure)
    }

    /// The same, telling of what came to nothing how far it came.
    pub(super) async fn attempt(
        &mut self,
        query: &Query,
        context: &CallContext,
    ) -> Result<Asked, Unanswered> {
        self.permit(query, context).await?;
        match self.ask_once(query, context).await {
            Err(failed) if self.record.kind == InstanceKind::Local && never_arrived(&failed) => {
                self.ask_again(query, context, failed).await
            }
            Err(failed) if matches!(failed.error, ClientError::Refused { .. }) => {
                self.ask_under_fresh_keys(query, context, failed).await
            }
            Err(failed) => {
                self.workspace.notice_tls(&failed.error).await;
                Err(self.failed(failed))
            }
            Ok(asked) => Ok(asked),
        }
    }

    /// Nothing answered, though the instance was not free: whoever hosted it stopped meanwhile, or another console
    /// or command line has it open for a moment, or is about to serve it.
    async fn ask_again(
        &mut self,
        query: &Query,
        context: &CallContext,
        mut failed: Box<FailedExchange>,
    ) -> Result<Asked, Unanswered> {
        for _ in 0..VISITS {
            let Ok(way) = self.workspace.inside(&self.record).await else {
                break;
            };
            let is_open_here = way.is_some();
            if let Some(way) = way {
                self.way = way;
            }
            failed = match self.ask_once(query, context).await {
                Err(failed) if !is_open_here && never_arrived(&failed) => failed,
                outcome => return outcome.map_err(|failed| self.failed(failed)),
            };
            tokio::time::sleep(VISIT).await;
        }
        Err(self.failed(failed))
    }

    /// The credential was refused. If its keys were being rotated and the answer was lost, they are those that the instance
    /// wants, and as it executed nothing, it is asked once more.
    async fn ask_under_fresh_keys(
        &mut self,
        query: &Query,
        context: &CallContext,
        failed: Box<FailedExchange>,
    ) -> Result<Asked, Unanswered> {
        let name = match &self.way {
            Way::Wire { name, .. } => name.clone(),
            Way::Inside { .. } => return Err(self.failed(failed)),
        };
        if !self.workspace.finish_rotation(&name).await {
            return Err(self.failed(failed));
        }
        let entry = self.workspace.held_entry(&name).await?;
        self.use_credential(name, held::usable(entry)?);
        self.ask_once(query, context)
            .await
            .map_err(|failed| self.failed(failed))
    }

    async fn ask_once(&self, query: &Query, context: &CallContext) -> Result<Asked, Box<FailedExchange>> {
        match &self.way {
            Way::Wire { credential, .. } => {
                let exchange = self.workspace.client.attempt(credential, query, context).await?;
                Ok(Asked {
                    reply: exchange.reply.clone(),
                    elapsed_us: exchange.elapsed_us,
                    hops: exchange.hop.clone().flatten(),
                    exchange: Some(exchange),
                })
            }
            Way::Inside { instance, .. } => {
                let mut watch = Stopwatch::start();
                let reply = instance.invoke_as_owner(query, context).await;
                watch.lap(PhaseName::Execute);
                let elapsed_us = watch.elapsed_us();
                let hops = watch.into_hop("console", reply.trace()).flatten();
                Ok(Asked {
                    reply,
                    elapsed_us,
                    hops,
                    exchange: None,
                })
            }
        }
    }

    /// Asks, and wants a result.
    pub(super) async fn result(&mut self, query: &Query) -> Result<Value, Failure> {
        let context = context(Timestamp::now(), self.record.patience_s, false);
        self.result_within(query, &context).await
    }

    pub(super) async fn result_within(
        &mut self,
        query: &Query,
        context: &CallContext,
    ) -> Result<Value, Failure> {
        let reply = self.ask(query, context).await?.reply;
        if let Some(problem) = reply.problem() {
            return Err(Failure::from_problem(&problem, self.record.name.as_str()));
        }
        reply.into_result().ok_or_else(|| self.unexpected(query.action()))
    }

    /// The failure of an answer that is not what the action is known to give.
    pub(super) fn unexpected(&self, action: &str) -> Failure {
        unexpected(action, self.record.name.as_str())
    }

    /// The credential that is used, by name and itself; none in process.
    pub(super) fn credential(&self) -> Option<(&str, &HeldCredential)> {
        match &self.way {
            Way::Wire { name, credential } => Some((name, credential)),
            Way::Inside { .. } => None,
        }
    }

    /// Whether a local instance is called as its own vault calls it.
    fn is_owner(&self) -> bool {
        let is_usual = |(name, _): (&str, &HeldCredential)| name == self.record.credential;
        self.record.kind == InstanceKind::Local && self.credential().is_some_and(is_usual)
    }

    /// Uses another credential than the instance's usual one.
    pub(super) fn use_credential(&mut self, name: String, credential: HeldCredential) {
        self.way = Way::Wire {
            name,
            credential: Box::new(credential),
        };
    }

    /// Whether the instance speaks to us as the original ones do.
    pub(super) fn is_legacy(&self) -> bool {
        self.credential()
            .is_some_and(|(_, credential)| credential.profile() == Profile::Legacy)
    }

    /// Lets the instance go: one opened here becomes free for others.
    pub(super) async fn close(self) {
        if let Way::Inside { instance, _turn } = self.way {
            instance.close().await;
        }
    }

    fn failed(&self, exchange: Box<FailedExchange>) -> Unanswered {
        let is_down = never_arrived(&exchange);
        let mut failure = Failure::of_exchange(&exchange).on(self.record.name.as_str());
        if is_down && self.record.kind == InstanceKind::Local {
            failure.remedy = format!("host it with `butterfly serve {}`", self.record.name);
        }
        if self.is_owner() && matches!(exchange.error, ClientError::Refused { .. }) {
            failure.remedy = Workspace::remedy_for_locked_out(&self.record.name);
        }
        Unanswered {
            failure,
            exchange: Some(exchange),
        }
    }
}

/// The failure of an answer of this instance that is not what the action is known to give.
pub(super) fn unexpected(action: &str, instance: &str) -> Failure {
    Failure::new(
        Code::PeerGarbage,
        format!("the answer to {action} is not what was expected"),
        "check that the instance is a Butterfly instance of a version that this program knows",
    )
    .on(instance)
}

/// Whether the instance certainly does not know of it.
fn never_arrived(failed: &FailedExchange) -> bool {
    matches!(failed.error, ClientError::Unreachable { sent: false, .. })
}
