//! Two at the same moment: what is refused one after the other is refused at once, too.

use crate::access_keys::everything;
use crate::running::{Running, call, text};
use butterfly_console::model::{NewPointer, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// So often two are let loose on one pointer.
const ROUNDS: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_deletes_a_pointer_that_was_taken_away_a_moment_ago() {
    let running = Running::start("alpha").await;
    let mut grant = everything();
    grant.pointers.all = false;
    grant.pointers.tags.insert("team".to_owned());
    let worker = running.issue("worker", grant).await;
    for round in 0..ROUNDS {
        let made = json!({"data_reference": format!("https://a.example/{round}"), "tags": ["team"]});
        let address = running.pointer(made).await;
        let hide = json!({"pointer_address": address, "tags": ["private"]});
        let (hidden, deleted) = tokio::join!(
            running.ask("update_pointer", hide),
            call(&worker, "delete_pointer", json!({"pointer_address": address})),
        );
        // What is gone cannot be changed: where it was, it was private when it went.
        assert!(
            !(hidden.is_success() && deleted.reply.is_success()),
            "round {round}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_pointer_leads_fits_its_reference_whoever_changes_which_first() {
    let running = Running::start("alpha").await;
    let connection = running.connection("gate", None).await;
    let peer = "https://peer.example/invoke";
    for round in 0..ROUNDS {
        let address = running
            .pointer(json!({"data_reference": format!("https://a.example/{round}")}))
            .await;
        let away = json!({
            "pointer_address": address,
            "data_reference": peer,
            "federated": {
                "route": "endpoint",
                "connection_id": connection,
                "endpoint": peer,
                "profile": "native",
                "kid": null,
                "query": {"action": "whoami", "round": round},
            },
        });
        let elsewhere = json!({
            "pointer_address": address,
            "data_reference": format!("https://b.example/{round}"),
        });
        tokio::join!(
            running.ask("update_pointer", away),
            running.ask("update_pointer", elsewhere),
        );
        let seen = running
            .get("get_pointer", json!({"pointer_address": address}))
            .await;
        if seen.get("federated").is_some_and(Value::is_object) {
            assert_eq!(seen["data_reference"], peer, "round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_given_whole_has_each_pointer_once_while_others_move_them() {
    let running = Running::start("alpha").await;
    let rows = (0..2_500).map(|row| NewPointer {
        data_reference: format!("https://a.example/{row}"),
        description: format!("site {row:04}"),
        tags: vec!["site".to_owned()],
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
        author: None,
    });
    let store = running.instance.store();
    store
        .create_pointers(rows.collect(), Timestamp::now())
        .await
        .unwrap();
    let asked = json!({"search_tags": ["site"], "sort": "description"});
    let first = running.get("search_pointers", asked.clone()).await;
    let addresses: Vec<String> = first["pointers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pointer| text(&pointer["address"]))
        .collect();
    let done = AtomicBool::new(false);
    let moving = async {
        for round in 0.. {
            for (place, address) in [0, 900, 1_100, 2_400]
                .iter()
                .map(|place| (place, &addresses[*place]))
            {
                let beside = if (round + place) % 200 < 100 { "a" } else { "z" };
                let change = json!({"pointer_address": address, "description": format!("{beside} {round}")});
                running.get("update_pointer", change).await;
            }
            if done.load(Ordering::Relaxed) {
                break;
            }
        }
    };
    let reading = async {
        for _ in 0..20 {
            let all = running.get("search_pointers", asked.clone()).await;
            let seen: BTreeSet<String> = all["pointers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|pointer| text(&pointer["address"]))
                .collect();
            let told = (seen.len(), all["count"].as_u64(), all["total"].as_u64());
            assert_eq!(told, (2_500, Some(2_500), Some(2_500)));
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(moving, reading);
}
