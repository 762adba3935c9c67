//! Agreeing on keys from a short code: SPAKE2 over Ed25519 (the group, constants and messages of Python's
//! `spake2`), followed by key confirmation with HMAC-SHA256 under keys of HKDF-SHA256 (RFC 5869).
//!
//! Whoever listens learns nothing about the code, and whoever takes part without knowing it gets one guess,
//! which the other side notices when the proof does not fit.

use super::{DataKey, base64url, row};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use spake2::{Ed25519Group, Identity, Password, Spake2};
use zeroize::Zeroizing;

/// Keeps these digests apart from all others.
const TRANSCRIPT_LABEL: &[u8] = b"butterfly/v1 code transcript";

/// Who is meant: the two sides prove differently, so that a proof cannot be sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PakeSide {
    /// Who types the code.
    Claimant,
    /// Who made it.
    Offerer,
}

impl PakeSide {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Claimant => b"butterfly/v1 code claimant",
            Self::Offerer => b"butterfly/v1 code offerer",
        }
    }
}

/// One side that has sent its message and waits for the other's. Good for one answer. No `Debug`.
pub struct PakeStart {
    side: PakeSide,
    ours: String,
    state: Spake2<Ed25519Group>,
}

impl PakeStart {
    /// Begins, with a fresh scalar. The names say who both sides are; they need not be secret, but must be the same
    /// on both sides.
    pub fn begin(side: PakeSide, code: &str, claimant: &str, offerer: &str) -> Self {
        let password = Password::new(code);
        let (claimant, offerer) = (
            Identity::new(claimant.as_bytes()),
            Identity::new(offerer.as_bytes()),
        );
        let (state, message) = match side {
            PakeSide::Claimant => Spake2::start_a(&password, &claimant, &offerer),
            PakeSide::Offerer => Spake2::start_b(&password, &claimant, &offerer),
        };
        Self {
            side,
            ours: base64url::encode(&message),
            state,
        }
    }

    /// Our message: 33 bytes in base64url.
    pub fn message(&self) -> &str {
        &self.ours
    }

    /// Takes the other side's message; none if it is not one. The keys are bound to both messages and to each part
    /// of the context, so they fit only if both sides saw the same ones.
    pub fn finish(self, theirs: &str, context: &[&str]) -> Option<PakeKeys> {
        let message = base64url::decode_array::<33>(theirs.as_bytes())?;
        let shared = Zeroizing::new(self.state.finish(&message).ok()?);
        let (claimant, offerer) = match self.side {
            PakeSide::Claimant => (self.ours.as_str(), theirs),
            PakeSide::Offerer => (theirs, self.ours.as_str()),
        };
        let mut transcript = Sha256::new();
        add(&mut transcript, TRANSCRIPT_LABEL);
        for part in [claimant, offerer].iter().chain(context) {
            add(&mut transcript, part.as_bytes());
        }
        Some(PakeKeys::derive(&shared, transcript.finalize().into()))
    }
}

/// What both sides come to if they know the same code. No `Debug`.
pub struct PakeKeys {
    transcript: [u8; 32],
    claimant: Zeroizing<[u8; 32]>,
    offerer: Zeroizing<[u8; 32]>,
    handover: DataKey,
}

impl PakeKeys {
    fn derive(shared: &[u8], transcript: [u8; 32]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(&transcript), shared);
        let key = |label: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf.expand(label, key.as_mut())
                .expect("32 bytes are fewer than HKDF can give");
            key
        };
        Self {
            transcript,
            claimant: key(PakeSide::Claimant.label()),
            offerer: key(PakeSide::Offerer.label()),
            handover: DataKey::from_bytes(*key(b"butterfly/v1 code handover")),
        }
    }

    /// What only a side that knows the code can say.
    pub fn proof(&self, of: PakeSide) -> String {
        base64url::encode(&self.mac(of).finalize().into_bytes())
    }

    /// Whether that side knows the code; takes the same time whatever is wrong with the proof.
    pub fn is_proven(&self, of: PakeSide, proof: &str) -> bool {
        base64url::decode_array::<32>(proof.as_bytes())
            .is_some_and(|proof| self.mac(of).verify(&proof.into()).is_ok())
    }

    /// Seals what is handed over, for the other side alone. Base64url.
    pub fn seal(&self, plaintext: &[u8]) -> String {
        base64url::encode(&row::seal(&self.handover, &self.transcript, plaintext))
    }

    /// Opens what the other side sealed.
    pub fn open(&self, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = base64url::decode(sealed.as_bytes())?;
        row::open(&self.handover, &self.transcript, &sealed).ok()
    }

    fn mac(&self, of: PakeSide) -> Hmac<Sha256> {
        let key = match of {
            PakeSide::Claimant => &self.claimant,
            PakeSide::Offerer => &self.offerer,
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).expect("HMAC takes keys of any length");
        mac.update(&self.transcript);
        mac
    }
}

/// Each part with its length before it, so that no two transcripts are the same bytes.
fn add(transcript: &mut Sha256, part: &[u8]) {
    transcript.update((part.len() as u64).to_be_bytes());
    transcript.update(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(claimant_code: &str, offerer_code: &str, context: [&str; 2]) -> (PakeKeys, PakeKeys) {
        let claimant = PakeStart::begin(PakeSide::Claimant, claimant_code, "claimant", "offerer");
        let offerer = PakeStart::begin(PakeSide::Offerer, offerer_code, "claimant", "offerer");
        let (first, second) = (claimant.message().to_owned(), offerer.message().to_owned());
        (
            claimant.finish(&second, &context[..1]).unwrap(),
            offerer.finish(&first, &context[1..]).unwrap(),
        )
    }

    #[test]
    fn who_knows_the_same_code_comes_to_the_same_keys() {
        let (claimant, offerer) = both("able-about-above", "able-about-above", ["x", "x"]);
        assert!(offerer.is_proven(PakeSide::Claimant, &claimant.proof(PakeSide::Claimant)));
        assert!(claimant.is_proven(PakeSide::Offerer, &offerer.proof(PakeSide::Offerer)));
        assert_eq!(
            claimant.open(&offerer.seal(b"bundle")).unwrap().as_slice(),
            b"bundle"
        );
    }

    #[test]
    fn another_code_or_another_context_proves_and_opens_nothing() {
        for (codes, context) in [(["a", "b"], ["x", "x"]), (["a", "a"], ["x", "y"])] {
            let (claimant, offerer) = both(codes[0], codes[1], context);
            assert!(!offerer.is_proven(PakeSide::Claimant, &claimant.proof(PakeSide::Claimant)));
            assert!(!claimant.is_proven(PakeSide::Offerer, &offerer.proof(PakeSide::Offerer)));
            assert!(claimant.open(&offerer.seal(b"bundle")).is_none());
        }
    }

    #[test]
    fn a_proof_sent_back_proves_nothing() {
        let (claimant, _) = both("a", "a", ["x", "x"]);
        assert!(!claimant.is_proven(PakeSide::Offerer, &claimant.proof(PakeSide::Claimant)));
    }

    #[test]
    fn a_message_sent_back_or_garbled_is_none() {
        for garbled in ["", "AAAA", "*"] {
            let start = PakeStart::begin(PakeSide::Claimant, "a", "claimant", "offerer");
            assert!(start.finish(garbled, &[]).is_none());
        }
        let start = PakeStart::begin(PakeSide::Claimant, "a", "claimant", "offerer");
        let reflected = start.message().to_owned();
        assert!(start.finish(&reflected, &[]).is_none());
    }
}
