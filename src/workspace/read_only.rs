//! What nothing may be changed on from here: instances that a person has marked so in the vault, or with `--read-only`
//! all of them, and what is kept here too.
//!
//! A pointer that is followed is looked at first: what its circuit does there, and what it has a peer do, is taken for
//! what is asked. What the peer's own pointers lead to is for the peer's grants to decide; where nothing at all is to be
//! changed, they are not followed.

use super::reads::{may_write_at_a_peer, only_reads};
use super::{Failure, Workspace};
use crate::model::PointerAddress;
use crate::protocol::circuit::{Circuit, FEDERATED_INVOKE, RELAY, Step};
use crate::protocol::{Code, Query};
use crate::vault::InstanceRecord;

/// What follows a pointer.
pub(super) const THROUGH: &str = "invoke_through_connection";

/// What is put aside for an import, to see what it would come to: nothing of it is there before it is committed. And what
/// has an instance ask its peers for what they kept of its audit trail, when that is verified.
const HARMLESS: [&str; 4] = [
    "begin_import",
    "import_pointers",
    "abort_import",
    "exchange_heads_now",
];

/// What following a pointer comes to, as far as its reference tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It reads; and follows these pointers in turn.
    Reads(Vec<PointerAddress>),
    /// It may change something: what does.
    MayChange(String),
}

/// Watches that nothing is changed where nobody wants it: the one door that every query passes, whatever key or verb
/// led there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Guard {
    /// Nothing is to be changed anywhere, whatever is marked.
    everywhere: bool,
}

impl Workspace {
    /// Who watches that nothing is changed.
    pub(super) fn guard(&self) -> Guard {
        Guard {
            everywhere: self.home.is_read_only(),
        }
    }

    /// Refuses to change what is kept here, where nothing is to be changed. `what` completes "read-only mode forbids …".
    pub(super) fn permit(&self, what: &str) -> Result<(), Failure> {
        if !self.home.is_read_only() {
            return Ok(());
        }
        Err(Failure::new(
            Code::ReadOnly,
            format!("read-only mode forbids {what}"),
            WITHOUT_IT,
        ))
    }
}

/// What helps against `--read-only`.
const WITHOUT_IT: &str = "leave out --read-only if you mean it";

impl Guard {
    /// Whether an instance is not to be changed.
    pub(super) fn watches(self, record: &InstanceRecord) -> bool {
        self.everywhere || record.read_only
    }

    /// Refuses to change something on an instance that is not to be changed. A pointer that is followed has to be looked
    /// at beforehand.
    pub(super) fn permit(self, record: &InstanceRecord, query: &Query) -> Result<(), Failure> {
        let action = query.action();
        let is_harmless = action == THROUGH || HARMLESS.contains(&action) || only_reads(action);
        if !self.watches(record) || is_harmless {
            return Ok(());
        }
        Err(self.refusal(Some(record), action))
    }

    /// The same at a peer, which may be in this home or not. Where the action is not known, it may do anything.
    pub(super) fn permit_at_a_peer(
        self,
        record: Option<&InstanceRecord>,
        action: Option<&str>,
    ) -> Result<(), Failure> {
        let is_watched = self.everywhere || record.is_some_and(|record| record.read_only);
        let is_harmless = |action: &str| only_reads(action) || action == THROUGH && !self.everywhere;
        if !is_watched || action.is_some_and(is_harmless) {
            return Ok(());
        }
        Err(self.refusal(record, action.unwrap_or("a query that is not known")))
    }

    /// The failure that something may change what is not to be changed.
    pub(super) fn refusal(self, record: Option<&InstanceRecord>, what: &str) -> Failure {
        let marked = record.filter(|_| !self.everywhere).map(|record| &record.name);
        let failure = match marked {
            Some(name) => Failure::new(
                Code::ReadOnly,
                format!("{name} is read-only in this home, and {what} may change something"),
                format!(
                    "if you mean it, allow changes first: `butterfly instance edit {name} --set-read-only off`"
                ),
            ),
            None => Failure::new(
                Code::ReadOnly,
                format!("nothing is to be changed (--read-only), and {what} may change something"),
                WITHOUT_IT,
            ),
        };
        match record {
            Some(record) => failure.on(record.name.as_str()),
            None => failure,
        }
    }

    /// What following a pointer with this data_reference comes to.
    pub(super) fn reach(self, data_reference: &str) -> Reach {
        reach(data_reference, |onward| match self.everywhere {
            true => !only_reads(onward.action()),
            false => may_write_at_a_peer(onward),
        })
    }
}

/// What following a pointer with this data_reference comes to, where a peer may be changed by what is relayed to it.
fn reach(data_reference: &str, may_write: impl Fn(&Query) -> bool) -> Reach {
    let Some(circuit) = Circuit::of_reference(data_reference) else {
        return Reach::Reads(Vec::new());
    };
    let mut further = Vec::new();
    for step in &circuit.steps {
        let number = step.index;
        let value = |name: &str| step.parameters.iter().find(|given| given.name == name);
        match step.action.as_deref() {
            Some(FEDERATED_INVOKE) => {}
            Some(RELAY) => {
                let onward = value("query").and_then(|query| Query::from_value(query.value.clone()).ok());
                match onward {
                    Some(onward) if !may_write(&onward) => {}
                    onward => return Reach::MayChange(relayed(step, onward.as_ref())),
                }
            }
            Some(THROUGH) => {
                let address = value("pointer_address").and_then(|address| address.value.as_str());
                match address.map(PointerAddress::parse) {
                    Some(Ok(address)) => further.push(address),
                    _ => return Reach::MayChange(format!("step {number} of its circuit ({THROUGH})")),
                }
            }
            Some(action) if only_reads(action) => {}
            action => {
                let action = action.unwrap_or("no action");
                return Reach::MayChange(format!("step {number} of its circuit ({action})"));
            }
        }
    }
    Reach::Reads(further)
}

fn relayed(step: &Step, onward: Option<&Query>) -> String {
    let asked = onward.map_or("a query that cannot be read", Query::action);
    format!("step {} of its circuit (relays {asked})", step.index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const MARKED: Guard = Guard { everywhere: false };
    const EVERYWHERE: Guard = Guard { everywhere: true };

    fn reached(circuit: &Value) -> Reach {
        MARKED.reach(&format!("internal_circuit::{circuit}"))
    }

    fn relay(action: &str) -> Value {
        json!({"action": "relay", "connection_id": "conn_0123456789ab", "query": {"action": action}})
    }

    #[test]
    fn what_a_circuit_relays_is_looked_into() {
        assert_eq!(reached(&json!([relay("get_pointer")])), Reach::Reads(Vec::new()));
        let changing = reached(&json!([relay("get_pointer"), relay("create_pointer")]));
        let what = "step 1 of its circuit (relays create_pointer)";
        assert_eq!(changing, Reach::MayChange(what.into()));
        let hidden = json!([{"action": "relay", "connection_id": "conn_0123456789ab", "query": relay("delete_pointer")}]);
        assert!(matches!(reached(&hidden), Reach::MayChange(_)));
        let filled = json!([relay("{{0.action}}")]);
        assert!(matches!(reached(&filled), Reach::MayChange(_)));
    }

    #[test]
    fn what_it_does_where_it_stands_counts_and_where_it_goes_on_is_told() {
        let here = json!({"action": "update_pointer", "pointer_address": "ptr_0123456789ab"});
        assert!(matches!(reached(&here), Reach::MayChange(_)));
        let on = |address: &str| json!({"action": THROUGH, "connection_id": "conn_0123456789ab", "pointer_address": address});
        let address = PointerAddress::parse("ptr_0123456789ab").unwrap();
        assert_eq!(reached(&on("ptr_0123456789ab")), Reach::Reads(vec![address]));
        assert!(matches!(reached(&on("{{0.address}}")), Reach::MayChange(_)));
        assert_eq!(
            MARKED.reach("https://data.example/a.csv"),
            Reach::Reads(Vec::new())
        );
        let passed_on = json!({"action": "federated_invoke", "endpoint": "http://127.0.0.1:1/invoke", "kid": "kid_0123456789abcdef", "profile": "native", "sealed": "x"});
        assert_eq!(reached(&passed_on), Reach::Reads(Vec::new()));
    }

    #[test]
    fn where_nothing_at_all_is_changed_pointers_of_a_peer_are_not_followed() {
        let follows = format!("internal_circuit::{}", json!([relay(THROUGH)]));
        assert_eq!(MARKED.reach(&follows), Reach::Reads(Vec::new()));
        assert!(matches!(EVERYWHERE.reach(&follows), Reach::MayChange(_)));
        let reads = format!("internal_circuit::{}", json!([relay("get_pointer")]));
        assert_eq!(EVERYWHERE.reach(&reads), Reach::Reads(Vec::new()));
        assert_eq!(MARKED.permit_at_a_peer(None, Some("delete_pointer")), Ok(()));
        assert_eq!(EVERYWHERE.permit_at_a_peer(None, Some("get_pointer")), Ok(()));
        for action in [Some("delete_pointer"), Some(THROUGH), None] {
            let refused = EVERYWHERE.permit_at_a_peer(None, action).unwrap_err();
            assert_eq!(refused.code, Code::ReadOnly, "{action:?}");
        }
    }
}
