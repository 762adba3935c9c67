//! One call at a time.

use crate::original::{Mode, Original, ask, patient};
use butterfly_console::client::{Client, ClientError};
use butterfly_console::model::{InstanceState, Pointer, gyroid_coordinates};
use butterfly_console::protocol::Query;
use serde_json::json;
use sha2::{Digest, Sha256};

#[tokio::test]
async fn every_action_of_the_original_answers_in_both_modes() {
    for mode in Mode::BOTH {
        let Some(original) = Original::start(mode) else {
            return;
        };
        let address = original.pointer("https://weather.example/oslo").await;
        let domain = original.result("create_domain", json!({"name": "home"})).await;
        let parameters = json!({"domain_id": domain["domain"]["id"], "name": "web"});
        let connection = original.result("create_connection", parameters).await;
        let connection = &connection["connection"]["id"];
        let both = json!({"connection_id": connection, "pointer_address": address});
        original
            .result("assign_pointer_to_connection", both.clone())
            .await;

        let found = original
            .result("search_pointers", json!({"search_term": "%"}))
            .await;
        assert_eq!(found["count"], 1);
        let summary = original
            .result("get_pointer_summary", json!({"pointer_address": address}))
            .await;
        assert_eq!(summary["connection_id"], *connection);
        let assigned = original
            .result(
                "get_pointers_for_connection",
                json!({"connection_id": connection}),
            )
            .await;
        assert_eq!(assigned["pointers"][0]["address"], address);
        let overview = original.result("get_admin_overview", json!({})).await;
        assert_eq!(overview["domains"][0]["connections"][0]["id"], *connection);

        let off = json!({"connection_id": connection, "status": "disabled"});
        original.result("set_connection_status", off).await;
        let refused = ask(&original.credential(), "invoke_through_connection", both).await;
        assert!(refused.reply.problem().is_some());
    }
}

/// The pointer of an original instance is one of ours: every field reads, and the coordinates agree.
#[tokio::test]
async fn its_pointers_read_as_ours_and_lie_where_we_would_put_them() {
    let Some(original) = Original::start(Mode::AppId) else {
        return;
    };
    let address = original.pointer("https://weather.example/oslo").await;
    let shown = original
        .result("get_pointer", json!({"pointer_address": address}))
        .await;
    let pointer: Pointer = serde_json::from_value(shown).unwrap();
    let place = gyroid_coordinates(&Sha256::digest(address.as_bytes()).into());
    // Python may round the last bit otherwise.
    for (theirs, ours) in [(pointer.x, place.0), (pointer.y, place.1), (pointer.z, place.2)] {
        assert!((theirs - ours).abs() < 1e-12, "{pointer:?} is not at {place:?}");
    }
    assert_eq!(pointer.tags, ["weather"]);
    assert!(pointer.connection_id.is_none() && pointer.federated.is_none());
}

#[tokio::test]
async fn an_error_of_its_actions_is_a_reply() {
    let Some(original) = Original::start(Mode::AppId) else {
        return;
    };
    let address = original.pointer("https://weather.example/oslo").await;
    let twice = json!({"data_reference": "https://weather.example/oslo"});
    let exchange = ask(&original.credential(), "create_pointer", twice).await;
    let problem = exchange.reply.problem().unwrap();
    assert!(problem.message.contains(&address), "{}", problem.message);

    let unknown = ask(&original.credential(), "list_pointers", json!({})).await;
    assert!(unknown.reply.problem().unwrap().message.contains("list_pointers"));
}

#[tokio::test]
async fn data_that_cannot_be_had_is_rendered_in_words() {
    let Some(original) = Original::start(Mode::AppId) else {
        return;
    };
    let domain = original.result("create_domain", json!({"name": "home"})).await;
    let parameters = json!({"domain_id": domain["domain"]["id"], "name": "web"});
    let connection = original.result("create_connection", parameters).await;
    let parameters = json!({
        "connection_id": connection["connection"]["id"],
        "pointer_address": original.pointer("a shelf in the cellar").await,
    });
    original
        .result("assign_pointer_to_connection", parameters.clone())
        .await;
    let exchange = ask(&original.credential(), "invoke_through_connection", parameters).await;
    assert_eq!(exchange.reply.status(), "interpretation_rendered");
    assert!(exchange.reply.result().unwrap()["interpretation"].is_string());
}

#[tokio::test]
async fn a_plain_401_is_a_refusal_that_says_what_the_instance_said() {
    for mode in Mode::BOTH {
        let Some(original) = Original::start(mode) else {
            return;
        };
        let refusal = Client::new()
            .invoke(
                &original.with_wrong_secret(),
                &Query::new("get_graph_stats", json!({})),
                &patient(),
            )
            .await
            .err()
            .expect("it does not know the signature");
        let expected = ClientError::Refused {
            endpoint: original.endpoint.as_str().to_owned(),
            hint: Some("Token is invalid!".to_owned()),
        };
        assert_eq!(refusal, expected);
    }
}

/// The sealed error comes under the instance's key, which is not the caller's.
#[tokio::test]
async fn a_wrong_key_meets_an_error_that_it_cannot_open() {
    let Some(original) = Original::start(Mode::AppId) else {
        return;
    };
    let failure = Client::new()
        .invoke(
            &original.with_wrong_key(),
            &Query::new("get_graph_stats", json!({})),
            &patient(),
        )
        .await
        .err()
        .expect("neither can open what the other seals");
    assert!(matches!(failure, ClientError::Garbage { .. }), "{failure}");
}

#[tokio::test]
async fn a_sealed_400_is_opened() {
    let Some(original) = Original::start(Mode::AppId) else {
        return;
    };
    let credential = original.credential();
    let body = "not a Fernet token".to_owned();
    let exchange = Client::new()
        .invoke_sealed(&credential, body, &patient())
        .await
        .unwrap();
    assert_eq!(exchange.status, 400);
    assert_eq!(
        exchange.reply.problem().unwrap().message,
        "The request could not be processed."
    );
}

#[tokio::test]
async fn a_probe_tells_up_refused_and_unreachable_apart() {
    for mode in Mode::BOTH {
        let Some(original) = Original::start(mode) else {
            return;
        };
        original.pointer("https://weather.example/oslo").await;
        let client = Client::new();
        let credential = original.credential();

        let up = client.probe(&original.endpoint, Some(&credential)).await;
        assert_eq!(
            (up.state, up.pointers, up.error),
            (InstanceState::Up, Some(1), None)
        );
        for wrong in [original.with_wrong_secret(), original.with_wrong_key()] {
            let refused = client.probe(&original.endpoint, Some(&wrong)).await;
            assert_eq!(refused.state, InstanceState::Refused);
            assert!(refused.error.is_some());
        }
        drop(original);
        let gone = client.probe(&credential.endpoint, Some(&credential)).await;
        assert_eq!(gone.state, InstanceState::Unreachable);
    }
}
