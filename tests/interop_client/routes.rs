//! A federated pointer on an instance of ours that leads to an original one, on every route.

use crate::console::{Console, REMOTE};
use crate::original::{Mode, Original};
use butterfly_console::model::{InstanceName, Pointer, Profile, Route};
use butterfly_console::protocol::{Code, CredentialForm, Query};
use butterfly_console::workspace::{CallOptions, Called, Failure, FederateRequest, InvokeOptions};
use serde_json::{Value, json};

/// The instance of ours.
const NEAR: &str = "near";

/// Ours and theirs, both running, theirs known to the console and (for relay) to our instance.
struct Joined {
    console: Console,
    original: Original,
    /// The address of a pointer over there.
    wanted: String,
}

impl Joined {
    async fn start(mode: Mode) -> Option<Self> {
        let original = Original::start(mode)?;
        let console = Console::open().await;
        console.add(REMOTE, &original.credential()).await;
        console.host(NEAR).await;
        let wanted = original.pointer("a shelf in the cellar").await;
        let joined = Self {
            console,
            original,
            wanted,
        };
        joined.hold().await;
        Some(joined)
    }

    /// Has our instance hold the credential, for relay.
    async fn hold(&self) {
        let form = CredentialForm::of(&self.original.credential()).expose_value();
        let query = Query::new("hold_credential", json!({"name": "cellar-relay", "form": form}));
        let invoked = self
            .console
            .workspace
            .invoke(NEAR, &query, InvokeOptions::default())
            .await
            .unwrap();
        assert!(invoked.reply.is_success(), "{}", invoked.reply.to_value());
    }

    async fn federate(&self, route: Route) -> Pointer {
        let query = json!({"pointer_address": self.wanted});
        self.console
            .workspace
            .federate(FederateRequest {
                instance: InstanceName::parse(NEAR).unwrap(),
                via: REMOTE.to_owned(),
                query: Query::new("get_pointer_summary", query),
                route,
                description: None,
                tags: Vec::new(),
            })
            .await
            .unwrap_or_else(|failure| panic!("{route}: {failure}"))
    }

    async fn call(&self, pointer: &Pointer, route: Option<Route>) -> Result<Called, Failure> {
        let options = CallOptions {
            route,
            trace: true,
            timeout_seconds: None,
            query: None,
        };
        self.console.workspace.call(NEAR, &pointer.address, options).await
    }
}

#[tokio::test]
async fn a_pointer_of_ours_leads_to_an_original_instance_on_every_route() {
    for mode in Mode::BOTH {
        let Some(joined) = Joined::start(mode).await else {
            return;
        };
        for route in Route::ALL {
            let pointer = joined.federate(route).await;
            let federated = pointer.federated.as_ref().unwrap();
            assert_eq!((federated.profile, &federated.kid), (Profile::Legacy, &None));
            // Twice: the same ciphertext travels again on route circuit.
            for _ in 0..2 {
                let called = joined
                    .call(&pointer, None)
                    .await
                    .unwrap_or_else(|failure| panic!("{route}: {failure}"));
                assert_eq!(called.route, route);
                assert_eq!(called.reply.result().unwrap()["address"], joined.wanted.as_str());
                assert!(!called.hops.is_empty());
            }
        }
        joined.console.workspace.shutdown().await;
    }
}

/// The peer's own error is the reply, on every route, not a failure of the call.
#[tokio::test]
async fn an_error_over_there_arrives_as_it_was() {
    let Some(mut joined) = Joined::start(Mode::AppId).await else {
        return;
    };
    joined.wanted = "ptr_000000000000".to_owned();
    let mut messages = Vec::new();
    for route in Route::ALL {
        let pointer = joined.federate(route).await;
        let called = joined.call(&pointer, None).await.unwrap();
        assert_eq!(called.reply.status(), "error", "{route}");
        messages.push(called.reply.to_value()["message"].clone());
    }
    assert_eq!(
        messages,
        vec![Value::from("Pointer 'ptr_000000000000' not found."); 3]
    );
    joined.console.workspace.shutdown().await;
}

#[tokio::test]
async fn a_peer_that_is_gone_is_named_on_every_route() {
    let Some(joined) = Joined::start(Mode::AppId).await else {
        return;
    };
    let mut pointers = Vec::new();
    for route in Route::ALL {
        pointers.push((route, joined.federate(route).await));
    }
    let Joined {
        console, original, ..
    } = joined;
    let endpoint = original.endpoint.clone();
    drop(original);
    for (route, pointer) in pointers {
        let outcome = console
            .workspace
            .call(NEAR, &pointer.address, CallOptions::default())
            .await;
        let code = match &outcome {
            Ok(called) => called.reply.code(),
            Err(failure) => Some(failure.code),
        };
        assert_eq!(code, Some(Code::PeerUnreachable), "{route}");
        let message = match outcome {
            Ok(called) => called.reply.message().unwrap_or_default().to_owned(),
            Err(failure) => failure.message,
        };
        assert!(message.contains(&endpoint.authority()), "{route}: {message}");
    }
    console.workspace.shutdown().await;
}
