//! A whole home, as the console and the command line use it: real instances, real HTTP, real files.

use butterfly_console::model::{
    AppId, Delivery, Grant, Holder, InstanceName, InstanceState, NewPointer, Profile, Route,
};
use butterfly_console::protocol::{Code, CredentialForm, Query};
use butterfly_console::seal::Passphrase;
use butterfly_console::store::{PointerQuery, Start};
use butterfly_console::workspace::{
    AcceptRequest, CallOptions, Facts, FederateRequest, Home, HostedBy, ImportFormat, InitInstance,
    InvokeOptions, LogFilter, LogKind, OfferRequest, Outgoing, Received, RemoteRequest, Unlock, VaultLock,
    Way, Workspace, findings, skeleton,
};
use serde_json::json;
use std::io::Cursor;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tempfile::TempDir;

async fn home() -> (TempDir, Arc<Workspace>) {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(Home::at(folder.path().join("home")), VaultLock::KeyFile(None))
        .await
        .unwrap();
    (folder, workspace)
}

async fn again(folder: &TempDir) -> Arc<Workspace> {
    Workspace::open(Home::at(folder.path().join("home")), Unlock::Ambient)
        .await
        .unwrap()
}

fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

async fn init(workspace: &Workspace, instance: &str) {
    workspace
        .init_instance(InitInstance {
            name: name(instance),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            endpoint: None,
            insecure_http: false,
            tls: None,
        })
        .await
        .unwrap();
}

fn pointer(reference: &str) -> NewPointer {
    NewPointer {
        data_reference: reference.to_owned(),
        description: format!("what is at {reference}"),
        tags: vec!["test".to_owned()],
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_works_on_every_route_and_is_found_again() {
    let (folder, workspace) = home().await;
    let demo = workspace.demo(&|_| {}).await.unwrap();
    assert_eq!(demo.pointers.len(), 3);
    let log = workspace
        .log(&LogFilter {
            limit: 10,
            ..LogFilter::default()
        })
        .await
        .unwrap();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!((log[0].kind, log[0].status.as_str()), (LogKind::Call, "success"));
    assert_eq!(log[0].action, "get_pointer_summary");
    for (route, address) in &demo.pointers {
        let called = workspace
            .call(
                "alpha",
                address,
                CallOptions {
                    trace: true,
                    ..CallOptions::default()
                },
            )
            .await
            .unwrap_or_else(|failure| panic!("{route}: {failure}"));
        assert_eq!(called.route, *route);
        assert!(called.reply.is_success(), "{route}: {:?}", called.reply);
        let description = called.reply.result().unwrap()["description"].as_str().unwrap();
        assert!(description.contains("Grid frequency"), "{route}");
        let mut hops: Vec<_> = called.hops.iter().map(|hop| hop.instance.as_str()).collect();
        // An instance that relays shows twice: as the one that was called, then as the one that calls.
        hops.dedup();
        assert_eq!(hops, ["console", "alpha", "beta"], "{route}");
        let entry = workspace.log_entry(called.log_id).await.unwrap();
        assert!(!entry.wire.is_empty());
        assert!(entry.wire[0].token["claims"]["jti"].is_string());
    }
    // The query travels the other way, too.
    let (_, endpoint_pointer) = &demo.pointers[0];
    let relayed = workspace
        .call(
            "alpha",
            endpoint_pointer,
            CallOptions {
                route: Some(Route::Relay),
                ..CallOptions::default()
            },
        )
        .await
        .unwrap();
    assert_eq!(relayed.route, Route::Relay);
    let detail = workspace.pointer("alpha", endpoint_pointer).await.unwrap();
    assert_eq!(detail.leads_to, Some(name("beta")));
    assert!(detail.credential.is_some());
    assert!(detail.connection.is_some());
    let (credentials, failures) = workspace.credentials().await.unwrap();
    assert!(failures.is_empty(), "{failures:?}");
    let mut names: Vec<_> = credentials.iter().map(|row| row.name.clone()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), credentials.len(), "names are unique");
    assert!(
        names.contains(&"beta/alpha-federation-console".to_owned()),
        "{names:?}"
    );
    let lines = workspace.log_count().await.unwrap();
    workspace.shutdown().await;
    drop(workspace);

    let workspace = again(&folder).await;
    assert_eq!(workspace.demo(&|_| {}).await.unwrap(), demo);
    assert_eq!(
        workspace.log_count().await.unwrap(),
        lines,
        "no second first call"
    );
    let (found, _) = workspace.credentials().await.unwrap();
    assert_eq!(found.len(), credentials.len(), "no second handshake");
    workspace.shutdown().await;
    assert_eq!(
        workspace.instance("alpha").await.unwrap().state,
        InstanceState::Stopped
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_killed_half_way_is_completed() {
    let (folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    drop(workspace);
    let workspace = again(&folder).await;
    let demo = workspace.demo(&|_| {}).await.unwrap();
    assert_eq!(demo.instances.len(), 2);
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_administered_stopped_and_running_alike() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    assert_eq!(
        workspace.instance("alpha").await.unwrap().state,
        InstanceState::Stopped
    );
    let stopped = workspace
        .create_pointer("alpha", pointer("https://a.example/1"))
        .await
        .unwrap();
    let row = workspace.start_instance("alpha").await.unwrap();
    assert_eq!((row.state, row.hosted_by), (InstanceState::Up, HostedBy::Here));
    let running = workspace
        .create_pointer("alpha", pointer("https://a.example/2"))
        .await
        .unwrap();
    workspace.stop_instance("alpha").await.unwrap();
    let page = workspace
        .pointers(
            "alpha",
            &PointerQuery {
                limit: Some(10),
                ..PointerQuery::default()
            },
        )
        .await
        .unwrap();
    let addresses: Vec<_> = page.pointers.into_iter().map(|pointer| pointer.address).collect();
    assert_eq!(addresses, [stopped.address.clone(), running.address]);
    let second = workspace
        .create_pointer("alpha", pointer("https://a.example/1"))
        .await
        .unwrap_err();
    assert_eq!(second.code, Code::DuplicateReference);
    workspace.delete_pointer("alpha", &stopped.address).await.unwrap();
    let gone = workspace.pointer("alpha", &stopped.address).await.unwrap_err();
    assert_eq!(gone.code, Code::PointerNotFound);
    // Many at once, on one that is stopped: each gets its turn.
    let asks = (0..8).map(|number| {
        workspace.create_pointer("alpha", pointer(&format!("https://a.example/many/{number}")))
    });
    for outcome in futures::future::join_all(asks).await {
        outcome.unwrap();
    }
    workspace.remove_instance("alpha").await.unwrap();
    assert!(workspace.instances().await.unwrap().is_empty());
    assert!(!workspace.home().root().join("instances/alpha").exists());
    init(&workspace, "alpha").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_offered_inspected_and_accepted_and_accepted_again() {
    let (_ours, alpha_home) = home().await;
    let (_theirs, beta_home) = home().await;
    init(&alpha_home, "alpha").await;
    init(&beta_home, "beta").await;
    let there = beta_home
        .create_pointer("beta", pointer("https://b.example/1"))
        .await
        .unwrap();
    let file = _theirs.path().join("offer.age");
    let offer = beta_home
        .offer(OfferRequest {
            instance: name("beta"),
            app_id: AppId::parse("alpha").unwrap(),
            profile: Profile::Native,
            holders: vec![Holder::Console, Holder::Instance],
            grant: Grant::read(["get_pointer_summary", "get_graph_stats"]),
            lease_days: Some(30),
            delivery: Delivery::Passphrase,
            verify_first: false,
            request: None,
            file: Some(file.clone()),
        })
        .await
        .unwrap();
    let armoured = offer.armoured.clone().unwrap();
    let words = offer.passphrase.clone().unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), armoured);
    beta_home.start_instance("beta").await.unwrap();
    alpha_home.start_instance("alpha").await.unwrap();
    let inspected = Workspace::inspect_bundle(armoured.as_bytes(), Some(&words))
        .await
        .unwrap();
    assert_eq!(inspected["words"], json!(offer.words));
    assert!(!inspected.to_string().contains("root"));

    // A bit flipped anywhere: refused, and nothing is kept.
    let before = alpha_home.change_number().await.unwrap();
    let mut flipped = armoured.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let request = |bundle: Vec<u8>, passphrase: &Passphrase| AcceptRequest {
        received: Received::Passphrase {
            bundle,
            passphrase: passphrase.clone(),
        },
        name: None,
        instance: Some(name("alpha")),
    };
    let refused = alpha_home.accept(request(flipped, &words)).await.unwrap_err();
    assert!(
        matches!(refused.code, Code::BundleRefused | Code::CannotOpen),
        "{refused}"
    );
    let wrong = Passphrase::parse("abandon abandon abandon abandon abandon abandon abandon").unwrap();
    let refused = alpha_home
        .accept(request(armoured.clone().into_bytes(), &wrong))
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::CannotOpen);
    assert_eq!(alpha_home.change_number().await.unwrap(), before);

    let accepted = alpha_home
        .accept(request(armoured.clone().into_bytes(), &words))
        .await
        .unwrap();
    assert_eq!(accepted.words, offer.words);
    assert_eq!(accepted.remote, name("beta"));
    assert!(accepted.connection_id.is_some());
    let again = alpha_home
        .accept(request(armoured.clone().into_bytes(), &words))
        .await
        .unwrap();
    assert_eq!(again.credentials, accepted.credentials);
    assert_eq!(again.connection_id, accepted.connection_id);
    assert_eq!(alpha_home.probe("beta").await.unwrap().state, InstanceState::Up);

    let query = Query::new("get_pointer_summary", json!({"pointer_address": there.address}));
    let mut relayed = None;
    for route in Route::ALL {
        let federated = alpha_home
            .federate(FederateRequest {
                instance: name("alpha"),
                via: "beta".to_owned(),
                query: query.clone(),
                route,
                description: None,
                tags: Vec::new(),
            })
            .await
            .unwrap();
        let called = alpha_home
            .call("alpha", &federated.address, CallOptions::default())
            .await
            .unwrap();
        assert!(called.reply.is_success(), "{route}: {:?}", called.reply);
        relayed = Some(federated.address);
    }
    // What the grant does not give is refused, and that is a reply.
    let refused = alpha_home
        .invoke(
            "beta",
            &Query::new("create_pointer", json!({"data_reference": "https://x.example"})),
            InvokeOptions::default(),
        )
        .await
        .unwrap();
    assert_eq!(refused.reply.code(), Some(Code::NotGranted));
    // Revoked on beta: dead at once.
    let issued = beta_home.credential("alpha-console@beta").await.unwrap();
    assert!(issued.grant.is_some());
    beta_home.revoke_credential(&issued.name).await.unwrap();
    let dead = alpha_home
        .invoke("beta", &query, InvokeOptions::default())
        .await
        .unwrap_err();
    assert_eq!(dead.code, Code::PeerRefused);
    let failed = alpha_home
        .log(&LogFilter {
            instance: Some("beta".to_owned()),
            limit: 1,
            ..LogFilter::default()
        })
        .await
        .unwrap();
    assert_eq!(failed[0].status, "failed");
    // A call that fails at the peer is on record with how far it came.
    beta_home.revoke_credential("alpha-instance@beta").await.unwrap();
    let relay = relayed.expect("relay is the last route");
    let dead = alpha_home
        .call("alpha", &relay, CallOptions::default())
        .await
        .unwrap_err();
    assert_eq!(dead.code, Code::PeerRefused);
    assert!(dead.remedy.contains("new offer"), "{dead}");
    let last = LogFilter {
        limit: 1,
        ..LogFilter::default()
    };
    let row = alpha_home.log(&last).await.unwrap().remove(0);
    assert_eq!((row.status.as_str(), row.route), ("failed", Some(Route::Relay)));
    assert_eq!(row.action, "get_pointer_summary");
    let entry = alpha_home.log_entry(row.id).await.unwrap();
    assert_eq!(entry.wire.len(), 2, "the pointer was shown, then alpha said no");
    alpha_home.shutdown().await;
    beta_home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_offer_and_plain_values_work_as_well() {
    let (_folder, workspace) = home().await;
    init(&workspace, "beta").await;
    workspace.start_instance("beta").await.unwrap();
    let offer = workspace
        .offer(OfferRequest {
            instance: name("beta"),
            app_id: AppId::parse("old-client").unwrap(),
            profile: Profile::Legacy,
            holders: vec![Holder::Console],
            grant: Grant::read(["get_graph_stats", "list_pointers"]),
            lease_days: None,
            delivery: Delivery::Passphrase,
            verify_first: false,
            request: None,
            file: None,
        })
        .await
        .unwrap();
    let accepted = workspace
        .accept(AcceptRequest {
            received: Received::Passphrase {
                bundle: offer.armoured.unwrap().into_bytes(),
                passphrase: offer.passphrase.unwrap(),
            },
            name: Some(name("elsewhere")),
            instance: None,
        })
        .await
        .unwrap();
    assert_eq!(accepted.remote, name("beta"), "one place has one row");
    let form = workspace
        .export_credential(&accepted.credentials[0])
        .await
        .unwrap();
    assert_eq!(form.expose_value()["jwt_secret_key"].as_str().unwrap().len(), 43);
    let (_other, elsewhere) = home().await;
    elsewhere
        .add_remote(butterfly_console::workspace::RemoteRequest {
            name: name("beta"),
            credential: form,
        })
        .await
        .unwrap();
    let invoked = elsewhere
        .invoke(
            "beta",
            &Query::new("get_graph_stats", json!({})),
            InvokeOptions::default(),
        )
        .await
        .unwrap();
    assert!(invoked.reply.is_success());
    let page = elsewhere
        .pointers(
            "beta",
            &PointerQuery {
                limit: Some(5),
                ..PointerQuery::default()
            },
        )
        .await;
    assert!(page.unwrap().pointers.is_empty());
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_for_someone_else_opens_again() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let sealed = workspace
        .seal("alpha", &Query::new("whoami", json!({})))
        .await
        .unwrap();
    assert!(sealed.authorization.starts_with("Bearer "));
    let garbage = workspace
        .open_reply("alpha", sealed.body.as_bytes(), sealed.jti.as_deref())
        .await
        .unwrap_err();
    assert_eq!(garbage.code, Code::CannotOpen, "a request reflected is no reply");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_rows_come_in_and_go_out_again() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    init(&workspace, "beta").await;
    let rows: String = (0..20_000)
        .map(|row| format!("{{\"data_reference\": \"https://rows.example/{row}\", \"tags\": [\"bulk\"]}}\n"))
        .collect();
    let report = workspace
        .import_pointers(
            "alpha",
            Box::new(Cursor::new(rows.into_bytes())),
            ImportFormat::Jsonl,
            false,
            &|_| {},
        )
        .await
        .unwrap();
    assert_eq!((report.imported, report.rejected), (20_000, 0));
    let mut out = Vec::new();
    let written = workspace
        .export_pointers("alpha", &mut out, ImportFormat::Csv, &|_| {})
        .await
        .unwrap();
    assert_eq!(written, 20_000);
    // Over the wire this time.
    workspace.start_instance("beta").await.unwrap();
    let report = workspace
        .import_pointers(
            "beta",
            Box::new(Cursor::new(out)),
            ImportFormat::Csv,
            false,
            &|_| {},
        )
        .await
        .unwrap();
    assert_eq!(
        (report.imported, report.rejected),
        (20_000, 0),
        "{:?}",
        report.rejected_rows
    );
    let page = workspace
        .pointers(
            "beta",
            &PointerQuery {
                start: Start::Offset(19_990),
                limit: Some(50),
                ..PointerQuery::default()
            },
        )
        .await
        .unwrap();
    assert_eq!((page.pointers.len(), page.total), (10, Some(20_000)));
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_told_by_line_and_nothing_is_half_done() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let text = concat!(
        "{\"data_reference\": \"https://r.example/1\"}\n",
        "\n",
        "{\"data_reference\": 7}\n",
        "not json\n",
        "{\"description\": \"nowhere\"}\n",
        "{\"data_reference\": \"https://r.example/1\"}\n",
        "{\"data_reference\": \"https://r.example/2\"}\n",
    );
    let source = || Box::new(Cursor::new(text.as_bytes().to_vec()));
    let strict = workspace
        .import_pointers("alpha", source(), ImportFormat::Jsonl, false, &|_| {})
        .await
        .unwrap();
    assert_eq!(strict.imported, 0);
    let lines: Vec<_> = strict.rejected_rows.iter().map(|row| row.line).collect();
    assert_eq!(lines[..3], [3, 4, 5]);
    let all = PointerQuery {
        limit: Some(10),
        ..PointerQuery::default()
    };
    assert!(
        workspace
            .pointers("alpha", &all)
            .await
            .unwrap()
            .pointers
            .is_empty()
    );
    let lenient = workspace
        .import_pointers("alpha", source(), ImportFormat::Jsonl, true, &|_| {})
        .await
        .unwrap();
    let lines: Vec<_> = lenient.rejected_rows.iter().map(|row| row.line).collect();
    assert_eq!((lenient.imported, lines), (2, vec![3, 4, 5, 6]));
    assert_eq!(workspace.pointers("alpha", &all).await.unwrap().pointers.len(), 2);
    let csv = b"description,tags\nx,y\n".to_vec();
    let headless = workspace
        .import_pointers(
            "alpha",
            Box::new(Cursor::new(csv)),
            ImportFormat::Csv,
            true,
            &|_| {},
        )
        .await
        .unwrap_err();
    assert_eq!(headless.code, Code::FileFailed);
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_48_two_consoles_on_one_home_lose_nothing() {
    let (folder, one) = home().await;
    let two = again(&folder).await;
    init(&one, "alpha").await;
    let seen = two.change_number().await.unwrap();
    assert_eq!(
        two.instances().await.unwrap().len(),
        1,
        "the other's instance is shown"
    );
    one.set_preference("layout", "\"wide\"").await.unwrap();
    assert!(two.change_number().await.unwrap() > seen);
    assert_eq!(
        two.preference("layout").await.unwrap().as_deref(),
        Some("\"wide\"")
    );
    one.start_instance("alpha").await.unwrap();
    let row = two.instance("alpha").await.unwrap();
    assert!(matches!(row.hosted_by, HostedBy::Other(_)), "{row:?}");
    let refused = two.start_instance("alpha").await.unwrap_err();
    assert_eq!(refused.code, Code::AlreadyHosted);
    let query = Query::new("whoami", json!({}));
    let asks = (0..20).map(|turn| {
        let workspace = if turn % 2 == 0 { &one } else { &two };
        workspace.invoke("alpha", &query, InvokeOptions::default())
    });
    let mut ids: Vec<_> = futures::future::join_all(asks)
        .await
        .into_iter()
        .map(|invoked| invoked.unwrap().log_id)
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=20).collect::<Vec<u64>>());
    assert_eq!(two.log_count().await.unwrap(), 20);
    one.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_unknown_is_answered_with_those_that_are_known() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let failure = workspace
        .invoke(
            "alhpa",
            &Query::new("whoami", json!({})),
            InvokeOptions::default(),
        )
        .await
        .unwrap_err();
    assert_eq!(failure.code, Code::InstanceNotFound);
    assert!(failure.remedy.contains("alpha"), "{failure}");
    let address = workspace
        .create_pointer("alpha", pointer("https://a.example"))
        .await
        .unwrap()
        .address;
    let stopped = workspace
        .call("alpha", &address, CallOptions::default())
        .await
        .unwrap_err();
    assert!(stopped.remedy.contains("serve alpha"), "{stopped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_someone_else_took_is_said() {
    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let endpoint = workspace.instance("alpha").await.unwrap().endpoint;
    let _taken = std::net::TcpListener::bind(endpoint.authority()).unwrap();
    let failure = workspace.start_instance("alpha").await.unwrap_err();
    assert_eq!(failure.code, Code::CannotListen);
    assert_eq!(failure.instance.as_deref(), Some("alpha"));
    assert_eq!(
        workspace.instance("alpha").await.unwrap().state,
        InstanceState::Stopped
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_is_said_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let right = Passphrase::parse("seven short words that nobody would guess").unwrap();
    let workspace = Workspace::create(home.clone(), VaultLock::Passphrase(right.clone()))
        .await
        .unwrap();
    workspace.set_preference("theme", "\"dark\"").await.unwrap();
    let wrong = Passphrase::parse("another one").unwrap();
    let failure = Workspace::open(home.clone(), Unlock::Passphrase(wrong))
        .await
        .err()
        .unwrap();
    assert_eq!(failure.code, Code::VaultLocked);
    // Another lock; what is in it stays.
    workspace.change_lock(VaultLock::KeyFile(None)).await.unwrap();
    assert!(!home.needs_passphrase());
    let failure = Workspace::open(home.clone(), Unlock::Passphrase(right))
        .await
        .err()
        .unwrap();
    assert_eq!(failure.code, Code::VaultLocked);
    let opened = Workspace::open(home, Unlock::Ambient).await.unwrap();
    assert_eq!(
        opened.preference("theme").await.unwrap().as_deref(),
        Some("\"dark\"")
    );
}

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
        (looked, workspace.log_entry(sent.log_id).await.unwrap())
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
            let entry = workspace.log_entry(sent.unwrap().log_id).await.unwrap();
            assert_eq!(entry.query, stats.to_value());
        }
    }
    let sent = workspace.sent_queries().await.unwrap();
    let text = stats.to_value().to_string();
    assert!(sent.iter().any(|sent| sent.query == text));
    workspace.shutdown().await;
}
