//! What should not happen, noticed on both sides: two parties with one credential, another TLS key, another
//! identity, words that differ.

use crate::running::*;
use butterfly_console::instance::Instance;
use butterfly_console::protocol::Code;
use butterfly_console::seal::{AgreementSecret, DataKey, Identity};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

fn named() -> Value {
    json!({ "name": NAME })
}

fn mixing_in(generation: u32) -> Value {
    json!({"generation": generation, "key": AgreementSecret::generate().key()})
}

#[tokio::test]
async fn threat_36_a_thief_who_activates_first_freezes_it_for_both() {
    let (alpha, beta, offer, connection) = joined(true).await;
    agree(&alpha, &beta, &offer).await;
    let stolen = call(&bundled(&offer), "activate_credential", mixing_in(1)).await;
    assert!(stolen.unwrap().is_success());

    let (code, problem) = alpha.fails("activate_held_credential", named()).await;
    assert_eq!(code, Code::CredentialFrozen);
    assert_eq!(problem["alarm"], "activated_twice");
    let held = alpha.held().await;
    assert_eq!(held["state"], "suspended");
    assert_eq!(held["alarm"]["kind"], "activated_twice");
    assert_eq!(held["verified"], false);
    assert_eq!(
        alpha.relay(&connection).await.code(),
        Some(Code::CredentialFrozen)
    );
    let issued = beta.issued(&offer).await;
    assert_eq!(
        (&issued["state"], &issued["alarm"]["kind"]),
        (&json!("suspended"), &json!("activated_twice"))
    );

    let alpha = alpha.restart().await;
    let matched = json!({"name": NAME, "match": true});
    let (code, _) = alpha.fails("verify_held_credential", matched).await;
    assert_eq!(code, Code::CredentialFrozen, "words do not thaw it");
    let trail = alpha.trail(NAME).await;
    let alarm = "held_credential_alarm failed activated_twice";
    assert!(trail.iter().any(|line| line == alarm), "{trail:?}");
}

#[tokio::test]
async fn threat_36_a_thief_who_comes_second_freezes_it_and_the_holder_hears_of_it() {
    let (alpha, beta, offer, connection) = active().await;
    let stolen = call(&bundled(&offer), "activate_credential", mixing_in(1)).await;
    assert_eq!(stolen.unwrap().code(), Some(Code::CredentialFrozen));
    assert_eq!(beta.issued(&offer).await["alarm"]["kind"], "activated_twice");
    assert_eq!(
        alpha.relay(&connection).await.code(),
        Some(Code::CredentialFrozen)
    );
    assert_eq!(alpha.held().await["alarm"]["kind"], "activated_twice");
}

#[tokio::test]
async fn threat_52_another_tls_key_takes_verification_back_until_people_compared_anew() {
    let (alpha, beta) = (Running::start("alpha").await, Running::start_tls("beta").await);
    let offer = beta.offer("passphrase", true).await;
    let connection = alpha.hold(&offer).await;
    agree(&alpha, &beta, &offer).await;
    alpha.get("activate_held_credential", named()).await;
    assert!(alpha.relay(&connection).await.is_success());

    let stopped = beta.stop().await;
    Instance::use_spare_tls_key(&stopped.folder).unwrap();
    let beta = stopped.start().await;
    assert!(
        alpha.relay(&connection).await.is_success(),
        "the spare key is known"
    );

    let stopped = beta.stop().await;
    let pins = Instance::use_spare_tls_key(&stopped.folder).unwrap();
    let beta = stopped.start().await;
    assert_eq!(alpha.relay(&connection).await.code(), Some(Code::PeerRefused));
    let held = alpha.held().await;
    assert_eq!(held["verified"], false);
    assert_eq!(held["alarm"]["kind"], "tls_key_changed");
    let uses = held["uses"].clone();
    let alpha = alpha.restart().await;
    let refused = alpha.relay(&connection).await;
    assert_eq!(refused.code(), Some(Code::NotVerified));
    assert_eq!(alpha.held().await["uses"], uses, "nothing was sent any more");
    assert_eq!(
        alpha.fails("rotate_held_credential", named()).await.0,
        Code::NotVerified
    );

    let anew = json!({"name": NAME, "match": true, "pins": pins});
    let verified = alpha.get("verify_held_credential", anew).await;
    assert_eq!(verified["credential"]["alarm"], Value::Null);
    assert_eq!(verified["credential"]["verified"], true);
    assert!(alpha.relay(&connection).await.is_success());
    let trail = alpha.trail(NAME).await;
    let alarms = trail.iter().filter(|line| line.contains("tls_key_changed"));
    assert_eq!(alarms.count(), 1, "{trail:?}");
    drop(beta);
}

#[tokio::test]
async fn threat_52_what_a_call_saw_under_older_pins_raises_no_alarm_about_newer_ones() {
    let (alpha, beta) = (Running::start("alpha").await, Running::start_tls("beta").await);
    let another = Running::start_tls("another").await;
    let offer = beta.offer("passphrase", true).await;
    let connection = alpha.hold(&offer).await;
    agree(&alpha, &beta, &offer).await;
    alpha.get("activate_held_credential", named()).await;
    let address = beta.address();
    let stopped = beta.stop().await;
    let pins = Instance::use_spare_tls_key(&stopped.folder).unwrap();
    let in_its_place = TcpListener::bind(address).await.unwrap();
    let meanwhile = async {
        let (mut caller, _) = in_its_place.accept().await.unwrap();
        let anew = json!({"name": NAME, "match": true, "pins": pins});
        alpha.get("verify_held_credential", anew).await;
        // Only now is it shown a key, and none that it knows.
        let mut shown = TcpStream::connect(another.address()).await.unwrap();
        // However that ends.
        let _ = tokio::io::copy_bidirectional(&mut caller, &mut shown).await;
    };
    let (refused, ()) = tokio::join!(alpha.relay(&connection), meanwhile);
    assert_eq!(refused.code(), Some(Code::PeerRefused));
    let held = alpha.held().await;
    assert_eq!(
        (&held["verified"], &held["alarm"]),
        (&json!(true), &Value::Null),
        "{held}"
    );
}

#[tokio::test]
async fn another_identity_is_given_no_keys_and_takes_verification_back() {
    let (alpha, beta) = (Running::start("alpha").await, Running::start("beta").await);
    let mut offer = beta.offer("passphrase", true).await;
    let real = offer["identity"].clone();
    offer["identity"] = json!(Identity::of(&DataKey::from_bytes([7; 32])).key());
    let connection = alpha.hold(&offer).await;
    agree(&alpha, &beta, &offer).await;
    let (code, problem) = alpha.fails("activate_held_credential", named()).await;
    assert_eq!(
        (code, &problem["alarm"]),
        (Code::NotVerified, &json!("identity_changed"))
    );
    assert_eq!(beta.issued(&offer).await["generation"], 0);
    let held = alpha.held().await;
    assert_eq!(held["verified"], false);
    assert_eq!(alpha.relay(&connection).await.code(), Some(Code::NotVerified));
    let anew = json!({"name": NAME, "match": true, "identity": real});
    alpha.get("verify_held_credential", anew).await;
    alpha.get("activate_held_credential", named()).await;
    assert!(alpha.relay(&connection).await.is_success());
}

#[tokio::test]
async fn words_that_differ_refuse_it_for_good() {
    let (alpha, beta, offer, connection) = joined(false).await;
    let differ = json!({"name": NAME, "match": false});
    let refused = alpha.get("verify_held_credential", differ).await;
    assert_eq!(refused["credential"]["state"], "revoked");
    assert_eq!(refused["credential"]["alarm"]["kind"], "words_differ");
    assert_eq!(
        alpha.relay(&connection).await.code(),
        Some(Code::NoHeldCredential)
    );
    assert_eq!(beta.issued(&offer).await["uses"], 0);
    let matched = json!({"name": NAME, "match": true});
    let (code, _) = alpha.fails("verify_held_credential", matched).await;
    assert_eq!(code, Code::WrongStep);
    let (code, _) = alpha.fails("activate_held_credential", named()).await;
    assert_eq!(code, Code::WrongStep);
    alpha.get("drop_held_credential", named()).await;
    assert_eq!(alpha.held().await, Value::Null);
}
