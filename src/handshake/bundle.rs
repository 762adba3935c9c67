//! Sealing a bundle into an age file under a generated passphrase, and opening one.
//!
//! The only file that knows the age format (<https://age-encryption.org/v1>): armoured, one `scrypt`
//! recipient. Any implementation of age opens what is written here, given the words.

use super::words::{generate_passphrase, normalise_passphrase};
use super::{Bundle, BundleError, Request, RequestKey};
use crate::model::Timestamp;
use crate::seal::{Identity, Passphrase};
use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use serde::Serialize;
use std::io::{self, Read, Write};
use std::iter;
use zeroize::Zeroizing;

/// log2 of the scrypt cost that is written: 64 MiB and some tenths of a second.
const WORK_FACTOR: u8 = 16;
/// log2 of the highest scrypt cost that is accepted: 256 MiB and a second or two.
const MOST_WORK: u8 = 18;
/// The largest file that is looked at, in bytes; bundles have a few thousand.
const LARGEST_FILE: usize = 256 * 1024;
/// The longest header that is looked at: the version line, one scrypt stanza and the MAC fit many times.
const LONGEST_HEADER: u64 = 4 * 1024;

const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const VERSION_LINE: &str = "age-encryption.org/v1";

/// A bundle in its seal, with what opens it: to be sent by different ways.
pub struct SealedBundle {
    /// The file.
    pub armoured: String,
    /// The words.
    pub passphrase: Passphrase,
}

/// What can be said of a bundle's file without its passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// Whether it is in the text form (PEM-like), as bundles are written; the binary form is read too.
    pub armoured: bool,
    /// log2 of the scrypt cost.
    pub work_factor: u8,
    /// Size of the file, in bytes.
    pub size: usize,
}

impl Bundle {
    /// Seals under fresh words. Takes some tenths of a second of one processor, on purpose.
    pub fn seal_with_generated_passphrase(&self) -> Result<SealedBundle, BundleError> {
        self.seal_at_work_factor(WORK_FACTOR)
    }

    fn seal_at_work_factor(&self, work_factor: u8) -> Result<SealedBundle, BundleError> {
        self.check().map_err(BundleError::CannotSeal)?;
        let passphrase = generate_passphrase();
        let mut recipient = scrypt::Recipient::new(secret(passphrase.expose_text()));
        recipient.set_work_factor(work_factor);
        let armoured = encrypt(&recipient, &self.expose_json())
            .map_err(|error| BundleError::CannotSeal(error.to_string()))?;
        Ok(SealedBundle { armoured, passphrase })
    }

    /// Seals to whoever made the request, and to nobody else, signed by the instance that offers. Armoured text.
    pub fn seal_to_request(&self, request: &Request, identity: &Identity) -> Result<String, BundleError> {
        let _ = (request, identity);
        todo!()
    }

    /// Opens the answer to a request of ours: checks the signature by the instance that the bundle names, and that
    /// it answers this very request.
    pub fn open_with_request(
        file: &[u8],
        request: &Request,
        key: &RequestKey,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        let _ = (file, request, key, now);
        todo!()
    }

    /// Opens and checks; nothing of a bundle that is damaged, expired or of another version comes out.
    /// Takes some tenths of a second of one processor.
    pub fn open_with_passphrase(
        file: &[u8],
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        inspect(file)?;
        let passphrase = normalise_passphrase(passphrase)?;
        let json = decrypt(file, &passphrase)?;
        Self::from_json(&json, now)
    }
}

/// Seals anything else under fresh words, as bundles are.
pub fn seal_under_words(plaintext: &[u8]) -> Result<SealedBundle, BundleError> {
    let passphrase = generate_passphrase();
    let mut recipient = scrypt::Recipient::new(secret(passphrase.expose_text()));
    recipient.set_work_factor(WORK_FACTOR);
    let armoured =
        encrypt(&recipient, plaintext).map_err(|error| BundleError::CannotSeal(error.to_string()))?;
    Ok(SealedBundle { armoured, passphrase })
}

/// Opens what [`seal_under_words`] sealed.
pub fn open_under_words(file: &[u8], passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, BundleError> {
    let passphrase = normalise_passphrase(passphrase)?;
    decrypt(file, &passphrase)
}

/// Looks at a file from the outside: is it a bundle under a passphrase, and can it be opened at a sane cost?
pub fn inspect(file: &[u8]) -> Result<Outside, BundleError> {
    if file.len() > LARGEST_FILE {
        return Err(BundleError::TooLarge {
            size: file.len(),
            most: LARGEST_FILE,
        });
    }
    let mut header = Vec::new();
    // A file that is cut short or garbled further on still shows its first lines.
    let _ = ArmoredReader::new(file)
        .take(LONGEST_HEADER)
        .read_to_end(&mut header);
    let required = work_factor(&header)?;
    match u8::try_from(required) {
        Ok(work_factor) if work_factor <= MOST_WORK => Ok(Outside {
            armoured: file.trim_ascii_start().starts_with(ARMOUR),
            work_factor,
            size: file.len(),
        }),
        _ => Err(BundleError::WorkFactor {
            required,
            most: MOST_WORK,
        }),
    }
}

/// The cost that a header's scrypt stanza asks for.
fn work_factor(header: &[u8]) -> Result<u64, BundleError> {
    let mut lines = header
        .split(|&byte| byte == b'\n')
        .map(|line| str::from_utf8(line).unwrap_or_default());
    if lines.next() != Some(VERSION_LINE) {
        return Err(BundleError::NotABundle("it is not an age file"));
    }
    let stanza = lines.next().unwrap_or_default();
    let Some(arguments) = stanza.strip_prefix("-> scrypt ") else {
        return Err(BundleError::NotABundle(
            "it is an age file, but not one under a passphrase",
        ));
    };
    let cost = arguments.split(' ').nth(1).unwrap_or_default();
    if cost.is_empty() || !cost.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BundleError::Damaged);
    }
    // Digits that overflow ask for more than can be done, too.
    Ok(cost.parse().unwrap_or(u64::MAX))
}

fn encrypt(recipient: &scrypt::Recipient, plaintext: &[u8]) -> io::Result<String> {
    let encryptor = Encryptor::with_recipients(iter::once(recipient as &dyn age::Recipient))
        .map_err(|error| io::Error::other(error.to_string()))?;
    let armour = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armour)?;
    writer.write_all(plaintext)?;
    let file = writer.finish()?.finish()?;
    String::from_utf8(file).map_err(io::Error::other)
}

fn decrypt(file: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, BundleError> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(refused)?;
    let mut identity = scrypt::Identity::new(secret(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    let mut reader = decryptor
        .decrypt(iter::once(&identity as &dyn age::Identity))
        .map_err(refused)?;
    let mut plaintext = Zeroizing::new(Vec::with_capacity(file.len()));
    reader
        .read_to_end(&mut plaintext)
        .map_err(|_| BundleError::Damaged)?;
    Ok(plaintext)
}

fn refused(error: DecryptError) -> BundleError {
    match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            BundleError::WrongPassphrase
        }
        DecryptError::ExcessiveWork { required, .. } => BundleError::WorkFactor {
            required: u64::from(required),
            most: MOST_WORK,
        },
        DecryptError::UnknownFormat => BundleError::NotABundle("it is not an age file of version 1"),
        // An invalid header or MAC, a file that ends early, and whatever a later version of the library adds.
        _ => BundleError::Damaged,
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[cfg(test)]
mod tests;
