//! What is otherwise between two grants, member by member, as people and other programs are told of it.

use super::{Grant, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Members of a grant in the order in which changes of them are told; those of its scope stand for themselves.
const MEMBERS: [&str; 12] = [
    "/owner",
    "/actions",
    "/pointers/all",
    "/pointers/addresses",
    "/pointers/tags",
    "/pointers/connections",
    "/writes",
    "/rate_per_minute",
    "/hops",
    "/sources",
    "/strict_replay",
    "/domain",
];

/// Something that is otherwise than it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrantDifference {
    /// Which member of the grant, such as `pointers.tags`; or `expires_at`.
    pub what: String,
    /// What it was.
    pub before: Value,
    /// What it is.
    pub now: Value,
}

impl GrantDifference {
    /// What is otherwise in `now`.
    pub fn between(before: &Grant, now: &Grant) -> Vec<Self> {
        let members = |grant: &Grant| serde_json::to_value(grant).unwrap_or_default();
        let (old, new) = (members(before), members(now));
        let value = |grant: &Value, pointer: &str| {
            let absent = match pointer {
                // What is not there is not so.
                "/strict_replay" => Value::Bool(false),
                _ => Value::Null,
            };
            grant.pointer(pointer).cloned().unwrap_or(absent)
        };
        let differences = MEMBERS.iter().map(|pointer| Self {
            what: pointer[1..].replace('/', "."),
            before: value(&old, pointer),
            now: value(&new, pointer),
        });
        differences
            .filter(|difference| difference.before != difference.now)
            .collect()
    }

    /// All of them in a line: `writes false -> true, hops 0 -> 2`.
    pub fn listed(differences: &[Self]) -> String {
        let each: Vec<String> = differences.iter().map(ToString::to_string).collect();
        each.join(", ")
    }

    /// That a lease ends otherwise; none where it does not.
    pub fn of_lease(before: Option<Timestamp>, now: Option<Timestamp>) -> Option<Self> {
        let moment = |moment: Option<Timestamp>| serde_json::to_value(moment).unwrap_or_default();
        (before != now).then(|| Self {
            what: "expires_at".to_owned(),
            before: moment(before),
            now: moment(now),
        })
    }
}

/// `writes false -> true`.
impl fmt::Display for GrantDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.what, self.before, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_otherwise_is_told_member_by_member() {
        let before = Grant::read(["whoami"]);
        assert_eq!(GrantDifference::between(&before, &before), []);
        let mut now = before.clone();
        now.writes = true;
        now.hops = 2;
        now.strict_replay = true;
        now.pointers.all = false;
        now.pointers.tags = BTreeSet::from(["air".to_owned()]);
        assert_eq!(
            GrantDifference::listed(&GrantDifference::between(&before, &now)),
            "pointers.all true -> false, pointers.tags [] -> [\"air\"], writes false -> true, hops 0 -> 2, \
             strict_replay false -> true"
        );
    }

    #[test]
    fn every_member_of_a_grant_is_compared() {
        let grant = serde_json::to_value(Grant::owner()).unwrap();
        for (member, value) in grant.as_object().unwrap() {
            // Which connections the domains have follows from the instance.
            for inner in value.as_object().into_iter().flat_map(|value| value.keys()) {
                let pointer = format!("/{member}/{inner}");
                assert!(
                    MEMBERS.contains(&pointer.as_str()) || inner == "of_domains",
                    "{pointer}"
                );
            }
            let pointer = format!("/{member}");
            assert!(
                MEMBERS.contains(&pointer.as_str()) || value.is_object(),
                "{pointer}"
            );
        }
    }
}
