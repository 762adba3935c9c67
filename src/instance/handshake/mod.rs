//! Where one-time codes are claimed: `POST /handshake/claim` and `/handshake/confirm`, the only open routes that
//! change anything.
//!
//! Whoever does not know the code has one guess, and is noticed: a code is burnt durably before its claim is
//! answered, and a second party, a wrong proof or a restart in between raises an alarm on the offer's credentials.

mod burning;
mod claim;
mod confirm;
mod desk;
mod door;
mod offers;
mod publish;

pub(super) use burning::burn_interrupted;
pub(super) use desk::Desk;
pub(super) use door::answer;
pub(super) use publish::publish;

use crate::protocol::Problem;
use crate::store::StoreError;

/// What the audit trail calls a claim.
const CLAIM: &str = "claim_code";
/// What the audit trail calls a confirmation.
const CONFIRM: &str = "confirm_code";

/// Why a claim or a confirmation is refused.
enum Refusal {
    /// No such code, or not any more: one answer for all of these.
    Unknown {
        /// The offer, where there is one.
        offer: Option<String>,
        /// The stable word for the trail.
        reason: &'static str,
    },
    /// Two parties claimed the code.
    Contested {
        /// Whose.
        offer: String,
    },
    /// The proof is wrong: the code is burnt.
    Wrong {
        /// Whose.
        offer: String,
    },
    /// This address, or everybody together, guessed too much to be heard now.
    TooMany {
        /// Seconds until it is.
        wait: u64,
    },
    /// It could not be made durable.
    Failed(Problem),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}
