//! Pointers: made, shown, changed, removed, listed and found.

use crate::running::{Running, get, text};
use butterfly_console::protocol::Code;
use serde_json::{Value, json};

#[tokio::test]
async fn a_pointer_is_made_shown_changed_and_removed() {
    let running = Running::start("alpha").await;
    let made = running
        .get(
            "create_pointer",
            json!({"data_reference": "https://a.example/1", "description": "Weather", "tags": ["public"]}),
        )
        .await["pointer"]
        .clone();
    let address = json!({"pointer_address": made["address"]});
    let shown = running.get("get_pointer", address.clone()).await;
    assert_eq!(shown["neighbors"], json!([]));
    for field in [
        "address",
        "description",
        "data_reference",
        "tags",
        "connection_id",
        "x",
        "y",
        "z",
        "created_at",
        "last_modified",
    ] {
        assert_eq!(shown[field], made[field], "{field}");
    }

    let summary = running.get("get_pointer_summary", address.clone()).await;
    let fields: Vec<&String> = summary.as_object().unwrap().keys().collect();
    let expected = [
        "address",
        "description",
        "connection_id",
        "tags",
        "neighbor_count",
        "created_at",
        "last_modified",
    ];
    assert_eq!(fields, expected);

    let change = json!({"pointer_address": made["address"], "description": "Rain", "tags": []});
    let changed = running.get("update_pointer", change).await["pointer"].clone();
    assert_eq!(changed["description"], "Rain");
    assert_eq!(changed["tags"], json!([]));
    assert_eq!(changed["data_reference"], made["data_reference"]);

    running.get("delete_pointer", address.clone()).await;
    let (code, problem) = running.fails("get_pointer", address).await;
    assert_eq!(code, Code::PointerNotFound);
    assert_eq!(
        problem["message"],
        json!(format!("Pointer not found: {}", text(&made["address"])))
    );
}

#[tokio::test]
async fn a_second_pointer_to_the_same_place_is_refused_and_the_first_named() {
    let running = Running::start("alpha").await;
    let first = running
        .pointer(json!({"data_reference": "https://a.example/1"}))
        .await;
    let (code, problem) = running
        .fails("create_pointer", json!({"data_reference": "https://a.example/1"}))
        .await;
    assert_eq!(code, Code::DuplicateReference);
    assert_eq!(problem["pointer_address"], json!(first));
    assert!(text(&problem["message"]).contains(&first));
}

#[tokio::test]
async fn what_a_pointer_must_not_hold_is_refused() {
    let running = Running::start("alpha").await;
    let reference = "https://a.example/1";
    let cases = [
        (json!({}), Code::MissingParameter),
        (json!({"data_reference": " "}), Code::InvalidParameter),
        (
            json!({"data_reference": "x".repeat(64 * 1024 + 1)}),
            Code::InvalidParameter,
        ),
        (
            json!({"data_reference": reference, "description": "x".repeat(4 * 1024 + 1)}),
            Code::InvalidParameter,
        ),
        (
            json!({"data_reference": reference, "tags": "public"}),
            Code::InvalidParameter,
        ),
        (
            json!({"data_reference": reference, "tags": vec!["t"; 65]}),
            Code::InvalidParameter,
        ),
        (
            json!({"data_reference": reference, "tags": ["x".repeat(101)]}),
            Code::InvalidParameter,
        ),
        (
            json!({"data_reference": reference, "tags": [""]}),
            Code::InvalidParameter,
        ),
        (
            json!({"data_reference": reference, "connection_id": "conn_0123456789ab"}),
            Code::ConnectionNotFound,
        ),
        (
            json!({"data_reference": reference, "credential_pointer_address": "ptr_0123456789ab"}),
            Code::PointerNotFound,
        ),
        (
            json!({"data_reference": reference, "federated": {"route": "relay"}}),
            Code::InvalidParameter,
        ),
        (
            json!({"data_reference": "internal_circuit::{\"action\": \"nonsense\"}"}),
            Code::InvalidCircuit,
        ),
    ];
    for (parameters, expected) in cases {
        let (code, problem) = running.fails("create_pointer", parameters).await;
        assert_eq!(code, expected, "{problem}");
    }
    let stats = running.get("get_graph_stats", json!({})).await;
    assert_eq!(stats, json!({"total_pointers": 0, "total_relationships": 0}));
}

async fn filled(count: usize) -> Running {
    let running = Running::start("alpha").await;
    for index in 0..count {
        let tags = if index % 2 == 0 {
            json!(["even", "all"])
        } else {
            json!(["odd", "all"])
        };
        running
            .pointer(json!({"data_reference": format!("https://a.example/{index}"), "description": format!("Number {index}"), "tags": tags}))
            .await;
    }
    running
}

fn references(page: &Value) -> Vec<String> {
    page["pointers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pointer| text(&pointer["data_reference"]))
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other_and_together_are_the_list() {
    let running = filled(7).await;
    let mut after = Value::Null;
    let mut seen = Vec::new();
    loop {
        let page = running
            .get("list_pointers", json!({"limit": 3, "after": after}))
            .await;
        assert_eq!(page["total"], 7);
        assert_eq!(page["count"], json!(references(&page).len()));
        seen.extend(references(&page));
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    let expected: Vec<String> = (0..7).map(|index| format!("https://a.example/{index}")).collect();
    assert_eq!(seen, expected);
    let jumped = running.get("list_pointers", json!({"offset": 5})).await;
    assert_eq!(references(&jumped), expected[5..]);
}

#[tokio::test]
async fn a_list_may_be_of_federated_pointers_only() {
    let running = filled(3).await;
    let connection = running.connection("peers", None).await;
    let endpoint = "http://127.0.0.1:9/invoke";
    let federated = json!({"route": "endpoint", "connection_id": connection, "endpoint": endpoint,
        "profile": "legacy", "kid": null, "query": {"action": "get_graph_stats"}});
    running
        .pointer(json!({"data_reference": endpoint, "connection_id": connection, "federated": federated}))
        .await;
    for action in ["list_pointers", "search_pointers"] {
        let page = running.get(action, json!({"federated": true, "limit": 10})).await;
        assert_eq!(references(&page), [endpoint], "{action}");
    }
    let (code, _) = running.fails("list_pointers", json!({"federated": "yes"})).await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn a_page_that_makes_no_sense_is_refused() {
    let running = filled(1).await;
    for parameters in [
        json!({"limit": 0}),
        json!({"limit": -1}),
        json!({"limit": "ten"}),
        json!({"after": "not a cursor"}),
        json!({"after": "x", "offset": 1}),
    ] {
        let (code, problem) = running.fails("list_pointers", parameters).await;
        assert_eq!(code, Code::InvalidParameter, "{problem}");
    }
}

#[tokio::test]
async fn a_search_finds_by_words_and_tags_and_without_a_limit_gives_all() {
    let running = filled(6).await;
    let count = async |parameters: Value| running.get("search_pointers", parameters).await["count"].clone();
    assert_eq!(count(json!({"search_term": "%"})).await, 6);
    assert_eq!(count(json!({"search_term": "umber 3"})).await, 1);
    assert_eq!(count(json!({"search_tags": ["even", "all"]})).await, 3);
    assert_eq!(count(json!({"search_tags": ["even", "odd"]})).await, 0);
    assert_eq!(
        count(json!({"search_tags": ["even", "odd"], "tag_match_mode": "ANY"})).await,
        6
    );
    assert_eq!(
        count(json!({"search_tags": ["all"], "exclude_tags": ["o%"]})).await,
        3
    );
    let page = running
        .get("search_pointers", json!({"search_term": "Number", "limit": 4}))
        .await;
    assert_eq!(page["count"], 4);
    let rest = running
        .get(
            "search_pointers",
            json!({"search_term": "Number", "limit": 4, "after": page["next"]}),
        )
        .await;
    assert_eq!(rest["count"], 2);
    assert!(rest["next"].is_null());
    let (code, _) = running
        .fails("search_pointers", json!({"tag_match_mode": "SOME"}))
        .await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn neighbours_are_related_both_ways() {
    let running = filled(2).await;
    let page = running.get("list_pointers", json!({})).await;
    let [one, other] = [0, 1].map(|index| text(&page["pointers"][index]["address"]));
    let related =
        json!({"pointer_address": one, "neighbor_address": other, "relationship": "feeds", "weight": 0.5});
    let shown = running.get("add_neighbor", related).await;
    let expected = json!([{"address": other, "relationship": "feeds", "weight": 0.5}]);
    assert_eq!(shown["pointer"]["neighbors"], expected);
    let back = running
        .get("get_neighbors", json!({"pointer_address": other}))
        .await;
    assert_eq!(back["total"], 1);
    assert_eq!(
        back["neighbors"],
        json!([{"address": one, "relationship": "feeds", "weight": 0.5}])
    );
    let stats = running.get("get_graph_stats", json!({})).await;
    assert_eq!(stats["total_relationships"], 1);
    let (code, _) = running
        .fails(
            "add_neighbor",
            json!({"pointer_address": one, "neighbor_address": one}),
        )
        .await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn computed_neighbours_come_nearest_first_in_pages_and_described() {
    let running = filled(40).await;
    let page = running.get("list_pointers", json!({"limit": 1})).await;
    let here = text(&page["pointers"][0]["address"]);
    let ask = |limit: u64, offset: u64| json!({"pointer_address": here, "computed": true, "describe": true, "limit": limit, "offset": offset});
    let all = running.get("get_neighbors", ask(1_000, 0)).await;
    let found = all["neighbors"].as_array().unwrap().clone();
    assert_eq!(all["total"], found.len());
    assert!(!found.is_empty() && found.len() < 40, "{}", found.len());
    assert_eq!(all["approximate"], true);
    let weights: Vec<f64> = found.iter().map(|one| one["weight"].as_f64().unwrap()).collect();
    assert!(
        weights.is_sorted() && weights.iter().all(|weight| *weight < 0.5),
        "{weights:?}"
    );
    assert!(found.iter().all(|one| one["relationship"] == "gyroid_related"
        && one["address"] != here.as_str()
        && one["description"].as_str().is_some_and(|words| !words.is_empty())));
    let mut paged = Vec::new();
    for offset in (0..found.len() as u64).step_by(5) {
        let page = running.get("get_neighbors", ask(5, offset)).await;
        paged.extend(page["neighbors"].as_array().unwrap().clone());
    }
    assert_eq!(paged, found);
    let stored = running
        .get("get_neighbors", json!({"pointer_address": here}))
        .await;
    assert_eq!(stored["neighbors"], json!([]));
}

#[tokio::test]
async fn tags_and_taken_references_are_told_before_a_pointer_is_made() {
    let running = Running::start("alpha").await;
    for (reference, tags) in [
        ("https://a.example/1", json!(["air", "water"])),
        ("https://a.example/2", json!(["air"])),
    ] {
        running
            .pointer(json!({"data_reference": reference, "description": "words", "tags": tags}))
            .await;
    }
    let all = running.get("get_all_tags", json!({})).await;
    assert_eq!(all["tags"], json!(["air", "water"]));
    assert_eq!(all["used"], json!({"air": 2, "water": 1}));
    let some = running.get("get_all_tags", json!({"prefix": "w"})).await;
    assert_eq!(
        (some["count"].clone(), some["tags"].clone()),
        (json!(1), json!(["water"]))
    );
    let taken = running
        .get(
            "find_pointer_by_reference",
            json!({"data_reference": "https://a.example/2"}),
        )
        .await;
    assert_eq!(taken["pointer"]["description"], "words");
    let free = running
        .get(
            "find_pointer_by_reference",
            json!({"data_reference": "https://a.example/3"}),
        )
        .await;
    assert_eq!(free["pointer"], Value::Null);
}

/// A query that nests so many levels.
fn nested(levels: usize) -> Value {
    (1..levels).fold(json!({"action": "whoami"}), |inner, _| json!({"action": inner}))
}

#[tokio::test]
async fn no_pointer_can_be_made_whose_list_nobody_can_read() {
    let running = Running::start("alpha").await;
    let endpoint = "https://beta.example/invoke";
    let connection = running.connection("away", None).await;
    let leading = |levels: usize| {
        json!({
            "data_reference": endpoint,
            "federated": {
                "route": "endpoint", "connection_id": connection, "endpoint": endpoint, "profile": "native", "kid": null,
                "query": nested(levels),
            },
        })
    };
    let (code, told) = running.fails("create_pointer", leading(33)).await;
    assert_eq!(code, Code::InvalidParameter, "{told}");
    assert!(told.to_string().contains("nests deeper than 32 levels"), "{told}");
    let import = running.get("begin_import", json!({})).await["import_id"].clone();
    let staged = running
        .get(
            "import_pointers",
            json!({"import_id": import, "pointers": [leading(33)]}),
        )
        .await;
    assert_eq!(staged["accepted"], 0, "{staged}");
    let pointer = running.pointer(leading(32)).await;
    let mut deeper = leading(33);
    deeper["pointer_address"] = json!(pointer);
    let (code, _) = running.fails("update_pointer", deeper).await;
    assert_eq!(code, Code::InvalidParameter);
    let listed = get(&running.owner, "list_pointers", json!({})).await;
    assert_eq!(listed["count"], 1);
}

#[tokio::test]
async fn how_many_match_in_all_is_told_wherever_a_list_begins() {
    let running = Running::start("alpha").await;
    for index in 0..30 {
        let tags = if index % 3 == 0 { json!(["t"]) } else { json!([]) };
        running
            .pointer(json!({"data_reference": format!("https://a.example/{index}"), "tags": tags}))
            .await;
    }
    let cases = [
        ("search_pointers", json!({"search_term": "%"}), 30),
        ("find_pointers_by_tag", json!({"tag": "t"}), 10),
        ("get_isolated_pointers", json!({}), 30),
        ("get_unassigned_pointers", json!({}), 30),
    ];
    for (action, asked, total) in cases {
        for (offset, count) in [(0, total), (4, total - 4), (99, 0)] {
            let mut asked = asked.clone();
            asked["offset"] = json!(offset);
            let whole = running.get(action, asked.clone()).await;
            assert_eq!(whole["count"], count, "{action} {asked}");
            if count > 0 {
                assert_eq!(whole["total"], total, "{action} {asked}");
            }
            asked["limit"] = json!(100);
            let page = running.get(action, asked.clone()).await;
            assert_eq!(whole, page, "{action} {asked}");
        }
    }
    let first = running
        .get("search_pointers", json!({"search_term": "%", "limit": 20}))
        .await;
    let rest = json!({"search_term": "%", "after": first["next"]});
    let whole = running.get("search_pointers", rest.clone()).await;
    assert_eq!(whole["count"], 10);
    assert_ne!(whole["total"], 10, "what is left is not what matches");
    let mut rest = rest;
    rest["limit"] = json!(100);
    assert_eq!(whole, running.get("search_pointers", rest).await);
}
