//! Base64url without padding (RFC 7515, section 2), read strictly: no padding, no foreign
//! characters, no stray bits at the end. So every text has one spelling, and a changed character
//! is a changed value.

use base64::Engine;
pub(super) use base64::engine::general_purpose::URL_SAFE_NO_PAD as ALPHABET;

/// How many characters `bytes` bytes become.
pub(super) const fn encoded_len(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// Bytes as text.
pub(super) fn encode(bytes: &[u8]) -> String {
    ALPHABET.encode(bytes)
}

/// Bytes as text, at the end of `out`.
pub(super) fn append(bytes: &[u8], out: &mut String) {
    ALPHABET.encode_string(bytes, out);
}

/// The bytes of a text of any length.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    ALPHABET.decode(text).ok()
}

/// The bytes of a text that stands for exactly `N` bytes.
pub(super) fn decode_array<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != encoded_len(N) {
        return None;
    }
    let mut bytes = [0; N];
    let written = ALPHABET.decode_slice_unchecked(text, &mut bytes).ok()?;
    (written == N).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only() {
        assert_eq!(decode_array::<1>(b"_w"), Some([255]));
        for respelled in ["_x", "_w==", "/w", "_w\n", " _w", "_"] {
            assert_eq!(decode_array::<1>(respelled.as_bytes()), None, "{respelled:?}");
            assert_eq!(decode(respelled.as_bytes()), None, "{respelled:?}");
        }
    }
}
