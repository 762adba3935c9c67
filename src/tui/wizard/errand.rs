//! What the wizard wants of the workspace, and what comes back.

use crate::handshake::guide::{Course, Source};
use crate::model::{ConnectionId, Grant, InstanceName, Pointer, PointerAddress, Side};
use crate::protocol::{Code, Query};
use crate::seal::Passphrase;
use crate::store::PointerQuery;
use crate::tui::outcome::Outcome;
use crate::tui::paths::typed_path;
use crate::workspace::{
    AcceptRequest, Accepted, AskRequest, CallOptions, Called, Check, Failure, FederateRequest, HandshakeRow,
    InvokeOptions, OfferMade, OfferRequest, Received, RemoteRequest, RequestMade, Verified, Workspace,
};
use serde_json::{Value, json};
use std::path::Path;
use zeroize::Zeroizing;

/// Pointers that a list shows at once; typing finds the others.
const PAGE: u64 = 200;

/// Something to be done for the wizard.
pub enum Errand {
    /// What can be resumed.
    Begin,
    /// Keep where the wizard is; none forgets it.
    KeepDraft(Option<Value>),
    /// Pointers to pick from, those that a word finds.
    Pointers(InstanceName, String),
    /// Connections to pick from.
    Connections(InstanceName),
    /// Look into a request that came.
    ReadRequest(Source),
    /// Make an offer.
    Offer(Box<OfferRequest>),
    /// Make another code for it.
    NewCode(String),
    /// Look into a bundle without keeping anything.
    Inspect(Source, Passphrase),
    /// Make a request.
    Ask(Box<AskRequest>),
    /// The text of a request that was made.
    AskAgain(String),
    /// Open what came, and keep it.
    Accept {
        /// What came.
        opening: Opening,
        /// What to call the remote.
        name: Option<InstanceName>,
        /// Which instance of ours shall hold the credential for relay.
        instance: Option<InstanceName>,
    },
    /// Add a remote from plain values.
    AddRemote(Box<RemoteRequest>),
    /// Look at the handshake.
    Look(String),
    /// Look at it, and go on with it if that needs nobody here.
    Advance(String),
    /// People compared the words.
    Verify(String, bool),
    /// Make the live checks of these credentials; of all that are held for the remote if none are named.
    Check(Vec<String>, Option<InstanceName>),
    /// Make a federated pointer.
    Federate(Box<FederateRequest>),
    /// Make the first call.
    Call(InstanceName, PointerAddress),
}

/// With what something is opened that came.
pub enum Opening {
    /// A one-time code.
    Code(String, Zeroizing<String>),
    /// Words.
    Passphrase(Source, Passphrase),
    /// The key of a request of ours.
    Request(Source),
}

/// What came of an errand.
pub enum Heard {
    /// What can be resumed: handshakes under way, and where the wizard was left.
    Begun(Vec<HandshakeRow>, Option<Box<Course>>),
    /// The draft is kept or forgotten.
    Kept,
    /// Pointers to pick from, and how many there are in all.
    Pointers(Vec<Pointer>, Option<u64>),
    /// Connections to pick from.
    Connections(Vec<(ConnectionId, String)>),
    /// A request's text, and what it says.
    Request(String, Value),
    /// The offer is made, or has another code.
    Made(Box<OfferMade>),
    /// What a bundle says.
    Says(Box<Value>),
    /// The request is made.
    Asked(Box<RequestMade>),
    /// The request as it was made.
    AskedBefore(Box<RequestMade>),
    /// What came is kept.
    Accepted(Box<Accepted>),
    /// The remote is added.
    Added(InstanceName),
    /// The handshake as it stands.
    Row(Box<HandshakeRow>),
    /// What saying that the words match came to, and the handshake as it stands.
    Verified(Box<Verified>, Option<Box<HandshakeRow>>),
    /// The live checks are made.
    Checked {
        /// The remote that they were made on.
        remote: Option<InstanceName>,
        /// What we may.
        grant: Option<Grant>,
    },
    /// A federated pointer is made.
    Federated(Box<Pointer>),
    /// The first call came back.
    Called(Box<Called>),
}

impl Heard {
    /// Whether the lists of the console may show other things now.
    pub fn changes_lists(&self) -> bool {
        matches!(
            self,
            Self::Made(_) | Self::Accepted(_) | Self::Added(_) | Self::Federated(_) | Self::Called(_)
        ) || matches!(self, Self::Checked { .. })
    }
}

/// News for the wizard.
pub enum News {
    /// An errand is done.
    Came(u64, Outcome<Heard>),
    /// One of the live checks is made.
    Check(u64, Check),
    /// It is time to look at the handshake.
    Poll(u64),
    /// It is time to hide what is secret.
    Mask(u64),
    /// The filter was not changed for a moment.
    Rested(u64, String),
}

impl News {
    /// Whether the lists of the console may show other things now.
    pub fn changes_lists(&self) -> bool {
        matches!(self, Self::Came(_, Ok(heard)) if heard.changes_lists())
    }
}

/// Does an errand. `report` hears of live checks one by one.
pub async fn run(workspace: &Workspace, errand: Errand, report: &(dyn Fn(&Check) + Sync)) -> Outcome<Heard> {
    Ok(match errand {
        Errand::Begin => {
            let (rows, _) = workspace.handshakes(false).await?;
            let draft = workspace.wizard_draft().await?;
            let course = draft.and_then(|value| serde_json::from_value::<Course>(value).ok());
            Heard::Begun(rows, course.map(Box::new))
        }
        Errand::KeepDraft(draft) => {
            workspace.keep_wizard_draft(draft).await?;
            Heard::Kept
        }
        Errand::Pointers(instance, word) => {
            let query = PointerQuery {
                term: (!word.is_empty()).then_some(word),
                limit: Some(PAGE),
                ..PointerQuery::default()
            };
            let page = workspace.pointers(instance.as_str(), &query).await?;
            Heard::Pointers(page.pointers, page.total)
        }
        Errand::Connections(instance) => connections(workspace, &instance).await?,
        Errand::ReadRequest(source) => {
            let text = String::from_utf8(read(source).await?).map_err(|_| not_text())?;
            let says = Workspace::inspect_request(&text)?;
            Heard::Request(text, says)
        }
        Errand::Offer(request) => Heard::Made(Box::new(workspace.offer(*request).await?)),
        Errand::NewCode(id) => Heard::Made(Box::new(workspace.new_code(&id).await?)),
        Errand::Inspect(source, passphrase) => {
            let bundle = read(source).await?;
            let says = Workspace::inspect_bundle(&bundle, Some(&passphrase)).await?;
            Heard::Says(Box::new(says))
        }
        Errand::Ask(request) => Heard::Asked(Box::new(workspace.ask(*request).await?)),
        Errand::AskAgain(id) => Heard::AskedBefore(Box::new(workspace.request_again(&id, None).await?)),
        Errand::Accept {
            opening,
            name,
            instance,
        } => {
            let received = received(opening).await?;
            let request = AcceptRequest {
                received,
                name,
                instance,
            };
            Heard::Accepted(Box::new(workspace.accept(request).await?))
        }
        Errand::AddRemote(request) => {
            let name = request.name.clone();
            workspace.add_remote(*request).await?;
            Heard::Added(name)
        }
        Errand::Look(id) => Heard::Row(Box::new(workspace.handshake(&id).await?)),
        Errand::Advance(id) => {
            let done = workspace.advance(&id).await?;
            verified(workspace, &id, done).await
        }
        Errand::Verify(id, words_match) => {
            let done = workspace.verify(&id, words_match).await?;
            verified(workspace, &id, done).await
        }
        Errand::Check(names, remote) => check(workspace, names, remote, report).await?,
        Errand::Federate(request) => Heard::Federated(Box::new(workspace.federate(*request).await?)),
        Errand::Call(instance, address) => {
            let options = CallOptions {
                trace: true,
                ..CallOptions::default()
            };
            let called = workspace.call(instance.as_str(), &address, options).await?;
            Heard::Called(Box::new(called))
        }
    })
}

async fn verified(workspace: &Workspace, id: &str, done: Verified) -> Heard {
    let row = workspace.handshake(id).await.ok().map(Box::new);
    Heard::Verified(Box::new(done), row)
}

async fn received(opening: Opening) -> Outcome<Received> {
    Ok(match opening {
        Opening::Code(url, code) => Received::Code { url, code },
        Opening::Passphrase(source, passphrase) => Received::Passphrase {
            bundle: read(source).await?,
            passphrase,
        },
        Opening::Request(source) => Received::Request {
            bundle: read(source).await?,
        },
    })
}

async fn connections(workspace: &Workspace, instance: &InstanceName) -> Outcome<Heard> {
    let query = Query::new("list_connections", json!({}));
    let invoked = workspace
        .invoke(instance.as_str(), &query, InvokeOptions::default())
        .await?;
    if let Some(problem) = invoked.reply.problem() {
        return Err(Failure::from(problem).on(instance.as_str()));
    }
    let listed = invoked.reply.into_result().unwrap_or_default();
    let rows = listed.get("connections").and_then(Value::as_array).cloned();
    let named = rows.unwrap_or_default().into_iter().filter_map(|row| {
        let id: ConnectionId = serde_json::from_value(row.get("id")?.clone()).ok()?;
        let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
        Some((id, name.to_owned()))
    });
    Ok(Heard::Connections(named.collect()))
}

async fn check(
    workspace: &Workspace,
    mut names: Vec<String>,
    mut remote: Option<InstanceName>,
    report: &(dyn Fn(&Check) + Sync),
) -> Outcome<Heard> {
    let (rows, _) = workspace.credentials().await?;
    let held = |row: &&crate::workspace::CredentialRow| row.side == Side::Held;
    if names.is_empty()
        && let Some(remote) = &remote
    {
        let mine = rows
            .iter()
            .filter(held)
            .filter(|row| row.instance == remote.as_str());
        names = mine.map(|row| row.name.clone()).collect();
    }
    let mut grant = None;
    for name in &names {
        if let Some(row) = rows.iter().filter(held).find(|row| row.name == *name) {
            grant = grant.or_else(|| row.grant.clone());
            remote = remote.or_else(|| InstanceName::parse(&row.instance).ok());
        }
        workspace.check_credential(name, report).await?;
    }
    // With plain values no bundle said what was granted; the other side knows.
    if let (None, Some(remote)) = (&grant, &remote) {
        grant = told_grant(workspace, remote).await;
    }
    Ok(Heard::Checked { remote, grant })
}

/// What the remote says that we may; none from an original instance, which knows no grants.
async fn told_grant(workspace: &Workspace, remote: &InstanceName) -> Option<Grant> {
    let query = Query::new("whoami", json!({}));
    let asked = workspace.invoke(remote.as_str(), &query, InvokeOptions::default());
    let result = asked.await.ok()?.reply.into_result()?;
    serde_json::from_value(result.pointer("/credential/grant")?.clone()).ok()
}

/// The bytes of what came: of a file, or as they were pasted.
async fn read(source: Source) -> Outcome<Vec<u8>> {
    let file = match source {
        Source::Text(text) => return Ok(text.into_bytes()),
        Source::File(file) => file,
    };
    let path = typed_path(Path::new(&file));
    tokio::fs::read(&path).await.map_err(|error| {
        Failure::new(
            Code::FileFailed,
            format!("{} cannot be read: {error}", path.display()),
            "check the path, or paste the text itself",
        )
    })
}

fn not_text() -> Failure {
    Failure::new(
        Code::RequestRefused,
        "the file is not text, so it is no request",
        "ask the other administrator to send the request as it was made",
    )
}
