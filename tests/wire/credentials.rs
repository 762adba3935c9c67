//! Administration of credentials over the wire.

use crate::support::*;
use butterfly_console::client::ClientError;
use butterfly_console::model::{Grant, Profile};
use butterfly_console::protocol::{Code, CredentialForm, HeldCredential, Query};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn names(list: &Value) -> Vec<&str> {
    let credentials = list["credentials"].as_array().unwrap();
    credentials
        .iter()
        .map(|credential| credential["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn issued_credentials_are_listed_without_secrets_and_survive_a_restart() {
    let running = Running::start().await;
    let issued = running
        .issue("partner", Profile::Native, &Grant::read(["whoami"]))
        .await;
    assert!(running.ask_as(&issued, "whoami", json!({})).await.is_success());
    let list = running.result("list_credentials", json!({})).await;
    assert_eq!(names(&list), ["owner", "partner"]);
    let root = CredentialForm::of(&issued).expose_value()["root"].clone();
    assert!(!list.to_string().contains(root.as_str().unwrap()));

    let running = running.restart().await;
    assert!(running.ask_as(&issued, "whoami", json!({})).await.is_success());
    let list = running.result("list_credentials", json!({})).await;
    assert_eq!(
        list["credentials"][1]["uses"], 2,
        "uses were stored when it closed"
    );
    let twice = json!({"name": "partner", "app_id": "x", "profile": "native", "grant": {}});
    assert_eq!(
        running.ask("issue_credential", twice).await.code(),
        Some(Code::AlreadyExists)
    );
}

#[tokio::test]
async fn threat_43_a_near_clash_of_app_ids_is_warned_of() {
    let running = Running::start().await;
    running.issue("billing", Profile::Native, &Grant::default()).await;
    let asked = json!({"app_id": "bi11ing", "profile": "native", "grant": {}});
    let result = running.result("issue_credential", asked).await;
    assert!(result["warning"].as_str().unwrap().contains("billing"));
    let asked = json!({"app_id": "b\u{456}lling", "profile": "native", "grant": {}});
    assert_eq!(
        running.ask("issue_credential", asked).await.code(),
        Some(Code::InvalidParameter)
    );
}

#[tokio::test]
async fn threat_43_an_offer_warns_of_a_near_clash_too() {
    let running = Running::start().await;
    let order = |app_id: &str| {
        json!({
            "label": "x", "app_id": app_id, "profile": "native", "holders": ["console", "instance"], "grant": {},
        })
    };
    let made = running.result("create_offer", order("billing")).await;
    assert!(made.get("warning").is_none());
    let made = running.result("create_offer", order("bi11ing")).await;
    assert!(made["warning"].as_str().unwrap().contains("billing-console"));
    let asked = json!({"app_id": "b1lling", "profile": "native", "grant": {}});
    let issued = running.result("issue_credential", asked).await;
    assert!(issued["warning"].is_string(), "whatever ending the other one has");
}

#[tokio::test]
async fn an_offer_that_is_refused_leaves_no_credential_behind() {
    let running = Running::start().await;
    let before = running.result("list_credentials", json!({})).await;
    let order = json!({
        "label": "x", "app_id": "a".repeat(56), "profile": "native", "holders": ["console", "instance"], "grant": {},
    });
    let longest = json!("a".repeat(55));
    for (name, value) in [
        ("app_id", order["app_id"].clone()),
        ("grant", json!({"hops": Grant::MOST_HOPS + 1})),
        ("lease_ends", json!("2020-01-01T00:00:00+00:00")),
        ("valid_seconds", json!(86_401)),
        ("delivery", json!("pigeon")),
        ("holders", json!(["console", "pocket"])),
    ] {
        let mut asked = order.clone();
        asked["app_id"] = longest.clone();
        asked[name] = value;
        let refused = running.ask("create_offer", asked).await;
        assert_eq!(refused.code(), Some(Code::InvalidParameter), "{name}");
        let after = running.result("list_credentials", json!({})).await;
        assert_eq!(names(&after), names(&before), "{name}");
    }
    let mut asked = order;
    asked["app_id"] = longest;
    let made = running.result("create_offer", asked).await;
    assert_eq!(made["credentials"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn threat_05_a_short_secret_is_refused_at_import() {
    let running = Running::start().await;
    let native = CredentialForm::of(&running.owner).expose_value();
    let old = running.issue("old", Profile::Legacy, &Grant::default()).await;
    let legacy = CredentialForm::of(&old).expose_value();
    let short = "c2hvcnQtY2FuYXJ5LW9mLTMxLWJ5dGVzLWluLWFsbC4";
    for (form, name, value) in [
        (&native, "root", ""),
        (&native, "root", &short[..42]),
        (&legacy, "encryption_key", ""),
        (&legacy, "encryption_key", &short[..42]),
        (&legacy, "jwt_secret_key", ""),
    ] {
        let mut form = form.clone();
        form[name] = value.into();
        let reply = running
            .ask("hold_credential", json!({"name": "weak", "form": form}))
            .await;
        assert_eq!(reply.code(), Some(Code::InvalidParameter), "{name}");
        let told = reply.to_value().to_string();
        assert!(
            value.is_empty() || !told.contains(value),
            "no secret is told: {told}"
        );
    }
    let held = running.result("list_held_credentials", json!({})).await;
    assert_eq!(held["credentials"], json!([]), "nothing of it stays");
}

#[tokio::test]
async fn a_suspended_credential_can_be_resumed_and_a_revoked_one_cannot() {
    let running = Running::start().await;
    let issued = running.issue("partner", Profile::Native, &Grant::owner()).await;
    let query = Query::new("whoami", json!({}));
    let suspend = |resume: bool| json!({"name": "partner", "resume": resume});
    running.result("suspend_credential", suspend(false)).await;
    let refused = running.client.invoke(&issued, &query, &context()).await;
    assert!(matches!(refused, Err(ClientError::Refused { .. })));
    running.result("suspend_credential", suspend(true)).await;
    assert!(running.ask_as(&issued, "whoami", json!({})).await.is_success());
    let revoked = running
        .result("revoke_credential", json!({"name": "partner"}))
        .await;
    assert_eq!(revoked["credential"]["state"], "revoked");
    let resumed = running.ask("suspend_credential", suspend(true)).await;
    assert_eq!(resumed.code(), Some(Code::WrongStep));
    let running = running.restart().await;
    let refused = running.client.invoke(&issued, &query, &context()).await;
    assert!(matches!(refused, Err(ClientError::Refused { .. })));
}

#[tokio::test]
async fn the_only_owner_cannot_lock_itself_out() {
    let running = Running::start().await;
    let reply = running.ask("revoke_credential", json!({"name": "owner"})).await;
    assert_eq!(reply.code(), Some(Code::AccessDenied));
    running.issue("second", Profile::Native, &Grant::owner()).await;
    let query = Query::new("revoke_credential", json!({"name": "owner"}));
    // It revokes itself: done, but the result is withheld as from any revoked credential.
    let refused = running.client.invoke(&running.owner, &query, &context()).await;
    assert!(matches!(refused, Err(ClientError::Withheld { .. })));
}

#[tokio::test]
async fn a_lease_ends_by_itself() {
    let running = Running::start().await;
    let past =
        json!({"app_id": "x", "profile": "native", "grant": {}, "lease_ends": "2020-01-01T00:00:00+00:00"});
    assert_eq!(
        running.ask("issue_credential", past).await.code(),
        Some(Code::InvalidParameter)
    );
}

#[tokio::test]
async fn held_credentials_are_installed_listed_and_dropped() {
    let running = Running::start().await;
    let form = CredentialForm::of(&running.owner).expose_value();
    let installed = json!({"name": "peer", "form": form, "verified": true});
    let result = running.result("hold_credential", installed).await;
    assert_eq!(result["credential"]["verified"], true);
    let running = running.restart().await;
    let list = running.result("list_held_credentials", json!({})).await;
    assert_eq!(names(&list), ["peer"]);
    assert!(!list.to_string().contains(form["root"].as_str().unwrap()));
    running
        .result("drop_held_credential", json!({"name": "peer"}))
        .await;
    let again = running.ask("drop_held_credential", json!({"name": "peer"})).await;
    assert_eq!(again.code(), Some(Code::CredentialNotFound));

    let mut broken = form.clone();
    broken["root"] = "c2VjcmV0LWNhbmFyeQ".into();
    let reply = running
        .ask("hold_credential", json!({"name": "peer", "form": broken}))
        .await;
    assert_eq!(reply.code(), Some(Code::InvalidParameter));
    assert!(
        !reply.to_value().to_string().contains("c2VjcmV0"),
        "errors quote no secret"
    );
}

#[tokio::test]
async fn an_offer_has_a_credential_for_each_holder_until_it_is_withdrawn() {
    let running = Running::start().await;
    let asked = json!({
        "label": "for instance B", "app_id": "instance-b", "profile": "native",
        "holders": ["console", "instance"], "grant": {"actions": ["whoami"], "hops": 1},
    });
    let made = running.result("create_offer", asked).await;
    assert_eq!(names(&made), ["instance-b-console", "instance-b-instance"]);
    let console = held(&made["credentials"][0]["form"]);
    assert!(running.ask_as(&console, "whoami", json!({})).await.is_success());

    let id = made["offer"]["id"].clone();
    let words = ["a", "b", "c", "d", "e", "f", "g"];
    running
        .result("record_offer_words", json!({"id": id, "words": words}))
        .await;
    let offers = running.result("list_offers", json!({})).await;
    assert_eq!(offers["offers"][0]["words"], json!(words));

    running.result("withdraw_offer", json!({"id": id})).await;
    let query = Query::new("whoami", json!({}));
    let refused = running.client.invoke(&console, &query, &context()).await;
    assert!(matches!(refused, Err(ClientError::Refused { .. })));
}

/// A relay whose peer answers when the test says so.
async fn relaying(running: &Running, peer: &TcpListener) -> (HeldCredential, Value) {
    let endpoint = format!("http://{}/invoke", peer.local_addr().unwrap());
    // A legacy peer is called for relays only: with native ones, heads of audit trails are exchanged too.
    let old = running.issue("old", Profile::Legacy, &Grant::default()).await;
    let mut form = CredentialForm::of(&old).expose_value();
    form["endpoint"] = endpoint.into();
    running
        .result("hold_credential", json!({"name": "peer", "form": form}))
        .await;
    let domain = running.result("create_domain", json!({"name": "d"})).await;
    let connection = json!({
        "domain_id": domain["domain"]["id"], "name": "to peer", "held_credential": "peer",
    });
    let connection = running.result("create_connection", connection).await;
    let caller = running.issue("caller", Profile::Native, &Grant::owner()).await;
    let relay = json!({
        "connection_id": connection["connection"]["id"],
        "query": {"action": "whoami"},
    });
    (caller, relay)
}

#[tokio::test]
async fn threat_33_the_result_of_a_call_is_withheld_when_its_credential_is_revoked_meanwhile() {
    let running = Running::start().await;
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (caller, relay) = relaying(&running, &peer).await;
    let query = Query::new("relay", relay);
    let context = context();
    let call = running.client.invoke(&caller, &query, &context);
    let meanwhile = async {
        let (mut stream, _) = peer.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        running
            .result("revoke_credential", json!({"name": "caller"}))
            .await;
        stream
            .write_all(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")
            .await
            .unwrap();
    };
    let (refused, ()) = tokio::join!(call, meanwhile);
    // Whoever asked had proved that the credential is theirs, and hears that what was asked may be done.
    assert!(matches!(refused, Err(ClientError::Withheld { .. })));
    assert_eq!(running.denials().await, ["credential_revoked"]);
    let again = running
        .client
        .invoke(&caller, &Query::new("whoami", json!({})), &context)
        .await;
    assert!(matches!(again, Err(ClientError::Refused { .. })));
}

#[tokio::test]
async fn threat_34_a_call_in_flight_gets_its_result_though_its_key_ends_meanwhile() {
    let running = Running::start().await;
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (caller, relay) = relaying(&running, &peer).await;
    let query = Query::new("relay", relay);
    let context = context();
    let call = running.client.invoke(&caller, &query, &context);
    let meanwhile = async {
        let (mut stream, _) = peer.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        let rotated = running
            .result("rotate_credential", json!({"name": "caller"}))
            .await;
        assert!(rotated["overlap_until"].is_string());
        running
            .result("rotate_credential", json!({"name": "caller", "finish": true}))
            .await;
        stream
            .write_all(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")
            .await
            .unwrap();
    };
    let (answered, ()) = tokio::join!(call, meanwhile);
    assert_eq!(answered.unwrap().reply.code(), Some(Code::PeerGarbage));
    assert!(running.is_refused(&caller).await, "its next call is too late");
}

#[tokio::test]
async fn stopping_finishes_what_was_accepted() {
    let running = Running::start().await;
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (caller, relay) = relaying(&running, &peer).await;
    let query = Query::new("relay", relay);
    let context = context();
    let Running { host, client, .. } = running;
    let call = client.invoke(&caller, &query, &context);
    let meanwhile = async {
        let (mut stream, _) = peer.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        let stopping = host.stop();
        let answering = stream.write_all(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n");
        let (stopped, answered) = tokio::join!(stopping, answering);
        answered.unwrap();
        stopped.unwrap();
    };
    let (answered, ()) = tokio::join!(call, meanwhile);
    assert_eq!(answered.unwrap().reply.code(), Some(Code::PeerGarbage));
}

async fn state_of_offer(running: &Running, id: &str) -> Value {
    let listed = running.result("list_offers", json!({})).await;
    let offers = listed["offers"].as_array().unwrap();
    let found = offers.iter().find(|offer| offer["id"] == id).unwrap();
    found["state"].clone()
}

async fn state_of_credential(running: &Running, app_id: &str) -> Value {
    let listed = running.result("list_credentials", json!({})).await;
    let credentials = listed["credentials"].as_array().unwrap();
    let found = credentials
        .iter()
        .find(|credential| credential["app_id"] == app_id);
    found.unwrap()["state"].clone()
}

#[tokio::test]
async fn an_offer_that_ended_unused_is_refused_and_one_in_use_goes_on() {
    let running = Running::start().await;
    let (used_id, used) = running.offer("punctual", json!({})).await;
    let (late_id, late) = running.offer("late", json!({})).await;
    assert_eq!(state_of_offer(&running, &used_id).await, "offered");
    assert_eq!(state_of_credential(&running, "punctual-console").await, "offered");
    assert!(running.ask_as(&used, "whoami", json!({})).await.is_success());
    assert_eq!(state_of_offer(&running, &used_id).await, "opened");
    running.ask_as(&used, "get_capabilities", json!({})).await;
    assert_eq!(state_of_offer(&running, &used_id).await, "active");
    assert_eq!(state_of_credential(&running, "punctual-console").await, "active");

    // A day later, as far as the offers are concerned.
    let database = rusqlite::Connection::open(running.folder.join("instance.db")).unwrap();
    let moved = database.execute(
        "UPDATE issued SET life = json_set(life, '$.offer_ends', '2020-01-01T00:00:00+00:00') WHERE name <> 'owner'",
        [],
    );
    assert_eq!(moved.unwrap(), 2);
    drop(database);
    let running = running.restart().await;
    assert!(running.ask_as(&used, "whoami", json!({})).await.is_success());
    let query = Query::new("whoami", json!({}));
    let refused = running.client.invoke(&late, &query, &context()).await;
    assert!(matches!(refused, Err(ClientError::Refused { .. })));
    assert_eq!(running.denials().await, ["offer_expired"]);
    assert_eq!(state_of_offer(&running, &late_id).await, "expired");
    assert_eq!(state_of_credential(&running, "late-console").await, "expired");
    assert_eq!(state_of_offer(&running, &used_id).await, "active");
}
