//! A stuck source of random bytes is noticed.

use super::*;

#[test]
fn nonces_of_the_operating_system_differ() {
    let nonces = Nonces::new();
    let drawn: std::collections::HashSet<[u8; 12]> = (0..1000).map(|_| nonces.next()).collect();
    assert_eq!(drawn.len(), 1000);
}

#[test]
fn threat_20_one_repetition_is_drawn_again() {
    let nonces = Nonces::new();
    let mut source = [[1; 12], [1; 12], [2; 12]].into_iter();
    let mut draw = || source.next().unwrap();
    assert_eq!(nonces.next_from(&mut draw), [1; 12]);
    assert_eq!(nonces.next_from(&mut draw), [2; 12], "not the one before again");
}

#[test]
#[should_panic(expected = "repeats itself")]
fn threat_20_a_stuck_source_stops_the_sender() {
    let nonces = Nonces::new();
    nonces.next_from(|| [7u8; 12]);
    nonces.next_from(|| [7u8; 12]);
}

#[test]
#[should_panic(expected = "repeats itself")]
fn threat_20_a_source_of_zeros_never_sends_at_all() {
    Nonces::new().next_from(|| [0u8; 12]);
}
