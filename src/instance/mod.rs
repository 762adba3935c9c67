//! The hosted instance: a server that keeps pointers and answers sealed invokes.
//!
//! `butterfly serve`, the console's background task and in-process administration are the same
//! code. Depends on `client` (relay), `protocol`, `store`, `seal` and `model`; never on the vault.

pub mod actions;
pub(crate) mod authorise;
mod circuit;
mod core;
mod error;
mod fetch;
mod host;
mod problem;
mod reference;
mod relay;
mod settings;
mod size;

pub use self::core::{Caller, Instance};
pub use error::InstanceError;
pub use host::Host;
pub use settings::{LegacyStandIn, NewInstance, Settings};
