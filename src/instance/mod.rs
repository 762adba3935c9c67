//! The hosted instance: a server that keeps pointers and answers sealed invokes.
//!
//! `butterfly serve`, the console's background task and in-process administration are the same
//! code. Depends on `client` (relay), `protocol`, `store`, `seal` and `model`; never on the vault.

mod access_keys;
pub mod actions;
mod apis;
mod authenticate;
pub(crate) mod authorise;
mod body;
mod checking;
mod circuit;
mod copying;
mod core;
mod dispatch;
mod error;
mod events;
mod examining;
mod fetch;
mod fetch_header;
mod folder;
mod guard;
mod handshake;
mod held;
mod holding;
mod host;
mod issued;
mod issuing;
mod legacy_stand_in;
mod limits;
mod metrics;
mod once;
mod opening;
mod peer_gate;
mod peer_gates;
mod perform;
mod pipeline;
mod problem;
mod proxies;
mod proxy_protocol;
mod recovering;
mod reference;
mod relay;
mod renewal;
mod replay;
mod response;
mod rotating;
mod routes;
mod server;
mod settings;
mod size;
mod tls;
mod trail;
mod witness;
mod workers;

pub use self::core::{Caller, Instance};
pub use body::LONGEST as LONGEST_BODY;
pub use copying::{Adopted, COPIED, Replaced};
pub use error::InstanceError;
pub use events::{Event, EventFollower, EventLayer, Events, Looking, Origin, Reading, Weight};
pub use examining::{Examined, Health};
pub use host::Host;
pub use legacy_stand_in::LegacyStandIn;
pub use server::check_listen;
pub use settings::{NewInstance, ProxyHeader, Settings, Tls};
