//! What the functions of a workspace take and give: plain data, ready to show or to print as JSON.

mod fields;
mod handshake;
mod lifecycle;
mod neighbors;

pub use fields::{CREDENTIAL_FIELDS, INSTANCE_FIELDS};
pub use handshake::{
    AcceptRequest, Accepted, AskRequest, BundleView, Check, CheckKind, CheckResult, HandshakeRow, OfferMade,
    OfferRequest, Received, RequestMade, Verified,
};
pub use lifecycle::{AuditReport, Dependent, HeadCheck, Rotated};
pub use neighbors::{HangingOn, Neighbor, NeighborPage, Taken};

use crate::handshake::Alarm;
use crate::instance::{KeySource, Tls};
use crate::model::{
    AppId, Connection, CredentialState, Delivery, Endpoint, Grant, Holder, InstanceId, InstanceKind,
    InstanceName, InstanceState, Pointer, PointerAddress, Profile, Route, Side, Timestamp,
};
use crate::protocol::{CredentialForm, Hop, Query, Reply, Spki};
use crate::store::{PointerPage, Relationship};
use crate::workspace::failure::Failure;
use crate::workspace::sorting::{LogColumn, Sorting};
use serde::Serialize;
use serde_json::Value;
use std::net::SocketAddr;

/// Who hosts a local instance right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostedBy {
    /// Nobody, or it is not ours to host.
    Nobody,
    /// This process.
    Here,
    /// Another process, by its id.
    Other(u32),
    /// That cannot be told: it may be hosted by another user, and is treated as hosted.
    Unknown,
}

/// An instance, as listed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstanceRow {
    /// Its name in this home.
    pub name: InstanceName,
    /// Local or remote.
    pub kind: InstanceKind,
    /// Where it answers.
    pub endpoint: Endpoint,
    /// The profile of the credential that this console administers or calls it with.
    pub profile: Profile,
    /// How it was when last looked at.
    pub state: InstanceState,
    /// Its id, where it has one.
    pub instance_id: Option<InstanceId>,
    /// Who hosts it.
    pub hosted_by: HostedBy,
    /// The name under which we call it.
    pub app_id: AppId,
    /// Round trip of the last probe, microseconds.
    pub latency_us: Option<u64>,
    /// Pointers on it, when last told.
    pub pointers: Option<u64>,
    /// Its program's version, when told.
    pub version: Option<String>,
    /// A number that is another one whenever anything changed on it, if this look was told.
    #[serde(skip)]
    pub changes: Option<u64>,
    /// What the last probe found wrong, with the remedy.
    pub error: Option<String>,
    /// Whether the console refuses to change anything on it.
    pub read_only: bool,
    /// How many seconds a call may take, if a person chose that.
    pub patience_s: Option<u64>,
    /// Its colour, as a place in the theme's palette from 1 on, if a person chose one.
    pub colour: Option<u8>,
    /// The held credential that it is called with, by name.
    pub credential: String,
    /// When it was last looked at.
    pub seen_at: Option<Timestamp>,
    /// When it last answered a sealed call: pointers and version are from then.
    pub answered_at: Option<Timestamp>,
}

/// Everything about an instance that this home can tell without asking it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstanceDetail {
    /// As it is listed.
    #[serde(flatten)]
    pub row: InstanceRow,
    /// When it was made or added.
    pub added_at: Timestamp,
    /// A hosted one: since when.
    pub hosted_since: Option<Timestamp>,
    /// A local one: its folder.
    pub folder: Option<String>,
    /// TLS keys that are accepted, as SHA-256 of their SPKI; none where authorities decide.
    pub pins: Vec<String>,
    /// A local one: what it was told before it started, as labels and values.
    pub settings: Vec<(&'static str, String)>,
}

/// What to change of an instance in this home; what is none stays.
#[derive(Clone, Default)]
pub struct InstanceChange {
    /// Its colour: a place in the theme's palette from 1 on, or none for the one that comes with its place.
    pub colour: Option<Option<u8>>,
    /// Whether anything may be changed on it from here.
    pub read_only: Option<bool>,
    /// How many seconds a call may take, or none for what is usual.
    pub patience_s: Option<Option<u64>>,
    /// A local one: for how many days it keeps its audit trail; 0 for ever.
    pub audit_days: Option<u32>,
    /// A local one: how many MiB of its audit trail it keeps; 0 for any size.
    pub audit_mib: Option<u32>,
    /// Where a remote answers now.
    pub endpoint: Option<Endpoint>,
    /// Fresh values for the credential that a remote is called with.
    pub credential: Option<CredentialForm>,
    /// The TLS keys that a remote may show from now on, as compared with its administrator.
    pub pins: Option<Vec<Spki>>,
}

impl InstanceChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.colour.is_none()
            && self.read_only.is_none()
            && self.patience_s.is_none()
            && self.audit_days.is_none()
            && self.audit_mib.is_none()
            && self.endpoint.is_none()
            && self.credential.is_none()
            && self.pins.is_none()
    }
}

/// A local instance to make.
#[derive(Debug, Clone)]
pub struct InitInstance {
    /// Its name.
    pub name: InstanceName,
    /// Where it will listen; none chooses loopback and port 5001, or a free port if that is taken by a sibling.
    pub listen: Option<SocketAddr>,
    /// Its endpoint, where that is not what it listens on.
    pub endpoint: Option<Endpoint>,
    /// Plain HTTP on an address that is not loopback.
    pub insecure_http: bool,
    /// TLS, and with which certificate; none for plain HTTP.
    pub tls: Option<Tls>,
    /// Where its key is.
    pub key: KeySource,
}

/// A remote instance to add, from plain values.
#[derive(Clone)]
pub struct RemoteRequest {
    /// Its name in this home.
    pub name: InstanceName,
    /// How to call it.
    pub credential: CredentialForm,
}

/// A page of pointers, and what is to be known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PointerList {
    /// The page.
    pub page: PointerPage,
    /// What keeps it from being all that was asked for.
    pub remark: Option<ListRemark>,
}

/// What keeps a page from being all that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListRemark {
    /// The instance cannot filter or sort like this; this was done here, among all of its pointers.
    DoneHere,
    /// The same, among so many of its pointers only: there may be more that match.
    Among(u64),
    /// Some of what an original instance gave is no pointer as it should be.
    Unreadable {
        /// How many.
        count: u64,
        /// The first of them, each with its member that is wrong.
        rows: String,
    },
}

/// A pointer with what is around it.
#[derive(Debug, Clone, PartialEq)]
pub struct PointerDetail {
    /// The pointer.
    pub pointer: Pointer,
    /// Stored relationships.
    pub neighbors: Vec<Relationship>,
    /// The connection that it is assigned to, if it is to one, and that may be seen.
    pub connection: Option<Connection>,
    /// For a circuit: the connections through which its steps ask other instances, as far as they may be seen.
    pub relays: Vec<Connection>,
    /// For a federated pointer: the instance in this home that its endpoint belongs to, if one does.
    pub leads_to: Option<InstanceName>,
    /// For a federated pointer: the credential that opens that door, if one is held: the instance's own on
    /// route relay, else the console's.
    pub credential: Option<String>,
}

/// How to invoke.
#[derive(Debug, Clone, Default)]
pub struct InvokeOptions {
    /// Under another name than the usual one: a credential that we hold for this app_id.
    pub as_app_id: Option<AppId>,
    /// Ask every hop for its phases.
    pub trace: bool,
    /// Seconds to wait; 30 if none.
    pub timeout_seconds: Option<u64>,
}

/// A finished invoke.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// Its place in the invoke log; or why it is not there, though it was made.
    pub log_id: Result<u64, Failure>,
    /// The reply as it was opened.
    pub reply: Reply,
    /// Who gave it: the name in this home, or host and port.
    pub answered_by: String,
    /// Microseconds.
    pub elapsed_us: u64,
    /// The phases, outermost hop first.
    pub hops: Vec<Hop>,
}

/// How to make a federated call.
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    /// The route; the pointer's own if none.
    pub route: Option<Route>,
    /// Ask every hop for its phases.
    pub trace: bool,
    /// Seconds to wait; 30 if none.
    pub timeout_seconds: Option<u64>,
    /// What to ask the peer instead of what the pointer says; not on route circuit, whose query is sealed already.
    pub query: Option<Query>,
}

/// A finished federated call.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// Its place in the invoke log; or why it is not there, though it was made.
    pub log_id: Result<u64, Failure>,
    /// The peer's reply, opened.
    pub reply: Reply,
    /// Who gave it: the name in this home, or host and port.
    pub answered_by: String,
    /// The route taken.
    pub route: Route,
    /// Microseconds.
    pub elapsed_us: u64,
    /// The phases, outermost hop first.
    pub hops: Vec<Hop>,
}

/// A federated pointer to make.
#[derive(Debug, Clone)]
pub struct FederateRequest {
    /// The instance that gets the pointer.
    pub instance: InstanceName,
    /// Which peer: the name of a remote (or local) instance in this home, or of a held credential.
    pub via: String,
    /// What the peer is asked.
    pub query: Query,
    /// How calls travel.
    pub route: Route,
    /// What the pointer is, in words; made up from the query if none.
    pub description: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
}

/// A query sealed for someone else to send.
#[derive(Clone, Serialize)]
pub struct Sealed {
    /// Where to post it.
    pub endpoint: Endpoint,
    /// The header `Content-Type`.
    pub content_type: &'static str,
    /// The header `Authorization`, a bearer token: good for one minute.
    pub authorization: String,
    /// The body.
    pub body: String,
    /// What `open` needs to open the reply (native).
    pub jti: Option<String>,
}

/// A credential, issued or held, as listed. No secrets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CredentialRow {
    /// Unique over both sides.
    pub name: String,
    /// Issued or held.
    pub side: Side,
    /// Who holds it, if held.
    pub holder: Option<Holder>,
    /// The instance that issued it, or that it calls.
    pub instance: String,
    /// How it seals.
    pub profile: Profile,
    /// The name under which the instance is called.
    pub app_id: AppId,
    /// Its key id, if native.
    pub kid: Option<String>,
    /// Where it stands in its life.
    pub state: CredentialState,
    /// Whether people compared words.
    pub verified: bool,
    /// When its lease ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// How often it was used, where that is known.
    pub uses: Option<u64>,
    /// What it allows, if issued here.
    pub grant: Option<Grant>,
    /// What an administrator should know: a weak secret, a lease that ends soon, never used.
    pub attention: Option<String>,
    /// How it was handed over, if it was.
    pub delivery: Option<Delivery>,
    /// How often keys were mixed in: 0 as it came, 1 activated, more after rotations.
    pub generation: u32,
    /// By when its keys are to be rotated, if somebody asked for that or its age demands it.
    pub rotation_due: Option<Timestamp>,
    /// Until when its older key is still answered.
    pub overlap_until: Option<Timestamp>,
    /// Something that happened and should not.
    pub alarm: Option<Alarm>,
    /// When it was made, or came here.
    pub created_at: Option<Timestamp>,
    /// When it was revoked.
    pub ended_at: Option<Timestamp>,
}

impl CredentialRow {
    /// The instance of ours on which it is kept, and on which commands about it act; none for this home itself.
    pub fn kept_on(&self) -> Option<&str> {
        match (self.side, self.holder) {
            (Side::Issued, _) => Some(&self.instance),
            (Side::Held, Some(Holder::Instance)) => self.name.split_once("/held/").map(|(ours, _)| ours),
            (Side::Held, _) => None,
        }
    }

    /// Whether its holder has its keys mixed: whoever issued it can ask for fresh ones, and not refuse the present one
    /// but with the credential.
    pub fn is_mixed_by_its_holder(&self) -> bool {
        self.side == Side::Issued
            && self.profile == Profile::Native
            && self.delivery.is_some_and(|delivery| delivery != Delivery::Plain)
    }

    /// Whether people compared words, in words: who did, or why there is nothing to compare.
    pub fn comparison(&self) -> &'static str {
        match (self.delivery, self.verified) {
            (None, true) => "not needed: the instance made it for its own administrator",
            (None, false) => "no: it came without a handshake, and so without words to compare",
            (Some(Delivery::Plain), _) => "no: plain values have no words to compare",
            (Some(_), true) => "yes: people compared the seven words",
            (Some(_), false) => "not yet: compare the seven words with the other side",
        }
    }
}

/// What kind of line of the invoke log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    /// A query to one instance.
    Invoke,
    /// A federated call.
    Call,
    /// A load, in one line: the live test or `butterfly bench`.
    Load,
}

impl LogKind {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Call => "call",
            Self::Load => "load",
        }
    }

    /// The kind of this word; one that a later version wrote is taken for an invoke.
    pub(super) fn of(word: &str) -> Self {
        match word {
            "call" => Self::Call,
            "load" => Self::Load,
            _ => Self::Invoke,
        }
    }
}

/// A line of the invoke log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogRow {
    /// Its place, ascending.
    pub id: u64,
    /// When it began.
    pub at: Timestamp,
    /// Which kind.
    pub kind: LogKind,
    /// The instance that was asked.
    pub instance: String,
    /// The action (of the federated query, for a call).
    pub action: String,
    /// The pointer concerned, if one was.
    pub pointer: Option<PointerAddress>,
    /// The route, for a call.
    pub route: Option<Route>,
    /// `success`, `error`, `interpretation_rendered`, or `failed` where there was no reply.
    pub status: String,
    /// The code of an error or failure.
    pub code: Option<String>,
    /// Microseconds.
    pub elapsed_us: u64,
    /// Bytes of the opened reply.
    pub reply_bytes: u64,
    /// The credential that was used, by its name in this home.
    pub credential: Option<String>,
    /// Whether it is marked.
    pub marked: bool,
    /// The note that was put to it.
    pub note: Option<String>,
}

/// What travelled in one exchange.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct LogWire {
    /// Where it was posted.
    pub endpoint: String,
    /// The token's header and claims, decoded (never its signature).
    pub token: Value,
    /// The media type of the body.
    pub content_type: String,
    /// The sealed request body, as text, cut after 16 KiB.
    pub request_body: String,
    /// HTTP status of the response; 0 where none came.
    pub status: u16,
    /// Response headers.
    pub response_headers: Vec<(String, String)>,
    /// The response body, sealed or a problem in the clear, as text, cut after 16 KiB.
    pub response_body: String,
    /// Bytes of the whole request body, and of the response body as far as it came.
    pub sizes: (u64, u64),
}

/// A line of the invoke log with everything that was kept of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogEntry {
    /// The line.
    #[serde(flatten)]
    pub row: LogRow,
    /// The query.
    pub query: Value,
    /// The reply, if there was one.
    pub reply: Option<Value>,
    /// What went wrong, where there was no reply.
    pub failure: Option<String>,
    /// The phases, outermost hop first.
    pub hops: Vec<Hop>,
    /// What travelled, exchange by exchange.
    pub wire: Vec<LogWire>,
}

/// Which lines of the invoke log are wanted, newest first unless told otherwise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogFilter {
    /// Only of this instance.
    pub instance: Option<String>,
    /// Only what this filter leaves (`LOG_FIELDS` says what can be asked for).
    pub filter: String,
    /// Only lines older than this id.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: u64,
    /// In which order.
    pub sorting: Option<Sorting<LogColumn>>,
}
