//! `butterfly handshake inspect`: what a file is that somebody sent. Keeps nothing and needs no home.

use crate::cli::arguments::read_file;
use crate::cli::grant_words::describe_grant;
use crate::cli::outcome::Outcome;
use crate::cli::secrets::passphrase_from_environment;
use crate::cli::session::Session;
use crate::cli::table::pairs;
use crate::model::Grant;
use crate::seal::Passphrase;
use crate::workspace::{Failure, SecretFile, Workspace};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// The variable that may hold a bundle's passphrase.
pub const PASSPHRASE_VARIABLE: &str = "BUTTERFLY_BUNDLE_PASSPHRASE";

/// What people and mail programs write before a request, in bytes.
const LONGEST_PREAMBLE: usize = 64 * 1024;

/// Look into a bundle or a request without keeping anything.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The file that somebody sent; - for stdin.
    file: PathBuf,
    /// The file that holds a bundle's passphrase; else BUTTERFLY_BUNDLE_PASSPHRASE. Without it, only the outside is seen.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// What a file is, by what can be seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parcel {
    /// Somebody asks us for a credential.
    Request,
    /// A bundle sealed to a request of ours, or of somebody else.
    Answer,
    /// A bundle under a passphrase, or nothing that we know: opening it says which.
    Bundle,
}

impl Inspect {
    pub async fn run(self, session: &Session) -> Outcome {
        let bytes = read_file(&self.file)?;
        if parcel(&bytes).await? == Parcel::Request {
            let seen = Workspace::inspect_request(&String::from_utf8_lossy(&bytes))?;
            return session.show(&seen, || describe_request(session, &seen));
        }
        let passphrase = given_passphrase(self.passphrase_file)?;
        let seen = Workspace::inspect_bundle(&bytes, passphrase.as_ref()).await?;
        session.show(&seen, || describe(&seen))?;
        if passphrase.is_none() && !session.is_json() {
            session.note(match is_answer(&seen) {
                true => "Only the home whose request it answers can open it, with handshake accept.",
                false => "Give its passphrase to see what it offers.",
            });
        }
        Ok(())
    }
}

/// Tells apart what may have been sent.
pub async fn parcel(bytes: &[u8]) -> Result<Parcel, Failure> {
    if is_request(bytes) {
        return Ok(Parcel::Request);
    }
    let seen = Workspace::inspect_bundle(bytes, None).await?;
    Ok(match is_answer(&seen) {
        true => Parcel::Answer,
        false => Parcel::Bundle,
    })
}

/// Whether it begins as requests do, whatever became of blanks and line ends on the way.
fn is_request(bytes: &[u8]) -> bool {
    let begin = b"-----BEGINBUTTERFLYREQUEST-----";
    let squeezed: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take(LONGEST_PREAMBLE)
        .collect();
    squeezed.windows(begin.len()).any(|window| window == begin)
}

/// Whether a bundle is sealed to a request: then no words open it, and there is no cost of trying some.
fn is_answer(seen: &Value) -> bool {
    seen["sealed"] == true && seen["outside"]["work_factor"].is_null()
}

/// A passphrase that was given without a question.
pub fn given_passphrase(file: Option<PathBuf>) -> Result<Option<Passphrase>, Failure> {
    match file {
        Some(path) => SecretFile::read(&path)?.passphrase().map(Some),
        None => passphrase_from_environment(PASSPHRASE_VARIABLE),
    }
}

fn member(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

fn list(value: &Value, by: &str) -> Option<String> {
    let items: Vec<&str> = value.as_array()?.iter().filter_map(Value::as_str).collect();
    Some(items.join(by))
}

fn describe_request(session: &Session, seen: &Value) -> String {
    format!(
        "{}\nSomebody asks you for a credential. Answer with:\n  {}",
        pairs([
            ("request", member(seen, "id")),
            ("from", member(seen, "name")),
            ("identity", member(seen, "identity")),
            ("instance id", member(seen, "instance")),
            ("would call as", member(seen, "app_id")),
            ("holders", list(&seen["holders"], " and ")),
            ("expires", member(seen, "expires_at")),
        ]),
        session.command("handshake offer INSTANCE --request FILE")
    )
}

/// What a bundle offers, from what the workspace says of it.
fn describe(seen: &Value) -> String {
    let Some(credentials) = seen["credentials"].as_array() else {
        let how = match is_answer(seen) {
            true => "yes, to whoever made a request",
            false => "yes, under a passphrase",
        };
        return pairs([
            ("sealed", Some(how.to_owned())),
            ("bytes", Some(seen["outside"]["size"].to_string())),
        ]);
    };
    let mut text = pairs([
        ("instance", member(&seen["instance"], "name")),
        ("instance id", member(&seen["instance"], "id")),
        ("endpoint", member(seen, "endpoint")),
        ("profile", member(seen, "profile")),
        ("offered", member(seen, "offered_at")),
        ("expires", member(seen, "expires_at")),
        ("words", list(&seen["words"], " ")),
    ]);
    for credential in credentials {
        let grant = serde_json::from_value::<Grant>(credential["grant"].clone());
        text.push('\n');
        text.push_str(&pairs([
            ("for", member(credential, "holder")),
            ("called as", member(credential, "app_id")),
            ("lease ends", member(credential, "lease_ends")),
        ]));
        if let Ok(grant) = grant {
            text.push_str(&describe_grant(&grant));
            text.push('\n');
        }
    }
    text
}
