//! What calls are made under, for as long as they are under way: whoever was locked out meanwhile, or may do something else
//! by now, begins nothing more.

use super::issued::Credential;
use crate::model::{Grant, Timestamp};
use crate::protocol::{Code, Problem};

/// A call's credential as it was when the call began.
#[derive(Clone, Copy)]
pub struct InFlight<'a> {
    credential: &'a Credential,
    /// What it allowed then.
    granted: &'a Grant,
}

impl<'a> InFlight<'a> {
    /// Of a call that begins now.
    pub(super) fn new(credential: &'a Credential, granted: &'a Grant) -> Self {
        Self { credential, granted }
    }

    /// Why nothing more may be begun under it; none if something may.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<Problem> {
        if self.credential.loss(now).is_some() {
            let message =
                "the credential was suspended or ended while the call was under way; nothing more was begun";
            return Some(Problem::new(Code::NotGranted, message));
        }
        (!self.credential.allows_still(self.granted)).then(|| {
            let message = "what this credential allows was changed while the call was under way; nothing more was begun, \
                           ask again";
            Problem::new(Code::NotGranted, message)
        })
    }

    /// As whose it counts where each party has a share: access keys count as the credential that they stand with.
    pub(super) fn party(&self) -> u32 {
        self.credential.standing.party()
    }
}
