//! Rows belong to their place.

use super::*;

#[test]
fn a_row_opens_in_its_place_only() {
    let key = DataKey::generate();
    let sealed = seal(&key, b"credential/1", b"root");
    assert_eq!(sealed.len(), NONCE + 4 + TAG);
    assert_eq!(open(&key, b"credential/1", &sealed).unwrap().as_slice(), b"root");
    assert!(open(&key, b"credential/2", &sealed).is_err());
    assert!(open(&DataKey::generate(), b"credential/1", &sealed).is_err());
    let again = DataKey::from_bytes(*key.expose_bytes());
    assert_eq!(
        open(&again, b"credential/1", &sealed).unwrap().as_slice(),
        b"root"
    );
}

#[test]
fn threat_49_a_changed_row_is_noticed() {
    let key = DataKey::generate();
    let sealed = seal(&key, b"row", b"content");
    for end in 0..sealed.len() {
        assert!(open(&key, b"row", &sealed[..end]).is_err(), "prefix of {end}");
    }
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&key, b"row", &changed).is_err(), "bit {bit}");
    }
}

#[test]
fn an_empty_row_is_a_row() {
    let key = DataKey::generate();
    let sealed = seal(&key, b"", b"");
    assert!(open(&key, b"", &sealed).unwrap().is_empty());
}
