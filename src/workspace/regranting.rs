//! What issued credentials allow, changed under the keys that their holders have.

use super::lifecycle::issued_name;
use super::{CredentialRow, Failure, Workspace};
use crate::model::{GrantDifference, PointerScope, Timestamp};
use crate::protocol::{Code, Query};
use ipnet::IpNet;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What to change of what a credential allows; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GrantChange {
    /// The actions that may be called.
    pub actions: Option<BTreeSet<String>>,
    /// Which pointers they may touch.
    pub pointers: Option<PointerScope>,
    /// Whether actions that change something may be called.
    pub writes: Option<bool>,
    /// Calls a minute, or as many as the instance takes.
    pub rate_per_minute: Option<Option<u32>>,
    /// Further hops that a call may take.
    pub hops: Option<u8>,
    /// Addresses that calls may come from, or any.
    pub sources: Option<Option<Vec<IpNet>>>,
    /// Legacy: whether each call is taken once.
    pub strict_replay: Option<bool>,
    /// When its lease ends, or that it does not.
    pub lease_ends: Option<Option<Timestamp>>,
    /// Only if the credential still is what was seen of it: members `grant` and `expires_at`, as in its row.
    pub if_still: Option<Value>,
}

/// What changing a credential came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Regranted {
    /// The credential as it is now.
    pub row: CredentialRow,
    /// What is otherwise than it was.
    pub changes: Vec<GrantDifference>,
}

impl GrantChange {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.members().is_empty() && self.lease_ends.is_none()
    }

    /// The members of the grant that shall be otherwise.
    fn members(&self) -> Map<String, Value> {
        let members = [
            ("actions", self.actions.as_ref().map(|actions| json!(actions))),
            ("pointers", self.pointers.as_ref().map(|scope| json!(scope))),
            ("writes", self.writes.map(Value::Bool)),
            ("rate_per_minute", self.rate_per_minute.map(|rate| json!(rate))),
            ("hops", self.hops.map(|hops| json!(hops))),
            ("sources", self.sources.as_ref().map(|sources| json!(sources))),
            ("strict_replay", self.strict_replay.map(Value::Bool)),
        ];
        let given = members.into_iter();
        given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }

    fn query(&self, name: &str) -> Query {
        let mut query = Query::new("change_credential", json!({ "name": name }));
        let members = self.members();
        if !members.is_empty() {
            query = query.with("grant", Value::Object(members));
        }
        if let Some(ends) = self.lease_ends {
            query = query.with("lease_ends", json!(ends));
        }
        match &self.if_still {
            Some(seen) => query.with("if_still", seen.clone()),
            None => query,
        }
    }
}

impl CredentialRow {
    /// What a change of what it allows depends on, if it is to depend on what this row says.
    pub fn as_seen(&self) -> Value {
        json!({"grant": self.grant, "expires_at": self.expires_at})
    }
}

impl Workspace {
    /// Changes what an issued credential allows, or when it ends. Its keys stay; the instance takes the change at once.
    pub async fn change_credential(&self, name: &str, change: &GrantChange) -> Result<Regranted, Failure> {
        #[derive(Deserialize)]
        struct Told {
            changes: Vec<GrantDifference>,
        }
        let row = self.issued_row(name).await?;
        let query = change.query(issued_name(&row));
        let result = self.ask_ours(&row.instance, &query).await?;
        let told: Told = serde_json::from_value(result).map_err(|_| {
            Failure::new(
                Code::PeerGarbage,
                "the answer to change_credential is not what was expected",
                "use the same version of this program for console and instance",
            )
            .on(row.instance.as_str())
        })?;
        Ok(Regranted {
            row: self.credential(&row.name).await?,
            changes: told.changes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_is_not_asked_for() {
        let change = GrantChange {
            rate_per_minute: Some(None),
            writes: Some(false),
            lease_ends: Some(None),
            ..GrantChange::default()
        };
        let asked = change.query("friend").to_value();
        let expected = json!({
            "action": "change_credential",
            "name": "friend",
            "grant": {"rate_per_minute": null, "writes": false},
            "lease_ends": null,
        });
        assert_eq!(asked, expected);
        assert!(GrantChange::default().is_empty() && !change.is_empty());
    }
}
