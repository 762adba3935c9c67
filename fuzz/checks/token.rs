//! Tokens of both profiles: whatever comes, none passes that was not signed.

use butterfly_console::model::{AppId, InstanceId, KeyId};
use butterfly_console::seal::{FernetKey, LegacyKeys, NativeKeys, RootKey, TokenSecret, token};
use std::sync::LazyLock;

struct Known {
    native: NativeKeys,
    legacy: LegacyKeys,
    app_id: AppId,
    audience: InstanceId,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let kid = KeyId::parse("kid_0123456789abcdef").expect("well formed");
    let secret = TokenSecret::parse("a token secret of at least 32 bytes").expect("long enough");
    let key = FernetKey::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").expect("32 bytes");
    Known {
        native: NativeKeys::derive(kid, &RootKey::from_bytes([7; 32])),
        legacy: LegacyKeys::new(&secret, &key),
        app_id: AppId::parse("guest").expect("well formed"),
        audience: InstanceId::parse("inst_0123456789ab").expect("well formed"),
    }
});

/// One case.
pub fn check(text: &str) {
    let expected = token::Expectation {
        app_id: &KNOWN.app_id,
        audience: &KNOWN.audience,
        endpoint: "http://127.0.0.1:5001/invoke",
        now: 1_700_000_000,
    };
    let _ = token::claimed_kid(text);
    let _ = token::claimed_legacy(text);
    assert!(token::verify(&KNOWN.native, text, expected).is_err());
    assert!(token::verify_legacy(&KNOWN.legacy, text, 1_700_000_000).is_err());
}
