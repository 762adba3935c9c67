//! Nonces, with an eye on their source: under AES-GCM two messages under one nonce give away the
//! authentication key, so a source that repeats itself must stop the sender, not the attacker.

use std::sync::atomic::{AtomicU64, Ordering};

/// Draws random nonces for one key and notices a source that is stuck.
///
/// It remembers 64 bits of the nonce before: enough to notice a stuck source at once, and a false
/// alarm (once in 2^64) costs one more draw. Threads that draw together notice it too.
pub(super) struct Nonces(AtomicU64);

impl Nonces {
    /// For a new key. A source that yields only zeros counts as stuck from the beginning.
    pub(super) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// The next nonce from the operating system.
    ///
    /// # Panics
    /// If the source repeats itself twice in a row: nothing may be sent then.
    pub(super) fn next<const N: usize>(&self) -> [u8; N] {
        self.next_from(super::random::bytes)
    }

    /// The same from a source of the caller's.
    pub(super) fn next_from<const N: usize>(&self, mut draw: impl FnMut() -> [u8; N]) -> [u8; N] {
        const { assert!(N >= 8, "a nonce has 64 bits at least") };
        for _ in 0..2 {
            let nonce = draw();
            if !self.is_repeated(&nonce) {
                return nonce;
            }
        }
        panic!(
            "the random source of this machine repeats itself: nothing is sent, \
             because a repeated nonce would give the key away; restart when the machine is sound"
        );
    }

    fn is_repeated(&self, nonce: &[u8]) -> bool {
        let mut head = [0; 8];
        head.copy_from_slice(&nonce[..8]);
        let head = u64::from_ne_bytes(head);
        self.0.swap(head, Ordering::Relaxed) == head
    }
}

#[cfg(test)]
mod tests;
