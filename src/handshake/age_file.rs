//! The only file that knows the age format (<https://age-encryption.org/v1>), so that the choice can be
//! revisited: armoured text, one recipient, either a passphrase (`scrypt`) or a key (`X25519`).
//!
//! Any implementation of age opens what is written here, given the passphrase or the key.

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret, SecretString};
use age::stream::StreamWriter;
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use std::io::{self, BufReader, Read, Write};
use std::iter;
use zeroize::Zeroizing;

/// log2 of the highest scrypt cost that is accepted: 256 MiB and a second or two.
pub(super) const MOST_WORK: u8 = 18;
/// The longest header that is looked at: the version line, a few stanzas and the MAC fit many times.
const LONGEST_HEADER: u64 = 4 * 1024;

const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const VERSION_LINE: &str = "age-encryption.org/v1";

/// What is written to a file piece by piece; whole once it is finished.
pub(super) type Sealing<W> = StreamWriter<W>;

/// Why a file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AgeError {
    /// Not an age file, or none that we read; in words that end a sentence.
    NotOurs(&'static str),
    /// The passphrase or key is not the one, or the header was changed.
    WrongKey,
    /// log2 of the cost that it asks for is too high.
    Work(u64),
    /// Cut short or changed.
    Damaged,
}

/// What a file is sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// A passphrase, at this cost (log2).
    Passphrase(u8),
    /// A key.
    Key,
}

/// A fresh key: the secret half (`AGE-SECRET-KEY-1…`) and the recipient (`age1…`).
pub(super) fn generate_key() -> (Zeroizing<String>, String) {
    let key = x25519::Identity::generate();
    (
        Zeroizing::new(key.to_string().expose_secret().to_owned()),
        key.to_public().to_string(),
    )
}

/// The recipient that belongs to a secret key; none if the text is no secret key.
pub(super) fn recipient_of(key: &str) -> Option<String> {
    let key: x25519::Identity = key.parse().ok()?;
    Some(key.to_public().to_string())
}

/// Whether something can be sealed to this text.
pub(super) fn is_recipient(text: &str) -> bool {
    text.parse::<x25519::Recipient>()
        .is_ok_and(|recipient| recipient.to_string() == text)
}

/// Seals to a recipient. Armoured text.
pub(super) fn seal_to(recipient: &str, plaintext: &[u8]) -> Result<String, String> {
    let recipient: x25519::Recipient = recipient.parse().map_err(str::to_owned)?;
    seal(&recipient, plaintext)
}

/// Seals under a passphrase, at a cost (log2). Armoured text.
pub(super) fn seal_under(passphrase: &str, work_factor: u8, plaintext: &[u8]) -> Result<String, String> {
    let mut recipient = scrypt::Recipient::new(secret(passphrase));
    recipient.set_work_factor(work_factor);
    seal(&recipient, plaintext)
}

/// Opens with a secret key.
pub(super) fn open_with(key: &str, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let key: x25519::Identity = key.parse().map_err(|_| AgeError::WrongKey)?;
    open(&key, file)
}

/// Opens under a passphrase.
pub(super) fn open_under(passphrase: &str, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let mut identity = scrypt::Identity::new(secret(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    open(&identity, file)
}

/// Begins a file to a recipient in the binary form: what is written goes on sealed, piece by piece.
pub(super) fn begin_to<W: Write>(recipient: &str, output: W) -> Result<Sealing<W>, String> {
    let recipient: x25519::Recipient = recipient.parse().map_err(str::to_owned)?;
    begin(&recipient, output)
}

/// The same under a passphrase, at a cost (log2).
pub(super) fn begin_under<W: Write>(
    passphrase: &str,
    work_factor: u8,
    output: W,
) -> Result<Sealing<W>, String> {
    let mut recipient = scrypt::Recipient::new(secret(passphrase));
    recipient.set_work_factor(work_factor);
    begin(&recipient, output)
}

/// Opens with a secret key, piece by piece: what is read of a file that was changed or cut short fails there.
pub(super) fn read_with<'a>(key: &str, file: impl Read + 'a) -> Result<Box<dyn Read + 'a>, AgeError> {
    let key: x25519::Identity = key.parse().map_err(|_| AgeError::WrongKey)?;
    read(&key, file)
}

/// The same under a passphrase.
pub(super) fn read_under<'a>(passphrase: &str, file: impl Read + 'a) -> Result<Box<dyn Read + 'a>, AgeError> {
    let mut identity = scrypt::Identity::new(secret(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    read(&identity, file)
}

/// Whether it is in the text form (PEM-like); the binary form is read too.
pub(super) fn is_armoured(file: &[u8]) -> bool {
    file.trim_ascii_start().starts_with(ARMOUR)
}

/// What a file is sealed to, as its first lines say. Nothing is proven by that, and no work is done.
pub(super) fn lock_of(file: &[u8]) -> Result<Lock, AgeError> {
    let mut header = Vec::new();
    // A file that is cut short or garbled further on still shows its first lines.
    let _ = ArmoredReader::new(file)
        .take(LONGEST_HEADER)
        .read_to_end(&mut header);
    let mut lines = header
        .split(|&byte| byte == b'\n')
        .map(|line| str::from_utf8(line).unwrap_or_default());
    if lines.next() != Some(VERSION_LINE) {
        return Err(AgeError::NotOurs("it is not an age file"));
    }
    let stanza = lines.next().unwrap_or_default();
    if let Some(arguments) = stanza.strip_prefix("-> scrypt ") {
        return work_factor(arguments).map(Lock::Passphrase);
    }
    // Other implementations may put stanzas of their own before ours; they mean nothing to us.
    let is_key = iter::once(stanza)
        .chain(lines)
        .take_while(|line| !line.starts_with("---"))
        .any(|line| line.starts_with("-> X25519 "));
    if is_key {
        return Ok(Lock::Key);
    }
    Err(AgeError::NotOurs(
        "it is an age file, but neither under a passphrase nor sealed to a request",
    ))
}

fn work_factor(arguments: &str) -> Result<u8, AgeError> {
    let cost = arguments.split(' ').nth(1).unwrap_or_default();
    if cost.is_empty() || !cost.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AgeError::Damaged);
    }
    // Digits that overflow ask for more than can be done, too.
    let required = cost.parse().unwrap_or(u64::MAX);
    match u8::try_from(required) {
        Ok(cost) if cost <= MOST_WORK => Ok(cost),
        _ => Err(AgeError::Work(required)),
    }
}

fn seal(recipient: &dyn age::Recipient, plaintext: &[u8]) -> Result<String, String> {
    let encryptor = Encryptor::with_recipients(iter::once(recipient)).map_err(|error| error.to_string())?;
    let write = || -> io::Result<String> {
        let armour = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armour)?;
        writer.write_all(plaintext)?;
        let file = writer.finish()?.finish()?;
        String::from_utf8(file).map_err(io::Error::other)
    };
    write().map_err(|error| error.to_string())
}

fn open(identity: &dyn age::Identity, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(refused)?;
    let mut reader = decryptor.decrypt(iter::once(identity)).map_err(refused)?;
    let mut plaintext = Zeroizing::new(Vec::with_capacity(file.len()));
    reader
        .read_to_end(&mut plaintext)
        .map_err(|_| AgeError::Damaged)?;
    Ok(plaintext)
}

fn begin<W: Write>(recipient: &dyn age::Recipient, output: W) -> Result<Sealing<W>, String> {
    let encryptor = Encryptor::with_recipients(iter::once(recipient)).map_err(|error| error.to_string())?;
    encryptor.wrap_output(output).map_err(|error| error.to_string())
}

fn read<'a>(identity: &dyn age::Identity, file: impl Read + 'a) -> Result<Box<dyn Read + 'a>, AgeError> {
    let input = ArmoredReader::new(BufReader::new(file));
    let decryptor = Decryptor::new_buffered(input).map_err(refused)?;
    let reader = decryptor.decrypt(iter::once(identity)).map_err(refused)?;
    Ok(Box::new(reader))
}

fn refused(error: DecryptError) -> AgeError {
    match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            AgeError::WrongKey
        }
        DecryptError::ExcessiveWork { required, .. } => AgeError::Work(u64::from(required)),
        DecryptError::UnknownFormat => AgeError::NotOurs("it is not an age file of version 1"),
        // An invalid header or MAC, a file that ends early, and whatever a later version of the library adds.
        _ => AgeError::Damaged,
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}
