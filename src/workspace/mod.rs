//! Everything that an administrator can do, as plain async functions: the one door through which the
//! console's effects and the command line's verbs go, so that they cannot differ.
//!
//! A [`Workspace`] is an open home: its vault, the instances in it, and those that this process
//! hosts. Depends on every floor below; knows nothing of screens or arguments.

mod accept;
mod activation;
mod alarms;
mod all_pointers;
mod audit;
mod backup;
mod bulk;
mod call;
mod carried;
mod carry;
mod circuits;
mod closed_doors;
mod compare;
mod compose;
mod config;
mod credential_pointer;
mod credential_rows;
mod credentials;
mod demo;
mod demo_pointers;
mod demo_record;
mod dependents;
mod destroys;
mod doctor;
mod domains;
mod editing;
mod export;
mod failure;
mod federate;
mod folders;
mod gateway;
mod handshake;
mod hanging;
mod held;
mod held_there;
mod home;
mod hosting;
mod import;
mod import_file;
mod instances;
mod invoke;
mod jq;
mod kept_filters;
mod leading;
mod lifecycle;
mod load;
mod log;
mod log_detail;
mod looking;
mod map;
mod neighbors;
mod original;
mod originals;
mod owner;
mod owners;
mod partial_file;
mod peers;
mod pointer_care;
mod pointer_columns;
mod pointers;
mod read_only;
mod reads;
mod redact;
mod regranting;
mod replacing;
mod rows;
mod safe;
mod sealing;
mod secret_file;
mod session;
mod shell;
mod sorting;
mod stop;
mod tags_cell;
mod transfer;
mod turns;
mod unknown;
mod unsealed;
mod verify;
mod views;
mod wire;

pub use crate::handshake::Opener;
pub use all_pointers::AllPointers;
pub use backup::{Backup, BackupOf, BackupSeal, Restored};
pub use bulk::{BulkAction, BulkProgress, BulkReport, BulkTarget};
pub use carry::VaultContents;
pub use compare::{
    Change, ChangeKind, Comparison, DiffLine, DiffSign, Difference, DirectComparison, FieldPair, TimingPair,
};
pub use compose::{
    Answers, AskedBlank, BegunBlank, BodyLayer, CircuitLook, Claim, DryRun, Facts, Finding, Knowledge, Leg,
    Outgoing, QueryLayer, ReplyPath, Sent, SentQuery, Template, Templates, Way, Weight, WireLayer,
    as_query_file, begun_blank, blank, blank_spans, blanks_of, findings, laid_out, on_one_line, skeleton,
};
pub use config::{CONFIG_TEMPLATE, ConsoleConfig, GlyphChoice};
pub use credential_pointer::NewFetchHeader;
pub use demo::Demo;
pub use destroys::{Destruction, destroying, destroying_of_pointer};
pub use doctor::{Observation, Severity, examine};
pub use domains::{AccessKeyRow, ConnectionRow, DomainChange, DomainDetail, DomainRow, DomainTree};
pub use editing::{COLOURS, LONGEST_PATIENCE_S};
pub use failure::Failure;
pub use home::{
    Home, Unlock, VAULT_KEY_FILE_VARIABLE, VAULT_PASSPHRASE_FILE_VARIABLE, VAULT_PASSPHRASE_VARIABLE,
    VaultLock, check_not_loose,
};
pub use import::{ImportPreview, ImportProgress, ImportReport};
pub use import_file::{ImportFormat, RejectedRow};
pub use jq::{
    Answer as JqAnswer, JqError, JqOffer, JqPlace, JqSession, Limits as JqLimits, Standing as JqStanding,
    evaluate as jq, place as jq_place, standing as jq_standing,
};
pub use kept_filters::{KeptFilters, Rows, check_kept_filter};
pub use load::{
    LoadControl, LoadLane, LoadReport, LoadRequest, LoadRun, LoadTarget, Prospect, Prospects, SavedLoad,
};
pub use log::{
    LOG_FIELDS, LOG_WORDS, LogAsk, LogExport, LogForm, LogFormat, LogPlace, LogProgress, LogWindow,
};
pub use log_detail::LogDetail;
pub use map::{Door, DoorState, FederationMap, Gateway, Party, PartyKind};
pub use owner::RecoveredOwner;
pub use partial_file::{NotWritten, PartialFile};
pub use pointer_care::{TagChange, normal_tag};
pub use pointer_columns::PointerColumn;
pub use reads::only_reads;
pub use regranting::{GrantChange, Regranted};
pub use replacing::{ExportedVault, RestoredVault};
pub use secret_file::SecretFile;
pub use shell::{commands_here, program_here, shell_command};
pub use sorting::{CredentialColumn, InstanceColumn, LogColumn, SortColumn, SortKey, Sorting};
pub use stop::StopSign;
pub use unknown::{TakenOver, listed, unknown_told};
pub use views::{
    AcceptRequest, Accepted, AskRequest, AuditReport, BundleView, CREDENTIAL_FIELDS, CallOptions, Called,
    Check, CheckKind, CheckResult, CredentialRow, Dependent, FederateRequest, HandshakeRow, HangingOn,
    HeadCheck, HostedBy, INSTANCE_FIELDS, InitInstance, InstanceChange, InstanceDetail, InstanceRow,
    InvokeOptions, Invoked, ListRemark, LogEntry, LogFilter, LogKind, LogRow, LogWire, Neighbor,
    NeighborPage, OfferMade, OfferRequest, PointerDetail, PointerList, Received, RemoteRequest, RequestMade,
    Rotated, Sealed, Taken, Verified,
};

use crate::client::Client;
use crate::vault::{Vault, VaultError};
use config::Config;
use futures::future::BoxFuture;
use hosting::Hosts;
use log::LogIndex;
use originals::Originals;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use turns::Turns;

/// An open home. Shared freely between tasks.
pub struct Workspace {
    home: Home,
    vault: Arc<Vault>,
    client: Client,
    hosts: Arc<Hosts>,
    turns: Turns,
    originals: Originals,
    /// The invoke log in memory, once it was filtered.
    log_index: Arc<Mutex<Option<LogIndex>>>,
}

impl Workspace {
    fn around(home: Home, vault: Vault, config: &Config) -> Arc<Self> {
        let client = if config.insecure_http() {
            Client::allowing_plain_http()
        } else {
            Client::new()
        };
        Arc::new(Self {
            home,
            vault: Arc::new(vault.keeping(config.retention())),
            client,
            hosts: Arc::default(),
            turns: Turns::default(),
            originals: Originals::default(),
            log_index: Arc::default(),
        })
    }

    /// Works with the vault for a moment; while it is locked, not at all.
    fn in_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Failure>> {
        Box::pin(of_vault(Blocking::begin_short(unlocked(&self.vault, work))))
    }

    /// The same for what goes through much of it and may be given up meanwhile.
    fn in_vault_at_length<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Failure>> {
        Box::pin(of_vault(Blocking::begin(unlocked(&self.vault, work))))
    }
}

/// The work, refused while the vault is locked.
fn unlocked<T, W>(vault: &Arc<Vault>, work: W) -> impl FnOnce() -> Result<T, VaultError> + use<T, W>
where
    W: FnOnce(&Vault) -> Result<T, VaultError>,
{
    let vault = Arc::clone(vault);
    move || {
        vault.check_unlocked()?;
        work(&vault)
    }
}

async fn of_vault<T>(work: Blocking<Result<T, VaultError>>) -> Result<T, Failure> {
    Ok(work.ended().await?)
}

/// Runs something that blocks off the runtime's own threads.
fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> BoxFuture<'static, T> {
    Box::pin(Blocking::begin(work).ended())
}

/// Runs something that blocks for a moment only.
fn in_a_moment<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> BoxFuture<'static, T> {
    Box::pin(Blocking::begin_short(work).ended())
}

/// Whether the runtime has no other thread than this one, as for a command that does one thing and ends: then
/// nobody else is kept waiting, and starting a thread would take longer than what is done on it.
fn is_alone() -> bool {
    Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread
}

/// Something that runs off the runtime's own threads.
///
/// To the runtime all of it is of one type: what it takes to run and to await a task is generated once, and not
/// for each thing that is done.
struct Blocking<T> {
    /// None if it was done on the spot.
    task: Option<JoinHandle<()>>,
    answer: oneshot::Receiver<T>,
}

impl<T: Send + 'static> Blocking<T> {
    fn begin(work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (give, answer) = oneshot::channel();
        let work: Box<dyn FnOnce() + Send> = Box::new(move || {
            // Whoever wanted it may have gone.
            let _ = give.send(work());
        });
        Self {
            task: Some(tokio::task::spawn_blocking(work)),
            answer,
        }
    }

    /// The same for what takes a moment only: where there is one thread, on that one.
    fn begin_short(work: impl FnOnce() -> T + Send + 'static) -> Self {
        if !is_alone() {
            return Self::begin(work);
        }
        let (give, answer) = oneshot::channel();
        let _ = give.send(work());
        Self { task: None, answer }
    }
}

impl<T> Blocking<T> {
    async fn ended(self) -> T {
        match self.answer.await {
            Ok(value) => value,
            Err(_) => match without_answer(self.task).await {},
        }
    }
}

/// A task that ended without an answer made a mistake, which is handed on.
async fn without_answer(task: Option<JoinHandle<()>>) -> Infallible {
    if let Some(task) = task
        && let Err(error) = task.await
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic)
    }
    // Only a runtime that is being dropped cancels such a task, and then nobody waits here any more.
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use super::{blocking, in_a_moment};
    use std::thread;

    #[tokio::test]
    async fn a_moment_is_spent_on_the_only_thread_there_is() {
        let here = thread::current().id();
        assert_eq!(in_a_moment(|| thread::current().id()).await, here);
        assert_ne!(blocking(|| thread::current().id()).await, here);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn where_others_may_wait_a_moment_is_spent_elsewhere() {
        let here = thread::current().id();
        assert_ne!(in_a_moment(|| thread::current().id()).await, here);
    }

    #[tokio::test]
    #[should_panic(expected = "a mistake")]
    async fn a_mistake_is_handed_on() {
        let mistake = || -> u8 { panic!("a mistake") };
        in_a_moment(mistake).await;
    }
}
