//! Sealed bodies of the legacy profile: nothing but what was sealed opens, and it opens as it was.

use butterfly_console::model::Timestamp;
use butterfly_console::seal::{FernetKey, LegacyKeys, TokenSecret, fernet};
use std::sync::LazyLock;

static KEYS: LazyLock<LegacyKeys> = LazyLock::new(|| {
    let secret = TokenSecret::parse("a token secret of at least 32 bytes").expect("long enough");
    let key = FernetKey::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").expect("32 bytes");
    LegacyKeys::new(&secret, &key)
});

/// One case.
pub fn check(data: &[u8]) {
    assert!(fernet::open(&KEYS, data).is_err());
    let mut body = fernet::seal(&KEYS, Timestamp::from_micros(1_000_000), data).into_bytes();
    let opened = fernet::open(&KEYS, &body).expect("what was sealed opens");
    assert_eq!(opened.as_slice(), data);
    if let [high, low, other, ..] = data {
        let place = (usize::from(*high) << 8 | usize::from(*low)) % body.len();
        if body[place] != *other {
            body[place] = *other;
            assert!(fernet::open(&KEYS, &body).is_err());
        }
    }
}
