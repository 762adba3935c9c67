//! Sealing a bundle for its journey, and opening one: under a generated passphrase, or to a request.

use super::age_file::{self, AgeError, Lock, MOST_WORK};
use super::contents::unreadable;
use super::words::{generate_passphrase, normalise_passphrase};
use super::{Bundle, BundleError, Request, RequestKey, Requester, SealedTo};
use crate::model::{Delivery, Timestamp};
use crate::seal::{Identity, Passphrase};
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// log2 of the scrypt cost that is written: 64 MiB and some tenths of a second.
const WORK_FACTOR: u8 = 16;
/// The largest file that is looked at, in bytes; bundles have a few thousand.
const LARGEST_FILE: usize = 256 * 1024;
/// What the signature of an answer to a request is for.
const SIGNED_FOR: &str = "butterfly/v1 handshake bundle";

/// A bundle in its seal, with what opens it: to be sent by different ways.
pub struct SealedBundle {
    /// The file.
    pub armoured: String,
    /// The words.
    pub passphrase: Passphrase,
}

/// What can be said of a bundle's file without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// Whether it is in the text form (PEM-like), as bundles are written; the binary form is read too.
    pub armoured: bool,
    /// What opens it.
    pub sealed_to: SealedTo,
    /// log2 of the scrypt cost; none where no passphrase opens it.
    pub work_factor: Option<u8>,
    /// Size of the file, in bytes.
    pub size: usize,
}

/// What is sealed to a request: the bundle as the very bytes that were signed.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Answer {
    bundle: String,
    signature: String,
}

impl Bundle {
    /// Seals under fresh words. Takes some tenths of a second of one processor, on purpose.
    pub fn seal_with_generated_passphrase(&self) -> Result<SealedBundle, BundleError> {
        self.seal_at_work_factor(WORK_FACTOR)
    }

    fn seal_at_work_factor(&self, work_factor: u8) -> Result<SealedBundle, BundleError> {
        self.check_for_sealing(Delivery::Passphrase)?;
        let passphrase = generate_passphrase();
        let armoured = age_file::seal_under(passphrase.expose_text(), work_factor, &self.expose_json())
            .map_err(BundleError::CannotSeal)?;
        Ok(SealedBundle { armoured, passphrase })
    }

    /// Seals to whoever made the request, and to nobody else, signed by the instance that offers. Armoured text.
    pub fn seal_to_request(&self, request: &Request, identity: &Identity) -> Result<String, BundleError> {
        self.check_for_sealing(Delivery::Request)?;
        if self.requester.as_ref() != Some(&request.requester()) {
            return Err(cannot_seal("it does not name the request that it answers"));
        }
        if self.instance.identity.as_ref() != Some(&identity.key()) {
            return Err(cannot_seal(
                "it names another identity than the one that is to sign it",
            ));
        }
        let json = self.expose_json();
        let text = str::from_utf8(&json).expect("JSON is written as UTF-8");
        let answer = Answer {
            bundle: text.to_owned(),
            signature: identity.sign(SIGNED_FOR, &signed_bytes(&request.id, &json)),
        };
        let plaintext = Zeroizing::new(serde_json::to_vec(&answer).expect("an answer has only string keys"));
        age_file::seal_to(&request.recipient, &plaintext).map_err(BundleError::CannotSeal)
    }

    /// Opens the answer to a request of ours: checks the signature by the instance that the bundle names, and that
    /// it answers this very request.
    pub fn open_with_request(
        file: &[u8],
        request: &Request,
        key: &RequestKey,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        expect_seal(file, SealedTo::Request)?;
        let plaintext = age_file::open_with(key.expose_text(), file).map_err(|error| match error {
            AgeError::WrongKey => BundleError::AnotherRequest,
            other => BundleError::from(other),
        })?;
        let answer: Answer = serde_json::from_slice(&plaintext).map_err(unreadable)?;
        let bundle = Self::from_json(answer.bundle.as_bytes(), now)?;
        bundle.check_delivery(Delivery::Request)?;
        if bundle.requester.as_ref() != Some(&request.requester()) {
            return Err(BundleError::AnotherRequest);
        }
        let message = signed_bytes(&request.id, answer.bundle.as_bytes());
        let is_signed = bundle
            .instance
            .identity
            .as_ref()
            .is_some_and(|identity| identity.verifies(SIGNED_FOR, &message, &answer.signature));
        if !is_signed {
            return Err(BundleError::Forged);
        }
        Ok(bundle)
    }

    /// Opens and checks; nothing of a bundle that is damaged, expired or of another version comes out.
    /// Takes some tenths of a second of one processor.
    pub fn open_with_passphrase(
        file: &[u8],
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        expect_seal(file, SealedTo::Passphrase)?;
        let passphrase = normalise_passphrase(passphrase)?;
        let json = age_file::open_under(&passphrase, file)?;
        let bundle = Self::from_json(&json, now)?;
        bundle.check_delivery(Delivery::Passphrase)?;
        Ok(bundle)
    }

    fn check_for_sealing(&self, delivery: Delivery) -> Result<(), BundleError> {
        self.check().map_err(BundleError::CannotSeal)?;
        if self.delivery != delivery {
            return Err(cannot_seal("it says that it travels in another way"));
        }
        Ok(())
    }
}

impl Request {
    /// How a bundle that answers this request names it.
    pub fn requester(&self) -> Requester {
        Requester {
            request: self.id.clone(),
            identity: self.identity.clone(),
            recipient: self.recipient.clone(),
        }
    }
}

/// Seals anything else under fresh words, as bundles are.
pub fn seal_under_words(plaintext: &[u8]) -> Result<SealedBundle, BundleError> {
    let passphrase = generate_passphrase();
    let armoured = age_file::seal_under(passphrase.expose_text(), WORK_FACTOR, plaintext)
        .map_err(BundleError::CannotSeal)?;
    Ok(SealedBundle { armoured, passphrase })
}

/// Opens what [`seal_under_words`] sealed.
pub fn open_under_words(file: &[u8], passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, BundleError> {
    let passphrase = normalise_passphrase(passphrase)?;
    Ok(age_file::open_under(&passphrase, file)?)
}

/// Looks at a file from the outside: is it a bundle, what opens it, and can it be opened at a sane cost?
pub fn inspect(file: &[u8]) -> Result<Outside, BundleError> {
    if file.len() > LARGEST_FILE {
        return Err(BundleError::TooLarge {
            size: file.len(),
            most: LARGEST_FILE,
        });
    }
    let (sealed_to, work_factor) = match age_file::lock_of(file)? {
        Lock::Passphrase(cost) => (SealedTo::Passphrase, Some(cost)),
        Lock::Key => (SealedTo::Request, None),
    };
    Ok(Outside {
        armoured: age_file::is_armoured(file),
        sealed_to,
        work_factor,
        size: file.len(),
    })
}

fn expect_seal(file: &[u8], expected: SealedTo) -> Result<(), BundleError> {
    let found = inspect(file)?.sealed_to;
    if found != expected {
        return Err(BundleError::OtherSeal { found });
    }
    Ok(())
}

/// What is signed: which request, and which bundle. Ids have no NUL, so nothing else is the same bytes.
fn signed_bytes(request: &str, bundle: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([request.as_bytes(), b"\0", bundle].concat())
}

fn cannot_seal(why: &str) -> BundleError {
    BundleError::CannotSeal(why.to_owned())
}

impl From<AgeError> for BundleError {
    fn from(error: AgeError) -> Self {
        match error {
            AgeError::NotOurs(why) => Self::NotABundle(why),
            AgeError::WrongKey => Self::WrongPassphrase,
            AgeError::Work(required) => Self::WorkFactor {
                required,
                most: MOST_WORK,
            },
            AgeError::Damaged => Self::Damaged,
        }
    }
}

#[cfg(test)]
mod tests;
