//! `butterfly credential export` and `import`: secrets in plain text, where a person asked for that.

use super::handed_over::form_of;
use super::home::require_home;
use crate::cli::arguments::read_file;
use crate::cli::ask;
use crate::cli::outcome::{Outcome, file_failed, usage, write_line};
use crate::cli::plain_values::values_text;
use crate::cli::session::Session;
use crate::model::InstanceName;
use crate::protocol::CredentialForm;
use crate::seal::private;
use crate::workspace::{Failure, RemoteRequest};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

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

/// Add a remote instance from plain values.
///
/// They are read as this program prints them with --json: by `credential export --plain`, `handshake offer --by plain`
/// (all of it, or one element of `plain`; of several the console's), `domain access-key create` or `credential rotate`.
#[derive(Debug, Args)]
pub struct Import {
    /// What to call the remote in this home.
    name: InstanceName,
    /// The file; - for stdin.
    file: PathBuf,
}

impl Export {
    pub async fn run(self, session: &Session) -> Outcome {
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
            values_text(&form)
        };
        match &self.out {
            None => write_line(text.trim_end()),
            Some(path) => {
                write_private(path, text.as_bytes())?;
                session.note(&format!("written to {}", path.display()));
                session.show_export(path, 1)
            }
        }
    }
}

impl Import {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("importing a credential")?;
        let bytes = Zeroizing::new(read_file(&self.file)?);
        let credential = form_of(&bytes)
            .and_then(|form| form.into_held())
            .map_err(|error| {
                usage(
                    format!("{}: {error}", self.file.display()),
                    "give what `credential export NAME --plain`, `handshake offer --by plain` or `domain access-key create` prints with --json",
                )
            })?;
        let workspace = session.open_or_create().await?;
        let name = self.name;
        let credential = CredentialForm::of(&credential);
        let row = workspace.add_remote(RemoteRequest { name, credential }).await?;
        session.show(&row, || {
            session.here(&format!(
                "{} is added; see whether it answers with `butterfly instance probe {0}`.",
                row.name
            ))
        })
    }
}

/// A new file that only its owner may read.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    private::files()
        .write(true)
        .create_new(true)
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
