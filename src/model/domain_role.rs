//! What somebody may do within a domain, and the federations that open one domain to another.

use super::{DomainId, FederationId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// What somebody may do within a domain; each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainRole {
    /// See its connections and their pointers, and invoke them.
    Reader,
    /// Make, change, assign and remove pointers of its connections.
    Writer,
    /// Make, change and remove its connections, access keys and federations.
    Administrator,
}

impl DomainRole {
    /// The permission that gives this role.
    pub const fn permission(self) -> DomainPermission {
        match self {
            Self::Reader => DomainPermission::ReadPointers,
            Self::Writer => DomainPermission::ReadWrite,
            Self::Administrator => DomainPermission::AdminDomain,
        }
    }
}

/// A permission of an access key or of a federation of domains, in the original system's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainPermission {
    /// See and invoke.
    ReadPointers,
    /// And change pointers.
    ReadWrite,
    /// And administer the domain.
    AdminDomain,
}

impl DomainPermission {
    /// Every permission, the least first.
    pub const ALL: [Self; 3] = [Self::ReadPointers, Self::ReadWrite, Self::AdminDomain];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadPointers => "read_pointers",
            Self::ReadWrite => "read_write",
            Self::AdminDomain => "admin_domain",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == text)
    }

    /// What it allows.
    pub const fn role(self) -> DomainRole {
        match self {
            Self::ReadPointers => DomainRole::Reader,
            Self::ReadWrite => DomainRole::Writer,
            Self::AdminDomain => DomainRole::Administrator,
        }
    }
}

impl fmt::Display for DomainPermission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What a grant allows within one domain. Whoever has it is bound to that domain: it owns no other one, and sees
/// the pointers of its connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainGrant {
    /// Which domain.
    pub domain_id: DomainId,
    /// What may be done in it.
    pub permissions: BTreeSet<DomainPermission>,
}

impl DomainGrant {
    /// The greatest role that its permissions give; none if it has no permission.
    pub fn role(&self) -> Option<DomainRole> {
        greatest(&self.permissions)
    }
}

/// Where a federation of two domains stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FederationStatus {
    /// Asked for; whoever administers the target has not accepted it yet.
    Pending,
    /// The source may do in the target what the permissions say.
    Accepted,
    /// Ended, or withdrawn before it was accepted.
    Revoked,
}

impl FederationStatus {
    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Revoked]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// Two domains of one instance, of which one may do something in the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Federation {
    /// Its identifier.
    pub id: FederationId,
    /// The domain that asked, and whose people get the permissions.
    pub source_domain_id: DomainId,
    /// The domain that they hold in.
    pub target_domain_id: DomainId,
    /// Where it stands.
    pub status: FederationStatus,
    /// What the source may do in the target.
    pub permissions: BTreeSet<DomainPermission>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
}

impl Federation {
    /// The greatest role that it gives the source in the target; none unless it was accepted and stands.
    pub fn role(&self) -> Option<DomainRole> {
        match self.status {
            FederationStatus::Accepted => greatest(&self.permissions),
            FederationStatus::Pending | FederationStatus::Revoked => None,
        }
    }
}

fn greatest(permissions: &BTreeSet<DomainPermission>) -> Option<DomainRole> {
    permissions.iter().map(|permission| permission.role()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_and_roles_say_the_same() {
        for permission in DomainPermission::ALL {
            assert_eq!(permission.role().permission(), permission);
            assert_eq!(DomainPermission::parse(permission.as_str()), Some(permission));
        }
        assert!(DomainRole::Reader < DomainRole::Writer && DomainRole::Writer < DomainRole::Administrator);
        assert_eq!(DomainPermission::parse("admin"), None);
    }

    #[test]
    fn only_what_was_accepted_gives_a_role() {
        let mut federation = Federation {
            id: FederationId::parse("fed_0123456789ab").unwrap(),
            source_domain_id: DomainId::parse("dom_0123456789ab").unwrap(),
            target_domain_id: DomainId::parse("dom_ba9876543210").unwrap(),
            status: FederationStatus::Pending,
            permissions: [DomainPermission::ReadPointers, DomainPermission::ReadWrite].into(),
            created_at: Timestamp::from_micros(0),
            accepted_at: None,
        };
        assert_eq!(federation.role(), None);
        federation.status = FederationStatus::Accepted;
        assert_eq!(federation.role(), Some(DomainRole::Writer));
        federation.permissions.clear();
        assert_eq!(federation.role(), None);
    }
}
