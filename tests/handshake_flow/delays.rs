//! Leaving and coming back, lost replies, cancelling: nothing is lost, and nothing is left behind.

use crate::proxy::Proxy;
use crate::support::*;
use butterfly_console::model::{CredentialState, Delivery, Route};
use butterfly_console::protocol::Code;
use butterfly_console::workspace::CheckResult;
use serde_json::json;

async fn restarted_between(delivery: Delivery) {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let made = beta.home.offer(offer_of(delivery, true)).await.unwrap();
    let (alpha, beta) = (alpha.restarted().await, beta.restarted().await);
    let accepted = alpha.home.accept(accepting(received(&made))).await.unwrap();
    let (alpha, beta) = (alpha.restarted().await, beta.restarted().await);
    assert!(alpha.home.verify(&accepted.id, true).await.unwrap().waiting);
    let (alpha, beta) = (alpha.restarted().await, beta.restarted().await);
    beta.home.verify(&made.offer_id, true).await.unwrap();
    let (alpha, beta) = (alpha.restarted().await, beta.restarted().await);
    let active = alpha.home.advance(&accepted.id).await.unwrap();
    assert_eq!(active.state, CredentialState::Active, "{active:?}");
    let (alpha, beta) = (alpha.restarted().await, beta.restarted().await);
    assert_eq!(ask(&alpha, &stats()).await, None);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_by_passphrase_is_resumed_after_every_restart() {
    restarted_between(Delivery::Passphrase).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_by_code_is_resumed_after_every_restart() {
    restarted_between(Delivery::Code).await;
}

/// beta behind a proxy.
async fn behind_a_proxy() -> (Proxy, Side) {
    let proxy = Proxy::new().await;
    let beta = Side::behind("beta", &proxy).await;
    (proxy, beta)
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_36_lost_replies_are_asked_for_again_and_alarm_nobody() {
    let (alpha, (proxy, beta)) = (Side::new("alpha").await, behind_a_proxy().await);
    let made = beta.home.offer(offer_of(Delivery::Code, true)).await.unwrap();
    // Of discovery, claim and confirmation, each loses a reply once.
    proxy.lose(2);
    let accepted = alpha.home.accept(accepting(received(&made))).await.unwrap();
    assert_eq!(proxy.left_to_lose(), 0);
    beta.home.verify(&made.offer_id, true).await.unwrap();
    proxy.lose(2);
    let verified = alpha.home.verify(&accepted.id, true).await.unwrap();
    assert_eq!(proxy.left_to_lose(), 0);
    let active = match verified.state {
        CredentialState::Active => verified,
        _ => alpha.home.advance(&accepted.id).await.unwrap(),
    };
    assert_eq!(active.state, CredentialState::Active, "{active:?}");
    for side in [&alpha, &beta] {
        let (rows, _) = side.home.credentials().await.unwrap();
        assert!(rows.iter().all(|row| row.alarm.is_none()), "{rows:?}");
    }
    assert_eq!(ask(&alpha, &stats()).await, None);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_was_withdrawn_on_the_other_side_is_told_to_be_refused() {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, true).await;
    assert!(alpha.home.verify(&accepted.id, true).await.unwrap().waiting);
    let waits = alpha.home.handshake(&accepted.id).await.unwrap();
    assert!(waits.next.contains("says that the words match"), "{}", waits.next);
    beta.home.cancel_handshake(&made.offer_id).await.unwrap();
    let refused = alpha.home.advance(&accepted.id).await.unwrap_err();
    assert_eq!(refused.code, Code::PeerRefused, "{refused}");
    // Also to whoever looks later, in another process.
    let alpha = alpha.restarted().await;
    let row = alpha.home.handshake(&accepted.id).await.unwrap();
    let end = format!("butterfly handshake cancel {}", accepted.id);
    assert!(
        row.next.contains("refused") && row.next.contains(&end),
        "{}",
        row.next
    );
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_36_an_activation_whose_every_reply_was_lost_goes_on_after_a_restart() {
    let (alpha, (proxy, beta)) = (Side::new("alpha").await, behind_a_proxy().await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, true).await;
    beta.home.verify(&made.offer_id, true).await.unwrap();
    proxy.lose(100);
    let failed = alpha.home.verify(&accepted.id, true).await.unwrap_err();
    assert_eq!(failed.code, Code::PeerUnreachable, "{failed}");
    proxy.lose(0);
    let alpha = alpha.restarted().await;
    let active = alpha.home.advance(&accepted.id).await.unwrap();
    assert_eq!(active.state, CredentialState::Active, "{active:?}");
    assert_eq!(ask(&alpha, &stats()).await, None);
    let row = beta.home.credential("alpha-console@beta").await.unwrap();
    assert_eq!((row.alarm, row.generation), (None, 1));
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_36_a_rotation_whose_every_reply_was_lost_is_told_and_finished_by_the_next_call() {
    let (alpha, (proxy, beta)) = (Side::new("alpha").await, behind_a_proxy().await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, true).await;
    compare(&alpha, &beta, &made, &accepted).await;
    let there = beta.pointer("https://b.example/1").await;
    let circuit = federate(&alpha, &summary(&there.address), Route::Circuit).await;
    let relay = federate(&alpha, &summary(&there.address), Route::Relay).await;
    for name in ["beta/alpha-console", "alpha/held/beta"] {
        proxy.lose(100);
        let failed = alpha.home.rotate_credential(name, 0).await.err().unwrap();
        assert_eq!(failed.code, Code::PeerUnreachable, "{failed}");
        proxy.lose(0);
        let again = format!("butterfly credential rotate {name}");
        assert!(failed.remedy.contains(&again), "{failed}");
        let attention = alpha.home.credential(name).await.unwrap().attention;
        assert!(attention.is_some_and(|told| told.contains(&again)), "{name}");
        let checks = alpha.home.check_credential(name, &|_| ()).await.unwrap();
        let remedies = checks.iter().filter_map(|check| match &check.result {
            CheckResult::Failed { remedy, .. } => Some(remedy.as_str()),
            _ => None,
        });
        assert!(
            remedies
                .into_iter()
                .any(|remedy| remedy.contains("a rotation of it was begun")),
            "{checks:?}"
        );
    }
    assert_eq!(ask(&alpha, &stats()).await, None, "finished on the way");
    call(&alpha, &relay.address).await.unwrap();
    call(&alpha, &circuit.address).await.unwrap();
    for name in ["beta/alpha-console", "alpha/held/beta"] {
        let row = alpha.home.credential(name).await.unwrap();
        assert_eq!(
            (row.generation, row.alarm, row.attention),
            (2, None, None),
            "{name}"
        );
    }
    // So it is by a call that this home makes itself.
    let name = "beta/alpha-console";
    proxy.lose(100);
    assert!(alpha.home.rotate_credential(name, 0).await.is_err());
    proxy.lose(0);
    call(&alpha, &circuit.address).await.unwrap();
    let row = alpha.home.credential(name).await.unwrap();
    assert_eq!((row.generation, row.attention), (3, None));
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_refused_is_not_told_as_one_that_is_to_be_finished() {
    let (alpha, (proxy, beta)) = (Side::new("alpha").await, behind_a_proxy().await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, true).await;
    compare(&alpha, &beta, &made, &accepted).await;
    let name = "beta/alpha-console";
    let issued = "alpha-console@beta";
    beta.home.suspend_credential(issued, true).await.unwrap();
    let refused = alpha.home.rotate_credential(name, 0).await.err().unwrap();
    assert_eq!(refused.code, Code::PeerRefused, "{refused}");
    assert!(
        refused.remedy.contains("older backup") && refused.remedy.contains("new offer"),
        "{refused}"
    );
    assert_eq!(alpha.home.credential(name).await.unwrap().attention, None);
    beta.home.suspend_credential(issued, false).await.unwrap();
    // One whose answer was lost stays to be finished, also when it is refused then.
    proxy.lose(100);
    assert!(alpha.home.rotate_credential(name, 0).await.is_err());
    proxy.lose(0);
    beta.home.suspend_credential(issued, true).await.unwrap();
    assert!(alpha.home.rotate_credential(name, 0).await.is_err());
    let attention = alpha.home.credential(name).await.unwrap().attention.unwrap();
    assert!(
        attention.contains("finish it with") && attention.contains("new offer"),
        "{attention}"
    );
    beta.home.suspend_credential(issued, false).await.unwrap();
    assert_eq!(ask(&alpha, &stats()).await, None, "finished on the way");
    assert_eq!(alpha.home.credential(name).await.unwrap().generation, 2);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_at_each_step_leaves_nothing() {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let (_, before, _) = alpha.trace().await;
    for is_compared in [false, true] {
        let made = beta
            .home
            .offer(offer_of(Delivery::Passphrase, true))
            .await
            .unwrap();
        let accepted = alpha.home.accept(accepting(received(&made))).await.unwrap();
        if is_compared {
            alpha.home.verify(&accepted.id, true).await.unwrap();
        }
        alpha.home.cancel_handshake(&accepted.id).await.unwrap();
        let (_, names, handshakes) = alpha.trace().await;
        assert_eq!(
            (names, handshakes),
            (before.clone(), 0),
            "compared: {is_compared}"
        );
        assert_eq!(
            alpha.home.instances().await.unwrap().len(),
            1,
            "beta is forgotten too"
        );
        beta.home.cancel_handshake(&made.offer_id).await.unwrap();
        let row = beta.home.handshake(&made.offer_id).await;
        assert!(
            row.as_ref()
                .map_or(true, |row| row.state == CredentialState::Revoked),
            "{row:?}"
        );
        assert!(beta.home.handshakes(false).await.unwrap().0.is_empty());
    }
    // One that is in use is not cancelled, but revoked.
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Code, true).await;
    compare(&alpha, &beta, &made, &accepted).await;
    let refused = alpha.home.cancel_handshake(&accepted.id).await.unwrap_err();
    assert_eq!(refused.code, Code::WrongStep);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_wizard_was_left_is_kept_until_it_is_forgotten() {
    let alpha = Side::empty("alpha").await;
    assert!(alpha.home.wizard_draft().await.unwrap().is_none());
    let draft = json!({"step": 3});
    alpha.home.keep_wizard_draft(Some(draft.clone())).await.unwrap();
    let alpha = alpha.restarted().await;
    assert_eq!(alpha.home.wizard_draft().await.unwrap(), Some(draft));
    alpha.home.keep_wizard_draft(None).await.unwrap();
    assert!(alpha.home.wizard_draft().await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_whose_bundle_cannot_be_written_is_taken_back() {
    let beta = Side::new("beta").await;
    let mut wanted = offer_of(Delivery::Passphrase, false);
    wanted.file = Some(beta.folder.path().join("no/such/folder/bundle.age"));
    let failed = beta.home.offer(wanted).await.err().unwrap();
    assert_eq!(failed.code, Code::FileFailed);
    let (rows, _) = beta.home.credentials().await.unwrap();
    let usable: Vec<_> = rows
        .iter()
        .filter(|row| row.name.starts_with("alpha-") && row.state.is_usable())
        .collect();
    assert!(usable.is_empty(), "{usable:?}");
    assert!(beta.home.handshakes(false).await.unwrap().0.is_empty());
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_only_for_the_other_side_goes_on_without_being_named() {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Code, true).await;
    assert!(alpha.home.go_on_with_handshakes().await.unwrap().is_empty());
    let row = alpha.home.handshake(&accepted.id).await.unwrap();
    assert!(!row.verified, "nobody compared the words here");
    assert!(alpha.home.verify(&accepted.id, true).await.unwrap().waiting);
    assert!(alpha.home.go_on_with_handshakes().await.unwrap().is_empty());
    beta.home.verify(&made.offer_id, true).await.unwrap();
    assert_eq!(alpha.home.go_on_with_handshakes().await.unwrap(), [row.peer]);
    assert_eq!(ask(&alpha, &stats()).await, None);
    assert!(alpha.home.go_on_with_handshakes().await.unwrap().is_empty());
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_not_confirmed_before_a_code_was_taken_and_the_code_stays_good() {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let made = beta.home.offer(offer_of(Delivery::Code, true)).await.unwrap();
    let early = beta.home.verify(&made.offer_id, true).await.unwrap_err();
    assert_eq!(early.code, Code::WrongStep, "{early}");
    assert!(!beta.home.handshake(&made.offer_id).await.unwrap().verified);
    let accepted = alpha.home.accept(accepting(received(&made))).await.unwrap();
    compare(&alpha, &beta, &made, &accepted).await;
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_instance_holds_a_credential_for_itself() {
    let beta = Side::new("beta").await;
    for (delivery, is_kept) in [(Delivery::Passphrase, false), (Delivery::Code, true)] {
        let made = beta.home.offer(offer_of(delivery, true)).await.unwrap();
        let mut request = accepting(received(&made));
        request.instance = Some(instance("beta"));
        match beta.home.accept(request).await {
            // The code is spent: what it brought for the console is kept.
            Ok(accepted) if is_kept => assert_eq!(accepted.connection_id, None),
            Err(refused) if !is_kept => assert_eq!(refused.code, Code::InvalidParameter, "{refused}"),
            other => panic!("{delivery}: {other:?}"),
        }
    }
    beta.home.shutdown().await;
}
