//! Which tokens were seen: each one is good for a single call (DESIGN 3.2).
//!
//! Bounded memory: a token is remembered until it could no longer be accepted, and when the memory is
//! full new ones are refused rather than live ones forgotten.
//!
//! Clocks step. What was forgotten because it was over may be alive again when the clock goes back: then
//! nothing is fresh until the tokens of that time were recalled from the audit trail, which has them all.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many live tokens are remembered: about 35,000 calls a second for as long as they last, in 80 MB at most.
pub(super) const CAPACITY: usize = 4_000_000;
/// Under which number legacy calls are remembered: what tells them apart holds for all credentials together.
pub(super) const OF_LEGACY: u32 = u32::MAX;
const SHARDS: usize = 16;
/// Seconds whose tokens are forgotten together.
const SPAN: i64 = 64;
/// Longest time that a token can still be accepted, in seconds: 60 of life, and 30 of skew twice.
const LONGEST: i64 = 120;
/// Spans are kept this many seconds longer, so that a clock that is merely put right a little forgets nothing.
const GRACE: i64 = 5;
/// How many seconds ahead of a clock that went back tokens are recalled at a time.
const AHEAD: i64 = 900;
/// How many seconds after it was taken a token is on record, at most: calls last as long.
const ON_RECORD: i64 = 300;

/// A token, told by 64 bits that are drawn from its credential and its `jti` with a key that nobody else has. Two tokens
/// that have them in common, which nobody can bring about, are one in 2^42 calls where as many as possible are alive: the
/// later one is refused then, as if it had been seen. What is remembered is a third as large, and every call touches it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Token(u64);

/// A token is its own hash already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a token is written whole");
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

type Tokens = HashSet<Token, BuildHasherDefault<AsItIs>>;

/// What claiming a token came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Never seen: the call may go on.
    Fresh,
    /// Seen before.
    Replayed,
    /// Too many live tokens to remember another one.
    Full,
    /// The clock went back to where tokens were forgotten: nobody can tell before they are recalled.
    Behind,
}

/// Tokens of the past that are to be recalled: those seen from one moment to another, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub from: i64,
    pub until: i64,
}

/// The tokens seen so far.
pub(super) struct Replay {
    key: RandomState,
    shards: Vec<Mutex<Shard>>,
    remembered: AtomicUsize,
    capacity: usize,
    /// Tokens that ended before this second were forgotten.
    forgotten: AtomicI64,
    /// From this second on there may be tokens that were not recalled.
    known_until: AtomicI64,
}

/// Tokens by the stretch of time within which they end.
#[derive(Default)]
struct Shard {
    spans: BTreeMap<i64, Tokens>,
}

impl Gap {
    /// What must be known to call a token fresh at a moment, and for some time from then on.
    pub(super) fn around(now: i64) -> Self {
        Self {
            from: now.saturating_sub(LONGEST + GRACE),
            until: now.saturating_add(AHEAD),
        }
    }
}

impl Replay {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            key: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            remembered: AtomicUsize::new(0),
            capacity,
            forgotten: AtomicI64::new(i64::MIN),
            known_until: AtomicI64::new(i64::MAX),
        }
    }

    /// Takes a token for a call: exactly one of any number of claims gets `Fresh`. `ends` is the last second at which
    /// it could be accepted, `now` the present one, both in Unix seconds.
    pub(super) fn claim(&self, credential: u32, jti: &str, ends: i64, now: i64) -> Claim {
        let Some(token) = self.token(credential, jti) else {
            return Claim::Replayed;
        };
        match self.claim_token(token, ends, now) {
            // What ended may fill the room of other shards.
            Claim::Full => {
                self.sweep(now);
                self.claim_token(token, ends, now)
            }
            claim => claim,
        }
    }

    fn claim_token(&self, token: Token, ends: i64, now: i64) -> Claim {
        let mut shard = self.shard(token);
        self.forget(&mut shard, now);
        if shard.knows(&token) {
            return Claim::Replayed;
        }
        if self.gap(now).is_some() {
            return Claim::Behind;
        }
        if self.remembered.fetch_add(1, Ordering::Relaxed) >= self.capacity {
            self.remembered.fetch_sub(1, Ordering::Relaxed);
            return Claim::Full;
        }
        shard.remember(token, ends.min(now.saturating_add(LONGEST)).max(now));
        Claim::Fresh
    }

    /// What has to be recalled before any token can be called fresh at this moment; nothing as long as the clock
    /// does what clocks do.
    pub(super) fn gap(&self, now: i64) -> Option<Gap> {
        let is_known =
            self.forgotten.load(Ordering::SeqCst) <= now && now < self.known_until.load(Ordering::SeqCst);
        (!is_known).then(|| Gap::around(now))
    }

    /// Tokens seen before, each with the second at which it was, that fill a gap; `is_all` when none was seen after it.
    pub(super) fn recall(&self, gap: Gap, seen: impl IntoIterator<Item = (u32, String, i64)>, is_all: bool) {
        let before = self.forgotten.load(Ordering::SeqCst);
        for (credential, jti, at) in seen {
            let Some(token) = self.token(credential, &jti) else {
                continue;
            };
            let mut shard = self.shard(token);
            if shard.remember(token, at.saturating_add(LONGEST)) {
                self.remembered.fetch_add(1, Ordering::Relaxed);
            }
        }
        // What can be accepted at a moment was taken within the longest life of a token of it, on either side.
        let known_until = if is_all {
            i64::MAX
        } else {
            gap.until.saturating_sub(LONGEST + ON_RECORD)
        };
        self.known_until.store(known_until, Ordering::SeqCst);
        // Unless more was forgotten meanwhile, by a call from before the step: then there is a gap again.
        let known_from = gap.from.saturating_add(LONGEST);
        let _ = self
            .forgotten
            .compare_exchange(before, known_from, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Whether a token was taken already; takes none.
    pub(super) fn knows(&self, credential: u32, jti: &str) -> bool {
        let token = self.token(credential, jti);
        token.is_some_and(|token| self.shard(token).knows(&token))
    }

    /// None for what cannot be one: the claims of those that are asked for were checked, and a `jti` has 22 characters.
    fn token(&self, credential: u32, jti: &str) -> Option<Token> {
        let jti = <[u8; 22]>::try_from(jti.as_bytes()).ok()?;
        Some(Token(self.key.hash_one((credential, jti))))
    }

    fn shard(&self, token: Token) -> MutexGuard<'_, Shard> {
        // Neither the lowest bits nor the highest, by which each shard finds its own.
        let index = (token.0 >> 40) as usize % SHARDS;
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many tokens are remembered.
    pub(super) fn remembered(&self) -> usize {
        self.remembered.load(Ordering::Relaxed)
    }

    /// Forgets what ended, in every shard.
    fn sweep(&self, now: i64) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            self.forget(&mut shard, now);
        }
    }

    /// Forgets spans that are over.
    fn forget(&self, shard: &mut Shard, now: i64) {
        let present = now.saturating_sub(GRACE).div_euclid(SPAN);
        while let Some(span) = shard.spans.first_entry().filter(|span| *span.key() < present) {
            // Said before it is done: nobody finds them gone and does not know.
            let ended = span.key().saturating_add(1).saturating_mul(SPAN);
            self.forgotten.fetch_max(ended, Ordering::SeqCst);
            self.remembered.fetch_sub(span.remove().len(), Ordering::Relaxed);
        }
    }
}

impl Shard {
    fn knows(&self, token: &Token) -> bool {
        self.spans.values().any(|tokens| tokens.contains(token))
    }

    /// Remembers a token until a second; whether it was not remembered yet.
    fn remember(&mut self, token: Token, until: i64) -> bool {
        let span = self.spans.entry(until.div_euclid(SPAN)).or_default();
        span.insert(token)
    }
}

#[cfg(test)]
mod tests;
