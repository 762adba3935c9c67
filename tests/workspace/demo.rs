//! The demo: made, called on every route, found again, completed after it was killed.

use super::{again, home, init, name, pointer};
use butterfly_console::model::{AppId, Delivery, Endpoint, Grant, Holder, InstanceState, Profile, Route};
use butterfly_console::protocol::{Code, CredentialForm, HeldCredential};
use butterfly_console::seal::{FernetKey, TokenSecret};
use butterfly_console::workspace::{
    AcceptRequest, CallOptions, HandshakeRow, LogFilter, LogKind, OfferRequest, Received, RemoteRequest,
    Workspace,
};

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
        let entry = workspace.log_entry(called.log_id.unwrap()).await.unwrap();
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

/// An offer of this instance to whoever is called like the demo's alpha.
async fn offer(workspace: &Workspace, instance: &str) -> Received {
    let made = workspace
        .offer(OfferRequest {
            instance: name(instance),
            app_id: AppId::parse("alpha-federation").unwrap(),
            profile: Profile::Native,
            holders: vec![Holder::Console],
            grant: Grant::read(["get_pointer"]),
            lease_days: None,
            delivery: Delivery::Passphrase,
            verify_first: true,
            request: None,
            file: None,
        })
        .await
        .unwrap();
    Received::Passphrase {
        bundle: made.armoured.unwrap().into_bytes(),
        passphrase: made.passphrase.unwrap(),
    }
}

async fn running(workspace: &Workspace) -> Vec<HandshakeRow> {
    workspace.handshakes(false).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_started_again_says_nothing_of_handshakes_with_strangers() {
    let (_folder, workspace) = home().await;
    let demo = workspace.demo(&|_| {}).await.unwrap();
    // Somebody else's instance is called beta, too, and does not answer now; and beta offers something to somebody
    // who is called like the demo's alpha.
    let (_theirs, stranger) = home().await;
    init(&stranger, "beta").await;
    let received = offer(&stranger, "beta").await;
    let accept = AcceptRequest {
        received,
        name: None,
        instance: None,
    };
    workspace.accept(accept).await.unwrap();
    offer(&workspace, "beta").await;
    let before = running(&workspace).await;
    assert_eq!(before.len(), 2, "{before:?}");

    assert_eq!(workspace.demo(&|_| {}).await.unwrap(), demo);
    assert_eq!(running(&workspace).await, before);
    assert!(before.iter().all(|row| !row.verified), "{before:?}");
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_was_killed_before_the_words_says_its_own() {
    let (folder, workspace) = home().await;
    let stopped = tokio::spawn({
        let workspace = workspace.clone();
        async move {
            workspace
                .demo(&|step| assert!(!step.starts_with("comparing words")))
                .await
        }
    });
    assert!(stopped.await.unwrap_err().is_panic());
    workspace.shutdown().await;
    let begun = running(&workspace).await;
    assert_eq!(begun.iter().filter(|row| !row.verified).count(), 2, "{begun:?}");
    drop(workspace);
    let workspace = again(&folder).await;
    workspace.demo(&|_| {}).await.unwrap();
    assert_eq!(running(&workspace).await, []);
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_made_again_once_one_of_its_instances_was_removed() {
    let (_folder, workspace) = home().await;
    workspace.demo(&|_| {}).await.unwrap();
    offer(&workspace, "beta").await;
    let [begun] = running(&workspace).await.try_into().unwrap();
    workspace.stop_instance("beta").await.unwrap();
    workspace.remove_instance("beta").await.unwrap();
    assert_eq!(running(&workspace).await, [], "its offers went with it");
    workspace.cancel_handshake(&begun.id).await.unwrap();
    assert!(workspace.handshake(&begun.id).await.is_err());

    let again = workspace.demo(&|_| {}).await.unwrap();
    for (route, address) in &again.pointers {
        let called = workspace.call("alpha", address, CallOptions::default()).await;
        assert!(called.unwrap().reply.is_success(), "{route}");
    }
    assert_eq!(running(&workspace).await, []);
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_demo_that_was_killed_has_offered_does_not_wait_for_ever() {
    let (folder, workspace) = home().await;
    workspace.demo(&|_| {}).await.unwrap();
    let (before, _) = workspace.handshakes(true).await.unwrap();
    // As if it had been killed once its offer was made and put down: nobody accepted anything.
    for held in ["beta/alpha-federation-console", "alpha/held/beta"] {
        workspace.revoke_credential(held).await.unwrap();
    }
    let made = offer(&workspace, "beta").await;
    drop(made);
    let [waiting] = running(&workspace).await.try_into().unwrap();
    let record = serde_json::json!({"offers": [waiting.id]}).to_string();
    let kept = workspace.preference("demo").await.unwrap().unwrap();
    let mut whole: serde_json::Value = serde_json::from_str(&kept).unwrap();
    whole["offers"] = serde_json::from_str::<serde_json::Value>(&record).unwrap()["offers"].clone();
    workspace
        .set_preference("demo", &whole.to_string())
        .await
        .unwrap();
    workspace.shutdown().await;
    drop(workspace);

    let workspace = again(&folder).await;
    workspace.demo(&|_| {}).await.unwrap();
    assert_eq!(running(&workspace).await, []);
    let (after, _) = workspace.handshakes(true).await.unwrap();
    assert!(after.len() >= before.len());
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_a_name_of_the_demo_is_left_alone_and_named() {
    let (_folder, workspace) = home().await;
    let legacy = HeldCredential::legacy(
        AppId::parse("somebody").unwrap(),
        Endpoint::parse("http://127.0.0.1:1/invoke").unwrap(),
        TokenSecret::parse("a token secret of at least 32 bytes").unwrap(),
        FernetKey::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap(),
        None,
    );
    let remote = RemoteRequest {
        name: name("beta"),
        credential: CredentialForm::of(&legacy),
    };
    workspace.add_remote(remote).await.unwrap();
    let refused = workspace.demo(&|_| {}).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.instance.as_deref()),
        (Code::AlreadyExists, Some("beta"))
    );
    assert!(
        refused
            .message
            .contains("a remote instance at http://127.0.0.1:1"),
        "{refused}"
    );
    assert!(refused.remedy.contains("--home"), "{refused}");
    assert_eq!(workspace.instances().await.unwrap().len(), 1, "nothing was made");

    let (_folder, workspace) = home().await;
    init(&workspace, "alpha").await;
    let own = workspace
        .create_pointer("alpha", pointer("https://a.example/1"))
        .await
        .unwrap();
    let refused = workspace.demo(&|_| {}).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.instance.as_deref()),
        (Code::AlreadyExists, Some("alpha"))
    );
    let kept = workspace
        .pointers("alpha", &Default::default())
        .await
        .unwrap()
        .pointers;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].address, own.address);
}
