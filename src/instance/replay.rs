//! Which tokens were seen: each one is good for a single call (DESIGN 3.2).
//!
//! Bounded memory: a token is remembered until it could no longer be accepted, and when the memory is
//! full new ones are refused rather than live ones forgotten.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many live tokens are remembered: about 35,000 calls a second for as long as they last, in 180 MB at most.
pub(super) const CAPACITY: usize = 4_000_000;
const SHARDS: usize = 16;
/// Seconds whose tokens are forgotten together.
const SPAN: i64 = 64;
/// A token ends at most 120 s from now (60 s of life, 30 s of skew twice), so three spans are live at most.
const SPANS: usize = 4;
/// Longest time that a token can still be accepted, in seconds.
pub(super) const LONGEST: i64 = 120;

/// A token: which credential, and the 22 characters of its `jti`.
type Token = (u32, [u8; 22]);

/// What claiming a token came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Never seen: the call may go on.
    Fresh,
    /// Seen before.
    Replayed,
    /// Too many live tokens to remember another one.
    Full,
}

/// The tokens seen so far.
pub(super) struct Replay {
    shards: Vec<Mutex<Shard>>,
    remembered: AtomicUsize,
    capacity: usize,
}

#[derive(Default)]
struct Shard {
    spans: [Span; SPANS],
}

/// Tokens that end within the same stretch of time.
#[derive(Default)]
struct Span {
    number: i64,
    tokens: HashSet<Token>,
}

impl Replay {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            remembered: AtomicUsize::new(0),
            capacity,
        }
    }

    /// Takes a token for a call: exactly one of any number of claims gets `Fresh`. `ends` is the last second at which
    /// it could be accepted, `now` the present one, both in Unix seconds.
    pub(super) fn claim(&self, credential: u32, jti: &str, ends: i64, now: i64) -> Claim {
        // The token's claims were checked: a jti is 22 characters. Anything else is no token of ours.
        let Ok(jti) = <[u8; 22]>::try_from(jti.as_bytes()) else {
            return Claim::Replayed;
        };
        let token = (credential, jti);
        let mut shard = self.shard(&jti);
        let forgotten = shard.forget_before(now.div_euclid(SPAN));
        self.remembered.fetch_sub(forgotten, Ordering::Relaxed);
        if shard.knows(&token) {
            return Claim::Replayed;
        }
        if self.remembered.fetch_add(1, Ordering::Relaxed) >= self.capacity {
            self.remembered.fetch_sub(1, Ordering::Relaxed);
            drop(shard);
            self.sweep(now);
            return Claim::Full;
        }
        shard.remember(
            token,
            ends.min(now.saturating_add(LONGEST)).max(now).div_euclid(SPAN),
        );
        Claim::Fresh
    }

    /// Whether a token was taken already; takes none.
    pub(super) fn knows(&self, credential: u32, jti: &str) -> bool {
        let Ok(jti) = <[u8; 22]>::try_from(jti.as_bytes()) else {
            return false;
        };
        self.shard(&jti).knows(&(credential, jti))
    }

    fn shard(&self, jti: &[u8; 22]) -> MutexGuard<'_, Shard> {
        let index = usize::from(jti[0] ^ jti[7]) % SHARDS;
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many tokens are remembered.
    pub(super) fn remembered(&self) -> usize {
        self.remembered.load(Ordering::Relaxed)
    }

    /// Forgets what ended, in every shard: the others may hold room that this one lacks.
    fn sweep(&self, now: i64) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let forgotten = shard.forget_before(now.div_euclid(SPAN));
            self.remembered.fetch_sub(forgotten, Ordering::Relaxed);
        }
    }
}

impl Shard {
    fn knows(&self, token: &Token) -> bool {
        self.spans.iter().any(|span| span.tokens.contains(token))
    }

    fn remember(&mut self, token: Token, number: i64) {
        let span = &mut self.spans[slot(number)];
        span.number = number;
        span.tokens.insert(token);
    }

    /// Forgets spans that are over; how many tokens that were.
    fn forget_before(&mut self, present: i64) -> usize {
        let mut forgotten = 0;
        for span in &mut self.spans {
            if span.number < present && !span.tokens.is_empty() {
                forgotten += span.tokens.len();
                span.tokens.clear();
            }
        }
        forgotten
    }
}

/// Live spans are fewer than slots and follow each other, so no two of them share one.
fn slot(number: i64) -> usize {
    usize::try_from(number.rem_euclid(SPANS as i64)).expect("less than four")
}

#[cfg(test)]
mod tests;
