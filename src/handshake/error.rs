//! Why a bundle is not accepted, and what to do about it.

use crate::model::Timestamp;
use crate::protocol::Code;
use serde::Serialize;

/// What opens a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SealedTo {
    /// Generated words.
    Passphrase,
    /// The key of a request.
    Request,
}

/// Why a bundle is not accepted. Every message says the remedy with [`BundleError::remedy`]; none carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not an age file, or none that bundles are.
    #[error("this is not a handshake bundle: {0}")]
    NotABundle(&'static str),
    /// Sealed in another way than the one by which it was to be opened.
    #[error("{}", other_seal(*.found))]
    OtherSeal {
        /// What opens it.
        found: SealedTo,
    },
    /// Sealed to, or an answer to, another request than ours.
    #[error("the bundle answers another request than this one")]
    AnotherRequest,
    /// The signature is not that of the instance that the bundle names.
    #[error("the bundle is forged: it was not signed by the instance that it names")]
    Forged,
    /// Larger than any bundle is.
    #[error("this is not a handshake bundle: it has {size} bytes, and no bundle has more than {most}")]
    TooLarge {
        /// How many bytes there are.
        size: usize,
        /// How many there may be.
        most: usize,
    },
    /// What was typed cannot be a bundle's passphrase: too few words.
    #[error("the passphrase has {words} words; that of a bundle has at least {least}")]
    TooFewWords {
        /// How many there are.
        words: usize,
        /// How many there must be.
        least: usize,
    },
    /// What was typed cannot be a bundle's passphrase: a word that is never generated.
    #[error("word {position} of the passphrase is not one that bundles use")]
    UnknownWord {
        /// Which one, counted from 1.
        position: usize,
    },
    /// The passphrase does not open it, or its header was changed.
    #[error("the passphrase does not open the bundle")]
    WrongPassphrase,
    /// Cut short or changed.
    #[error("the bundle is damaged: it was cut short or changed on its way")]
    Damaged,
    /// Opening it would take more work than is ever needed.
    #[error("the bundle asks for a scrypt work factor of {required}; at most {most} is accepted")]
    WorkFactor {
        /// What it asks for.
        required: u64,
        /// What is accepted.
        most: u8,
    },
    /// Its time is over.
    #[error("the bundle expired at {at}")]
    Expired {
        /// When it did.
        at: Timestamp,
    },
    /// Made in the future, or valid for longer than bundles are.
    #[error("the bundle claims to be valid until {until}, which is later than any bundle may be")]
    TooLong {
        /// Until when.
        until: Timestamp,
    },
    /// Of a version that this program does not know.
    #[error("the bundle is of version {found}, and this program knows version {known} only")]
    Version {
        /// Its version.
        found: u64,
        /// Ours.
        known: u32,
    },
    /// Opened, but not what a bundle holds.
    #[error("the bundle was opened, but its contents cannot be used: {0}")]
    Unreadable(String),
    /// It could not be made.
    #[error("the bundle cannot be made: {0}")]
    CannotSeal(String),
}

const fn other_seal(found: SealedTo) -> &'static str {
    match found {
        SealedTo::Passphrase => "the bundle is under a passphrase, and does not answer a request",
        SealedTo::Request => "the bundle is sealed to a request, and no passphrase opens it",
    }
}

impl BundleError {
    /// The stable word for scripts, and with it the exit code.
    pub const fn code(&self) -> Code {
        match self {
            Self::TooFewWords { .. } | Self::UnknownWord { .. } | Self::WrongPassphrase => Code::CannotOpen,
            Self::CannotSeal(_) => Code::InvalidParameter,
            _ => Code::BundleRefused,
        }
    }

    /// What a person can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NotABundle(_) | Self::TooLarge { .. } => {
                "give the file that `handshake offer` made, as it is"
            }
            Self::TooFewWords { .. } | Self::UnknownWord { .. } | Self::WrongPassphrase => {
                "type all the words that `handshake offer` showed with this bundle, in order"
            }
            Self::OtherSeal {
                found: SealedTo::Passphrase,
            } => "accept it with the words that `handshake offer` showed with it",
            Self::OtherSeal {
                found: SealedTo::Request,
            }
            | Self::AnotherRequest => {
                "accept it in the home in which `handshake request` was run, while that request is kept"
            }
            Self::Forged => "do not use it; tell the other administrator, and ask for a new offer",
            Self::Damaged => "have the file sent again, as an attachment rather than as text",
            Self::WorkFactor { .. } => {
                "no bundle of this program asks for that: do not use the file, and ask who made it"
            }
            Self::Expired { .. } => "ask the other administrator for a new offer",
            Self::TooLong { .. } => "compare both clocks, then ask the other administrator for a new offer",
            Self::Version { .. } => {
                "use the same version of this program on both sides, then make a new offer"
            }
            Self::Unreadable(_) => "ask the other administrator for a new offer, made with this program",
            Self::CannotSeal(_) => "correct the offer and make it again",
        }
    }
}
