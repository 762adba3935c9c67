//! What an issued credential allows, changed under the keys that its holder has.

use crate::access_keys::{everything, key, place};
use crate::running::{Running, context, get, refused, text};
use butterfly_console::client::Client;
use butterfly_console::model::{Grant, Profile, Timestamp};
use butterfly_console::protocol::{Code, Query, SealedRequest, seal_query};
use serde_json::{Value, json};

/// What the owner sees of a credential.
async fn seen(running: &Running, name: &str) -> Value {
    let listed = running.get("list_credentials", json!({})).await;
    let all = listed["credentials"].as_array().unwrap();
    let found = all.iter().find(|credential| credential["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {listed}")).clone()
}

fn whats(changed: &Value) -> Vec<&str> {
    let changes = changed["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|change| change["what"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_next_call_is_let_in_by_what_is_allowed_then_under_the_same_keys() {
    let running = Running::start("alpha").await;
    let mut grant = Grant::read(["get_graph_stats", "create_pointer"]);
    grant.rate_per_minute = Some(600);
    let friend = running.issue("friend", grant).await;
    let kid = seen(&running, "friend").await["kid"].clone();
    let make = json!({"data_reference": "https://a.example/1"});
    assert_eq!(
        refused(&friend, "create_pointer", make.clone()).await,
        Code::NotGranted
    );

    let ends = Timestamp::now().plus_seconds(3_600);
    let asked = json!({"name": "friend", "grant": {"writes": true, "hops": 2}, "lease_ends": ends});
    let changed = running.get("change_credential", asked).await;
    assert_eq!(whats(&changed), ["writes", "hops", "expires_at"]);
    assert_eq!(
        changed["changes"][1],
        json!({"what": "hops", "before": 0, "now": 2})
    );
    assert_eq!(
        changed["credential"]["grant"]["rate_per_minute"], 600,
        "what is not named stays"
    );
    get(&friend, "create_pointer", make).await;

    let asked =
        json!({"name": "friend", "grant": {"actions": ["create_pointer"], "sources": ["192.0.2.0/24"]}});
    running.get("change_credential", asked).await;
    assert_eq!(
        refused(&friend, "create_pointer", json!({})).await,
        Code::NotGranted
    );
    let asked = json!({"name": "friend", "grant": {"sources": null}, "lease_ends": null});
    let changed = running.get("change_credential", asked).await;
    assert_eq!(whats(&changed), ["sources", "expires_at"]);
    assert_eq!(
        refused(&friend, "get_graph_stats", json!({})).await,
        Code::NotGranted
    );

    let running = running.reopen().await;
    let after = seen(&running, "friend").await;
    assert_eq!((&after["kid"], &after["expires_at"]), (&kid, &json!(null)));
    assert_eq!(after["grant"]["actions"], json!(["create_pointer"]));
    assert_eq!(after["grant"]["hops"], 2);
    let more = json!({"data_reference": "https://a.example/2"});
    get(&friend, "create_pointer", more).await;
}

#[tokio::test]
async fn what_it_allowed_before_and_allows_now_is_on_record() {
    let running = Running::start("alpha").await;
    let mut grant = Grant::read(["get_pointer"]);
    grant.pointers.all = false;
    grant.pointers.tags.insert("t\u{e9}".to_owned());
    running.issue("friend", grant).await;
    let asked = json!({"name": "friend", "grant": {"writes": true, "pointers": {"tags": ["wet"]}, "strict_replay": true}});
    running.get("change_credential", asked.clone()).await;
    let trail = running.trail().await;
    let of_this: Vec<_> = trail
        .iter()
        .filter(|record| record["action"] == "change_credential")
        .map(|record| {
            (
                text(&record["subject"]),
                text(&record["outcome"]),
                record["reason"].clone(),
            )
        })
        .collect();
    let account = "pointers.tags [\"t?\"] -> [\"wet\"], writes false -> true, strict_replay false -> true";
    assert_eq!(
        of_this,
        [
            ("friend".to_owned(), "done".to_owned(), json!(account)),
            ("friend".to_owned(), "intent".to_owned(), json!(null)),
        ]
    );
    let again = running.get("change_credential", asked).await;
    assert_eq!(again["changes"], json!([]), "it is so already");
    assert_eq!(
        running.get("verify_audit", json!({})).await["first_bad"],
        json!(null)
    );
}

#[tokio::test]
async fn it_is_changed_only_as_it_was_seen() {
    let running = Running::start("alpha").await;
    running.issue("friend", Grant::read(["get_pointer"])).await;
    let saw = seen(&running, "friend").await;
    let as_seen = json!({"grant": saw["grant"], "expires_at": saw["expires_at"]});
    let asked = json!({"name": "friend", "grant": {"rate_per_minute": 60}, "if_still": as_seen});
    running.get("change_credential", asked.clone()).await;
    let (code, problem) = running.fails("change_credential", asked).await;
    assert_eq!(code, Code::ChangedMeanwhile);
    assert!(
        text(&problem["message"]).contains("credential friend"),
        "{problem}"
    );

    // What was not seen does not matter; nor how what is absent is written.
    let seen_in_part = json!({"grant": {"rate_per_minute": 60, "strict_replay": false, "domain": null}});
    let asked = json!({"name": "friend", "grant": {"hops": 1}, "if_still": seen_in_part});
    running.get("change_credential", asked).await;
    let soon = Timestamp::now().plus_seconds(600);
    let asked = json!({"name": "friend", "lease_ends": null, "if_still": {"expires_at": soon}});
    assert_eq!(
        running.fails("change_credential", asked).await.0,
        Code::ChangedMeanwhile
    );
    for unreadable in [
        json!({"colour": "red"}),
        json!({"grant": {"colour": "red"}}),
        json!({"grant": "all"}),
        json!({"expires_at": "soon"}),
    ] {
        let asked = json!({"name": "friend", "grant": {"hops": 3}, "if_still": unreadable});
        assert_eq!(
            running.fails("change_credential", asked).await.0,
            Code::InvalidParameter
        );
    }
    assert_eq!(seen(&running, "friend").await["grant"]["hops"], 1);
}

#[tokio::test]
async fn what_cannot_be_changed_stays_and_says_why() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let change = async |asked: Value| running.fails("change_credential", asked).await.0;
    assert_eq!(change(json!({"name": "mine"})).await, Code::MissingParameter);
    assert_eq!(
        change(json!({"name": "mine", "grant": {}})).await,
        Code::MissingParameter
    );
    assert_eq!(
        change(json!({"name": "nobody", "grant": {"hops": 1}})).await,
        Code::CredentialNotFound
    );
    for wrong in [
        json!({"colour": "red"}),
        json!({"hops": 9}),
        json!({"writes": "yes"}),
        json!({"owner": true}),
    ] {
        assert_eq!(
            change(json!({"name": "mine", "grant": wrong})).await,
            Code::InvalidParameter
        );
    }
    let past = Timestamp::now().plus_seconds(-1);
    assert_eq!(
        change(json!({"name": "mine", "lease_ends": past})).await,
        Code::InvalidParameter
    );
    assert_eq!(
        refused(
            &mine,
            "change_credential",
            json!({"name": "mine", "grant": {"hops": 1}})
        )
        .await,
        Code::OwnerOnly
    );

    // Nobody could give the only owner back what is taken from it.
    let owner = text(&running.get("list_credentials", json!({})).await["credentials"][1]["name"]);
    assert_eq!(seen(&running, &owner).await["grant"]["owner"], true);
    let narrower = json!({"name": owner, "grant": {"sources": ["192.0.2.1/32"]}});
    assert_eq!(change(narrower.clone()).await, Code::AccessDenied);
    running.issue("another", Grant::owner()).await;
    running.get("change_credential", narrower).await;

    running.get("suspend_credential", json!({"name": "mine"})).await;
    let changed = running
        .get("change_credential", json!({"name": "mine", "grant": {"hops": 1}}))
        .await;
    assert_eq!(changed["credential"]["state"], "suspended");
    running.get("revoke_credential", json!({"name": "mine"})).await;
    assert_eq!(
        change(json!({"name": "mine", "grant": {"hops": 2}})).await,
        Code::WrongStep
    );
    assert_eq!(
        change(json!({"name": "mine", "lease_ends": null})).await,
        Code::WrongStep
    );
}

#[tokio::test]
async fn of_an_access_key_everything_is_changed_but_what_its_permissions_say() {
    let running = Running::start("alpha").await;
    let mine = running.issue_as("mine", Profile::Legacy, everything()).await;
    let here = place(&mine, "here").await;
    let (id, _) = key(&mine, &here.domain, json!("read_pointers")).await;
    let asked = json!({"name": id, "grant": {"rate_per_minute": 6, "strict_replay": true}});
    let changed = running.get("change_credential", asked).await;
    assert_eq!(whats(&changed), ["rate_per_minute", "strict_replay"]);
    for member in [
        json!({"writes": true}),
        json!({"actions": ["create_pointer"]}),
        json!({"pointers": {"all": true}}),
        json!({"domain": null}),
    ] {
        let asked = json!({"name": id, "grant": member});
        assert_eq!(
            running.fails("change_credential", asked).await.0,
            Code::InvalidParameter
        );
    }
}

#[tokio::test]
async fn threat_21_where_replay_becomes_strict_no_copy_from_before_is_taken() {
    let running = Running::start("alpha").await;
    let friend = running
        .issue_as("friend", Profile::Legacy, Grant::read(["get_graph_stats"]))
        .await;
    let context = context();
    let query = Query::new("get_graph_stats", json!({}));
    let client = Client::new();
    let send = async |request: &SealedRequest| {
        let sent = client.send(&friend, request.clone(), &context).await;
        sent.is_ok_and(|exchange| exchange.reply.is_success())
    };
    let before = seal_query(&friend, &query, &context, Timestamp::now());
    assert!(
        send(&before).await && send(&before).await,
        "as original instances do"
    );
    let strict = |is_strict: bool| json!({"name": "friend", "grant": {"strict_replay": is_strict}});
    running.get("change_credential", strict(true)).await;
    assert!(!send(&before).await, "a copy of it may be with somebody");

    // Their clock is a little ahead: the second in which it was switched is over there.
    let after = seal_query(&friend, &query, &context, Timestamp::now().plus_seconds(5));
    assert!(send(&after).await);
    assert!(!send(&after).await);
    let running = running.reopen().await;
    assert!(
        !send(&before).await && !send(&after).await,
        "after a restart neither"
    );
    running.get("change_credential", strict(false)).await;
    assert!(send(&before).await && send(&before).await);
}

#[tokio::test]
async fn an_access_key_allows_no_more_than_whoever_made_it_may_do_by_now() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let here = place(&mine, "here").await;
    let (_, writer) = key(&mine, &here.domain, json!("read_write")).await;
    let write = |words: &str| json!({"pointer_address": here.pointer, "description": words});
    let mine_may = async |grant: Value| {
        let asked = json!({"name": "mine", "grant": grant});
        running.get("change_credential", asked).await;
    };
    get(&writer, "update_pointer", write("rain")).await;
    mine_may(json!({"writes": false})).await;
    assert_eq!(
        refused(&writer, "update_pointer", write("snow")).await,
        Code::NotGranted
    );
    get(&writer, "get_pointer", json!({"pointer_address": here.pointer})).await;
    mine_may(json!({"writes": true, "sources": ["192.0.2.0/24"]})).await;
    assert_eq!(
        refused(&writer, "update_pointer", write("snow")).await,
        Code::NotGranted
    );
    mine_may(json!({"sources": null})).await;
    get(&writer, "update_pointer", write("snow")).await;
}
