//! What actions ask of their call: the things that its parameters name, loaded and authorised.

use super::Call;
use crate::instance::authorise;
use crate::instance::problem::not_found;
use crate::instance::trail::Deed;
use crate::model::{Connection, ConnectionId, Domain, DomainId, Grant, Pointer, PointerAddress, Timestamp};
use crate::protocol::{Code, Problem, Query};
use crate::store::{Store, StoreError};

impl Call<'_> {
    /// What the instance remembers.
    pub fn store(&self) -> &dyn Store {
        self.instance.store()
    }

    /// What the caller may do.
    pub fn grant(&self) -> &Grant {
        &self.caller.grant
    }

    /// The moment of this action.
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Whether no pointer is hidden from the caller, so that none needs looking at.
    pub fn sees_every_pointer(&self) -> bool {
        self.grant().owner || self.grant().pointers.all
    }

    /// The pointer that a parameter names, if the caller may touch it.
    pub async fn pointer(&self, parameter: &'static str) -> Result<Pointer, Problem> {
        let address: PointerAddress = self.query.id(parameter)?;
        let pointer = self.pointer_at(&address).await?;
        authorise::pointer(self.grant(), &pointer)?;
        Ok(pointer)
    }

    /// The pointer at an address, whoever asks: the action itself decides who may.
    pub async fn pointer_at(&self, address: &PointerAddress) -> Result<Pointer, Problem> {
        let found = self.store().pointer(address).await?;
        found.ok_or_else(|| not_found("pointer", address.as_str()))
    }

    /// A failure of storage, as this caller may hear it: of a pointer that it does not see, no more than that there is one.
    pub async fn storage_problem(&self, error: StoreError) -> Problem {
        let StoreError::DuplicateReference { address } = &error else {
            return error.into();
        };
        let is_seen = match self.pointer_at(address).await {
            Ok(pointer) => authorise::pointer(self.grant(), &pointer).is_ok(),
            Err(_) => false,
        };
        if is_seen {
            return error.into();
        }
        Problem::new(
            Code::DuplicateReference,
            "another pointer, which this credential's grant does not cover, has this data_reference already",
        )
    }

    /// The connection that a parameter names.
    pub async fn connection(&self, parameter: &'static str) -> Result<Connection, Problem> {
        let id: ConnectionId = self.query.id(parameter)?;
        self.connection_at(&id).await
    }

    /// The connection of this id.
    pub async fn connection_at(&self, id: &ConnectionId) -> Result<Connection, Problem> {
        let found = self.store().connection(id).await?;
        found.ok_or_else(|| not_found("connection", id.as_str()))
    }

    /// The domain that a parameter names, if the caller owns it (the instance's owner owns all).
    pub async fn domain(&self, parameter: &'static str) -> Result<Domain, Problem> {
        let id: DomainId = self.query.id(parameter)?;
        let domain = self.domain_at(&id).await?;
        if self.owns(&domain) {
            return Ok(domain);
        }
        let what = format!("the domain {}", domain.id);
        Err(self.access_denied(&what))
    }

    /// Whether the caller owns a domain.
    pub fn owns(&self, domain: &Domain) -> bool {
        self.grant().owner || domain.owner_app_id == self.caller.app_id
    }

    /// Whether the caller owns the domain of a connection.
    pub async fn owns_connection(&self, connection: &Connection) -> Result<bool, Problem> {
        if self.grant().owner {
            return Ok(true);
        }
        let domain = self.domain_at(&connection.domain_id).await?;
        Ok(self.owns(&domain))
    }

    /// Lets only the owner of the connection's domain pass.
    pub async fn require_ownership(&self, connection: &Connection) -> Result<(), Problem> {
        if self.owns_connection(connection).await? {
            return Ok(());
        }
        Err(self.connection_denied(connection))
    }

    /// Lets the owner of the connection's domain pass, and whoever's grant names the connection.
    pub async fn require_use(&self, connection: &Connection) -> Result<(), Problem> {
        if self.grant().pointers.connections.contains(&connection.id)
            || self.owns_connection(connection).await?
        {
            return Ok(());
        }
        Err(self.connection_denied(connection))
    }

    /// The problem that a connection is not for this caller.
    pub fn connection_denied(&self, connection: &Connection) -> Problem {
        self.access_denied(&format!("the connection {}", connection.id))
    }

    fn access_denied(&self, what: &str) -> Problem {
        let message = format!(
            "Access denied. {} does not own {what}, and its grant does not name it.",
            self.caller.app_id
        );
        Problem::new(Code::AccessDenied, message)
    }

    async fn domain_at(&self, id: &DomainId) -> Result<Domain, Problem> {
        let found = self.store().domain(id).await?;
        found.ok_or_else(|| not_found("domain", id.as_str()))
    }

    /// Milliseconds until the caller stops waiting; none if it has already.
    pub fn remaining_ms(&self) -> Option<u64> {
        let left = self.context.deadline_ms - self.now().as_micros() / 1_000;
        u64::try_from(left).ok().filter(|left| *left > 0)
    }

    /// Makes it durable that a step of this call is about to be taken, before it is.
    pub async fn record_intent(&self, step: &Query) -> Result<(), Problem> {
        let deed = Deed {
            caller: self.caller,
            jti: None,
            query: step,
        };
        Ok(self.instance.trail().intend(&deed, self.now()).await?)
    }
}
