//! The nouns of a federation as plain types: no I/O, no cryptography, no clock.
//!
//! Every other room speaks in these words, so this one depends on nothing but `serde` and the
//! calendar arithmetic of `jiff`.

mod credential;
mod domain_role;
mod endpoint;
mod federated;
pub mod filter;
mod grant;
mod grant_difference;
mod ids;
mod instance;
mod json_size;
mod pointer;
mod pointer_filter;
mod text;
mod time;
mod visible;

pub use credential::{CredentialState, Delivery, Holder, Profile, Side};
pub use domain_role::{DomainGrant, DomainPermission, DomainRole, Federation, FederationStatus};
pub use endpoint::{Endpoint, EndpointError};
pub use federated::{Federated, Route};
pub use grant::{Grant, PointerScope};
pub use grant_difference::GrantDifference;
pub use ids::{
    AppId, ConnectionId, DomainId, FederationId, IdError, InstanceId, InstanceName, KeyId, PointerAddress,
};
pub use instance::{InstanceKind, InstanceState};
pub use json_size::json_size;
pub use pointer::{
    CIRCUIT_PREFIX, Connection, ConnectionStatus, Domain, IMPORTED, NEAR, NewPointer, Pointer, PointerChange,
    gyroid_coordinates, gyroid_score,
};
pub use pointer_filter::{
    KnownConnection, POINTER_FIELDS, PointerPart, PointerTest, STORED_POINTER_FIELDS, includes_instance,
    is_connection, is_domain, is_tag, matched_places, pointer_matches, pointer_test, without_instances,
};
pub use text::line_of;
pub use time::Timestamp;
pub use visible::is_visible;
