//! Credentials handed over between two homes, in both profiles.

use super::{home, init, name, pointer};
use butterfly_console::model::{AppId, Delivery, Grant, Holder, InstanceState, Profile, Route};
use butterfly_console::protocol::{Code, Query};
use butterfly_console::seal::Passphrase;
use butterfly_console::store::PointerQuery;
use butterfly_console::workspace::{
    AcceptRequest, CallOptions, FederateRequest, InvokeOptions, LogFilter, OfferRequest, Received, Workspace,
};
use serde_json::json;

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
    assert_eq!(Some(&accepted.words), offer.words.as_ref());
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
