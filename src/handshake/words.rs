//! Words for people: the generated passphrase of a bundle, and the seven by which two administrators
//! compare what they have. Both are from the English list of BIP 39: 2048 words, no two of which
//! begin with the same four letters, 11 bits each.

use super::{Bundle, BundleError};
use crate::model::{Holder, InstanceId};
use crate::seal::{IdentityKey, Passphrase, random};
use bip39::Language;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Words of a generated passphrase: 77 bits.
pub const PASSPHRASE_WORDS: usize = 7;
/// Keeps these digests apart from all others.
const TRANSCRIPT_LABEL: &[u8] = b"butterfly/v1 handshake words";

/// A fresh passphrase: seven words, joined by `-`.
pub fn generate_passphrase() -> Passphrase {
    let text = random_words::<{ PASSPHRASE_WORDS * 2 }>();
    Passphrase::parse(&text).expect("seven words are not empty")
}

/// A passphrase as it was generated, from one as it was typed: any case, words apart by spaces,
/// hyphens, commas or line ends. What was never generated is refused before any work is done.
pub fn normalise_passphrase(typed: &Passphrase) -> Result<Zeroizing<String>, BundleError> {
    let lower = Zeroizing::new(typed.expose_text().to_lowercase());
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() < PASSPHRASE_WORDS {
        return Err(BundleError::TooFewWords {
            words: words.len(),
            least: PASSPHRASE_WORDS,
        });
    }
    if let Some(position) = first_unknown(&words) {
        return Err(BundleError::UnknownWord { position });
    }
    Ok(Zeroizing::new(words.join("-")))
}

impl Bundle {
    /// Seven words made of the whole transcript: instance, both identities, recipient, endpoint, pins, each
    /// credential's holder and app_id, and the digest of everything. The side that offers and the side that opens
    /// see the same ones exactly if they have the same bundle.
    pub fn words(&self) -> [String; 7] {
        let mut transcript = Sha256::new();
        add(&mut transcript, TRANSCRIPT_LABEL);
        add_text(&mut transcript, self.instance.id.as_ref().map(InstanceId::as_str));
        let (offerer, requester) = (self.instance.identity.as_ref(), self.requester.as_ref());
        add_text(&mut transcript, offerer.map(IdentityKey::as_str));
        add_text(
            &mut transcript,
            requester.map(|requester| requester.identity.as_str()),
        );
        add_text(
            &mut transcript,
            requester.map(|requester| requester.recipient.as_str()),
        );
        add(&mut transcript, self.endpoint.as_str().as_bytes());
        add_count(&mut transcript, self.pins.len());
        for pin in &self.pins {
            add(&mut transcript, pin.0.as_bytes());
        }
        add_count(&mut transcript, self.credentials.len());
        for credential in &self.credentials {
            let holder: &[u8] = match credential.holder {
                Holder::Console => b"console",
                Holder::Instance => b"instance",
            };
            add(&mut transcript, holder);
            add(&mut transcript, credential.form.app_id.as_str().as_bytes());
        }
        add(&mut transcript, &Sha256::digest(self.expose_json().as_slice()));
        seven_words(&transcript.finalize().into())
    }
}

/// Each part with its length before it, so that no two transcripts are the same bytes.
fn add(transcript: &mut Sha256, part: &[u8]) {
    add_count(transcript, part.len());
    transcript.update(part);
}

/// None is the empty text: nothing of what is optional here is ever empty.
fn add_text(transcript: &mut Sha256, part: Option<&str>) {
    add(transcript, part.unwrap_or_default().as_bytes());
}

fn add_count(transcript: &mut Sha256, count: usize) {
    transcript.update((count as u64).to_be_bytes());
}

/// The first 77 bits, 11 to a word, most significant first.
fn seven_words(digest: &[u8; 32]) -> [String; 7] {
    let mut first = [0u8; 16];
    first.copy_from_slice(&digest[..16]);
    let bits = u128::from_be_bytes(first);
    std::array::from_fn(|index| {
        let shift = 128 - 11 * (index + 1);
        word((bits >> shift) as u16).to_owned()
    })
}

/// Some fresh words, 11 bits each, joined by `-`.
pub(super) fn random_words<const BYTES: usize>() -> Zeroizing<String> {
    let random = Zeroizing::new(random::bytes::<BYTES>());
    let words: Vec<&str> = random
        .chunks_exact(2)
        .map(|pair| word(u16::from_be_bytes([pair[0], pair[1]])))
        .collect();
    Zeroizing::new(words.join("-"))
}

/// The first of these words, counted from 1, that is never generated.
pub(super) fn first_unknown(words: &[&str]) -> Option<usize> {
    words
        .iter()
        .position(|word| !is_generated(word))
        .map(|index| index + 1)
}

/// The word for the low 11 bits.
fn word(bits: u16) -> &'static str {
    all()[usize::from(bits & 0x7ff)]
}

fn is_generated(word: &str) -> bool {
    all().binary_search(&word).is_ok()
}

/// All words, in the order of the alphabet. Whoever asks the crate for them gets a list of their own into the program,
/// so only this asks.
#[inline(never)]
fn all() -> &'static [&'static str; 2048] {
    Language::English.word_list()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_and_no_other_is() {
        assert!(all().is_sorted());
        for word in all() {
            assert_eq!(Language::English.find_word(word).map(self::word), Some(*word));
            assert!(is_generated(word));
        }
        for other in ["", "zzz", "Abandon", "abandonn"] {
            assert_eq!(first_unknown(&["abandon", other]), Some(2), "{other}");
        }
    }

    #[test]
    fn threat_39_passphrases_have_seven_words_and_are_never_the_same() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let passphrase = generate_passphrase();
            let words: Vec<_> = passphrase.expose_text().split('-').collect();
            assert_eq!(words.len(), PASSPHRASE_WORDS);
            assert_eq!(first_unknown(&words), None);
            assert!(seen.insert(passphrase.expose_text().to_owned()));
        }
    }

    #[test]
    fn threat_39_what_a_person_chose_is_no_passphrase() {
        for (typed, expected) in [
            ("hunter2", BundleError::TooFewWords { words: 1, least: 7 }),
            (
                "able about above absent absorb abstract",
                BundleError::TooFewWords { words: 6, least: 7 },
            ),
            (
                "able about above absent absorb abstract letmein",
                BundleError::UnknownWord { position: 7 },
            ),
        ] {
            let typed = Passphrase::parse(typed).unwrap();
            assert_eq!(normalise_passphrase(&typed).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_passphrase_may_be_typed_as_people_type() {
        let generated = "able-about-above-absent-absorb-abstract-absurd";
        for typed in [
            generated,
            "  Able about ABOVE absent\nabsorb  abstract absurd \r\n",
            "able, about, above, absent, absorb, abstract, absurd",
        ] {
            let typed = Passphrase::parse(typed).unwrap();
            assert_eq!(normalise_passphrase(&typed).unwrap().as_str(), generated);
        }
    }

    #[test]
    fn words_are_the_first_77_bits_in_order() {
        assert_eq!(seven_words(&[0; 32]), ["abandon"; 7].map(str::to_owned));
        assert_eq!(seven_words(&[0xff; 32]), ["zoo"; 7].map(str::to_owned));
        let mut digest = [0; 32];
        digest[1] = 0b0010_0000; // the lowest bit of the first word
        digest[2] = 0b0000_0100; // the lowest bit of the second
        let words = seven_words(&digest);
        assert_eq!(&words[..3], ["ability", "ability", "abandon"]);
    }
}
