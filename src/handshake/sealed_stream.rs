//! Sealing what is too large for memory, as bundles are sealed: an age file under generated words, or to a recipient
//! of age. In the binary form, which is a third smaller than the text form; both are read.

use super::BundleError;
use super::age_file::{self, Sealing};
use super::words::{generate_passphrase, normalise_passphrase};
use crate::seal::Passphrase;
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

/// log2 of the scrypt cost that is written, as for bundles.
const WORK_FACTOR: u8 = 16;

/// A sealed file that is being written. It is whole only once it is finished.
pub struct SealedWriter<W: Write>(Sealing<W>);

/// What opens a sealed file.
pub enum Opener {
    /// The words that were shown when it was made.
    Words(Passphrase),
    /// The secret key (`AGE-SECRET-KEY-1…`) of the recipient that it was made for.
    Key(Zeroizing<String>),
}

/// Whether something can be sealed to this text: `age1…`.
pub fn is_recipient(text: &str) -> bool {
    age_file::is_recipient(text)
}

impl<W: Write> SealedWriter<W> {
    /// Begins one under fresh words. Takes some tenths of a second of one processor, on purpose.
    pub fn under_words(output: W) -> Result<(Self, Passphrase), BundleError> {
        let passphrase = generate_passphrase();
        let writer = age_file::begin_under(passphrase.expose_text(), WORK_FACTOR, output)
            .map_err(BundleError::CannotSeal)?;
        Ok((Self(writer), passphrase))
    }

    /// Begins one that the secret key of this recipient opens.
    pub fn to_recipient(recipient: &str, output: W) -> Result<Self, BundleError> {
        let writer = age_file::begin_to(recipient, output).map_err(BundleError::CannotSeal)?;
        Ok(Self(writer))
    }

    /// Ends it; what it was written to comes back.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens such a file. Reading fails where it was changed or cut short; nothing of what is read after that is given.
pub fn open_stream<'a>(file: impl Read + 'a, opener: &Opener) -> Result<Box<dyn Read + 'a>, BundleError> {
    Ok(match opener {
        Opener::Words(words) => age_file::read_under(&normalise_passphrase(words)?, file)?,
        Opener::Key(key) => age_file::read_with(key.trim(), file)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(file: &[u8], opener: &Opener) -> Option<Vec<u8>> {
        let mut plain = Vec::new();
        open_stream(file, opener).ok()?.read_to_end(&mut plain).ok()?;
        Some(plain)
    }

    fn sealed(mut writer: SealedWriter<Vec<u8>>, plain: &[u8]) -> Vec<u8> {
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn threat_37_what_was_sealed_opens_with_its_words_and_no_part_of_it_opens() {
        let plain: Vec<u8> = (0..200_000u32).map(|number| (number % 251) as u8).collect();
        let (writer, words) = SealedWriter::under_words(Vec::new()).unwrap();
        let file = sealed(writer, &plain);
        let right = Opener::Words(words);
        assert_eq!(opened(&file, &right).as_deref(), Some(&plain[..]));
        for length in [0, 1, 100, 70_000, file.len() - 1] {
            assert_eq!(opened(&file[..length], &right), None, "{length}");
        }
        let mut flipped = file.clone();
        flipped[150_000] ^= 1;
        assert_eq!(opened(&flipped, &right), None);
        let wrong = Opener::Words(generate_passphrase());
        assert_eq!(opened(&file, &wrong), None);
    }

    #[test]
    fn what_was_sealed_to_a_recipient_opens_with_its_key_only() {
        let (key, recipient) = age_file::generate_key();
        let file = sealed(
            SealedWriter::to_recipient(&recipient, Vec::new()).unwrap(),
            b"plain",
        );
        assert_eq!(opened(&file, &Opener::Key(key)).as_deref(), Some(&b"plain"[..]));
        let (other, _) = age_file::generate_key();
        assert_eq!(opened(&file, &Opener::Key(other)), None);
        assert!(is_recipient(&recipient) && !is_recipient("age1nothing"));
        assert!(SealedWriter::to_recipient("age1nothing", Vec::new()).is_err());
    }
}
