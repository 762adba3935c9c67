//! Calls that are done once, however often they are sent.

use crate::running::{Running, call, problem_of, result_of};
use butterfly_console::model::Grant;
use butterfly_console::protocol::Code;
use serde_json::{Value, json};

fn making(reference: &str, key: &str) -> Value {
    json!({"data_reference": reference, "idempotency_key": key})
}

async fn pointers(running: &Running) -> Value {
    running.get("get_graph_stats", json!({})).await["total_pointers"].clone()
}

#[tokio::test]
async fn a_repetition_gets_the_first_reply_and_nothing_is_done_again() {
    let running = Running::start("alpha").await;
    let first = running.ask("create_pointer", making("one", "k1")).await;
    assert!(first.member("repeated").is_none());
    let again = running.ask("create_pointer", making("one", "k1")).await;
    assert_eq!(again.member("repeated"), Some(&json!(true)));
    assert_eq!(result_of(again), result_of(first));
    assert_eq!(pointers(&running).await, 1);
    // Failures are repeated as well: they say what happened the first time.
    for _ in 0..2 {
        let (code, _) = running.fails("create_pointer", making("one", "k2")).await;
        assert_eq!(code, Code::DuplicateReference);
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_query_and_to_one_credential() {
    let running = Running::start("alpha").await;
    running.get("create_pointer", making("one", "k")).await;
    let (code, _) = running.fails("create_pointer", making("two", "k")).await;
    assert_eq!(code, Code::AlreadyExists);
    let mut grant = Grant::read(["create_pointer"]);
    grant.writes = true;
    grant.pointers.all = true;
    let friend = running.issue("friend", grant).await;
    let made = call(&friend, "create_pointer", making("two", "k")).await;
    assert!(made.reply.member("repeated").is_none());
    result_of(made.reply);
    // The trace that a caller wants of one of them is no part of what it asks.
    let mut traced = making("two", "k");
    traced["trace"] = json!(true);
    let again = call(&friend, "create_pointer", traced).await;
    assert_eq!(again.reply.member("repeated"), Some(&json!(true)));
    assert_eq!(pointers(&running).await, 2);
}

#[tokio::test]
async fn what_began_and_did_not_end_is_not_done_again() {
    let running = Running::start("alpha").await;
    running.get("create_pointer", making("one", "k")).await;
    // As an instance leaves it that is killed before it has kept the reply.
    running.tamper("instance.db", "UPDATE once SET reply = NULL");
    let (code, _) = running.fails("create_pointer", making("one", "k")).await;
    assert_eq!(code, Code::OutcomeUnknown);
    // And one whose reply somebody has changed.
    running.tamper("instance.db", "UPDATE once SET reply = zeroblob(64)");
    let (code, _) = running.fails("create_pointer", making("one", "k")).await;
    assert_eq!(code, Code::StorageFailed);
}

#[tokio::test]
async fn replies_are_kept_sealed() {
    let running = Running::start("alpha").await;
    let issued = running
        .get(
            "issue_credential",
            json!({"name": "friend", "app_id": "friend", "profile": "native", "grant": Grant::read(["whoami"]),
                "idempotency_key": "k"}),
        )
        .await;
    let root = issued["secret"]["root"].as_str().unwrap().to_owned();
    let again = running
        .get(
            "issue_credential",
            json!({"name": "friend", "app_id": "friend", "profile": "native", "grant": Grant::read(["whoami"]),
                "idempotency_key": "k"}),
        )
        .await;
    assert_eq!(again["secret"]["root"], json!(root));
    for name in ["instance.db", "instance.db-wal", "audit.db", "audit.db-wal"] {
        let bytes = std::fs::read(running.file(name)).unwrap_or_default();
        assert!(
            !bytes.windows(root.len()).any(|part| part == root.as_bytes()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let running = Running::start("alpha").await;
    for key in [
        json!(""),
        json!("a b"),
        json!("ü"),
        json!("x".repeat(129)),
        json!(7),
    ] {
        let parameters = json!({"data_reference": "one", "idempotency_key": key});
        let (code, problem) = problem_of(&running.ask("create_pointer", parameters).await);
        assert_eq!(code, Code::InvalidParameter, "{problem}");
    }
    assert_eq!(pointers(&running).await, 0);
}
