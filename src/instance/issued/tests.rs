//! What an instance starts with, and what it does not start with.

use super::*;
use crate::instance::limits::MOST_CALLS;
use crate::model::InstanceId;
use crate::seal::row;
use crate::store::sqlite::SqliteStore;

const NOW: Timestamp = Timestamp::from_micros(1_795_428_672_000_000);
/// In seconds.
const DAY: i64 = 86_400;

struct Place {
    store: SqliteStore,
    key: DataKey,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            store: SqliteStore::create(&folder.path().join("instance.db")).unwrap(),
            key: DataKey::generate(),
            _folder: folder,
        }
    }

    async fn load(&self, now: Timestamp) -> Result<Issued, StoreError> {
        Issued::load(&self.store, &self.key, now).await
    }

    /// Stores a credential; its record.
    async fn keep(&self, name: &str) -> IssuedRecord {
        let record = self.draw(name);
        self.store.insert_issued(record.clone()).await.unwrap();
        record
    }

    /// Stores a credential with a lease.
    async fn keep_leased(&self, name: &str, ends: Timestamp) {
        let record = IssuedRecord {
            expires_at: Some(ends),
            ..self.draw(name)
        };
        self.store.insert_issued(record).await.unwrap();
    }

    /// Stores an access key that stands with this credential, made at this moment.
    async fn keep_key(&self, name: &str, stands_with: &str, created_at: Timestamp) {
        let access_key = AccessKeyOf {
            under_environment: false,
            stands_with: Some(stands_with.to_owned()),
        };
        let record = IssuedRecord {
            created_at,
            access_key: Some(access_key.to_value()),
            ..self.draw(name)
        };
        self.store.insert_issued(record).await.unwrap();
    }

    /// A credential that is not stored yet.
    fn draw(&self, name: &str) -> IssuedRecord {
        let endpoint = Endpoint::parse("http://127.0.0.1:5001/invoke").unwrap();
        let app_id = AppId::parse(name).unwrap();
        let instance = InstanceId::parse("inst_0123456789ab").unwrap();
        let held = draw(app_id.clone(), Profile::Native, endpoint.clone(), &instance);
        IssuedRecord {
            name: name.to_owned(),
            app_id,
            profile: Profile::Native,
            kid: held.kid().cloned(),
            endpoint,
            grant: Grant::default(),
            state: CredentialState::Active,
            verified: false,
            expires_at: None,
            created_at: NOW,
            last_used: None,
            uses: 0,
            sealed_secrets: seal_secrets(&self.key, name, &held),
            life: None,
            sealed_previous: None,
            access_key: None,
        }
    }

    /// Puts other secrets into a record, sealed as this instance seals them.
    async fn put_form(&self, record: &IssuedRecord, form: &serde_json::Value) {
        let identity = format!("issued:{}", record.name);
        let sealed_secrets = row::seal(&self.key, identity.as_bytes(), form.to_string().as_bytes());
        let record = IssuedRecord {
            sealed_secrets,
            ..record.clone()
        };
        self.store.update_issued(record).await.unwrap();
    }
}

#[tokio::test]
async fn threat_05_an_instance_does_not_start_with_a_short_secret() {
    let place = Place::new();
    let record = place.keep("a").await;
    assert!(place.load(NOW).await.is_ok());
    let held = open_secrets(&place.key, &record).unwrap();
    let good = crate::protocol::CredentialForm::of(&held).expose_value();
    for short in ["", "c2hvcnQ", "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE"] {
        let mut form = good.clone();
        form["root"] = short.into();
        place.put_form(&record, &form).await;
        let length = short.len() * 3 / 4;
        match place.load(NOW).await {
            Ok(_) => assert_eq!(length, 32, "{length} bytes are not enough"),
            Err(error) => {
                assert!(length < 32);
                let told = error.to_string();
                assert!(told.contains("too short") && told.contains("\"a\""), "{told}");
                assert!(short.is_empty() || !told.contains(short));
            }
        }
    }
}

#[tokio::test]
async fn threat_49_secrets_in_the_place_of_others_are_noticed() {
    let place = Place::new();
    let (first, second) = (place.keep("a").await, place.keep("b").await);
    let swapped = IssuedRecord {
        sealed_secrets: second.sealed_secrets.clone(),
        ..first.clone()
    };
    place.store.update_issued(swapped).await.unwrap();
    assert!(place.load(NOW).await.is_err());
    // Its own older secrets, which open under its name, belong to another key id.
    let held = open_secrets(&place.key, &second).unwrap();
    let form = crate::protocol::CredentialForm::of(&held).expose_value();
    place.put_form(&first, &form).await;
    let error = place.load(NOW).await.err().unwrap();
    assert!(error.to_string().contains("another key id"), "{error}");
    // The secrets from before a rotation do not open as the present ones.
    let before = IssuedRecord {
        sealed_secrets: seal_previous(&place.key, "a", &open_secrets(&place.key, &first).unwrap()),
        ..first
    };
    place.store.update_issued(before).await.unwrap();
    assert!(place.load(NOW).await.is_err());
}

#[tokio::test]
async fn being_used_is_stored_with_the_next_flush() {
    let place = Place::new();
    let record = place.keep("a").await;
    let issued = place.load(NOW).await.unwrap();
    let life = Life::offered(Beginning {
        offer_ends: Some(NOW.plus_seconds(60)),
        ..Beginning::default()
    });
    let credential = issued.by_name("a").unwrap();
    let credential = issued.put(credential.living(life, NOW), NOW);
    assert_eq!(credential.refusal(NOW), None);
    assert_eq!(credential.refusal(NOW.plus_seconds(60)), Some("offer_expired"));
    credential.note_use(NOW);
    issued.heard_of(&credential, Event::Opened, NOW);
    issued.heard_of(&credential, Event::Used, NOW);
    issued.flush(&place.store, NOW).await.unwrap();

    let later = NOW.plus_seconds(61);
    let issued = place.load(later).await.unwrap();
    let credential = issued.by_name("a").unwrap();
    assert_eq!(credential.refusal(later), None, "it was used in time");
    assert_eq!(credential.record_at(later).state, CredentialState::Active);
    assert_eq!(credential.record_at(later).uses, record.uses + 1);
}

#[tokio::test]
async fn another_end_of_a_lease_holds_for_calls_in_flight_and_for_what_stands_with_it() {
    let place = Place::new();
    place.keep("a").await;
    let issued = place.load(NOW).await.unwrap();
    let before = issued.by_name("a").unwrap();
    let stands_with = AccessKeyOf {
        under_environment: false,
        stands_with: Some("a".to_owned()),
    };
    let record = IssuedRecord {
        name: "key-0123456789ab".to_owned(),
        access_key: Some(stands_with.to_value()),
        ..before.record.clone()
    };
    let key = issued.begin(record, Life::in_use(Beginning::default()), before.keys.clone());
    let later = NOW.plus_seconds(60);
    assert_eq!((before.loss(later), key.loss(later)), (None, None));

    let change = |ends| {
        let mut life = before.life.clone();
        life.apply(Event::LeaseChanged { ends }, NOW).unwrap();
        issued.put(before.granting(Grant::default(), life, NOW), NOW)
    };
    change(Some(later));
    let ended = Some("lease_ended");
    assert_eq!((before.loss(later), key.loss(later)), (ended, ended));
    assert_eq!(before.loss(NOW), None);
    let longer = change(None);
    assert_eq!((longer.loss(later), key.loss(later)), (None, None));
}

#[tokio::test]
async fn an_access_key_from_before_its_maker_by_a_clock_that_went_back_stands_with_it() {
    let place = Place::new();
    place.keep("a").await;
    let before = NOW.plus_seconds(-3600);
    place.keep_key("key-0123456789ab", "a", before).await;
    place.keep_key("key-ba9876543210", "nobody", before).await;
    for _ in 0..2 {
        let issued = place.load(NOW).await.unwrap();
        let key = issued.by_name("key-0123456789ab").unwrap();
        assert_eq!(key.refusal(NOW), None);
        let orphan = issued.by_name("key-ba9876543210").unwrap();
        assert_eq!(orphan.refusal(NOW), Some("credential_revoked"));
        issued.flush(&place.store, NOW).await.unwrap();
    }

    let issued = place.load(NOW).await.unwrap();
    let maker = issued.by_name("a").unwrap();
    let mut life = maker.life.clone();
    life.apply(Event::Suspend, NOW).unwrap();
    issued.put(maker.living(life, NOW), NOW);
    let key = issued.by_name("key-0123456789ab").unwrap();
    assert_eq!(key.refusal(NOW), Some("credential_suspended"));
}

#[tokio::test]
async fn a_lease_comes_back_with_the_clock_and_only_what_was_revoked_is_forgotten() {
    let place = Place::new();
    place.keep_leased("leased", NOW.plus_seconds(60 * DAY)).await;
    place.keep_key("key-0123456789ab", "leased", NOW).await;
    place.keep("gone").await;
    let issued = place.load(NOW).await.unwrap();
    let gone = issued.by_name("gone").unwrap();
    let mut life = gone.life.clone();
    life.apply(Event::Revoke, NOW).unwrap();
    issued.put(gone.living(life, NOW), NOW);
    gone.standing.is_unsaved.store(true, Ordering::Release);
    issued.flush(&place.store, NOW).await.unwrap();

    // The clock is wrong, by years: what is looked at then, and stored, changes nothing that it would not change back.
    let ahead = NOW.plus_seconds(2_000 * DAY);
    let issued = place.load(ahead).await.unwrap();
    let leased = issued.by_name("leased").unwrap();
    assert_eq!(leased.refusal(ahead), Some("lease_ended"));
    assert!(issued.by_name("gone").is_none());
    issued.flush(&place.store, ahead).await.unwrap();

    let issued = place.load(NOW).await.unwrap();
    for name in ["leased", "key-0123456789ab"] {
        let credential = issued.by_name(name).unwrap();
        assert_eq!(credential.refusal(NOW), None, "{name}");
    }
    assert!(issued.by_name("gone").is_none());
}

#[tokio::test]
async fn a_credential_and_the_keys_that_stand_with_it_have_half_of_all_places() {
    let place = Place::new();
    place.keep("maker").await;
    place.keep("other").await;
    place.keep_key("key", "maker", NOW).await;
    let issued = place.load(NOW).await.unwrap();
    let standing = |name| Arc::clone(&issued.by_name(name).unwrap().standing);
    let (maker, key, other) = (standing("maker"), standing("key"), standing("other"));
    let mut taken: Vec<_> = (0..MOST_CALLS / 2)
        .map(|_| maker.enter().expect("a place"))
        .collect();
    assert!(maker.enter().is_none() && key.enter().is_none());
    assert!(other.enter().is_some(), "others have theirs");
    taken.pop();
    assert!(key.enter().is_some());
}
