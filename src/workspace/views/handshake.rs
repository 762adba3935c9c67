//! What the handshake takes and gives.

use crate::handshake::Alarm;
use crate::model::{
    AppId, ConnectionId, CredentialState, Delivery, Endpoint, Grant, Holder, InstanceId, InstanceName,
    Profile, Side, Timestamp,
};
use crate::protocol::CredentialForm;
use crate::seal::Passphrase;
use crate::workspace::path_text::serialize_text;
use serde::Serialize;
use serde_json::Value;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// An offer to make: credentials on `instance` for somebody.
#[derive(Debug, Clone)]
pub struct OfferRequest {
    /// The instance that will be called.
    pub instance: InstanceName,
    /// The name under which the other side will call; `-console` or `-instance` is appended for each holder.
    pub app_id: AppId,
    /// How it will seal.
    pub profile: Profile,
    /// Who on the other side holds a credential.
    pub holders: Vec<Holder>,
    /// What it allows.
    pub grant: Grant,
    /// Days until the lease ends; none for no end.
    pub lease_days: Option<u32>,
    /// How it travels.
    pub delivery: Delivery,
    /// Until both sides compared the words and keys were mixed, it opens nothing but the handshake.
    pub verify_first: bool,
    /// The request that it answers: needed for [`Delivery::Request`].
    pub request: Option<String>,
    /// Where to write the bundle; none keeps it as text only. Nothing is written for a code.
    pub file: Option<PathBuf>,
}

/// An offer that was made. What is secret in it is shown to the person who offers, once.
#[derive(Clone)]
pub struct OfferMade {
    /// Its id on the instance.
    pub offer_id: String,
    /// How it travels.
    pub delivery: Delivery,
    /// Seven words, the same on both sides; none for plain values, of which the other side can make none.
    pub words: Option<[String; 7]>,
    /// Where the bundle was written.
    pub file: Option<PathBuf>,
    /// The bundle as armoured text; none for a code and for plain values.
    pub armoured: Option<String>,
    /// What opens the bundle ([`Delivery::Passphrase`]).
    pub passphrase: Option<Passphrase>,
    /// What is read to the other side ([`Delivery::Code`]).
    pub code: Option<Zeroizing<String>>,
    /// The values themselves, one for each holder ([`Delivery::Plain`]).
    pub plain: Vec<(Holder, CredentialForm)>,
    /// Where the instance answers: what the other side types with a code.
    pub endpoint: Endpoint,
    /// When the offer ends; for a code, when the code does.
    pub expires_at: Timestamp,
    /// Something that the administrator should know: an app_id that is easily taken for another one.
    pub warning: Option<String>,
}

/// A request for a credential, to make.
#[derive(Debug, Clone)]
pub struct AskRequest {
    /// The instance of ours that shall hold a credential for relay, if one shall.
    pub instance: Option<InstanceName>,
    /// The app_id to propose.
    pub app_id: AppId,
    /// Who shall hold a credential.
    pub holders: Vec<Holder>,
    /// Where to write the request; none keeps it as text only.
    pub file: Option<PathBuf>,
}

/// A request that was made. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestMade {
    /// The handshake that it began in this home, which is also the request's id.
    pub id: String,
    /// The text to send.
    pub text: String,
    /// Where it was written.
    #[serde(serialize_with = "serialize_text")]
    pub file: Option<PathBuf>,
    /// When it is not answered any more.
    pub expires_at: Timestamp,
}

/// What is accepted, and with what it is opened.
#[derive(Clone)]
pub enum Received {
    /// A bundle under a passphrase.
    Passphrase {
        /// The bundle's bytes, armoured or not.
        bundle: Vec<u8>,
        /// What opens it.
        passphrase: Passphrase,
    },
    /// The answer to a request of ours; which one shows by itself.
    Request {
        /// The bundle's bytes, armoured or not.
        bundle: Vec<u8>,
    },
    /// A one-time code, to be claimed from the instance at this address.
    Code {
        /// Where it answers: a URL with or without `/invoke`.
        url: String,
        /// What the other administrator read out.
        code: Zeroizing<String>,
    },
}

/// Something to accept.
#[derive(Clone)]
pub struct AcceptRequest {
    /// What came.
    pub received: Received,
    /// What to call the remote in this home; the name that the bundle proposes if none.
    pub name: Option<InstanceName>,
    /// The instance of ours that shall hold the bundle's instance credential for relay, if any.
    pub instance: Option<InstanceName>,
}

/// What accepting a bundle came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accepted {
    /// The handshake in this home: what `verify` takes.
    pub id: String,
    /// The remote's name in this home.
    pub remote: InstanceName,
    /// The name under which we call it.
    pub app_id: AppId,
    /// Seven words, the same on both sides.
    pub words: [String; 7],
    /// Where the credential stands.
    pub state: CredentialState,
    /// Names of the credentials that were stored.
    pub credentials: Vec<String>,
    /// The federated connection that was made on our instance, if one was.
    pub connection_id: Option<ConnectionId>,
    /// Whether its credentials open nothing before they are activated.
    pub verify_first: bool,
    /// Something that the administrator should know: that a name was given which the instance does not get.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// A handshake as it stands, from our side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HandshakeRow {
    /// The offer's id on the offering side; the request's or bundle's id on the side that accepts.
    pub id: String,
    /// `issued`: we offer. `held`: we accept.
    pub side: Side,
    /// How it travels.
    pub delivery: Delivery,
    /// The other side, in words.
    pub peer: String,
    /// The instance of ours that is concerned, if one is.
    pub instance: Option<String>,
    /// The credentials in it, by their names in this home.
    pub credentials: Vec<String>,
    /// The seven words, once there are any; plain values have none.
    pub words: Option<[String; 7]>,
    /// The least advanced of its credentials.
    pub state: CredentialState,
    /// Whether people compared the words on this side.
    pub verified: bool,
    /// Whether its credentials open nothing before they are activated.
    pub verify_first: bool,
    /// Whether fresh keys are mixed in once people compared the words: not into plain values and legacy credentials.
    pub activates: bool,
    /// Something that a person must know of.
    pub alarm: Option<Alarm>,
    /// What comes next, in words, and who does it.
    pub next: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When the offer, code or request ends.
    pub expires_at: Option<Timestamp>,
}

/// What saying that the words match came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verified {
    /// The handshake.
    pub id: String,
    /// Where it stands now: `active` when keys were mixed and a first call was answered.
    pub state: CredentialState,
    /// Whether people compared the words on this side.
    pub verified: bool,
    /// Whether we wait for the other side's people to say that the words match.
    pub waiting: bool,
    /// Whether fresh keys are mixed in: not into plain values and legacy credentials.
    pub activates: bool,
    /// What was done to each credential, by name.
    pub credentials: Vec<(String, CredentialState)>,
    /// Circuits that were sealed anew under the fresh keys.
    pub resealed: u64,
    /// The credential with which the remote is called from now on, where it was called with plain values before.
    pub called_with: Option<String>,
}

/// One of the live checks at the end of a handshake, and of `credential check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// The endpoint answers.
    Reachable,
    /// TLS, and the key that was pinned.
    Tls,
    /// The instance is the one of the bundle: id and identity.
    Identity,
    /// The token is accepted.
    Token,
    /// The reply opens.
    Reply,
    /// The grant allows what it should.
    Grant,
}

impl CheckKind {
    /// Every check, in the order in which they are made.
    pub const ALL: [Self; 6] = [
        Self::Reachable,
        Self::Tls,
        Self::Identity,
        Self::Token,
        Self::Reply,
        Self::Grant,
    ];

    /// What is checked, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Reachable => "the endpoint answers",
            Self::Tls => "TLS shows the pinned key",
            Self::Identity => "it is the instance of the bundle",
            Self::Token => "our token is accepted",
            Self::Reply => "its reply opens",
            Self::Grant => "the grant is as agreed",
        }
    }
}

/// How a check went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum CheckResult {
    /// It holds; with what was seen.
    Passed {
        /// In a few words: `12 ms`, `no TLS on loopback`.
        note: String,
    },
    /// It does not.
    Failed {
        /// What was seen.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// It could not be made, because an earlier one failed.
    Skipped,
}

/// A check that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub kind: CheckKind,
    /// How it went.
    #[serde(flatten)]
    pub result: CheckResult,
}

/// What a bundle says, before anything of it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BundleView {
    /// Seven words.
    pub words: [String; 7],
    /// The instance that offers: id and name.
    pub instance_id: Option<InstanceId>,
    /// Its name.
    pub instance: String,
    /// Everything else, as `handshake inspect` prints it.
    #[serde(flatten)]
    pub rest: Value,
}
