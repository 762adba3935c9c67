//! The four ways, from the offer to a federated pointer that answers.

use crate::support::*;
use butterfly_console::model::{AppId, CredentialState, Delivery, Holder, Profile, Route};
use butterfly_console::protocol::Code;
use butterfly_console::workspace::{
    AcceptRequest, AskRequest, CheckResult, Received, RemoteRequest, Workspace,
};

/// From an offer that opens nothing before both sides compared the words.
async fn verified_first(delivery: Delivery) {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let there = beta.pointer("https://b.example/1").await;
    let query = summary(&there.address);
    let (made, accepted) = hand_over(&alpha, &beta, delivery, true).await;
    assert_eq!(made.words.as_ref(), Some(&accepted.words));
    assert!(accepted.verify_first);
    assert_eq!(accepted.credentials, ["beta/alpha-console", "alpha/held/beta"]);
    for (side, id) in [(&alpha, &accepted.id), (&beta, &made.offer_id)] {
        let row = side.home.handshake(id).await.unwrap();
        assert_eq!(row.words, made.words);
        assert_eq!(row.delivery, delivery);
        assert!(!row.verified);
    }
    // Nothing works yet, on any route.
    assert_eq!(ask(&alpha, &query).await, Some(Code::NotVerified));
    let relay = federate(&alpha, &query, Route::Relay).await;
    let refused = call(&alpha, &relay.address).await.unwrap_err();
    assert_eq!(refused.code, Code::NotVerified, "{refused}");
    // Our people are first: we wait for the other side's.
    let waits = alpha.home.verify(&accepted.id, true).await.unwrap();
    assert!(waits.waiting && waits.verified, "{waits:?}");
    assert_eq!(waits.state, CredentialState::Verified);
    assert!(alpha.home.advance(&accepted.id).await.unwrap().waiting);
    assert_eq!(ask(&alpha, &query).await, Some(Code::NotVerified));
    let said = beta.home.verify(&made.offer_id, true).await.unwrap();
    assert!(said.verified, "{said:?}");
    // And now it goes on by itself.
    let active = alpha.home.advance(&accepted.id).await.unwrap();
    assert_eq!(active.state, CredentialState::Active, "{active:?}");
    assert!(!active.waiting);
    for name in &accepted.credentials {
        let row = alpha.home.credential(name).await.unwrap();
        assert_eq!((row.generation, row.verified), (1, true), "{name}");
        assert_eq!(row.delivery, Some(delivery));
        let checks = alpha.home.check_credential(name, &|_| {}).await.unwrap();
        assert_eq!(checks.len(), 6);
        for check in checks {
            assert!(
                matches!(check.result, CheckResult::Passed { .. }),
                "{name}: {check:?}"
            );
        }
    }
    for name in ["alpha-console@beta", "alpha-instance@beta"] {
        let row = beta.home.credential(name).await.unwrap();
        assert_eq!(
            (row.state, row.verified, row.generation),
            (CredentialState::Active, true, 1)
        );
    }
    for side in [&alpha, &beta] {
        let (open, failures) = side.home.handshakes(false).await.unwrap();
        assert!(open.is_empty() && failures.is_empty(), "{open:?}");
        assert_eq!(side.home.handshakes(true).await.unwrap().0.len(), 1);
    }
    assert_eq!(ask(&alpha, &query).await, None);
    for route in Route::ALL {
        let pointer = match route {
            Route::Relay => relay.clone(),
            _ => federate(&alpha, &query, route).await,
        };
        call(&alpha, &pointer.address).await.unwrap();
    }
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

/// From an offer that may be used at once: what was made with it before the words goes on working after them.
async fn used_at_once(delivery: Delivery) {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let there = beta.pointer("https://b.example/1").await;
    let query = summary(&there.address);
    let (made, accepted) = hand_over(&alpha, &beta, delivery, false).await;
    let mut pointers = Vec::new();
    for route in Route::ALL {
        let pointer = federate(&alpha, &query, route).await;
        call(&alpha, &pointer.address).await.unwrap();
        pointers.push(pointer);
    }
    assert_eq!(
        alpha.state_of("beta/alpha-console").await,
        CredentialState::Active
    );
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert!(row.attention.unwrap().contains("nobody compared the words"));
    let verified = alpha.home.verify(&accepted.id, true).await.unwrap();
    assert_eq!(verified.state, CredentialState::Active, "{verified:?}");
    assert_eq!(verified.resealed, 1, "the circuit, under the fresh key");
    beta.home.verify(&made.offer_id, true).await.unwrap();
    for pointer in &pointers {
        call(&alpha, &pointer.address).await.unwrap();
    }
    assert!(
        alpha
            .home
            .stale_circuits("beta/alpha-console")
            .await
            .unwrap()
            .is_empty()
    );
    assert!(alpha.home.handshakes(false).await.unwrap().0.is_empty());
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_code_verified_first() {
    verified_first(Delivery::Code).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_request_verified_first() {
    verified_first(Delivery::Request).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_passphrase_verified_first() {
    verified_first(Delivery::Passphrase).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_code_used_at_once() {
    used_at_once(Delivery::Code).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_request_used_at_once() {
    used_at_once(Delivery::Request).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_35_by_passphrase_used_at_once_and_the_circuit_sealed_anew() {
    used_at_once(Delivery::Passphrase).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_values_work_and_have_no_activation() {
    let (alpha, beta) = (Side::empty("alpha").await, Side::new("beta").await);
    let file = beta.folder.path().join("values.json");
    let mut wanted = offer_of(Delivery::Plain, true);
    wanted.holders = vec![Holder::Console];
    wanted.file = Some(file.clone());
    let refused = beta.home.offer(wanted.clone()).await.err().unwrap();
    assert_eq!(
        refused.code,
        Code::InvalidParameter,
        "nothing could be verified first"
    );
    wanted.verify_first = false;
    let made = beta.home.offer(wanted).await.unwrap();
    assert!(made.armoured.is_none() && made.passphrase.is_none() && made.code.is_none());
    let (holder, form) = made.plain[0].clone();
    assert_eq!(holder, Holder::Console);
    let root = form.expose_value()["root"].as_str().unwrap().to_owned();
    assert!(std::fs::read_to_string(&file).unwrap().contains(&root));
    let remote = RemoteRequest {
        name: instance("beta"),
        credential: form,
    };
    alpha.home.add_remote(remote).await.unwrap();
    assert_eq!(ask(&alpha, &stats()).await, None);
    let row = beta.home.credential("alpha-console@beta").await.unwrap();
    assert_eq!((row.delivery, row.generation), (Some(Delivery::Plain), 0));
    let rotated = beta
        .home
        .rotate_credential("alpha-console@beta", 3_600)
        .await
        .unwrap();
    assert!(rotated.form.is_some(), "new values to hand over");
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_of_a_handshake_takes_the_place_of_plain_values_once_fresh_keys_are_in() {
    let (alpha, beta) = (Side::empty("alpha").await, Side::new("beta").await);
    for profile in [Profile::Legacy, Profile::Native] {
        let plain = beta
            .home
            .offer(butterfly_console::workspace::OfferRequest {
                app_id: AppId::parse(&format!("by-{profile}")).unwrap(),
                profile,
                holders: vec![Holder::Console],
                ..offer_of(Delivery::Plain, false)
            })
            .await
            .unwrap();
        let (_, values) = plain.plain.into_iter().next().unwrap();
        let remote = format!("beta-{profile}");
        let added = RemoteRequest {
            name: instance(&remote),
            credential: values,
        };
        alpha.home.add_remote(added).await.unwrap();
        let before = alpha.home.instance(&remote).await.unwrap().app_id;

        let mut wanted = offer_of(Delivery::Passphrase, true);
        wanted.app_id = AppId::parse(&format!("joined-{profile}")).unwrap();
        wanted.holders = vec![Holder::Console];
        let made = beta.home.offer(wanted).await.unwrap();
        let (bundle, passphrase) = bundle_of(&made);
        let received = Received::Passphrase { bundle, passphrase };
        let taken = AcceptRequest {
            instance: None,
            ..accepting(received)
        };
        let accepted = alpha.home.accept(taken).await.unwrap();
        assert_eq!(accepted.remote.as_str(), remote);
        alpha.home.verify(&accepted.id, true).await.unwrap();
        assert_eq!(
            alpha.home.instance(&remote).await.unwrap().app_id,
            before,
            "nothing can be called with it yet"
        );
        beta.home.verify(&made.offer_id, true).await.unwrap();
        let verified = alpha.home.advance(&accepted.id).await.unwrap();
        assert_eq!(verified.called_with.as_ref(), accepted.credentials.first());
        let row = alpha.home.instance(&remote).await.unwrap();
        assert_eq!((&row.app_id, row.profile), (&accepted.app_id, Profile::Native));
        let again = alpha.home.advance(&accepted.id).await.unwrap();
        assert_eq!(again.called_with, None);
        alpha.home.remove_instance(&remote).await.unwrap();
    }
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_can_be_had_again_as_it_was_until_it_is_answered() {
    let alpha = Side::new("alpha").await;
    for ours in [None, Some(instance("alpha"))] {
        let made = alpha
            .home
            .ask(AskRequest {
                holders: match ours {
                    Some(_) => vec![Holder::Console, Holder::Instance],
                    None => vec![Holder::Console],
                },
                instance: ours,
                app_id: AppId::parse("alpha").unwrap(),
                file: None,
            })
            .await
            .unwrap();
        let file = alpha.folder.path().join(format!("{}.txt", made.id));
        let again = alpha
            .home
            .request_again(&made.id, Some(file.clone()))
            .await
            .unwrap();
        assert_eq!(again.text, made.text);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), made.text);
        let refused = alpha.home.request_again(&made.id, Some(file)).await.unwrap_err();
        assert_eq!(refused.code, Code::FileFailed, "{refused}");
        alpha.home.cancel_handshake(&made.id).await.unwrap();
        let gone = alpha.home.request_again(&made.id, None).await.unwrap_err();
        assert_eq!(gone.code, Code::HandshakeNotFound);
    }
    alpha.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_who_asks_and_shows_what_is_wrong_with_it() {
    let alpha = Side::new("alpha").await;
    let asking = AskRequest {
        instance: Some(instance("alpha")),
        app_id: AppId::parse("alpha").unwrap(),
        holders: vec![Holder::Console, Holder::Instance],
        file: Some(alpha.folder.path().join("request.txt")),
    };
    let made = alpha.home.ask(asking.clone()).await.unwrap();
    assert_eq!(
        std::fs::read_to_string(made.file.as_ref().unwrap()).unwrap(),
        made.text
    );
    let said = Workspace::inspect_request(&made.text).unwrap();
    let row = alpha.home.instance("alpha").await.unwrap();
    assert_eq!(
        said["instance"].as_str(),
        row.instance_id.as_ref().map(|id| id.as_str())
    );
    assert_eq!(said["app_id"], "alpha");
    assert_eq!(said["id"].as_str(), Some(made.id.as_str()));
    let waits = alpha.home.handshake(&made.id).await.unwrap();
    assert_eq!(waits.state, CredentialState::Requested);
    let again = alpha.home.ask(asking).await.unwrap_err();
    assert_eq!(again.code, Code::FileFailed, "an older file is not written over");
    let cut = &made.text[..made.text.len() / 2];
    assert_eq!(
        Workspace::inspect_request(cut).unwrap_err().code,
        Code::RequestRefused
    );
    alpha.home.cancel_handshake(&made.id).await.unwrap();
    let gone = alpha.home.handshake(&made.id).await.unwrap_err();
    assert_eq!(gone.code, Code::HandshakeNotFound);
    // A console may ask for itself alone.
    let own = AskRequest {
        instance: None,
        app_id: AppId::parse("alpha").unwrap(),
        holders: vec![Holder::Console],
        file: None,
    };
    let own = alpha.home.ask(own).await.unwrap();
    assert!(Workspace::inspect_request(&own.text).unwrap()["instance"].is_null());
    alpha.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_bundle_is_compared_and_used_without_an_activation() {
    let (alpha, beta) = (Side::empty("alpha").await, Side::new("beta").await);
    let mut wanted = offer_of(Delivery::Passphrase, false);
    wanted.holders = vec![Holder::Console];
    wanted.profile = Profile::Legacy;
    let made = beta.home.offer(wanted).await.unwrap();
    let mut accepting = accepting(received(&made));
    accepting.instance = None;
    let accepted = alpha.home.accept(accepting).await.unwrap();
    let verified = alpha.home.verify(&accepted.id, true).await.unwrap();
    assert!(verified.verified && !verified.waiting, "{verified:?}");
    assert_eq!(ask(&alpha, &stats()).await, None);
    assert!(alpha.home.handshakes(false).await.unwrap().0.is_empty());
    beta.home.shutdown().await;
}
