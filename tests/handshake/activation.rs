//! Activation: nothing before the words, fresh keys after them, and no reply whose loss matters.

use crate::running::*;
use butterfly_console::client::ClientError;
use butterfly_console::protocol::{Code, CredentialForm};
use serde_json::{Value, json};

fn named() -> Value {
    json!({ "name": NAME })
}

#[tokio::test]
async fn it_opens_nothing_before_both_sides_have_compared_the_words_and_everything_after() {
    let (alpha, beta, offer, connection) = joined(true).await;
    assert_eq!(alpha.held().await["state"], "opened");
    assert_eq!(alpha.relay(&connection).await.code(), Some(Code::NotVerified));
    assert_eq!(beta.issued(&offer).await["uses"], 0, "it was refused here");

    let (code, problem) = alpha.fails("activate_held_credential", named()).await;
    assert_eq!(
        (code, &problem["waiting_for"]),
        (Code::NotVerified, &json!("holder"))
    );
    let matched = json!({"name": NAME, "match": true});
    let verified = alpha.get("verify_held_credential", matched).await;
    assert_eq!(verified["credential"]["state"], "verified");
    let (code, problem) = alpha.fails("activate_held_credential", named()).await;
    assert_eq!(
        (code, &problem["waiting_for"]),
        (Code::NotVerified, &json!("issuer"))
    );
    assert_eq!(alpha.held().await["activation_pending"], true, "nothing is lost");

    beta.get(
        "confirm_words",
        json!({"id": offer["offer"]["id"], "match": true}),
    )
    .await;
    let done = alpha.get("activate_held_credential", named()).await;
    assert_eq!(done["warning"], Value::Null);
    let credential = &done["credential"];
    assert_eq!(credential["state"], "active", "{credential}");
    assert_eq!(credential["generation"], 1);
    assert_eq!(credential["verified"], true);
    assert_eq!(credential["activation_pending"], false);
    assert_eq!(beta.issued(&offer).await["state"], "active");
    assert_eq!(beta.issued(&offer).await["kid"], credential["kid"]);
    assert!(alpha.relay(&connection).await.is_success());
}

#[tokio::test]
async fn what_was_in_the_bundle_is_worthless_afterwards() {
    let (alpha, beta, offer, connection) = active().await;
    let copied = call(&bundled(&offer), "get_graph_stats", json!({})).await;
    assert!(matches!(copied, Err(ClientError::Refused { .. })));
    let again = alpha.get("activate_held_credential", named()).await;
    assert_eq!(again["credential"]["generation"], 1, "once is enough");

    let (alpha, beta) = (alpha.restart().await, beta.restart().await);
    assert_eq!(alpha.held().await["state"], "active");
    assert!(alpha.relay(&connection).await.is_success());
    assert_eq!(beta.issued(&offer).await["alarm"], Value::Null);
}

#[tokio::test]
async fn threat_36_a_lost_reply_is_asked_for_again_with_the_same_key() {
    let wire = Wire::lay().await;
    let (alpha, beta) = (
        Running::start("alpha").await,
        Running::start_behind("beta", &wire).await,
    );
    let mut offer = beta.offer("passphrase", true).await;
    offer["identity"] = Value::Null; // so that activating is the only call that can lose its reply
    let connection = alpha.hold(&offer).await;
    agree(&alpha, &beta, &offer).await;

    wire.lose(2);
    let (code, _) = alpha.fails("activate_held_credential", named()).await;
    assert_eq!(code, Code::PeerUnreachable);
    assert_eq!(wire.lost(), 2, "it was asked twice by itself");
    assert_eq!(beta.issued(&offer).await["generation"], 1);
    assert_eq!(alpha.held().await["generation"], 0);

    let alpha = alpha.restart().await;
    wire.lose(1);
    let done = alpha.get("activate_held_credential", named()).await;
    assert_eq!(wire.lost(), 3);
    assert_eq!(done["credential"]["state"], "active");
    assert_eq!(beta.issued(&offer).await["alarm"], Value::Null, "no alarm");
    assert!(alpha.relay(&connection).await.is_success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provisional_credential_relays_at_once_and_through_its_activation() {
    let (alpha, beta, offer, connection) = joined(false).await;
    assert!(alpha.relay(&connection).await.is_success());
    assert_eq!(alpha.held().await["state"], "active");
    assert_eq!(alpha.held().await["verified"], false);
    let relays = (0..40).map(|_| alpha.relay(&connection));
    let activated = alpha.get("activate_held_credential", named());
    let (replies, done) = tokio::join!(futures::future::join_all(relays), activated);
    for reply in replies {
        assert!(reply.is_success(), "{}", reply.to_value());
    }
    assert_eq!(done["credential"]["generation"], 1);
    assert_eq!(beta.issued(&offer).await["generation"], 1);
}

#[tokio::test]
async fn plain_values_and_what_was_put_in_by_hand_have_no_activation_and_say_so() {
    let (alpha, beta) = (Running::start("alpha").await, Running::start("beta").await);
    let offer = beta.offer("plain", false).await;
    alpha.hold(&offer).await;
    let (code, problem) = alpha.fails("activate_held_credential", named()).await;
    assert_eq!(code, Code::WrongStep);
    assert!(problem["message"].as_str().unwrap().contains("no activation"));

    let form = CredentialForm::of(&bundled(&offer)).expose_value();
    let by_hand = json!({"name": "by-hand", "form": form});
    let held = alpha.get("hold_credential", by_hand).await;
    assert_eq!(held["credential"]["state"], "active");
    let (code, _) = alpha
        .fails("activate_held_credential", json!({"name": "by-hand"}))
        .await;
    assert_eq!(code, Code::WrongStep);
    let useless = json!({"name": "useless", "form": form, "verify_first": true});
    let (code, _) = alpha.fails("hold_credential", useless).await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn uses_of_held_credentials_are_counted_and_survive_a_restart() {
    let (alpha, _beta, _, connection) = active().await;
    let before = alpha.held().await["uses"].as_u64().unwrap();
    for _ in 0..3 {
        assert!(alpha.relay(&connection).await.is_success());
    }
    let held = alpha.held().await;
    assert_eq!(held["uses"], before + 3);
    let alpha = alpha.restart().await;
    let after = alpha.held().await;
    assert_eq!(
        (&after["uses"], &after["last_used"]),
        (&held["uses"], &held["last_used"])
    );
}
