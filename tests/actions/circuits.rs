//! Circuits: steps, placeholders, failures and bounds.

use crate::running::{Running, call, problem_of, result_of, text, through};
use butterfly_console::model::Grant;
use butterfly_console::protocol::Code;
use serde_json::{Value, json};

fn invoke_step(connection: &str, pointer: &str) -> Value {
    json!({"action": "invoke_through_connection", "connection_id": connection, "pointer_address": pointer})
}

#[tokio::test]
async fn one_action_gives_its_result_and_a_list_the_list_of_results() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let one = running
        .circuit(&connection, json!({"action": "get_graph_stats"}))
        .await;
    let result = result_of(running.invoke(&connection, &one).await);
    assert_eq!(result["total_pointers"], 1);
    let list = json!([
        {"action": "search_pointers", "search_term": "%"},
        {"action": "get_pointer_summary", "pointer_address": "{0.pointers.0.address}"},
    ]);
    let list = running.circuit(&connection, list).await;
    let results = result_of(running.invoke(&connection, &list).await);
    assert_eq!(results.as_array().unwrap().len(), 2);
    assert_eq!(results[1]["address"], json!(one));
}

#[tokio::test]
async fn the_first_failure_ends_the_circuit_and_names_its_step() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let steps = json!([
        {"action": "get_graph_stats"},
        {"action": "get_pointer", "pointer_address": "ptr_0123456789ab"},
        {"action": "create_pointer", "data_reference": "https://a.example/never"},
    ]);
    let circuit = running.circuit(&connection, steps).await;
    let (code, problem) = problem_of(&running.invoke(&connection, &circuit).await);
    assert_eq!(code, Code::PointerNotFound);
    assert_eq!(problem["step"], 1);
    let stats = running.get("get_graph_stats", json!({})).await;
    assert_eq!(
        stats["total_pointers"], 1,
        "the step after the failing one was not taken"
    );

    let nowhere = json!([{"action": "get_graph_stats"}, {"action": "create_domain", "name": "{0.nowhere}"}]);
    let circuit = running.circuit(&connection, nowhere).await;
    let (code, problem) = problem_of(&running.invoke(&connection, &circuit).await);
    assert_eq!(code, Code::InvalidCircuit);
    assert!(text(&problem["message"]).contains("{0.nowhere}"));
}

#[tokio::test]
async fn a_circuit_has_the_rights_of_whoever_runs_it() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let steps = json!([{"action": "create_pointer", "data_reference": "https://a.example/new"}]);
    let circuit = running.circuit(&connection, steps).await;
    let caller = running
        .issue("caller", Grant::read(["invoke_through_connection"]))
        .await;
    let refused = call(
        &caller,
        "invoke_through_connection",
        through(&connection, &circuit),
    )
    .await;
    assert_eq!(problem_of(&refused.reply).0, Code::NotGranted);
    let reader = running
        .issue(
            "reader",
            Grant::read(["invoke_through_connection", "create_pointer"]),
        )
        .await;
    let refused = call(
        &reader,
        "invoke_through_connection",
        through(&connection, &circuit),
    )
    .await;
    assert_eq!(
        problem_of(&refused.reply).0,
        Code::NotGranted,
        "writes are not granted"
    );
    let made = result_of(running.invoke(&connection, &circuit).await);
    assert_eq!(made[0]["pointer"]["data_reference"], "https://a.example/new");
}

#[tokio::test]
async fn a_read_only_instance_has_nothing_written_at_a_peer_either() {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    let mut grant = Grant::read(["create_pointer", "get_graph_stats"]);
    grant.writes = true;
    let credential = beta.issue("from-alpha", grant).await;
    alpha.hold("to-beta", &credential).await;
    let to_beta = alpha.connection("to-beta", Some("to-beta")).await;
    let step = |query: Value| json!([{"action": "relay", "connection_id": to_beta, "query": query}]);
    let writes = step(json!({"action": "create_pointer", "data_reference": "https://a.example/new"}));
    let writes = alpha.circuit(&to_beta, writes).await;
    let reads = alpha
        .circuit(&to_beta, step(json!({"action": "get_graph_stats"})))
        .await;
    let file = alpha.file("instance.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("read_only = false", "read_only = true")).unwrap();
    let alpha = alpha.reopen().await;
    assert!(alpha.instance.settings().read_only);
    let (code, told) = problem_of(&alpha.invoke(&to_beta, &writes).await);
    assert_eq!(code, Code::ReadOnly, "{told}");
    let stats = result_of(alpha.invoke(&to_beta, &reads).await);
    assert_eq!(stats["total_pointers"], 0, "{stats}");
}

#[tokio::test]
async fn nobody_writes_a_circuit_for_the_owner_to_trip_over() {
    let running = Running::start("alpha").await;
    for action in ["issue_credential", "hold_credential", "revoke_credential"] {
        let parameters = json!({"circuit_definition": [{"action": action}]});
        let (code, problem) = running.fails("create_circuit", parameters).await;
        assert_eq!(code, Code::InvalidCircuit, "{problem}");
    }
}

#[tokio::test]
async fn circuits_call_circuits_only_so_deep() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let mut inner = running
        .circuit(&connection, json!([{"action": "get_graph_stats"}]))
        .await;
    for _ in 1..4 {
        let step = json!([invoke_step(&connection, &inner)]);
        inner = running.circuit(&connection, step).await;
    }
    let result = result_of(running.invoke(&connection, &inner).await);
    assert_eq!(result[0][0][0][0]["total_pointers"], 4);
    let step = json!([invoke_step(&connection, &inner)]);
    let too_deep = running.circuit(&connection, step).await;
    let (code, _) = problem_of(&running.invoke(&connection, &too_deep).await);
    assert_eq!(code, Code::InvalidCircuit);
}

#[tokio::test]
async fn circuits_cannot_multiply_their_steps() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let stats = Value::Array(vec![json!({"action": "get_graph_stats"}); 32]);
    let inner = running.circuit(&connection, stats).await;
    let many = Value::Array(vec![invoke_step(&connection, &inner); 32]);
    let outer = running.circuit(&connection, many).await;
    let (code, problem) = problem_of(&running.invoke(&connection, &outer).await);
    assert_eq!(code, Code::InvalidCircuit);
    assert!(text(&problem["message"]).contains("256 steps"), "{problem}");
    assert_eq!(
        problem["step"], 7,
        "seven times 33 steps fit into 256, eight times do not"
    );
}

#[tokio::test]
async fn a_circuit_that_invokes_itself_ends() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let search = json!({"action": "search_pointers", "search_term": "ouroboros"});
    let steps = json!([search, invoke_step(&connection, "{0.pointers.0.address}")]);
    let parameters =
        json!({"circuit_definition": steps, "connection_id": connection, "description": "ouroboros"});
    let made = running.get("create_circuit", parameters).await;
    let (code, _) = problem_of(
        &running
            .invoke(&connection, &text(&made["pointer"]["address"]))
            .await,
    );
    assert_eq!(code, Code::InvalidCircuit);
}

#[tokio::test]
async fn a_circuit_that_acts_runs_for_its_author_only_until_the_owner_takes_it_over() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let mut grant = Grant::read([
        "create_circuit",
        "create_pointer",
        "get_graph_stats",
        "invoke_through_connection",
    ]);
    grant.writes = true;
    grant.pointers.all = true;
    grant.pointers.connections.insert(connection.parse().unwrap());
    let author = running.issue("author", grant.clone()).await;
    let other = running.issue("other", grant).await;
    let definition = json!([{"action": "get_graph_stats"}, {"action": "create_pointer", "data_reference": "n {0.total_pointers}"}]);
    let parameters = json!({"circuit_definition": definition, "connection_id": connection});
    let made = result_of(call(&author, "create_circuit", parameters).await.reply);
    let circuit = text(&made["pointer"]["address"]);

    let (code, problem) = problem_of(&running.invoke(&connection, &circuit).await);
    assert_eq!(code, Code::AccessDenied, "{problem}");
    assert!(text(&problem["message"]).contains("\"author\""), "{problem}");
    let invoke = |by| call(by, "invoke_through_connection", through(&connection, &circuit));
    assert_eq!(problem_of(&invoke(&other).await.reply).0, Code::AccessDenied);
    result_of(invoke(&author).await.reply);

    let taken = json!({"pointer_address": circuit, "data_reference": made["pointer"]["data_reference"]});
    running.get("update_pointer", taken).await;
    result_of(running.invoke(&connection, &circuit).await);
    result_of(invoke(&other).await.reply);
    // Whoever changes where it leads from then on is its author again.
    let mut grant = Grant::read(["update_pointer"]);
    grant.writes = true;
    grant.pointers.all = true;
    grant.pointers.connections.insert(connection.parse().unwrap());
    let third = running.issue("third", grant).await;
    let taken = json!({"pointer_address": circuit, "data_reference": made["pointer"]["data_reference"]});
    result_of(call(&third, "update_pointer", taken).await.reply);
    assert_eq!(
        problem_of(&running.invoke(&connection, &circuit).await).0,
        Code::AccessDenied
    );
}

#[tokio::test]
async fn what_an_import_brings_acts_for_nobody_until_the_owner_takes_it_over() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let row = |definition: &str| json!({"data_reference": format!("internal_circuit::{definition}"), "connection_id": connection});
    let rows = json!([
        row(r#"[{"action": "get_graph_stats"}]"#),
        row(r#"[{"action": "create_pointer", "data_reference": "made by a file"}]"#),
        row(r#"[{"action": "get_graph_stats"}]"#),
    ]);
    let import = async |take_over: bool, rows: &Value| {
        let id = running.get("begin_import", json!({})).await["import_id"].clone();
        let parameters = json!({"import_id": id, "pointers": rows, "take_over": take_over});
        let staged = running.get("import_pointers", parameters).await;
        running.get("commit_import", json!({"import_id": id})).await;
        staged
    };
    let of_file = async |what: &str| {
        let found = running
            .get("list_pointers", json!({"filter": format!("ref:{what}")}))
            .await;
        text(&found["pointers"][0]["address"])
    };
    let staged = import(false, &rows).await;
    assert_eq!(
        (&staged["accepted"], &staged["not_taken_over"]),
        (&json!(2), &json!([1]))
    );
    result_of(
        running
            .invoke(&connection, &of_file("get_graph_stats").await)
            .await,
    );
    let acting = of_file("create_pointer").await;
    let (code, problem) = problem_of(&running.invoke(&connection, &acting).await);
    assert_eq!(code, Code::AccessDenied, "{problem}");
    assert!(
        text(&problem["message"]).contains("came in an import"),
        "{problem}"
    );
    assert!(
        text(&problem["message"]).contains("updating its data_reference"),
        "{problem}"
    );

    // Whoever has looked at it takes it over, or has the import take it over.
    let taken = json!({"pointer_address": acting, "data_reference": rows[1]["data_reference"]});
    running.get("update_pointer", taken).await;
    result_of(running.invoke(&connection, &acting).await);
    running
        .get("delete_pointer", json!({"pointer_address": acting}))
        .await;
    let made = of_file("file").await;
    running
        .get("delete_pointer", json!({"pointer_address": made}))
        .await;
    let staged = import(true, &json!([rows[1]])).await;
    assert_eq!(staged, json!({"accepted": 1, "rejected": []}));
    result_of(
        running
            .invoke(&connection, &of_file("create_pointer").await)
            .await,
    );
}
