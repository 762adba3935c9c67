//! The shapes of what is stored, where `model` has none of its own.

use super::order::Order;
use crate::model::filter::Filter;
use crate::model::{
    AppId, ConnectionId, CredentialState, Delivery, Endpoint, Federated, Grant, KeyId, NewPointer, Pointer,
    PointerAddress, PointerScope, Profile, Timestamp,
};
use crate::model::{NEAR, gyroid_score};
use crate::seal::Sha256;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What `get_pointer_summary` tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Where it is found.
    pub address: PointerAddress,
    /// What it is, in words.
    pub description: String,
    /// The connection through which it is invoked.
    pub connection_id: Option<ConnectionId>,
    /// Labels.
    pub tags: Vec<String>,
    /// Stored relationships.
    pub neighbor_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub last_modified: Timestamp,
}

/// A stored relationship seen from one of its ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Relationship {
    /// The other end.
    pub address: PointerAddress,
    /// Which kind.
    pub relationship: String,
    /// How strong.
    pub weight: f64,
}

/// A stored relationship, seen from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The end that was made first.
    pub a: PointerAddress,
    /// The other end.
    pub b: PointerAddress,
    /// Which kind.
    pub relationship: String,
    /// How strong.
    pub weight: f64,
}

/// Whether a pointer must bear all the tags searched for, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TagMatch {
    /// All of them.
    #[default]
    All,
    /// At least one.
    Any,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Start {
    /// At the first match.
    #[default]
    First,
    /// After the row that this cursor (from an earlier page) names: stable while others write.
    After(String),
    /// So many matches from the first: for jumping within a list on a screen.
    Offset(u64),
}

/// What whoever asks may see, where that is not everything.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// The pointers that may be given; others are passed over.
    pub scope: PointerScope,
    /// How many matches are looked at for one page. It may then be short, or empty, and more may follow all the same;
    /// otherwise, that more follow is said only where one of them may be seen.
    pub most_rows: u64,
}

/// Which pointers are wanted. Terms and tags are SQL LIKE patterns, as in the original system:
/// a pointer matches when its description contains `term`, a tag when it equals the pattern.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PointerQuery {
    /// Pattern that the description must contain (`LIKE '%term%'`).
    pub term: Option<String>,
    /// Patterns of tags that it must bear.
    pub tags: Vec<String>,
    /// Patterns of tags that it must not bear.
    pub exclude_tags: Vec<String>,
    /// All of `tags`, or any.
    pub tag_match: TagMatch,
    /// Assigned to this connection.
    pub connection: Option<ConnectionId>,
    /// Federated pointers only.
    pub federated_only: bool,
    /// Pointers without a stored relationship only.
    pub isolated_only: bool,
    /// Bearing exactly this tag, letter for letter.
    pub bearing: Option<String>,
    /// What else must hold, in the filter language, with the fields of `STORED_POINTER_FIELDS`.
    pub filter: Filter,
    /// What may be seen, where that is not everything. Pages are then found by looking once, however seldom one of the
    /// matches may be seen; they are not counted, and do not begin at an offset.
    pub sight: Option<Arc<Sight>>,
    /// In which order.
    pub order: Order,
    /// Where the page begins.
    pub start: Start,
    /// How many at most; none means all, as the original does it.
    pub limit: Option<u64>,
    /// Where that is all: so many bytes of JSON they may come to, together. What is more is not given, and said to follow.
    pub most_bytes: Option<usize>,
}

impl PointerQuery {
    /// Whether it is a search in the original's words: for a term, or by tags.
    pub fn is_search(&self) -> bool {
        self.term.is_some() || !self.tags.is_empty() || !self.exclude_tags.is_empty()
    }
}

/// One page of pointers.
#[derive(Debug, Clone, PartialEq)]
pub struct PointerPage {
    /// How many match in all. For a full list this is kept counted; for a search it may be absent when
    /// counting would cost more than the page.
    pub total: Option<u64>,
    /// This page.
    pub pointers: Vec<Pointer>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// Counts over the whole instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Statistics {
    /// Pointers.
    pub pointers: u64,
    /// Stored relationships (each pair once).
    pub relationships: u64,
    /// Domains.
    pub domains: u64,
    /// Connections.
    pub connections: u64,
}

/// A credential that this instance issued.
#[derive(Debug, Clone, PartialEq)]
pub struct IssuedRecord {
    /// Unique on this instance.
    pub name: String,
    /// Who it was issued to.
    pub app_id: AppId,
    /// How it seals.
    pub profile: Profile,
    /// Native: its key id.
    pub kid: Option<KeyId>,
    /// The endpoint recorded in it: the `htu` of its tokens.
    pub endpoint: Endpoint,
    /// What it allows.
    pub grant: Grant,
    /// Where it stands in its life.
    pub state: CredentialState,
    /// Whether people compared words.
    pub verified: bool,
    /// When its lease ends.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// How often it was used.
    pub uses: u64,
    /// The secrets, sealed under the instance's own key (identity: the name).
    pub sealed_secrets: Vec<u8>,
    /// What the handshake knows of it; none for records older than that. Nothing here looks inside.
    pub life: Option<Value>,
    /// The secrets that it had before its last rotation, sealed, while they are still answered.
    pub sealed_previous: Option<Vec<u8>>,
    /// What makes it an access key of a domain, if it is one; JSON of the instance's. Nothing here looks inside.
    pub access_key: Option<Value>,
}

/// What to change of a connection; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionChange {
    /// New name.
    pub name: Option<String>,
    /// New description.
    pub description: Option<String>,
    /// The held credential that relays use from now on, or none any more.
    pub held_credential: Option<Option<String>>,
    /// Only if the connection still is what was seen of it.
    pub if_still: Option<AsSeen>,
}

impl ConnectionChange {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.description.is_none() && self.held_credential.is_none()
    }
}

/// Members of something as whoever changes it saw them, where no moment tells whether it is still as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AsSeen(pub Map<String, Value>);

impl AsSeen {
    /// Whether each of them still is what it was; one that is not there is null.
    pub fn holds_of(&self, thing: &impl Serialize) -> bool {
        let now = serde_json::to_value(thing).unwrap_or_default();
        self.0
            .iter()
            .all(|(member, seen)| now.get(member).unwrap_or(&Value::Null) == seen)
    }
}

/// A credential that this instance holds to call another one.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRecord {
    /// Unique on this instance.
    pub name: String,
    /// The name under which the other one is called.
    pub app_id: AppId,
    /// How it seals.
    pub profile: Profile,
    /// Native: its key id.
    pub kid: Option<KeyId>,
    /// Where the other one answers.
    pub endpoint: Endpoint,
    /// Whether people compared words.
    pub verified: bool,
    /// When its lease ends, if the bundle said so.
    pub expires_at: Option<Timestamp>,
    /// When it was installed.
    pub created_at: Timestamp,
    /// The plain form, sealed under the instance's own key (identity: the name).
    pub sealed_form: Vec<u8>,
    /// What the handshake knows of it; none for records older than that. Nothing here looks inside.
    pub life: Option<Value>,
    /// A fresh agreement key that the peer has not answered yet, sealed.
    pub sealed_pending: Option<Vec<u8>>,
    /// What it allows, if the bundle said so.
    pub grant: Option<Grant>,
    /// What is known of the peer beside its endpoint; JSON of the instance's. Nothing here looks inside.
    pub peer: Option<Value>,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// How often it was used.
    pub uses: u64,
}

/// An offer: credentials put into a bundle for somebody.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfferRecord {
    /// Its id.
    pub id: String,
    /// Who it is for, in the offerer's words.
    pub label: String,
    /// The names of the credentials in it.
    pub credentials: Vec<String>,
    /// The seven words.
    pub words: Vec<String>,
    /// `offered`, `delivered`, `verified`, `refused` or `withdrawn`.
    pub state: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the bundle ends.
    pub expires_at: Timestamp,
    /// How the bundle travels.
    pub delivery: Delivery,
    /// The one-time code that it waits under, if one does.
    #[serde(skip)]
    pub code: Option<CodeRecord>,
}

/// A one-time code that an offer waits under.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeRecord {
    /// Which code: not secret, unique among the codes that wait.
    pub nameplate: String,
    /// The code and the bundle behind it, sealed under the instance's own key (identity: the offer's id).
    /// None once the code was claimed: nobody gets a second guess, not even after a restart.
    pub sealed: Option<Vec<u8>>,
    /// When it is too old.
    pub ends: Timestamp,
}

/// Whose audit trail a head belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadSide {
    /// The peer's, as it has shown it to us.
    Theirs,
    /// Ours, as we have shown it to the peer.
    Ours,
}

/// The end of an audit trail as it was at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// The sequence number of the last record; 0 for an empty trail.
    pub sequence: u64,
    /// Its hash, hexadecimal.
    pub hash: String,
}

/// How much an audit trail holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuditExtent {
    /// Records in it.
    pub records: u64,
    /// The sequence number of the last record that was ever appended.
    pub last: u64,
    /// When the first record in it was made; none if it is empty.
    pub oldest: Option<Timestamp>,
    /// Bytes that it takes, without room in its file that is free for what comes.
    pub bytes: u64,
}

/// Which leading records of an audit trail go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditCut {
    /// Those before the first one that is as young as this or younger.
    Before(Timestamp),
    /// Those up to and with this sequence number.
    Through(u64),
}

/// A head that two instances have shown each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedHead {
    /// The other instance: its id, or its endpoint where it has none.
    pub peer: String,
    /// Whose trail it ends.
    pub side: HeadSide,
    /// The head.
    pub head: AuditHead,
    /// When it was shown.
    pub seen_at: Timestamp,
}

/// How something that is on record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// About to be done; written before a write, an administrative act or a relay starts.
    Intent,
    /// Done.
    Done,
    /// Refused: authentication, grant, policy.
    Denied,
    /// Tried and failed.
    Failed,
}

impl AuditOutcome {
    /// The word for it: under which it is shown, stored and hashed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Done => "done",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// A record before it is in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who, if known.
    pub app_id: Option<AppId>,
    /// Under which key.
    pub kid: Option<KeyId>,
    /// With which token.
    pub jti: Option<String>,
    /// What was asked for; empty where it could not be read.
    pub action: String,
    /// What it was about: an address, a credential's name.
    pub subject: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// A stable word saying why, for everything but `Done`.
    pub reason: Option<String>,
}

/// A record in the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its place: 1, 2, 3, …
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub app_id: Option<AppId>,
    /// Under which key.
    pub kid: Option<KeyId>,
    /// With which token.
    pub jti: Option<String>,
    /// What was asked for.
    pub action: String,
    /// What it was about.
    pub subject: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Why.
    pub reason: Option<String>,
    /// SHA-256 over the previous record's hash and this record, hexadecimal.
    pub hash: String,
}

/// Records of a trail, newest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AuditPage {
    /// Those that fit.
    pub records: Vec<AuditRecord>,
    /// The `before` of the page after; none where there is nothing older.
    pub next: Option<u64>,
}

/// What walking the chain found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditVerdict {
    /// How many records were checked.
    pub records: u64,
    /// The last good one.
    pub head: AuditHead,
    /// The first record that does not fit, or the first one that is missing, if any.
    pub first_bad: Option<u64>,
    /// What is found at that place now; none if nothing is, or nothing that reads as a record.
    pub line: Option<AuditRecord>,
}

/// What makes a pointer near to another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Nearness {
    /// The relation of the original system: its score is below [`NEAR`].
    Gyroid,
    /// The distance of the coordinates is this at most; they run from 0 to 2π and do not wrap round.
    Within(f64),
}

impl Nearness {
    /// How near: 0 is nearest; none if not near at all.
    pub fn score(self, here: (f64, f64, f64), there: (f64, f64, f64)) -> Option<f64> {
        match self {
            Self::Gyroid => Some(gyroid_score(here, there)).filter(|score| *score < NEAR),
            Self::Within(radius) => {
                let (x, y, z) = (there.0 - here.0, there.1 - here.1, there.2 - here.2);
                let distance = (x * x + y * y + z * z).sqrt();
                (distance <= radius).then_some(distance)
            }
        }
    }
}

/// What is near to a pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The nearest ones with their scores, nearest first; what is equally near stands by address.
    pub pointers: Vec<(PointerAddress, f64)>,
    /// How many are near in all, where that is told.
    pub matching: Option<u64>,
}

/// Under what a call is done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    /// The name of the credential with which it came.
    pub caller: String,
    /// What the caller chose.
    pub key: String,
}

/// How a call that is to be done once stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It begins now.
    Now,
    /// It ended before, with this sealed reply.
    Before(Vec<u8>),
    /// It began before, and nothing says that it ended.
    WithoutEnd,
    /// The key belongs to another query.
    ForAnother,
    /// As many of this caller's are kept as may be.
    TooMany,
}

/// An import that has begun and not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImportId(pub(super) u64);

/// `imp_` and 16 hexadecimal digits.
impl fmt::Display for ImportId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "imp_{:016x}", self.0)
    }
}

impl ImportId {
    /// Reads the text back.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("imp_").filter(|digits| digits.len() == 16)?;
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        digits.bytes().all(is_hex).then_some(())?;
        u64::from_str_radix(digits, 16).ok().map(Self)
    }
}

/// A row of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    /// What it makes.
    pub pointer: NewPointer,
    /// The connections that its circuit relays through, if it is one.
    pub relays_through: Vec<ConnectionId>,
}

impl From<NewPointer> for ImportRow {
    fn from(pointer: NewPointer) -> Self {
        Self {
            pointer,
            relays_through: Vec::new(),
        }
    }
}

/// What whoever commits an import may make, where that is not everything. Each row was within that when it was staged; but
/// what somebody may is changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportBounds {
    /// What covers the rows, and the credential pointers that they name.
    pub scope: PointerScope,
    /// The connections that they may be assigned to, lead away through or relay through.
    pub connections: BTreeSet<ConnectionId>,
}

/// What no two pointers may share: the data_reference, and for a federated pointer what makes it one.
pub(super) fn uniqueness(data_reference: &str, federated: Option<&Federated>) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(&(data_reference.len() as u64).to_be_bytes());
    hasher.update(data_reference.as_bytes());
    if let Some(federated) = federated {
        hasher.update(&serde_json::to_vec(federated).expect("federated has only string keys"));
    }
    *hasher.finish().first_chunk().expect("16 is less than 32")
}

/// Tokens that the audit trail has seen within some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTokens {
    /// The key (none of a legacy credential), the token's id, and when it was seen.
    pub seen: Vec<(Option<KeyId>, String, Timestamp)>,
    /// Whether none was seen after that time.
    pub is_all: bool,
}
