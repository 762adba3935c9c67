//! SHA-256 (FIPS 180-4) of what is no secret: sealed bodies, records, addresses, public keys.
//!
//! By `ring`, whose code takes half the time of `sha2`'s where the processor has no instructions for it. What it has
//! hashed it does not wipe, so that secrets are for `sha2`, which does.

use ring::digest;

/// Bytes of a digest.
const LENGTH: usize = 32;

/// A digest of what is told piece by piece.
pub struct Sha256(digest::Context);

impl Sha256 {
    /// Of nothing so far.
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    /// Goes on with `piece`.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of everything that was told.
    pub fn finish(self) -> [u8; LENGTH] {
        sized(&self.0.finish())
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

/// The digest of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; LENGTH] {
    sized(&digest::digest(&digest::SHA256, bytes))
}

fn sized(digest: &digest::Digest) -> [u8; LENGTH] {
    *digest.as_ref().first_chunk().expect("SHA-256 gives 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::hex;

    /// FIPS 180-4, the examples that NIST publishes with it.
    #[test]
    fn the_standards_examples_come_out() {
        let of_two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        for (text, digest) in [
            (
                &b"abc"[..],
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                of_two_blocks,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ] {
            assert_eq!(hex(&sha256(text)), digest);
            let mut pieces = Sha256::new();
            text.chunks(3).for_each(|piece| pieces.update(piece));
            assert_eq!(hex(&pieces.finish()), digest);
        }
    }
}
