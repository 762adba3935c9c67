//! What an instance tells its caller of the caller's own credential, in answer to `whoami`.

use super::life::Life;
use crate::model::{Grant, GrantDifference, Timestamp};
use crate::protocol::Reply;

/// More names than these in a grant are not taken from an instance, which may mean harm.
const MOST: usize = 10_000;

/// What a credential allows by now, as its issuer says: it may have changed that under the same keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it allows.
    pub grant: Grant,
    /// When its lease ends; outside none where that is not told.
    pub lease_ends: Option<Option<Timestamp>>,
    /// The generation of its keys, where no older one is answered beside it.
    pub alone: Option<u32>,
}

impl Told {
    /// Reads the answer to `whoami`; none where the instance tells nothing of this, as original ones do, or more than
    /// anybody would keep.
    pub fn of(whoami: &Reply) -> Option<Self> {
        let result = whoami.result()?;
        let grant: Grant = serde_json::from_value(result.get("grant")?.clone()).ok()?;
        if size(&grant) > MOST {
            return None;
        }
        let credential = |member| {
            result
                .get("credential")
                .and_then(|credential| credential.get(member))
        };
        let lease_ends = credential("expires_at").and_then(|ends| serde_json::from_value(ends.clone()).ok());
        let generation = credential("generation").and_then(|generation| generation.as_u64()?.try_into().ok());
        let alone = generation.filter(|_| credential("overlap_until").is_some_and(|until| until.is_null()));
        Some(Self {
            grant,
            lease_ends,
            alone,
        })
    }

    /// What is otherwise than the holder knew: nothing where it knew nothing, because no bundle told it.
    pub fn differs_from(&self, grant: Option<&Grant>, lease_ends: Option<Timestamp>) -> Vec<GrantDifference> {
        let Some(known) = grant else {
            return Vec::new();
        };
        let of_grant = GrantDifference::between(known, &self.grant);
        let of_lease = self
            .lease_ends
            .and_then(|told| GrantDifference::of_lease(lease_ends, told));
        of_grant.into_iter().chain(of_lease).collect()
    }

    /// Whether its issuer answers no older key any more, of which the holder thinks that it does.
    pub fn ends_overlap(&self, life: &Life, now: Timestamp) -> bool {
        life.overlap(now).is_some() && self.alone == Some(life.generation())
    }

    /// Whether the holder did not know it so.
    pub fn is_news(&self, grant: Option<&Grant>, lease_ends: Option<Timestamp>) -> bool {
        grant != Some(&self.grant) || self.lease_ends.is_some_and(|told| told != lease_ends)
    }
}

fn size(grant: &Grant) -> usize {
    let pointers = &grant.pointers;
    let sources = grant.sources.as_ref().map_or(0, Vec::len);
    grant.actions.len()
        + pointers.addresses.len()
        + pointers.tags.len()
        + pointers.connections.len()
        + sources
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(result: serde_json::Value) -> Option<Told> {
        Told::of(&Reply::success(result))
    }

    #[test]
    fn a_lease_without_an_end_is_told_and_one_that_is_not_told_is_not() {
        let grant = Grant::read(["whoami"]);
        let without = told(json!({"grant": grant, "credential": {"name": "a"}})).unwrap();
        assert_eq!(without.lease_ends, None);
        assert_eq!(without.alone, None);
        let generation = |until| {
            let credential = json!({"generation": 3, "overlap_until": until});
            told(json!({"grant": grant, "credential": credential}))
                .unwrap()
                .alone
        };
        assert_eq!(generation(json!(null)), Some(3));
        assert_eq!(generation(json!("2026-01-01T00:00:00Z")), None);
        let unending = told(json!({"grant": grant, "credential": {"expires_at": null}})).unwrap();
        assert_eq!(unending.lease_ends, Some(None));
        let ending =
            told(json!({"grant": grant, "credential": {"expires_at": "2026-01-01T00:00:00Z"}})).unwrap();
        let end = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        assert_eq!(ending.lease_ends, Some(Some(end)));
        assert_eq!(without.differs_from(Some(&grant), Some(end)), []);
        assert_eq!(unending.differs_from(Some(&grant), Some(end)).len(), 1);
        assert_eq!(
            ending.differs_from(Some(&Grant::owner()), Some(end))[0].what,
            "owner"
        );
        assert_eq!(ending.differs_from(None, None), []);
        assert!(ending.is_news(None, Some(end)) && ending.is_news(Some(&grant), None));
        assert!(!ending.is_news(Some(&grant), Some(end)) && !without.is_news(Some(&grant), None));
        assert_eq!(told(json!({"app_id": "demo"})), None);
        let endless = Grant::read((0..=MOST).map(|number| format!("action_{number}")));
        assert_eq!(told(json!({"grant": endless})), None);
    }
}
