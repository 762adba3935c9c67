//! `butterfly handshake accept`: a bundle that somebody sent, or a code that somebody read out.

use super::inspect::{PASSPHRASE_VARIABLE, Parcel, given_passphrase, parcel};
use crate::cli::arguments::read_file;
use crate::cli::ask;
use crate::cli::outcome::{Outcome, usage};
use crate::cli::secrets::text_from_environment;
use crate::cli::session::Session;
use crate::cli::table::pairs;
use crate::handshake::OneTimeCode;
use crate::model::InstanceName;
use crate::protocol::Code;
use crate::seal::Passphrase;
use crate::workspace::{AcceptRequest, Accepted, Failure, Received, SecretFile, Workspace};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The variable that may hold a one-time code.
const CODE_VARIABLE: &str = "BUTTERFLY_HANDSHAKE_CODE";

/// Accept a credential that somebody offers, and keep it.
///
/// FILE is a bundle: one under a passphrase, or the answer to a request of ours; which one shows by itself. With --url,
/// a code that the other administrator reads out is typed instead.
#[derive(Debug, Args)]
pub struct Accept {
    /// The bundle's file; - for stdin.
    #[arg(required_unless_present = "url", conflicts_with = "url")]
    file: Option<PathBuf>,
    /// The file that holds the bundle's passphrase; else BUTTERFLY_BUNDLE_PASSPHRASE, or a prompt.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    passphrase_file: Option<PathBuf>,
    /// Claim a one-time code from the instance at this URL.
    #[arg(long)]
    url: Option<String>,
    /// The file that holds the code; else BUTTERFLY_HANDSHAKE_CODE, or a prompt.
    #[arg(long, value_name = "FILE", requires = "url")]
    code_file: Option<PathBuf>,
    /// What to call the remote in this home; what the bundle proposes unless told. One that is here already keeps its name.
    #[arg(long)]
    name: Option<InstanceName>,
    /// The instance of ours that shall relay with the bundle's instance credential.
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
}

impl Accept {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("accepting a credential")?;
        let (received, workspace) = match (&self.file, &self.url) {
            (_, Some(url)) => {
                let code = code(self.code_file.as_ref())?;
                let url = url.clone();
                let workspace = self.home(session).await?;
                (Received::Code { url, code }, workspace)
            }
            (Some(file), None) => {
                let bundle = read_file(file)?;
                self.bundle(session, bundle).await?
            }
            (None, None) => {
                return Err(usage(
                    "nothing to accept was named",
                    "give a bundle's file, or --url and a code",
                ));
            }
        };
        let accepted = workspace
            .accept(AcceptRequest {
                received,
                name: self.name,
                instance: self.instance,
            })
            .await?;
        if let Some(warning) = &accepted.warning {
            session.note(&format!("warning: {warning}"));
        }
        session.show(&accepted, || explain(session, &accepted))
    }

    async fn bundle<'s>(
        &self,
        session: &'s Session,
        bundle: Vec<u8>,
    ) -> Outcome<(Received, &'s Arc<Workspace>)> {
        match parcel(&bundle).await? {
            Parcel::Request => Err(usage(
                "this is a request: somebody asks you for a credential",
                "answer it with `butterfly handshake offer INSTANCE --request FILE`",
            )),
            Parcel::Answer if !session.home().has_vault() => {
                let failure = Failure::new(
                    Code::CannotOpen,
                    format!(
                        "the bundle answers a request, and nothing was asked from {}",
                        session.home().root().display()
                    ),
                    "accept it with the home (--home) where `handshake request` was run",
                );
                Err(failure.into())
            }
            Parcel::Answer => Ok((Received::Request { bundle }, self.home(session).await?)),
            Parcel::Bundle => {
                let passphrase = passphrase(self.passphrase_file.clone())?;
                if self.instance.is_none() && !session.home().has_vault() {
                    // A bundle that does not open is no reason to make a home.
                    Workspace::inspect_bundle(&bundle, Some(&passphrase)).await?;
                }
                let workspace = self.home(session).await?;
                Ok((Received::Passphrase { bundle, passphrase }, workspace))
            }
        }
    }

    /// The home, made if there is none; not where an instance in it was named.
    async fn home<'s>(&self, session: &'s Session) -> Result<&'s Arc<Workspace>, Failure> {
        match &self.instance {
            Some(instance) => session.open_for(instance.as_str()).await,
            None => session.open_or_create().await,
        }
    }
}

fn passphrase(file: Option<PathBuf>) -> Result<Passphrase, Failure> {
    match given_passphrase(file)? {
        Some(passphrase) => Ok(passphrase),
        None if ask::is_possible() => ask::passphrase("Passphrase of the bundle: "),
        None => Err(Failure::new(
            Code::CannotOpen,
            "the bundle needs its passphrase, and nobody can be asked",
            format!("give --passphrase-file, or set {PASSPHRASE_VARIABLE}"),
        )),
    }
}

/// The code, checked for its form before anybody hears of it: there is only one try.
fn code(file: Option<&PathBuf>) -> Result<Zeroizing<String>, Failure> {
    let given = match file {
        Some(path) => Some(SecretFile::read(path)?.text()),
        None => text_from_environment(CODE_VARIABLE)?,
    };
    if let Some(code) = given {
        check_form(&code)?;
        return Ok(code);
    }
    if !ask::is_possible() {
        return Err(Failure::new(
            Code::CodeRefused,
            "the code is missing, and nobody can be asked",
            format!("give --code-file, or set {CODE_VARIABLE}"),
        ));
    }
    loop {
        // Typed in sight: whoever mistypes it has burnt it, and once it is claimed it is worth nothing.
        let code = Zeroizing::new(ask::line("The code that the other administrator reads out: ")?);
        match check_form(&code) {
            Ok(()) => return Ok(code),
            Err(failure) => ask::tell(&failure.message),
        }
    }
}

fn check_form(code: &str) -> Result<(), Failure> {
    OneTimeCode::parse(code).map(drop).map_err(|error| {
        Failure::new(
            Code::CodeRefused,
            error.to_string(),
            "give the code as it was read out; it was not tried, so that it is still good",
        )
    })
}

fn explain(session: &Session, accepted: &Accepted) -> String {
    let mut text = pairs([
        ("remote", Some(accepted.remote.to_string())),
        ("called as", Some(accepted.app_id.to_string())),
        ("state", Some(accepted.state.to_string())),
        ("credentials", Some(accepted.credentials.join(", "))),
        (
            "connection",
            accepted.connection_id.as_ref().map(ToString::to_string),
        ),
        ("words", Some(accepted.words.join(" "))),
    ]);
    text.push_str(&format!(
        "\nCompare the seven words with whoever made the offer, over the phone, and say here what came of it:\n  {}\n",
        session.command(&format!("handshake verify {}", accepted.id))
    ));
    text.push_str(match accepted.verify_first {
        true => "Until people on both sides did, it opens nothing.",
        false => "If they differ, somebody is in between, and that forgets it again.",
    });
    text
}
