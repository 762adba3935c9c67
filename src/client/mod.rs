//! An instance seen from outside: sealed invokes over HTTP, probes, and the routes of a federated call.
//!
//! Talks to instances of this program and to original Python instances alike; knows nothing of
//! where credentials are kept. Depends on `protocol`, `seal` and `model`.

mod arriving;
mod connections;
mod error;
mod exchange;
mod http;
mod idle;
mod inert;
mod live;
pub mod load;
pub mod preview;
mod probe;
mod progress;
mod reference;
mod response;
mod routes;
mod stranger;
mod timing;
mod tls;
mod transport;

pub use connections::ClientSettings;
pub use error::{ClientError, tells_of_another_tls_key};
pub use exchange::{Exchange, FailedExchange, Headers};
pub use http::Client;
pub use inert::inert;
pub use probe::{PATIENCE_S as PROBE_PATIENCE_S, Probe, Seen};
pub use routes::{CallError, CallOutcome, FailedCall, FederatedCall, Peers, lacking, relay_query};
pub use stranger::Stranger;
pub use tls::{distrust, pin_of_certificate};
pub(crate) use tls::{trusting_nobody, trusting_the_system};
