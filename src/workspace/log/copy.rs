//! A line of the invoke log as something that does the same elsewhere, or as what was said. Never with a secret: a
//! program reads those from its environment.

use super::python::{legacy_program, native_program};
use super::replayable;
use crate::model::{Profile, Route};
use crate::protocol::{Code, HeldCredential, Query};
use crate::workspace::shell::{program, quoted};
use crate::workspace::{Failure, Home, LogEntry, LogKind, Workspace, held};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// What a line can be copied as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogForm {
    /// A command of this program.
    Command,
    /// A Python program.
    Python,
    /// A pipeline around `curl`.
    Curl,
    /// The query.
    Query,
    /// The reply.
    Reply,
}

impl LogForm {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 5] = [Self::Command, Self::Python, Self::Curl, Self::Query, Self::Reply];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Python => "python",
            Self::Curl => "curl",
            Self::Query => "query",
            Self::Reply => "reply",
        }
    }

    /// Its key in the menu.
    pub const fn key(self) -> char {
        match self {
            Self::Command => 'c',
            Self::Python => 'p',
            Self::Curl => 'u',
            Self::Query => 'q',
            Self::Reply => 'r',
        }
    }

    /// What it is.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Command => "the command of this program that does the same",
            Self::Python => "a program that does the same; secrets come from its environment",
            Self::Curl => "butterfly seals, curl posts, butterfly opens",
            Self::Query => "the query as JSON",
            Self::Reply => "the opened reply as JSON",
        }
    }

    /// It in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Command => "a command",
            Self::Python => "a Python program",
            Self::Curl => "a curl pipeline",
            Self::Query => "the query",
            Self::Reply => "the reply",
        }
    }
}

/// What one post of a line comes to: to whom, as whom, and what.
struct Post {
    /// A name that `butterfly seal` knows.
    remote: String,
    /// What the credential is called in the vault.
    name: String,
    credential: HeldCredential,
    query: Query,
}

impl Post {
    /// The command that prints the credential's secrets.
    fn export(&self, home: &Home) -> String {
        format!(
            "{} credential export {} --plain --json",
            program(home),
            quoted(&self.name)
        )
    }
}

impl Workspace {
    /// A line of the log as text to be pasted elsewhere.
    pub async fn log_as(&self, id: u64, form: LogForm) -> Result<String, Failure> {
        let entry = self.log_entry(id).await?;
        match form {
            LogForm::Command => self.as_command(&entry).await,
            LogForm::Python => {
                let post = self.post_of(&entry).await?;
                let (query, export) = (post.query.to_value(), post.export(self.home()));
                Ok(match post.credential.profile() {
                    Profile::Native => native_program(&post.credential, &query, &export),
                    Profile::Legacy => legacy_program(&post.credential, &query, &export),
                })
            }
            LogForm::Curl => Ok(as_curl(&self.post_of(&entry).await?, self.home())),
            LogForm::Query => Ok(pretty(&entry.query)),
            LogForm::Reply => entry.reply.as_ref().map(pretty).ok_or_else(|| {
                Failure::new(
                    Code::InvalidParameter,
                    format!("line {id} has no reply: {}", entry.failure.unwrap_or_default()),
                    "copy its query instead",
                )
            }),
        }
    }

    async fn as_command(&self, entry: &LogEntry) -> Result<String, Failure> {
        let butterfly = program(self.home());
        let instance = quoted(&entry.row.instance);
        if let (LogKind::Call, Some(pointer)) = (entry.row.kind, &entry.row.pointer) {
            let route = entry
                .row
                .route
                .map(|route| format!(" --route {route}"))
                .unwrap_or_default();
            return Ok(format!("{butterfly} call {instance} {pointer}{route} --trace"));
        }
        if entry.row.kind == LogKind::Load {
            return Ok(as_load(&butterfly, entry));
        }
        let query = replayable(entry)?.to_value();
        let other = self.other_app_id(entry).await?;
        let other = other
            .map(|app_id| format!(" --as {}", quoted(app_id.as_str())))
            .unwrap_or_default();
        let query = quoted(&query.to_string());
        Ok(format!("{butterfly} invoke {instance} {query}{other} --trace"))
    }

    /// The post that does the same. A call that this console made step by step ends in one to the peer.
    async fn post_of(&self, entry: &LogEntry) -> Result<Post, Failure> {
        let record = self.record(&entry.row.instance).await?;
        if let (LogKind::Call, Some(Route::Relay), Some(address)) =
            (entry.row.kind, entry.row.route, &entry.row.pointer)
        {
            let detail = self.pointer(&entry.row.instance, address).await?;
            let connection_id = detail.pointer.connection_id;
            let parameters = json!({"connection_id": connection_id, "pointer_address": address});
            return Ok(Post {
                credential: self.credential_of(&record).await?,
                remote: entry.row.instance.clone(),
                name: record.credential.clone(),
                query: Query::new("invoke_through_connection", parameters),
            });
        }
        let query = replayable(entry)?;
        let used = entry
            .row
            .credential
            .clone()
            .unwrap_or_else(|| record.credential.clone());
        if used == record.credential {
            return Ok(Post {
                credential: self.credential_of(&record).await?,
                remote: entry.row.instance.clone(),
                name: record.credential.clone(),
                query,
            });
        }
        let name = used.clone();
        let found = self.in_vault(move |vault| vault.held_by_name(&name)).await?;
        let found = found.ok_or_else(|| {
            Failure::new(
                Code::CredentialNotFound,
                format!("the credential {used} is not in the vault any more"),
                "see which there are with `butterfly credential list`",
            )
        })?;
        Ok(Post {
            credential: held::usable(found)?,
            remote: used.clone(),
            name: used,
            query,
        })
    }
}

/// The load that a line sums up.
fn as_load(butterfly: &str, entry: &LogEntry) -> String {
    let instance = quoted(&entry.row.instance);
    let reply = entry.reply.as_ref();
    let figures = reply.and_then(|reply| reply.get("result").or(reply.get("figures")));
    let asked = figures
        .map(|figures| figures["asked"].clone())
        .unwrap_or_default();
    let mut command = format!("{butterfly} bench {instance}");
    match &entry.row.pointer {
        Some(pointer) => command.push_str(&format!(" --pointer {pointer}")),
        None => command.push_str(&format!(" {}", quoted(&entry.query.to_string()))),
    }
    let routes = asked["routes"].as_array().into_iter().flatten();
    for route in routes.filter_map(Value::as_str) {
        command.push_str(&format!(" --route {}", quoted(route)));
    }
    for option in ["rate", "concurrency", "count"] {
        if let Some(number) = asked[option].as_number() {
            command.push_str(&format!(" --{option} {number}"));
        }
    }
    for (option, member) in [("duration", "duration_ms"), ("warm-up", "warm_up_ms")] {
        if let Some(time) = asked[member].as_u64() {
            command.push_str(&format!(" --{option} {time}ms"));
        }
    }
    command
}

/// The sealed query and its token go from one program to the next without ever being an argument. What is one is
/// the `jti`, the last word that `seal` says: no secret, and what the reply has to answer.
fn as_curl(post: &Post, home: &Home) -> String {
    let butterfly = program(home);
    let remote = quoted(&post.remote);
    let query = quoted(&post.query.to_value().to_string());
    let pins: Vec<String> = post
        .credential
        .pins
        .iter()
        .filter_map(|pin| URL_SAFE_NO_PAD.decode(&pin.0).ok())
        .map(|digest| format!("sha256//{}", STANDARD.encode(digest)))
        .collect();
    let pinned = if pins.is_empty() {
        String::new()
    } else {
        // The pin decides, as it does for this program.
        format!(" --insecure --pinnedpubkey '{}'", pins.join(";"))
    };
    let jti = match post.credential.profile() {
        Profile::Native => " --jti \"${sealed##* }\"",
        Profile::Legacy => "",
    };
    format!(
        "sealed=$({butterfly} seal {remote} {query} --curl) &&\n  \
         curl --silent --show-error{pinned} --config - <<END |\n\
         $sealed\n\
         END\n  \
         {butterfly} open {remote} -{jti}"
    )
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a value has only string keys")
}
