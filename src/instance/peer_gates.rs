//! One gate for each peer, however many credentials lead to it: what one caller learned of a peer need not be learned
//! anew by another.
//!
//! A peer is an endpoint under a set of pins. The pins belong to it, because with the wrong ones the same host is as
//! good as away, and that says nothing to those who have the right ones.

use super::peer_gate::PeerGate;
use crate::model::Endpoint;
use crate::protocol::{HeldCredential, Spki};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The gates of all peers. One that no credential leads to any more is forgotten.
#[derive(Default)]
pub(super) struct PeerGates {
    by_peer: Mutex<HashMap<Peer, Weak<PeerGate>>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Peer {
    endpoint: Endpoint,
    /// Sorted: in which order they are kept says nothing.
    pins: Vec<Spki>,
}

impl PeerGates {
    /// The gate of the peer that a credential leads to.
    pub(super) fn of(&self, credential: &HeldCredential) -> Arc<PeerGate> {
        let peer = Peer::of(credential);
        let mut by_peer = self.by_peer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = by_peer.get(&peer).and_then(Weak::upgrade) {
            return gate;
        }
        by_peer.retain(|_, gate| gate.strong_count() > 0);
        let gate = Arc::new(PeerGate::default());
        by_peer.insert(peer, Arc::downgrade(&gate));
        gate
    }
}

impl Peer {
    fn of(credential: &HeldCredential) -> Self {
        let mut pins = credential.pins.clone();
        pins.sort_by(|one, other| one.0.cmp(&other.0));
        Self {
            endpoint: credential.endpoint.clone(),
            pins,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AppId;
    use crate::seal::random;

    fn credential(app_id: &str, endpoint: &str, pins: &[&str]) -> HeldCredential {
        let mut credential = HeldCredential::native(
            AppId::parse(app_id).unwrap(),
            Endpoint::parse(endpoint).unwrap(),
            random::instance_id(),
            random::key_id(),
            random::root_key(),
        );
        credential.pins = pins.iter().map(|pin| Spki((*pin).to_owned())).collect();
        credential
    }

    #[test]
    fn credentials_for_one_peer_share_its_gate_and_others_do_not() {
        let gates = PeerGates::default();
        let gate = gates.of(&credential("one", "https://b.example/invoke", &["x", "y"]));
        let shares = |endpoint: &str, pins: &[&str]| {
            Arc::ptr_eq(&gate, &gates.of(&credential("other", endpoint, pins)))
        };
        assert!(shares("https://b.example", &["y", "x"]));
        assert!(!shares("https://b.example", &["x"]), "other pins");
        assert!(!shares("https://b.example/of/another", &["x", "y"]));
        assert!(!shares("https://b.example:8443", &["x", "y"]));
    }

    #[test]
    fn a_gate_that_nothing_leads_to_is_forgotten() {
        let gates = PeerGates::default();
        for number in 0..100 {
            drop(gates.of(&credential("one", &format!("https://b{number}.example"), &[])));
        }
        assert_eq!(gates.by_peer.lock().unwrap().len(), 1, "the last one only");
    }
}
