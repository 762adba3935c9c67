//! Access keys: each opens one domain, as far as its permissions go, and falls with whoever made it.

use crate::running::{Running, call, get, held, problem_of, refused, text, through};
use butterfly_console::client::{Client, ClientError};
use butterfly_console::instance::actions::table;
use butterfly_console::model::{Grant, Profile};
use butterfly_console::protocol::{Access, Code, CredentialForm, HeldCredential, Query};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Every action that can be granted.
pub fn everything() -> Grant {
    let granted = table::ALL
        .iter()
        .filter(|action| action.access == Access::Granted);
    let mut grant = Grant::read(granted.map(|action| action.name));
    grant.writes = true;
    grant
}

/// A domain of an app's own, a connection in it and a pointer assigned to that.
pub struct Place {
    pub domain: String,
    pub connection: String,
    pub pointer: String,
}

pub async fn place(owner: &HeldCredential, name: &str) -> Place {
    let domain = get(owner, "create_domain", json!({ "name": name })).await;
    let domain = text(&domain["domain"]["id"]);
    let asked = json!({"domain_id": domain, "name": name});
    let connection = text(&get(owner, "create_connection", asked).await["connection"]["id"]);
    let asked = json!({"data_reference": format!("a shelf of {name}"), "connection_id": connection});
    let pointer = text(&get(owner, "create_pointer", asked).await["pointer"]["address"]);
    Place {
        domain,
        connection,
        pointer,
    }
}

/// Makes a key; its id, and what its holder calls with.
pub async fn key(owner: &HeldCredential, domain: &str, permissions: Value) -> (String, HeldCredential) {
    let asked = json!({"domain_id": domain, "permissions": permissions});
    let made = get(owner, "generate_access_key", asked).await;
    let plain = text(&made["access_key"]);
    assert!(plain.starts_with("key_") && plain.len() == 36, "{plain}");
    let mut form = made["secret"].clone();
    if form.is_null() {
        // Made under a legacy credential, it is used with that one's secrets.
        form = CredentialForm::of(owner).expose_value();
        form["access_key"] = made["access_key"].clone();
    }
    assert_eq!(form["access_key"], made["access_key"]);
    (text(&made["details"]["id"]), held(&form))
}

async fn is_refused(credential: &HeldCredential) -> bool {
    let query = Query::new("whoami", json!({}));
    let answer = Client::new()
        .invoke(credential, &query, &crate::running::context())
        .await;
    matches!(answer, Err(ClientError::Refused { .. }))
}

#[tokio::test]
async fn a_key_opens_its_domain_and_nothing_beside_it() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let (here, there) = (place(&mine, "here").await, place(&mine, "there").await);
    let loose = running.pointer(json!({"data_reference": "a loose leaf"})).await;
    let (id, writer) = key(&mine, &here.domain, json!("read_write")).await;

    let seen = get(&writer, "list_pointers", json!({})).await;
    assert_eq!(seen["count"], 1);
    assert_eq!(text(&seen["pointers"][0]["address"]), here.pointer);
    let asked = json!({"pointer_address": here.pointer, "description": "a new one"});
    get(&writer, "update_pointer", asked).await;
    let asked = json!({"data_reference": "another shelf", "connection_id": here.connection});
    let made = get(&writer, "create_pointer", asked).await;
    let made = text(&made["pointer"]["address"]);
    get(&writer, "delete_pointer", json!({"pointer_address": made})).await;
    let domains = get(&writer, "list_domains", json!({})).await;
    assert_eq!(
        (&domains["count"], text(&domains["domains"][0]["id"])),
        (&json!(1), here.domain.clone())
    );

    for outside in [&there.pointer, &loose] {
        let asked = json!({"pointer_address": outside});
        assert_eq!(
            refused(&writer, "get_pointer", asked.clone()).await,
            Code::NotGranted
        );
        assert_eq!(refused(&writer, "delete_pointer", asked).await, Code::NotGranted);
    }
    let asked = json!({"data_reference": "a smuggled leaf"});
    assert_eq!(refused(&writer, "create_pointer", asked).await, Code::NotGranted);
    let asked = json!({"data_reference": "a smuggled leaf", "connection_id": there.connection});
    assert_eq!(refused(&writer, "create_pointer", asked).await, Code::NotGranted);
    let asked = json!({"pointer_address": here.pointer, "connection_id": there.connection});
    assert_eq!(
        refused(&writer, "assign_pointer_to_connection", asked).await,
        Code::AccessDenied
    );
    // Its app owns both domains, which is not the key's business; nor is the instance.
    let asked = json!({"domain_id": here.domain, "name": "more"});
    let denied = call(&writer, "create_connection", asked).await;
    let (code, problem) = problem_of(&denied.reply);
    assert_eq!((code, &problem["grant"]), (Code::NotGranted, &json!("domain")));
    assert!(text(&problem["message"]).contains("admin_domain"), "{problem}");
    assert_eq!(
        refused(&writer, "create_domain", json!({"name": "x"})).await,
        Code::NotGranted
    );
    assert_eq!(refused(&writer, "get_audit", json!({})).await, Code::OwnerOnly);

    let details = get(&mine, "get_domain_details", json!({"domain_id": here.domain})).await;
    assert_eq!(text(&details["access_keys"][0]["id"]), id);
    assert_eq!(details["access_keys"][0]["permissions"], json!(["read_write"]));
    assert!(details["access_keys"][0]["uses"].as_u64().unwrap() > 10);
}

#[tokio::test]
async fn permissions_are_steps_and_an_unknown_one_is_told_with_those_that_there_are() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let here = place(&mine, "here").await;
    let (_, reader) = key(&mine, &here.domain, json!(["read_pointers"])).await;
    let (_, admin) = key(&mine, &here.domain, json!("read_write, admin_domain")).await;
    let change = json!({"pointer_address": here.pointer, "description": "x"});
    get(&reader, "get_pointer", json!({"pointer_address": here.pointer})).await;
    assert_eq!(
        refused(&reader, "update_pointer", change.clone()).await,
        Code::NotGranted
    );
    get(&admin, "update_pointer", change).await;
    let asked = json!({"domain_id": here.domain, "name": "second"});
    get(&admin, "create_connection", asked).await;
    for wrong in [
        json!("read_write,everything"),
        json!(["owner"]),
        json!([]),
        json!(7),
    ] {
        let asked = json!({"domain_id": here.domain, "permissions": wrong});
        let (code, problem) = running.fails("generate_access_key", asked).await;
        assert_eq!(code, Code::InvalidParameter, "{problem}");
        if wrong != json!(7) {
            let told = text(&problem["message"]);
            assert!(told.contains("read_pointers, read_write, admin_domain"), "{told}");
        }
    }
}

#[tokio::test]
async fn only_whoever_administers_the_domain_makes_and_revokes_its_keys() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let other = running.issue("other", everything()).await;
    let here = place(&mine, "here").await;
    let asked = json!({"domain_id": here.domain});
    assert_eq!(
        refused(&other, "generate_access_key", asked.clone()).await,
        Code::AccessDenied
    );
    let (first, admin) = key(&mine, &here.domain, json!("admin_domain")).await;
    let asked_for = json!({"key_to_revoke": first});
    assert_eq!(
        refused(&other, "revoke_access_key", asked_for.clone()).await,
        Code::AccessDenied
    );
    assert_eq!(
        refused(&admin, "revoke_access_key", asked_for.clone()).await,
        Code::AccessDenied
    );
    // A key that makes its successor may go before it.
    let (second, successor) = key(&admin, &here.domain, json!("admin_domain")).await;
    get(&successor, "revoke_access_key", asked_for.clone()).await;
    assert!(is_refused(&admin).await && !is_refused(&successor).await);
    assert_eq!(
        running.fails("revoke_access_key", asked_for).await.0,
        Code::AccessKeyNotFound
    );
    let unknown = json!({"key_to_revoke": "key_00112233445566778899aabbccddeeff"});
    assert_eq!(
        refused(&mine, "revoke_access_key", unknown).await,
        Code::AccessKeyNotFound
    );
    // Another credential's name is no access key.
    let asked = json!({"key_to_revoke": "other"});
    assert_eq!(
        running.fails("revoke_access_key", asked).await.0,
        Code::AccessKeyNotFound
    );
    running
        .get("revoke_access_key", json!({"key_to_revoke": second}))
        .await;
    assert!(is_refused(&successor).await);
}

#[tokio::test]
async fn a_key_does_no_more_than_its_maker_may_and_falls_with_it() {
    let running = Running::start("alpha").await;
    let few = [
        "create_domain",
        "create_connection",
        "generate_access_key",
        "get_graph_stats",
    ];
    let mut grant = Grant::read(few);
    grant.writes = true;
    let mine = running.issue("mine", grant).await;
    let domain = get(&mine, "create_domain", json!({"name": "here"})).await["domain"]["id"].clone();
    let (id, admin) = key(&mine, &text(&domain), json!("admin_domain")).await;
    get(
        &admin,
        "create_connection",
        json!({"domain_id": domain, "name": "gate"}),
    )
    .await;
    assert_eq!(
        refused(&admin, "list_pointers", json!({})).await,
        Code::NotGranted
    );

    let name = json!({"name": "mine"});
    running.get("suspend_credential", name.clone()).await;
    assert!(is_refused(&admin).await);
    running
        .get("suspend_credential", json!({"name": "mine", "resume": true}))
        .await;
    assert!(!is_refused(&admin).await);
    running.get("revoke_credential", name).await;
    assert!(is_refused(&admin).await);
    let running = running.reopen().await;
    assert!(is_refused(&admin).await, "and stays so");
    let (code, problem) = running.fails("rotate_credential", json!({"name": id})).await;
    assert_eq!(code, Code::WrongStep, "{problem}");
}

#[tokio::test]
async fn a_key_sees_no_pointer_that_its_maker_does_not_see() {
    let running = Running::start("alpha").await;
    let mut grant = everything();
    grant.pointers.all = false;
    grant.pointers.tags.insert("vis".to_owned());
    let mine = running.issue("mine", grant).await;
    let domain = text(&get(&mine, "create_domain", json!({"name": "here"})).await["domain"]["id"]);
    let asked = json!({"domain_id": domain, "name": "here"});
    let connection = text(&get(&mine, "create_connection", asked).await["connection"]["id"]);
    let mut made = Vec::new();
    for tag in ["vis", "hr"] {
        let row = json!({"data_reference": tag, "description": "a row", "tags": [tag], "connection_id": connection});
        made.push(running.pointer(row).await);
    }
    let (_, holder) = key(&mine, &domain, json!("read_write")).await;
    for caller in [&mine, &holder] {
        get(caller, "get_pointer", json!({"pointer_address": made[0]})).await;
        for action in ["get_pointer", "delete_pointer", "get_neighbors"] {
            let asked = json!({"pointer_address": made[1]});
            assert_eq!(refused(caller, action, asked).await, Code::NotGranted, "{action}");
        }
    }
    let listed = get(&holder, "list_pointers", json!({})).await;
    assert_eq!(listed["pointers"].as_array().unwrap().len(), 1, "{listed}");
    let row = json!({"data_reference": "new", "tags": ["hr"], "connection_id": connection});
    assert_eq!(refused(&holder, "create_pointer", row).await, Code::NotGranted);
    let row = json!({"data_reference": "new", "tags": ["vis"], "connection_id": connection});
    get(&holder, "create_pointer", row).await;
}

#[tokio::test]
async fn all_keys_of_one_maker_have_its_calls_together() {
    let running = Running::start("alpha").await;
    let mut grant = everything();
    grant.rate_per_minute = Some(8);
    let mine = running.issue("mine", grant).await;
    let here = place(&mine, "here").await;
    // Five calls by now, with those that made the place.
    let (_, one) = key(&mine, &here.domain, json!("read_pointers")).await;
    let (_, other) = key(&mine, &here.domain, json!("read_pointers")).await;
    let (client, context) = (Client::new(), crate::running::context());
    let whoami = Query::new("whoami", json!({}));
    let mut answered = 0;
    for _ in 0..4 {
        for caller in [&one, &other] {
            answered += usize::from(client.invoke(caller, &whoami, &context).await.is_ok());
        }
    }
    // A place among them becomes free every few seconds.
    assert!(answered < 8, "{answered}");
    let limited = client.invoke(&mine, &whoami, &context).await;
    assert!(limited.is_err(), "what they used, their maker has no more");
}

#[tokio::test]
async fn a_key_made_under_a_legacy_credential_is_used_with_its_secrets() {
    let running = Running::start("alpha").await;
    let mine = running.issue_as("mine", Profile::Legacy, everything()).await;
    let here = place(&mine, "here").await;
    let made = get(&mine, "generate_access_key", json!({"domain_id": here.domain})).await;
    assert!(made.get("secret").is_none(), "its maker has them");
    assert_eq!(
        made["details"]["permissions"],
        json!(["read_write"]),
        "as in the original"
    );
    let mut form = CredentialForm::of(&mine).expose_value();
    form["access_key"] = made["access_key"].clone();
    let caller = held(&form);
    let who = get(&caller, "whoami", json!({})).await;
    assert_eq!(
        (&who["app_id"], &who["credential"]["name"]),
        (&made["details"]["id"], &made["details"]["id"])
    );
    let running = running.reopen().await;
    assert_eq!(get(&caller, "list_pointers", json!({})).await["count"], 1);
    running
        .get("revoke_access_key", json!({"key_to_revoke": made["access_key"]}))
        .await;
    // The app_id beside it, which stands, does not help.
    assert!(is_refused(&caller).await && !is_refused(&mine).await);
}

#[tokio::test]
async fn threat_33_a_call_in_flight_gets_no_result_when_its_access_key_is_revoked() {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    let mine = running.issue("mine", everything()).await;
    let here = place(&mine, "here").await;
    let (id, reader) = key(&mine, &here.domain, json!("read_pointers")).await;
    let source = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", source.local_addr().unwrap());
    let asked = json!({"data_reference": url, "connection_id": here.connection});
    let pointer = get(&mine, "create_pointer", asked).await["pointer"]["address"].clone();
    let query = Query::new(
        "invoke_through_connection",
        json!({"connection_id": here.connection, "pointer_address": pointer}),
    );
    let (client, context) = (Client::new(), crate::running::context());
    let meanwhile = async {
        let (mut stream, _) = source.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        running
            .get("revoke_access_key", json!({"key_to_revoke": id}))
            .await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(answer).await.unwrap();
    };
    let (answer, ()) = tokio::join!(client.invoke(&reader, &query, &context), meanwhile);
    assert!(matches!(answer, Err(ClientError::Withheld { .. })));
    let reasons: Vec<Value> = running
        .trail()
        .await
        .iter()
        .map(|record| record["reason"].clone())
        .collect();
    assert!(reasons.contains(&json!("credential_revoked")), "{reasons:?}");
    assert!(is_refused(&reader).await);
}

#[tokio::test]
async fn threat_44_an_access_key_is_in_no_file_and_its_id_is_on_record() {
    let running = Running::start("alpha").await;
    let mine = running.issue("mine", everything()).await;
    let here = place(&mine, "here").await;
    let asked = json!({"domain_id": here.domain});
    let made = running.get("generate_access_key", asked.clone()).await;
    let requested = json!({"domain_id": here.domain, "target_domain_id": place(&mine, "there").await.domain});
    let requested = running.get("initiate_federation", requested).await;
    running
        .get("revoke_access_key", json!({"key_to_revoke": made["access_key"]}))
        .await;
    let trail = running.trail().await;
    for action in ["generate_access_key", "revoke_access_key"] {
        let is_told = trail
            .iter()
            .any(|record| record["action"] == action && record["subject"] == made["details"]["id"]);
        assert!(is_told, "{action}: {trail:?}");
    }
    running.instance.close().await;
    let secrets = [
        &made["access_key"],
        &made["secret"]["jwt_secret_key"],
        &requested["request_key"],
    ];
    for file in ["instance.db", "instance.db-wal", "audit.db", "audit.db-wal"] {
        let Ok(bytes) = std::fs::read(running.file(file)) else {
            continue;
        };
        for secret in secrets.map(text) {
            let is_there = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!is_there, "{file} holds a secret");
        }
    }
}

#[tokio::test]
async fn a_key_invokes_what_it_is_shown_of_a_connection_and_nothing_that_its_maker_does_not_see() {
    let running = Running::start("alpha").await;
    let mut grant = everything();
    grant.pointers.all = false;
    grant.pointers.tags.insert("t".to_owned());
    let maker = running.issue("maker", grant).await;
    let domain = text(&get(&maker, "create_domain", json!({"name": "d"})).await["domain"]["id"]);
    let asked = json!({"domain_id": domain, "name": "gate"});
    let gate = text(&get(&maker, "create_connection", asked).await["connection"]["id"]);
    let mut made = Vec::new();
    for tag in ["t", "other"] {
        let asked =
            json!({"data_reference": format!("a shelf of {tag}"), "tags": [tag], "connection_id": gate});
        made.push(running.pointer(asked).await);
    }
    let (_, opened) = key(&maker, &domain, json!("admin_domain")).await;
    for (caller, seen) in [(&maker, made.as_slice()), (&opened, &made[..1])] {
        let listed = get(
            caller,
            "get_pointers_for_connection",
            json!({"connection_id": gate}),
        )
        .await;
        let listed: Vec<String> = listed["pointers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pointer| text(&pointer["address"]))
            .collect();
        assert_eq!(listed, seen);
        for address in &made {
            let invoked = call(caller, "invoke_through_connection", through(&gate, address)).await;
            let code = invoked.reply.code();
            match seen.contains(address) {
                true => assert_eq!(code, None, "{}", invoked.reply.to_value()),
                false => assert_eq!(code, Some(Code::NotGranted)),
            }
        }
    }
}
