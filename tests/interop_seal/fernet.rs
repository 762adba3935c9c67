//! Sealed bodies of the legacy profile, ours and those of Python's `cryptography`.

use super::*;
use butterfly_console::model::Timestamp;
use butterfly_console::seal::{FernetKey, LegacyKeys, fernet};
use proptest::collection::vec;
use proptest::prelude::*;

/// A Fernet key, and what we make of it.
pub(super) struct Legacy {
    encryption_key: FernetKey,
    pub(super) keys: LegacyKeys,
}

impl Legacy {
    pub(super) fn new() -> Self {
        let encryption_key = random::fernet_key();
        let keys = LegacyKeys::new(&random::token_secret(), &encryption_key);
        Self { encryption_key, keys }
    }

    /// A body as `cryptography` seals it.
    pub(super) fn theirs(&self, libraries: &mut Libraries, now: Timestamp, plaintext: &[u8]) -> String {
        let question = json!({
            "op": "fernet_seal", "key": *self.encryption_key.expose_text(),
            "now": now.as_seconds(), "plaintext": encode(plaintext),
        });
        libraries.ask_for_text("body", &question)
    }

    /// What `cryptography` is asked to open.
    pub(super) fn to_open(&self, body: &str) -> Value {
        json!({"op": "fernet_open", "key": *self.encryption_key.expose_text(), "body": body})
    }
}

/// A moment between 1970 and the year 4147: what eight bytes of seconds hold goes further than clocks do.
fn moment() -> impl Strategy<Value = Timestamp> {
    (0..1_i64 << 36).prop_map(|seconds| Timestamp::from_micros(0).plus_seconds(seconds))
}

#[test]
fn our_bodies_open_in_cryptography() {
    let Some(python) = python() else { return };
    let legacy = Legacy::new();
    let strategy = (moment(), vec(any::<u8>(), 0..3000));
    for_random(python.libraries(), strategy, |libraries, (now, plaintext)| {
        let body = fernet::seal(&legacy.keys, now, &plaintext);
        let opened = libraries.ask(&legacy.to_open(&body));
        prop_assert_eq!(&opened["plaintext"], &json!(encode(&plaintext)), "{}", opened);
        prop_assert_eq!(&opened["now"], &json!(now.as_seconds()));
        Ok(())
    });
}

#[test]
fn bodies_of_cryptography_open_here() {
    let Some(python) = python() else { return };
    let legacy = Legacy::new();
    let strategy = (moment(), vec(any::<u8>(), 0..3000));
    for_random(python.libraries(), strategy, |libraries, (now, plaintext)| {
        let body = legacy.theirs(libraries, now, &plaintext);
        let opened = fernet::open(&legacy.keys, body.as_bytes());
        prop_assert_eq!(opened.as_deref(), Ok(&plaintext));
        Ok(())
    });
}

#[test]
fn a_body_opens_only_under_its_own_key() {
    let Some(python) = python() else { return };
    let (legacy, other) = (Legacy::new(), Legacy::new());
    let mut libraries = python.libraries();
    let now = Timestamp::now();
    let theirs = legacy.theirs(&mut libraries, now, b"{}");
    assert!(fernet::open(&legacy.keys, theirs.as_bytes()).is_ok());
    assert!(fernet::open(&other.keys, theirs.as_bytes()).is_err());
    let ours = fernet::seal(&legacy.keys, now, b"{}");
    assert!(libraries.refuses(&other.to_open(&ours)));
}
