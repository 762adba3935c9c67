//! Queries completed, looked at and sent.

use super::{home, import, init, name};
use butterfly_console::model::Route;
use butterfly_console::protocol::{Code, CredentialForm, Query};
use butterfly_console::workspace::{
    Facts, ImportFormat, Outgoing, RemoteRequest, Way, Workspace, findings, skeleton,
};
use serde_json::json;
use std::net::TcpListener;

/// A remote on a listener of ours, which counts who comes.
async fn remote_on_a_listener(workspace: &Workspace) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let form = json!({
        "endpoint": format!("http://{}/invoke", listener.local_addr().unwrap()),
        "app_id": "alpha-console",
        "kid": "kid_0123456789abcdef",
        "root": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "instance_id": "inst_0123456789ab",
    });
    workspace
        .add_remote(RemoteRequest {
            name: name("peer"),
            credential: CredentialForm::from_json(form.to_string().as_bytes()).unwrap(),
        })
        .await
        .unwrap();
    listener
}

fn visits(listener: &TcpListener) -> usize {
    std::iter::from_fn(|| listener.accept().ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_exact_shows_no_secret_and_sends_nothing() {
    let (_folder, workspace) = home().await;
    let listener = remote_on_a_listener(&workspace).await;
    visits(&listener);
    let outgoing = Outgoing {
        instance: name("peer"),
        query: Query::new("get_graph_stats", json!({})),
        answers: None,
        as_app_id: None,
        way: Way::Direct,
        trace: true,
        timeout_seconds: Some(2),
    };
    let first = workspace.dry_run(&outgoing).await.unwrap();
    let second = workspace.dry_run(&outgoing).await.unwrap();
    assert_eq!(visits(&listener), 0);
    let wire = first.legs[0].wire.as_ref().unwrap();
    let again = second.legs[0].wire.as_ref().unwrap();
    assert_ne!(
        wire.body.text, again.body.text,
        "each look has a nonce of its own"
    );
    assert_eq!(
        first.legs[0].query.as_ref().unwrap().text,
        r#"{"action":"get_graph_stats","trace":true}"#
    );
    let shown = serde_json::to_string(&first).unwrap();
    assert!(!shown.contains("AAECAwQF"), "{shown}");
    assert!(shown.contains("(masked,"));
    // The listener does hear of what is really sent.
    assert!(workspace.send(&outgoing).await.is_err());
    assert_eq!(visits(&listener), 1);
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tag_of_an_instance_is_offered_however_many_pointers_it_has() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let row = |number| {
        format!("{{\"data_reference\": \"https://rows.example/{number}\", \"tags\": [\"site-{number}\"]}}\n")
    };
    let rows: String = (0..250).map(row).collect();
    import(&workspace, "alpha", rows.into_bytes(), ImportFormat::Jsonl, false)
        .await
        .unwrap();
    let knowledge = workspace.learn("alpha", None).await.unwrap();
    assert_eq!(knowledge.tags.len(), 250);
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_completed_looked_at_and_sent_every_way_that_there_is() {
    let (_folder, workspace) = home().await;
    let demo = workspace.demo(&|_| {}).await.unwrap();
    let knowledge = workspace.learn("alpha", None).await.unwrap();
    let action = knowledge.actions.find("get_pointer_summary").unwrap();
    assert!(skeleton(action).contains("pointer_address"));
    assert!(knowledge.grant.unwrap().owner);
    assert!(!knowledge.connections.is_empty() && !knowledge.tags.is_empty());
    let (address, _) = workspace.offer_pointers("alpha", "").await.unwrap().remove(0);
    assert!(workspace.has_pointer("alpha", &address).await.unwrap());
    let text = format!(r#"{{"action": "get_pointer_summary", "pointer_address": "{address}"}}"#);
    let facts = Facts {
        actions: Some(&knowledge.actions),
        ..Facts::default()
    };
    assert_eq!(findings(&text, &facts), []);
    let asked = async |instance: &str, query: Query, way: Way| {
        let outgoing = Outgoing {
            instance: name(instance),
            query,
            answers: None,
            as_app_id: None,
            way,
            trace: true,
            timeout_seconds: None,
        };
        let before = workspace.log_count().await.unwrap();
        let looked = workspace.dry_run(&outgoing).await.unwrap();
        assert_eq!(workspace.log_count().await.unwrap(), before);
        let sent = workspace.send(&outgoing).await.unwrap();
        assert!(sent.reply.is_success(), "{:?}", sent.reply.to_value());
        (looked, workspace.log_entry(sent.log_id.unwrap()).await.unwrap())
    };
    let query = Query::parse(text.as_bytes()).unwrap();
    let (looked, entry) = asked("alpha", query, Way::Direct).await;
    assert_eq!(looked.legs.len(), 1);
    let wire = looked.legs[0].wire.as_ref().unwrap();
    assert_eq!(
        wire.body.bytes, entry.wire[0].sizes.0,
        "as large as what was sent"
    );
    assert_eq!(wire.token_header, entry.wire[0].token["header"]);
    let ways = workspace.ways_to("beta").await.unwrap();
    let relay = ways.iter().find(|way| matches!(way, Way::Relay { .. })).unwrap();
    let stats = Query::new("get_graph_stats", json!({}));
    // What beta allows alpha: the query of a pointer that leads there.
    let (_, federated) = &demo.pointers[0];
    let federated = workspace
        .pointer("alpha", federated)
        .await
        .unwrap()
        .pointer
        .federated;
    let allowed = Query::from_value(federated.unwrap().query).unwrap();
    let (looked, entry) = asked("beta", allowed, relay.clone()).await;
    assert!(looked.then.iter().any(|sentence| sentence.contains("hops left")));
    assert_eq!(
        (entry.row.instance.as_str(), entry.row.action.as_str()),
        ("alpha", "relay")
    );
    for (route, address) in &demo.pointers {
        let pointer = workspace.pointer("alpha", address).await.unwrap().pointer;
        let own = Query::from_value(pointer.federated.clone().unwrap().query).unwrap();
        let way = Way::Pointer {
            through: name("alpha"),
            pointer: Box::new(pointer),
            route: *route,
        };
        let (looked, entry) = asked("beta", own, way.clone()).await;
        assert_eq!(looked.legs.len(), entry.wire.len(), "{route}");
        for (leg, wire) in looked.legs.iter().zip(&entry.wire) {
            assert_eq!(
                leg.wire.as_ref().unwrap().body.bytes,
                wire.sizes.0,
                "{route}: {}",
                leg.title
            );
        }
        let other = Outgoing {
            instance: name("beta"),
            query: stats.clone(),
            answers: None,
            as_app_id: None,
            way,
            trace: false,
            timeout_seconds: None,
        };
        // A query of one's own goes along the pointer too, unless it was sealed beforehand.
        let looked = workspace.dry_run(&other).await;
        let sent = workspace.send(&other).await;
        if *route == Route::Circuit {
            assert_eq!(looked.unwrap_err().code, Code::InvalidParameter);
            assert_eq!(sent.unwrap_err().code, Code::InvalidParameter);
        } else {
            looked.unwrap();
            let entry = workspace.log_entry(sent.unwrap().log_id.unwrap()).await.unwrap();
            assert_eq!(entry.query, stats.to_value());
        }
    }
    let sent = workspace.sent_queries().await.unwrap();
    let text = stats.to_value().to_string();
    assert!(sent.iter().any(|sent| sent.query == text));
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blanks_are_filled_in_with_answers_and_with_what_the_log_keeps_of_replies() {
    let (_folder, workspace) = home().await;
    workspace.demo(&|_| {}).await.unwrap();
    let outgoing = |query: serde_json::Value, answers: &[(&str, &str)]| Outgoing {
        instance: name("alpha"),
        query: Query::from_value(query).unwrap(),
        answers: Some(
            answers
                .iter()
                .map(|(name, answer)| (name.to_string(), answer.to_string()))
                .collect(),
        ),
        as_app_id: None,
        way: Way::Direct,
        trace: false,
        timeout_seconds: None,
    };
    let made = json!({"action": "create_pointer", "data_reference": "https://data.example/{{site}}.csv",
        "description": "Tides at {{site}}", "tags": "{{tags:json}}"});
    let made = outgoing(made, &[("site", "Bergen"), ("tags", "[\"tides\", \"sea\"]")]);
    let sent = workspace.send(&made).await.unwrap();
    let entry = workspace.log_entry(sent.log_id.unwrap()).await.unwrap();
    assert_eq!(
        entry.query,
        json!({"action": "create_pointer", "data_reference": "https://data.example/Bergen.csv",
            "description": "Tides at Bergen", "tags": ["tides", "sea"]})
    );
    let address = sent.reply.result().unwrap()["pointer"]["address"].clone();

    // What was made is found by what the log keeps of the reply; whoever writes that sees what there is.
    let paths = workspace.reply_paths("create_pointer", "alpha").await.unwrap();
    let found = paths.iter().find(|one| one.path == ".result.pointer.address");
    assert_eq!(found.unwrap().shown, address);
    let none = workspace.reply_paths("create_pointer", "beta").await.unwrap_err();
    assert!(none.message.contains("no successful one of beta"), "{none:?}");
    let next = json!({"action": "get_pointer_summary", "pointer_address": "{{create_pointer | .result.pointer.address}}"});
    let looked = workspace.dry_run(&outgoing(next.clone(), &[])).await.unwrap();
    let text = &looked.legs[0].query.as_ref().unwrap().text;
    assert!(text.contains(address.as_str().unwrap()), "{text}");
    let sent = workspace.send(&outgoing(next.clone(), &[])).await.unwrap();
    assert_eq!(sent.reply.result().unwrap()["description"], "Tides at Bergen");

    let before = workspace.log_count().await.unwrap();
    let refused = async |query: serde_json::Value, answers: &[(&str, &str)]| {
        let failure = workspace.send(&outgoing(query, answers)).await.unwrap_err();
        assert_eq!(failure.code, Code::InvalidParameter, "{failure:?}");
        failure.message
    };
    let of = |expression: &str| json!({"action": "whoami", "x": format!("{{{{{expression}}}}}")});
    for (blank, answers, told) in [
        ("site", &[][..], "what goes into site"),
        ("site", &[("site", "x"), ("sites", "x")], "no blank \"sites\""),
        ("n:json", &[("n", "Bergen")], "is to be JSON"),
        ("delete_pointer | .result", &[], "no successful one of alpha"),
        ("create_pointer@beta | .result", &[], "no successful one of beta"),
        ("create_pointer | .nothing", &[], "gives null"),
        ("create_pointer | .result, .result", &[], "gives 2 values"),
        ("create_pointer | .[", &[], ".["),
    ] {
        let message = refused(of(blank), answers).await;
        assert!(message.contains(told), "{blank}: {message}");
    }
    assert_eq!(workspace.log_count().await.unwrap(), before, "nothing was sent");

    // Where nobody asks for it, a query travels as it is written.
    let plain = Outgoing {
        answers: None,
        ..outgoing(of("site"), &[])
    };
    let sent = workspace.send(&plain).await.unwrap();
    assert_eq!(
        workspace.log_entry(sent.log_id.unwrap()).await.unwrap().query["x"],
        "{{site}}"
    );
    workspace.shutdown().await;
}
