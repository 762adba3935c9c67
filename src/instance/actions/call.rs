//! What actions ask of their call: the things that its parameters name, loaded and authorised.

use super::{Call, DomainRole, check, meanwhile};
use crate::instance::authorise::{self, Roles};
use crate::instance::problem::{caller_gone, not_found};
use crate::instance::trail::Deed;
use crate::model::{Connection, ConnectionId, Domain, DomainId, Grant, Pointer, PointerAddress, Timestamp};
use crate::protocol::{Code, Problem, Query};
use crate::store::{Patience, Store, StoreError};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

impl Call<'_> {
    /// What the instance remembers.
    pub fn store(&self) -> &dyn Store {
        self.instance.store()
    }

    /// Under whose name the caller says where pointers lead; none for the instance's owner.
    pub fn author(&self) -> Option<String> {
        (!self.grant().owner).then(|| self.caller.credential.clone())
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
        self.grant().owner || self.grant().pointers.covers_all()
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
        let address = match &error {
            StoreError::DuplicateReference { address } => address,
            StoreError::ChangedMeanwhile { what, name, at } => {
                return meanwhile::problem(self, what, name, *at).await;
            }
            _ => return error.into(),
        };
        let reason = match self.store().pointer(address).await {
            Ok(Some(pointer)) if authorise::pointer(self.grant(), &pointer).is_ok() => return error.into(),
            // No pointer yet: it is staged, and nobody but the one who imports can have done that.
            Ok(None) => "an earlier row of the same import has this data_reference already",
            _ => {
                "another pointer, which this credential's grant does not cover, has this data_reference already"
            }
        };
        Problem::new(Code::DuplicateReference, reason)
    }

    /// The connection that a parameter names.
    pub async fn connection(&self, parameter: &'static str) -> Result<Arc<Connection>, Problem> {
        let id: ConnectionId = self.query.id(parameter)?;
        self.connection_at(&id).await
    }

    /// The connection of this id.
    pub async fn connection_at(&self, id: &ConnectionId) -> Result<Arc<Connection>, Problem> {
        let found = self.store().connection(id).await?;
        found.ok_or_else(|| not_found("connection", id.as_str()))
    }

    /// What the caller may do in which domains.
    pub(crate) async fn roles(&self) -> Result<Roles, Problem> {
        if self.grant().owner {
            return Ok(Roles::Everywhere);
        }
        let domains = self.store().domains().await?;
        let federations = self.store().federations().await?;
        Ok(Roles::of(self.caller, &domains, &federations))
    }

    /// The domain that a parameter names, if the caller administers it.
    pub async fn domain(&self, parameter: &'static str) -> Result<Domain, Problem> {
        let domain = self.domain_at(&self.query.id(parameter)?).await?;
        self.require_domain(&domain.id, DomainRole::Administrator).await?;
        Ok(domain)
    }

    /// The domain that a parameter names, or the only one that is the caller's own, if it administers that.
    pub async fn domain_or_only(&self, parameter: &'static str) -> Result<Domain, Problem> {
        if self.query.get(parameter).is_some() {
            return self.domain(parameter).await;
        }
        if let Some(bound) = &self.grant().domain {
            self.require_domain(&bound.domain_id, DomainRole::Administrator)
                .await?;
            return self.domain_at(&bound.domain_id).await;
        }
        let all = self.store().domains().await?;
        let mut own = all
            .into_iter()
            .filter(|domain| domain.owner_app_id == self.caller.app_id);
        match (own.next(), own.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(check::invalid(parameter, "you own no domain; name one")),
            (Some(_), Some(_)) => Err(check::invalid(parameter, "you own several domains; name one")),
        }
    }

    /// The domain of this id.
    pub async fn domain_at(&self, id: &DomainId) -> Result<Domain, Problem> {
        let found = self.store().domain(id).await?;
        found.ok_or_else(|| not_found("domain", id.as_str()))
    }

    /// Lets only those pass who have this role in a domain.
    pub async fn require_domain(&self, domain: &DomainId, needed: DomainRole) -> Result<(), Problem> {
        if self.roles().await?.suffice(domain, needed) {
            return Ok(());
        }
        Err(self.access_denied(&format!("the domain {domain}"), needed))
    }

    /// Whether the caller has this role in a connection's domain.
    pub async fn has_role(&self, connection: &Connection, needed: DomainRole) -> Result<bool, Problem> {
        Ok(self.roles().await?.suffice(&connection.domain_id, needed))
    }

    /// Lets only those pass who have this role in the connection's domain.
    pub async fn require_role(&self, connection: &Connection, needed: DomainRole) -> Result<(), Problem> {
        if self.has_role(connection, needed).await? {
            return Ok(());
        }
        Err(self.connection_denied(connection, needed))
    }

    /// The same, and lets pass whoever's grant names the connection.
    pub async fn require_use(&self, connection: &Connection, needed: DomainRole) -> Result<(), Problem> {
        if self.grant().pointers.connections.contains(&connection.id) {
            return Ok(());
        }
        self.require_role(connection, needed).await
    }

    /// All connections that the same lets the caller use.
    pub async fn usable(&self, needed: DomainRole) -> Result<BTreeSet<ConnectionId>, Problem> {
        let roles = self.roles().await?;
        let named = &self.grant().pointers.connections;
        let all = self.store().connections(None).await?;
        let usable = all
            .into_iter()
            .filter(|one| named.contains(&one.id) || roles.suffice(&one.domain_id, needed));
        Ok(usable.map(|one| one.id).collect())
    }

    /// The problem that a connection is not for this caller.
    pub fn connection_denied(&self, connection: &Connection, needed: DomainRole) -> Problem {
        self.access_denied(&format!("the connection {}", connection.id), needed)
    }

    fn access_denied(&self, what: &str, needed: DomainRole) -> Problem {
        let message = match needed {
            DomainRole::Administrator => format!(
                "Access denied. {} does not own {what}, and does not administer its domain.",
                self.caller.app_id
            ),
            DomainRole::Reader | DomainRole::Writer => format!(
                "Access denied. {} does not own {what}, its grant does not name it, and no federation lends it {} there.",
                self.caller.app_id,
                needed.permission()
            ),
        };
        Problem::new(Code::AccessDenied, message)
    }

    /// Milliseconds until the caller stops waiting; none if it has already.
    pub fn remaining_ms(&self) -> Option<u64> {
        let left = self.context.deadline_ms - self.now().as_micros() / 1_000;
        u64::try_from(left).ok().filter(|left| *left > 0)
    }

    /// Waits for something elsewhere, as long as somebody waits for this call.
    pub fn unless_gone<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = Result<T, Problem>> {
        // Boxed first: what waits for a future that it was given has room for it twice.
        let work = Box::pin(work);
        async move { self.gone.run_until_cancelled(work).await.ok_or_else(caller_gone) }
    }

    /// Lets a call begin something more, after it waited: as long as its credential stands, and allows what it allowed.
    pub fn require_standing(&self) -> Result<(), Problem> {
        let refusal = self.under.and_then(|under| under.refusal(self.now()));
        refusal.map_or(Ok(()), Err)
    }

    /// How long a change that has not begun is waited for.
    pub fn patience(&self) -> Patience {
        let left = Duration::from_millis(self.remaining_ms().unwrap_or(0));
        Patience::of(left, self.gone.clone())
    }

    /// As whose it counts where each party has a share; none for the owner in process.
    pub fn party(&self) -> Option<u32> {
        self.under.map(|under| under.party())
    }

    /// Makes it durable that a step of this call is about to be taken, before it is.
    pub async fn record_intent(&self, step: &Query) -> Result<(), Problem> {
        let deed = Deed {
            caller: self.caller,
            jti: self.jti,
            query: step,
        };
        Ok(self.instance.trail().intend(&deed, self.now()).await?)
    }
}
