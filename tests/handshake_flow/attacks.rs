//! Rows of the table of threats that two administrators and a third party play out. Who is in between gets nothing,
//! and what is refused leaves nothing behind.

use crate::proxy::Proxy;
use crate::support::*;
use age::secrecy::SecretString;
use butterfly_console::handshake::{AlarmKind, Bundle, OneTimeCode};
use butterfly_console::model::{CredentialState, Delivery, Route, Timestamp};
use butterfly_console::protocol::Code;
use butterfly_console::seal::{DataKey, Identity, Passphrase};
use butterfly_console::workspace::{CheckKind, CheckResult, InstanceChange, Received};
use std::io::Write;
use zeroize::Zeroizing;

async fn pair() -> (Side, Side) {
    (Side::new("alpha").await, Side::new("beta").await)
}

/// Refused with one of these codes, and not a trace of it.
async fn leaves_nothing(alpha: &Side, received: Received, codes: &[Code]) {
    let before = alpha.trace().await;
    // What is no code is not claimed.
    let claims =
        u64::from(matches!(&received, Received::Code { code, .. } if OneTimeCode::parse(code).is_ok()));
    let refused = alpha.home.accept(accepting(received)).await.unwrap_err();
    assert!(codes.contains(&refused.code), "{refused}");
    assert!(!refused.remedy.is_empty());
    assert_eq!(alpha.trace_but_for_looks(claims).await, before, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_36_a_code_claimed_twice_freezes_and_alarms() {
    let (alpha, beta) = pair().await;
    let eve = Side::new("eve").await;
    let made = beta.home.offer(offer_of(Delivery::Code, true)).await.unwrap();
    let accepted = alpha.home.accept(accepting(received(&made))).await.unwrap();
    let mut second = accepting(received(&made));
    second.instance = Some(instance("eve"));
    let before = eve.trace().await;
    let refused = eve.home.accept(second).await.unwrap_err();
    // Whoever is second may be the one that was meant: it has to know.
    assert_eq!(refused.code, Code::CredentialFrozen, "{refused}");
    assert!(refused.message.contains("claimed by two parties"), "{refused}");
    assert!(refused.remedy.contains("another channel"), "{refused}");
    assert_eq!(eve.trace_but_for_looks(1).await, before);
    // The offering side sees it ...
    let row = beta.home.handshake(&made.offer_id).await.unwrap();
    assert_eq!(
        row.alarm.as_ref().map(|alarm| alarm.kind),
        Some(AlarmKind::ClaimedTwice)
    );
    assert_eq!(row.state, CredentialState::Suspended);
    for name in ["alpha-console@beta", "alpha-instance@beta"] {
        let row = beta.home.credential(name).await.unwrap();
        assert!(row.attention.unwrap().contains("two parties"), "{name}");
        let refused = beta.home.suspend_credential(name, false).await.unwrap_err();
        assert_eq!(refused.code, Code::CredentialFrozen, "{refused}");
    }
    // ... and so does the one that was first: it gets no further.
    let stopped = alpha.home.verify(&accepted.id, true).await.unwrap_err();
    assert!(
        matches!(stopped.code, Code::CredentialFrozen | Code::PeerRefused),
        "{stopped}"
    );
    assert_ne!(ask(&alpha, &stats()).await, None);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
    eve.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_36_an_activation_by_two_parties_freezes_and_alarms_both_sides() {
    let (alpha, beta) = pair().await;
    let eve = Side::new("eve").await;
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, false).await;
    // Eve has the file, and was told the passphrase too; and is faster.
    let mut stolen = accepting(received(&made));
    stolen.instance = Some(instance("eve"));
    let taken = eve.home.accept(stolen).await.unwrap();
    eve.home.verify(&taken.id, true).await.unwrap();
    assert_eq!(ask_from(&eve).await, None, "until somebody notices");
    let stopped = alpha.home.verify(&accepted.id, true).await.unwrap_err();
    assert_eq!(stopped.code, Code::CredentialFrozen, "{stopped}");
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!(row.alarm.map(|alarm| alarm.kind), Some(AlarmKind::ActivatedTwice));
    let row = beta.home.credential("alpha-console@beta").await.unwrap();
    assert_eq!(row.alarm.map(|alarm| alarm.kind), Some(AlarmKind::ActivatedTwice));
    assert_eq!(row.state, CredentialState::Suspended);
    assert_ne!(ask_from(&eve).await, None, "frozen for the thief as well");
    assert_eq!(ask(&alpha, &stats()).await, Some(Code::CredentialFrozen));
    for side in [&alpha, &beta, &eve] {
        side.home.shutdown().await;
    }
}

async fn ask_from(side: &Side) -> Option<Code> {
    ask(side, &stats()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_burns_it_and_a_new_one_is_made() {
    let (alpha, beta) = pair().await;
    let made = beta.home.offer(offer_of(Delivery::Code, true)).await.unwrap();
    let code = made.code.clone().unwrap();
    let nameplate = code.split('-').next().unwrap();
    let wrong = if code.ends_with("zoo-zoo-zoo") {
        "able"
    } else {
        "zoo"
    };
    let guess = |code: &str| Received::Code {
        url: made.endpoint.as_str().to_owned(),
        code: Zeroizing::new(code.to_owned()),
    };
    for typed in ["", "4711", "able-about", "4711-able-about-letmein"] {
        leaves_nothing(&alpha, guess(typed), &[Code::CodeRefused]).await;
    }
    leaves_nothing(
        &alpha,
        guess(&format!("{nameplate}-{wrong}-{wrong}-{wrong}")),
        &[Code::CodeRefused],
    )
    .await;
    let row = beta.home.handshake(&made.offer_id).await.unwrap();
    assert_eq!(row.alarm.map(|alarm| alarm.kind), Some(AlarmKind::WrongCode));
    // One guess: the right code is worth nothing any more.
    leaves_nothing(&alpha, guess(&code), &[Code::CodeRefused]).await;
    let again = beta.home.new_code(&made.offer_id).await.unwrap();
    assert_eq!((&again.offer_id, &again.words), (&made.offer_id, &made.words));
    assert_ne!(again.code, made.code);
    let accepted = alpha.home.accept(accepting(received(&again))).await.unwrap();
    compare(&alpha, &beta, &again, &accepted).await;
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_37_flipped_and_truncated_bundles_leave_nothing() {
    let (alpha, beta) = pair().await;
    let made = beta
        .home
        .offer(offer_of(Delivery::Passphrase, true))
        .await
        .unwrap();
    let (bundle, passphrase) = bundle_of(&made);
    let sealed = |bundle: Vec<u8>| Received::Passphrase {
        bundle,
        passphrase: passphrase.clone(),
    };
    let codes = [Code::BundleRefused, Code::CannotOpen];
    for part in 1..8 {
        let at = bundle.len() * part / 8;
        leaves_nothing(&alpha, sealed(bundle[..at].to_vec()), &codes).await;
        let mut flipped = bundle.clone();
        flipped[at] ^= 1;
        if flipped[at].is_ascii_alphanumeric() {
            leaves_nothing(&alpha, sealed(flipped), &codes).await;
        }
    }
    let other = Passphrase::parse("abandon abandon abandon abandon abandon abandon abandon").unwrap();
    let mistyped = Received::Passphrase {
        bundle: bundle.clone(),
        passphrase: other,
    };
    leaves_nothing(&alpha, mistyped, &[Code::CannotOpen]).await;
    alpha.home.accept(accepting(sealed(bundle))).await.unwrap();
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_38_the_words_of_an_impostor_differ_and_nothing_of_it_stays() {
    let (alpha, beta) = pair().await;
    let meant = beta
        .home
        .offer(offer_of(Delivery::Passphrase, true))
        .await
        .unwrap();
    // Mallory calls an instance beta, too, and swaps the bundle and the passphrase on their way.
    let mallory = Side::new("beta").await;
    let forged = mallory
        .home
        .offer(offer_of(Delivery::Passphrase, true))
        .await
        .unwrap();
    let (_, before, _) = alpha.trace().await;
    let accepted = alpha.home.accept(accepting(received(&forged))).await.unwrap();
    assert_ne!(
        Some(&accepted.words),
        meant.words.as_ref(),
        "that is what people compare"
    );
    mallory.home.verify(&forged.offer_id, true).await.unwrap();
    let refused = alpha.home.verify(&accepted.id, false).await.unwrap();
    assert_eq!(refused.state, CredentialState::Revoked);
    assert!(!refused.verified);
    let (_, after, _) = alpha.trace().await;
    assert_eq!(
        after, before,
        "no credential of it is held, here or on the instance"
    );
    assert_eq!(alpha.home.instances().await.unwrap().len(), 1);
    assert!(alpha.home.handshakes(false).await.unwrap().0.is_empty());
    let again = alpha.home.verify(&accepted.id, true).await.unwrap_err();
    assert_eq!(again.code, Code::WrongStep, "{again}");
    // The offering side can say so, too: all of it is revoked at once.
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Code, true).await;
    let refused = beta.home.verify(&made.offer_id, false).await.unwrap();
    assert_eq!(refused.state, CredentialState::Revoked);
    let stopped = alpha.home.verify(&accepted.id, true).await.unwrap_err();
    assert_eq!(stopped.code, Code::PeerRefused, "{stopped}");
    for side in [&alpha, &beta, &mallory] {
        side.home.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_41_an_expired_bundle_and_one_of_another_version_leave_nothing() {
    let (alpha, beta) = pair().await;
    let made = beta
        .home
        .offer(offer_of(Delivery::Passphrase, true))
        .await
        .unwrap();
    let (file, passphrase) = bundle_of(&made);
    let now = Timestamp::now();
    let bundle = Bundle::open_with_passphrase(&file, &passphrase, now).unwrap();
    let old = Bundle {
        offered_at: now.plus_seconds(-7_200),
        expires_at: now.plus_seconds(-3_600),
        ..bundle.clone()
    };
    let sealed = old.seal_with_generated_passphrase().unwrap();
    let expired = Received::Passphrase {
        bundle: sealed.armoured.into_bytes(),
        passphrase: sealed.passphrase,
    };
    leaves_nothing(&alpha, expired, &[Code::BundleRefused]).await;
    let mut json = serde_json::to_value(&bundle).unwrap();
    json["version"] = 2.into();
    let words = "able-about-above-absent-absorb-abstract-absurd";
    let foreign = Received::Passphrase {
        bundle: sealed_by_hand(json.to_string().as_bytes(), words),
        passphrase: Passphrase::parse(words).unwrap(),
    };
    leaves_nothing(&alpha, foreign, &[Code::BundleRefused]).await;
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

fn sealed_by_hand(plaintext: &[u8], words: &str) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(words.to_owned()));
    recipient.set_work_factor(10);
    let recipients = std::iter::once(&recipient as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
    let mut writer = encryptor.wrap_output(Vec::new()).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_copied_everything_but_the_spoken_words_has_nothing() {
    let proxy = Proxy::new().await;
    let alpha = Side::new("alpha").await;
    let beta = Side::behind("beta", &proxy).await;
    let eve = Side::new("eve").await;
    let mut secrets = Vec::new();
    let mut nothing_for_eve = Vec::new();
    for delivery in [Delivery::Code, Delivery::Request, Delivery::Passphrase] {
        let (made, accepted) = hand_over(&alpha, &beta, delivery, true).await;
        let form = alpha
            .home
            .export_credential(&accepted.credentials[0])
            .await
            .unwrap();
        secrets.push(form.expose_value()["root"].as_str().unwrap().to_owned());
        compare(&alpha, &beta, &made, &accepted).await;
        let form = alpha
            .home
            .export_credential(&accepted.credentials[0])
            .await
            .unwrap();
        secrets.push(form.expose_value()["root"].as_str().unwrap().to_owned());
        let bundle = made.armoured.clone().unwrap_or_default().into_bytes();
        nothing_for_eve.push(match delivery {
            Delivery::Request => Received::Request { bundle },
            Delivery::Passphrase => Received::Passphrase {
                bundle,
                passphrase: Passphrase::parse("zoo zoo zoo zoo zoo zoo zoo").unwrap(),
            },
            _ => Received::Code {
                url: made.endpoint.as_str().to_owned(),
                code: Zeroizing::new("4711-zoo-zoo-zoo".to_owned()),
            },
        });
        if let Some(code) = &made.code {
            let words = code.split_once('-').unwrap().1;
            assert!(!proxy.heard(words.as_bytes()), "the code itself never travels");
        }
    }
    assert_eq!(secrets.len(), 6);
    for secret in &secrets {
        assert!(!proxy.heard(secret.as_bytes()));
    }
    assert!(proxy.heard(b"/handshake/confirm"), "the recording is not empty");
    let before = eve.trace().await;
    for received in nothing_for_eve {
        let mut request = accepting(received);
        request.instance = Some(instance("eve"));
        eve.home.accept(request).await.unwrap_err();
    }
    assert_eq!(eve.trace_but_for_looks(1).await, before, "one of them was a code");
    for side in [&alpha, &beta, &eve] {
        side.home.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_leaks_after_its_activation_is_worthless() {
    let (alpha, beta, made, _) = joined().await;
    let eve = Side::new("eve").await;
    let mut stolen = accepting(received(&made));
    stolen.instance = Some(instance("eve"));
    eve.home.accept(stolen).await.unwrap();
    assert_eq!(ask_from(&eve).await, Some(Code::PeerRefused));
    assert_eq!(
        ask(&alpha, &stats()).await,
        None,
        "whom it was for notices nothing"
    );
    for side in [&alpha, &beta, &eve] {
        side.home.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_52_a_code_works_over_tls_and_another_key_takes_everything_back() {
    let (alpha, beta) = (Side::new("alpha").await, Side::over_tls("beta").await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Code, true).await;
    compare(&alpha, &beta, &made, &accepted).await;
    assert_eq!(ask(&alpha, &stats()).await, None);
    // The spare key is one that was pinned: nobody notices.
    beta.home.stop_instance("beta").await.unwrap();
    beta.home.use_spare_key("beta").await.unwrap();
    beta.home.start_instance("beta").await.unwrap();
    assert_eq!(ask(&alpha, &stats()).await, None);
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!((row.verified, row.alarm), (true, None));
    // A third key is not.
    beta.home.stop_instance("beta").await.unwrap();
    beta.home.use_spare_key("beta").await.unwrap();
    beta.home.start_instance("beta").await.unwrap();
    let refused = ask(&alpha, &stats()).await;
    assert_eq!(refused, Some(Code::PeerRefused));
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!(row.alarm.map(|alarm| alarm.kind), Some(AlarmKind::TlsKeyChanged));
    assert!(!row.verified);
    assert!(row.attention.unwrap().contains("TLS key"));
    // From now on nothing is sent at all.
    assert_eq!(ask(&alpha, &stats()).await, Some(Code::NotVerified));
    let checks = alpha
        .home
        .check_credential("beta/alpha-console", &|_| {})
        .await
        .unwrap();
    let tls = checks.iter().find(|check| check.kind == CheckKind::Tls).unwrap();
    assert!(matches!(tls.result, CheckResult::Failed { .. }), "{checks:?}");
    // Words that match settle nothing while it does, and nobody says that they did.
    let failed = alpha.home.verify(&accepted.id, true).await.unwrap_err();
    assert_eq!(failed.code, Code::NotVerified, "{failed}");
    assert!(failed.remedy.contains("instance edit"), "{failed}");
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!(row.alarm.map(|alarm| alarm.kind), Some(AlarmKind::TlsKeyChanged));
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_52_a_probe_notices_another_key() {
    let (alpha, beta) = (Side::new("alpha").await, Side::over_tls("beta").await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, true).await;
    compare(&alpha, &beta, &made, &accepted).await;
    beta.home.stop_instance("beta").await.unwrap();
    beta.home.use_spare_key("beta").await.unwrap();
    beta.home.use_spare_key("beta").await.unwrap();
    beta.home.start_instance("beta").await.unwrap();
    alpha.home.probe("beta").await.unwrap();
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!(row.alarm.map(|alarm| alarm.kind), Some(AlarmKind::TlsKeyChanged));
    let (open, _) = alpha.home.handshakes(false).await.unwrap();
    assert_eq!(open.len(), 1, "it is unfinished business again");
    assert!(open[0].next.contains("compare the pin"), "{}", open[0].next);
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_52_another_identity_than_the_bundle_named_is_noticed() {
    let (alpha, beta) = pair().await;
    let made = beta
        .home
        .offer(offer_of(Delivery::Passphrase, false))
        .await
        .unwrap();
    let (file, passphrase) = bundle_of(&made);
    let mut bundle = Bundle::open_with_passphrase(&file, &passphrase, Timestamp::now()).unwrap();
    let another = Identity::of(&DataKey::from_bytes([7; 32])).key();
    bundle.instance.identity = Some(another);
    let sealed = bundle.seal_with_generated_passphrase().unwrap();
    let received = Received::Passphrase {
        bundle: sealed.armoured.into_bytes(),
        passphrase: sealed.passphrase,
    };
    let accepted = alpha.home.accept(accepting(received)).await.unwrap();
    assert_ne!(Some(accepted.words), made.words);
    assert_eq!(ask_from(&alpha).await, None);
    alpha.home.probe("beta").await.unwrap();
    let row = alpha.home.credential("beta/alpha-console").await.unwrap();
    assert_eq!(
        row.alarm.map(|alarm| alarm.kind),
        Some(AlarmKind::IdentityChanged)
    );
    assert_eq!(ask_from(&alpha).await, Some(Code::NotVerified));
    for name in &accepted.credentials {
        let checks = alpha.home.check_credential(name, &|_| {}).await.unwrap();
        let identity = checks
            .iter()
            .find(|check| check.kind == CheckKind::Identity)
            .unwrap();
        assert!(
            matches!(identity.result, CheckResult::Failed { .. }),
            "{name}: {checks:?}"
        );
    }
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_52_a_key_that_people_compared_is_taken_here_and_where_it_is_relayed() {
    let (alpha, beta) = (Side::new("alpha").await, Side::over_tls("beta").await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Code, true).await;
    compare(&alpha, &beta, &made, &accepted).await;
    let mut pointers = Vec::new();
    for route in Route::ALL {
        pointers.push(federate(&alpha, &stats(), route).await.address);
    }
    beta.home.stop_instance("beta").await.unwrap();
    beta.home.use_spare_key("beta").await.unwrap();
    let pins = beta.home.use_spare_key("beta").await.unwrap();
    beta.home.start_instance("beta").await.unwrap();
    // Twice: as it is noticed, and from then on.
    for _ in 0..2 {
        for pointer in &pointers {
            let failed = call(&alpha, pointer).await.unwrap_err();
            assert!(!failed.to_string().contains("revoked"), "{failed}");
            assert!(!failed.to_string().contains("none is held"), "{failed}");
            assert!(
                failed.to_string().contains("instance edit NAME --pin"),
                "{failed}"
            );
        }
    }
    let change = InstanceChange {
        pins: Some(pins),
        ..InstanceChange::default()
    };
    alpha.home.edit_instance("beta", change).await.unwrap();
    for pointer in &pointers {
        call(&alpha, pointer).await.unwrap();
    }
    for name in ["beta/alpha-console", "alpha/held/beta"] {
        let row = alpha.home.credential(name).await.unwrap();
        assert_eq!((row.verified, row.alarm), (true, None), "{name}");
    }
    alpha.home.shutdown().await;
    beta.home.shutdown().await;
}
