//! Sealed bodies of the native profile, ours and joserfc's.

use super::*;
use butterfly_console::seal::jwe;
use proptest::collection::vec;
use proptest::prelude::*;

fn query_header(kid: &KeyId) -> [(&'static str, Value); 4] {
    [
        ("alg", json!("dir")),
        ("enc", json!("A256GCM")),
        ("kid", json!(kid)),
        ("typ", json!("bfly-query+jwe")),
    ]
}

fn reply_header(kid: &KeyId, jti: &str) -> [(&'static str, Value); 5] {
    [
        ("alg", json!("dir")),
        ("enc", json!("A256GCM")),
        ("kid", json!(kid)),
        ("typ", json!("bfly-reply+jwe")),
        ("irt", json!(jti)),
    ]
}

/// What joserfc is asked to seal.
pub(super) fn theirs(native: &Native, label: &str, header: &Value, plaintext: &[u8]) -> Value {
    json!({
        "op": "jwe_seal", "root": native.root_text(), "label": label,
        "header": header, "plaintext": encode(plaintext),
    })
}

/// What joserfc is asked to open.
pub(super) fn to_open(native: &Native, label: &str, body: &str) -> Value {
    json!({"op": "jwe_open", "root": native.root_text(), "label": label, "body": body})
}

/// A query as joserfc seals it for a credential.
pub(super) fn their_query(libraries: &mut Libraries, native: &Native, plaintext: &[u8]) -> String {
    let header = json!(query_header(native.kid()));
    libraries.ask_for_text("body", &theirs(native, REQUEST, &header, plaintext))
}

/// A reply as joserfc seals it.
pub(super) fn their_reply(libraries: &mut Libraries, native: &Native, jti: &str, plaintext: &[u8]) -> String {
    let header = json!(reply_header(native.kid(), jti));
    libraries.ask_for_text("body", &theirs(native, REPLY, &header, plaintext))
}

#[test]
fn our_queries_open_in_joserfc() {
    let Some(python) = python() else { return };
    let native = Native::new();
    for_random(
        python.libraries(),
        vec(any::<u8>(), 0..3000),
        |libraries, plaintext| {
            let body = jwe::seal_query(&native.keys, &plaintext);
            let opened = libraries.ask(&to_open(&native, REQUEST, &body));
            let header: serde_json::Map<_, _> = query_header(native.kid())
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect();
            prop_assert_eq!(&opened["plaintext"], &json!(encode(&plaintext)), "{}", opened);
            prop_assert_eq!(&opened["header"], &Value::Object(header));
            Ok(())
        },
    );
}

#[test]
fn our_replies_open_in_joserfc_and_name_their_request() {
    let Some(python) = python() else { return };
    let native = Native::new();
    for_random(
        python.libraries(),
        vec(any::<u8>(), 0..3000),
        |libraries, plaintext| {
            let jti = random::jti();
            let body = jwe::seal_reply(&native.keys, &jti, &plaintext);
            let opened = libraries.ask(&to_open(&native, REPLY, &body));
            prop_assert_eq!(&opened["plaintext"], &json!(encode(&plaintext)), "{}", opened);
            prop_assert_eq!(&opened["header"]["irt"], &json!(jti));
            prop_assert_eq!(&opened["header"]["typ"], &json!("bfly-reply+jwe"));
            prop_assert_eq!(&opened["header"]["kid"], &json!(native.kid()));
            Ok(())
        },
    );
}

#[test]
fn queries_and_replies_of_joserfc_open_here() {
    let Some(python) = python() else { return };
    let native = Native::new();
    for_random(
        python.libraries(),
        vec(any::<u8>(), 0..3000),
        |libraries, plaintext| {
            let query = their_query(libraries, &native, &plaintext);
            let opened = jwe::open_query(&native.keys, query.as_bytes());
            prop_assert_eq!(opened.as_deref(), Ok(&plaintext));
            prop_assert_eq!(jwe::claimed_kid(query.as_bytes()), Some(native.kid().clone()));

            let jti = random::jti();
            let reply = their_reply(libraries, &native, &jti, &plaintext);
            let opened = jwe::open_reply(&native.keys, &jti, reply.as_bytes());
            prop_assert_eq!(opened.as_deref(), Ok(&plaintext));
            prop_assert!(jwe::open_reply(&native.keys, &random::jti(), reply.as_bytes()).is_err());
            Ok(())
        },
    );
}

#[test]
fn the_order_of_a_header_means_nothing() {
    let Some(python) = python() else { return };
    let native = Native::new();
    let mut libraries = python.libraries();
    let plaintext = br#"{"action":"whoami"}"#;

    for header in every_order(&query_header(native.kid())) {
        let body = libraries.ask_for_text("body", &theirs(&native, REQUEST, &header, plaintext));
        let opened = jwe::open_query(&native.keys, body.as_bytes());
        assert_eq!(opened.as_deref(), Ok(&plaintext.to_vec()), "{header}");
    }
    let jti = random::jti();
    for header in every_order(&reply_header(native.kid(), &jti)) {
        let body = libraries.ask_for_text("body", &theirs(&native, REPLY, &header, plaintext));
        let opened = jwe::open_reply(&native.keys, &jti, body.as_bytes());
        assert_eq!(opened.as_deref(), Ok(&plaintext.to_vec()), "{header}");
    }
}

#[test]
fn a_body_opens_only_in_its_own_direction_and_under_its_own_root() {
    let Some(python) = python() else { return };
    let (native, other) = (Native::new(), Native::new());
    let mut libraries = python.libraries();
    let jti = random::jti();

    let query = their_query(&mut libraries, &native, b"{}");
    let reply = their_reply(&mut libraries, &native, &jti, b"{}");
    assert!(jwe::open_query(&native.keys, query.as_bytes()).is_ok());
    assert!(jwe::open_reply(&native.keys, &jti, reply.as_bytes()).is_ok());
    assert!(jwe::open_query(&native.keys, reply.as_bytes()).is_err());
    assert!(jwe::open_reply(&native.keys, &jti, query.as_bytes()).is_err());

    // The other credential's keys under this one's kid: only the key itself can tell.
    let impostor = NativeKeys::derive(native.kid().clone(), &other.root);
    assert!(jwe::open_query(&impostor, query.as_bytes()).is_err());
    assert!(jwe::open_reply(&impostor, &jti, reply.as_bytes()).is_err());

    let ours = jwe::seal_query(&native.keys, b"{}");
    assert!(libraries.refuses(&to_open(&other, REQUEST, &ours)));
    assert!(libraries.refuses(&to_open(&native, REPLY, &ours)));
}

/// What a JOSE library does gladly and the contract forbids.
#[test]
fn a_header_with_anything_else_in_it_is_refused_here() {
    let Some(python) = python() else { return };
    let native = Native::new();
    let mut libraries = python.libraries();
    for (name, value) in [
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("irt", json!(random::jti())),
    ] {
        let mut header = query_header(native.kid()).to_vec();
        header.push((name, value));
        let body = libraries.ask_for_text("body", &theirs(&native, REQUEST, &json!(header), b"{}"));
        assert!(jwe::open_query(&native.keys, body.as_bytes()).is_err(), "{name}");
    }
}
