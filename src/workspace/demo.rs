//! The demo: two instances joined by a real handshake, with pointers, a federated pointer per route, and a
//! first call already made.
//!
//! Every step looks first whether it was done, so a demo that was killed half-way is completed and one
//! that is whole is found again.

use super::gateway::connection_to;
use super::held_there::held_credentials;
use super::{
    AcceptRequest, CallOptions, Failure, FederateRequest, HostedBy, InitInstance, LogFilter, OfferRequest,
    Workspace,
};
use super::{Received, demo_pointers};
use crate::instance::KeySource;
use crate::model::{
    AppId, CredentialState, Delivery, Endpoint, Grant, Holder, InstanceId, InstanceName, NewPointer, Pointer,
    PointerAddress, Profile, Route, Side,
};
use crate::protocol::{Code, Query};
use crate::store::PointerQuery;
use crate::vault::HeldRole;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};

const ALPHA: &str = "alpha";
const BETA: &str = "beta";
const APP_ID: &str = "alpha-federation";
/// What alpha may ask beta.
const GRANTED: [&str; 2] = ["get_pointer_summary", "get_pointer"];

/// The demo as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Demo {
    /// `alpha` and `beta`: name, endpoint, id.
    pub instances: Vec<(InstanceName, Endpoint, InstanceId)>,
    /// The federated pointer on alpha, per route.
    pub pointers: Vec<(Route, PointerAddress)>,
}

impl Demo {
    /// What its instances are called.
    pub const NAMES: [&str; 2] = [ALPHA, BETA];
}

impl Workspace {
    /// Makes what is missing of the demo in this home, starts both instances, and makes the first call if the
    /// log has none. `step` is told what is being done, in words.
    pub async fn demo(&self, step: &(dyn Fn(&str) + Send + Sync)) -> Result<Demo, Failure> {
        self.permit("making the demo")?;
        let (alpha, beta) = (name(ALPHA), name(BETA));
        // Before anything is made: what others have called so since is not the demo's to start or to fill.
        for instance in [&alpha, &beta] {
            self.require_demo_name(instance).await?;
        }
        for instance in [&alpha, &beta] {
            step(&format!("hosting {instance}"));
            self.demo_instance(instance).await?;
            self.record_demo_instance(instance).await?;
        }
        step("filling beta with pointers");
        self.demo_pointers(BETA, demo_pointers::beta()).await?;
        step("handshake: beta offers alpha a credential, alpha accepts");
        self.demo_handshake(&alpha, &beta).await?;
        step("comparing words, mixing fresh keys in");
        self.demo_words().await?;
        step("making a federated pointer for each route");
        let pointers = self.demo_federated(&alpha).await?;
        // After the federated ones, so that those stand first in the list.
        step("filling alpha with pointers");
        self.demo_pointers(ALPHA, demo_pointers::alpha()).await?;
        if !self.has_called(ALPHA).await? {
            step("making the first federated call");
            self.first_call(&pointers).await?;
        }
        let mut instances = Vec::new();
        for instance in [&alpha, &beta] {
            self.probe(instance.as_str()).await?;
            let record = self.record(instance.as_str()).await?;
            let id = record.instance_id.clone().ok_or_else(|| {
                Failure::new(
                    Code::AlreadyExists,
                    format!("{instance} in this home is not an instance of the demo"),
                    "run the demo in another home, with `--home DIR`",
                )
            })?;
            instances.push((record.name, record.endpoint, id));
        }
        Ok(Demo { instances, pointers })
    }

    /// The instance, made if need be on a free port that it keeps, and hosted.
    async fn demo_instance(&self, instance: &InstanceName) -> Result<(), Failure> {
        if !self.has_instance(instance).await? {
            let made = self
                .init_instance(InitInstance {
                    key: KeySource::Own,
                    name: instance.clone(),
                    listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
                    endpoint: None,
                    insecure_http: false,
                    tls: None,
                })
                .await;
            if let Err(failure) = made {
                return Err(match self.has_instance(instance).await? {
                    true => made_meanwhile(instance),
                    false => failure,
                });
            }
        }
        if let HostedBy::Other(_) = self.instance(instance.as_str()).await?.hosted_by {
            // Another console has it up already; it is looked at over the wire.
            return self.probe(instance.as_str()).await.map(drop);
        }
        self.start_instance(instance.as_str()).await.map(drop)
    }

    async fn has_instance(&self, instance: &InstanceName) -> Result<bool, Failure> {
        let wanted = instance.to_string();
        self.in_vault(move |vault| Ok(vault.instance(&wanted)?.is_some()))
            .await
    }

    /// Fills an instance that has no pointers of its own yet, and gives it a circuit that can be invoked.
    async fn demo_pointers(&self, instance: &str, pointers: Vec<NewPointer>) -> Result<(), Failure> {
        let look = PointerQuery {
            limit: Some(Route::ALL.len() as u64 + 1),
            ..PointerQuery::default()
        };
        let first = self.pointers(instance, &look).await?.pointers;
        if first.iter().any(|pointer| pointer.federated.is_none()) {
            return Ok(());
        }
        let mut session = self.session(instance).await?;
        let begun = session.result(&Query::new("begin_import", json!({}))).await?;
        let id = begun.get("import_id").cloned().unwrap_or(Value::Null);
        let stage = json!({"import_id": id, "pointers": pointers});
        session.result(&Query::new("import_pointers", stage)).await?;
        session
            .result(&Query::new("commit_import", json!({"import_id": id})))
            .await?;
        let connection = connection_to(&mut session, "statistics", None).await?;
        let circuit = json!({
            "circuit_definition": [{"action": "whoami"}, {"action": "get_graph_stats"}],
            "description": format!("Circuit: who asks, and how much {instance} keeps"),
            "tags": ["circuit", "statistics"],
            "connection_id": connection,
        });
        session.result(&Query::new("create_circuit", circuit)).await?;
        session.close().await;
        Ok(())
    }

    /// beta's offer and alpha's acceptance, unless both credentials are where they belong.
    async fn demo_handshake(&self, alpha: &InstanceName, beta: &InstanceName) -> Result<(), Failure> {
        let endpoint = self.record(beta.as_str()).await?.endpoint;
        let entries = self.in_vault(|vault| vault.held()).await?;
        let console_has = entries
            .iter()
            .any(|entry| entry.role == HeldRole::Caller && entry.form.endpoint == endpoint);
        let mut session = self.session(alpha.as_str()).await?;
        let held = held_credentials(&mut session).await;
        session.close().await;
        let instance_has = held?.iter().any(|held| held.endpoint == endpoint);
        let mut holders = Vec::new();
        if !console_has {
            holders.push(Holder::Console);
        }
        if !instance_has {
            holders.push(Holder::Instance);
        }
        if holders.is_empty() {
            return Ok(());
        }
        if !console_has && !instance_has {
            self.withdraw_untaken(beta).await?;
        }
        self.record_demo_offering().await?;
        let offer = self
            .offer(OfferRequest {
                instance: beta.clone(),
                app_id: AppId::parse(APP_ID).expect("written by its grammar"),
                profile: Profile::Native,
                holders,
                grant: Grant::read(GRANTED),
                lease_days: None,
                delivery: Delivery::Passphrase,
                verify_first: false,
                request: None,
                file: None,
            })
            .await?;
        self.record_demo_offer(&offer.offer_id).await?;
        self.accept(AcceptRequest {
            received: Received::Passphrase {
                bundle: offer.armoured.unwrap_or_default().into_bytes(),
                passphrase: offer.passphrase.expect("this delivery has one"),
            },
            name: None,
            instance: (!instance_has).then(|| alpha.clone()),
        })
        .await?;
        Ok(())
    }

    /// Takes back what a demo offered that was killed before anything of it was accepted: it would wait for ever beside
    /// the one that is made now.
    async fn withdraw_untaken(&self, beta: &InstanceName) -> Result<(), Failure> {
        let made = self.demo_record().await?;
        let (rows, _) = self.handshakes(false).await?;
        let waiting = rows.into_iter().filter(|row| {
            row.side == Side::Issued
                && row.state == CredentialState::Offered
                && row.instance.as_deref() == Some(beta.as_str())
                && row.peer == APP_ID
        });
        for row in waiting {
            let is_put_down = self.standing(&row.id).await?.entry.is_some();
            if made.began(&row) || made.was_offering(&row, is_put_down) {
                self.cancel_handshake(&row.id).await?;
            }
        }
        Ok(())
    }

    /// Both sides are ours, so the words are the same: beta says so, then alpha, whereupon fresh keys are mixed in. Only of
    /// what the demo itself offered and accepted, and of that only what beta still knows of: whoever else has these names
    /// must be compared with by people, and a beta that was made anew knows nothing of what the one before it offered.
    async fn demo_words(&self) -> Result<(), Failure> {
        let (all, _) = self.handshakes(true).await?;
        let known = |offer: &str| {
            let ended = [CredentialState::Revoked, CredentialState::Expired];
            all.iter()
                .any(|row| row.side == Side::Issued && row.id == offer && !ended.contains(&row.state))
        };
        let made = self.demo_record().await?.only(known);
        for side in [Side::Issued, Side::Held] {
            let (rows, _) = self.handshakes(false).await?;
            let ours = rows
                .into_iter()
                .filter(|row| row.side == side && made.began(row) && row.alarm.is_none());
            for row in ours {
                self.verify(&row.id, true).await?;
            }
        }
        Ok(())
    }

    /// The federated pointers on alpha, those that are missing made.
    async fn demo_federated(&self, alpha: &InstanceName) -> Result<Vec<(Route, PointerAddress)>, Failure> {
        let beta = self.record(BETA).await?.endpoint;
        let known = PointerQuery {
            tags: vec!["demo".to_owned()],
            ..PointerQuery::default()
        };
        let known = self.pointers(ALPHA, &known).await?.pointers;
        let asked = self.asked_for().await?;
        let mut pointers = Vec::new();
        for route in Route::ALL {
            let found = known.iter().find(|pointer| leads_by(pointer, route, &beta));
            let address = match found {
                Some(pointer) => pointer.address.clone(),
                None => self.federate(federated(alpha, &asked, route)).await?.address,
            };
            pointers.push((route, address));
        }
        Ok(pointers)
    }

    /// The pointer on beta that is asked for.
    async fn asked_for(&self) -> Result<PointerAddress, Failure> {
        let look = PointerQuery {
            limit: Some(1_000),
            ..PointerQuery::default()
        };
        let pointers = self.pointers(BETA, &look).await?.pointers;
        pointers
            .iter()
            .find(|pointer| pointer.data_reference == demo_pointers::ASKED_FOR)
            .or(pointers.first())
            .map(|pointer| pointer.address.clone())
            .ok_or_else(|| {
                Failure::new(
                    Code::PointerNotFound,
                    "beta has no pointers left to ask for",
                    "make one with `butterfly pointer create beta`, or run the demo in a new home",
                )
                .on(BETA)
            })
    }

    async fn has_called(&self, instance: &str) -> Result<bool, Failure> {
        let look = LogFilter {
            instance: Some(instance.to_owned()),
            limit: 1,
            ..LogFilter::default()
        };
        Ok(!self.log(&look).await?.is_empty())
    }

    async fn first_call(&self, pointers: &[(Route, PointerAddress)]) -> Result<(), Failure> {
        let relay = pointers.iter().find(|(route, _)| *route == Route::Relay);
        let Some((_, address)) = relay.or(pointers.first()) else {
            return Ok(());
        };
        let options = CallOptions {
            trace: true,
            ..CallOptions::default()
        };
        let called = self.call(ALPHA, address, options).await?;
        match called.reply.problem() {
            None => Ok(()),
            Some(problem) => Err(Failure::from_problem(&problem, BETA)),
        }
    }
}

/// Said where another process made it between a look and the making.
fn made_meanwhile(instance: &InstanceName) -> Failure {
    Failure::new(
        Code::AlreadyExists,
        "another process made this instance in this home just now: perhaps a second demo",
        "let that one finish, then run `butterfly demo` again; or make another demo, with `butterfly --home DIR demo`",
    )
    .on(instance.as_str())
}

fn federated(alpha: &InstanceName, asked: &PointerAddress, route: Route) -> FederateRequest {
    let how = match route {
        Route::Endpoint => "the caller asks beta itself",
        Route::Circuit => "the question is sealed already",
        Route::Relay => "alpha asks beta",
    };
    FederateRequest {
        instance: alpha.clone(),
        via: BETA.to_owned(),
        query: Query::new("get_pointer_summary", json!({"pointer_address": asked})),
        route,
        description: Some(format!("By {route} from beta: grid frequency 2026 ({how})")),
        tags: vec![
            "federated".to_owned(),
            "demo".to_owned(),
            route.as_str().to_owned(),
        ],
    }
}

fn leads_by(pointer: &Pointer, route: Route, to: &Endpoint) -> bool {
    pointer
        .federated
        .as_ref()
        .is_some_and(|federated| federated.route == route && federated.endpoint == *to)
}

fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).expect("written by its grammar")
}
