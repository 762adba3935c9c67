//! What becomes of an issued credential: offered, opened, verified, activated, frozen, over.

use crate::support::*;
use butterfly_console::model::{Grant, Profile};
use butterfly_console::protocol::{Code, HeldCredential};
use butterfly_console::seal::AgreementSecret;
use serde_json::{Value, json};
use std::collections::HashSet;

fn asks(secret: &AgreementSecret, generation: u32) -> Value {
    json!({"generation": generation, "key": secret.key()})
}

async fn state(running: &Running, name: &str) -> String {
    running.listed(name).await["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn activation_leaves_nothing_that_the_bundle_opens() {
    let running = Running::start().await;
    let (_, bundled) = running.offer("partner", json!({})).await;
    assert_eq!(state(&running, "partner-console").await, "offered");
    assert!(running.ask_as(&bundled, "whoami", json!({})).await.is_success());
    assert_eq!(state(&running, "partner-console").await, "opened");

    let secret = AgreementSecret::generate();
    let first = running
        .ask_as(&bundled, "activate_credential", asks(&secret, 1))
        .await;
    let first = first.into_result().unwrap();
    assert_eq!(
        (&first["generation"], &first["overlap_until"]),
        (&json!(1), &Value::Null)
    );
    let fresh = mixed(&bundled, 1, &secret, &first);
    assert_eq!(state(&running, "partner-console").await, "activated");
    let who = running
        .ask_as(&fresh, "whoami", json!({}))
        .await
        .into_result()
        .unwrap();
    assert_eq!(who["credential"]["generation"], 1);
    assert_eq!(state(&running, "partner-console").await, "active");

    assert!(running.is_refused(&bundled).await);
    assert_eq!(running.denials().await, ["key_rotated_away"]);
    // The answer may have been lost: under either key, also after a restart, it is the same.
    let running = running.restart().await;
    for credential in [&bundled, &fresh] {
        let again = running
            .ask_as(credential, "activate_credential", asks(&secret, 1))
            .await;
        assert_eq!(again.into_result().unwrap(), first);
    }
    assert!(running.is_refused(&bundled).await);
    assert!(running.ask_as(&fresh, "whoami", json!({})).await.is_success());
    let listed = running.listed("partner-console").await;
    assert_eq!(
        (&listed["delivery"], &listed["holder"]),
        (&json!("passphrase"), &json!("console"))
    );
    assert_eq!(listed["kid"], first["kid"]);
}

#[tokio::test]
async fn threat_36_of_two_parties_that_activate_one_wins_and_the_credential_is_frozen() {
    let running = Running::start().await;
    let (_, bundled) = running.offer("partner", json!({})).await;
    let secrets = [AgreementSecret::generate(), AgreementSecret::generate()];
    let attempts = (0..100).map(|number| {
        let asked = asks(&secrets[number % 2], 1);
        running.ask_as(&bundled, "activate_credential", asked)
    });
    let replies = futures::future::join_all(attempts).await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.is_success());
    assert!(
        lost.iter()
            .all(|reply| reply.code() == Some(Code::CredentialFrozen))
    );
    assert!(!lost.is_empty());
    let answers: HashSet<_> = won
        .into_iter()
        .map(|reply| reply.into_result().unwrap().to_string())
        .collect();
    assert!(answers.len() <= 1, "one key was mixed in: {answers:?}");

    // Both sides are told, and nothing brings it back.
    let listed = running.listed("partner-console").await;
    assert_eq!(
        (&listed["state"], &listed["generation"]),
        (&json!("suspended"), &json!(1))
    );
    assert_eq!(listed["alarm"]["kind"], "activated_twice");
    let told = running
        .ask_as(&bundled, "activate_credential", asks(&secrets[0], 1))
        .await;
    assert_eq!(told.code(), Some(Code::CredentialFrozen));
    let resume = json!({"name": "partner-console", "resume": true});
    let resumed = running.ask("suspend_credential", resume).await;
    assert_eq!(resumed.code(), Some(Code::CredentialFrozen));
    let running = running.restart().await;
    let told = running
        .ask_as(&bundled, "activate_credential", asks(&secrets[1], 1))
        .await;
    assert_eq!(told.code(), Some(Code::CredentialFrozen));
    let audit = running.result("get_audit", json!({"limit": 1000})).await;
    let records = audit["records"].as_array().unwrap();
    let is_alarm = |record: &&Value| record["reason"] == "activated_twice";
    let alarm = records.iter().find(is_alarm).unwrap();
    assert_eq!(alarm["subject"], "partner-console");
    assert!(running.denials().await.contains(&"credential_frozen".to_owned()));
}

#[tokio::test]
async fn threat_36_the_same_key_again_gets_the_same_answer() {
    let running = Running::start().await;
    let (_, bundled) = running.offer("partner", json!({})).await;
    let secret = AgreementSecret::generate();
    let attempts = (0..100).map(|_| running.ask_as(&bundled, "activate_credential", asks(&secret, 1)));
    let replies = futures::future::join_all(attempts).await;
    let answers: HashSet<_> = replies
        .into_iter()
        .map(|reply| reply.into_result().unwrap().to_string())
        .collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(state(&running, "partner-console").await, "activated");
    assert_eq!(running.listed("partner-console").await["alarm"], Value::Null);
}

#[tokio::test]
async fn until_the_words_were_compared_nothing_but_the_handshake_is_open() {
    let running = Running::start().await;
    let (id, bundled) = running.offer("partner", json!({"verify_first": true})).await;
    let who = running
        .ask_as(&bundled, "whoami", json!({}))
        .await
        .into_result()
        .unwrap();
    assert_eq!(who["credential"]["verify_first"], true);
    for action in ["get_graph_stats", "get_capabilities", "no_such_action"] {
        let refused = running.ask_as(&bundled, action, json!({})).await;
        assert_eq!(refused.code(), Some(Code::NotVerified), "{action}");
    }
    assert_eq!(state(&running, "partner-console").await, "opened");
    let secret = AgreementSecret::generate();
    let early = running
        .ask_as(&bundled, "activate_credential", asks(&secret, 1))
        .await;
    assert_eq!(early.code(), Some(Code::NotVerified));
    assert_eq!(running.denials().await, ["not_verified"; 4]);

    let confirmed = running
        .result("confirm_words", json!({"id": id, "match": true}))
        .await;
    assert_eq!(
        (&confirmed["offer"]["state"], &confirmed["offer"]["verified"]),
        (&json!("verified"), &json!(true))
    );
    let still = running.ask_as(&bundled, "get_graph_stats", json!({})).await;
    assert_eq!(
        still.code(),
        Some(Code::NotVerified),
        "not before keys are mixed in"
    );
    let fresh = running.mix(&bundled, 1, 0).await;
    assert!(
        running
            .ask_as(&fresh, "get_graph_stats", json!({}))
            .await
            .is_success()
    );
    assert_eq!(state(&running, "partner-console").await, "active");
    assert!(running.is_refused(&bundled).await);
}

#[tokio::test]
async fn threat_38_words_that_differ_end_the_offer_and_its_credentials() {
    let running = Running::start().await;
    let (id, bundled) = running.offer("partner", json!({})).await;
    let refused = running
        .result("confirm_words", json!({"id": id, "match": false}))
        .await;
    assert_eq!(refused["offer"]["state"], "refused");
    assert_eq!(refused["credentials"][0]["alarm"]["kind"], "words_differ");
    assert!(running.is_refused(&bundled).await);
    let late = running
        .ask("confirm_words", json!({"id": id, "match": true}))
        .await;
    assert_eq!(late.code(), Some(Code::WrongStep));
    let running = running.restart().await;
    let offers = running.result("list_offers", json!({})).await;
    assert_eq!(offers["offers"][0]["state"], "refused");
    assert!(running.is_refused(&bundled).await);
}

#[tokio::test]
async fn what_cannot_be_activated_says_so_and_a_wrong_generation_hears_the_next_one() {
    let running = Running::start().await;
    let plain = running.issue("plain", Profile::Native, &Grant::default()).await;
    let legacy = running.issue("legacy", Profile::Legacy, &Grant::default()).await;
    let (_, shown) = running.offer("shown", json!({"delivery": "plain"})).await;
    assert_eq!(state(&running, "shown-console").await, "active");
    let secret = AgreementSecret::generate();
    for credential in [&plain, &legacy, &shown, &running.owner] {
        let refused = running
            .ask_as(credential, "activate_credential", asks(&secret, 1))
            .await;
        assert_eq!(refused.code(), Some(Code::WrongStep));
        assert!(refused.message().unwrap().contains("no activation"));
    }
    for more in [
        json!({"delivery": "plain", "verify_first": true}),
        json!({"profile": "legacy", "verify_first": true}),
    ] {
        let mut asked =
            json!({"label": "x", "app_id": "x", "profile": "native", "holders": ["console"], "grant": {}});
        asked
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let refused = running.ask("create_offer", asked).await;
        assert_eq!(refused.code(), Some(Code::InvalidParameter));
    }

    let (_, bundled) = running.offer("partner", json!({})).await;
    for generation in [0, 2, 7] {
        let refused = running
            .ask_as(&bundled, "activate_credential", asks(&secret, generation))
            .await;
        assert_eq!(refused.code(), Some(Code::InvalidParameter));
        assert_eq!(refused.to_value()["next_generation"], 1);
    }
    let weak = json!({"generation": 1, "key": "A".repeat(43)});
    let refused = running.ask_as(&bundled, "activate_credential", weak).await;
    assert_eq!(
        refused.code(),
        Some(Code::InvalidParameter),
        "a point of small order"
    );
    running.mix(&bundled, 1, 0).await;
}

#[tokio::test]
async fn withdrawing_an_offer_revokes_all_but_what_is_in_use_and_was_verified_here() {
    let running = Running::start().await;
    for is_verified in [false, true] {
        let asked = json!({
            "label": "both", "app_id": "both", "profile": "native", "holders": ["console", "instance"],
            "grant": {}, "delivery": "request",
        });
        let made = running.result("create_offer", asked).await;
        let one = held(&made["credentials"][0]["form"]);
        let other = held(&made["credentials"][1]["form"]);
        assert_eq!(made["offer"]["delivery"], "request");
        assert_eq!(made["identity"].as_str().unwrap().len(), 43);
        let fresh = running.mix(&one, 1, 0).await;
        let id = &made["offer"]["id"];
        let offers = running.result("list_offers", json!({})).await;
        let offers = offers["offers"].as_array().unwrap();
        let listed = offers.iter().find(|offer| offer["id"] == *id).unwrap();
        assert_eq!(listed["state"], "offered", "the least advanced");
        if is_verified {
            running
                .result("confirm_words", json!({"id": id, "match": true}))
                .await;
        }
        let withdrawn = running.result("withdraw_offer", json!({"id": id})).await;
        assert_eq!(withdrawn["offer"]["state"], "withdrawn");
        assert!(running.is_refused(&other).await);
        // Keys that the holder alone had mixed in settle nothing: somebody in between would do the same.
        assert_eq!(running.is_refused(&fresh).await, !is_verified);
    }
}

#[tokio::test]
async fn what_was_revoked_stays_listed_for_ninety_days() {
    let running = Running::start().await;
    let issued = running.issue("gone", Profile::Native, &Grant::default()).await;
    let revoked = running.result("revoke_credential", json!({"name": "gone"})).await;
    assert!(revoked["credential"]["ended_at"].is_string());
    let running = running.restart().await;
    assert_eq!(running.listed("gone").await["state"], "revoked");
    assert!(running.is_refused(&issued).await);
    let aged = "UPDATE issued SET life = json_set(life, '$.ended_at', '2026-01-01T00:00:00+00:00') WHERE name = 'gone'";
    let running = running.restart_after(aged).await;
    assert_eq!(running.listed("gone").await, Value::Null);
    assert!(running.is_refused(&issued).await);
    running.issue("gone", Profile::Native, &Grant::default()).await;
}

#[tokio::test]
async fn credentials_stored_before_there_were_lives_get_one() {
    let running = Running::start().await;
    let (_, waiting) = running.offer("waiting", json!({})).await;
    let issued = running.issue("plain", Profile::Native, &Grant::default()).await;
    let running = running.restart_after("UPDATE issued SET life = NULL").await;
    assert_eq!(running.listed("owner").await["verified"], true);
    assert_eq!(state(&running, "plain").await, "active");
    assert_eq!(state(&running, "waiting-console").await, "offered");
    assert!(!running.is_refused(&issued).await);
    let fresh = running.mix(&waiting, 1, 0).await;
    let running = running.restart().await;
    assert!(!running.is_refused(&fresh).await);
    assert_eq!(state(&running, "waiting-console").await, "active");
}

#[tokio::test]
async fn a_lease_that_ended_is_refused_and_on_record() {
    let running = Running::start().await;
    let asked = json!({"name": "leased", "app_id": "leased", "profile": "native", "grant": {}, "lease_ends": "2999-01-01T00:00:00+00:00"});
    let leased = held(&running.result("issue_credential", asked).await["secret"]);
    assert!(!running.is_refused(&leased).await);
    let ended = "UPDATE issued SET life = json_set(life, '$.lease_ends', '2026-11-01T00:00:00+00:00') WHERE name = 'leased'";
    let running = running.restart_after(ended).await;
    assert!(running.is_refused(&leased).await);
    assert_eq!(running.denials().await, ["lease_ended"]);
    assert_eq!(state(&running, "leased").await, "expired");
}

#[tokio::test]
async fn keys_that_are_old_or_worn_are_due_for_rotation() {
    let running = Running::start().await;
    let due = async |running: &Running, credential: &HeldCredential| {
        let who = running.ask_as(credential, "whoami", json!({})).await;
        who.into_result().unwrap()["credential"]["rotation_due"].clone()
    };
    let issued = running.issue("old", Profile::Native, &Grant::default()).await;
    assert_eq!(due(&running, &issued).await, Value::Null);
    let old = "UPDATE issued SET life = json_set(life, '$.keyed_at', '2026-01-01T00:00:00+00:00') WHERE name = 'old'";
    let running = running.restart_after(old).await;
    assert_eq!(due(&running, &issued).await, "2026-04-01T00:00:00.000000+00:00");
    let rotated = running.result("rotate_credential", json!({"name": "old"})).await;
    let fresh = held(&rotated["form"]);
    assert_eq!(due(&running, &fresh).await, Value::Null);
    let worn = "UPDATE issued SET uses = 300000000 WHERE name = 'old'";
    let running = running.restart_after(worn).await;
    assert!(due(&running, &fresh).await.is_string());
}
