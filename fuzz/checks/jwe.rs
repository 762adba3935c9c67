//! Sealed bodies of the native profile: nothing but what was sealed opens, and it opens as it was.

use butterfly_console::model::KeyId;
use butterfly_console::seal::{NativeKeys, RootKey, jwe};
use std::sync::LazyLock;

static KEYS: LazyLock<NativeKeys> = LazyLock::new(|| {
    let kid = KeyId::parse("kid_0123456789abcdef").expect("well formed");
    NativeKeys::derive(kid, &RootKey::from_bytes([7; 32]))
});

/// One case.
pub fn check(data: &[u8]) {
    // What comes from outside: nobody who has not the key makes anything that opens.
    assert!(jwe::open_query(&KEYS, data).is_err());
    assert!(jwe::open_reply(&KEYS, "request", data).is_err());
    let _ = jwe::claimed_kid(data);
    let mut body = jwe::seal_query(&KEYS, data).into_bytes();
    let opened = jwe::open_query(&KEYS, &body).expect("what was sealed opens");
    assert_eq!(opened.as_slice(), data);
    // One byte of it replaced by another.
    if let [high, low, other, ..] = data {
        let place = (usize::from(*high) << 8 | usize::from(*low)) % body.len();
        if body[place] != *other {
            body[place] = *other;
            assert!(jwe::open_query(&KEYS, &body).is_err());
        }
    }
}
