//! Base64url without padding (RFC 7515, section 2), read strictly: no padding, no foreign
//! characters, no stray bits at the end. So every text has one spelling, and a changed character
//! is a changed value.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as ALPHABET;
use std::sync::LazyLock;

/// From so many bytes or characters on, the instructions that take many at once are worth looking for.
const LONG: usize = 48;

/// The same alphabet, as strict, by those instructions where the processor has them.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static LONG_ALPHABET: LazyLock<base64::engine::Simd> =
    LazyLock::new(|| base64::engine::Simd::url_safe(base64::engine::general_purpose::NO_PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static LONG_ALPHABET: LazyLock<base64::engine::GeneralPurpose> = LazyLock::new(|| ALPHABET);

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
    match bytes.len() < LONG {
        true => ALPHABET.encode_string(bytes, out),
        false => LONG_ALPHABET.encode_string(bytes, out),
    }
}

/// The bytes of a text of any length.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    match text.len() < LONG {
        true => ALPHABET.decode(text).ok(),
        false => LONG_ALPHABET.decode(text).ok(),
    }
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
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    #[test]
    fn one_spelling_only() {
        assert_eq!(decode_array::<1>(b"_w"), Some([255]));
        for respelled in ["_x", "_w==", "/w", "_w\n", " _w", "_"] {
            assert_eq!(decode_array::<1>(respelled.as_bytes()), None, "{respelled:?}");
            assert_eq!(decode(respelled.as_bytes()), None, "{respelled:?}");
        }
    }

    proptest! {
        #[test]
        fn long_texts_are_what_the_plain_alphabet_makes_of_them(bytes in vec(any::<u8>(), 0..300)) {
            let mut text = "before".to_owned();
            append(&bytes, &mut text);
            prop_assert_eq!(text, format!("before{}", ALPHABET.encode(&bytes)));
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes));
        }

        #[test]
        fn long_texts_are_read_as_strictly_as_short_ones(
            bytes in vec(any::<u8>(), 30..300),
            at in any::<Index>(),
            changed in any::<u8>(),
        ) {
            let mut text = encode(&bytes).into_bytes();
            let at = at.index(text.len());
            text[at] = changed;
            prop_assert_eq!(decode(&text), ALPHABET.decode(&text).ok());
            // One spelling: what is read is written the same way.
            prop_assert!(decode(&text).is_none_or(|read| encode(&read).as_bytes() == text));
        }
    }
}
