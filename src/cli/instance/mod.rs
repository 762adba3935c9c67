//! `butterfly instance …`: the instances of this home.

mod audit_limits;
mod background;
mod backup;
mod edit;
mod events;
mod map;
mod recover_owner;
mod values;

pub use background::Mark;

use super::arguments::{self, ProfileArg, sorting, variable_name};
use super::ask;
use super::filter::{FilterArg, filter_of};
use super::outcome::{Outcome, Stop, after};
use super::session::Session;
use super::table::{Table, pairs};
use super::words;
use crate::instance::{AuditKept, Instance as Hosted, KeySource, Settings, Tls, check_listen};
use crate::model::filter::Filter;
use crate::model::{AppId, Endpoint, InstanceKind, InstanceName, InstanceState};
use crate::protocol::{Code, ExitClass};
use crate::workspace::{
    Failure, HostedBy, InitInstance, InstanceColumn, InstanceRow, RemoteRequest, Rows, Sorting, Workspace,
    unknown_told,
};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Make, add, list, probe and remove instances.
#[derive(Debug, Subcommand)]
pub enum Instance {
    Init(Init),
    Add(Box<Add>),
    /// List the instances of this home, as last known.
    List {
        /// Only what this leaves, for example 'kind:remote !state:up' (name:, state:, kind:, profile:, url:, version:,
        /// trouble:any|none, words, ~letters, !not, saved:NAME).
        #[arg(long, value_name = "FILTER", default_value = "", value_parser = filter_of(Rows::Instances))]
        filter: FilterArg,
        /// By which column: name, state (what is well first), trip, pointers, version, last-trouble or endpoint; `:desc`
        /// for the greatest first.
        #[arg(long, value_name = "COLUMN[:desc]", value_parser = sorting::<InstanceColumn>)]
        sort: Option<Sorting<InstanceColumn>>,
    },
    /// Show one instance, as last known.
    Show {
        /// The instance's name in this home.
        name: String,
    },
    /// Look at an instance over the network.
    Probe {
        /// The instance's name in this home.
        name: String,
    },
    Remove(Remove),
    /// Show the spare TLS key of a local instance from its next start on; whoever pinned both keys notices nothing. The new spare one must be told to them.
    UseSpareKey {
        /// The instance's name in this home.
        name: String,
    },
    /// Host a local instance in the background; ready when it listens.
    Start {
        /// The instance's name in this home.
        name: InstanceName,
    },
    /// Stop an instance that was started so, or by `butterfly serve`; nothing acknowledged is lost.
    Stop {
        /// The instance's name in this home.
        name: InstanceName,
    },
    Edit(Box<edit::Edit>),
    Log(events::Log),
    Backup(backup::Backup),
    Restore(backup::Restore),
    RecoverOwner(recover_owner::RecoverOwner),
    Map(map::Map),
}

/// Make a local instance; `butterfly serve NAME` hosts it.
#[derive(Debug, Args)]
pub struct Init {
    /// Its name in this home.
    name: InstanceName,
    /// Where it will listen; loopback and port 5001 (or a free one) unless told.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// The URL under which others reach it, where that is not what it listens on.
    #[arg(long, value_name = "URL")]
    endpoint: Option<Endpoint>,
    /// Plain HTTP on an address that is not loopback.
    #[arg(long, conflicts_with_all = ["tls", "tls_certificate"])]
    insecure_http: bool,
    /// TLS with a certificate that the instance makes itself; its key travels as a pin in what it offers.
    #[arg(long)]
    tls: bool,
    /// TLS with this certificate (PEM, those above it included), which authorities vouch for.
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls")]
    tls_certificate: Option<PathBuf>,
    /// The private key of that certificate (PEM, mode 0600).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Keep the key under which it seals what it keeps in this file, outside its folder; it is made unless it is there.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Take that key (32 bytes in base64url) from this environment variable, now and whenever the instance is opened.
    #[arg(long, value_name = "NAME", conflicts_with = "key_file")]
    from_variable: Option<String>,
    #[command(flatten)]
    audit: audit_limits::AuditLimits,
}

/// Add a remote instance from plain values. Secrets come from files.
#[derive(Debug, Args)]
pub struct Add {
    /// What to call it in this home.
    name: InstanceName,
    /// Where it answers.
    url: Endpoint,
    /// How its credential seals.
    #[arg(long)]
    profile: ProfileArg,
    /// The name under which we call it.
    #[arg(long, value_name = "ID")]
    app_id: AppId,
    #[command(flatten)]
    values: values::Values,
}

/// Forget a remote, or remove a local instance with everything in its folder.
#[derive(Debug, Args)]
pub struct Remove {
    /// The instance's name in this home.
    name: String,
    /// Do not ask; where nobody can be asked, it is not done without this.
    #[arg(short, long)]
    yes: bool,
}

impl Instance {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Init(verb) => verb.run(session).await,
            Self::Add(verb) => verb.run(session).await,
            Self::List { filter, sort } => list(session, &filter.read(session).await?, sort).await,
            Self::Show { name } => show(session, session.open_for(&name).await?, &name).await,
            Self::Probe { name } => probe(session, &name).await,
            Self::Remove(verb) => verb.run(session).await,
            Self::UseSpareKey { name } => {
                session.permit("changing a TLS key")?;
                let pins = session.open_for(&name).await?.use_spare_key(&name).await?;
                session.show(&json!({"name": name, "tls_key": "spare", "pins": pins}), || {
                    let pins: Vec<_> = pins.iter().map(|pin| format!("--pin {}", pin.0)).collect();
                    format!(
                        "{name} shows its spare TLS key from its next start on, and has a new spare one.\n\
                         Whoever holds a credential of it pinned the spare key that it shows then, and does not know the new \
                         one. Before you change over once more, tell them both pins over another channel, to be taken with\n  \
                         butterfly instance edit NAME {}",
                        pins.join(" ")
                    )
                })
            }
            Self::Start { name } => background::start(session, &name).await,
            Self::Stop { name } => background::stop(session, &name).await,
            Self::Edit(verb) => verb.run(session).await,
            Self::Log(verb) => verb.run(session).await,
            Self::Backup(verb) => verb.run(session).await,
            Self::Restore(verb) => verb.run(session).await,
            Self::RecoverOwner(verb) => verb.run(session).await,
            Self::Map(verb) => verb.run(session).await,
        }
    }
}

impl Init {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("making an instance")?;
        let tls = match (self.tls_certificate, self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls::Given {
                certificate: there(&certificate)?,
                key: there(&key)?,
            }),
            _ => self.tls.then_some(Tls::Own),
        };
        if let Some(listen) = self.listen {
            // Before a home is made for an instance that may not be.
            check_listen(listen, self.insecure_http || tls.is_some())
                .map_err(|error| Failure::from(error).on(self.name.as_str()))?;
        }
        let key = match (self.key_file, self.from_variable) {
            (Some(file), _) => KeySource::File(arguments::kept_path(&file)?),
            (None, Some(name)) => KeySource::Variable(variable_name(name)?),
            (None, None) => KeySource::Own,
        };
        let workspace = session.open_or_create().await?;
        let row = workspace
            .init_instance(InitInstance {
                key,
                name: self.name,
                listen: self.listen,
                endpoint: self.endpoint,
                insecure_http: self.insecure_http,
                tls,
            })
            .await?;
        let change = self.audit.change();
        if !change.is_empty() {
            workspace.edit_instance(row.name.as_str(), change).await?;
        }
        doubt_certificate(session, &row.name);
        session.show(&row, || {
            session.here(&format!(
                "{}Host it with `butterfly serve {}`.",
                details(&row),
                row.name
            ))
        })
    }
}

impl Add {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("adding an instance")?;
        let credential = self
            .values
            .credential(session, self.profile, self.app_id, self.url)?;
        let workspace = session.open_or_create().await?;
        let name = self.name;
        let row = workspace.add_remote(RemoteRequest { name, credential }).await?;
        session.show(&row, || {
            session.here(&format!(
                "{}See whether it answers with `butterfly instance probe {}`.",
                details(&row),
                row.name
            ))
        })
    }
}

async fn list(session: &Session, filter: &Filter, sort: Option<Sorting<InstanceColumn>>) -> Outcome {
    let (mut rows, unknown) = if session.home().has_vault() {
        let workspace = session.open().await?;
        (workspace.instances().await?, workspace.unknown_instances().await?)
    } else {
        (Vec::new(), session.home().instances_without_vault()?)
    };
    rows.retain(|row| row.fits(filter));
    if let Some(sorting) = sort {
        sorting.sort(&mut rows, InstanceColumn::key);
    }
    session.show(&rows, || match rows.as_slice() {
        [] if !filter.is_empty() => "No instance matches.".to_owned(),
        [] if !unknown.is_empty() => "This home knows no instance.".to_owned(),
        [] => session.here(
            "No instances yet. Try `butterfly demo`, `butterfly instance init NAME`, or `butterfly instance add`.",
        ),
        rows => table(rows).to_text(),
    })?;
    if let Some((what, remedy)) = unknown_told(&unknown) {
        session.note(&format!("{what}\n  {remedy}"));
    }
    Ok(())
}

/// One instance as it is listed, and of one of ours how much of its audit trail it keeps and where its key is.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: InstanceRow,
    #[serde(flatten)]
    kept: Option<AuditKept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<KeySource>,
}

async fn show(session: &Session, workspace: &Workspace, name: &str) -> Outcome {
    let row = workspace.instance(name).await?;
    let settings = workspace.settings(name).await?;
    let shown = Shown {
        row,
        kept: settings.as_ref().map(Settings::audit_kept),
        key: settings.map(|settings| settings.key),
    };
    session.show(&shown, || {
        details_with(&shown.row, shown.kept, shown.key.as_ref())
    })
}

async fn probe(session: &Session, name: &str) -> Outcome {
    let row = session.open_for(name).await?.probe(name).await?;
    let ended = match row.state {
        InstanceState::Up => Ok(()),
        InstanceState::Refused => Err(Stop::Told(ExitClass::Refused)),
        _ => Err(Stop::Told(ExitClass::Unreachable)),
    };
    after(session.show(&row, || details(&row)), ended)
}

impl Remove {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("removing an instance")?;
        let workspace = session.open_for(&self.name).await?;
        let row = workspace.instance(&self.name).await?;
        match row.kind {
            // Its data is nowhere else.
            InstanceKind::Local => ask::insist(&removal(&row), self.yes)?,
            InstanceKind::Remote => ask::confirm(&removal(&row), self.yes)?,
        }
        workspace.remove_instance(&self.name).await?;
        session.show(&json!({"removed": row.name}), || {
            format!("{} is removed.", row.name)
        })
    }
}

fn removal(row: &InstanceRow) -> String {
    match row.kind {
        InstanceKind::Local => format!(
            "This removes the local instance {} with all its pointers and credentials.",
            row.name
        ),
        InstanceKind::Remote => format!(
            "This forgets the remote instance {} and the credentials held for it.",
            row.name
        ),
    }
}

fn table(rows: &[InstanceRow]) -> Table {
    let mut table = Table::new([
        "NAME",
        "KIND",
        "STATE",
        "PROFILE",
        "ENDPOINT",
        "INSTANCE ID",
        ">POINTERS",
        ">ROUND TRIP",
    ]);
    for row in rows {
        table.row([
            row.name.to_string(),
            row.kind.to_string(),
            row.state.to_string(),
            row.profile.to_string(),
            row.endpoint.to_string(),
            words::or_dash(row.instance_id.as_ref()),
            words::or_dash(row.pointers.map(words::count)),
            words::or_dash(row.latency_us.map(words::duration)),
        ]);
    }
    table
}

fn details(row: &InstanceRow) -> String {
    details_with(row, None, None)
}

fn details_with(row: &InstanceRow, kept: Option<AuditKept>, key: Option<&KeySource>) -> String {
    let hosted_by = match row.hosted_by {
        HostedBy::Nobody => None,
        HostedBy::Here => Some("this process".to_owned()),
        HostedBy::Other(pid) => Some(format!("process {pid}")),
        HostedBy::Unknown => Some("cannot be told: `butterfly doctor` says why".to_owned()),
    };
    pairs([
        ("name", Some(row.name.to_string())),
        ("kind", Some(row.kind.to_string())),
        ("state", Some(row.state.to_string())),
        ("endpoint", Some(row.endpoint.to_string())),
        ("profile", Some(row.profile.to_string())),
        ("instance id", row.instance_id.as_ref().map(ToString::to_string)),
        ("called as", Some(row.app_id.to_string())),
        ("hosted by", hosted_by),
        ("version", row.version.clone()),
        ("pointers", row.pointers.map(words::count)),
        ("colour", row.colour.map(|colour| colour.to_string())),
        ("round trip", row.latency_us.map(words::duration)),
        ("patience", row.patience_s.map(|seconds| format!("{seconds} s"))),
        ("read-only", row.read_only.then(|| "yes".to_owned())),
        ("audit trail", kept.map(|kept| kept.to_string())),
        ("key", key.map(ToString::to_string)),
        ("error", row.error.clone()),
    ])
}

/// The folder of a local instance.
pub fn folder(home: &Path, name: &InstanceName) -> PathBuf {
    home.join("instances").join(name.as_str())
}

/// Says if callers will not accept the certificate of a local instance: it would only show in what they are told.
pub fn doubt_certificate(session: &Session, name: &InstanceName) {
    let settings = Hosted::read_settings(&folder(session.home().root(), name));
    if let Some(doubts) = settings.ok().and_then(|settings| Hosted::tls_doubts(&settings)) {
        session.note(&format!(
            "warning: {name}: {doubts}\n  `butterfly doctor` says what to do"
        ));
    }
}

/// The settings of a local instance. The vault is looked into only to say what a name without a folder is, and only where
/// nobody has to be asked for that.
pub async fn settings_of(session: &Session, name: &InstanceName) -> Result<Settings, Failure> {
    let failure = match Hosted::read_settings(&folder(session.home().root(), name)) {
        Ok(settings) => return Ok(settings),
        Err(error) => Failure::from(error).on(name.as_str()),
    };
    if folder(session.home().root(), name).join("instance.toml").exists() {
        return Err(failure);
    }
    Err(match why_absent(session, name).await {
        Some(absent) => absent,
        None if failure.code == Code::InstanceNotFound => no_such(session, name),
        None => failure,
    })
}

/// There is no instance of this name, nor was there one as far as can be told; which there are.
pub fn no_such(session: &Session, name: &InstanceName) -> Failure {
    let names = session.home().instances_on_disk().unwrap_or_default();
    let names: Vec<&str> = names.iter().map(InstanceName::as_str).collect();
    let there = match names.as_slice() {
        [] => "there is none in this home".to_owned(),
        names => format!("there are: {}", names.join(", ")),
    };
    Failure::new(
        Code::InstanceNotFound,
        format!("there is no local instance {:?}; {there}", name.as_str()),
        format!("name one that is there (`butterfly instance list`), or make it with `butterfly instance init {name}`"),
    )
    .on(name.as_str())
}

/// Why there is no folder of this name, as far as that can be told without asking anybody for the vault.
pub async fn why_absent(session: &Session, name: &InstanceName) -> Option<Failure> {
    let workspace = session.open_unasked().await.ok()??;
    workspace.why_absent(name.as_str()).await
}

/// A file as the instance finds it from wherever it is started. A link stays one: it may lead to another file tomorrow, which
/// is how certificates are renewed.
fn there(path: &Path) -> Result<PathBuf, Failure> {
    let absolute = arguments::kept_path(path)?;
    std::fs::metadata(&absolute).map(|_| absolute).map_err(|error| {
        Failure::new(
            Code::FileFailed,
            format!("{} cannot be read: {error}", path.display()),
            "name a file that is there",
        )
    })
}
