//! The audit trail as its owner and the peers see it: what is on record, whether the record is whole, and who else
//! knows where it ended.

use crate::running::{Running, call, get, problem_of, text};
use butterfly_console::instance::actions::{Access, Action, Kind, table};
use butterfly_console::model::Grant;
use butterfly_console::protocol::{Code, CredentialForm};
use butterfly_console::store::NewAuditRecord;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A value that must be found nowhere on record.
const CANARY: &str = "canary-3f9c1d77a2b84e65";

/// Alpha holds a credential for beta, and has exchanged heads with it because of that.
async fn joined() -> (Running, Running) {
    let alpha = Running::start("alpha").await;
    let beta = Running::start("beta").await;
    alpha.join(&beta, &["get_pointer_summary"]).await;
    // The first round was made when it began to serve, before it knew anybody.
    let mut rounds = alpha.instance.rounds_of_heads();
    rounds.wait_for(|rounds| *rounds == 2).await.unwrap();
    (alpha, beta)
}

/// Has alpha exchange heads with its one peer; what that came to.
async fn exchange(alpha: &Running) -> Value {
    let exchanged = alpha.get("exchange_heads_now", json!({})).await;
    let peers = exchanged["peers"].as_array().unwrap();
    assert_eq!(peers.len(), 1, "{exchanged}");
    assert_eq!(peers[0]["error"], Value::Null, "{exchanged}");
    peers[0].clone()
}

/// The head that an instance keeps of a peer.
async fn kept(running: &Running, peer: &str, side: &str) -> Value {
    let verified = running.get("verify_audit", json!({})).await;
    let peers = verified["peers"].as_array().unwrap();
    let found = peers
        .iter()
        .find(|kept| kept["peer"] == peer && kept["side"] == side);
    found
        .unwrap_or_else(|| panic!("no {side} of {peer} in {verified}"))
        .clone()
}

/// The alarm on a credential.
async fn alarm_of(running: &Running, list: &str, name: &str) -> Value {
    let listed = running.get(list, json!({})).await;
    let rows = listed["credentials"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap()["alarm"].clone()
}

async fn reasons(running: &Running) -> Vec<String> {
    let trail = running.trail().await;
    trail
        .iter()
        .filter(|record| record["action"] == "exchange_audit_heads")
        .filter_map(|record| {
            Some(format!(
                "{} {}",
                record["reason"].as_str()?,
                text(&record["subject"])
            ))
        })
        .collect()
}

#[tokio::test]
async fn each_side_keeps_where_the_other_s_trail_ended() {
    let (alpha, beta) = joined().await;
    let (a, b) = (alpha.instance.id().to_string(), beta.instance.id().to_string());
    let first = exchange(&alpha).await;
    assert_eq!((&first["peer"], &first["went_back"]), (&json!(b), &json!(false)));
    assert_eq!(kept(&alpha, &b, "theirs").await["head"], first["head"]);

    let shown = kept(&alpha, &b, "ours").await;
    assert_eq!(shown["holds"], true);
    let at_beta = kept(&beta, "credential:from-alpha", "theirs").await;
    assert_eq!(at_beta["head"], shown["head"]);

    let second = exchange(&alpha).await;
    assert_eq!(
        (&second["yours"], &second["yours_holds"]),
        (&shown["head"], &json!(true))
    );
    assert!(second["head"]["sequence"].as_u64() > first["head"]["sequence"].as_u64());
    assert_eq!(reasons(&alpha).await, [""; 0]);
    let asked = beta.trail().await;
    let asked = asked
        .iter()
        .find(|record| record["action"] == "exchange_audit_heads");
    assert_eq!(asked.unwrap()["subject"], json!(a));
    // Nobody used the credential: instances do this by themselves.
    let issued = beta.get("list_credentials", json!({})).await;
    let issued = issued["credentials"].as_array().unwrap().clone();
    let issued = issued.iter().find(|row| row["name"] == "from-alpha").unwrap();
    assert_eq!(issued["uses"], 0);
}

#[tokio::test]
async fn threat_50_a_peer_whose_tail_is_cut_is_noticed_and_put_on_record() {
    let (alpha, beta) = joined().await;
    let b = beta.instance.id().to_string();
    let seen = exchange(&alpha).await["head"].clone();
    beta.cut_tail(2);
    assert_eq!(beta.get("verify_audit", json!({})).await["valid"], true);

    // As soon as it is asked, and not less so when the trail has grown again.
    for _ in 0..4 {
        assert_eq!(exchange(&alpha).await["went_back"], true);
    }
    assert_eq!(reasons(&alpha).await, [format!("peer_audit_went_back {b}")]);
    assert_eq!(
        kept(&alpha, &b, "theirs").await["head"],
        seen,
        "the evidence stays"
    );
    let alarm = alarm_of(&alpha, "list_held_credentials", "to-beta").await;
    assert_eq!(alarm["kind"], "audit_went_back");
    let at_beta = reasons(&beta).await;
    assert_eq!(at_beta, ["own_audit_went_back credential:from-alpha"]);
    // Beta's owner asks what others kept of the trail.
    assert_eq!(kept(&beta, "credential:from-alpha", "ours").await["holds"], false);
    let asked = json!({ "heads": [seen] });
    assert_eq!(beta.get("verify_audit", asked).await["held"], json!([false]));

    // It was explained: what beta shows now counts.
    alpha.get("exchange_heads_now", json!({"accept": true})).await;
    assert_eq!(exchange(&alpha).await["went_back"], false);
    assert_eq!(
        alarm_of(&alpha, "list_held_credentials", "to-beta").await,
        Value::Null
    );
}

#[tokio::test]
async fn threat_50_the_own_cut_tail_is_noticed_with_a_peer_s_help() {
    let (alpha, beta) = joined().await;
    let b = beta.instance.id().to_string();
    exchange(&alpha).await;
    let known_to_beta = kept(&beta, "credential:from-alpha", "theirs").await["head"].clone();
    alpha.cut_tail(6);
    // Whoever cut the trail removed alpha's own notes of what it had shown, too.
    alpha.tamper("instance.db", "DELETE FROM heads");

    let report = exchange(&alpha).await;
    assert_eq!(report["yours"], known_to_beta);
    assert_eq!(report["yours_holds"], false);
    assert_eq!(reasons(&alpha).await, [format!("own_audit_went_back {b}")]);
    let evidence = kept(&alpha, &b, "ours").await;
    assert_eq!(
        (&evidence["head"], &evidence["holds"]),
        (&known_to_beta, &json!(false))
    );
    assert_eq!(
        reasons(&beta).await,
        ["peer_audit_went_back credential:from-alpha"]
    );
    let alarm = alarm_of(&beta, "list_credentials", "from-alpha").await;
    assert_eq!(alarm["kind"], "audit_went_back");
    exchange(&alpha).await;
    assert_eq!(
        kept(&alpha, &b, "ours").await["head"],
        known_to_beta,
        "the evidence stays"
    );
}

#[tokio::test]
async fn a_caller_s_trail_that_went_back_is_forgotten_for_good_once_that_is_explained() {
    let beta = Running::start("beta").await;
    let partner = beta.issue("partner", Grant::default()).await;
    let show = async |sequence: u32| {
        let head = json!({"sequence": sequence, "hash": "a".repeat(64)});
        get(&partner, "exchange_audit_heads", head).await
    };
    show(1000).await;
    show(500).await;
    let alarm = alarm_of(&beta, "list_credentials", "partner").await;
    assert_eq!(alarm["kind"], "audit_went_back");
    let evidence = kept(&beta, "credential:partner", "theirs").await;
    assert_eq!(evidence["head"]["sequence"], 1000);
    beta.get("exchange_heads_now", json!({"accept": true})).await;
    let beta = beta.reopen().await;
    show(600).await;
    let alarm = alarm_of(&beta, "list_credentials", "partner").await;
    assert_eq!(alarm, Value::Null);
    assert_eq!(reasons(&beta).await, ["peer_audit_went_back credential:partner"]);

    // From there on it is watched as before.
    show(550).await;
    let alarm = alarm_of(&beta, "list_credentials", "partner").await;
    assert_eq!(alarm["kind"], "audit_went_back");
    let known = kept(&beta, "credential:partner", "theirs").await;
    assert_eq!(known["head"]["sequence"], 600);
    beta.get("exchange_heads_now", json!({"accept": true})).await;
    show(560).await;
    show(555).await;
    let again = ["peer_audit_went_back credential:partner"; 3];
    assert_eq!(
        reasons(&beta).await,
        again,
        "what was explained once is not all that may happen"
    );
}

#[tokio::test]
async fn an_own_trail_that_went_back_is_forgotten_for_callers_too_once_that_is_explained() {
    let beta = Running::start("beta").await;
    let (partner, other) = (
        beta.issue("partner", Grant::default()).await,
        beta.issue("other", Grant::default()).await,
    );
    get(&other, "exchange_audit_heads", json!({})).await;
    let shown_before = kept(&beta, "credential:other", "ours").await;
    beta.get("create_domain", json!({"name": "of its own"})).await;
    get(&partner, "exchange_audit_heads", json!({})).await;
    beta.cut_tail(3);
    get(&partner, "exchange_audit_heads", json!({})).await;
    assert_eq!(kept(&beta, "credential:partner", "ours").await["holds"], false);
    assert_eq!(reasons(&beta).await, ["own_audit_went_back credential:partner"]);

    beta.get("exchange_heads_now", json!({"accept": true})).await;
    assert_eq!(
        kept(&beta, "credential:other", "ours").await,
        shown_before,
        "what holds stays"
    );
    get(&partner, "exchange_audit_heads", json!({})).await;
    assert_eq!(kept(&beta, "credential:partner", "ours").await["holds"], true);
    assert_eq!(reasons(&beta).await, ["own_audit_went_back credential:partner"]);

    get(&partner, "exchange_audit_heads", json!({})).await;
    beta.cut_tail(2);
    get(&partner, "exchange_audit_heads", json!({})).await;
    let again = ["own_audit_went_back credential:partner"; 2];
    assert_eq!(reasons(&beta).await, again, "what happens again is said again");
}

#[tokio::test]
async fn that_a_peer_s_trail_went_back_can_be_accepted_while_it_is_away() {
    let (alpha, mut beta) = joined().await;
    exchange(&alpha).await;
    beta.cut_tail(2);
    assert_eq!(exchange(&alpha).await["went_back"], true);
    beta.stop().await;
    let accepted = alpha.get("exchange_heads_now", json!({"accept": true})).await;
    assert!(accepted["peers"][0]["error"].is_string(), "{accepted}");
    beta.serve_again().await;
    assert_eq!(exchange(&alpha).await["went_back"], false);
    let alarm = alarm_of(&alpha, "list_held_credentials", "to-beta").await;
    assert_eq!(alarm, Value::Null);
}

#[tokio::test]
async fn an_instance_that_serves_exchanges_heads_by_itself_at_once_and_with_whom_it_comes_to_know() {
    let (alpha, beta) = joined().await;
    kept(&alpha, beta.instance.id().as_str(), "theirs").await;
    alpha.tamper("instance.db", "DELETE FROM heads");
    let mut rounds = alpha.instance.rounds_of_heads();
    let stop = CancellationToken::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let serving = tokio::spawn({
        let (instance, stop) = (std::sync::Arc::clone(&alpha.instance), stop.clone());
        async move { instance.serve(listener, stop).await }
    });
    rounds.wait_for(|rounds| *rounds == 3).await.unwrap();
    kept(&alpha, beta.instance.id().as_str(), "theirs").await;
    kept(&beta, "credential:from-alpha", "theirs").await;
    stop.cancel();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn nobody_else_speaks_for_an_instance_s_trail() {
    let (alpha, beta) = joined().await;
    let connection = text(&alpha.get("list_connections", json!({})).await["connections"][0]["id"]);
    let query = json!({"action": "exchange_audit_heads", "sequence": 1_000_000, "hash": "0".repeat(64)});
    let relayed = json!({"connection_id": connection, "query": query});
    assert_eq!(alpha.fails("relay", relayed).await.0, Code::AccessDenied);
    let definition = json!({"circuit_definition": [query], "connection_id": connection});
    assert_eq!(
        alpha.fails("create_circuit", definition).await.0,
        Code::InvalidCircuit
    );
    // Nor by one that was made before that was refused.
    let circuit = alpha
        .circuit(&connection, json!([{"action": "get_graph_stats"}]))
        .await;
    alpha.tamper(
        "instance.db",
        &format!(
            "UPDATE pointers SET data_reference = 'internal_circuit::[{query}]'
             WHERE data_reference LIKE '%get_graph_stats%'"
        ),
    );
    let (code, _) = problem_of(&alpha.invoke(&connection, &circuit).await);
    assert_eq!(code, Code::InvalidCircuit);
    let heard = kept(&beta, "credential:from-alpha", "theirs").await;
    assert_ne!(heard["head"]["hash"], query["hash"]);

    let mut broken = query.clone();
    broken["hash"] = json!("0".repeat(63));
    assert_eq!(
        problem_of(&call(&beta.owner, "exchange_audit_heads", broken).await.reply).0,
        Code::InvalidParameter
    );
}

#[tokio::test]
async fn clearing_stays_on_record_and_heads_from_before_are_not_held_against_it() {
    let (alpha, beta) = joined().await;
    exchange(&alpha).await;
    let cleared = alpha.get("clear_audit_log", json!({})).await["cleared"].clone();
    let trail = alpha.trail().await;
    let first = trail.last().unwrap();
    assert_eq!(first["action"], "clear_audit_log");
    assert_eq!(first["subject"], json!(alpha.instance.id()));
    assert_eq!(
        first["sequence"].as_u64(),
        cleared["sequence"].as_u64().map(|last| last + 1)
    );
    assert!(text(&first["reason"]).contains(&text(&cleared["hash"])));

    let verified = alpha.get("verify_audit", json!({ "heads": [cleared] })).await;
    assert_eq!(
        (&verified["valid"], &verified["held"]),
        (&json!(true), &json!([true]))
    );
    assert_eq!(
        kept(&alpha, beta.instance.id().as_str(), "ours").await["holds"],
        Value::Null
    );
    let report = exchange(&alpha).await;
    assert_eq!(
        (&report["yours_holds"], &report["went_back"]),
        (&Value::Null, &json!(false))
    );
}

#[tokio::test]
async fn threat_50_verifying_shows_the_first_bad_record_as_it_is_now() {
    let alpha = Running::start("alpha").await;
    alpha
        .pointer(json!({"data_reference": "https://example.org/1"}))
        .await;
    alpha.tamper(
        "audit.db",
        "UPDATE records SET subject = 'nothing' WHERE sequence = 2",
    );
    let verified = alpha.get("verify_audit", json!({})).await;
    assert_eq!(
        (&verified["valid"], &verified["first_bad"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(verified["line"]["subject"], "nothing");
}

#[tokio::test]
async fn threat_44_what_the_owner_does_is_on_record_with_its_subject_and_without_secrets() {
    let acts = table::ALL
        .iter()
        .filter(|action| action.access == Access::Owner && action.writes);
    for action in acts {
        // One instance each: some of these take away what others need.
        let alpha = Running::start("alpha").await;
        alpha.ask(action.name, parameters(action)).await;
        let trail = alpha.trail().await;
        let outcomes: Vec<&Value> = trail
            .iter()
            .filter(|record| record["action"] == action.name)
            .inspect(|record| assert!(record["subject"].is_string(), "{record}"))
            .map(|record| &record["outcome"])
            .collect();
        assert!(
            matches!(&outcomes[..], [last, first, ..] if *last != "intent" && (*first == "intent" || action.name == "clear_audit_log")),
            "{}: {outcomes:?}",
            action.name
        );
        alpha.instance.close().await;
        let bytes = std::fs::read(alpha.file("audit.db")).unwrap();
        let found = bytes
            .windows(CANARY.len())
            .any(|window| window == CANARY.as_bytes());
        assert!(!found, "{} wrote a secret into the audit trail", action.name);
    }
}

/// Values for every parameter of an action; all but its subject are secrets as far as the trail is concerned.
fn parameters(action: &Action) -> Value {
    let mut parameters = json!({});
    for parameter in action.parameters {
        parameters[parameter.name] = match (parameter.name, parameter.kind) {
            ("name" | "id" | "app_id", _) => json!("somebody"),
            (_, Kind::Flag) => json!(true),
            (_, Kind::Count | Kind::Number) => json!(1),
            (_, Kind::Texts) => json!([CANARY]),
            (_, Kind::Json) => json!({"root": CANARY, "jwt_secret_key": CANARY}),
            (_, Kind::PointerAddress) => json!("ptr_0123456789ab"),
            (_, Kind::ConnectionId) => json!("conn_0123456789ab"),
            (_, Kind::DomainId) => json!("dom_0123456789ab"),
            (_, Kind::Text) => json!(CANARY),
        };
    }
    parameters
}

#[tokio::test]
async fn what_a_deed_is_about_is_what_it_was_done_to_whatever_else_its_caller_writes() {
    let running = Running::start("alpha").await;
    let pointer = running.pointer(json!({"data_reference": "one"})).await;
    for (action, more) in [
        ("update_pointer", "nothing to see"),
        ("delete_pointer", "fed_harmless"),
    ] {
        let asked =
            json!({"pointer_address": pointer, "description": "x", "federation_id": more, "name": more});
        running.get(action, asked).await;
        let trail = running.trail().await;
        let about: Vec<&Value> = trail
            .iter()
            .filter(|record| record["action"] == action)
            .map(|record| &record["subject"])
            .collect();
        assert_eq!(about, [&json!(pointer), &json!(pointer)], "{action}");
    }
}

#[tokio::test]
async fn threat_44_the_secrets_of_credentials_are_not_on_record_where_acts_succeed() {
    let (alpha, beta) = (Running::start("alpha").await, Running::start("beta").await);
    let issued = beta
        .get(
            "issue_credential",
            json!({"app_id": "partner", "profile": "native", "grant": {"actions": ["whoami"]}}),
        )
        .await;
    let form = issued["secret"].clone();
    alpha
        .get("hold_credential", json!({"name": "beta", "form": form}))
        .await;
    let offered = json!({"label": "for gamma", "app_id": "gamma", "profile": "legacy", "holders": ["console"], "grant": {"actions": ["whoami"]}});
    let offer = beta.get("create_offer", offered).await;
    let made = offer["credentials"][0]["form"].clone();

    for (running, actions) in [
        (&alpha, &["hold_credential"][..]),
        (&beta, &["issue_credential", "create_offer"]),
    ] {
        let trail = running.trail().await;
        for action in actions {
            let outcomes: Vec<Value> = trail
                .iter()
                .filter(|record| record["action"] == *action)
                .map(|record| json!([record["outcome"], record["subject"].is_string()]))
                .collect();
            assert_eq!(
                outcomes,
                [json!(["done", true]), json!(["intent", true])],
                "{action}"
            );
        }
    }
    let owner = CredentialForm::of(&alpha.owner).expose_value();
    let secrets = [
        &form["root"],
        &made["jwt_secret_key"],
        &made["encryption_key"],
        &owner["root"],
    ];
    for running in [&alpha, &beta] {
        running.instance.close().await;
        for file in ["audit.db", "instance.db"] {
            let bytes = std::fs::read(running.file(file)).unwrap();
            for secret in secrets.map(text) {
                let found = bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!found, "a secret lies open in {file}");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_as_a_record_any_more_is_named_all_the_same() {
    let alpha = Running::start("alpha").await;
    alpha.get("whoami", json!({})).await;
    let record = NewAuditRecord {
        at: butterfly_console::model::Timestamp::now(),
        app_id: None,
        kid: None,
        jti: None,
        action: "test".to_owned(),
        subject: None,
        outcome: butterfly_console::store::AuditOutcome::Done,
        reason: None,
    };
    alpha.instance.audit().append(record).await.unwrap();
    alpha.tamper(
        "audit.db",
        "UPDATE records SET outcome = 'perhaps' WHERE action = 'test'",
    );
    let verified = alpha.get("verify_audit", json!({})).await;
    assert_eq!(
        (&verified["first_bad"], &verified["line"]),
        (&json!(2), &Value::Null)
    );
}

#[tokio::test]
async fn a_trail_is_filtered_where_it_is_and_a_reply_says_by_what() {
    let alpha = Running::start("alpha").await;
    for number in 0..3 {
        alpha
            .get(
                "create_pointer",
                json!({"data_reference": format!("https://example.org/{number}")}),
            )
            .await;
    }
    let filtered = alpha
        .get(
            "get_audit",
            json!({"filter": "ACTION:create_pointer  !outcome:intent", "limit": 2}),
        )
        .await;
    assert_eq!(filtered["filter"], "action:create_pointer !outcome:intent");
    let records = filtered["records"].as_array().unwrap();
    assert_eq!(records.len(), 2);
    let rest = alpha
        .get(
            "get_audit",
            json!({"filter": "action:create_pointer !outcome:intent", "before": filtered["next"]}),
        )
        .await;
    assert_eq!(rest["records"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], Value::Null);
    let plain = alpha.get("get_audit", json!({})).await;
    assert!(plain.get("filter").is_none(), "nothing was left out: {plain}");
    let (code, _) = alpha.fails("get_audit", json!({"filter": "outcome:odd"})).await;
    assert_eq!(code, Code::InvalidParameter);
}
