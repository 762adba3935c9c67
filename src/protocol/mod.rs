//! What travels: queries, replies, their codes and traces, strict JSON, and the envelope that seals
//! a query for a credential and opens the reply.
//!
//! Pure: no sockets, no storage, no clock of its own. Depends on `model` and `seal`.
//!
#![doc = include_str!("WIRE.md")]

mod actions;
pub mod circuit;
mod code;
mod credential;
pub mod data_reference;
mod discovery;
mod envelope;
mod handed_on;
pub mod json_text;
mod original_actions;
mod query;
mod rendered;
mod reply;
pub mod strict_json;
mod trace;

pub use actions::{Access, ActionInfo, Actions, Origin, ParameterInfo, ValueKind};
pub use code::{Code, ExitClass};
pub use credential::{CredentialForm, CredentialFormError, HeldCredential, HeldKeys, Spki};
pub use discovery::{DISCOVERY_PATH, Discovery};
pub use envelope::{
    CallContext, EnvelopeError, SealedRequest, open_reply, open_reply_to_hand_on, profile_of_sealed,
    seal_body, seal_query, send_sealed,
};
pub use query::{BESIDE_PARAMETERS, Query, QueryError};
pub use rendered::Rendered;
pub use reply::{DONE, Problem, Reply};
pub use trace::{Hop, Phase, PhaseName, Stopwatch};
