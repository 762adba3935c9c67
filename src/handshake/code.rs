//! Handing a bundle over under a short code that people read to each other: SPAKE2 with key confirmation
//! over `POST /handshake/claim` and `POST /handshake/confirm`.
//!
//! Whoever does not know the code gets one guess, on line, and is noticed. Pure: no sockets, no clock.
//!
//! The claimant proves first, so that whoever guesses learns nothing before the guess is judged. Both proofs, and
//! the key under which the bundle travels, are bound to the instance's id, the nameplate, the claimant's identity and
//! both messages: nobody can stand in between and change any of them.
//!
//! For other implementations: the password of SPAKE2 is the three words, lower case, joined by `-`; its identities are
//! `butterfly/v1 claimant` (side A) and `butterfly/v1 offerer INSTANCE NAMEPLATE` (side B). The transcript is SHA-256
//! over `butterfly/v1 code transcript`, both messages as they travel (the claimant's first), instance id, nameplate and
//! the claimant's identity (empty if none), each with its length before it as 8 bytes, most significant first. Keys are
//! HKDF-SHA256 of the SPAKE2 key, the transcript as salt, labels `butterfly/v1 code claimant`, `… offerer` and
//! `… handover`. A proof is HMAC-SHA256 of the transcript under its side's key; the bundle is AES-256-GCM under the
//! last one, nonce before it and tag behind it, the transcript as associated data.

use super::words::{first_unknown, random_words};
use super::{Bundle, BundleError};
use crate::model::{Delivery, InstanceId, Timestamp};
use crate::protocol::Code;
use crate::seal::{IdentityKey, PakeKeys, PakeSide, PakeStart, random};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long a code is good for, in seconds.
pub const CODE_SECONDS: i64 = 15 * 60;
/// Words of a code: 33 bits, for one guess on line.
pub const CODE_WORDS: usize = 3;
/// Where a code is claimed.
pub const CLAIM_PATH: &str = "/handshake/claim";
/// Where a claim is confirmed.
pub const CONFIRM_PATH: &str = "/handshake/confirm";

/// More than anybody types for a code, in bytes.
const LONGEST_TYPED: usize = 200;

/// The largest sealed bundle that is opened, in characters; bundles have a few thousand.
const LARGEST_HANDOVER: usize = 256 * 1024;

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

/// The receiving side, between its claim and its confirmation. Good for one answer: whoever gets two different
/// answers to one claim has been lied to by somebody. No `Debug`.
pub struct Claimant {
    start: PakeStart,
    instance: InstanceId,
    nameplate: String,
    identity: Option<IdentityKey>,
}

/// The receiving side, after its confirmation. No `Debug`.
pub struct Confirmed {
    keys: PakeKeys,
    instance: InstanceId,
}

/// The offering side, after it answered a claim. No `Debug`.
///
/// It answers for one claim only, and nobody but the caller can see to it that it stays one: whoever keeps this keeps
/// the claim and the answer beside it, gives the same claim the same answer again, never answers a different claim
/// for the same code, and drops this for good once [`Claimed::hand_over`] refused a proof. Then a guess costs a code.
/// The same proof again gets the same bundle again, as its answer may have been lost.
pub struct Claimed {
    keys: PakeKeys,
    nameplate: String,
}

impl OneTimeCode {
    /// A fresh one.
    pub fn generate() -> Self {
        Self {
            nameplate: random_nameplate(),
            words: random_words::<{ CODE_WORDS * 2 }>(),
        }
    }

    /// Reads a code as people type it: any case, parts apart by hyphens, blanks or commas.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        if typed.len() > LONGEST_TYPED {
            return Err(CodeError::Form);
        }
        let lower = Zeroizing::new(typed.to_lowercase());
        let parts: Vec<&str> = lower
            .split(|character: char| !character.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect();
        let [nameplate, words @ ..] = parts.as_slice() else {
            return Err(CodeError::Form);
        };
        let is_nameplate = nameplate.len() == 4 && nameplate.bytes().all(|byte| byte.is_ascii_digit());
        if !is_nameplate || words.len() != CODE_WORDS {
            return Err(CodeError::Form);
        }
        if let Some(position) = first_unknown(words) {
            return Err(CodeError::UnknownWord { position });
        }
        Ok(Self {
            nameplate: (*nameplate).to_owned(),
            words: Zeroizing::new(words.join("-")),
        })
    }

    /// Which code it is; not secret.
    pub fn nameplate(&self) -> &str {
        &self.nameplate
    }

    /// The whole code: only for showing it to the person who reads it out, and for sealing it into storage.
    pub fn expose_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}-{}", self.nameplate, self.words.as_str()))
    }

    fn start(&self, side: PakeSide, instance: &InstanceId) -> PakeStart {
        let offerer = format!("butterfly/v1 offerer {instance} {}", self.nameplate);
        PakeStart::begin(side, &self.words, "butterfly/v1 claimant", &offerer)
    }
}

/// Four digits, the first not 0, as people drop that one; each number as likely as any other.
fn random_nameplate() -> String {
    const COUNT: u16 = 9_000;
    loop {
        let drawn = u16::from_be_bytes(random::bytes());
        if drawn < u16::MAX / COUNT * COUNT {
            return (1_000 + drawn % COUNT).to_string();
        }
    }
}

/// What the keys are bound to, beside the messages.
fn finish(
    start: PakeStart,
    theirs: &str,
    instance: &InstanceId,
    nameplate: &str,
    identity: Option<&IdentityKey>,
) -> Result<PakeKeys, CodeError> {
    let identity = identity.map(IdentityKey::as_str).unwrap_or_default();
    start
        .finish(theirs, &[instance.as_str(), nameplate, identity])
        .ok_or(CodeError::Garbled)
}

impl Claimant {
    /// Begins: what to post to `/handshake/claim` of the instance of this id.
    pub fn begin(code: &OneTimeCode, instance: &InstanceId, identity: Option<IdentityKey>) -> (Self, Claim) {
        let start = code.start(PakeSide::Claimant, instance);
        let claim = Claim {
            nameplate: code.nameplate.clone(),
            message: start.message().to_owned(),
            identity: identity.clone(),
        };
        let claimant = Self {
            start,
            instance: instance.clone(),
            nameplate: code.nameplate.clone(),
            identity,
        };
        (claimant, claim)
    }

    /// Takes the answer: what to post to `/handshake/confirm`.
    pub fn confirm(self, answer: &ClaimAnswer) -> Result<(Confirmed, Confirmation), CodeError> {
        let keys = finish(
            self.start,
            &answer.message,
            &self.instance,
            &self.nameplate,
            self.identity.as_ref(),
        )?;
        let confirmation = Confirmation {
            nameplate: self.nameplate,
            proof: keys.proof(PakeSide::Claimant),
        };
        let confirmed = Confirmed {
            keys,
            instance: self.instance,
        };
        Ok((confirmed, confirmation))
    }
}

impl Confirmed {
    /// Checks the other side's proof and opens the bundle, which must be of the instance that was claimed from.
    pub fn open(self, handover: &Handover, now: Timestamp) -> Result<Bundle, HandoverError> {
        if !self.keys.is_proven(PakeSide::Offerer, &handover.proof) {
            return Err(CodeError::Wrong.into());
        }
        if handover.bundle.len() > LARGEST_HANDOVER {
            return Err(BundleError::TooLarge {
                size: handover.bundle.len(),
                most: LARGEST_HANDOVER,
            }
            .into());
        }
        let json = self.keys.open(&handover.bundle).ok_or(BundleError::Damaged)?;
        let bundle = Bundle::from_json(&json, now)?;
        bundle.check_delivery(Delivery::Code)?;
        if bundle.instance.id.as_ref() != Some(&self.instance) {
            return Err(
                BundleError::Unreadable("it is for another instance than it came from".to_owned()).into(),
            );
        }
        Ok(bundle)
    }
}

impl Claimed {
    /// Answers a claim. Each call draws a fresh message: keep the answer, to give it to the same claim again.
    pub fn answer(
        code: &OneTimeCode,
        instance: &InstanceId,
        claim: &Claim,
    ) -> Result<(Self, ClaimAnswer), CodeError> {
        if claim.nameplate != code.nameplate {
            return Err(CodeError::Garbled);
        }
        let start = code.start(PakeSide::Offerer, instance);
        let answer = ClaimAnswer {
            message: start.message().to_owned(),
        };
        let keys = finish(
            start,
            &claim.message,
            instance,
            &code.nameplate,
            claim.identity.as_ref(),
        )?;
        let claimed = Self {
            keys,
            nameplate: code.nameplate.clone(),
        };
        Ok((claimed, answer))
    }

    /// Checks the proof and hands the bundle (as [`Bundle::expose_json`] gave it) over. After a refusal the code is
    /// burnt: the caller drops this.
    pub fn hand_over(&self, confirmation: &Confirmation, bundle: &[u8]) -> Result<Handover, CodeError> {
        let fits = confirmation.nameplate == self.nameplate
            && self.keys.is_proven(PakeSide::Claimant, &confirmation.proof);
        if !fits {
            return Err(CodeError::Wrong);
        }
        Ok(Handover {
            proof: self.keys.proof(PakeSide::Offerer),
            bundle: self.keys.seal(bundle),
        })
    }
}

impl CodeError {
    /// The stable word for scripts, and with it the exit code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Form | Self::UnknownWord { .. } => Code::InvalidParameter,
            Self::Garbled => Code::PeerGarbage,
            Self::Wrong => Code::CodeRefused,
        }
    }

    /// What a person can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Form | Self::UnknownWord { .. } => "type the code as the other administrator reads it out",
            Self::Garbled => "check the URL: it must be that of the other administrator's instance",
            Self::Wrong => {
                "the code is used up now: ask the other administrator for a new one, and tell them if this was not a slip"
            }
        }
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

impl HandoverError {
    /// The stable word for scripts, and with it the exit code.
    pub fn code(&self) -> Code {
        match self {
            Self::Code(error) => error.code(),
            Self::Bundle(error) => error.code(),
        }
    }

    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Code(error) => error.remedy(),
            Self::Bundle(error) => error.remedy(),
        }
    }
}

#[cfg(test)]
mod tests;
