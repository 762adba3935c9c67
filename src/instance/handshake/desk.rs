//! The codes that wait, and what became of those that were claimed, as long as they are of use to anybody.
//!
//! A code that waits lies sealed in the store. From its claim on the bundle is in memory only, so that a
//! restart burns it.

use super::Refusal;
use crate::handshake::{Claim, ClaimAnswer, Claimed, Handover};
use crate::instance::limits::{self, Guesses};
use crate::model::Timestamp;
use crate::store::{OfferRecord, Store, StoreError};
use std::collections::HashMap;
use std::net::IpAddr;
use tokio::sync::{Mutex, MutexGuard};
use zeroize::Zeroizing;

/// The codes by nameplate. Who holds it is alone with all of them: of parallel claims one comes first.
/// Take it before [`Instance::changing`], never after.
pub(in crate::instance) struct Desk {
    codes: Mutex<Codes>,
    guesses: Guesses,
}

/// What lies on the desk, by nameplate. Whoever asks for a nameplate that is not here costs no look at the store.
pub(super) type Codes = HashMap<String, Slot>;

/// One code.
pub(super) struct Slot {
    /// The offer that it belongs to.
    pub offer: String,
    /// When it is too old for anything.
    pub ends: Timestamp,
    /// What became of it.
    pub step: Step,
}

/// What became of a code.
pub(super) enum Step {
    /// Nobody claimed it yet.
    Waits,
    /// Somebody claimed it, and has yet to prove to know it.
    Claimed(Box<Open>),
    /// Whoever claimed it proved to know it and got the bundle.
    HandedOver(Box<Done>),
    /// Two parties claimed it.
    Contested,
}

/// A claim that was answered.
pub(super) struct Open {
    pub claim: Claim,
    pub answer: ClaimAnswer,
    pub claimed: Claimed,
    pub bundle: Zeroizing<Vec<u8>>,
}

/// A code that was used up as it should be.
pub(super) struct Done {
    pub claim: Claim,
    pub answer: ClaimAnswer,
    pub proof: String,
    pub handover: Handover,
}

impl Desk {
    /// The codes that wait in the store; and the offers whose claim a restart has interrupted.
    pub(in crate::instance) async fn load(store: &dyn Store) -> Result<(Self, Vec<OfferRecord>), StoreError> {
        let mut codes = Codes::new();
        let mut interrupted = Vec::new();
        for offer in store.offers().await? {
            match &offer.code {
                Some(code) if code.sealed.is_some() => {
                    codes.insert(code.nameplate.clone(), Slot::waiting(&offer.id, code.ends));
                }
                Some(_) => interrupted.push(offer),
                None => {}
            }
        }
        let codes = Mutex::new(codes);
        let guesses = Guesses::default();
        Ok((Self { codes, guesses }, interrupted))
    }

    /// Everything on the desk, for one caller at a time, unless it has guessed too much: then nothing of it is looked at. Whoever
    /// guesses at many at once is counted all the same, one after the other.
    pub(super) async fn alone_with(&self, peer: IpAddr) -> Result<MutexGuard<'_, Codes>, Refusal> {
        let codes = self.alone().await;
        let allowed = self.guesses.look(peer, limits::moment_us());
        allowed.map_err(|wait| Refusal::TooMany { wait })?;
        Ok(codes)
    }

    /// Counts what hit nothing against its address; before anybody else is let at the desk.
    pub(super) fn count<T>(&self, peer: IpAddr, outcome: &Result<T, Refusal>) {
        if matches!(outcome, Err(Refusal::Unknown { .. })) {
            self.guesses.count(peer, limits::moment_us());
        }
    }

    /// Everything on the desk, for one at a time.
    pub(super) async fn alone(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().await
    }
}

impl Slot {
    /// A code that nobody claimed yet.
    pub(super) fn waiting(offer: &str, ends: Timestamp) -> Self {
        Self {
            offer: offer.to_owned(),
            ends,
            step: Step::Waits,
        }
    }
}
