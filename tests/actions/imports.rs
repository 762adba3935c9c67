//! Many pointers at once.

use crate::running::{Running, call, get, problem_of, refused, text};
use butterfly_console::model::Grant;
use butterfly_console::protocol::Code;
use serde_json::{Value, json};

fn row(index: usize) -> Value {
    json!({"data_reference": format!("https://a.example/{index}"), "description": format!("Number {index}")})
}

#[tokio::test]
async fn rows_appear_all_together_when_the_import_is_committed() {
    let running = Running::start("alpha").await;
    let import = running.get("begin_import", json!({})).await["import_id"].clone();
    for start in [0, 50] {
        let rows: Vec<Value> = (start..start + 50).map(row).collect();
        let staged = running
            .get("import_pointers", json!({"import_id": import, "pointers": rows}))
            .await;
        assert_eq!(staged, json!({"accepted": 50, "rejected": []}));
    }
    let before = running.get("get_graph_stats", json!({})).await;
    assert_eq!(before["total_pointers"], 0);
    let committed = running.get("commit_import", json!({"import_id": import})).await;
    assert_eq!(committed["imported"], 100);
    let after = running.get("get_graph_stats", json!({})).await;
    assert_eq!(after["total_pointers"], 100);
    let (code, _) = running.fails("commit_import", json!({"import_id": import})).await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn bad_rows_are_told_by_their_place_and_the_others_stay() {
    let running = Running::start("alpha").await;
    running.pointer(row(3)).await;
    let import = running.get("begin_import", json!({})).await["import_id"].clone();
    let first = json!({"import_id": import, "pointers": [row(0), row(1)]});
    running.get("import_pointers", first).await;
    let rows = json!([
        row(2),
        row(3),
        {"data_reference": ""},
        row(4),
        {"description": "leads nowhere"},
        row(0),
        row(4),
        row(5),
        "not a row",
        {"data_reference": "https://a.example/9", "connection_id": "conn_0123456789ab"},
    ]);
    let staged = running
        .get("import_pointers", json!({"import_id": import, "pointers": rows}))
        .await;
    assert_eq!(staged["accepted"], 3);
    let rejected: Vec<(u64, String)> = staged["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["index"].as_u64().unwrap(), text(&row["code"])))
        .collect();
    let expected = [
        (1, "duplicate_reference"),
        (2, "invalid_parameter"),
        (4, "invalid_parameter"),
        (5, "duplicate_reference"),
        (6, "duplicate_reference"),
        (8, "invalid_parameter"),
        (9, "connection_not_found"),
    ];
    let expected: Vec<(u64, String)> = expected.map(|(index, code)| (index, code.to_owned())).to_vec();
    assert_eq!(rejected, expected);
    let committed = running.get("commit_import", json!({"import_id": import})).await;
    assert_eq!(committed["imported"], 5);
}

#[tokio::test]
async fn nothing_stays_of_an_import_that_is_aborted() {
    let running = Running::start("alpha").await;
    let import = running.get("begin_import", json!({})).await["import_id"].clone();
    running
        .get(
            "import_pointers",
            json!({"import_id": import, "pointers": [row(0)]}),
        )
        .await;
    running.get("abort_import", json!({"import_id": import})).await;
    let stats = running.get("get_graph_stats", json!({})).await;
    assert_eq!(stats["total_pointers"], 0);
    for id in ["imp_0123456789abcdef", "nonsense"] {
        let (code, _) = running
            .fails("import_pointers", json!({"import_id": id, "pointers": []}))
            .await;
        assert_eq!(code, Code::InvalidParameter);
    }
}

fn importer() -> Grant {
    let mut grant = Grant::read(["begin_import", "import_pointers", "commit_import", "abort_import"]);
    grant.writes = true;
    grant
}

#[tokio::test]
async fn nobody_begins_so_many_imports_that_others_can_begin_none() {
    let running = Running::start("alpha").await;
    let greedy = running.issue("greedy", importer()).await;
    for _ in 0..2 {
        get(&greedy, "begin_import", json!({})).await;
    }
    let third = call(&greedy, "begin_import", json!({})).await;
    let (code, told) = problem_of(&third.reply);
    assert_eq!(code, Code::TooManyImports);
    let message = text(&told["message"]);
    assert!(
        message.contains("abort_import") && message.contains("10 minutes"),
        "{message}"
    );
    let import = running.get("begin_import", json!({})).await["import_id"].clone();
    running.get("abort_import", json!({"import_id": import})).await;
}

#[tokio::test]
async fn only_who_began_an_import_goes_on_with_it() {
    let running = Running::start("alpha").await;
    let (ann, bob) = (
        running.issue("ann", importer()).await,
        running.issue("bob", importer()).await,
    );
    let import = get(&ann, "begin_import", json!({})).await["import_id"].clone();
    let rows = json!({"import_id": import, "pointers": [row(0)]});
    get(&ann, "import_pointers", rows.clone()).await;
    let own = json!({"import_id": import});
    for (action, parameters) in [
        ("import_pointers", rows),
        ("commit_import", own.clone()),
        ("abort_import", own.clone()),
    ] {
        assert_eq!(
            refused(&bob, action, parameters).await,
            Code::InvalidParameter,
            "{action}"
        );
    }
    assert_eq!(get(&ann, "commit_import", own).await["imported"], 1);
}

/// Rows that need a connection, each in one of the ways that keep it from being removed once they are pointers.
fn rows_that_need(connection: &str) -> [Value; 3] {
    let relay = json!({"action": "relay", "connection_id": connection, "query": {"action": "whoami"}});
    let peer = "https://peer.example/invoke";
    [
        json!({"data_reference": "https://a.example/assigned", "connection_id": connection}),
        json!({"data_reference": format!("internal_circuit::[{relay}]")}),
        json!({
            "data_reference": peer,
            "federated": {
                "route": "endpoint",
                "connection_id": connection,
                "endpoint": peer,
                "profile": "native",
                "kid": null,
                "query": {"action": "whoami"},
            },
        }),
    ]
}

#[tokio::test]
async fn an_import_says_which_of_its_rows_needs_a_connection_that_was_removed_meanwhile() {
    let running = Running::start("alpha").await;
    for way in 0..3 {
        let gate = running.connection(&format!("gate-{way}"), None).await;
        let needing = &rows_that_need(&gate)[way];
        let import = running.get("begin_import", json!({})).await["import_id"].clone();
        let rows =
            json!({"import_id": import, "pointers": [row(0), {"data_reference": ""}, row(1), needing]});
        let staged = running.get("import_pointers", rows).await;
        assert_eq!(staged["accepted"], 3, "{staged}");
        running
            .get("delete_connection", json!({"connection_id": gate}))
            .await;
        let (code, problem) = running.fails("commit_import", json!({"import_id": import})).await;
        assert_eq!(code, Code::ConnectionNotFound, "{problem}");
        assert_eq!(problem["staged_row"], 2, "{problem}");
    }
    let stats = running.get("get_graph_stats", json!({})).await;
    assert_eq!(stats["total_pointers"], 0);
}
