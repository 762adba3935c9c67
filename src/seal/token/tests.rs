//! What both profiles share, and what the tests of both use.

use super::*;
use crate::model::{AppId, InstanceId, KeyId};
use crate::seal::{FernetKey, LegacyKeys, NativeKeys, RootKey, TokenSecret};

mod legacy;
mod native;
mod spelled;

/// When the tests play.
const NOW: i64 = 1_795_428_672;
const ENDPOINT: &str = "https://b.example/invoke";
const SECRET: &str = "a secret of the original kind, long enough";

fn native_keys() -> NativeKeys {
    let kid = KeyId::parse("kid_0123456789abcdef").unwrap();
    NativeKeys::derive(kid, &RootKey::from_bytes([7; 32]))
}

fn legacy_keys() -> LegacyKeys {
    LegacyKeys::new(
        &TokenSecret::parse(SECRET).unwrap(),
        &FernetKey::from_bytes([9; 32]),
    )
}

/// Any header and payload, signed correctly with the key of a credential.
fn signed(key: &SignatureKey, header: &str, claims: &str) -> String {
    let signed = format!(
        "{}.{}",
        base64url::encode(header.as_bytes()),
        base64url::encode(claims.as_bytes())
    );
    let signature = base64url::encode(&key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[test]
fn reasons_are_stable_words() {
    let reasons = [
        (TokenError::Malformed, "token_malformed"),
        (TokenError::Header, "token_header"),
        (TokenError::Signature, "token_signature"),
        (TokenError::Claim("aud"), "token_claim_aud"),
        (TokenError::Time, "token_time"),
        (TokenError::Body, "token_body"),
    ];
    for (error, reason) in reasons {
        assert_eq!(error.reason(), reason);
    }
}

#[test]
fn body_hash_is_sha_256_of_the_bytes() {
    assert_eq!(body_hash(b"abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}
