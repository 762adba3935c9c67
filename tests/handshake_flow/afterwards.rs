//! The life of a credential after the handshake: rotation, suspension, what depends on it, what it says of itself.

use crate::support::*;
use butterfly_console::model::{CredentialState, Delivery, Holder, Profile, Route};
use butterfly_console::protocol::Code;
use butterfly_console::workspace::{Dependent, InstanceChange, Received};

#[tokio::test(flavor = "multi_thread")]
async fn threat_35_a_rotation_seals_circuits_anew_before_the_old_key_dies() {
    let (alpha, beta, _, _) = joined().await;
    let there = beta.pointer("https://b.example/1").await;
    let circuit = federate(&alpha, &summary(&there.address), Route::Circuit).await;
    let before = alpha.home.credential("beta/alpha-console").await.unwrap();
    let rotated = alpha
        .home
        .rotate_credential("beta/alpha-console", 3_600)
        .await
        .unwrap();
    assert_eq!(rotated.row.generation, 2);
    assert_ne!(rotated.row.kid, before.kid);
    assert_eq!(rotated.row.state, CredentialState::Rotating);
    assert!(rotated.overlap_until.is_some());
    assert_eq!(rotated.resealed, [("alpha".to_owned(), circuit.address.clone())]);
    let now = alpha
        .home
        .pointer("alpha", &circuit.address)
        .await
        .unwrap()
        .pointer;
    let federated = now.federated.unwrap();
    assert_eq!(
        federated.kid.as_ref().map(|kid| kid.as_str()),
        rotated.row.kid.as_deref()
    );
    call(&alpha, &circuit.address).await.unwrap();
    // The old key dies; what was sealed anew goes on.
    let issued = beta.home.end_overlap("alpha-console@beta").await.unwrap();
    assert_eq!((issued.overlap_until, issued.generation), (None, 2));
    call(&alpha, &circuit.address).await.unwrap();
    // Who holds it hears that of its issuer.
    let held = || alpha.home.credential("beta/alpha-console");
    assert!(held().await.unwrap().overlap_until.is_some());
    alpha
        .home
        .check_credential("beta/alpha-console", &|_| {})
        .await
        .unwrap();
    let row = held().await.unwrap();
    assert_eq!((row.state, row.overlap_until), (CredentialState::Active, None));
    assert_eq!(ask(&alpha, &stats()).await, None);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_35_a_circuit_that_was_missed_is_found_and_sealed_anew() {
    let (alpha, beta, _, _) = joined().await;
    let there = beta.pointer("https://b.example/1").await;
    let circuit = federate(&alpha, &summary(&there.address), Route::Circuit).await;
    let old = alpha
        .home
        .pointer("alpha", &circuit.address)
        .await
        .unwrap()
        .pointer;
    alpha
        .home
        .rotate_credential("beta/alpha-console", 0)
        .await
        .unwrap();
    // An older backup of the pointer is put back.
    let change = butterfly_console::model::PointerChange {
        data_reference: Some(old.data_reference),
        federated: old.federated,
        ..Default::default()
    };
    alpha
        .home
        .update_pointer("alpha", &circuit.address, change)
        .await
        .unwrap();
    call(&alpha, &circuit.address).await.unwrap_err();
    let stale = alpha.home.stale_circuits("beta/alpha-console").await.unwrap();
    assert_eq!(stale, [("alpha".to_owned(), circuit.address.clone())]);
    assert_eq!(
        alpha.home.reseal_circuits("beta/alpha-console").await.unwrap(),
        stale
    );
    call(&alpha, &circuit.address).await.unwrap();
    assert!(
        alpha
            .home
            .stale_circuits("beta/alpha-console")
            .await
            .unwrap()
            .is_empty()
    );
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_rotates_what_it_holds_and_an_issuer_asks_for_it() {
    let (alpha, beta, _, _) = joined().await;
    let there = beta.pointer("https://b.example/1").await;
    let relay = federate(&alpha, &summary(&there.address), Route::Relay).await;
    let rotated = alpha
        .home
        .rotate_credential("alpha/held/beta", 3_600)
        .await
        .unwrap();
    assert_eq!(rotated.row.generation, 2);
    call(&alpha, &relay.address).await.unwrap();
    let asked = beta
        .home
        .rotate_credential("alpha-console@beta", 86_400)
        .await
        .unwrap();
    assert!(asked.due.is_some() && asked.form.is_none());
    let row = beta.home.credential("alpha-console@beta").await.unwrap();
    assert_eq!(row.state, CredentialState::Rotating);
    assert!(row.attention.unwrap().contains("rotated by"));
    // The holder hears of it with the next look.
    alpha
        .home
        .check_credential("beta/alpha-console", &|_| {})
        .await
        .unwrap();
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!(row.rotation_due, asked.due);
    alpha
        .home
        .rotate_credential("beta/alpha-console", 0)
        .await
        .unwrap();
    let row = beta.home.credential("alpha-console@beta").await.unwrap();
    assert_eq!((row.rotation_due, row.generation), (None, 2));
    assert_eq!(ask(&alpha, &stats()).await, None);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_activated_is_not_rotated() {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    hand_over(&alpha, &beta, Delivery::Passphrase, false).await;
    for name in ["beta/alpha-console", "alpha/held/beta"] {
        let refused = alpha.home.rotate_credential(name, 60).await.err().unwrap();
        assert_eq!(refused.code, Code::WrongStep, "{refused}");
    }
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn suspending_holds_at_once_and_resuming_takes_it_back() {
    let (alpha, beta, _, _) = joined().await;
    let row = beta
        .home
        .suspend_credential("alpha-console@beta", true)
        .await
        .unwrap();
    assert_eq!(row.state, CredentialState::Suspended);
    assert_eq!(ask(&alpha, &stats()).await, Some(Code::PeerRefused));
    let row = beta
        .home
        .suspend_credential("alpha-console@beta", false)
        .await
        .unwrap();
    assert_eq!(row.state, CredentialState::Active);
    assert_eq!(ask(&alpha, &stats()).await, None);
    let refused = alpha
        .home
        .suspend_credential("beta/alpha-console", true)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::InvalidParameter);
    // What an instance holds is sealed there, and not on the one that it calls.
    let refused = alpha
        .home
        .export_credential("alpha/held/beta")
        .await
        .err()
        .unwrap();
    assert!(refused.message.contains("sealed on alpha"), "{refused}");
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_is_said_before_it_is_revoked() {
    let (alpha, beta, _, _) = joined().await;
    let there = beta.pointer("https://b.example/1").await;
    let query = summary(&there.address);
    for route in Route::ALL {
        let pointer = federate(&alpha, &query, route).await;
        call(&alpha, &pointer.address).await.unwrap();
    }
    let here = alpha.home.dependents("beta/alpha-console").await.unwrap();
    assert!(
        here.contains(&Dependent::Instance {
            name: "beta".to_owned()
        }),
        "{here:?}"
    );
    let routes = |found: &[Dependent]| {
        let mut routes: Vec<_> = found
            .iter()
            .filter_map(|dependent| match dependent {
                Dependent::Pointer { route, .. } => Some(*route),
                _ => None,
            })
            .collect();
        routes.sort_by_key(|route| route.as_str());
        routes
    };
    assert_eq!(routes(&here), [Route::Circuit, Route::Endpoint]);
    let there = alpha.home.dependents("alpha/held/beta").await.unwrap();
    assert_eq!(routes(&there), [Route::Relay]);
    // All three are assigned to the connection; of two of them the caller calls with a credential of its own.
    let connections = there.iter().filter(|dependent| {
        matches!(
            dependent,
            Dependent::Connection {
                pointers: 1,
                unharmed: 2,
                ..
            }
        )
    });
    assert_eq!(connections.count(), 1, "{there:?}");
    let issued = beta.home.dependents("alpha-console@beta").await.unwrap();
    let [
        Dependent::Caller {
            app_id,
            last_used,
            uses,
        },
    ] = issued.as_slice()
    else {
        panic!("{issued:?}");
    };
    assert_eq!(app_id, "alpha-console");
    assert!(last_used.is_some() && *uses > 0);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_bundle_takes_the_place_of_a_credential_that_is_of_no_use() {
    let (alpha, beta, _, _) = joined().await;
    alpha.home.revoke_credential("beta/alpha-console").await.unwrap();
    assert_eq!(ask(&alpha, &stats()).await, Some(Code::CredentialNotFound));
    let mut wanted = offer_of(Delivery::Code, false);
    wanted.holders = vec![Holder::Console];
    let made = beta.home.offer(wanted).await.unwrap();
    let mut again = accepting(received(&made));
    again.instance = None;
    let accepted = alpha.home.accept(again).await.unwrap();
    assert_eq!(accepted.remote, instance("beta"));
    assert_eq!(ask(&alpha, &stats()).await, None);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_again_changes_nothing_even_after_the_activation() {
    let (alpha, beta, made, accepted) = joined().await;
    let before = alpha.trace().await;
    let again = alpha.home.accept(accepting(received(&made))).await.unwrap();
    assert_eq!(again.credentials, accepted.credentials);
    assert_eq!(again.state, CredentialState::Active);
    assert_eq!(alpha.trace().await, before);
    assert_eq!(ask(&alpha, &stats()).await, None);
    // An answer is opened once: what opened it is forgotten.
    let (answer, _) = hand_over(&alpha, &beta, Delivery::Request, false).await;
    let bundle = answer.armoured.unwrap().into_bytes();
    let refused = alpha
        .home
        .accept(accepting(Received::Request { bundle }))
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::CannotOpen);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_second_handshake_new_relays_go_by_the_newest_credential_that_works() {
    let (alpha, beta, _, _) = joined().await;
    let there = beta.pointer("https://b.example/1").await;
    let first = federate(&alpha, &summary(&there.address), Route::Relay).await;
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Code, true).await;
    // Not before it opens something.
    let early = federate(&alpha, &stats(), Route::Relay).await;
    assert_eq!(early.connection_id, first.connection_id);
    compare(&alpha, &beta, &made, &accepted).await;
    let second = federate(&alpha, &summary(&there.address), Route::Relay).await;
    assert_ne!(second.connection_id, first.connection_id);
    beta.home.revoke_credential("alpha-instance@beta").await.unwrap();
    call(&alpha, &second.address).await.unwrap();
    call(&alpha, &first.address).await.unwrap_err();
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_38_another_offer_changes_nothing_for_pointers_that_are_there() {
    let (alpha, beta, _, _) = joined().await;
    let there = beta.pointer("https://b.example/1").await;
    let pointer = federate(&alpha, &summary(&there.address), Route::Endpoint).await;
    let kid = pointer.federated.as_ref().unwrap().kid.as_ref();
    let first = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!(kid.map(|kid| kid.as_str()), first.kid.as_deref());

    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, false).await;
    let console = accepted
        .credentials
        .iter()
        .find(|name| name.starts_with("beta/"))
        .unwrap();
    assert_ne!(console, "beta/alpha-console");
    let used = async |of: &butterfly_console::model::PointerAddress| {
        call(&alpha, of).await.unwrap();
        alpha.home.pointer("alpha", of).await.unwrap().credential.unwrap()
    };
    assert_eq!(used(&pointer.address).await, "beta/alpha-console");
    let fresh = federate(&alpha, &stats(), Route::Endpoint).await;
    assert_eq!(
        used(&fresh.address).await,
        "beta/alpha-console",
        "its words were compared"
    );
    // Also once the other is as good, and after a rotation.
    compare(&alpha, &beta, &made, &accepted).await;
    alpha
        .home
        .rotate_credential("beta/alpha-console", 0)
        .await
        .unwrap();
    assert_eq!(used(&pointer.address).await, "beta/alpha-console");
    alpha.home.revoke_credential("beta/alpha-console").await.unwrap();
    assert_eq!(&used(&pointer.address).await, console);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_35_legacy_circuits_are_sealed_anew_with_new_values_and_found_where_they_were_missed() {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let there = beta.pointer("https://b.example/1").await;
    let offer = butterfly_console::workspace::OfferRequest {
        profile: Profile::Legacy,
        holders: vec![Holder::Console],
        ..offer_of(Delivery::Plain, false)
    };
    let made = beta.home.offer(offer).await.unwrap();
    let (_, values) = made.plain.into_iter().next().unwrap();
    let request = butterfly_console::workspace::RemoteRequest {
        name: instance("beta"),
        credential: values,
    };
    alpha.home.add_remote(request).await.unwrap();
    let circuit = federate(&alpha, &summary(&there.address), Route::Circuit).await;
    call(&alpha, &circuit.address).await.unwrap();

    let issued = beta.home.credentials().await.unwrap().0;
    let issued = issued.iter().find(|row| row.profile == Profile::Legacy).unwrap();
    let rotated = beta.home.rotate_credential(&issued.name, 0).await.unwrap();
    let change = InstanceChange {
        credential: rotated.form,
        ..InstanceChange::default()
    };
    alpha.home.edit_instance("beta", change).await.unwrap();
    call(&alpha, &circuit.address).await.unwrap();

    // What is advised can be had: an original instance makes no offers.
    let relayed = butterfly_console::workspace::FederateRequest {
        instance: instance("alpha"),
        via: "beta".to_owned(),
        query: stats(),
        route: Route::Relay,
        description: None,
        tags: Vec::new(),
    };
    let failed = alpha.home.federate(relayed).await.unwrap_err();
    assert_eq!(failed.code, Code::NoHeldCredential, "{failed}");
    assert!(!failed.remedy.contains("handshake accept"), "{failed}");

    // An older backup of the pointer is put back.
    let held = alpha.home.credentials().await.unwrap().0;
    let held = &held
        .iter()
        .find(|row| row.profile == Profile::Legacy)
        .unwrap()
        .name;
    assert!(alpha.home.stale_circuits(held).await.unwrap().is_empty());
    let change = butterfly_console::model::PointerChange {
        data_reference: Some(circuit.data_reference.clone()),
        ..Default::default()
    };
    alpha
        .home
        .update_pointer("alpha", &circuit.address, change)
        .await
        .unwrap();
    let failed = call(&alpha, &circuit.address).await.unwrap_err();
    assert!(failed.message.contains("sealed under other keys"), "{failed}");
    let stale = [("alpha".to_owned(), circuit.address.clone())];
    assert_eq!(alpha.home.stale_circuits(held).await.unwrap(), stale);
    assert_eq!(alpha.home.reseal_circuits(held).await.unwrap(), stale);
    call(&alpha, &circuit.address).await.unwrap();
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}
