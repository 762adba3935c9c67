//! Calls that are done once, however often they are sent.

use crate::relays::credential_for;
use crate::running::{Running, call, call_in, problem_of, result_of, text};
use butterfly_console::client::Exchange;
use butterfly_console::model::{Grant, Timestamp};
use butterfly_console::protocol::{CallContext, Code, CredentialForm};
use butterfly_console::seal::random;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

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

#[tokio::test]
async fn plain_reading_heeds_no_key_and_keeps_nothing() {
    let running = Running::start("alpha").await;
    for _ in 0..2 {
        let reply = running
            .ask("get_graph_stats", json!({"idempotency_key": "k"}))
            .await;
        assert!(reply.member("repeated").is_none());
        result_of(reply);
    }
    let database = rusqlite::Connection::open(running.file("instance.db")).unwrap();
    let kept: i64 = database
        .query_row("SELECT count(*) FROM once", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn following_a_pointer_to_plain_data_is_plain_reading() {
    let running = Running::start("alpha").await;
    let connection = running.connection("inside", None).await;
    let made = json!({"data_reference": "a shelf", "connection_id": connection});
    let pointer = running.pointer(made).await;
    let invoke = json!({"connection_id": connection, "pointer_address": pointer, "idempotency_key": "k"});
    for _ in 0..2 {
        let reply = running.ask("invoke_through_connection", invoke.clone()).await;
        assert_eq!(reply.status(), "interpretation_rendered");
        assert!(reply.member("repeated").is_none());
    }
}

#[tokio::test]
async fn a_caller_that_has_too_many_keys_is_told_and_others_are_heard() {
    let running = Running::start("alpha").await;
    running.get("create_pointer", making("one", "k")).await;
    running.tamper(
        "instance.db",
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO once SELECT caller, 'k' || i, query, reply, began_at FROM once, n",
    );
    let running = running.reopen().await;
    let (code, told) = running.fails("create_pointer", making("two", "more")).await;
    assert_eq!(code, Code::RateLimited, "{told}");
    assert!(text(&told["message"]).contains("idempotency_key"), "{told}");
    assert_eq!(pointers(&running).await, 1);
    let mut grant = Grant::read(["create_pointer"]);
    grant.writes = true;
    grant.pointers.all = true;
    let friend = running.issue("friend", grant).await;
    result_of(call(&friend, "create_pointer", making("two", "more")).await.reply);
}

#[tokio::test]
async fn of_a_long_reply_only_its_end_is_kept() {
    let running = Running::start("alpha").await;
    let long = "x".repeat(60_000);
    let parameters = |key: &str| json!({"data_reference": long, "tags": vec!["t".repeat(100); 1], "description": "d".repeat(4_000), "idempotency_key": key});
    let first = result_of(running.ask("create_pointer", parameters("k")).await);
    assert_eq!(first["pointer"]["data_reference"], long);
    let again = running.ask("create_pointer", parameters("k")).await;
    assert_eq!(again.member("repeated"), Some(&json!(true)));
    assert_eq!(again.member("result_omitted"), None, "this one is short enough");
    let connection = running.connection("inside", None).await;
    let steps = vec![json!({"action": "get_pointer", "pointer_address": first["pointer"]["address"]}); 2];
    let circuit = running.circuit(&connection, json!(steps)).await;
    let invoke = json!({"connection_id": connection, "pointer_address": circuit, "idempotency_key": "two"});
    let whole = result_of(running.ask("invoke_through_connection", invoke.clone()).await);
    assert_eq!(whole.as_array().unwrap().len(), 2);
    let again = running.ask("invoke_through_connection", invoke).await;
    assert_eq!(again.member("repeated"), Some(&json!(true)));
    assert_eq!(again.member("result_omitted"), Some(&json!(true)));
}

#[tokio::test]
async fn threat_32_where_nothing_was_sent_the_same_key_may_be_tried_again() {
    let alpha = Running::start("alpha").await;
    let mut beta = Running::start("beta").await;
    let connection = alpha.join(&beta, &["get_graph_stats"]).await;
    let parameters =
        json!({"connection_id": connection, "query": {"action": "get_graph_stats"}, "idempotency_key": "k"});
    beta.stop().await;
    let (code, problem) = alpha.fails("relay", parameters.clone()).await;
    assert_eq!(code, Code::PeerUnreachable);
    assert_eq!(problem["sent"], json!(false));
    beta.serve_again().await;
    let reply = alpha.ask("relay", parameters.clone()).await;
    assert!(reply.member("repeated").is_none());
    result_of(reply);
    let again = alpha.ask("relay", parameters).await;
    assert_eq!(again.member("repeated"), Some(&json!(true)));
}

#[tokio::test]
async fn the_order_of_members_makes_no_other_query() {
    let running = Running::start("alpha").await;
    let one = json!({"data_reference": "one", "description": "d", "idempotency_key": "k"});
    let other = json!({"idempotency_key": "k", "description": "d", "data_reference": "one"});
    running.get("create_pointer", one).await;
    let again = running.ask("create_pointer", other).await;
    assert_eq!(again.member("repeated"), Some(&json!(true)));
}

/// A peer that takes whatever comes, and answers each request with this; without it, with nothing.
async fn answering(answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut request = [0; 16 * 1024];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    if let Some(answer) = answer {
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                }
            });
        }
    });
    address
}

/// A relay to somebody who answers there, and how it ends within a second.
async fn relayed(alpha: &Running, scheme: &str, address: SocketAddr) -> (Code, Value) {
    problem_of(&exchanged(alpha, scheme, address).await.reply)
}

async fn exchanged(alpha: &Running, scheme: &str, address: SocketAddr) -> Exchange {
    let name = format!("to-{}", address.port());
    if alpha.instance.held_credential(&name).is_none() {
        let credential = credential_for(address, random::instance_id());
        let mut form = CredentialForm::of(&credential).expose_value();
        form["endpoint"] = json!(format!("{scheme}://{address}/invoke"));
        alpha
            .get("hold_credential", json!({"name": name, "form": form}))
            .await;
        alpha.connection(&name, Some(&name)).await;
    }
    let connections = alpha.get("list_connections", json!({})).await;
    let all = connections["connections"].as_array().unwrap();
    let connection = all.iter().find(|one| one["name"] == name).unwrap();
    let query = json!({"action": "create_pointer", "data_reference": "one"});
    let asked = json!({"connection_id": connection["id"], "query": query, "idempotency_key": "k"});
    let mut chain = CallContext::begin(Timestamp::now(), 1);
    chain.hop = Grant::MOST_HOPS;
    call_in(&alpha.owner, "relay", asked, &chain).await
}

#[tokio::test]
async fn threat_32_nobody_says_that_nothing_was_done_where_a_peer_was_asked_and_did_not_answer() {
    let alpha = Running::start("alpha").await;
    let silent = answering(None).await;
    let (code, told) = relayed(&alpha, "http", silent).await;
    assert_eq!(code, Code::DeadlineExceeded, "{told}");
    assert_eq!(told["sent"], true, "{told}");
    let (code, told) = relayed(&alpha, "http", silent).await;
    assert_eq!(code, Code::OutcomeUnknown, "{told}");
}

#[tokio::test]
async fn threat_32_what_a_peer_withholds_may_be_done_and_is_not_done_again() {
    let alpha = Running::start("alpha").await;
    let withheld = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\nContent-Length: 26\r\n\r\n{\"code\":\"outcome_unknown\"}";
    let withheld = answering(Some(withheld)).await;
    let (code, told) = relayed(&alpha, "http", withheld).await;
    assert_eq!(
        (code, &told["sent"]),
        (Code::OutcomeUnknown, &json!(true)),
        "{told}"
    );
    assert!(text(&told["message"]).contains("withholds its result"), "{told}");
    let (code, told) = relayed(&alpha, "http", withheld).await;
    assert_eq!(code, Code::OutcomeUnknown, "{told}");
    assert!(
        text(&told["message"]).contains("this idempotency_key began"),
        "{told}"
    );
    // One that refuses at once has done nothing.
    let alpha = Running::start("alpha").await;
    let refused = answering(Some("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")).await;
    for _ in 0..2 {
        assert_eq!(relayed(&alpha, "http", refused).await.0, Code::PeerRefused);
    }
}

#[tokio::test]
async fn threat_32_a_key_is_not_used_up_by_a_peer_that_was_never_asked_or_refused_at_once() {
    let alpha = Running::start("alpha").await;
    // It takes connections, and never says a word of TLS.
    let silent = answering(None).await;
    for _ in 0..2 {
        let (code, told) = relayed(&alpha, "https", silent).await;
        assert_eq!(code, Code::DeadlineExceeded, "{told}");
        assert_eq!((&told["sent"], &told["repeated"]), (&json!(false), &Value::Null));
    }
    let alpha = Running::start("alpha").await;
    let busy = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
    let busy = answering(Some(busy)).await;
    for _ in 0..2 {
        let (code, told) = relayed(&alpha, "http", busy).await;
        assert_eq!(code, Code::RateLimited, "{told}");
        assert_eq!(
            (&told["retry_after"], &told["repeated"]),
            (&json!(7), &Value::Null)
        );
    }
}
