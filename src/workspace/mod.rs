//! Everything that an administrator can do, as plain async functions: the one door through which the
//! console's effects and the command line's verbs go, so that they cannot differ.
//!
//! A [`Workspace`] is an open home: its vault, the instances in it, and those that this process
//! hosts. Depends on every floor below; knows nothing of screens or arguments.

mod call;
mod credentials;
mod demo;
mod failure;
mod federate;
mod handshake;
mod home;
mod import;
mod instances;
mod invoke;
mod log;
mod pointers;
mod sealing;
mod views;

pub use demo::Demo;
pub use failure::Failure;
pub use home::{Home, Unlock, VaultLock};
pub use import::{ImportFormat, ImportProgress, ImportReport, RejectedRow};
pub use views::{
    AcceptRequest, Accepted, CallOptions, Called, CredentialRow, FederateRequest, HostedBy, InitInstance,
    InstanceRow, InvokeOptions, Invoked, LogEntry, LogFilter, LogKind, LogRow, LogWire, OfferMade,
    OfferRequest, PointerDetail, RemoteRequest, Sealed,
};

/// An open home. Shared freely between tasks.
pub struct Workspace {}
