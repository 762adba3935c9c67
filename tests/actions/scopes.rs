//! Callers that see only some pointers.

use crate::running::{Running, call, problem_of, result_of, text};
use butterfly_console::model::{Grant, NewPointer, PointerScope, Timestamp};
use butterfly_console::protocol::Code;
use butterfly_console::store::Nearness;
use serde_json::{Value, json};

const READS: [&str; 5] = [
    "get_pointer",
    "get_pointer_summary",
    "list_pointers",
    "search_pointers",
    "get_neighbors",
];

fn public_only() -> Grant {
    let mut grant = Grant::read(READS);
    grant
        .actions
        .extend(["create_pointer", "update_pointer", "delete_pointer"].map(str::to_owned));
    grant.writes = true;
    grant.pointers = PointerScope::default();
    grant.pointers.tags.insert("public".to_owned());
    grant
}

async fn half_public() -> (Running, Vec<String>) {
    let running = Running::start("alpha").await;
    let mut addresses = Vec::new();
    for index in 0..10 {
        let tags = if index % 2 == 0 {
            json!(["public"])
        } else {
            json!(["private"])
        };
        let parameters = json!({"data_reference": format!("https://a.example/{index}"), "description": format!("{index}"), "tags": tags});
        addresses.push(running.pointer(parameters).await);
    }
    (running, addresses)
}

#[tokio::test]
async fn lists_and_searches_show_only_what_the_grant_covers() {
    let (running, _) = half_public().await;
    let caller = running.issue("reader", public_only()).await;
    let found = result_of(
        call(&caller, "search_pointers", json!({"search_term": "%"}))
            .await
            .reply,
    );
    assert_eq!(found["count"], 5);
    let mut seen = 0;
    let mut after = Value::Null;
    loop {
        let page = result_of(
            call(&caller, "list_pointers", json!({"limit": 2, "after": after}))
                .await
                .reply,
        );
        assert!(
            page["total"].is_null(),
            "how many there are in all is not the caller's business"
        );
        for pointer in page["pointers"].as_array().unwrap() {
            assert_eq!(pointer["tags"], json!(["public"]));
            seen += 1;
        }
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(seen, 5);
    let refused = call(&caller, "list_pointers", json!({"offset": 1})).await;
    assert_eq!(problem_of(&refused.reply).0, Code::InvalidParameter);
}

#[tokio::test]
async fn a_pointer_outside_the_grant_can_be_neither_seen_nor_changed() {
    let (running, addresses) = half_public().await;
    let caller = running.issue("reader", public_only()).await;
    for action in [
        "get_pointer",
        "get_pointer_summary",
        "get_neighbors",
        "update_pointer",
        "delete_pointer",
    ] {
        let parameters = json!({"pointer_address": addresses[1], "description": "mine now"});
        let refused = call(&caller, action, parameters).await;
        assert_eq!(problem_of(&refused.reply).0, Code::NotGranted, "{action}");
        assert_eq!(refused.status, 403, "{action}");
    }
    let shown = result_of(
        call(&caller, "get_pointer", json!({"pointer_address": addresses[0]}))
            .await
            .reply,
    );
    assert_eq!(text(&shown["address"]), addresses[0]);
}

#[tokio::test]
async fn neighbours_outside_the_grant_are_not_shown() {
    let (running, addresses) = half_public().await;
    let caller = running.issue("reader", public_only()).await;
    for other in [1, 2] {
        let parameters = json!({"pointer_address": addresses[0], "neighbor_address": addresses[other]});
        running.get("add_neighbor", parameters).await;
    }
    let shown = result_of(
        call(&caller, "get_pointer", json!({"pointer_address": addresses[0]}))
            .await
            .reply,
    );
    let neighbors: Vec<String> = shown["neighbors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|neighbor| text(&neighbor["address"]))
        .collect();
    assert_eq!(neighbors, [addresses[2].clone()]);
    let computed = json!({"pointer_address": addresses[0], "computed": true});
    let computed = result_of(call(&caller, "get_neighbors", computed).await.reply);
    assert!(
        computed["total"].is_null(),
        "how many there are in all is not the caller's business"
    );
    for neighbor in computed["neighbors"].as_array().unwrap() {
        let at = addresses
            .iter()
            .position(|address| neighbor["address"] == address.as_str());
        assert_eq!(at.unwrap() % 2, 0, "{neighbor}");
    }
}

#[tokio::test]
async fn pages_of_neighbours_neither_lose_those_that_may_be_seen_nor_tell_of_others() {
    let (running, addresses) = half_public().await;
    let caller = running.issue("reader", public_only()).await;
    for (other, weight) in [(1, 9), (3, 8), (5, 7), (2, 2), (4, 1)] {
        let parameters = json!({
            "pointer_address": addresses[0],
            "neighbor_address": addresses[other],
            "weight": weight,
        });
        running.get("add_neighbor", parameters).await;
    }
    let page = async |limit: u64, offset: u64| -> Vec<String> {
        let asked = json!({"pointer_address": addresses[0], "limit": limit, "offset": offset});
        let found = result_of(call(&caller, "get_neighbors", asked).await.reply);
        assert_eq!(found["total"], Value::Null);
        let neighbors = found["neighbors"].as_array().unwrap();
        neighbors
            .iter()
            .map(|neighbor| text(&neighbor["address"]))
            .collect()
    };
    let visible = [addresses[2].clone(), addresses[4].clone()];
    assert_eq!(page(2, 0).await, visible);
    assert_eq!(page(1, 0).await, visible[..1]);
    assert_eq!(page(1, 1).await, visible[1..]);
    assert!(page(2, 2).await.is_empty());
    let asked = json!({"pointer_address": addresses[0]});
    let summary = result_of(call(&caller, "get_pointer_summary", asked).await.reply);
    assert_eq!(summary["neighbor_count"], 2);
}

#[tokio::test]
async fn tags_and_references_of_hidden_pointers_are_not_told() {
    let (running, _) = half_public().await;
    let mut grant = public_only();
    grant
        .actions
        .extend(["get_all_tags", "find_pointer_by_reference"].map(str::to_owned));
    let caller = running.issue("reader", grant).await;
    let refused = call(&caller, "get_all_tags", json!({})).await;
    assert_eq!(problem_of(&refused.reply).0, Code::NotGranted);
    for (index, told) in [(0, true), (1, false)] {
        let asked = json!({"data_reference": format!("https://a.example/{index}")});
        let found = result_of(call(&caller, "find_pointer_by_reference", asked).await.reply);
        assert_eq!(found["pointer"].is_object(), told);
    }
}

#[tokio::test]
async fn a_caller_makes_only_pointers_that_it_will_see() {
    let (running, _) = half_public().await;
    let caller = running.issue("writer", public_only()).await;
    let hidden = json!({"data_reference": "https://a.example/new", "tags": ["private"]});
    let refused = call(&caller, "create_pointer", hidden).await;
    assert_eq!(problem_of(&refused.reply).0, Code::NotGranted);
    let visible = json!({"data_reference": "https://a.example/new", "tags": ["public"]});
    result_of(call(&caller, "create_pointer", visible).await.reply);
}

#[tokio::test]
async fn what_is_near_is_found_however_many_others_that_may_not_be_seen_are_nearer() {
    let running = Running::start("alpha").await;
    let rows = (0..24_000).map(|row| NewPointer {
        data_reference: format!("https://a.example/{row}"),
        description: String::new(),
        tags: vec![if row % 400 == 0 { "public" } else { "hidden" }.to_owned()],
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
        author: None,
    });
    let store = running.instance.store();
    store
        .create_pointers(rows.collect(), Timestamp::now())
        .await
        .unwrap();
    let mut grant = public_only();
    grant.actions.insert("search_by_proximity".to_owned());
    let caller = running.issue("reader", grant).await;
    let seen = running
        .get("find_pointers_by_tag", json!({"tag": "public"}))
        .await;
    let seen = seen["pointers"].as_array().unwrap();
    assert_eq!(seen.len(), 60);
    let origin = &seen[0];
    let place = |pointer: &Value| {
        let axis = |name: &str| pointer[name].as_f64().unwrap();
        (axis("x"), axis("y"), axis("z"))
    };
    for (nearness, action, asked, list) in [
        (
            Nearness::Within(9.0),
            "search_by_proximity",
            json!({"origin_pointer_address": origin["address"], "radius": 9}),
            "pointers",
        ),
        (
            Nearness::Gyroid,
            "get_neighbors",
            json!({"pointer_address": origin["address"], "computed": true}),
            "neighbors",
        ),
    ] {
        let mut expected: Vec<(f64, String)> = seen[1..]
            .iter()
            .filter_map(|other| {
                Some((
                    nearness.score(place(origin), place(other))?,
                    text(&other["address"]),
                ))
            })
            .collect();
        expected.sort_by(|one, other| one.0.total_cmp(&other.0));
        let expected: Vec<String> = expected.into_iter().map(|(_, address)| address).collect();
        let found = result_of(call(&caller, action, asked).await.reply);
        let found: Vec<String> = found[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|other| text(&other["address"]))
            .collect();
        assert_eq!(found, expected, "{action}");
    }
}
