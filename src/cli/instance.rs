//! `butterfly instance …`: the instances of this home.

use super::arguments::ProfileArg;
use super::ask;
use super::outcome::{Outcome, Stop, usage};
use super::secrets::SecretFile;
use super::session::Session;
use super::table::{Table, pairs};
use super::words;
use crate::instance::{Tls, check_listen};
use crate::model::{AppId, Endpoint, InstanceId, InstanceName, InstanceState, KeyId};
use crate::protocol::{Code, CredentialForm, ExitClass, HeldCredential, Spki};
use crate::workspace::{Failure, HostedBy, InitInstance, InstanceRow, RemoteRequest};
use clap::{Args, Subcommand};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Make, add, list, probe and remove instances.
#[derive(Debug, Subcommand)]
pub enum Instance {
    Init(Init),
    Add(Box<Add>),
    /// List the instances of this home, as last known.
    List,
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
    /// Show the spare TLS key of a local instance from its next start on; whoever pinned both keys notices nothing.
    UseSpareKey {
        /// The instance's name in this home.
        name: String,
    },
    /// Explain how a local instance is started.
    #[command(hide = true)]
    Start {
        /// The instance's name in this home.
        name: String,
    },
    /// Explain how a local instance is stopped.
    #[command(hide = true)]
    Stop {
        /// The instance's name in this home.
        name: String,
    },
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
    /// Legacy: the file that holds its JWT_SECRET_KEY.
    #[arg(
        long,
        value_name = "FILE",
        alias = "jwt-secret-key-file",
        help_heading = "Legacy profile"
    )]
    jwt_secret_file: Option<PathBuf>,
    /// Legacy: the file that holds its BUTTERFLY_ENCRYPTION_KEY.
    #[arg(long, value_name = "FILE", help_heading = "Legacy profile")]
    encryption_key_file: Option<PathBuf>,
    /// Legacy: the file that holds an access key, where the instance wants one.
    #[arg(long, value_name = "FILE", help_heading = "Legacy profile")]
    access_key_file: Option<PathBuf>,
    /// Native: the key id.
    #[arg(long, value_name = "ID", help_heading = "Native profile")]
    kid: Option<KeyId>,
    /// Native: the file that holds the root, base64url.
    #[arg(long, value_name = "FILE", help_heading = "Native profile")]
    root_file: Option<PathBuf>,
    /// Native: the id of the instance.
    #[arg(long, value_name = "ID", help_heading = "Native profile")]
    instance_id: Option<InstanceId>,
    /// SHA-256 of a TLS public key that is accepted, base64url; repeatable.
    #[arg(long, value_name = "SPKI", allow_hyphen_values = true)]
    pin: Vec<String>,
}

/// Forget a remote, or remove a local instance with everything in its folder.
#[derive(Debug, Args)]
pub struct Remove {
    /// The instance's name in this home.
    name: String,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl Instance {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Init(verb) => verb.run(session).await,
            Self::Add(verb) => verb.run(session).await,
            Self::List => list(session).await,
            Self::Show { name } => show(session, &name).await,
            Self::Probe { name } => probe(session, &name).await,
            Self::Remove(verb) => verb.run(session).await,
            Self::UseSpareKey { name } => {
                session.permit("changing a TLS key")?;
                session.open_for(&name).await?.use_spare_key(&name).await?;
                session.show(&json!({"name": name, "tls_key": "spare"}), || {
                    format!("{name} shows its spare TLS key from its next start on, and has a new spare one.")
                })
            }
            Self::Start { name } => Err(usage(
                "an instance lives as long as the process that hosts it",
                format!(
                    "host it in the foreground with `butterfly serve {name}`, or start it in the console"
                ),
            )),
            Self::Stop { name } => Err(usage(
                format!("{name} can only be stopped where it is hosted"),
                "end that `butterfly serve` with Ctrl-C or SIGTERM, or stop it in the console that hosts it",
            )),
        }
    }
}

impl Init {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("making an instance")?;
        let tls = match (self.tls_certificate, self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls::Given {
                certificate: absolute(&certificate)?,
                key: absolute(&key)?,
            }),
            _ => self.tls.then_some(Tls::Own),
        };
        if let Some(listen) = self.listen {
            // Before a home is made for an instance that may not be.
            check_listen(listen, self.insecure_http || tls.is_some())
                .map_err(|error| Failure::from(error).on(self.name.as_str()))?;
        }
        let workspace = session.open_or_create().await?;
        let row = workspace
            .init_instance(InitInstance {
                name: self.name,
                listen: self.listen,
                endpoint: self.endpoint,
                insecure_http: self.insecure_http,
                tls,
            })
            .await?;
        session.show(&row, || {
            format!("{}Host it with `butterfly serve {}`.", details(&row), row.name)
        })
    }
}

impl Add {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("adding an instance")?;
        let credential = self.credential(session)?;
        let workspace = session.open_or_create().await?;
        let name = self.name;
        let row = workspace.add_remote(RemoteRequest { name, credential }).await?;
        session.show(&row, || {
            format!(
                "{}See whether it answers with `butterfly instance probe {}`.",
                details(&row),
                row.name
            )
        })
    }

    fn credential(&self, session: &Session) -> Outcome<CredentialForm> {
        let mut held = match self.profile {
            ProfileArg::Legacy => self.legacy(session)?,
            ProfileArg::Native => self.native()?,
        };
        held.pins = self.pin.iter().cloned().map(Spki).collect();
        Ok(CredentialForm::of(&held))
    }

    fn legacy(&self, session: &Session) -> Outcome<HeldCredential> {
        if self.kid.is_some() || self.root_file.is_some() || self.instance_id.is_some() {
            return Err(usage(
                "--kid, --root-file and --instance-id belong to --profile native",
                "leave them out, or choose --profile native",
            ));
        }
        let token_secret =
            SecretFile::read(needed(&self.jwt_secret_file, "--jwt-secret-file")?)?.token_secret()?;
        let encryption_key =
            SecretFile::read(needed(&self.encryption_key_file, "--encryption-key-file")?)?.fernet_key()?;
        let access_key = match &self.access_key_file {
            Some(path) => Some(SecretFile::read(path)?.access_key()?),
            None => None,
        };
        if token_secret.is_weak() {
            session.note(
                "warning: this JWT secret is short or a documented default: whoever guesses it can call the \
                 instance. Ask its administrator for a better one.",
            );
        }
        let (app_id, endpoint) = (self.app_id.clone(), self.url.clone());
        Ok(HeldCredential::legacy(
            app_id,
            endpoint,
            token_secret,
            encryption_key,
            access_key,
        ))
    }

    fn native(&self) -> Outcome<HeldCredential> {
        if self.jwt_secret_file.is_some()
            || self.encryption_key_file.is_some()
            || self.access_key_file.is_some()
        {
            return Err(usage(
                "--jwt-secret-file, --encryption-key-file and --access-key-file belong to --profile legacy",
                "leave them out, or choose --profile legacy",
            ));
        }
        let kid = needed(&self.kid, "--kid")?.clone();
        let instance_id = needed(&self.instance_id, "--instance-id")?.clone();
        let root = SecretFile::read(needed(&self.root_file, "--root-file")?)?.root_key()?;
        let (app_id, endpoint) = (self.app_id.clone(), self.url.clone());
        Ok(HeldCredential::native(app_id, endpoint, instance_id, kid, root))
    }
}

fn needed<'a, T>(value: &'a Option<T>, flag: &str) -> Outcome<&'a T> {
    value.as_ref().ok_or_else(|| {
        usage(
            format!("{flag} is missing for this profile"),
            "see `butterfly instance add --help`",
        )
    })
}

async fn list(session: &Session) -> Outcome {
    let rows = if session.home().has_vault() {
        session.open().await?.instances().await?
    } else {
        Vec::new()
    };
    session.show(&rows, || match rows.as_slice() {
        [] => "No instances yet. Try `butterfly demo`, `butterfly instance init NAME`, or `butterfly instance add`."
            .to_owned(),
        rows => table(rows).to_text(),
    })
}

async fn show(session: &Session, name: &str) -> Outcome {
    let row = session.open_for(name).await?.instance(name).await?;
    session.show(&row, || details(&row))
}

async fn probe(session: &Session, name: &str) -> Outcome {
    let row = session.open_for(name).await?.probe(name).await?;
    session.show(&row, || details(&row))?;
    match row.state {
        InstanceState::Up => Ok(()),
        InstanceState::Refused => Err(Stop::Told(ExitClass::Refused)),
        _ => Err(Stop::Told(ExitClass::Unreachable)),
    }
}

impl Remove {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("removing an instance")?;
        let workspace = session.open_for(&self.name).await?;
        let row = workspace.instance(&self.name).await?;
        ask::confirm(&removal(&row), self.yes)?;
        workspace.remove_instance(&self.name).await?;
        session.show(&json!({"removed": row.name}), || {
            format!("{} is removed.", row.name)
        })
    }
}

fn removal(row: &InstanceRow) -> String {
    use crate::model::InstanceKind::{Local, Remote};
    match row.kind {
        Local => format!(
            "This removes the local instance {} with all its pointers and credentials.",
            row.name
        ),
        Remote => format!(
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
    let hosted_by = match row.hosted_by {
        HostedBy::Nobody => None,
        HostedBy::Here => Some("this process".to_owned()),
        HostedBy::Other(pid) => Some(format!("process {pid}")),
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
        ("round trip", row.latency_us.map(words::duration)),
        ("read-only", row.read_only.then(|| "yes".to_owned())),
        ("error", row.error.clone()),
    ])
}

/// The folder of a local instance.
pub fn folder(home: &Path, name: &InstanceName) -> PathBuf {
    home.join("instances").join(name.as_str())
}

/// The local instances of a home, without opening its vault.
pub fn local_names(home: &Path) -> Result<Vec<InstanceName>, Failure> {
    let root = home.join("instances");
    let entries = match std::fs::read_dir(&root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(super::outcome::file_failed("read", &root, &error)),
    };
    let mut names: Vec<InstanceName> = entries
        .flatten()
        .filter(|entry| entry.path().join("instance.toml").is_file())
        .filter_map(|entry| InstanceName::parse(entry.file_name().to_str()?).ok())
        .collect();
    names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    Ok(names)
}

/// A file as the instance finds it from wherever it is started.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::fs::canonicalize(path).map_err(|error| {
        Failure::new(
            Code::FileFailed,
            format!("{} cannot be read: {error}", path.display()),
            "name a file that is there",
        )
    })
}
