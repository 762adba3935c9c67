//! Which queries take something away for good or shut somebody out: before one is sent by hand, somebody is asked.

use super::log::replayable;
use super::read_only::THROUGH;
use super::redact::{has_lost_secrets, without_secrets};
use super::{Failure, LogEntry, LogKind, Workspace};
use crate::instance::actions::table;
use crate::model::{CIRCUIT_PREFIX, InstanceName, Pointer, PointerAddress};
use crate::protocol::{BESIDE_PARAMETERS, Code, Query};
use crate::vault::InstanceRecord;
use serde_json::Value;

/// Beginnings of the names of actions that destroy, on instances that have others than ours.
const DESTROYING: [&str; 7] = [
    "clear_",
    "delete_",
    "drop_",
    "remove_",
    "revoke_",
    "suspend_",
    "withdraw_",
];
/// The most letters of a value that are shown.
const LONGEST_VALUE: usize = 60;

/// A query that destroys something, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Destruction {
    /// What is sent; of a relay, what the other instance is asked.
    pub query: Query,
    /// The instance that it hits.
    pub instance: String,
    /// Which way it goes there, if not straight: `through alpha`.
    pub way: Option<String>,
}

impl Destruction {
    /// What calling or invoking a pointer destroys; none where nothing is destroyed.
    pub(super) fn by_pointer(
        instance: &InstanceName,
        pointer: &Pointer,
        records: &[InstanceRecord],
    ) -> Option<Self> {
        let query = destroying_of_pointer(pointer)?;
        let hit = match &pointer.federated {
            Some(federated) => {
                let known = records
                    .iter()
                    .find(|record| record.endpoint == federated.endpoint);
                known.map_or_else(
                    || federated.endpoint.authority(),
                    |record| record.name.to_string(),
                )
            }
            None => instance.to_string(),
        };
        Some(Self {
            query,
            instance: hit,
            way: Some(format!("through {} of {instance}", pointer.address)),
        })
    }

    /// What it does and to what, in sentences.
    pub fn words(&self) -> String {
        let help = table::ALL.find(self.query.action()).map_or(
            "As its name says, it takes something away or shuts somebody out.",
            |action| action.help,
        );
        let mut words = help.to_owned();
        let hit = hit(&self.query);
        if !hit.is_empty() {
            words.push_str(&format!(" It is sent with {}.", hit.join(", ")));
        }
        if let Some(way) = &self.way {
            words.push_str(&format!(" It goes {way}."));
        }
        words
    }
}

/// What the query names, as `name value`.
fn hit(query: &Query) -> Vec<String> {
    let Value::Object(members) = without_secrets(query.to_value()) else {
        return Vec::new();
    };
    let named = members
        .into_iter()
        .filter(|(name, _)| !BESIDE_PARAMETERS.contains(&name.as_str()));
    named
        .map(|(name, value)| format!("{name} {}", shown(&value)))
        .collect()
}

fn shown(value: &Value) -> String {
    if has_lost_secrets(value) {
        return "(a secret)".to_owned();
    }
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), |text| format!("“{text}”"));
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What destroys of a query: it, or the one that it has another instance asked. None where nothing does.
pub fn destroying(query: &Query) -> Option<Query> {
    let destroys = match table::ALL.find(query.action()) {
        Some(known) if known.name == "relay" => {
            let asked = query.get("query").cloned().map(Query::from_value);
            return match asked {
                Some(Ok(asked)) => destroying(&asked),
                // What cannot be read may do anything.
                _ => Some(query.clone()),
            };
        }
        Some(known) => (known.destroys)(query),
        None => DESTROYING
            .iter()
            .any(|beginning| query.action().starts_with(beginning)),
    };
    destroys.then(|| query.clone())
}

/// What destroys when a pointer is called or invoked: what it asks another instance, or a step of its circuit.
pub fn destroying_of_pointer(pointer: &Pointer) -> Option<Query> {
    let read = |value: Value| destroying(&Query::from_value(value).ok()?);
    if let Some(federated) = &pointer.federated {
        return read(federated.query.clone());
    }
    let circuit = pointer.data_reference.strip_prefix(CIRCUIT_PREFIX)?;
    match serde_json::from_str(circuit).ok()? {
        Value::Array(steps) => steps.into_iter().find_map(read),
        step => read(step),
    }
}

impl Workspace {
    /// What a line of the log would destroy if it were sent again; none where nothing is destroyed.
    pub async fn destruction_by_line(&self, id: u64) -> Result<Option<Destruction>, Failure> {
        let entry = self.log_entry(id).await?;
        let query = replayable(&entry).ok();
        if let Some(destroyed) = query.as_ref().and_then(destroying) {
            return Ok(Some(destruction(&entry, destroyed)));
        }
        let by_pointer = match &query {
            Some(query) => query.action() == THROUGH,
            // The call of a pointer that was never seen: what it asks is the pointer's own query.
            None => entry.row.kind == LogKind::Call,
        };
        let (Some(pointer), true) = (&entry.row.pointer, by_pointer) else {
            return Ok(None);
        };
        let Ok(instance) = InstanceName::parse(&entry.row.instance) else {
            return Ok(None);
        };
        match self.destruction_by_pointer(&instance, pointer).await {
            // What is gone destroys nothing any more.
            Err(failure) if failure.code == Code::PointerNotFound => Ok(None),
            found => found,
        }
    }

    /// What calling or invoking a pointer would destroy, as the pointer is now; none where nothing is destroyed.
    pub async fn destruction_by_pointer(
        &self,
        instance: &InstanceName,
        address: &PointerAddress,
    ) -> Result<Option<Destruction>, Failure> {
        let pointer = self.pointer(instance.as_str(), address).await?.pointer;
        let records = self.records().await?;
        Ok(Destruction::by_pointer(instance, &pointer, &records))
    }
}

/// Where a line's query goes, as far as the line tells.
fn destruction(entry: &LogEntry, query: Query) -> Destruction {
    let row = &entry.row;
    let asked = row.instance.clone();
    if let (LogKind::Call, Some(pointer)) = (row.kind, &row.pointer) {
        // The console, the pointer's instance, and whoever is behind it.
        let peer = entry.hops.get(2..).and_then(<[_]>::last);
        let peer = peer.map(|hop| hop.instance.clone());
        return Destruction {
            query,
            instance: peer.unwrap_or_else(|| format!("whatever {pointer} of {asked} leads to")),
            way: Some(format!("through {pointer} of {asked}")),
        };
    }
    let is_relayed = row.action == "relay";
    Destruction {
        instance: match is_relayed {
            true => format!("whatever {asked} relays to"),
            false => asked.clone(),
        },
        way: is_relayed.then(|| format!("through {asked}, which relays it")),
        query,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn query(value: Value) -> Query {
        Query::from_value(value).unwrap()
    }

    #[test]
    fn what_destroys_is_found_also_inside_a_relay_and_by_its_name() {
        let delete = query(json!({"action": "delete_pointer", "pointer_address": "ptr_000000000007"}));
        assert_eq!(destroying(&delete), Some(delete.clone()));
        let relay = |asked: Value| query(json!({"action": "relay", "connection_id": "c", "query": asked}));
        assert_eq!(destroying(&relay(delete.to_value())), Some(delete.clone()));
        assert_eq!(
            destroying(&relay(relay(delete.to_value()).to_value())),
            Some(delete)
        );
        assert_eq!(destroying(&relay(json!({"action": "get_graph_stats"}))), None);
        assert!(destroying(&relay(json!("{{something}}"))).is_some());
        assert!(destroying(&query(json!({"action": "drop_everything"}))).is_some());
        for harmless in ["create_pointer", "get_pointer", "unheard_of"] {
            assert_eq!(
                destroying(&query(json!({"action": harmless}))),
                None,
                "{harmless}"
            );
        }
    }

    #[test]
    fn it_is_told_what_is_hit_and_never_a_secret() {
        let words = |value| {
            Destruction {
                query: query(value),
                instance: "beta".to_owned(),
                way: None,
            }
            .words()
        };
        let told =
            words(json!({"action": "delete_pointer", "pointer_address": "ptr_000000000007", "trace": true}));
        assert!(
            told.ends_with("It is sent with pointer_address “ptr_000000000007”."),
            "{told}"
        );
        let key = format!("key_{}", "0".repeat(32));
        let told = words(json!({"action": "revoke_access_key", "key_to_revoke": key}));
        assert!(
            told.ends_with("It is sent with key_to_revoke (a secret)."),
            "{told}"
        );
        assert!(words(json!({"action": "drop_all"})).starts_with("As its name says"));
    }
}
