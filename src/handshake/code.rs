//! Handing a bundle over under a short code that people read to each other: SPAKE2 with key confirmation
//! over `POST /handshake/claim` and `POST /handshake/confirm`.
//!
//! Whoever does not know the code gets one guess, on line, and is noticed. Pure: no sockets, no clock.

use super::{Bundle, BundleError};
use crate::model::{InstanceId, Timestamp};
use crate::seal::IdentityKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long a code is good for, in seconds.
pub const CODE_SECONDS: i64 = 15 * 60;
/// Where a code is claimed, and where the claim is confirmed.
pub const CLAIM_PATH: &str = "/handshake/claim";
/// Where a claim is confirmed.
pub const CONFIRM_PATH: &str = "/handshake/confirm";

/// A one-time code: a nameplate (which offer) and three words (the secret), `4711-able-about-above`. No `Debug`.
#[derive(Clone)]
pub struct OneTimeCode {
    nameplate: String,
    words: Zeroizing<String>,
}

/// What is not a code, or does not open anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not a nameplate and three words.
    #[error("a code is a number and three words, such as 4711-able-about-above")]
    Form,
    /// A word that codes do not use.
    #[error("word {position} of the code is not one that codes use")]
    UnknownWord {
        /// Which one, counted from 1.
        position: usize,
    },
    /// The other side's message is not one.
    #[error("the other side's answer is not a handshake message")]
    Garbled,
    /// The other side does not know the code, or somebody is in between.
    #[error("the code is not the one that the other side has")]
    Wrong,
}

/// The body of `POST /handshake/claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Which code is meant.
    pub nameplate: String,
    /// The claimant's SPAKE2 message, base64url.
    pub message: String,
    /// Who claims: the identity of its instance or console, if it has one.
    #[serde(default)]
    pub identity: Option<IdentityKey>,
}

/// What a claim is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimAnswer {
    /// The offerer's SPAKE2 message, base64url.
    pub message: String,
}

/// The body of `POST /handshake/confirm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// Which code is meant.
    pub nameplate: String,
    /// The proof that the claimant came to the same key, base64url.
    pub proof: String,
}

/// What a confirmation is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// The proof that the offerer came to the same key, base64url.
    pub proof: String,
    /// The bundle, sealed under that key.
    pub bundle: String,
}

/// The receiving side, between its claim and its confirmation.
pub struct Claimant {}

/// The receiving side, after its confirmation.
pub struct Confirmed {}

/// The offering side, after it answered a claim.
pub struct Claimed {}

impl OneTimeCode {
    /// A fresh one.
    pub fn generate() -> Self {
        todo!()
    }

    /// Reads a code as people type it: any case, parts apart by hyphens, blanks or commas.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        let _ = typed;
        todo!()
    }

    /// Which code it is; not secret.
    pub fn nameplate(&self) -> &str {
        &self.nameplate
    }

    /// The whole code: only for showing it to the person who reads it out, and for sealing it into storage.
    pub fn expose_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}-{}", self.nameplate, self.words.as_str()))
    }
}

impl Claimant {
    /// Begins: what to post to `/handshake/claim` of the instance of this id.
    pub fn begin(code: &OneTimeCode, instance: &InstanceId, identity: Option<IdentityKey>) -> (Self, Claim) {
        let _ = (code, instance, identity);
        todo!()
    }

    /// Takes the answer: what to post to `/handshake/confirm`.
    pub fn confirm(self, answer: &ClaimAnswer) -> Result<(Confirmed, Confirmation), CodeError> {
        let _ = answer;
        todo!()
    }
}

impl Confirmed {
    /// Checks the other side's proof and opens the bundle.
    pub fn open(self, handover: &Handover, now: Timestamp) -> Result<Bundle, HandoverError> {
        let _ = (handover, now);
        todo!()
    }
}

impl Claimed {
    /// Answers a claim.
    pub fn answer(
        code: &OneTimeCode,
        instance: &InstanceId,
        claim: &Claim,
    ) -> Result<(Self, ClaimAnswer), CodeError> {
        let _ = (code, instance, claim);
        todo!()
    }

    /// Checks the proof and hands the bundle (as [`Bundle::expose_json`] gave it) over.
    pub fn hand_over(&self, confirmation: &Confirmation, bundle: &[u8]) -> Result<Handover, CodeError> {
        let _ = (confirmation, bundle);
        todo!()
    }
}

/// Why a handover brings nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandoverError {
    /// The other side does not know the code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// What it handed over is no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}
