//! A query as a person wants it sent: to whom, as whom, which way.

use super::super::{CallOptions, Failure, InvokeOptions, Workspace};
use super::blanks::Answers;
use crate::client::relay_query;
use crate::model::{AppId, ConnectionId, Endpoint, InstanceName, Pointer, Route};
use crate::protocol::{Hop, Query, Reply};

/// Which way a query goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Way {
    /// Straight to the instance.
    #[default]
    Direct,
    /// Another instance of ours asks it, through a federated connection.
    Relay {
        /// That instance.
        through: InstanceName,
        /// Its federated connection.
        connection: ConnectionId,
        /// What that is called.
        connection_name: String,
        /// The credential that it holds.
        held: String,
        /// Where that leads.
        endpoint: Endpoint,
    },
    /// As a federated pointer says, with a query of our own.
    Pointer {
        /// The instance that has the pointer.
        through: InstanceName,
        /// The pointer, as it was last seen.
        pointer: Box<Pointer>,
        /// The route.
        route: Route,
    },
}

impl Way {
    /// The instance that is talked to first, if that is not the one that is asked.
    pub fn through(&self) -> Option<&InstanceName> {
        match self {
            Self::Direct => None,
            Self::Relay { through, .. } | Self::Pointer { through, .. } => Some(through),
        }
    }

    /// How a query goes this way, if not straight: `through alpha`.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Direct => None,
            Self::Relay { through, .. } => Some(format!("through {through}, which relays it")),
            Self::Pointer {
                through,
                pointer,
                route,
            } => Some(format!(
                "through {} of {through}, on route {route}",
                pointer.address
            )),
        }
    }

    /// The instance that is talked to first on this way to an instance.
    pub fn first<'a>(&'a self, instance: &'a InstanceName) -> &'a InstanceName {
        self.through().unwrap_or(instance)
    }
}

/// A query to be sent, or to be looked at as it would be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Who is asked in the end. On a pointer's way, the instance that has the pointer.
    pub instance: InstanceName,
    /// What.
    pub query: Query,
    /// What goes into the query's blanks; none for a query that is sent as it is written.
    pub answers: Option<Answers>,
    /// As whom, on the direct way; none for the usual credential.
    pub as_app_id: Option<AppId>,
    /// Which way.
    pub way: Way,
    /// Whether every hop is asked for its phases.
    pub trace: bool,
    /// Seconds to wait; 30 if none.
    pub timeout_seconds: Option<u64>,
}

/// What sending came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Its place in the invoke log; or why it is not there, though it was sent.
    pub log_id: Result<u64, Failure>,
    /// The reply as it was opened.
    pub reply: Reply,
    /// Who gave it: the name in this home, or host and port.
    pub answered_by: String,
    /// Microseconds.
    pub elapsed_us: u64,
    /// The hops, as far as they tell.
    pub hops: Vec<Hop>,
}

impl Workspace {
    /// Sends a query the way that was chosen, its blanks filled in. An error reply is a reply. All of it goes into the
    /// invoke log.
    pub async fn send(&self, outgoing: &Outgoing) -> Result<Sent, Failure> {
        let filled = self.filled(outgoing).await?;
        let outgoing = filled.as_ref().unwrap_or(outgoing);
        let options = InvokeOptions {
            as_app_id: None,
            trace: outgoing.trace,
            timeout_seconds: outgoing.timeout_seconds,
        };
        let invoked = match &outgoing.way {
            Way::Direct => {
                let options = InvokeOptions {
                    as_app_id: outgoing.as_app_id.clone(),
                    ..options
                };
                self.invoke(outgoing.instance.as_str(), &outgoing.query, options)
                    .await?
            }
            Way::Relay {
                through, connection, ..
            } => {
                let target = self.record(outgoing.instance.as_str()).await?;
                self.guard().permit(&target, &outgoing.query)?;
                let query = relay_query(connection, &outgoing.query.to_value());
                self.invoke(through.as_str(), &query, options).await?
            }
            Way::Pointer {
                through,
                pointer,
                route,
            } => {
                let options = CallOptions {
                    route: Some(*route),
                    trace: outgoing.trace,
                    timeout_seconds: outgoing.timeout_seconds,
                    query: Some(outgoing.query.clone()),
                };
                let called = self.call(through.as_str(), &pointer.address, options).await?;
                return Ok(Sent {
                    log_id: called.log_id,
                    reply: called.reply,
                    answered_by: called.answered_by,
                    elapsed_us: called.elapsed_us,
                    hops: called.hops,
                });
            }
        };
        Ok(Sent {
            log_id: invoked.log_id,
            reply: invoked.reply,
            answered_by: invoked.answered_by,
            elapsed_us: invoked.elapsed_us,
            hops: invoked.hops,
        })
    }
}
