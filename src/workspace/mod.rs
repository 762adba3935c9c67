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
mod blocking;
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
mod csv_rows;
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
mod file_failure;
mod file_witness;
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
mod like;
mod load;
mod log;
mod log_detail;
mod looking;
mod map;
mod neighbors;
mod original;
mod original_rows;
mod originals;
mod owner;
mod owners;
mod partial_file;
mod path_text;
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
mod superseding;
mod tags_cell;
mod teller;
mod to_the_end;
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
pub use file_failure::{file_remedy, is_nowhere, nowhere};
pub use file_witness::FileDigest;
pub use home::{
    Home, Unlock, VAULT_KEY_FILE_VARIABLE, VAULT_PASSPHRASE_FILE_VARIABLE, VAULT_PASSPHRASE_VARIABLE,
    VaultLock, check_not_loose,
};
pub use import::{ImportChoice, ImportPreview, ImportProgress, ImportReport};
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
pub use path_text::path_text;
pub use pointer_care::{TagChange, normal_tag};
pub use pointer_columns::PointerColumn;
pub use reads::only_reads;
pub use regranting::{GrantChange, Regranted};
pub use replacing::{ExportedVault, RestoredVault};
pub use secret_file::SecretFile;
pub use shell::{commands_here, home_said, program_here, shell_command};
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
use blocking::{Line, blocking, in_a_moment};
use config::Config;
use futures::future::BoxFuture;
use hosting::Hosts;
use log::LogIndex;
use originals::Originals;
use std::sync::{Arc, Mutex};
use turns::Turns;

/// An open home. Shared freely between tasks.
pub struct Workspace {
    home: Home,
    vault: Arc<Vault>,
    /// Before the vault, which lets in one at a time.
    line: Line,
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
            line: Line::default(),
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
        Box::pin(of_vault(self.line.in_a_moment(unlocked(&self.vault, work))))
    }

    /// The same for what goes through much of it and may be given up meanwhile.
    fn in_vault_at_length<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Failure>> {
        Box::pin(of_vault(blocking(unlocked(&self.vault, work))))
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

async fn of_vault<T>(work: BoxFuture<'static, Result<T, VaultError>>) -> Result<T, Failure> {
    Ok(work.await?)
}
