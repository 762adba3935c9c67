//! Federated pointers between original instances: the console is what federates them.

use crate::original::{Mode, Original, patient};
use butterfly_console::client::{CallError, CallOutcome, Client, FederatedCall, Peers};
use butterfly_console::model::{Endpoint, KeyId, PointerAddress, Profile, Route, Timestamp};
use butterfly_console::protocol::{Code, HeldCredential, Problem, Query, seal_body};
use serde_json::{Value, json};

/// The credentials that the caller holds.
struct Held(Vec<HeldCredential>);

impl Peers for Held {
    fn credential_for(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        _kid: Option<&KeyId>,
    ) -> Option<HeldCredential> {
        self.0
            .iter()
            .find(|held| held.endpoint == *endpoint && held.profile() == profile)
            .cloned()
    }

    fn permits(&self, _: Option<&Endpoint>, _: Option<&Value>) -> Result<(), Problem> {
        Ok(())
    }
}

/// Calls what a pointer on `near` leads to, holding the credential of `far`.
async fn call(
    near: &Original,
    far: &Original,
    pointer: &str,
    route: Option<Route>,
) -> Result<CallOutcome, CallError> {
    let via = near.credential();
    let call = FederatedCall {
        via: &via,
        pointer: &PointerAddress::parse(pointer).unwrap(),
        route,
        trace: true,
        query: None,
    };
    let peers = Held(vec![far.credential()]);
    Client::new().call(call, &peers, &patient()).await
}

/// The query for `far`, sealed for it, as a pointer on another instance keeps it.
async fn sealed_circuit(far: &Original) -> (String, String) {
    let wanted = far.pointer("https://weather.example/oslo").await;
    let query = Query::new("get_pointer_summary", json!({"pointer_address": wanted}));
    let sealed = seal_body(&far.credential(), &query, Timestamp::now());
    let circuit = json!({
        "action": "federated_invoke", "endpoint": far.endpoint, "profile": "legacy", "sealed": sealed,
    });
    (format!("internal_circuit::{circuit}"), wanted)
}

#[tokio::test]
async fn a_circuit_leads_from_one_original_instance_to_another_again_and_again() {
    for mode in Mode::BOTH {
        let Some((near, far)) = Original::start(Mode::AppId).zip(Original::start(mode)) else {
            return;
        };
        let (reference, wanted) = sealed_circuit(&far).await;
        let pointer = near.pointer(&reference).await;
        for _ in 0..2 {
            let outcome = call(&near, &far, &pointer, None).await.unwrap();
            assert_eq!(outcome.route, Route::Circuit);
            assert_eq!(outcome.reply.result().unwrap()["address"], json!(wanted));
        }
    }
}

#[tokio::test]
async fn what_an_original_instance_cannot_do_is_said() {
    let Some((near, far)) = Original::start(Mode::AppId).zip(Original::start(Mode::AppId)) else {
        return;
    };
    let (reference, _) = sealed_circuit(&far).await;
    let pointer = near.pointer(&reference).await;
    let refusal = call(&near, &far, &pointer, Some(Route::Relay))
        .await
        .err()
        .unwrap();
    assert!(refusal.to_string().contains("do not"), "{refusal}");

    let nowhere = near.pointer("https://weather.example/oslo").await;
    assert!(call(&near, &far, &nowhere, None).await.is_err());

    let stranger = call(&far, &near, &far.pointer(&reference).await, None).await;
    assert_eq!(stranger.err().unwrap().code(), Code::NoHeldCredential);
}
