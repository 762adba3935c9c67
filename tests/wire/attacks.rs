//! Attacks on a call: each row of the threat table that a server answers for.

use crate::support::*;
use butterfly_console::model::{Grant, Profile, Timestamp};
use butterfly_console::protocol::{Code, HeldCredential, HeldKeys, Query, open_reply, seal_body};
use butterfly_console::seal::{jwe, random};
use futures::future::join_all;
use serde_json::json;

fn forged(credential: &HeldCredential) -> HeldCredential {
    HeldCredential::native(
        credential.app_id.clone(),
        credential.endpoint.clone(),
        credential.instance_id().unwrap().clone(),
        credential.kid().unwrap().clone(),
        random::root_key(),
    )
}

fn stranger(credential: &HeldCredential) -> HeldCredential {
    HeldCredential::native(
        credential.app_id.clone(),
        credential.endpoint.clone(),
        credential.instance_id().unwrap().clone(),
        random::key_id(),
        random::root_key(),
    )
}

#[tokio::test]
async fn every_failure_to_authenticate_is_one_and_the_same_401() {
    let running = Running::start().await;
    let owner = &running.owner;
    let good = sealed(owner, "whoami", json!({}));
    let other = running.issue("other", Profile::Native, &Grant::owner()).await;
    let revoked = running.issue("revoked", Profile::Native, &Grant::owner()).await;
    running
        .result("revoke_credential", json!({"name": "revoked"}))
        .await;
    let suspended = running.issue("suspended", Profile::Native, &Grant::owner()).await;
    running
        .result("suspend_credential", json!({"name": "suspended"}))
        .await;

    let mut foreign = claims(owner, good.body.as_bytes());
    foreign.aud = random::instance_id();
    let mut elsewhere = claims(owner, good.body.as_bytes());
    elsewhere.htu = "https://elsewhere.example/invoke".to_owned();
    let mut long = claims(owner, good.body.as_bytes());
    long.exp += 1;
    // threat_14: sealed for another key than the token's.
    let others_body = seal_body(&other, &Query::new("whoami", json!({})), Timestamp::now());
    let crossed = sign(owner, &claims(owner, others_body.as_bytes()));
    let HeldKeys::Native { keys, .. } = &owner.keys else {
        unreachable!()
    };
    let reflected = jwe::seal_reply(keys, "x", b"{}");

    let body = good.body.as_str();
    let cases = [
        ("token_missing", String::new(), body),
        ("token_malformed", "x.y".to_owned(), body),
        (
            "credential_unknown",
            sealed(&stranger(owner), "whoami", json!({})).token,
            body,
        ),
        (
            "token_signature",
            sealed(&forged(owner), "whoami", json!({})).token,
            body,
        ),
        ("token_claim_aud", sign(owner, &foreign), body),
        ("token_claim_htu", sign(owner, &elsewhere), body),
        ("token_claim_exp", sign(owner, &long), body),
        ("token_body", good.token.clone(), others_body.as_str()),
        ("body_cannot_be_opened", crossed, others_body.as_str()),
        (
            "body_cannot_be_opened",
            sign(owner, &claims(owner, reflected.as_bytes())),
            &reflected,
        ),
        (
            "credential_revoked",
            sign(&revoked, &claims(&revoked, body.as_bytes())),
            body,
        ),
        (
            "credential_suspended",
            sign(&suspended, &claims(&suspended, body.as_bytes())),
            body,
        ),
    ];
    let mut answers = Vec::new();
    for (_, token, body) in &cases {
        answers.push(post(running.address(), token, "application/jose", body.as_bytes()).await);
    }
    assert_eq!(
        running.send(&good).await.status,
        200,
        "it was not used up by the swapped body"
    );
    answers.push(running.send(&good).await);
    assert_eq!(answers[0].status, 401);
    for (answer, (case, ..)) in answers.iter().zip(&cases) {
        assert_eq!(answer, &answers[0], "{case}");
    }
    assert_eq!(answers.last(), answers.first(), "replayed");

    let mut reasons = running.denials().await;
    reasons.reverse();
    let mut expected: Vec<_> = cases.iter().map(|(reason, ..)| *reason).collect();
    expected.push("replayed");
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn threat_09_a_skewed_clock_is_hinted_at_where_the_signature_holds() {
    let running = Running::start().await;
    let good = sealed(&running.owner, "whoami", json!({}));
    let skewed = |seconds: i64, credential: &HeldCredential| {
        let mut claims = claims(credential, good.body.as_bytes());
        claims.iat += seconds;
        claims.exp += seconds;
        sign(credential, &claims)
    };
    for (seconds, status) in [(20, 200), (-20, 200), (120, 401), (-120, 401)] {
        let token = skewed(seconds, &running.owner);
        let answer = post(
            running.address(),
            &token,
            "application/jose",
            good.body.as_bytes(),
        )
        .await;
        assert_eq!(answer.status, status, "{seconds} s");
        assert_eq!(answer.text().contains("clocks"), status == 401);
    }
    let token = skewed(120, &forged(&running.owner));
    let answer = post(
        running.address(),
        &token,
        "application/jose",
        good.body.as_bytes(),
    )
    .await;
    assert!(
        !answer.text().contains("clocks"),
        "a stranger learns nothing of our clock"
    );
}

#[tokio::test]
async fn threat_10_of_a_hundred_parallel_copies_exactly_one_executes() {
    let running = Running::start().await;
    let call = sealed(&running.owner, "create_domain", json!({"name": "once"}));
    let answers = join_all((0..100).map(|_| running.send(&call))).await;
    let executed = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(executed, 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 401)));
}

#[tokio::test]
async fn threat_11_a_replay_after_a_restart_is_refused() {
    let running = Running::start().await;
    let read = sealed(&running.owner, "whoami", json!({}));
    let write = sealed(&running.owner, "create_domain", json!({"name": "once"}));
    assert_eq!(running.send(&read).await.status, 200);
    assert_eq!(running.send(&write).await.status, 200);
    let running = running.restart().await;
    assert_eq!(running.send(&read).await.status, 401);
    assert_eq!(running.send(&write).await.status, 401);
    assert!(running.ask("whoami", json!({})).await.is_success());
}

#[tokio::test]
async fn threat_11_a_restored_instance_takes_no_call_that_the_replaced_one_took() {
    let running = Running::start().await;
    let strict = Grant {
        strict_replay: true,
        ..Grant::owner()
    };
    let legacy = running.issue("legacy", Profile::Legacy, &strict).await;
    let copy = running.copy();
    let calls = [
        sealed(&running.owner, "create_domain", json!({"name": "once"})),
        sealed(&legacy, "whoami", json!({})),
    ];
    for call in &calls {
        assert_eq!(running.send(call).await.status, 200);
    }
    let running = running.restart_as(&copy).await;
    for call in &calls {
        assert_eq!(running.send(call).await.status, 401);
    }
    assert!(running.ask("whoami", json!({})).await.is_success());
    let domains = running.result("list_domains", json!({})).await;
    assert!(!domains.to_string().contains("once"), "{domains}");
    // Nor after it was started again.
    let running = running.restart().await;
    assert_eq!(running.send(&calls[0]).await.status, 401);
}

#[tokio::test]
async fn threat_13_a_swapped_body_is_refused_before_it_is_opened() {
    let running = Running::start().await;
    let good = sealed(&running.owner, "whoami", json!({}));
    let evil = sealed(&running.owner, "create_domain", json!({"name": "evil"}));
    let answer = post(
        running.address(),
        &good.token,
        "application/jose",
        evil.body.as_bytes(),
    )
    .await;
    assert_eq!(answer.status, 401);
    assert_eq!(running.denials().await, ["token_body"]);
    let domains = running.result("list_domains", json!({})).await;
    assert!(!domains.to_string().contains("evil"));
}

#[tokio::test]
async fn threat_16_a_native_credential_cannot_be_used_as_a_legacy_one() {
    let running = Running::start().await;
    let good = sealed(&running.owner, "whoami", json!({}));
    let downgraded = post(running.address(), &good.token, "text/plain", good.body.as_bytes()).await;
    assert_eq!(downgraded.status, 401);
    let old = running.issue("old", Profile::Legacy, &Grant::owner()).await;
    let legacy = sealed(&old, "whoami", json!({}));
    let upgraded = post(
        running.address(),
        &legacy.token,
        "application/jose",
        legacy.body.as_bytes(),
    )
    .await;
    assert_eq!(upgraded.status, 401);
    for content_type in [
        "application/json",
        "application/jose, text/plain",
        "",
        "text/html",
    ] {
        let answer = post(running.address(), &good.token, content_type, good.body.as_bytes()).await;
        assert_eq!(answer.status, 415, "{content_type:?}");
    }
    assert_eq!(running.send(&good).await.status, 200);
}

#[tokio::test]
async fn threat_22_compressed_bodies_are_not_taken() {
    let running = Running::start().await;
    let good = sealed(&running.owner, "whoami", json!({}));
    let request = format!(
        "POST /invoke HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/jose\r\n\
         Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{}",
        good.token,
        good.body.len(),
        good.body
    );
    let answer = parse(&raw(running.address(), request.as_bytes()).await);
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn threat_23_a_body_over_the_limit_is_refused_announced_or_not() {
    let running = Running::start().await;
    const LIMIT: usize = 1 << 20;
    let exact = vec![b'x'; LIMIT];
    let answer = post(running.address(), "x", "application/jose", &exact).await;
    assert_eq!(answer.status, 401, "exactly the limit is read");
    let over = vec![b'x'; LIMIT + 1];
    let answer = post(running.address(), "x", "application/jose", &over).await;
    assert_eq!(answer.status, 413);
    let mut chunked =
        b"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Type: application/jose\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..17 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend(std::iter::repeat_n(b'x', 0x10000));
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(parse(&raw(running.address(), &chunked).await).status, 413);
    let announced = format!(
        "POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Type: application/jose\r\nContent-Length: {}\r\n\r\n",
        LIMIT + 1
    );
    let answer = parse(&raw(running.address(), announced.as_bytes()).await);
    assert_eq!(answer.status, 413, "whoever waits to be told hears why");
}

#[tokio::test]
async fn strangers_do_not_push_out_of_the_trail_what_the_owner_did() {
    const ATTEMPTS: u64 = 200;
    let running = Running::start().await;
    running
        .result(
            "create_pointer",
            json!({"data_reference": "https://example.org/"}),
        )
        .await;
    for _ in 0..ATTEMPTS {
        let answer = post(running.address(), "x", "application/jose", b"x").await;
        assert_eq!(answer.status, 401);
    }
    // What was not summed up by then is when it stops.
    let running = running.restart().await;
    let trail = running.result("get_audit", json!({"limit": 1000})).await;
    let records = trail["records"].as_array().unwrap();
    let of = |action: &str| -> Vec<&serde_json::Value> {
        let those = records.iter().filter(|record| record["action"] == action);
        those.collect()
    };
    assert_eq!(of("").len(), 30, "the first ones one by one");
    let sums = of("refuse_strangers");
    assert!(!sums.is_empty() && sums.len() < 10, "{sums:?}");
    let counted = sums.iter().map(|sum| {
        let reason = sum["reason"].as_str().unwrap();
        assert!(reason.ends_with("; from 127.0.0.1"), "{reason}");
        reason.split(' ').next().unwrap().parse::<u64>().unwrap()
    });
    assert_eq!(counted.sum::<u64>(), ATTEMPTS - 30);
    assert!(
        of("create_pointer")
            .iter()
            .any(|record| record["outcome"] == "done")
    );
}

#[tokio::test]
async fn threat_25_ambiguous_requests_get_400_and_the_connection_ends() {
    let running = Running::start().await;
    for request in [
        "POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\nHost: x\n\n",
        "GET /health HTTP/1.1\r\nHost: x\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX: 1\n\r\n",
        "GET /health HTTP/1.1\r\nHost : x\r\n\r\n",
    ] {
        // `raw` returns when the server has closed.
        let answer = raw(running.address(), request.as_bytes()).await;
        assert_eq!(parse(&answer).status, 400, "{request:?}");
    }
    assert_eq!(get(running.address(), "/health").await.status, 200);
}

#[tokio::test]
async fn threat_25_no_request_in_chunks_has_another_one_follow_it() {
    let running = Running::start().await;
    let ambiguous = "GET /health HTTP/1.1\nHost: x\n\n";
    for first in [
        "GET /",
        "GET /health",
        "HEAD /health",
        "GET /ready",
        "GET /metrics",
        "GET /.well-known/butterfly-federation",
        "GET /nothing",
        "POST /health",
        "GET /invoke",
        "POST /invoke",
        "POST /handshake/claim",
    ] {
        let requests =
            format!("{first} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{ambiguous}");
        // `raw` returns when the server has closed.
        let answer = raw(running.address(), requests.as_bytes()).await;
        let text = String::from_utf8_lossy(&answer);
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{first}: {text}");
        assert!(
            text.to_lowercase().contains("\r\nconnection: close\r\n"),
            "{first}: {text}"
        );
    }
}

#[tokio::test]
async fn threat_26_and_27_json_that_two_readers_could_take_differently_is_refused_under_the_seal() {
    let running = Running::start().await;
    let HeldKeys::Native { keys, .. } = &running.owner.keys else {
        unreachable!()
    };
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [
        deep.as_str(),
        r#"{"action":"whoami","action":"x"}"#,
        r#"{"action":"\ud800"}"#,
        r#"{"action":"whoami","x":1e400}"#,
        r#"{"action":"whoami","x":[25000000000000000001]}"#,
        "[]",
        "{}",
        "",
    ] {
        let body = jwe::seal_query(keys, text.as_bytes());
        let claims = claims(&running.owner, body.as_bytes());
        let token = sign(&running.owner, &claims);
        let answer = post(running.address(), &token, "application/jose", body.as_bytes()).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.header("content-type"), Some("application/jose"));
        let reply = open_reply(&running.owner, &claims.jti, &answer.body).unwrap();
        assert_eq!(reply.code(), Some(Code::MalformedQuery));
    }
    assert!(running.ask("whoami", json!({})).await.is_success());
}

#[tokio::test]
async fn threat_54_a_made_up_trace_decides_nothing() {
    let running = Running::start().await;
    let grant = Grant::read(["get_graph_stats"]);
    let guest = running.issue("guest", Profile::Native, &grant).await;
    let ask = async |action: &str, tp: Option<&str>| {
        let body = seal_body(&guest, &Query::new(action, json!({})), Timestamp::now());
        let mut claims = claims(&guest, body.as_bytes());
        claims.tp = tp.map(str::to_owned);
        let token = sign(&guest, &claims);
        let answer = post(running.address(), &token, "application/jose", body.as_bytes()).await;
        answer.status
    };
    let owners = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for action in ["get_graph_stats", "list_credentials"] {
        let plain = ask(action, None).await;
        // The same one twice is no replay, one of somebody else no right, and one of nobody no fault.
        for tp in [owners, owners, "ff-0-0-ff", ""] {
            assert_eq!(ask(action, Some(tp)).await, plain, "{action} {tp}");
        }
    }
    assert_ne!(
        ask("get_graph_stats", None).await,
        ask("list_credentials", None).await
    );
    for tp in ["\u{1b}]52;c;AAAA\u{7}", "00-1\r\nx: y", "a b", &"0".repeat(1_000)] {
        assert_eq!(ask("get_graph_stats", Some(tp)).await, 401, "{tp:?}");
    }
}

#[tokio::test]
async fn threat_27_a_query_that_is_no_strict_json_is_answered_sealed_and_does_nothing() {
    let running = Running::start().await;
    let owner = &running.owner;
    let HeldKeys::Native { keys, .. } = &owner.keys else {
        unreachable!()
    };
    let deep = format!(
        r#"{{"action": "create_pointer", "data_reference": {}1{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    let ambiguous = [
        // Which of two references counts is for every parser to choose.
        r#"{"action": "create_pointer", "data_reference": "https://a.example", "data_reference": "https://b.example"}"#,
        r#"{"action": "create_pointer", "data_reference": "https://a.example", "tags": ["\ud800"]}"#,
        // A text that the library would read a second time, and not strictly.
        r#"{"action": "create_pointer", "data_reference": {"$serde_json::private::RawValue": "{\"a\":1,\"a\":2}"}}"#,
        r#"{"action": "create_pointer", "data_reference": {"$serde_json::private::Number": "1"}}"#,
        &deep,
        r#"["create_pointer"]"#,
        r#"{"action": "create_pointer", "data_reference": "https://a.example"} x"#,
    ];
    for text in ambiguous {
        let body = jwe::seal_query(keys, text.as_bytes());
        let claims = claims(owner, body.as_bytes());
        let token = sign(owner, &claims);
        let answer = post(running.address(), &token, "application/jose", body.as_bytes()).await;
        assert_eq!(answer.status, 400, "{text}");
        let reply = jwe::open_reply(keys, &claims.jti, &answer.body).unwrap();
        let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
        assert_eq!(reply["code"], Code::MalformedQuery.as_str(), "{text}");
    }
    let stats = running.result("get_graph_stats", json!({})).await;
    assert_eq!(stats["total_pointers"], 0);
}
