//! Which of the credentials in the vault opens which door, and behind which nothing may be changed.

use super::held_there::came_with_words;
use super::read_only::Guard;
use super::{Failure, Workspace, held};
use crate::client::Peers;
use crate::model::{Endpoint, KeyId, Profile, Timestamp};
use crate::protocol::{Code, HeldCredential, Problem};
use crate::vault::{HeldEntry, HeldRole, InstanceRecord};
use serde_json::Value;
use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};

/// The usable credentials of the vault.
pub(super) struct HeldPeers {
    candidates: Vec<Candidate>,
    /// The instances of this home.
    records: Vec<InstanceRecord>,
    /// Who watches that nothing is changed.
    guard: Guard,
    used: Mutex<Option<String>>,
    /// Credentials that must not be used, and why.
    set_aside: Vec<(Endpoint, Failure)>,
}

struct Candidate {
    name: String,
    role: HeldRole,
    credential: HeldCredential,
    /// Key ids that it had.
    former: Vec<KeyId>,
    /// Nothing speaks against it: no words that nobody compared, no alarm, no activation that is still to come.
    is_sound: bool,
    /// An instance of this home is called with it.
    is_usual: bool,
    since: Timestamp,
}

/// Which of two credentials for one place is taken: the greater.
type Rank = (u8, bool, bool, bool, bool, Reverse<Timestamp>);

impl Workspace {
    /// The usable credentials of the vault.
    pub(super) async fn peers(&self) -> Result<HeldPeers, Failure> {
        let (entries, records) = self
            .in_vault(|vault| Ok((vault.held()?, vault.instances()?)))
            .await?;
        Ok(HeldPeers::of(entries, records, self.guard()))
    }
}

impl HeldPeers {
    fn of(entries: Vec<HeldEntry>, records: Vec<InstanceRecord>, guard: Guard) -> Self {
        let mut set_aside = Vec::new();
        let mut candidates = Vec::new();
        for entry in entries.into_iter().filter(|entry| entry.state.is_usable()) {
            let endpoint = entry.form.endpoint.clone();
            match Candidate::of(entry, &records) {
                Ok(candidate) => candidates.push(candidate),
                Err(failure) => set_aside.push((endpoint, failure)),
            }
        }
        Self {
            candidates,
            records,
            guard,
            used: Mutex::default(),
            set_aside,
        }
    }

    /// Why the credential for a place must not be used, where there is one and it must not.
    pub(super) fn why_not(&self, endpoint: &Endpoint) -> Option<Failure> {
        let (_, failure) = self.set_aside.iter().find(|(of, _)| of == endpoint)?;
        Some(failure.clone())
    }

    /// Why this home does not want this asked of the peer at this endpoint, if it does not.
    pub(super) fn refusal(&self, endpoint: Option<&Endpoint>, query: Option<&Value>) -> Option<Failure> {
        let is_meant = |record: &&InstanceRecord| Some(&record.endpoint) == endpoint;
        let meant = self.records.iter().filter(is_meant);
        // One may be in this home under two names: a mark on either counts.
        let record = meant.max_by_key(|record| record.read_only);
        let action = query.and_then(|query| query.get("action")?.as_str());
        self.guard.permit_at_a_peer(record, action).err()
    }

    /// The best match: the one that has this key, or had it; else by profile; one made for calling before the owner's,
    /// which can do everything; what nothing speaks against before the rest. Among equals it is the one with which an
    /// instance of this home is called, and the first that came: what comes later takes nobody's place by itself.
    pub(super) fn best(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> Option<(&str, &HeldCredential)> {
        self.candidates
            .iter()
            .filter(|candidate| candidate.credential.endpoint == *endpoint)
            .max_by_key(|candidate| candidate.rank(profile, kid))
            .map(|candidate| (candidate.name.as_str(), &candidate.credential))
    }

    /// The best match for an instance of this home: the one that it is called with, if that is made for calling and nothing
    /// speaks against it.
    pub(super) fn of_instance(&self, record: &InstanceRecord) -> Option<&HeldCredential> {
        let usual = self.candidates.iter().find(|candidate| {
            candidate.name == record.credential
                && candidate.credential.endpoint == record.endpoint
                && candidate.role == HeldRole::Caller
                && candidate.is_sound
        });
        match usual {
            Some(usual) => Some(&usual.credential),
            None => self
                .best(&record.endpoint, record.profile, None)
                .map(|(_, credential)| credential),
        }
    }

    /// The name of the credential that was asked for last.
    pub(super) fn used(&self) -> Option<String> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Candidate {
    /// The failure of what must not be used.
    fn of(entry: HeldEntry, records: &[InstanceRecord]) -> Result<Self, Failure> {
        let life = held::life_of(&entry);
        let has_words = entry.role == HeldRole::Caller && came_with_words(life.delivery);
        Ok(Self {
            name: entry.name.clone(),
            role: entry.role,
            is_sound: life.alarm().is_none() && life.opens_everything() && (life.is_verified() || !has_words),
            is_usual: records.iter().any(|record| record.credential == entry.name),
            since: entry.created_at,
            former: entry.former.clone(),
            credential: held::usable(entry)?,
        })
    }

    fn rank(&self, profile: Profile, kid: Option<&KeyId>) -> Rank {
        let made_with = match kid {
            Some(kid) if self.credential.kid() == Some(kid) => 2,
            Some(kid) if self.former.contains(kid) => 1,
            _ => 0,
        };
        (
            made_with,
            self.credential.profile() == profile,
            self.role == HeldRole::Caller,
            self.is_sound,
            self.is_usual,
            Reverse(self.since),
        )
    }
}

impl Peers for HeldPeers {
    fn credential_for(
        &self,
        endpoint: &Endpoint,
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> Option<HeldCredential> {
        let (name, credential) = self.best(endpoint, profile, kid)?;
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.to_owned());
        Some(credential.clone())
    }

    fn permits(&self, endpoint: Option<&Endpoint>, query: Option<&Value>) -> Result<(), Problem> {
        match self.refusal(endpoint, query) {
            Some(failure) => Err(Problem::new(Code::ReadOnly, failure.message)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::{AlarmKind, Beginning, Event, Life};
    use crate::model::{AppId, CredentialState, Delivery, InstanceId, InstanceName};
    use crate::protocol::CredentialForm;
    use crate::seal::random;
    use crate::workspace::instances::remote_record;

    fn native() -> HeldCredential {
        HeldCredential::native(
            AppId::parse("alpha").unwrap(),
            Endpoint::parse("http://127.0.0.1:5001").unwrap(),
            InstanceId::parse("inst_0123456789ab").unwrap(),
            random::key_id(),
            random::root_key(),
        )
    }

    fn legacy() -> HeldCredential {
        let native = native();
        let (token_secret, key) = (random::token_secret(), random::fernet_key());
        HeldCredential::legacy(native.app_id, native.endpoint, token_secret, key, None)
    }

    /// Typed in: without a handshake.
    fn typed(name: &str, since: i64, credential: &HeldCredential) -> HeldEntry {
        HeldEntry {
            life: None,
            identity: None,
            pending: None,
            former: Vec::new(),
            name: name.to_owned(),
            form: CredentialForm::of(credential),
            role: HeldRole::Caller,
            instance: "beta".to_owned(),
            state: CredentialState::Active,
            verified: false,
            expires_at: None,
            created_at: Timestamp::from_micros(since),
            grant: None,
            last_used: None,
            uses: 0,
        }
    }

    /// Out of a bundle, after this happened to it.
    fn accepted(name: &str, since: i64, events: &[Event]) -> HeldEntry {
        let mut life = Life::opened(Beginning {
            delivery: Some(Delivery::Passphrase),
            ..Beginning::default()
        });
        for event in events {
            life.apply(event.clone(), Timestamp::now()).unwrap();
        }
        HeldEntry {
            life: Some(life),
            ..typed(name, since, &native())
        }
    }

    fn called_with(name: &str, instance: &str) -> InstanceRecord {
        let name = name.to_owned();
        remote_record(
            InstanceName::parse(instance).unwrap(),
            &native(),
            name,
            Timestamp::now(),
        )
    }

    fn best(
        entries: &[HeldEntry],
        records: &[InstanceRecord],
        profile: Profile,
        kid: Option<&KeyId>,
    ) -> String {
        let peers = HeldPeers::of(entries.to_vec(), records.to_vec(), Guard::default());
        let (name, _) = peers.best(&native().endpoint, profile, kid).unwrap();
        name.to_owned()
    }

    #[test]
    fn threat_38_a_bundle_whose_words_nobody_compared_takes_nobodys_place() {
        let verified = accepted("beta/alpha", 1, &[Event::WordsMatch]);
        let later = accepted("beta/alpha-2", 2, &[]);
        let alarmed = accepted(
            "beta/alpha-3",
            3,
            &[Event::WordsMatch, Event::Alarmed(AlarmKind::AuditWentBack)],
        );
        let entries = [verified, later, alarmed];
        for usual in ["beta/alpha", "beta/alpha-2", "beta/alpha-3"] {
            let records = [called_with(usual, "beta")];
            assert_eq!(best(&entries, &records, Profile::Native, None), "beta/alpha");
            let peers = HeldPeers::of(entries.to_vec(), records.to_vec(), Guard::default());
            let named = peers.of_instance(&records[0]).unwrap();
            assert_eq!(named.kid(), entries[0].form.kid.as_ref());
        }
    }

    #[test]
    fn a_pointer_goes_on_with_the_credential_that_it_was_made_with_through_every_rotation() {
        let first = accepted("beta/alpha", 1, &[Event::WordsMatch]);
        let mut second = accepted("beta/alpha-2", 2, &[Event::WordsMatch]);
        let records = [called_with("beta/alpha", "beta")];
        let made_with = second.form.kid.clone();
        for _ in 0..3 {
            let entries = [first.clone(), second.clone()];
            let found = best(&entries, &records, Profile::Native, made_with.as_ref());
            assert_eq!(found, "beta/alpha-2");
            assert_eq!(best(&entries, &records, Profile::Native, None), "beta/alpha");
            second.rekey(CredentialForm::of(&native()));
        }
        // Without it, the usual one.
        let found = best(&[first], &records, Profile::Native, made_with.as_ref());
        assert_eq!(found, "beta/alpha");
    }

    #[test]
    fn of_two_remotes_at_one_place_the_first_goes_on_being_called_as_it_was() {
        let entries = [typed("old/alpha", 1, &legacy()), typed("new/alpha", 2, &legacy())];
        let records = [called_with("old/alpha", "old"), called_with("new/alpha", "new")];
        assert_eq!(best(&entries, &records, Profile::Legacy, None), "old/alpha");
        for (entry, record) in entries.iter().zip(&records) {
            let peers = HeldPeers::of(entries.to_vec(), records.to_vec(), Guard::default());
            let found = CredentialForm::of(peers.of_instance(record).unwrap());
            assert_eq!(found.expose_value(), entry.form.expose_value(), "{}", record.name);
        }
    }
}
