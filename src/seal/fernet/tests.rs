//! Fernet against the spec's vectors, and against whoever respells or changes a token.

use super::*;
use crate::seal::{FernetKey, TokenSecret, random};
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::Value;

const GENERATE: &str = include_str!("../../../tests/vectors/fernet/generate.json");
const VERIFY: &str = include_str!("../../../tests/vectors/fernet/verify.json");
const INVALID: &str = include_str!("../../../tests/vectors/fernet/invalid.json");
const NOW: Timestamp = Timestamp::from_micros(1_795_428_672_000_000);

fn keys(encryption: FernetKey) -> LegacyKeys {
    LegacyKeys::new(&TokenSecret::parse("of no matter here").unwrap(), &encryption)
}

fn some_keys() -> LegacyKeys {
    keys(FernetKey::from_bytes([9; 32]))
}

fn vectors(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn keys_of(vector: &Value) -> LegacyKeys {
    keys(FernetKey::parse(vector["secret"].as_str().unwrap()).unwrap())
}

#[test]
fn spec_generate() {
    for vector in vectors(GENERATE) {
        let iv: Vec<u8> = serde_json::from_value(vector["iv"].clone()).unwrap();
        let now = Timestamp::parse(vector["now"].as_str().unwrap()).unwrap();
        let plaintext = vector["src"].as_str().unwrap().as_bytes();
        let token = seal_under(&keys_of(&vector), now, &iv.try_into().unwrap(), plaintext);
        assert_eq!(token, vector["token"].as_str().unwrap());
    }
}

#[test]
fn spec_verify() {
    for vector in vectors(VERIFY) {
        let opened = open(&keys_of(&vector), vector["token"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(opened.as_slice(), vector["src"].as_str().unwrap().as_bytes());
    }
}

/// Two of the invalid ones are so by their time only, which is no business of a body here.
#[test]
fn spec_invalid() {
    for vector in vectors(INVALID) {
        let why = vector["desc"].as_str().unwrap();
        let opened = open(&keys_of(&vector), vector["token"].as_str().unwrap().as_bytes());
        let by_time_only = why.starts_with("far-future") || why == "expired TTL";
        assert_eq!(opened.is_ok(), by_time_only, "{why}");
    }
}

#[test]
fn threat_17_every_prefix_and_every_flipped_bit_fernet() {
    let body = seal(&some_keys(), NOW, b"{\"action\":\"ping\"}");
    for end in 0..body.len() {
        assert_eq!(
            open(&some_keys(), &body.as_bytes()[..end]).err(),
            Some(OpenError),
            "{end}"
        );
    }
    for bit in 0..body.len() * 8 {
        let mut changed = body.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&some_keys(), &changed).err(), Some(OpenError), "bit {bit}");
    }
}

#[test]
fn threat_18_a_wrong_key_and_bad_padding_are_the_same_error() {
    let body = seal(&some_keys(), NOW, b"hello");
    let by_wrong_key = open(&keys(random::fernet_key()), body.as_bytes()).unwrap_err();

    let mut token = URL_SAFE.decode(&body).unwrap();
    let end = token.len() - MAC;
    token[HEAD + 3] ^= 1;
    let mut mac = some_keys().body_mac();
    mac.update(&token[..end]);
    let tag = mac.finalize().into_bytes();
    token[end..].copy_from_slice(&tag);
    let by_padding = open(&some_keys(), URL_SAFE.encode(token).as_bytes()).unwrap_err();

    assert_eq!(by_wrong_key, by_padding);
    assert_eq!(by_wrong_key.to_string(), by_padding.to_string());
}

#[test]
fn threat_21_respelled_tokens_are_refused() {
    // 57 bytes around 16 of ciphertext: 73, so the spelling ends in padding and has spare bits.
    let body = seal(&some_keys(), NOW, b"hello");
    assert!(body.ends_with("=="));
    let bytes = URL_SAFE.decode(&body).unwrap();
    let unpadded = body.trim_end_matches('=');
    let (head, last) = unpadded.split_at(unpadded.len() - 1);
    let spare_bits = char::from(last.as_bytes()[0] + 1);
    let mut respelled = vec![
        unpadded.to_owned(),
        format!("{unpadded}="),
        format!("{body}="),
        format!("{body}{body}"),
        format!("{}\n{}", &body[..40], &body[40..]),
        format!("{}!{}", &body[..40], &body[40..]),
        format!("{}={}", &body[..40], &body[40..]),
        format!("{body}\0"),
        format!("\u{a0}{body}"),
        format!("{head}{spare_bits}=="),
        URL_SAFE_NO_PAD.encode(&bytes),
    ];
    let standard = STANDARD.encode(&bytes);
    if standard != body {
        respelled.push(standard);
    }
    for text in respelled {
        assert!(open(&some_keys(), text.as_bytes()).is_err(), "{text:?}");
    }
    let spaced = format!(" \r\n{body}\n");
    assert!(open(&some_keys(), spaced.as_bytes()).is_ok());
}

#[test]
fn another_version_is_refused_though_signed() {
    let mut token = URL_SAFE.decode(seal(&some_keys(), NOW, b"hello")).unwrap();
    token[0] = 0x81;
    let end = token.len() - MAC;
    let mut mac = some_keys().body_mac();
    mac.update(&token[..end]);
    let tag = mac.finalize().into_bytes();
    token[end..].copy_from_slice(&tag);
    assert!(open(&some_keys(), URL_SAFE.encode(token).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn any_plaintext_goes_round(key in any::<[u8; 32]>(), plaintext in prop::collection::vec(any::<u8>(), 0..300)) {
        let keys = keys(FernetKey::from_bytes(key));
        let body = seal(&keys, NOW, &plaintext);
        let opened = open(&keys, body.as_bytes()).unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        prop_assert_eq!(URL_SAFE.encode(URL_SAFE.decode(&body).unwrap()), body);
    }

    #[test]
    fn any_bytes_are_answered_without_panic(body in any::<Vec<u8>>()) {
        prop_assert!(open(&some_keys(), &body).is_err());
        prop_assert!(open(&some_keys(), URL_SAFE.encode(&body).as_bytes()).is_err());
    }
}
