//! The original system's clients: a stand-in, and legacy credentials that were issued.

use crate::support::*;
use butterfly_console::instance::LegacyStandIn;
use butterfly_console::model::{Grant, Profile, Timestamp};
use butterfly_console::protocol::{Code, HeldCredential, HeldKeys, Reply, open_reply};
use butterfly_console::seal::token::{LegacyClaims, sign_legacy};
use butterfly_console::seal::{FernetKey, LegacyKeys, TokenSecret, fernet, random};
use serde_json::{Value, json};

async fn standing_in() -> (Running, HeldCredential) {
    let stand_in = LegacyStandIn {
        app_ids: vec![app("my-test-app"), app("health-check-app")],
        token_secret: TokenSecret::parse("a secret of the original kind, long enough").unwrap(),
        encryption_key: random::fernet_key(),
    };
    let running = Running::start_as(Some(stand_in.clone())).await;
    let client = HeldCredential::legacy(
        app("my-test-app"),
        running.host.settings().endpoint.clone(),
        stand_in.token_secret,
        stand_in.encryption_key,
        None,
    );
    (running, client)
}

fn keys(credential: &HeldCredential) -> &LegacyKeys {
    let HeldKeys::Legacy { keys, .. } = &credential.keys else {
        panic!("a native credential")
    };
    keys
}

#[tokio::test]
async fn an_original_client_gets_its_reply_under_the_same_key() {
    let (running, client) = standing_in().await;
    assert_eq!(get(running.address(), "/").await.status, 200);
    let reply = running.ask_as(&client, "get_graph_stats", json!({})).await;
    assert!(reply.is_success());
    let same = sealed(&client, "get_graph_stats", json!({}));
    assert_eq!(running.send(&same).await.status, 200);
    assert_eq!(
        running.send(&same).await.status,
        200,
        "tokens serve many calls, as in the original"
    );
    let error = running.send(&sealed(&client, "no_such_action", json!({}))).await;
    assert_eq!(error.status, 200);
    assert_eq!(error.header("content-type"), Some("text/plain"));
}

#[tokio::test]
async fn a_refused_token_gets_plain_json_with_a_message() {
    let (running, client) = standing_in().await;
    let good = sealed(&client, "get_graph_stats", json!({}));
    let unknown = LegacyClaims {
        app_id: Some(app("nobody")),
        access_key: None,
        exp: Timestamp::now().as_seconds() + 60,
        chain: None,
    };
    let expired = LegacyClaims {
        app_id: Some(app("my-test-app")),
        exp: Timestamp::now().as_seconds() - 1,
        ..unknown.clone()
    };
    let other = LegacyKeys::new(&TokenSecret::parse("another").unwrap(), &random::fernet_key());
    let forged = LegacyClaims {
        exp: unknown.exp,
        ..expired.clone()
    };
    let mut answers = Vec::new();
    for token in [
        sign_legacy(keys(&client), &unknown),
        sign_legacy(&other, &forged),
        "nonsense".to_owned(),
        sign_legacy(keys(&client), &expired),
    ] {
        answers.push(post(running.address(), &token, "text/plain", good.body.as_bytes()).await);
    }
    for answer in &answers {
        let message: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 401);
        assert!(message["message"].is_string());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert!(answers[3].text().contains("clocks"), "its signature holds");
}

#[tokio::test]
async fn threat_18_a_body_that_cannot_be_opened_is_one_sealed_400() {
    let (running, client) = standing_in().await;
    let good = sealed(&client, "get_graph_stats", json!({}));
    let wrong_key = LegacyKeys::new(&TokenSecret::parse("x").unwrap(), &FernetKey::from_bytes([3; 32]));
    let foreign = fernet::seal(&wrong_key, Timestamp::now(), b"{}");
    let mut flipped = good.body.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let mut messages = Vec::new();
    for body in [foreign.as_bytes(), &flipped, b"", b"{\"action\":\"whoami\"}"] {
        let answer = post(running.address(), &good.token, "text/plain", body).await;
        assert_eq!(answer.status, 400);
        let reply: Reply = open_reply(&client, "", &answer.body).unwrap();
        assert_eq!(reply.code(), Some(Code::CannotOpen));
        messages.push(reply.message().unwrap().to_owned());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn an_issued_legacy_credential_is_bound_by_its_grant() {
    let running = Running::start().await;
    let reader = running
        .issue("reader", Profile::Legacy, &Grant::read(["get_graph_stats"]))
        .await;
    assert!(
        running
            .ask_as(&reader, "get_graph_stats", json!({}))
            .await
            .is_success()
    );
    let query = butterfly_console::protocol::Query::new("create_domain", json!({"name": "x"}));
    let exchange = running.client.invoke(&reader, &query, &context()).await.unwrap();
    assert_eq!(
        (exchange.status, exchange.reply.code()),
        (200, Some(Code::NotGranted))
    );
    let running = running.restart().await;
    assert!(
        running
            .ask_as(&reader, "get_graph_stats", json!({}))
            .await
            .is_success()
    );
}

/// What an original client sends: the instance's secrets, and this access key.
fn with_key(client: &HeldCredential, key: &Value) -> HeldCredential {
    let mut form = butterfly_console::protocol::CredentialForm::of(client).expose_value();
    form["access_key"] = key.clone();
    held(&form)
}

#[tokio::test]
async fn on_a_stand_in_access_keys_are_used_with_the_secrets_of_the_environment_and_nothing_else() {
    let (running, client) = standing_in().await;
    let domain = running
        .ask_as(&client, "create_domain", json!({"name": "home"}))
        .await
        .into_result()
        .unwrap();
    let asked = json!({"domain_id": domain["domain"]["id"], "permissions": "admin_domain,read_write"});
    let mut keys = Vec::new();
    // The original client makes one, and so does the console as the instance's owner.
    for maker in [&client, &running.owner] {
        let made = running.ask_as(maker, "generate_access_key", asked.clone()).await;
        let made = made.into_result().unwrap();
        assert!(
            made.get("secret").is_none(),
            "everybody concerned has the environment's"
        );
        let caller = with_key(&client, &made["access_key"]);
        let details = running.ask_as(&caller, "get_domain_details", json!({})).await;
        assert_eq!(details.result().unwrap()["id"], domain["domain"]["id"]);
        let beyond = running.ask_as(&caller, "issue_credential", json!({})).await;
        assert_eq!(beyond.code(), Some(Code::OwnerOnly));
        keys.push((made["access_key"].clone(), made["details"]["id"].clone(), caller));
    }
    // Knowing a key's id, which is no secret, opens nothing.
    let claims = LegacyClaims {
        app_id: Some(app(keys[0].1.as_str().unwrap())),
        access_key: None,
        exp: Timestamp::now().as_seconds() + 60,
        chain: None,
    };
    let token = sign_legacy(self::keys(&client), &claims);
    let body = sealed(&client, "whoami", json!({})).body;
    let answer = post(running.address(), &token, "text/plain", body.as_bytes()).await;
    assert_eq!(answer.status, 401);
    // A revoked key is not helped by the app_id beside it.
    let revoked = json!({"key_to_revoke": keys[0].0});
    assert!(
        running
            .ask_as(&keys[1].2, "revoke_access_key", revoked)
            .await
            .is_success()
    );
    assert!(running.is_refused(&keys[0].2).await);
    assert!(!running.is_refused(&client).await);
    // Without the environment nobody has the secrets of the other one; they are not kept.
    let running = running.restart().await;
    assert!(running.is_refused(&keys[1].2).await);
}

#[tokio::test]
async fn threat_55_an_access_key_that_never_was_and_one_that_was_revoked_are_answered_alike() {
    let (running, client) = standing_in().await;
    let domain = running.result("create_domain", json!({"name": "home"})).await;
    let asked = json!({"domain_id": domain["domain"]["id"]});
    let made = running.result("generate_access_key", asked).await;
    let caller = with_key(&client, &made["access_key"]);
    assert!(!running.is_refused(&caller).await);
    let revoked = json!({"key_to_revoke": made["access_key"]});
    running.result("revoke_access_key", revoked).await;
    let stranger = with_key(&client, &json!("key_00112233445566778899aabbccddeeff"));
    let answers = [
        running.send(&sealed(&caller, "whoami", json!({}))).await,
        running.send(&sealed(&stranger, "whoami", json!({}))).await,
    ];
    assert_eq!(answers[0].status, 401);
    assert_eq!(answers[0], answers[1]);
    let reasons = running.denials().await;
    assert!(reasons.contains(&"credential_revoked".to_owned()), "{reasons:?}");
    assert!(reasons.contains(&"credential_unknown".to_owned()), "{reasons:?}");
}

#[tokio::test]
async fn threat_21_where_replay_is_strict_a_legacy_call_is_taken_once() {
    let running = Running::start().await;
    let mut grant = Grant::read(["get_graph_stats"]);
    let lenient = running.issue("lenient", Profile::Legacy, &grant).await;
    grant.strict_replay = true;
    let strict = running.issue("strict", Profile::Legacy, &grant).await;
    assert_eq!(running.listed("strict").await["grant"]["strict_replay"], true);
    let send = async |running: &Running, token: &str, body: &str| {
        post(running.address(), token, "text/plain", body.as_bytes())
            .await
            .status
    };

    // As in the original.
    let call = sealed(&lenient, "get_graph_stats", json!({}));
    for _ in 0..2 {
        assert_eq!(send(&running, &call.token, &call.body).await, 200);
    }
    let call = sealed(&strict, "get_graph_stats", json!({}));
    let again = [call.body.clone(), format!(" {}\n", call.body)];
    assert_eq!(send(&running, &call.token, &call.body).await, 200);
    for body in &again {
        assert_eq!(send(&running, &call.token, body).await, 401, "{body:?}");
    }
    // Another body is another call.
    let other = sealed(&strict, "get_graph_stats", json!({"other": true}));
    assert_eq!(send(&running, &call.token, &other.body).await, 200);
    // What was sealed before is not made new by a token.
    let before = Timestamp::now().plus_seconds(-120);
    let old = fernet::seal(keys(&strict), before, br#"{"action": "get_graph_stats"}"#);
    assert_eq!(send(&running, &call.token, &old).await, 401);
    let denials = running.denials().await;
    for reason in ["replayed", "body_not_of_now"] {
        assert!(denials.iter().any(|denial| denial == reason), "{denials:?}");
    }

    let running = running.restart().await;
    for body in &again {
        assert_eq!(send(&running, &call.token, body).await, 401, "{body:?}");
    }
    assert_eq!(
        send(
            &running,
            &call.token,
            &sealed(&strict, "get_graph_stats", json!({})).body
        )
        .await,
        200
    );
    assert!(!running.is_refused(&lenient).await);
}

#[tokio::test]
async fn threat_11_replays_use_up_nobody_s_calls() {
    let running = Running::start().await;
    let mut grant = Grant::read(["get_graph_stats"]);
    grant.strict_replay = true;
    grant.rate_per_minute = Some(2);
    let strict = running.issue("strict", Profile::Legacy, &grant).await;
    let status = async |body: &str, token: &str| {
        post(running.address(), token, "text/plain", body.as_bytes())
            .await
            .status
    };
    let first = sealed(&strict, "get_graph_stats", json!({}));
    assert_eq!(status(&first.body, &first.token).await, 200);
    let before = Timestamp::now().plus_seconds(-120);
    let old = fernet::seal(keys(&strict), before, br#"{"action": "get_graph_stats"}"#);
    for _ in 0..5 {
        assert_eq!(status(&first.body, &first.token).await, 401);
        assert_eq!(status(&old, &first.token).await, 401);
    }
    let second = sealed(&strict, "get_graph_stats", json!({"other": true}));
    assert_eq!(status(&second.body, &second.token).await, 200);
    let third = sealed(&strict, "get_graph_stats", json!({"third": true}));
    assert_eq!(status(&third.body, &third.token).await, 429);
}
