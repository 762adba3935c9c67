//! Many pointers at once.

use crate::access_keys::{everything, key, place};
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

#[tokio::test]
async fn what_was_lent_when_rows_were_staged_and_is_lent_no_more_is_refused_at_the_end() {
    let running = Running::start("alpha").await;
    let asks = running.issue("asks", everything()).await;
    let gives = running.issue("gives", everything()).await;
    get(&asks, "create_domain", json!({"name": "asks"})).await;
    let lent = place(&gives, "gives").await;
    let told = json!({"target_domain_id": lent.domain, "permissions": "read_write"});
    let names = json!({"action": "get_pointers_for_connection", "connection_id": lent.connection});
    let only_named = json!({"data_reference": format!("internal_circuit::[{names}]")});
    for (way, using) in rows_that_need(&lent.connection).iter().enumerate() {
        let asked = get(&asks, "initiate_federation", told.clone()).await;
        let request = json!({"request_key": asked["request_key"]});
        get(&gives, "accept_federation", request).await;
        let import = get(&asks, "begin_import", json!({})).await["import_id"].clone();
        let rows = json!({"import_id": import, "pointers": [row(way), only_named, using]});
        let staged = get(&asks, "import_pointers", rows).await;
        assert_eq!(staged["accepted"], 3, "{staged}");
        let ended = json!({"federation_id": asked["federation"]["id"]});
        get(&gives, "revoke_federation", ended).await;
        let commit = call(&asks, "commit_import", json!({"import_id": import})).await;
        let (code, problem) = problem_of(&commit.reply);
        assert_eq!(code, Code::AccessDenied, "{problem}");
        assert_eq!(problem["staged_row"], 2, "{problem}");
    }
    let stats = running.get("get_graph_stats", json!({})).await;
    assert_eq!(stats["total_pointers"], 1, "the one of the domain that was lent");
    let import = get(&asks, "begin_import", json!({})).await["import_id"].clone();
    let rows = json!({"import_id": import, "pointers": [row(0), only_named]});
    get(&asks, "import_pointers", rows).await;
    let committed = get(&asks, "commit_import", json!({"import_id": import})).await;
    assert_eq!(committed["imported"], 2, "a step that only names it uses nothing");
}

#[tokio::test]
async fn an_import_ends_within_what_its_credential_covers_by_then() {
    let running = Running::start("alpha").await;
    let mut grant = everything();
    grant.pointers.all = false;
    grant.pointers.tags.insert("red".to_owned());
    let maker = running.issue("maker", grant).await;
    let here = place(&running.owner, "here").await;
    running
        .get(
            "update_pointer",
            json!({"pointer_address": here.pointer, "tags": ["red"]}),
        )
        .await;
    let domain = get(&maker, "create_domain", json!({"name": "makers"})).await["domain"]["id"].clone();
    let asked = json!({"domain_id": domain, "name": "gate"});
    let gate = get(&maker, "create_connection", asked).await["connection"]["id"].clone();
    let (_, of_maker) = key(&maker, &text(&domain), json!("read_write")).await;

    let mut open = Vec::new();
    for (caller, connection) in [(&maker, json!(null)), (&of_maker, gate)] {
        let import = get(caller, "begin_import", json!({})).await["import_id"].clone();
        let red = json!({"data_reference": "red", "tags": ["red"], "connection_id": connection});
        let rows = json!({"import_id": import, "pointers": [red]});
        let staged = get(caller, "import_pointers", rows).await;
        assert_eq!(staged["accepted"], 1, "{staged}");
        open.push((caller, import));
    }
    let narrowed = json!({"name": "maker", "grant": {"pointers": {"tags": ["blue"]}}});
    running.get("change_credential", narrowed).await;
    for (caller, import) in open {
        let commit = call(caller, "commit_import", json!({"import_id": import})).await;
        let (code, problem) = problem_of(&commit.reply);
        assert_eq!((code, &problem["grant"]), (Code::NotGranted, &json!("pointer")));
        assert_eq!(problem["staged_row"], 0, "{problem}");
    }
    let red = running.get("find_pointers_by_tag", json!({"tag": "red"})).await;
    assert_eq!(red["count"], 1, "{red}");
}
