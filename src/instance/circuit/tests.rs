use super::*;
use crate::instance::actions::table;

fn read(definition: Value) -> Result<Circuit, Problem> {
    Circuit::from_value(definition, table::ALL)
}

fn problem_of(definition: Value) -> Problem {
    read(definition).unwrap_err()
}

#[test]
fn one_action_and_a_list_of_actions_are_circuits() {
    let stats = json!({"action": "get_graph_stats"});
    assert!(!read(stats.clone()).unwrap().is_list);
    let list = read(json!([stats, {"action": "get_neighbors", "pointer_address": "{0.total_pointers}"}]));
    assert!(list.unwrap().is_list);
}

#[test]
fn a_circuit_that_cannot_run_is_refused_when_it_is_made() {
    let relay = |parameters: Value| Query::new("relay", parameters).to_value();
    let cases = [
        json!([]),
        json!("get_graph_stats"),
        json!([{"pointer_address": "ptr_0123456789ab"}]),
        json!([{"action": "no_such_action"}]),
        json!([{"action": "get_pointer", "pointer_address": "{0.address}"}]),
        json!([{"action": "get_graph_stats"}, {"action": "get_pointer", "pointer_address": "{1}"}]),
        json!([{"action": "federated_invoke"}, {"action": "get_graph_stats"}]),
        relay(json!({"query": {"action": "whoami"}})),
        relay(json!({"connection_id": "{0.id}", "query": {"action": "whoami"}})),
        relay(json!({"connection_id": "conn_0123456789ab", "query": {}})),
        Value::Array(vec![json!({"action": "get_graph_stats"}); MOST_STEPS + 1]),
    ];
    for case in cases {
        assert_eq!(problem_of(case.clone()).code, Code::InvalidCircuit, "{case}");
    }
}

#[test]
fn the_step_at_fault_is_named() {
    let problem = problem_of(json!([{"action": "get_graph_stats"}, {"action": "nonsense"}]));
    assert_eq!(problem.details["step"], json!(1));
}

#[test]
fn what_only_the_owner_may_do_is_no_step() {
    for action in table::ALL.iter().filter(|action| action.access == Access::Owner) {
        assert_eq!(
            problem_of(json!({"action": action.name})).code,
            Code::InvalidCircuit
        );
    }
}

#[test]
fn what_is_between_others_is_no_step() {
    let others = table::ALL.iter().filter(|action| {
        action.is_for_domain_owners() || (action.access == Access::Anyone && !TELLING.contains(&action.name))
    });
    let names: Vec<_> = others.map(|action| action.name).collect();
    for name in [
        "activate_credential",
        "exchange_audit_heads",
        "generate_access_key",
        "accept_federation",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    for name in names {
        assert_eq!(
            problem_of(json!({"action": name})).code,
            Code::InvalidCircuit,
            "{name}"
        );
    }
    for name in TELLING {
        assert!(read(json!({"action": name})).is_ok(), "{name}");
    }
}

#[test]
fn a_circuit_acts_if_it_changes_something_or_hands_results_on() {
    let relay =
        |query: Value| json!({"action": "relay", "connection_id": "conn_0123456789ab", "query": query});
    let stats = json!({"action": "get_graph_stats"});
    let tells = [
        stats.clone(),
        json!([stats, {"action": "get_pointer", "pointer_address": "ptr_0123456789ab"}]),
        relay(json!({"action": "get_pointer", "pointer_address": "ptr_0123456789ab"})),
        json!([stats, relay(json!({"action": "whoami"}))]),
    ];
    for definition in tells {
        assert!(
            !read(definition.clone()).unwrap().acts(table::ALL),
            "{definition}"
        );
    }
    let acts = [
        relay(json!({"action": "create_pointer", "data_reference": "x"})),
        json!([stats, {"action": "create_pointer", "data_reference": "{0.total_pointers}"}]),
        json!({"action": "delete_pointer", "pointer_address": "ptr_0123456789ab"}),
        json!([
            stats,
            relay(json!({"action": "create_pointer", "data_reference": "{0.total_pointers}"}))
        ]),
    ];
    for definition in acts {
        assert!(read(definition.clone()).unwrap().acts(table::ALL), "{definition}");
    }
}

#[test]
fn a_relay_through_a_connection_is_recognised() {
    let step =
        json!({"action": "relay", "connection_id": "conn_0123456789ab", "query": {"action": "whoami"}});
    let circuit = read(json!([step])).unwrap();
    assert!(circuit.is_one_relay());
    assert_eq!(circuit.relays_through().count(), 1);
    let two = read(json!([step, step])).unwrap();
    assert!(!two.is_one_relay());
}
