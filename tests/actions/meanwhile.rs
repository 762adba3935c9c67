//! Two who change the same thing: whoever saw it as it no longer is changes nothing, and hears that.

use crate::access_keys::{everything, place};
use crate::running::{Running, get, refused, text};
use butterfly_console::protocol::Code;
use serde_json::{Value, json};

fn with(mut asked: Value, more: Value) -> Value {
    asked
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    asked
}

#[tokio::test]
async fn a_pointer_that_was_changed_since_it_was_seen_stays_and_the_owner_hears_who_did_it() {
    let running = Running::start("alpha").await;
    let mut grant = everything();
    grant.pointers.all = true;
    let other = running.issue("other", grant).await;
    let address = running
        .pointer(json!({"data_reference": "https://a.example/1", "tags": ["dry"]}))
        .await;
    let which = json!({"pointer_address": address});
    let seen = running.get("get_pointer", which.clone()).await["last_modified"].clone();
    let change = |words: &str, seen: &Value| {
        with(
            which.clone(),
            json!({"description": words, "if_unchanged_since": seen}),
        )
    };

    let first = get(&other, "update_pointer", change("rain", &seen)).await["pointer"].clone();
    let (code, problem) = running.fails("update_pointer", change("snow", &seen)).await;
    assert_eq!(code, Code::ChangedMeanwhile);
    assert_eq!(problem["changed_at"], first["last_modified"]);
    assert_eq!(problem["changed_by"], "other");
    assert!(
        text(&problem["message"]).contains(" by other; nothing was written"),
        "{problem}"
    );
    assert_eq!(
        running.get("get_pointer", which.clone()).await["description"],
        "rain"
    );

    let second = running
        .get("update_pointer", change("snow", &first["last_modified"]))
        .await["pointer"]
        .clone();
    assert_eq!(second["description"], "snow");
    let asked = with(which.clone(), json!({"connection_id": null}));
    running.get("assign_pointer_to_connection", asked).await;
    let late = change("hail", &second["last_modified"]);
    assert_eq!(
        refused(&other, "update_pointer", late.clone()).await,
        Code::ChangedMeanwhile,
        "an assignment is a change too"
    );
    let nothing = with(
        which.clone(),
        json!({"if_unchanged_since": second["last_modified"]}),
    );
    let (code, _) = running.fails("update_pointer", nothing).await;
    assert_eq!(code, Code::MissingParameter, "a condition is no change");
    let no_moment = with(late, json!({"if_unchanged_since": "yesterday"}));
    let (code, _) = running.fails("update_pointer", no_moment).await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn nobody_is_named_where_a_circuit_made_the_change() {
    let running = Running::start("alpha").await;
    let address = running
        .pointer(json!({"data_reference": "https://a.example/1"}))
        .await;
    let change = json!({"pointer_address": address, "description": "rain"});
    let seen = running.get("update_pointer", change.clone()).await["pointer"]["last_modified"].clone();
    let connection = running.connection("gate", None).await;
    let step = with(change.clone(), json!({"action": "update_pointer"}));
    let circuit = running.circuit(&connection, json!([step])).await;
    running.invoke(&connection, &circuit).await;
    let late = with(change, json!({"if_unchanged_since": seen}));
    let (code, problem) = running.fails("update_pointer", late).await;
    assert_eq!(code, Code::ChangedMeanwhile);
    assert!(problem["changed_at"].is_string(), "{problem}");
    assert_eq!(problem["changed_by"], json!(null));
}

#[tokio::test]
async fn a_connection_and_a_domain_are_changed_only_as_they_were_seen() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let here = place(&mine, "here").await;
    let gate = |more: Value| with(json!({"connection_id": here.connection}), more);
    let seen = json!({"name": "here", "description": "", "status": "active", "held_credential": null});

    let named = gate(json!({"name": "gate", "if_still": seen}));
    get(&mine, "update_connection", named.clone()).await;
    let (code, _) = running.fails("update_connection", named).await;
    assert_eq!(code, Code::ChangedMeanwhile);
    // What was not seen does not matter.
    let words = gate(json!({"description": "words", "if_still": {"name": "gate"}}));
    let changed = running.get("update_connection", words).await;
    assert_eq!(
        (
            &changed["connection"]["name"],
            &changed["connection"]["description"]
        ),
        (&json!("gate"), &json!("words"))
    );
    let unknown = gate(json!({"name": "x", "if_still": {"colour": "red"}}));
    let (code, problem) = running.fails("update_connection", unknown).await;
    assert_eq!(code, Code::InvalidParameter);
    assert!(text(&problem["message"]).contains("\"colour\""), "{problem}");
    let nothing = gate(json!({"if_still": {"name": "gate"}}));
    let (code, _) = running.fails("update_connection", nothing).await;
    assert_eq!(code, Code::MissingParameter);

    let home =
        |name: &str, seen: &str| json!({"domain_id": here.domain, "name": name, "if_still": {"name": seen}});
    get(&mine, "update_domain", home("home", "here")).await;
    assert_eq!(
        refused(&mine, "update_domain", home("house", "here")).await,
        Code::ChangedMeanwhile
    );
    let renamed = get(&mine, "update_domain", home("house", "home")).await;
    assert_eq!(renamed["domain"]["name"], "house");
}

#[tokio::test]
async fn the_owner_can_be_told_whether_anything_was_changed_and_nobody_else() {
    let mut running = Running::start("alpha").await;
    let mut grant = everything();
    grant.pointers.all = true;
    let other = running.issue("other", grant).await;
    let asked = json!({"changes": true});
    let told = running.get("get_graph_stats", json!({})).await;
    assert_eq!(told.get("changes"), None, "only who asks is told");
    let told = get(&other, "get_graph_stats", asked.clone()).await;
    assert_eq!((told.get("changes"), &told["total_pointers"]), (None, &json!(0)));

    let mut last = running.get("get_graph_stats", asked.clone()).await["changes"].clone();
    assert!(last.is_u64(), "{last}");
    // Reading, being called, and what fails change nothing.
    get(&other, "list_pointers", json!({})).await;
    running.get("list_credentials", json!({})).await;
    let nobody = json!({"pointer_address": "ptr_000000000000", "description": "x"});
    running.fails("update_pointer", nobody).await;
    assert_eq!(
        running.get("get_graph_stats", asked.clone()).await["changes"],
        last
    );

    let here = place(&other, "here").await;
    let pointer = json!({"pointer_address": here.pointer});
    let gate = json!({"connection_id": here.connection});
    let import = running.get("begin_import", json!({})).await["import_id"].clone();
    let rows = json!({"import_id": import, "pointers": [{"data_reference": "https://a.example/2"}]});
    running.get("import_pointers", rows).await;
    let deeds = [
        ("create_pointer", json!({"data_reference": "https://a.example/1"})),
        (
            "update_pointer",
            with(pointer.clone(), json!({"description": "rain"})),
        ),
        (
            "assign_pointer_to_connection",
            with(pointer.clone(), json!({"connection_id": null})),
        ),
        ("delete_pointer", pointer),
        ("commit_import", json!({ "import_id": import })),
        ("update_connection", with(gate.clone(), json!({"name": "gate"}))),
        (
            "set_connection_status",
            with(gate.clone(), json!({"status": "disabled"})),
        ),
        ("delete_connection", gate),
        ("update_domain", json!({"domain_id": here.domain, "name": "home"})),
        ("delete_domain", json!({"domain_id": here.domain})),
        ("suspend_credential", json!({"name": "other"})),
        ("revoke_credential", json!({"name": "other"})),
    ];
    for (action, parameters) in deeds {
        running.get(action, parameters).await;
        let now = running.get("get_graph_stats", asked.clone()).await["changes"].clone();
        assert_ne!(now, last, "{action}");
        last = now;
    }
    running = running.reopen().await;
    let again = running.get("get_graph_stats", asked).await["changes"].clone();
    assert!(again.as_u64() > last.as_u64(), "{again} after {last}");
}
