//! Circuits carry a query that was sealed once, under the key of that time. When the key goes, they are found and
//! sealed anew: native ones by the key id that they name, legacy ones, which name none, by what opens them.

use super::federate::circuit_reference;
use super::session::Session;
use super::to_the_end::ToTheEnd;
use super::{Failure, Workspace, held};
use crate::model::{
    CIRCUIT_PREFIX, Federated, Holder, InstanceKind, KeyId, Pointer, PointerAddress, Profile, Route,
};
use crate::protocol::{Code, CredentialForm, HeldKeys, Query};
use crate::seal::{LegacyKeys, fernet};
use crate::store::PointerQuery;
use crate::vault::{HeldEntry, HeldRole, InstanceRecord};
use serde_json::{Value, json};

/// Pointers asked for at a time.
const PAGE: u64 = 1_000;

/// Which circuits are wanted: those that lead to this credential's instance under a key that is not its own.
struct Stale {
    entry: HeldEntry,
    /// Keys that it had.
    former: Vec<KeyId>,
    /// Keys of other credentials for the same place, which are not ours to replace.
    others: Vec<KeyId>,
    /// What opens legacy bodies.
    legacy: Openers,
}

/// Keys that open the bodies of legacy circuits for one place.
#[derive(Default)]
struct Openers {
    /// The credential's own; none if it is native.
    own: Option<LegacyKeys>,
    /// Those that it had until now.
    former: Option<LegacyKeys>,
    /// Those of other credentials, which are not ours to replace.
    others: Vec<LegacyKeys>,
}

impl Workspace {
    /// Circuits on instances of ours that are sealed under a key which this credential no longer has.
    pub async fn stale_circuits(&self, name: &str) -> Result<Vec<(String, PointerAddress)>, Failure> {
        let stale = self.stale(name, None).await?;
        let mut found = Vec::new();
        for record in self.local_records().await? {
            let mut session = self.session_with(record).await?;
            let circuits = self.circuits_in(&mut session, &stale).await;
            let instance = session.record.name.to_string();
            session.close().await;
            found.extend(
                circuits?
                    .into_iter()
                    .map(|(pointer, _)| (instance.clone(), pointer.address)),
            );
        }
        Ok(found)
    }

    /// Seals them anew; tells which.
    pub async fn reseal_circuits(&self, name: &str) -> Result<Vec<(String, PointerAddress)>, Failure> {
        let row = self.credential(name).await?;
        if row.holder == Some(Holder::Instance) {
            // A relay seals each call: nothing of it was sealed before.
            return Ok(Vec::new());
        }
        self.reseal(&row.name, None).await
    }

    /// The same, also for a key that the credential had until now. An instance that cannot be asked is an error
    /// only after all the others were done.
    pub(super) async fn reseal(
        &self,
        name: &str,
        former: Option<KeyId>,
    ) -> Result<Vec<(String, PointerAddress)>, Failure> {
        let stale = self.stale(name, former).await?;
        self.reseal_stale(&stale).await
    }

    /// The same after other values took the place of these, under the same name.
    pub(super) async fn reseal_after(
        &self,
        name: &str,
        before: CredentialForm,
    ) -> Result<Vec<(String, PointerAddress)>, Failure> {
        let mut stale = self.stale(name, before.kid.clone()).await?;
        stale.legacy.former = legacy_keys(before);
        self.reseal_stale(&stale).await
    }

    async fn reseal_stale(&self, stale: &Stale) -> Result<Vec<(String, PointerAddress)>, Failure> {
        let mut done = Vec::new();
        let mut missed = None;
        for record in self.local_records().await? {
            let mut session = match self.session_with(record).await {
                Ok(session) => session,
                Err(failure) => {
                    missed = Some(failure);
                    continue;
                }
            };
            let resealed = self.reseal_in(&mut session, stale).await;
            let instance = session.record.name.to_string();
            session.close().await;
            match resealed {
                Ok(addresses) => done.extend(addresses.into_iter().map(|at| (instance.clone(), at))),
                Err(failure) => missed = Some(failure),
            }
        }
        match missed {
            None => Ok(done),
            Some(failure) => Err(failure),
        }
    }

    async fn reseal_in(
        &self,
        session: &mut Session<'_>,
        stale: &Stale,
    ) -> Result<Vec<PointerAddress>, Failure> {
        let credential = held::usable(stale.entry.clone())?;
        let mut done = Vec::new();
        for (pointer, federated) in self.circuits_in(session, stale).await? {
            let query = Query::parse(federated.query.to_string().as_bytes()).map_err(|error| {
                Failure::new(
                    Code::InvalidCircuit,
                    format!("the query of {} cannot be read: {error}", pointer.address),
                    "make the pointer anew with `butterfly federate`",
                )
                .on(session.record.name.as_str())
            })?;
            let federated = Federated {
                kid: stale.entry.form.kid.clone(),
                ..federated
            };
            let change = json!({
                "pointer_address": pointer.address,
                "data_reference": circuit_reference(&federated, &credential, &query),
                "federated": federated,
            });
            session.result(&Query::new("update_pointer", change)).await?;
            done.push(pointer.address);
        }
        Ok(done)
    }

    async fn circuits_in(
        &self,
        session: &mut Session<'_>,
        stale: &Stale,
    ) -> Result<Vec<(Pointer, Federated)>, Failure> {
        let pointers = self.federated_pointers(session).await?;
        Ok(pointers
            .into_iter()
            .filter(|(pointer, federated)| stale.is(pointer, federated))
            .collect())
    }

    /// Every pointer of an instance that leads to another one.
    pub(super) async fn federated_pointers(
        &self,
        session: &mut Session<'_>,
    ) -> Result<Vec<(Pointer, Federated)>, Failure> {
        let mut wanted = PointerQuery {
            federated_only: true,
            limit: Some(PAGE),
            ..PointerQuery::default()
        };
        let mut found = Vec::new();
        let mut reading = ToTheEnd::default();
        loop {
            let page = self.page_in(session, &wanted).await?;
            let next = reading.after(session, &wanted, &page)?;
            for pointer in page.pointers {
                if let Some(federated) = pointer.federated.clone() {
                    found.push((pointer, federated));
                }
            }
            match next {
                Some(next) => wanted.start = next,
                None => return Ok(found),
            }
        }
    }

    async fn stale(&self, name: &str, former: Option<KeyId>) -> Result<Stale, Failure> {
        let entry = self.held_entry(name).await?;
        let endpoint = entry.form.endpoint.clone();
        let forms: Vec<_> = self
            .in_vault(|vault| vault.held())
            .await?
            .into_iter()
            .filter(|other| {
                other.role == HeldRole::Caller && other.name != entry.name && other.form.endpoint == endpoint
            })
            .map(|other| other.form)
            .collect();
        let others = forms.iter().filter_map(|form| form.kid.clone()).collect();
        let legacy = Openers {
            own: legacy_keys(entry.form.clone()),
            former: None,
            others: forms.into_iter().filter_map(legacy_keys).collect(),
        };
        let life = held::life_of(&entry);
        let overlapping = life.overlap(crate::model::Timestamp::now());
        let former = former
            .into_iter()
            .chain(overlapping.and_then(|overlap| overlap.kid.clone()))
            .chain(entry.former.iter().cloned())
            .collect();
        Ok(Stale {
            entry,
            former,
            others,
            legacy,
        })
    }

    pub(super) async fn local_records(&self) -> Result<Vec<InstanceRecord>, Failure> {
        let mut records = self.records().await?;
        records.retain(|record| record.kind == InstanceKind::Local);
        Ok(records)
    }
}

impl Stale {
    fn is(&self, pointer: &Pointer, federated: &Federated) -> bool {
        if federated.route != Route::Circuit || federated.endpoint != self.entry.form.endpoint {
            return false;
        }
        match federated.profile {
            Profile::Native => self.is_native(federated.kid.as_ref()),
            Profile::Legacy => sealed_in(pointer).is_some_and(|sealed| self.legacy.are_too_late_for(&sealed)),
        }
    }

    fn is_native(&self, kid: Option<&KeyId>) -> bool {
        let (Some(kid), Some(own)) = (kid, &self.entry.form.kid) else {
            return false;
        };
        // A key that no credential here has any more was this one's, as far as can be told; where there are several,
        // only what is known to have been its own.
        kid != own && (self.former.contains(kid) || self.others.is_empty())
    }
}

impl Openers {
    /// Whether a body is sealed under keys that the credential does not have any more, as far as can be told.
    fn are_too_late_for(&self, sealed: &str) -> bool {
        let opens = |keys: &LegacyKeys| fernet::open(keys, sealed.as_bytes()).is_ok();
        match &self.own {
            None => false,
            Some(own) if opens(own) => false,
            Some(_) => self.others.is_empty() || self.former.as_ref().is_some_and(opens),
        }
    }
}

/// The keys of a legacy credential; none of a native one.
fn legacy_keys(form: CredentialForm) -> Option<LegacyKeys> {
    match form.into_held().ok()?.keys {
        HeldKeys::Legacy { keys, .. } => Some(keys),
        HeldKeys::Native { .. } => None,
    }
}

/// The body that a circuit carries.
fn sealed_in(pointer: &Pointer) -> Option<String> {
    let step = pointer.data_reference.strip_prefix(CIRCUIT_PREFIX)?;
    let step: Value = serde_json::from_str(step).ok()?;
    step.get("sealed")?.as_str().map(str::to_owned)
}
