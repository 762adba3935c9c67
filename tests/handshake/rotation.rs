//! Rotation: new keys while calls are made.

use crate::running::*;
use butterfly_console::protocol::Code;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threat_34_rotation_under_load_fails_no_call() {
    let (alpha, beta, offer, connection) = active().await;
    let before = alpha.held().await["kid"].clone();
    let load = async {
        let mut replies = Vec::new();
        for _ in 0..12 {
            let relays = (0..8).map(|_| alpha.relay(&connection));
            replies.extend(futures::future::join_all(relays).await);
        }
        replies
    };
    let rotations = async {
        let mut last = json!(null);
        for _ in 0..3 {
            let asked = json!({"name": NAME, "overlap_seconds": 600});
            last = alpha.get("rotate_held_credential", asked).await;
        }
        last
    };
    let (replies, rotated) = tokio::join!(load, rotations);
    for reply in replies {
        assert!(reply.is_success(), "{}", reply.to_value());
    }
    let credential = &rotated["credential"];
    assert_eq!(credential["generation"], 4);
    assert_eq!(credential["state"], "rotating");
    assert_ne!(credential["kid"], before);
    assert_eq!(
        beta.issued(&offer).await["overlap_until"],
        credential["overlap_until"]
    );
    assert_eq!(beta.issued(&offer).await["alarm"], json!(null));
}

#[tokio::test]
async fn what_was_never_activated_is_not_rotated() {
    let (alpha, _beta, _, _) = joined(false).await;
    let (code, _) = alpha.fails("rotate_held_credential", json!({"name": NAME})).await;
    assert_eq!(code, Code::WrongStep);
    let (code, _) = alpha
        .fails(
            "rotate_held_credential",
            json!({"name": NAME, "overlap_seconds": 5_000_000_000u64}),
        )
        .await;
    assert_eq!(code, Code::InvalidParameter);
}

#[tokio::test]
async fn a_rotation_that_is_refused_leaves_nothing_to_be_finished() {
    let (alpha, beta, offer, connection) = active().await;
    let name = &offer["credentials"][0]["name"];
    beta.get("suspend_credential", json!({ "name": name })).await;
    let (code, _) = alpha.fails("rotate_held_credential", json!({"name": NAME})).await;
    assert_eq!(code, Code::PeerRefused);
    let held = alpha.held().await;
    assert_eq!(
        (&held["activation_pending"], &held["generation"]),
        (&json!(false), &json!(1))
    );
    beta.get("suspend_credential", json!({"name": name, "resume": true}))
        .await;
    assert!(alpha.relay(&connection).await.is_success());
    let rotated = alpha.get("rotate_held_credential", json!({"name": NAME})).await;
    assert_eq!(rotated["credential"]["generation"], 2);
}

#[tokio::test]
async fn the_issuer_s_wish_for_a_rotation_shows_and_is_fulfilled() {
    let (alpha, beta, offer, _) = active().await;
    let name = &offer["credentials"][0]["name"];
    beta.get(
        "rotate_credential",
        json!({"name": name, "overlap_seconds": 3600}),
    )
    .await;
    alpha.get("check_held_credential", json!({"name": NAME})).await;
    let held = alpha.held().await;
    assert_eq!(held["rotation_due"], beta.issued(&offer).await["rotation_due"]);
    assert_ne!(held["rotation_due"], json!(null));
    let rotated = alpha.get("rotate_held_credential", json!({"name": NAME})).await;
    assert_eq!(rotated["credential"]["rotation_due"], json!(null));
    assert_eq!(beta.issued(&offer).await["rotation_due"], json!(null));
}
