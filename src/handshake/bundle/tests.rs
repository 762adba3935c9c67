//! Bundles against what can happen to them on their way.

use super::*;
use crate::handshake::{BundleInstance, BundledCredential};
use crate::model::{AppId, Endpoint, Grant, Holder, Profile};
use crate::protocol::{CredentialForm, HeldCredential, Spki};
use crate::seal::random;
use proptest::prelude::*;
use std::sync::OnceLock;

const NOW: Timestamp = Timestamp::from_micros(1_795_428_672_123_456);
/// Cheap enough to open hundreds of times.
const CHEAP: u8 = 1;

fn bundle() -> Bundle {
    let endpoint = Endpoint::parse("https://instance-b.example:5001").unwrap();
    let instance = random::instance_id();
    let credential = |holder, app_id: &str| {
        let held = HeldCredential::native(
            AppId::parse(app_id).unwrap(),
            endpoint.clone(),
            instance.clone(),
            random::key_id(),
            random::root_key(),
        );
        BundledCredential {
            holder,
            name: format!("{app_id}-b"),
            grant: Grant::read(["get_graph_stats"]),
            lease_ends: Some(NOW.plus_seconds(90 * 24 * 3600)),
            form: CredentialForm::of(&held),
        }
    };
    Bundle {
        delivery: crate::model::Delivery::Passphrase,
        verify_first: false,
        requester: None,
        version: 1,
        id: "offer_1".to_owned(),
        instance: BundleInstance {
            identity: None,
            id: Some(instance.clone()),
            name: "instance-b".to_owned(),
        },
        credentials: vec![
            credential(Holder::Instance, "a-relay"),
            credential(Holder::Console, "a-console"),
        ],
        endpoint: endpoint.clone(),
        pins: vec![Spki("cGluLW9uZQ".to_owned()), Spki("cGluLXR3bw".to_owned())],
        profile: Profile::Native,
        offered_at: NOW,
        expires_at: NOW.plus_seconds(3600),
        label: "for the weather pointers".to_owned(),
    }
}

/// Seals without the checks that `seal_with_generated_passphrase` makes.
fn seal_unchecked(bundle: &Bundle) -> SealedBundle {
    seal_bytes(&bundle.expose_json())
}

fn seal_bytes(json: &[u8]) -> SealedBundle {
    let passphrase = generate_passphrase();
    let mut recipient = scrypt::Recipient::new(secret(passphrase.expose_text()));
    recipient.set_work_factor(CHEAP);
    let armoured = encrypt(&recipient, json).unwrap();
    SealedBundle { armoured, passphrase }
}

fn open(sealed: &SealedBundle, now: Timestamp) -> Result<Bundle, BundleError> {
    Bundle::open_with_passphrase(sealed.armoured.as_bytes(), &sealed.passphrase, now)
}

fn refusal(outcome: Result<Bundle, BundleError>) -> BundleError {
    match outcome {
        Ok(_) => panic!("the bundle was accepted"),
        Err(error) => error,
    }
}

/// The file as bytes, without its armour.
fn binary(armoured: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    ArmoredReader::new(armoured.as_bytes())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

#[test]
fn a_bundle_comes_out_as_it_went_in_and_shows_the_same_words() {
    let original = bundle();
    let sealed = original.seal_with_generated_passphrase().unwrap();
    let outside = inspect(sealed.armoured.as_bytes()).unwrap();
    assert!(outside.armoured);
    assert_eq!(outside.work_factor, WORK_FACTOR);
    let opened = open(&sealed, NOW).unwrap();
    assert_eq!(opened.expose_json(), original.expose_json());
    assert_eq!(opened.words(), original.words());
    let held = opened.credential_for(Holder::Console).unwrap().unwrap();
    assert_eq!(held.app_id.as_str(), "a-console");
    assert_eq!(held.pins, original.pins);
}

#[test]
fn the_binary_form_of_another_implementation_opens_too() {
    let original = bundle();
    let sealed = original.seal_at_work_factor(CHEAP).unwrap();
    let file = binary(&sealed.armoured);
    assert!(!inspect(&file).unwrap().armoured);
    let opened = Bundle::open_with_passphrase(&file, &sealed.passphrase, NOW).unwrap();
    assert_eq!(opened.words(), original.words());
}

#[test]
fn threat_37_a_file_of_something_else_is_no_bundle() {
    let words = generate_passphrase();
    for file in [
        &b""[..],
        b"hello",
        b"{}",
        b"age-encryption.org/v1\n-> X25519 abc\n",
    ] {
        let error = refusal(Bundle::open_with_passphrase(file, &words, NOW));
        assert!(matches!(error, BundleError::NotABundle(_)), "{error}");
    }
    let error = refusal(Bundle::open_with_passphrase(
        &vec![b'a'; LARGEST_FILE + 1],
        &words,
        NOW,
    ));
    assert!(matches!(error, BundleError::TooLarge { .. }));
}

#[test]
fn threat_38_an_impostors_bundle_shows_other_words() {
    let honest = bundle();
    let mut changes: Vec<Bundle> = Vec::new();
    let change = |alter: &dyn Fn(&mut Bundle)| {
        let mut changed = honest.clone();
        alter(&mut changed);
        changed
    };
    changes.push(change(&|b| b.instance.id = Some(random::instance_id())));
    changes.push(change(&|b| {
        b.endpoint = Endpoint::parse("https://instance-c.example").unwrap()
    }));
    changes.push(change(&|b| b.pins.swap(0, 1)));
    changes.push(change(&|b| b.pins.truncate(1)));
    changes.push(change(&|b| {
        b.credentials[0].form.app_id = AppId::parse("mallory").unwrap()
    }));
    changes.push(change(&|b| b.credentials[0].holder = Holder::Console));
    changes.push(change(&|b| b.credentials[0].grant.writes = true));
    changes.push(change(&|b| {
        b.credentials[0].form = bundle().credentials[0].form.clone()
    }));
    changes.push(change(&|b| b.expires_at = b.expires_at.plus_seconds(1)));
    for (index, changed) in changes.iter().enumerate() {
        assert_ne!(changed.words(), honest.words(), "change {index}");
    }
}

#[test]
fn threat_39_another_passphrase_opens_nothing() {
    let sealed = bundle().seal_at_work_factor(CHEAP).unwrap();
    let outcome = Bundle::open_with_passphrase(sealed.armoured.as_bytes(), &generate_passphrase(), NOW);
    let error = refusal(outcome);
    assert_eq!(error, BundleError::WrongPassphrase);
    assert_eq!(error.code(), crate::protocol::Code::CannotOpen);
}

#[test]
fn threat_40_an_absurd_work_factor_is_refused_before_any_work() {
    let sealed = bundle().seal_at_work_factor(CHEAP).unwrap();
    let text = String::from_utf8_lossy(&binary(&sealed.armoured)).into_owned();
    let (salt, _) = text.split_once("-> scrypt ").unwrap().1.split_once(' ').unwrap();
    for (cost, required) in [
        ("19", 19),
        ("30", 30),
        ("63", 63),
        ("99999999999999999999999", u64::MAX),
    ] {
        let file = format!("age-encryption.org/v1\n-> scrypt {salt} {cost}\nAAAA\n--- AAAA\n");
        let expected = BundleError::WorkFactor {
            required,
            most: MOST_WORK,
        };
        assert_eq!(inspect(file.as_bytes()).unwrap_err(), expected);
        let error = refusal(Bundle::open_with_passphrase(
            file.as_bytes(),
            &sealed.passphrase,
            NOW,
        ));
        assert_eq!(error, expected);
    }
}

#[test]
fn threat_41_an_expired_bundle_is_refused_with_the_remedy() {
    let sealed = bundle().seal_at_work_factor(CHEAP).unwrap();
    assert!(open(&sealed, NOW.plus_seconds(3599)).is_ok());
    let error = refusal(open(&sealed, NOW.plus_seconds(3600)));
    assert_eq!(
        error,
        BundleError::Expired {
            at: NOW.plus_seconds(3600)
        }
    );
    assert_eq!(error.code(), crate::protocol::Code::BundleRefused);
    assert!(error.remedy().contains("new offer"));
}

#[test]
fn threat_41_a_bundle_of_another_version_is_refused_whatever_else_it_says() {
    for json in [r#"{"version":2,"anything":"else"}"#, r#"{"version":0}"#] {
        let error = refusal(open(&seal_bytes(json.as_bytes()), NOW));
        assert!(matches!(error, BundleError::Version { known: 1, .. }), "{error}");
    }
}

#[test]
fn threat_41_no_bundle_is_valid_for_more_than_a_day() {
    let mut long = bundle();
    long.expires_at = NOW.plus_seconds(24 * 3600 + 1);
    let outcome = long.seal_with_generated_passphrase().map(|_| ());
    assert!(matches!(outcome, Err(BundleError::CannotSeal(_))));
    assert!(matches!(
        refusal(open(&seal_unchecked(&long), NOW)),
        BundleError::Unreadable(_)
    ));
    let mut future = bundle();
    future.offered_at = NOW.plus_seconds(10 * 24 * 3600);
    future.expires_at = future.offered_at.plus_seconds(3600);
    assert!(matches!(
        refusal(open(&seal_unchecked(&future), NOW)),
        BundleError::TooLong { .. }
    ));
}

#[test]
fn contents_that_do_not_fit_together_are_refused() {
    let alterations: [fn(&mut Bundle); 6] = [
        |bundle| bundle.credentials.clear(),
        |bundle| bundle.credentials[1].holder = Holder::Instance,
        |bundle| bundle.credentials[1].form.kid = bundle.credentials[0].form.kid.clone(),
        |bundle| bundle.profile = Profile::Legacy,
        |bundle| bundle.endpoint = Endpoint::parse("https://elsewhere.example").unwrap(),
        |bundle| bundle.instance.id = Some(random::instance_id()),
    ];
    for (index, alter) in alterations.into_iter().enumerate() {
        let mut altered = bundle();
        alter(&mut altered);
        let error = refusal(open(&seal_unchecked(&altered), NOW));
        assert!(matches!(error, BundleError::Unreadable(_)), "{index}: {error}");
    }
}

#[test]
fn what_is_unreadable_is_never_quoted() {
    let mut value: serde_json::Value = serde_json::from_slice(&bundle().expose_json()).unwrap();
    value["credentials"][0]["form"]["root"] = serde_json::json!({"canary-secret": 1});
    let error = refusal(open(&seal_bytes(value.to_string().as_bytes()), NOW));
    assert!(matches!(error, BundleError::Unreadable(_)));
    assert!(!format!("{error} {error:?}").contains("canary"));
}

/// One sealed file for all cases of the property tests below.
fn sample() -> &'static (Vec<u8>, Passphrase) {
    static SAMPLE: OnceLock<(Vec<u8>, Passphrase)> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let sealed = bundle().seal_at_work_factor(CHEAP).unwrap();
        (binary(&sealed.armoured), sealed.passphrase)
    })
}

proptest! {
    #[test]
    fn threat_37_any_flipped_bit_is_refused(position in any::<prop::sample::Index>()) {
        let (file, passphrase) = sample();
        let bit = position.index(file.len() * 8);
        let mut flipped = file.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Bundle::open_with_passphrase(&flipped, passphrase, NOW).is_err(), "bit {}", bit);
    }

    #[test]
    fn threat_37_any_truncated_file_is_refused(position in any::<prop::sample::Index>()) {
        let (file, passphrase) = sample();
        let length = position.index(file.len());
        prop_assert!(Bundle::open_with_passphrase(&file[..length], passphrase, NOW).is_err(), "{} bytes", length);
    }

    #[test]
    fn threat_37_whatever_follows_the_end_is_refused(tail in prop::collection::vec(any::<u8>(), 1..40)) {
        let (file, passphrase) = sample();
        let longer = [file.as_slice(), &tail].concat();
        prop_assert!(Bundle::open_with_passphrase(&longer, passphrase, NOW).is_err());
    }
}
