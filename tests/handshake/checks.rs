//! `check_held_credential`: what is tried, and what it says.

use crate::running::*;
use butterfly_console::instance::Instance;
use serde_json::{Value, json};

/// `kind result` of each check.
async fn check(alpha: &Running) -> (Vec<String>, Value) {
    let checked = alpha.get("check_held_credential", json!({"name": NAME})).await;
    let checks = checked["checks"].as_array().unwrap();
    for check in checks {
        let says = match check["result"].as_str().unwrap() {
            "passed" => check["note"].is_string(),
            "failed" => check["why"].is_string() && check["remedy"].is_string(),
            _ => check.as_object().unwrap().len() == 2,
        };
        assert!(says, "{check}");
    }
    let lines = checks
        .iter()
        .map(|check| {
            let text = |name: &str| check[name].as_str().unwrap();
            format!("{} {}", text("kind"), text("result"))
        })
        .collect();
    (lines, checked)
}

#[tokio::test]
async fn every_check_passes_where_all_is_well() {
    let (alpha, _beta, _, _) = active().await;
    let (lines, checked) = check(&alpha).await;
    let kinds = ["reachable", "tls", "identity", "token", "reply", "grant"];
    assert_eq!(lines, kinds.map(|kind| format!("{kind} passed")), "{checked}");
    assert_eq!(checked["passed"], true);
}

#[tokio::test]
async fn a_check_before_activation_does_not_make_it_active() {
    let (alpha, _beta, _, _) = joined(true).await;
    let (_, checked) = check(&alpha).await;
    assert_eq!(checked["passed"], true, "{checked}");
    assert_eq!(checked["credential"]["state"], "opened");
}

#[tokio::test]
async fn a_revoked_credential_fails_at_its_token_and_a_dead_peer_at_once() {
    let (alpha, beta, offer, _) = active().await;
    let name = &offer["credentials"][0]["name"];
    beta.get("revoke_credential", json!({"name": name})).await;
    let (lines, checked) = check(&alpha).await;
    assert_eq!(
        lines[2..],
        [
            "identity passed",
            "token failed",
            "reply skipped",
            "grant skipped"
        ],
        "{checked}"
    );
    assert_eq!(checked["passed"], false);
    beta.stop().await;
    let (lines, _) = check(&alpha).await;
    assert_eq!(lines[..2], ["reachable failed", "tls skipped"]);
}

#[tokio::test]
async fn another_tls_key_fails_its_check_and_raises_the_alarm() {
    let (alpha, beta) = (Running::start("alpha").await, Running::start_tls("beta").await);
    let offer = beta.offer("passphrase", true).await;
    alpha.hold(&offer).await;
    let (lines, checked) = check(&alpha).await;
    assert_eq!(checked["passed"], true, "{lines:?}");
    let stopped = beta.stop().await;
    for _ in 0..2 {
        Instance::use_spare_tls_key(&stopped.folder).unwrap();
    }
    let _beta = stopped.start().await;
    let (lines, checked) = check(&alpha).await;
    assert_eq!(lines[..3], ["reachable passed", "tls failed", "identity skipped"]);
    assert_eq!(checked["credential"]["alarm"]["kind"], "tls_key_changed");
}

#[tokio::test]
async fn what_the_issuer_changed_is_told_once_and_known_from_then_on() {
    let (alpha, beta, offer, _) = active().await;
    let name = &offer["credentials"][0]["name"];
    let before = alpha.get("list_held_credentials", json!({})).await;
    let change = json!({"name": name, "grant": {"hops": 3}, "lease_ends": "2090-01-01T00:00:00Z"});
    beta.get("change_credential", change).await;
    let (lines, checked) = check(&alpha).await;
    assert_eq!(lines[4..], ["reply passed", "grant failed"], "{checked}");
    let why = checked["checks"][5]["why"].as_str().unwrap();
    assert!(why.contains("hops 0 -> 3") && why.contains("expires_at"), "{why}");
    let known = |listed: &Value| {
        let credential = &listed["credentials"][0];
        (
            credential["grant"]["hops"].clone(),
            credential["expires_at"].clone(),
        )
    };
    let after = alpha.get("list_held_credentials", json!({})).await;
    assert_eq!(known(&before).0, json!(0), "{before}");
    assert_eq!(known(&after).0, json!(3), "{after}");
    assert!(
        known(&after).1.as_str().unwrap().starts_with("2090-01-01"),
        "{after}"
    );
    let (lines, checked) = check(&alpha).await;
    assert_eq!(lines[5], "grant passed", "{checked}");
}
