//! What an issued credential allows.

use super::{ConnectionId, DomainGrant, PointerAddress};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which pointers a credential may touch: any that one of the lists names, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PointerScope {
    /// Every pointer, whatever the lists say.
    pub all: bool,
    /// Pointers by address.
    pub addresses: BTreeSet<PointerAddress>,
    /// Pointers that bear one of these tags.
    pub tags: BTreeSet<String>,
    /// Pointers assigned to one of these connections.
    pub connections: BTreeSet<ConnectionId>,
    /// Connections of the domains that the holder may work in, as they are during one call. Never stored: a grant
    /// names the domain, and what is in it changes.
    #[serde(skip)]
    pub of_domains: BTreeSet<ConnectionId>,
    /// What a pointer must be covered by too: the scope of the credential that an access key was made with, during one
    /// call. Never stored.
    #[serde(skip)]
    pub below: Option<Arc<PointerScope>>,
}

/// What an issued credential allows. The default is nothing at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grant {
    /// The instance's own administrator: every action, on every pointer, and all owner-only actions.
    pub owner: bool,
    /// Actions that may be called by name; empty means none (unless `owner`).
    pub actions: BTreeSet<String>,
    /// Which pointers those actions may touch.
    pub pointers: PointerScope,
    /// Whether actions that change something may be called.
    pub writes: bool,
    /// Calls a minute, if limited.
    pub rate_per_minute: Option<u32>,
    /// How many further hops a call may take from here (0 to 8).
    pub hops: u8,
    /// Addresses that calls may come from, if limited.
    pub sources: Option<Vec<IpNet>>,
    /// Legacy only: whether each call is taken once, told by its token and the bytes of its body. A native credential's
    /// always are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub strict_replay: bool,
    /// The domain that the holder is bound to, if it is: as with an access key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainGrant>,
}

impl PointerScope {
    /// Whether a pointer with these properties is covered.
    pub fn covers(
        &self,
        address: &PointerAddress,
        tags: &[String],
        connection: Option<&ConnectionId>,
    ) -> bool {
        let is_named = self.addresses.contains(address) || self.names(tags, connection);
        is_named
            && self
                .below
                .as_ref()
                .is_none_or(|above| above.covers(address, tags, connection))
    }

    /// Whether a pointer that is yet to be made with these would be covered.
    pub fn covers_new(&self, tags: &[String], connection: Option<&ConnectionId>) -> bool {
        let above = self.below.as_ref();
        self.names(tags, connection) && above.is_none_or(|above| above.covers_new(tags, connection))
    }

    /// Whether every pointer is covered, whatever it is.
    pub fn covers_all(&self) -> bool {
        self.all && self.below.is_none()
    }

    fn names(&self, tags: &[String], connection: Option<&ConnectionId>) -> bool {
        let has_connection =
            |connection| self.connections.contains(connection) || self.of_domains.contains(connection);
        self.all || tags.iter().any(|tag| self.tags.contains(tag)) || connection.is_some_and(has_connection)
    }
}

impl Grant {
    /// The longest chain that any call may make (DESIGN section 3.2).
    pub const MOST_HOPS: u8 = 8;

    /// Everything: what an instance gives to its own administrator.
    pub fn owner() -> Self {
        Self {
            owner: true,
            writes: true,
            hops: Self::MOST_HOPS,
            pointers: PointerScope {
                all: true,
                ..PointerScope::default()
            },
            ..Self::default()
        }
    }

    /// Named actions on every pointer, without writes: the least that a federated read needs.
    pub fn read(actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            actions: actions.into_iter().map(Into::into).collect(),
            pointers: PointerScope {
                all: true,
                ..PointerScope::default()
            },
            ..Self::default()
        }
    }

    /// What of this another grant allows too: actions, pointers, writes, hops and where calls may come from. How often
    /// stays as it is. Where the other one is bound to a domain, which pointers it sees follows from that, and stays too.
    pub fn within(&self, other: &Self) -> Self {
        let actions = self.actions.iter().filter(|action| other.allows_action(action));
        let mut pointers = self.pointers.clone();
        if !other.owner && !other.pointers.covers_all() && other.domain.is_none() {
            pointers.below = Some(Arc::new(other.pointers.clone()));
        }
        Self {
            actions: actions.cloned().collect(),
            pointers,
            writes: self.writes && other.writes,
            hops: self.hops.min(other.hops),
            sources: common(self.sources.as_deref(), other.sources.as_deref()),
            ..self.clone()
        }
    }

    /// Whether an action of this name may be called at all.
    pub fn allows_action(&self, action: &str) -> bool {
        self.owner || self.actions.contains(action)
    }

    /// Whether a pointer with these properties may be touched.
    pub fn allows_pointer(
        &self,
        address: &PointerAddress,
        tags: &[String],
        connection: Option<&ConnectionId>,
    ) -> bool {
        self.owner || self.pointers.covers(address, tags, connection)
    }
}

/// Addresses that are in both; none is any. Of two networks one lies in the other, or they have nothing in common.
fn common(one: Option<&[IpNet]>, other: Option<&[IpNet]>) -> Option<Vec<IpNet>> {
    let (Some(one), Some(other)) = (one, other) else {
        return one.or(other).map(<[IpNet]>::to_vec);
    };
    let lies_in = |net: &&IpNet, nets: &[IpNet]| nets.iter().any(|outer| outer.contains(*net));
    let inner = one.iter().filter(|net| lies_in(net, other));
    let outer = other.iter().filter(|net| lies_in(net, one) && !one.contains(net));
    Some(inner.chain(outer).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_grants_allow_is_no_more_than_either() {
        let nets = |texts: &[&str]| -> Option<Vec<IpNet>> {
            Some(texts.iter().map(|text| text.parse().unwrap()).collect())
        };
        let mut one = Grant::read(["get_pointer", "create_pointer"]);
        (one.writes, one.hops, one.rate_per_minute) = (true, 4, Some(60));
        one.sources = nets(&["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]);
        let mut other = Grant::read(["get_pointer", "whoami"]);
        (other.writes, other.hops) = (false, 2);
        other.sources = nets(&["10.1.0.0/16", "192.0.2.0/24", "198.51.100.0/24"]);
        let seen = PointerAddress::parse("ptr_0123456789ab").unwrap();
        let both = one.within(&other);
        assert_eq!(Vec::from_iter(&both.actions), ["get_pointer"]);
        assert_eq!(
            (both.writes, both.hops, both.rate_per_minute),
            (false, 2, Some(60))
        );
        assert_eq!(both.sources, nets(&["192.0.2.7/32", "10.1.0.0/16"]));
        assert_eq!(one.within(&one), one);
        let anywhere = Grant {
            sources: None,
            ..other.clone()
        };
        assert_eq!(one.within(&anywhere).sources, one.sources);
        assert_eq!(anywhere.within(&one).sources, one.sources);
        assert_eq!(one.within(&Grant::owner()), one);
        assert!(both.allows_pointer(&seen, &[], None));
        // Of pointers, those that both cover.
        other.pointers = PointerScope::default();
        other.pointers.tags.insert("air".to_owned());
        let below = one.within(&other);
        assert!(below.allows_pointer(&seen, &["air".to_owned()], None));
        assert!(!below.allows_pointer(&seen, &["sea".to_owned()], None));
        assert!(!below.pointers.covers_all());
        assert!(!below.pointers.covers_new(&["sea".to_owned()], None));
        assert!(below.pointers.covers_new(&["air".to_owned()], None));
    }

    #[test]
    fn the_default_allows_nothing() {
        let grant = Grant::default();
        let address = PointerAddress::parse("ptr_0123456789ab").unwrap();
        assert!(!grant.allows_action("get_pointer"));
        assert!(!grant.allows_pointer(&address, &["public".into()], None));
    }

    #[test]
    fn a_scope_is_the_union_of_its_lists() {
        let address = PointerAddress::parse("ptr_0123456789ab").unwrap();
        let connection = ConnectionId::parse("conn_0123456789ab").unwrap();
        let mut grant = Grant::default();
        grant.pointers.tags.insert("public".into());
        assert!(grant.allows_pointer(&address, &["public".into()], None));
        assert!(!grant.allows_pointer(&address, &["private".into()], Some(&connection)));
        grant.pointers.connections.insert(connection.clone());
        assert!(grant.allows_pointer(&address, &["private".into()], Some(&connection)));
    }
}
