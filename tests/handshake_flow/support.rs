//! Two homes with an instance each, and the steps between them.

use crate::proxy::Proxy;
use butterfly_console::instance::{Instance, Tls};
use butterfly_console::model::{
    AppId, CredentialState, Delivery, Grant, Holder, InstanceName, NewPointer, Pointer, PointerAddress,
    Profile, Route,
};
use butterfly_console::protocol::{Code, Query};
use butterfly_console::seal::Passphrase;
use butterfly_console::workspace::{
    AcceptRequest, Accepted, AskRequest, CallOptions, Failure, FederateRequest, Home, InitInstance,
    InvokeOptions, OfferMade, OfferRequest, Received, Unlock, VaultLock, Workspace,
};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;

/// A home and its one instance, hosted.
pub struct Side {
    pub folder: TempDir,
    pub home: Arc<Workspace>,
    pub name: &'static str,
}

impl Side {
    pub async fn new(name: &'static str) -> Self {
        Self::with(name, None, None).await
    }

    /// Reached through a proxy only.
    pub async fn behind(name: &'static str, proxy: &Proxy) -> Self {
        Self::with(name, Some(proxy), None).await
    }

    /// Over TLS, with a key of its own making.
    pub async fn over_tls(name: &'static str) -> Self {
        Self::with(name, None, Some(Tls::Own)).await
    }

    async fn with(name: &'static str, proxy: Option<&Proxy>, tls: Option<Tls>) -> Self {
        let side = Self::empty(name).await;
        side.home
            .init_instance(InitInstance {
                key: Default::default(),
                name: instance(name),
                listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
                endpoint: proxy.map(|proxy| proxy.endpoint.clone()),
                insecure_http: false,
                tls,
            })
            .await
            .unwrap();
        if let Some(proxy) = proxy {
            let folder = side.home.home().root().join("instances").join(name);
            proxy.lead_to(Instance::read_settings(&folder).unwrap().listen);
        }
        side.home.start_instance(name).await.unwrap();
        side
    }

    /// A home without any instance.
    pub async fn empty(name: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Workspace::create(Home::at(folder.path().join("home")), VaultLock::KeyFile(None))
            .await
            .unwrap();
        Self { folder, home, name }
    }

    /// Everything stopped, and begun again from what is on disk.
    pub async fn restarted(self) -> Self {
        self.home.shutdown().await;
        let Self { folder, home, name } = self;
        drop(home);
        let home = Workspace::open(Home::at(folder.path().join("home")), Unlock::Ambient)
            .await
            .unwrap();
        if !home.instances().await.unwrap().is_empty() {
            home.start_instance(name).await.unwrap();
        }
        Self { folder, home, name }
    }

    pub async fn pointer(&self, reference: &str) -> Pointer {
        let new = NewPointer {
            data_reference: reference.to_owned(),
            description: format!("what is at {reference}"),
            tags: vec!["shared".to_owned()],
            connection_id: None,
            credential_pointer_address: None,
            federated: None,
            author: None,
        };
        self.home.create_pointer(self.name, new).await.unwrap()
    }

    /// What the vault and the instance keep, as far as a handshake can change it.
    pub async fn trace(&self) -> (u64, Vec<String>, usize) {
        let (rows, failures) = self.home.credentials().await.unwrap();
        assert!(failures.is_empty(), "{failures:?}");
        let names = rows.into_iter().map(|row| row.name).collect();
        let (handshakes, _) = self.home.handshakes(true).await.unwrap();
        (self.home.change_number().await.unwrap(), names, handshakes.len())
    }

    /// The same after a code was claimed in vain: whether something can be kept is found out first, by a durable write that
    /// keeps nothing.
    pub async fn trace_but_for_looks(&self, claims: u64) -> (u64, Vec<String>, usize) {
        let (changes, names, handshakes) = self.trace().await;
        (changes - claims, names, handshakes)
    }

    pub async fn state_of(&self, name: &str) -> CredentialState {
        self.home.credential(name).await.unwrap().state
    }
}

pub fn instance(name: &str) -> InstanceName {
    InstanceName::parse(name).unwrap()
}

pub fn offer_of(delivery: Delivery, verify_first: bool) -> OfferRequest {
    OfferRequest {
        instance: instance("beta"),
        app_id: AppId::parse("alpha").unwrap(),
        profile: Profile::Native,
        holders: vec![Holder::Console, Holder::Instance],
        grant: Grant::read(["get_pointer_summary", "get_graph_stats"]),
        lease_days: Some(30),
        delivery,
        verify_first,
        request: None,
        file: None,
    }
}

/// What the accepting side gets to know, of an offer by passphrase or code.
pub fn received(made: &OfferMade) -> Received {
    match (&made.armoured, &made.code) {
        (Some(armoured), _) => Received::Passphrase {
            bundle: armoured.clone().into_bytes(),
            passphrase: made.passphrase.clone().unwrap(),
        },
        (None, Some(code)) => Received::Code {
            url: made.endpoint.as_str().to_owned(),
            code: code.clone(),
        },
        (None, None) => panic!("neither sealed nor under a code"),
    }
}

pub fn accepting(received: Received) -> AcceptRequest {
    AcceptRequest {
        received,
        name: None,
        instance: Some(instance("alpha")),
    }
}

/// The bundle of an offer and the words that open it.
pub fn bundle_of(made: &OfferMade) -> (Vec<u8>, Passphrase) {
    (
        made.armoured.clone().unwrap().into_bytes(),
        made.passphrase.clone().unwrap(),
    )
}

/// The handover from beta to alpha, whichever way.
pub async fn hand_over(
    alpha: &Side,
    beta: &Side,
    delivery: Delivery,
    verify_first: bool,
) -> (OfferMade, Accepted) {
    let mut offer = offer_of(delivery, verify_first);
    if delivery != Delivery::Request {
        let made = beta.home.offer(offer).await.unwrap();
        let accepted = alpha.home.accept(accepting(received(&made))).await.unwrap();
        return (made, accepted);
    }
    let asked = alpha
        .home
        .ask(AskRequest {
            instance: Some(instance("alpha")),
            app_id: AppId::parse("alpha").unwrap(),
            holders: vec![Holder::Console, Holder::Instance],
            file: None,
        })
        .await
        .unwrap();
    offer.request = Some(asked.text);
    let made = beta.home.offer(offer).await.unwrap();
    let bundle = made.armoured.clone().unwrap().into_bytes();
    let request = AcceptRequest {
        received: Received::Request { bundle },
        name: None,
        instance: None,
    };
    let accepted = alpha.home.accept(request).await.unwrap();
    assert_eq!(accepted.id, asked.id, "the request's own handshake goes on");
    (made, accepted)
}

/// Both sides say that the words match; keys are mixed.
pub async fn compare(alpha: &Side, beta: &Side, made: &OfferMade, accepted: &Accepted) {
    beta.home.verify(&made.offer_id, true).await.unwrap();
    let verified = alpha.home.verify(&accepted.id, true).await.unwrap();
    assert_eq!(verified.state, CredentialState::Active, "{verified:?}");
    assert!(verified.verified && !verified.waiting, "{verified:?}");
}

/// A pair that is joined: verified and active.
pub async fn joined() -> (Side, Side, OfferMade, Accepted) {
    let (alpha, beta) = (Side::new("alpha").await, Side::new("beta").await);
    let (made, accepted) = hand_over(&alpha, &beta, Delivery::Passphrase, true).await;
    compare(&alpha, &beta, &made, &accepted).await;
    (alpha, beta, made, accepted)
}

pub fn summary(address: &PointerAddress) -> Query {
    Query::new("get_pointer_summary", json!({"pointer_address": address}))
}

pub async fn federate(alpha: &Side, query: &Query, route: Route) -> Pointer {
    let request = FederateRequest {
        instance: instance("alpha"),
        via: "beta".to_owned(),
        query: query.clone(),
        route,
        description: None,
        tags: Vec::new(),
    };
    alpha.home.federate(request).await.unwrap()
}

pub async fn call(alpha: &Side, pointer: &PointerAddress) -> Result<(), Failure> {
    let called = alpha.home.call("alpha", pointer, CallOptions::default()).await?;
    match called.reply.problem() {
        None => Ok(()),
        Some(problem) => Err(Failure::from_problem(&problem, "alpha")),
    }
}

/// The code of what asking beta comes to; none for success.
pub async fn ask(alpha: &Side, query: &Query) -> Option<Code> {
    match alpha.home.invoke("beta", query, InvokeOptions::default()).await {
        Ok(invoked) => invoked.reply.code(),
        Err(failure) => Some(failure.code),
    }
}

pub fn stats() -> Query {
    Query::new("get_graph_stats", json!({}))
}
