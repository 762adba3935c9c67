//! `butterfly credential …`: what lets one party call another.

use super::arguments::read_file;
use super::ask;
use super::outcome::{Outcome, Stop, file_failed, tell, usage, write_line};
use super::session::Session;
use super::table::{Table, pairs};
use super::words;
use crate::model::{Holder, InstanceName, Side};
use crate::protocol::{Code, CredentialForm};
use crate::workspace::{CredentialRow, Failure, RemoteRequest};
use clap::{Args, Subcommand};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// List, show, revoke, export and import credentials.
#[derive(Debug, Subcommand)]
pub enum Credential {
    /// List the credentials that we hold, and those that instances of ours issued.
    List,
    /// Show a credential; never its secrets.
    Show {
        /// Its name.
        name: String,
    },
    /// Revoke a credential: issued, it is refused from now on; held, it is forgotten.
    Revoke {
        /// Its name.
        name: String,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
    Export(Export),
    /// Add a remote instance from a credential that `export --plain --json` wrote.
    Import {
        /// What to call the remote in this home.
        name: InstanceName,
        /// The file; - for stdin.
        file: PathBuf,
    },
}

/// Show a credential's secrets, in plain text.
#[derive(Debug, Args)]
pub struct Export {
    /// Its name.
    name: String,
    /// Yes: in plain text, for whoever sees it.
    #[arg(long, required = true)]
    plain: bool,
    /// Into this new file (mode 0600) instead of on the screen.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl Credential {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List => list(session).await,
            Self::Show { name } => {
                require_home(session, &name)?;
                let row = session.open().await?.credential(&name).await?;
                session.show(&row, || details(&row))
            }
            Self::Revoke { name, yes } => revoke(session, &name, yes).await,
            Self::Export(verb) => verb.run(session).await,
            Self::Import { name, file } => import(session, name, &file).await,
        }
    }
}

async fn list(session: &Session) -> Outcome {
    let (rows, failures) = if session.home().has_vault() {
        session.open().await?.credentials().await?
    } else {
        (Vec::new(), Vec::new())
    };
    // An instance that cannot be asked holds nothing up, but nobody shall take the list for complete.
    for failure in &failures {
        tell(failure);
    }
    session.show(&rows, || table(&rows).to_text())
}

async fn revoke(session: &Session, name: &str, yes: bool) -> Outcome {
    session.permit("revoking a credential")?;
    require_home(session, name)?;
    let workspace = session.open().await?;
    let row = workspace.credential(name).await?;
    ask::confirm(
        &match row.side {
            Side::Issued => format!(
                "{} will be refused by {} at once and for good.",
                row.app_id, row.instance
            ),
            Side::Held => format!(
                "The credential with which we call {} will be forgotten.",
                row.instance
            ),
        },
        yes,
    )?;
    let row = workspace.revoke_credential(name).await?;
    session.show(&row, || format!("{} is {}.", row.name, row.state))
}

impl Export {
    async fn run(self, session: &Session) -> Outcome {
        require_home(session, &self.name)?;
        let workspace = session.open().await?;
        let row = workspace.credential(&self.name).await?;
        let place = self.out.as_ref().map_or_else(
            || "on the screen".to_owned(),
            |path| format!("in {}", path.display()),
        );
        ask::confirm(
            &format!(
                "The secrets of {} will stand {place} in plain text. Who sees them can call {} as {}.",
                row.name, row.instance, row.app_id
            ),
            self.yes,
        )?;
        let form = workspace.export_credential(&self.name).await?;
        let text = if session.is_json() {
            let json = form.expose_json();
            Zeroizing::new(String::from_utf8_lossy(&json).into_owned())
        } else {
            plain(&form)
        };
        match &self.out {
            None => write_line(text.trim_end()),
            Some(path) => {
                write_private(path, text.as_bytes())?;
                session.note(&format!("written to {}", path.display()));
                Ok(())
            }
        }
    }
}

async fn import(session: &Session, name: InstanceName, file: &Path) -> Outcome {
    session.permit("importing a credential")?;
    let bytes = Zeroizing::new(read_file(file)?);
    let credential = CredentialForm::from_json(&bytes)
        .and_then(|form| form.into_held())
        .map_err(|error| {
            usage(
                format!("{}: {error}", file.display()),
                "give what `butterfly credential export NAME --plain --json` wrote",
            )
        })?;
    let workspace = session.open_or_create().await?;
    let credential = CredentialForm::of(&credential);
    let row = workspace.add_remote(RemoteRequest { name, credential }).await?;
    session.show(&row, || {
        format!(
            "{} is added; see whether it answers with `butterfly instance probe {0}`.",
            row.name
        )
    })
}

/// An empty home has no credential, and making a vault to find that out would be wrong.
fn require_home(session: &Session, name: &str) -> Outcome {
    if session.home().has_vault() {
        return Ok(());
    }
    Err(Stop::Failure(Failure::new(
        Code::CredentialNotFound,
        format!(
            "there is no credential {name:?}: nothing was made in {} yet",
            session.home().root().display()
        ),
        "accept one with `butterfly handshake accept`, or try `butterfly demo`",
    )))
}

/// The values as the other side types them in; for an original instance also as its environment wants them.
fn plain(form: &CredentialForm) -> Zeroizing<String> {
    let value = form.expose_value();
    let secret = |name: &str| value[name].as_str().map(str::to_owned);
    let mut text = Zeroizing::new(pairs([
        ("endpoint", secret("endpoint")),
        ("app_id", secret("app_id")),
        ("kid", secret("kid")),
        ("root", secret("root")),
        ("instance_id", secret("instance_id")),
        ("jwt_secret_key", secret("jwt_secret_key")),
        ("encryption_key", secret("encryption_key")),
        ("access_key", secret("access_key")),
    ]));
    if let (Some(token_secret), Some(encryption_key)) = (secret("jwt_secret_key"), secret("encryption_key")) {
        text.push_str(&format!(
            "\nJWT_SECRET_KEY={token_secret}\nBUTTERFLY_ENCRYPTION_KEY={encryption_key}\n"
        ));
    }
    text
}

/// A new file that only its owner may read.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            if !bytes.ends_with(b"\n") {
                file.write_all(b"\n")?;
            }
            file.sync_all()
        })
        .map_err(|error| file_failed("write", path, &error))
}

fn table(rows: &[CredentialRow]) -> Table {
    let mut table = Table::new([
        "NAME",
        "SIDE",
        "HOLDER",
        "INSTANCE",
        "APP ID",
        "PROFILE",
        "STATE",
        "ENDS",
        "LAST USED",
        "ATTENTION",
    ]);
    for row in rows {
        table.row([
            row.name.clone(),
            side(row.side).to_owned(),
            words::or_dash(row.holder.map(holder)),
            row.instance.clone(),
            row.app_id.to_string(),
            row.profile.to_string(),
            row.state.to_string(),
            words::moment_or_dash(row.expires_at),
            words::moment_or_dash(row.last_used),
            row.attention.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn details(row: &CredentialRow) -> String {
    let grant = row.grant.as_ref().map(|grant| {
        if grant.owner {
            return "everything: the instance's owner".to_owned();
        }
        serde_json::to_string(grant).expect("a grant has only string keys")
    });
    pairs([
        ("name", Some(row.name.clone())),
        ("side", Some(side(row.side).to_owned())),
        ("holder", row.holder.map(|held| holder(held).to_owned())),
        ("instance", Some(row.instance.clone())),
        ("app_id", Some(row.app_id.to_string())),
        ("profile", Some(row.profile.to_string())),
        ("kid", row.kid.as_ref().map(ToString::to_string)),
        ("state", Some(row.state.to_string())),
        (
            "verified",
            Some(if row.verified { "yes" } else { "no" }.to_owned()),
        ),
        ("ends", row.expires_at.map(words::moment)),
        ("last used", row.last_used.map(words::moment)),
        ("uses", row.uses.map(words::count)),
        ("allows", grant),
        ("attention", row.attention.clone()),
    ])
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Issued => "issued",
        Side::Held => "held",
    }
}

fn holder(holder: Holder) -> &'static str {
    match holder {
        Holder::Console => "console",
        Holder::Instance => "instance",
    }
}
