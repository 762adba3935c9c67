//! What a caller may do in which domains: the one place where owners, access keys and federations of domains are
//! weighed against each other. Pure: whoever asks has loaded what there is.

use super::super::caller::Caller;
use crate::model::{Domain, DomainId, DomainRole, Federation};
use std::collections::HashMap;

/// The roles of one caller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Roles {
    /// The instance's owner administers every domain.
    Everywhere,
    /// These, and none elsewhere.
    In(HashMap<DomainId, DomainRole>),
}

impl Roles {
    /// Weighs what there is. A caller that its grant binds to a domain has what the grant says there, and owns none;
    /// any other administers the domains of its app_id. An accepted federation lends the source's people what it
    /// permits in the target, and never more than they may do at home; what was lent is not lent on.
    pub(crate) fn of(caller: &Caller, domains: &[Domain], federations: &[Federation]) -> Self {
        if caller.grant.owner {
            return Self::Everywhere;
        }
        let own: HashMap<DomainId, DomainRole> = domains
            .iter()
            .filter_map(|domain| Some((domain.id.clone(), role_at_home(caller, domain)?)))
            .collect();
        let mut roles = own.clone();
        for federation in federations {
            let at_home = own.get(&federation.source_domain_id).copied();
            let (Some(at_home), Some(lent)) = (at_home, federation.role()) else {
                continue;
            };
            // Administering is never lent: each domain's keys and federations are its own people's business.
            let lent = lent.min(at_home).min(DomainRole::Writer);
            let role = roles.entry(federation.target_domain_id.clone()).or_insert(lent);
            *role = lent.max(*role);
        }
        Self::In(roles)
    }

    /// The role in a domain, if there is one.
    pub(crate) fn within(&self, domain: &DomainId) -> Option<DomainRole> {
        match self {
            Self::Everywhere => Some(DomainRole::Administrator),
            Self::In(roles) => roles.get(domain).copied(),
        }
    }

    /// Whether the role in a domain is at least this one.
    pub(crate) fn suffice(&self, domain: &DomainId, needed: DomainRole) -> bool {
        self.within(domain).is_some_and(|role| role >= needed)
    }
}

fn role_at_home(caller: &Caller, domain: &Domain) -> Option<DomainRole> {
    match &caller.grant.domain {
        Some(bound) if bound.domain_id == domain.id => bound.role(),
        Some(_) => None,
        None => (domain.owner_app_id == caller.app_id).then_some(DomainRole::Administrator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        AppId, DomainGrant, DomainPermission, FederationId, FederationStatus, Grant, Profile, Timestamp,
    };
    use proptest::prelude::*;
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn id(number: u8) -> DomainId {
        DomainId::parse(&format!("dom_{number:012x}")).unwrap()
    }

    fn domain(number: u8, owner: &str) -> Domain {
        Domain {
            id: id(number),
            name: format!("{number}"),
            owner_app_id: AppId::parse(owner).unwrap(),
            created_at: NOW,
        }
    }

    fn caller(app_id: &str, domain: Option<(u8, DomainPermission)>) -> Caller {
        let grant = Grant {
            domain: domain.map(|(number, permission)| DomainGrant {
                domain_id: id(number),
                permissions: [permission].into(),
            }),
            ..Grant::default()
        };
        Caller {
            app_id: AppId::parse(app_id).unwrap(),
            credential: app_id.to_owned(),
            kid: None,
            profile: Profile::Legacy,
            grant: Arc::new(grant),
        }
    }

    fn federation(
        source: u8,
        target: u8,
        status: FederationStatus,
        permission: DomainPermission,
    ) -> Federation {
        Federation {
            id: FederationId::parse("fed_0123456789ab").unwrap(),
            source_domain_id: id(source),
            target_domain_id: id(target),
            status,
            permissions: [permission].into(),
            created_at: NOW,
            accepted_at: None,
        }
    }

    #[test]
    fn an_owner_administers_its_domains_and_a_key_has_its_permissions_in_one() {
        let domains = [domain(1, "mine"), domain(2, "mine"), domain(3, "other")];
        let mine = Roles::of(&caller("mine", None), &domains, &[]);
        assert!(mine.suffice(&id(1), DomainRole::Administrator) && mine.suffice(&id(2), DomainRole::Writer));
        assert_eq!(mine.within(&id(3)), None);
        // Bound to one domain, it owns none, whatever its app_id.
        let key = Roles::of(
            &caller("mine", Some((3, DomainPermission::ReadWrite))),
            &domains,
            &[],
        );
        assert_eq!(key.within(&id(3)), Some(DomainRole::Writer));
        assert_eq!((key.within(&id(1)), key.within(&id(2))), (None, None));
    }

    #[test]
    fn a_federation_lends_one_way_once_accepted_and_no_further() {
        use DomainPermission::{AdminDomain, ReadPointers, ReadWrite};
        use FederationStatus::{Accepted, Pending, Revoked};
        let domains = [domain(1, "a"), domain(2, "b"), domain(3, "c")];
        for status in [Pending, Revoked] {
            let roles = Roles::of(
                &caller("a", None),
                &domains,
                &[federation(1, 2, status, ReadWrite)],
            );
            assert_eq!(roles.within(&id(2)), None);
        }
        let lent = [
            federation(1, 2, Accepted, AdminDomain),
            federation(2, 3, Accepted, ReadWrite),
        ];
        let a = Roles::of(&caller("a", None), &domains, &lent);
        assert_eq!(a.within(&id(2)), Some(DomainRole::Writer), "never administering");
        assert_eq!(a.within(&id(3)), None, "what was lent is not lent on");
        let b = Roles::of(&caller("b", None), &domains, &lent);
        assert_eq!(b.within(&id(1)), None, "one way only");
        let reader = Roles::of(&caller("key-1", Some((1, ReadPointers))), &domains, &lent);
        assert_eq!(
            reader.within(&id(2)),
            Some(DomainRole::Reader),
            "no more than at home"
        );
    }

    proptest! {
        /// Whatever federations there are: a stranger to every source gets nothing, and nobody administers abroad.
        #[test]
        fn nobody_gets_more_than_somebody_gave(
            edges in proptest::collection::vec((0u8..5, 0u8..5, 0usize..3, 0usize..3), 0..12),
            bound in 0usize..3,
        ) {
            let domains: Vec<Domain> = (0..5).map(|number| domain(number, &format!("app{number}"))).collect();
            let statuses = [FederationStatus::Pending, FederationStatus::Accepted, FederationStatus::Revoked];
            let federations: Vec<Federation> = edges
                .iter()
                .map(|(source, target, status, permission)| {
                    federation(*source, *target, statuses[*status], DomainPermission::ALL[*permission])
                })
                .collect();
            let stranger = Roles::of(&caller("nobody", None), &domains, &federations);
            let key = caller("key-1", Some((0, DomainPermission::ALL[bound])));
            let roles = Roles::of(&key, &domains, &federations);
            for number in 0..5u8 {
                prop_assert_eq!(stranger.within(&id(number)), None);
                let Some(role) = roles.within(&id(number)) else { continue };
                prop_assert!(role <= DomainPermission::ALL[bound].role());
                if number != 0 {
                    prop_assert!(role < DomainRole::Administrator);
                    let lent = federations.iter().any(|federation| {
                        federation.source_domain_id == id(0)
                            && federation.target_domain_id == id(number)
                            && federation.role().is_some_and(|lent| lent >= role)
                    });
                    prop_assert!(lent);
                }
            }
        }
    }
}
