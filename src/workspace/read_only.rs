//! Instances that nothing may be changed on from here: a person's choice, kept in the vault.
//!
//! A pointer that is followed is looked at first: what its circuit does there, and what it has a peer do, is taken for
//! what is asked. What the peer's own pointers lead to is for the peer's grants to decide.

use super::Failure;
use super::reads::{may_write_at_a_peer, only_reads};
use crate::model::PointerAddress;
use crate::protocol::circuit::{Circuit, FEDERATED_INVOKE, RELAY, Step};
use crate::protocol::{Code, Query};
use crate::vault::InstanceRecord;

/// What follows a pointer.
pub(super) const THROUGH: &str = "invoke_through_connection";

/// What following a pointer comes to, as far as its reference tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It reads; and follows these pointers in turn.
    Reads(Vec<PointerAddress>),
    /// It may change something: what does.
    MayChange(String),
}

/// Refuses to change something on an instance that is read-only in this home.
pub(super) fn permit(record: &InstanceRecord, query: &Query) -> Result<(), Failure> {
    permit_action(record, Some(query.action()))
}

/// The same where only the action is known, or not even that: then it may do anything.
pub(super) fn permit_action(record: &InstanceRecord, action: Option<&str>) -> Result<(), Failure> {
    let is_harmless = action.is_some_and(|action| action == THROUGH || only_reads(action));
    if !record.read_only || is_harmless {
        return Ok(());
    }
    Err(refusal(record, action.unwrap_or("a query that is not known")))
}

/// The failure that something may change what is not to be changed.
pub(super) fn refusal(record: &InstanceRecord, what: &str) -> Failure {
    Failure::new(
        Code::ReadOnly,
        format!(
            "{} is read-only in this home, and {what} may change something",
            record.name
        ),
        format!(
            "if you mean it, allow changes first: `butterfly instance edit {} --set-read-only off`",
            record.name
        ),
    )
    .on(record.name.as_str())
}

/// What following a pointer with this data_reference comes to.
pub(super) fn reach(data_reference: &str) -> Reach {
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
                    Some(onward) if !may_write_at_a_peer(&onward) => {}
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

    fn reached(circuit: &Value) -> Reach {
        reach(&format!("internal_circuit::{circuit}"))
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
        assert_eq!(reach("https://data.example/a.csv"), Reach::Reads(Vec::new()));
        let passed_on = json!({"action": "federated_invoke", "endpoint": "http://127.0.0.1:1/invoke", "kid": "kid_0123456789abcdef", "profile": "native", "sealed": "x"});
        assert_eq!(reached(&passed_on), Reach::Reads(Vec::new()));
    }
}
