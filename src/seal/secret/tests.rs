//! Secrets are read strictly and shown to nobody.

use super::*;
use crate::seal::DataKey;

const ROOT: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

#[test]
fn threat_05_short_and_empty_secrets_are_refused() {
    let short = |actual, least| Some(SecretError::TooShort { actual, least });
    assert_eq!(RootKey::parse("").err(), short(0, 32));
    assert_eq!(RootKey::parse(&ROOT[..42][..40]).err(), short(30, 32));
    assert_eq!(FernetKey::parse("").err(), short(0, 32));
    assert_eq!(TokenSecret::parse("").err(), short(0, 1));
    assert_eq!(Passphrase::parse("").err(), short(0, 1));
}

#[test]
fn other_encodings_are_refused() {
    for wrong in [
        format!("{ROOT}AAAA"),
        ROOT.replace('w', "+"),
        ROOT.replace('w', "/"),
        "!".repeat(43),
        "é".repeat(20),
    ] {
        assert!(
            matches!(RootKey::parse(&wrong), Err(SecretError::Encoding(_))),
            "{wrong}"
        );
        assert!(
            matches!(FernetKey::parse(&wrong), Err(SecretError::Encoding(_))),
            "{wrong}"
        );
    }
    for wrong in [
        "",
        "key_",
        "KEY_0123456789abcdef0123456789abcdef",
        "key_0123456789abcdef0123456789abcdeg",
    ] {
        assert!(AccessKey::parse(wrong).is_err(), "{wrong}");
    }
    assert!(AccessKey::parse("key_0123456789abcdef0123456789abcdef").is_ok());
}

#[test]
fn keys_are_read_with_and_without_padding() {
    for text in [ROOT.to_owned(), format!("{ROOT}="), format!("{ROOT}\n")] {
        assert_eq!(RootKey::parse(&text).unwrap().expose_bytes(), &[7; 32]);
        let fernet = FernetKey::parse(&text).unwrap();
        assert_eq!(fernet.expose_text().as_str(), format!("{ROOT}="));
    }
    assert_eq!(RootKey::from_bytes([7; 32]).expose_text().as_str(), ROOT);
}

#[test]
fn weak_token_secrets_are_known_as_such() {
    let is_weak = |text| TokenSecret::parse(text).unwrap().is_weak();
    assert!(is_weak("short"));
    assert!(is_weak("default-super-secret-key-for-dev"));
    assert!(!is_weak("a secret of 32 bytes or even more"));
}

#[test]
fn threat_44_debug_and_errors_show_no_secret() {
    let canary = "canary-canary-canary-canary-canary";
    let shown = [
        format!("{:?}", TokenSecret::parse(canary).unwrap()),
        format!("{:?}", Passphrase::parse(canary).unwrap()),
        format!("{:?}", RootKey::parse(ROOT).unwrap()),
        format!("{:?}", FernetKey::parse(ROOT).unwrap()),
        format!("{:?}", DataKey::from_bytes([7; 32])),
        format!(
            "{:?}",
            AccessKey::parse("key_0123456789abcdef0123456789abcdef").unwrap()
        ),
    ];
    for text in shown {
        assert!(text.ends_with("(redacted)"), "{text}");
    }
    let refused = RootKey::parse(canary).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("canary"));
}

/// Answers for types that lack a trait; an inherent item of the same name, bound to the trait,
/// comes first where the type has it.
trait Otherwise {
    const PRINTS: bool = false;
    const SERIALISES: bool = false;
    const COMPARES: bool = false;
    const COPIES: bool = false;
}
impl<T> Otherwise for T {}

struct Prints<T>(T);
impl<T: fmt::Display> Prints<T> {
    const PRINTS: bool = true;
}
struct Serialises<T>(T);
impl<T: serde::Serialize> Serialises<T> {
    const SERIALISES: bool = true;
}
struct Compares<T>(T);
impl<T: PartialEq> Compares<T> {
    const COMPARES: bool = true;
}
struct Copies<T>(T);
impl<T: Copy> Copies<T> {
    const COPIES: bool = true;
}

/// A function cannot ask this: inside it the type would be unknown.
macro_rules! abilities {
    ($type:ty) => {
        [
            Prints::<$type>::PRINTS,
            Serialises::<$type>::SERIALISES,
            Compares::<$type>::COMPARES,
            Copies::<$type>::COPIES,
        ]
    };
}

#[test]
fn threat_44_secrets_have_no_trait_that_lets_them_out() {
    assert_eq!(abilities!(u8), [true; 4], "the question is asked rightly");
    assert_eq!(abilities!(RootKey), [false; 4]);
    assert_eq!(abilities!(TokenSecret), [false; 4]);
    assert_eq!(abilities!(FernetKey), [false; 4]);
    assert_eq!(abilities!(AccessKey), [false; 4]);
    assert_eq!(abilities!(Passphrase), [false; 4]);
    assert_eq!(abilities!(DataKey), [false; 4]);
}
