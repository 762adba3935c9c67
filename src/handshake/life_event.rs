//! What can happen in the life of a credential, and what it leaves behind.

use crate::model::{CredentialState, KeyId, Timestamp};
use crate::protocol::{Code, Problem};
use crate::seal::AgreementKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that happened to a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The request was answered with an offer.
    Answered,
    /// The bundle went out to whoever proved to be the receiver.
    Delivered,
    /// The receiver opened it.
    Opened,
    /// People compared the words and said that they match.
    WordsMatch,
    /// People compared the words and said that they differ: somebody is in between.
    WordsDiffer,
    /// Both sides mixed fresh keys into the root: activation, or a rotation.
    Mixed {
        /// The fresh keys.
        exchange: Exchange,
        /// The key id that it had.
        old_kid: KeyId,
        /// Until when the old key is answered; a moment that is past means not at all.
        overlap_until: Timestamp,
    },
    /// The issuer drew new secrets, to be handed over again: how plain and legacy credentials rotate.
    Replaced {
        /// The key id that it had, if it had one.
        old_kid: Option<KeyId>,
        /// Until when the old secrets are answered.
        overlap_until: Timestamp,
    },
    /// A call was made with it.
    Used,
    /// A call was made under the secrets that it has now, so that its holder has them.
    PresentUsed,
    /// The issuer wants the keys rotated by a moment.
    RotationAsked {
        /// By when.
        due: Timestamp,
    },
    /// The old key is not answered any more.
    OverlapEnded,
    /// Refused until resumed.
    Suspend,
    /// No longer suspended.
    Resume,
    /// Refused for good.
    Revoke,
    /// Something happened that should not.
    Alarmed(AlarmKind),
    /// A person has seen the alarm.
    AlarmHeeded,
    /// The lease ends at another moment, or never.
    LeaseChanged {
        /// When.
        ends: Option<Timestamp>,
    },
}

impl Event {
    /// What it does, as the end of "cannot …".
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Answered => "be offered",
            Self::Delivered => "be delivered",
            Self::Opened => "be opened",
            Self::WordsMatch | Self::WordsDiffer => "be verified",
            Self::Mixed { .. } => "have keys mixed in",
            Self::Replaced { .. } => "have its keys replaced",
            Self::Used | Self::PresentUsed => "be used",
            Self::RotationAsked { .. } | Self::OverlapEnded => "be rotated",
            Self::Suspend => "be suspended",
            Self::Resume => "be resumed",
            Self::Revoke => "be revoked",
            Self::Alarmed(_) | Self::AlarmHeeded => "be alarmed",
            Self::LeaseChanged { .. } => "have its lease changed",
        }
    }
}

/// The public halves of a mixing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The other side's.
    pub theirs: AgreementKey,
    /// This side's.
    pub ours: AgreementKey,
}

/// An older key that is still answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// Its key id; none for a legacy credential, which has none.
    pub kid: Option<KeyId>,
    /// Until when.
    pub until: Timestamp,
}

/// Something that a person must know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What happened.
    pub kind: AlarmKind,
    /// When.
    pub at: Timestamp,
}

/// What happened that should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A one-time code was claimed by a second party.
    ClaimedTwice,
    /// Keys were mixed in by two parties.
    ActivatedTwice,
    /// A wrong code was tried: the code is burnt.
    WrongCode,
    /// People said that the words differ.
    WordsDiffer,
    /// The instance shows another TLS key.
    TlsKeyChanged,
    /// The instance shows another identity.
    IdentityChanged,
    /// The peer's audit trail lost records that it had shown.
    AuditWentBack,
}

impl AlarmKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::ClaimedTwice,
        Self::ActivatedTwice,
        Self::WrongCode,
        Self::WordsDiffer,
        Self::TlsKeyChanged,
        Self::IdentityChanged,
        Self::AuditWentBack,
    ];

    /// Whether the credential is frozen: two parties have its secrets.
    pub const fn freezes(self) -> bool {
        matches!(self, Self::ClaimedTwice | Self::ActivatedTwice)
    }

    /// Why the other side says that a credential is frozen. Only what freezes is taken from it.
    pub fn of_freezing(problem: &Problem) -> Self {
        let told = problem.details.get("alarm").and_then(Value::as_str);
        Self::ALL
            .into_iter()
            .find(|kind| kind.freezes() && told == Some(kind.as_str()))
            .unwrap_or(Self::ActivatedTwice)
    }

    /// Whether what the words proved is no longer so.
    pub const fn takes_verification_back(self) -> bool {
        !matches!(self, Self::WrongCode | Self::AuditWentBack)
    }

    /// Which of two alarms to tell of: the higher.
    pub(super) const fn gravity(self) -> u8 {
        self.takes_verification_back() as u8 + self.freezes() as u8
    }

    /// Whether comparing the words anew settles it, and nothing else does.
    pub const fn is_answered_by_words(self) -> bool {
        matches!(self, Self::TlsKeyChanged | Self::IdentityChanged)
    }

    /// The word used in JSON and in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClaimedTwice => "claimed_twice",
            Self::ActivatedTwice => "activated_twice",
            Self::WrongCode => "wrong_code",
            Self::WordsDiffer => "words_differ",
            Self::TlsKeyChanged => "tls_key_changed",
            Self::IdentityChanged => "identity_changed",
            Self::AuditWentBack => "audit_went_back",
        }
    }

    /// What happened and what to do, for people.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::ClaimedTwice => {
                "its code was claimed by two parties; it is frozen. Revoke it and make a new offer over another channel"
            }
            Self::ActivatedTwice => {
                "two parties tried to activate it; it is frozen. Revoke it and make a new offer over another channel"
            }
            Self::WrongCode => {
                "a wrong code was tried, so the code is burnt. Make a new code, and ask the other side whether it was them"
            }
            Self::WordsDiffer => {
                "the words differed: somebody was in between. Make a new offer over another channel"
            }
            Self::TlsKeyChanged => {
                "the instance shows another TLS key than it did; nothing is sent to it. Ask its administrator, over another channel, whether that was meant, and compare the pin; then take it with `butterfly instance edit NAME --pin PIN`"
            }
            Self::IdentityChanged => {
                "the instance shows another identity than it did. Ask its administrator, over another channel, whether that was meant; if so, for a new offer"
            }
            Self::AuditWentBack => {
                "the peer's audit trail lost records that it had shown before. Ask its administrator"
            }
        }
    }
}

/// Why something cannot happen to a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LifeError {
    /// Not at this step.
    #[error("a credential that is {state} cannot {what}")]
    Step {
        /// What was to happen.
        what: &'static str,
        /// Where it stands.
        state: CredentialState,
    },
    /// Not before the words were compared.
    #[error("the credential is refused until people on both sides have compared the words")]
    NotVerified,
    /// Frozen for good.
    #[error("the credential is frozen: two parties have had its secrets")]
    Frozen,
    /// Not the next generation of keys.
    #[error("keys of generation {asked} were asked for, and the next is {next}")]
    Generation {
        /// Which was asked for.
        asked: u32,
        /// Which comes next.
        next: u32,
    },
}

impl LifeError {
    /// The stable word.
    pub const fn code(&self) -> Code {
        match self {
            Self::Step { .. } => Code::WrongStep,
            Self::NotVerified => Code::NotVerified,
            Self::Frozen => Code::CredentialFrozen,
            Self::Generation { .. } => Code::InvalidParameter,
        }
    }

    /// What a person can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Step { .. } => "look at where it stands with `butterfly credential list`",
            Self::NotVerified => {
                "compare the seven words with the other administrator, and have both sides say that they match"
            }
            Self::Frozen => "revoke it and make a new offer over another channel",
            Self::Generation { .. } => "ask again; the other side knows which generation comes next",
        }
    }
}
