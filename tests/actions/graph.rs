//! The graph: who is near whom, who is related to whom, and its drawings.

use crate::running::{Running, text};
use butterfly_console::protocol::Code;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Three pointers, of which the first two are related.
async fn three(running: &Running) -> [String; 3] {
    let mut made = Vec::new();
    for (reference, description) in [("one", "the \"first\"\nline"), ("two", ""), ("three", "third")] {
        let parameters =
            json!({"data_reference": reference, "description": description, "tags": ["Red", reference]});
        made.push(running.pointer(parameters).await);
    }
    for (kind, weight) in [("cites", 0.5), ("contains", 2.0)] {
        running
            .get(
                "add_neighbor",
                json!({"pointer_address": made[0], "neighbor_address": made[1], "relationship": kind, "weight": weight}),
            )
            .await;
    }
    made.try_into().unwrap()
}

fn addresses(found: &Value) -> Vec<String> {
    let pointers = found["pointers"].as_array().unwrap();
    pointers.iter().map(|pointer| text(&pointer["address"])).collect()
}

#[tokio::test]
async fn relationships_are_told_by_kind_and_by_pointer() {
    let running = Running::start("alpha").await;
    let [one, two, three] = three(&running).await;
    let kinds = running
        .get("get_pointer_relationships", json!({"pointer_address": two}))
        .await;
    assert_eq!(kinds["relationships"], json!(["cites", "contains"]));
    let none = running
        .get("get_pointer_relationships", json!({"pointer_address": three}))
        .await;
    assert_eq!(none["relationships"], json!([]));
    let cited = running
        .get("get_relationships_by_type", json!({"relationship_type": "cites"}))
        .await;
    assert_eq!(
        cited,
        json!({
            "count": 1,
            "relationships": [{"pointer_a": one, "pointer_b": two, "weight": 0.5}],
            "complete": true,
        })
    );
    let isolated = running.get("get_isolated_pointers", json!({})).await;
    assert_eq!(addresses(&isolated), std::slice::from_ref(&three));
    running
        .get("delete_pointer", json!({"pointer_address": one}))
        .await;
    let isolated = running.get("get_isolated_pointers", json!({})).await;
    assert_eq!(addresses(&isolated), [two, three]);
}

#[tokio::test]
async fn pointers_are_found_by_a_whole_tag_and_by_having_no_connection() {
    let running = Running::start("alpha").await;
    let [one, two, three] = three(&running).await;
    let red = running.get("find_pointers_by_tag", json!({"tag": "Red"})).await;
    assert_eq!(addresses(&red), [one.clone(), two.clone(), three.clone()]);
    for tag in ["red", "Re", "R_d", "%"] {
        let none = running.get("find_pointers_by_tag", json!({ "tag": tag })).await;
        assert_eq!(none["count"], 0, "{tag}");
    }
    let page = running
        .get("find_pointers_by_tag", json!({"tag": "Red", "limit": 2}))
        .await;
    assert_eq!(addresses(&page), [one.clone(), two.clone()]);
    let rest = running
        .get(
            "find_pointers_by_tag",
            json!({"tag": "Red", "limit": 2, "after": page["next"]}),
        )
        .await;
    assert_eq!(addresses(&rest), std::slice::from_ref(&three));

    let connection = running.connection("gate", None).await;
    running
        .get(
            "assign_pointer_to_connection",
            json!({"pointer_address": two, "connection_id": connection}),
        )
        .await;
    let unassigned = running.get("get_unassigned_pointers", json!({})).await;
    assert_eq!(addresses(&unassigned), [one, three]);
}

#[tokio::test]
async fn proximity_is_the_distance_of_the_coordinates() {
    let running = Running::start("alpha").await;
    let mut made = Vec::new();
    for number in 0..40 {
        made.push(
            running
                .pointer(json!({"data_reference": number.to_string()}))
                .await,
        );
    }
    let mut places = BTreeMap::new();
    for address in &made {
        let pointer = running
            .get("get_pointer", json!({"pointer_address": address}))
            .await;
        let at = |axis: &str| pointer[axis].as_f64().unwrap();
        places.insert(address.clone(), (at("x"), at("y"), at("z")));
    }
    let distance = |one: &str, other: &str| {
        let (one, other) = (places[one], places[other]);
        ((one.0 - other.0).powi(2) + (one.1 - other.1).powi(2) + (one.2 - other.2).powi(2)).sqrt()
    };
    let mut others: Vec<(f64, String)> = made[1..]
        .iter()
        .map(|other| (distance(&made[0], other), other.clone()))
        .collect();
    others.sort_by(|one, other| one.0.total_cmp(&other.0));
    // Places are drawn by chance: a radius of always the same length would
    // sometimes find none, so it ends between the tenth and the eleventh.
    let radius = f64::midpoint(others[9].0, others[10].0);
    let expected = &others[..10];
    let asked = json!({"origin_pointer_address": made[0], "radius": radius});
    let found = running.get("search_by_proximity", asked).await;
    let names: Vec<String> = expected.iter().map(|(_, address)| address.clone()).collect();
    assert_eq!(addresses(&found), names);
    assert_eq!(found["total"], json!(names.len()));
    let nearest = found["pointers"][0]["distance"].as_f64().unwrap();
    assert!((nearest - expected[0].0).abs() < 1e-9);
    let one = json!({"origin_pointer_address": made[0], "radius": radius.to_string(), "limit": 1});
    assert_eq!(
        addresses(&running.get("search_by_proximity", one).await),
        names[..1]
    );
    for (radius, code) in [
        (json!(-1), Code::InvalidParameter),
        (json!("far"), Code::InvalidParameter),
        (json!(null), Code::MissingParameter),
    ] {
        let asked = json!({"origin_pointer_address": made[0], "radius": radius});
        assert_eq!(running.fails("search_by_proximity", asked).await.0, code);
    }
}

#[tokio::test]
async fn the_graph_is_drawn_and_exported_and_says_whether_that_is_all() {
    let running = Running::start("alpha").await;
    let [one, two, three] = three(&running).await;
    let dot = running.get("get_graph_dot", json!({})).await;
    let drawn = text(&dot["dot_string"]);
    let expected = format!(
        "graph pointers {{\n    node [shape=box];\n    \"{one}\" [label=\"the \\\"first\\\"\\nline\"];\n    \"{two}\" [label=\"{two}\"];\n    \
         \"{three}\" [label=\"third\"];\n    \"{one}\" -- \"{two}\" [label=\"cites\", weight=\"0.5\"];\n    \
         \"{one}\" -- \"{two}\" [label=\"contains\", weight=\"2\"];\n}}"
    );
    assert_eq!(drawn, expected);
    assert_eq!(dot["complete"], true);
    let graph = running.get("get_graph", json!({})).await;
    assert_eq!(graph["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(graph["nodes"][2]["id"], json!(three));
    assert_eq!(graph["edges"][1]["relationship"], "contains");
    let part = running.get("get_graph", json!({"limit": 1})).await;
    assert_eq!(part["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(part["edges"].as_array().unwrap().len(), 1);
    assert_eq!(part["complete"], false);
}

#[tokio::test]
async fn a_graph_has_no_more_text_than_a_reply_can_carry() {
    let running = Running::start("alpha").await;
    let rows: Vec<Value> = (0..4_500)
        .map(|row| json!({"data_reference": format!("row {row}"), "description": "d".repeat(4_096)}))
        .collect();
    let session = text(&running.get("begin_import", json!({})).await["import_id"]);
    for rows in rows.chunks(200) {
        let parameters = json!({"import_id": session, "pointers": rows});
        running.get("import_pointers", parameters).await;
    }
    running.get("commit_import", json!({"import_id": session})).await;
    let graph = running.get("get_graph", json!({})).await;
    assert_eq!(graph["complete"], false);
    let nodes = graph["nodes"].as_array().unwrap();
    let described = nodes
        .iter()
        .map(|node| node["description"].as_str().unwrap().len());
    assert_eq!(described.sum::<usize>(), 16 << 20);
    let dot = running.get("get_graph_dot", json!({})).await;
    assert_eq!(
        (&dot["complete"], &dot["pointers"]),
        (&json!(false), &json!(nodes.len()))
    );
}

#[tokio::test]
async fn a_domain_is_shown_with_its_connections() {
    let running = Running::start("alpha").await;
    running.connection("gate", None).await;
    let domains = running.get("list_domains", json!({})).await;
    let id = &domains["domains"][0]["id"];
    let details = running.get("get_domain_details", json!({"domain_id": id})).await;
    assert_eq!(details["id"], *id);
    assert_eq!(details["connections"][0]["name"], "gate");
    // The owner owns just this one.
    let only = running.get("get_domain_details", json!({})).await;
    assert_eq!(only, details);
    running.get("create_domain", json!({"name": "another"})).await;
    let (code, problem) = running.fails("get_domain_details", json!({})).await;
    assert_eq!(code, Code::InvalidParameter);
    assert!(text(&problem["message"]).contains("several"), "{problem}");
}
