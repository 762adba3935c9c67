//! What the tests of this room hand over.

use super::{Asking, Bundle, BundleInstance, BundledCredential, Request, RequestKey};
use crate::model::{AppId, Delivery, Endpoint, Grant, Holder, Profile, Timestamp};
use crate::protocol::{CredentialForm, HeldCredential, Spki};
use crate::seal::{DataKey, Identity, random};

/// When the tests happen.
pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_428_672_123_456);

/// The identity of the instance that offers.
pub(super) fn offerer() -> Identity {
    Identity::of(&DataKey::from_bytes([1; 32]))
}

/// The identity of whoever asks.
pub(super) fn asker() -> Identity {
    Identity::of(&DataKey::from_bytes([2; 32]))
}

/// A native bundle under a passphrase, with a credential for either holder.
pub(super) fn bundle() -> Bundle {
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
        delivery: Delivery::Passphrase,
        verify_first: false,
        requester: None,
        version: 1,
        id: "offer_1".to_owned(),
        instance: BundleInstance {
            identity: Some(offerer().key()),
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

/// The same, to be handed over under a code.
pub(super) fn bundle_by_code() -> Bundle {
    Bundle {
        delivery: Delivery::Code,
        ..bundle()
    }
}

/// A request for credentials of both kinds.
pub(super) fn request() -> (Request, RequestKey) {
    let asking = Asking {
        instance: Some(random::instance_id()),
        name: "instance-a".to_owned(),
        app_id: AppId::parse("a").unwrap(),
        holders: vec![Holder::Console, Holder::Instance],
    };
    Request::make(asking, &asker(), NOW)
}

/// A bundle that answers a request.
pub(super) fn bundle_for(request: &Request) -> Bundle {
    Bundle {
        delivery: Delivery::Request,
        requester: Some(request.requester()),
        ..bundle()
    }
}

/// Why it was not accepted.
pub(super) fn refusal<T, E>(outcome: Result<T, E>) -> E {
    match outcome {
        Ok(_) => panic!("it was accepted"),
        Err(error) => error,
    }
}
