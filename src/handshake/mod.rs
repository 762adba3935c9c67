//! Joining two instances: the bundle in which one administrator hands a credential to another, and
//! the words by which both make sure that nobody came in between.
//!
//! Pure: no sockets, no files, no clock of its own. Depends on `protocol`, `seal` and `model`.
//! `age_file` alone knows the `age` format, so that the choice can be revisited.

mod age_file;
mod bundle;
mod code;
mod contents;
mod error;
pub mod guide;
mod life;
mod life_event;
mod renewal;
mod request;
#[cfg(test)]
mod samples;
mod sealed_stream;
mod told;
mod words;

pub use bundle::{Outside, SealedBundle, inspect, open_under_words, seal_under_words};
pub use code::{
    CLAIM_PATH, CODE_SECONDS, CODE_WORDS, CONFIRM_PATH, Claim, ClaimAnswer, Claimant, Claimed, CodeError,
    Confirmation, Confirmed, Handover, HandoverError, OneTimeCode,
};
pub use contents::{BUNDLE_VERSION, Bundle, BundleInstance, BundledCredential, LONGEST_OFFER, Requester};
pub use error::{BundleError, SealedTo};
pub use life::{Beginning, Life, Mix};
pub use life_event::{Alarm, AlarmKind, Event, Exchange, LifeError, Overlap};
pub use renewal::{Agreement, RenewalError, renew};
pub use request::{Asking, REQUEST_SECONDS, Request, RequestError, RequestKey};
pub use sealed_stream::{Opener, SealedWriter, is_recipient, open_stream};
pub use told::Told;
