//! Handshake bundles, ours and those of a second implementation of the age format.

use super::*;
use butterfly_console::handshake::{
    BUNDLE_VERSION, Bundle, BundleError, BundleInstance, BundledCredential, inspect,
};
use butterfly_console::model::{AppId, Endpoint, Grant, Holder, Profile, Timestamp};
use butterfly_console::protocol::{CredentialForm, HeldCredential};
use butterfly_console::seal::{DataKey, Identity, Passphrase};

/// log2 of a scrypt cost that allows opening thousands of files.
const CHEAP: u8 = 1;

/// Of the instance that offers.
pub fn identity() -> Identity {
    Identity::of(&DataKey::from_bytes([1; 32]))
}

pub fn bundle() -> Bundle {
    let endpoint = Endpoint::parse("http://127.0.0.1:5001").unwrap();
    let instance_id = random::instance_id();
    let held = HeldCredential::native(
        AppId::parse("instance-a-federation-client").unwrap(),
        endpoint.clone(),
        instance_id.clone(),
        random::key_id(),
        random::root_key(),
    );
    let now = Timestamp::now();
    Bundle {
        delivery: butterfly_console::model::Delivery::Passphrase,
        verify_first: false,
        requester: None,
        version: BUNDLE_VERSION,
        id: "offer_1".to_owned(),
        instance: BundleInstance {
            identity: Some(identity().key()),
            id: Some(instance_id),
            name: "b".to_owned(),
        },
        endpoint,
        pins: Vec::new(),
        profile: Profile::Native,
        credentials: vec![BundledCredential {
            holder: Holder::Console,
            name: "a-console".to_owned(),
            grant: Grant::read(["get_pointer_summary"]),
            lease_ends: None,
            form: CredentialForm::of(&held),
        }],
        offered_at: now,
        expires_at: now.plus_seconds(3600),
        label: String::new(),
    }
}

pub fn json_of(bundle: &Bundle) -> Vec<u8> {
    serde_json::to_vec(bundle).unwrap()
}

/// The passphrase of an offer: seven generated words or more.
fn passphrase() -> Passphrase {
    bundle().seal_with_generated_passphrase().unwrap().passphrase
}

fn theirs(
    libraries: &mut Libraries,
    plaintext: &[u8],
    passphrase: &Passphrase,
    (work_factor, armoured): (u8, bool),
) -> Vec<u8> {
    let question = json!({
        "op": "age_seal", "plaintext": encode(plaintext), "passphrase": passphrase.expose_text(),
        "work_factor": work_factor, "armoured": armoured,
    });
    decode(&libraries.ask_for_text("file", &question))
}

fn to_open(file: &[u8], passphrase: &Passphrase) -> Value {
    json!({"op": "age_open", "file": encode(file), "passphrase": passphrase.expose_text()})
}

fn open(file: &[u8], passphrase: &Passphrase) -> Result<Vec<u8>, BundleError> {
    Bundle::open_with_passphrase(file, passphrase, Timestamp::now()).map(|bundle| json_of(&bundle))
}

#[test]
fn our_bundles_open_in_another_age() {
    let Some(python) = python() else { return };
    let bundle = bundle();
    let sealed = bundle.seal_with_generated_passphrase().unwrap();
    let question = to_open(sealed.armoured.as_bytes(), &sealed.passphrase);
    let opened = python.libraries().ask_for_text("plaintext", &question);
    assert_eq!(decode(&opened), json_of(&bundle));
}

#[test]
fn bundles_of_another_age_open_here() {
    let Some(python) = python() else { return };
    let mut libraries = python.libraries();
    let (json, passphrase) = (json_of(&bundle()), passphrase());
    for form in [(CHEAP, true), (CHEAP, false), (15, true)] {
        let file = theirs(&mut libraries, &json, &passphrase, form);
        assert_eq!(open(&file, &passphrase), Ok(json.clone()));
        let outside = inspect(&file).unwrap();
        assert_eq!((outside.work_factor, outside.armoured), (Some(form.0), form.1));
    }
}

/// Every fifth bit: that reaches every byte, and every place in some byte.
#[test]
fn threat_37_bundles_of_another_age_with_one_bit_flipped_are_refused() {
    let Some(python) = python() else { return };
    let (json, passphrase) = (json_of(&bundle()), passphrase());
    let file = theirs(&mut python.libraries(), &json, &passphrase, (CHEAP, false));
    assert!(open(&file, &passphrase).is_ok());
    for (bit, flipped) in flips::flips(&file).iter().enumerate().step_by(5) {
        assert!(open(flipped, &passphrase).is_err(), "bit {bit}");
    }
}

/// A sample: each flip in the salt costs there what guessing a passphrase costs, on purpose.
#[test]
fn threat_37_bundles_of_ours_with_one_bit_flipped_are_refused_by_another_age() {
    let Some(python) = python() else { return };
    let mut libraries = python.libraries();
    let sealed = bundle().seal_with_generated_passphrase().unwrap();
    let armoured: Vec<_> = sealed.armoured.lines().collect();
    let file = base64::engine::general_purpose::STANDARD
        .decode(armoured[1..armoured.len() - 1].concat())
        .unwrap();
    assert!(!libraries.refuses(&to_open(&file, &sealed.passphrase)));
    for flipped in flips::flips(&file).iter().step_by(41) {
        assert!(libraries.refuses(&to_open(flipped, &sealed.passphrase)));
    }
}
