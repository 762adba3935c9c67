//! Bundles against what can happen to them on their way.

use super::*;
use crate::handshake::samples::{NOW, asker, bundle, bundle_by_code, bundle_for, offerer, refusal, request};
use crate::model::{AppId, Endpoint, Holder, Profile};
use crate::seal::{DataKey, random};
use age::armor::ArmoredReader;
use proptest::prelude::*;
use std::io::Read;
use std::sync::OnceLock;

/// Cheap enough to open hundreds of times.
const CHEAP: u8 = 1;

/// Seals without the checks that `seal_with_generated_passphrase` makes.
fn seal_unchecked(bundle: &Bundle) -> SealedBundle {
    seal_bytes(&bundle.expose_json())
}

fn seal_bytes(json: &[u8]) -> SealedBundle {
    let passphrase = generate_passphrase();
    let armoured = age_file::seal_under(passphrase.expose_text(), CHEAP, json).unwrap();
    SealedBundle { armoured, passphrase }
}

fn open(sealed: &SealedBundle, now: Timestamp) -> Result<Bundle, BundleError> {
    Bundle::open_with_passphrase(sealed.armoured.as_bytes(), &sealed.passphrase, now)
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
    assert_eq!(outside.work_factor, Some(WORK_FACTOR));
    assert_eq!(outside.sealed_to, SealedTo::Passphrase);
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
        b"age-encryption.org/v1\n-> ssh-rsa abc\n",
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
    changes.push(change(&|b| b.instance.identity = Some(asker().key())));
    changes.push(change(&|b| b.instance.identity = None));
    changes.push(change(&|b| b.requester = Some(request().0.requester())));
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
fn threat_38_whose_request_it_answers_is_in_the_words() {
    let (ours, _) = request();
    let honest = bundle_for(&ours);
    for alter in [
        |requester: &mut Requester| requester.identity = offerer().key(),
        |requester: &mut Requester| requester.recipient = request().0.recipient,
        |requester: &mut Requester| requester.request = request().0.id,
    ] {
        let mut altered = honest.clone();
        alter(altered.requester.as_mut().unwrap());
        assert_ne!(altered.words(), honest.words());
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
    let alterations: [fn(&mut Bundle); 10] = [
        |bundle| bundle.instance.identity = None,
        |bundle| bundle.delivery = Delivery::Code,
        |bundle| bundle.delivery = Delivery::Request,
        |bundle| bundle.requester = Some(request().0.requester()),
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

fn open_answer(file: &[u8], (request, key): &(Request, RequestKey)) -> Result<Bundle, BundleError> {
    Bundle::open_with_request(file, request, key, NOW)
}

/// An answer as somebody might forge it: signed by `signer`, sealed to the request's recipient.
fn forge(bundle: &Bundle, request: &Request, signer: &Identity, signed_for: &str) -> String {
    let json = bundle.expose_json();
    let answer = Answer {
        bundle: String::from_utf8(json.to_vec()).unwrap(),
        signature: signer.sign(SIGNED_FOR, &signed_bytes(signed_for, &json)),
    };
    age_file::seal_to(&request.recipient, &serde_json::to_vec(&answer).unwrap()).unwrap()
}

#[test]
fn an_answer_opens_with_the_key_of_its_request_and_shows_the_same_words() {
    let ours = request();
    let original = bundle_for(&ours.0);
    let file = original.seal_to_request(&ours.0, &offerer()).unwrap();
    let outside = inspect(file.as_bytes()).unwrap();
    assert_eq!(
        (outside.sealed_to, outside.work_factor),
        (SealedTo::Request, None)
    );
    for file in [file.as_bytes(), &binary(&file)] {
        let opened = open_answer(file, &ours).unwrap();
        assert_eq!(opened.expose_json(), original.expose_json());
        assert_eq!(opened.words(), original.words());
    }
}

#[test]
fn an_answer_is_made_only_for_the_request_and_by_the_identity_that_it_names() {
    let ((ours, _), (other, _)) = (request(), request());
    let honest = bundle_for(&ours);
    for outcome in [
        honest.seal_to_request(&other, &offerer()),
        honest.seal_to_request(&ours, &asker()),
        bundle().seal_to_request(&ours, &offerer()),
        honest.seal_at_work_factor(CHEAP).map(|sealed| sealed.armoured),
        bundle_by_code()
            .seal_at_work_factor(CHEAP)
            .map(|sealed| sealed.armoured),
    ] {
        assert!(matches!(refusal(outcome), BundleError::CannotSeal(_)));
    }
}

#[test]
fn threat_38_an_answer_signed_by_another_identity_or_for_another_request_is_refused() {
    let ours = request();
    let honest = bundle_for(&ours.0);
    let impostor = Identity::of(&DataKey::from_bytes([3; 32]));
    let open = |file: String| refusal(open_answer(file.as_bytes(), &ours));
    assert!(open_answer(forge(&honest, &ours.0, &offerer(), &ours.0.id).as_bytes(), &ours).is_ok());
    assert_eq!(
        open(forge(&honest, &ours.0, &impostor, &ours.0.id)),
        BundleError::Forged
    );
    assert_eq!(
        open(forge(&honest, &ours.0, &offerer(), "req_000000000000")),
        BundleError::Forged
    );
    let mut unsigned = honest.clone();
    unsigned.instance.identity = None;
    unsigned.profile = Profile::Legacy;
    assert!(matches!(
        open(forge(&unsigned, &ours.0, &offerer(), &ours.0.id)),
        BundleError::Unreadable(_)
    ));
    // The answer to somebody else's request, sealed anew to ours.
    let (theirs, _) = request();
    let moved = forge(&bundle_for(&theirs), &ours.0, &offerer(), &ours.0.id);
    assert_eq!(open(moved), BundleError::AnotherRequest);
    // An impostor who signs as itself gets through, and shows other words than the honest instance did.
    let mut theirs = honest.clone();
    theirs.instance.identity = Some(impostor.key());
    let opened = open_answer(forge(&theirs, &ours.0, &impostor, &ours.0.id).as_bytes(), &ours).unwrap();
    assert_ne!(opened.words(), honest.words());
}

#[test]
fn what_is_sealed_in_one_way_is_not_opened_in_the_other() {
    let ours = request();
    let file = bundle_for(&ours.0).seal_to_request(&ours.0, &offerer()).unwrap();
    let outcome = Bundle::open_with_passphrase(file.as_bytes(), &generate_passphrase(), NOW);
    let error = refusal(outcome);
    assert_eq!(
        error,
        BundleError::OtherSeal {
            found: SealedTo::Request
        }
    );
    assert!(error.remedy().contains("handshake request"));
    let sealed = bundle().seal_at_work_factor(CHEAP).unwrap();
    let error = refusal(open_answer(sealed.armoured.as_bytes(), &ours));
    assert_eq!(
        error,
        BundleError::OtherSeal {
            found: SealedTo::Passphrase
        }
    );
    // A bundle that says that it came another way.
    let disguised = forge(&bundle(), &ours.0, &offerer(), &ours.0.id);
    assert!(matches!(
        refusal(open_answer(disguised.as_bytes(), &ours)),
        BundleError::Unreadable(_)
    ));
}

#[test]
fn another_key_opens_no_answer() {
    let (ours, other) = (request(), request());
    let file = bundle_for(&ours.0).seal_to_request(&ours.0, &offerer()).unwrap();
    assert_eq!(
        refusal(open_answer(file.as_bytes(), &other)),
        BundleError::AnotherRequest
    );
}

#[test]
fn threat_41_an_answer_that_is_expired_or_of_another_version_is_refused() {
    let ours = request();
    let file = bundle_for(&ours.0).seal_to_request(&ours.0, &offerer()).unwrap();
    let late = Bundle::open_with_request(file.as_bytes(), &ours.0, &ours.1, NOW.plus_seconds(3600));
    assert!(matches!(refusal(late), BundleError::Expired { .. }));
    let answer = Answer {
        bundle: r#"{"version":2,"anything":"else"}"#.to_owned(),
        signature: "whatever".to_owned(),
    };
    let file = age_file::seal_to(&ours.0.recipient, &serde_json::to_vec(&answer).unwrap()).unwrap();
    assert_eq!(
        refusal(open_answer(file.as_bytes(), &ours)),
        BundleError::Version { found: 2, known: 1 }
    );
}

#[test]
fn threat_37_every_prefix_and_many_flips_of_an_answer_are_refused() {
    let ours = request();
    let armoured = bundle_for(&ours.0).seal_to_request(&ours.0, &offerer()).unwrap();
    let file = binary(&armoured);
    assert!(open_answer(&file, &ours).is_ok());
    for length in 0..file.len() {
        assert!(open_answer(&file[..length], &ours).is_err(), "{length} bytes");
    }
    for bit in (0..file.len() * 8).step_by(7) {
        let mut flipped = file.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(open_answer(&flipped, &ours).is_err(), "bit {bit}");
    }
    // The last line end is the only thing that may be missing.
    for length in 0..armoured.len() - 1 {
        assert!(
            open_answer(&armoured.as_bytes()[..length], &ours).is_err(),
            "{length} characters"
        );
    }
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
