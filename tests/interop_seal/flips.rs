//! One changed bit: what others made is refused here, what we made is refused there (THREATS 17).
//!
//! Here each bit of the text is flipped, spelling and all. There each bit of what the text stands
//! for: the libraries read base64 more leniently than we do, and take some respellings for the same.

use super::*;
use crate::fernet::Legacy;
use butterfly_console::model::Timestamp;
use butterfly_console::seal::{fernet as our_fernet, jwe as our_jwe, token as our_token};

const PLAINTEXT: &[u8] = br#"{"action":"get_pointer","pointer_address":"ptr_0123456789ab"}"#;

/// Every value that differs from `bytes` in one bit.
pub(super) fn flips(bytes: &[u8]) -> Vec<Vec<u8>> {
    let flip = |bit: usize| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    };
    (0..bytes.len() * 8).map(flip).collect()
}

/// Every text that stands for a value that differs in one bit in one of the parts between the dots.
fn flipped_parts(text: &str) -> Vec<String> {
    let parts: Vec<_> = text.split('.').collect();
    let replaced = |index: usize, part: &str| {
        let mut parts = parts.clone();
        parts[index] = part;
        parts.join(".")
    };
    parts
        .iter()
        .enumerate()
        .flat_map(|(index, part)| {
            flips(&decode(part))
                .into_iter()
                .map(move |flipped| (index, flipped))
        })
        .map(|(index, part)| replaced(index, &encode(&part)))
        .collect()
}

#[test]
fn threat_17_native_bodies_of_others_with_one_bit_flipped_are_refused() {
    let Some(python) = python() else { return };
    let native = Native::new();
    let mut libraries = python.libraries();
    let query = crate::jwe::their_query(&mut libraries, &native, PLAINTEXT);
    assert!(our_jwe::open_query(&native.keys, query.as_bytes()).is_ok());
    for flipped in flips(query.as_bytes()) {
        assert!(our_jwe::open_query(&native.keys, &flipped).is_err());
    }
    let jti = random::jti();
    let reply = crate::jwe::their_reply(&mut libraries, &native, &jti, PLAINTEXT);
    assert!(our_jwe::open_reply(&native.keys, &jti, reply.as_bytes()).is_ok());
    for flipped in flips(reply.as_bytes()) {
        assert!(our_jwe::open_reply(&native.keys, &jti, &flipped).is_err());
    }
}

#[test]
fn threat_17_native_bodies_of_ours_with_one_bit_flipped_are_refused_by_joserfc() {
    let Some(python) = python() else { return };
    let native = Native::new();
    let mut libraries = python.libraries();
    let query = our_jwe::seal_query(&native.keys, PLAINTEXT);
    let reply = our_jwe::seal_reply(&native.keys, &random::jti(), PLAINTEXT);
    for (label, body) in [(REQUEST, query), (REPLY, reply)] {
        assert!(!libraries.refuses(&crate::jwe::to_open(&native, label, &body)));
        for flipped in flipped_parts(&body) {
            assert!(
                libraries.refuses(&crate::jwe::to_open(&native, label, &flipped)),
                "{flipped}"
            );
        }
    }
}

#[test]
fn threat_17_legacy_bodies_of_others_with_one_bit_flipped_are_refused() {
    let Some(python) = python() else { return };
    let legacy = Legacy::new();
    let body = legacy.theirs(&mut python.libraries(), Timestamp::now(), PLAINTEXT);
    assert!(our_fernet::open(&legacy.keys, body.as_bytes()).is_ok());
    for flipped in flips(body.as_bytes()) {
        assert!(our_fernet::open(&legacy.keys, &flipped).is_err());
    }
}

#[test]
fn threat_17_legacy_bodies_of_ours_with_one_bit_flipped_are_refused_by_cryptography() {
    use base64::engine::general_purpose::URL_SAFE;
    let Some(python) = python() else { return };
    let legacy = Legacy::new();
    let mut libraries = python.libraries();
    let body = our_fernet::seal(&legacy.keys, Timestamp::now(), PLAINTEXT);
    assert!(!libraries.refuses(&legacy.to_open(&body)));
    for flipped in flips(&URL_SAFE.decode(&body).unwrap()) {
        let flipped = URL_SAFE.encode(flipped);
        assert!(libraries.refuses(&legacy.to_open(&flipped)), "{flipped}");
    }
}

#[test]
fn threat_17_tokens_of_others_with_one_bit_flipped_are_refused() {
    let Some(python) = python() else { return };
    let native = Native::new();
    let claims = crate::token::some_claims();
    for text in crate::token::their_two(&mut python.libraries(), &native, &claims) {
        assert!(crate::token::verify(&native, &text, &claims).is_ok());
        // A token is text; what is not arrives no further than the HTTP header's parser.
        for flipped in flips(text.as_bytes()).into_iter().flat_map(String::from_utf8) {
            assert!(
                crate::token::verify(&native, &flipped, &claims).is_err(),
                "{flipped}"
            );
        }
    }
}

#[test]
fn threat_17_tokens_of_ours_with_one_bit_flipped_are_refused_by_pyjwt_and_joserfc() {
    let Some(python) = python() else { return };
    let native = Native::new();
    let mut libraries = python.libraries();
    let claims = crate::token::some_claims();
    let text = our_token::sign(&native.keys, &claims);
    for question in crate::token::to_verify(&native, &text, &claims) {
        assert!(!libraries.refuses(&question), "{question}");
    }
    for flipped in flipped_parts(&text) {
        for question in crate::token::to_verify(&native, &flipped, &claims) {
            assert!(libraries.refuses(&question), "{question}");
        }
    }
}
