//! After a bundle is open: people compare words, fresh keys are mixed in, or nothing of it stays.

use super::accept::offer_of;
use super::handshake::Standing;
use super::{Failure, HandshakeRow, Verified, Workspace};
use crate::handshake::{AlarmKind, Event};
use crate::model::{CredentialState, Delivery, InstanceKind, Side, Timestamp};
use crate::protocol::{CallContext, Code, Query};
use crate::vault::HandshakeEntry;
use serde::Deserialize;
use serde_json::json;

/// Seconds for looking at an instance.
const PATIENCE: i64 = 10;

/// A held credential of a handshake.
enum Part {
    /// In the vault.
    Here(String),
    /// On an instance of ours: its name, and the credential's there.
    There(String, String),
}

impl Workspace {
    /// People on this side compared the words. If they match: verified, and on the side that holds the
    /// credentials fresh keys are mixed in as soon as the other side allows it. May be called again while it waits.
    /// If they differ: nothing of it stays.
    pub async fn verify(&self, id: &str, words_match: bool) -> Result<Verified, Failure> {
        let standing = self.standing(id).await?;
        standing.row.has_words_to_compare()?;
        match (standing.row.side, words_match) {
            (Side::Issued, _) => self.confirm(standing, words_match).await,
            (Side::Held, true) => {
                let entry = opened(&standing)?;
                let is_about_tls = is_about_tls(&standing.row);
                for part in parts(entry) {
                    self.words_match(&part).await?;
                    if is_about_tls {
                        self.look_at_tls(&part).await?;
                    }
                }
                self.go_on(standing).await
            }
            (Side::Held, false) => self.refuse(standing).await,
        }
    }

    /// Tries to go on without a person: mixes keys if that waits only for the other side. Safe to call at any time.
    pub async fn advance(&self, id: &str) -> Result<Verified, Failure> {
        let standing = self.standing(id).await?;
        let can_go_on = standing.row.side == Side::Held
            && standing.row.verified
            && !standing.row.credentials.is_empty()
            && standing.row.state.is_usable();
        if can_go_on {
            return self.go_on(standing).await;
        }
        Ok(told(standing))
    }

    /// Ends a handshake that is not over: withdraws the offer, or forgets what came of it here.
    pub async fn cancel_handshake(&self, id: &str) -> Result<(), Failure> {
        let standing = self.standing(id).await?;
        if standing.is_in_use() {
            return Err(Failure::new(
                Code::WrongStep,
                "this handshake is over: its credentials are verified and in use",
                revoking(&standing.row),
            ));
        }
        let row = &standing.row;
        match (row.side, &row.instance) {
            (Side::Issued, Some(instance)) => match self.withdraw(instance, &row.id).await {
                Ok(()) => {}
                // With the instance its offers are gone.
                Err(failure) if failure.code == Code::InstanceNotFound => {}
                Err(failure) if failure.code == Code::OfferNotFound => {}
                Err(failure) => return Err(failure),
            },
            (Side::Issued, None) => {}
            (Side::Held, _) => {
                if let Some(entry) = &standing.entry {
                    self.discard(entry).await?;
                }
            }
        }
        let id = row.id.clone();
        self.in_vault(move |vault| vault.remove_handshake(&id)).await
    }

    async fn withdraw(&self, instance: &str, offer: &str) -> Result<(), Failure> {
        let mut session = self.session(instance).await?;
        let withdraw = Query::new("withdraw_offer", json!({"id": offer}));
        let withdrawn = session.result(&withdraw).await;
        session.close().await;
        withdrawn.map(drop)
    }

    /// What the people of the offering side say.
    async fn confirm(&self, standing: Standing, words_match: bool) -> Result<Verified, Failure> {
        let row = standing.row;
        let instance = row.instance.clone().unwrap_or_default();
        let mut session = self.session(&instance).await?;
        let query = Query::new("confirm_words", json!({"id": row.id, "match": words_match}));
        let said = session.result(&query).await;
        session.close().await;
        said?;
        if let Some(entry) = standing.entry {
            let ended = (!words_match).then(Timestamp::now);
            self.put_entry(HandshakeEntry {
                // People have what it was for.
                bundle: None,
                ended_at: ended,
                ..entry
            })
            .await?;
        }
        let now = self.standing(&row.id).await?;
        Ok(told(now))
    }

    async fn words_match(&self, part: &Part) -> Result<(), Failure> {
        match part {
            Part::Here(name) => self.happen(name, Event::WordsMatch).await.map(drop),
            Part::There(ours, name) => {
                let query = Query::new("verify_held_credential", json!({"name": name, "match": true}));
                self.ask_ours(ours, &query).await.map(drop)
            }
        }
    }

    /// Words that match do not bring a pinned key back: whether the instance shows one is looked at, and if not, the alarm
    /// stands as it did.
    async fn look_at_tls(&self, part: &Part) -> Result<(), Failure> {
        match part {
            Part::Here(name) => {
                let credential = self.held_entry(name).await?.form.into_held()?;
                let context = CallContext::begin(Timestamp::now(), PATIENCE);
                let looked = self
                    .client
                    .discover(&credential.endpoint, &credential.pins, &context)
                    .await;
                if let Err(error) = looked {
                    self.notice_tls(&error).await;
                }
                Ok(())
            }
            Part::There(ours, name) => {
                let query = Query::new("check_held_credential", json!({ "name": name }));
                self.ask_ours(ours, &query).await.map(drop)
            }
        }
    }

    /// Mixes keys into every credential of the handshake, as far as the other side allows it now. Whether it refused them
    /// is kept: whoever looks at the handshake later is to know that nothing comes of waiting.
    async fn go_on(&self, standing: Standing) -> Result<Verified, Failure> {
        let (id, was_refused) = match &standing.entry {
            Some(entry) => (entry.id.clone(), entry.refused),
            None => (standing.row.id.clone(), false),
        };
        let outcome = self.mix_keys(standing).await;
        let refused = matches!(&outcome, Err(failure) if failure.code == Code::PeerRefused);
        if refused != was_refused
            && let Err(failure) = self.note_refusal(id, refused).await
        {
            tracing::warn!(%failure, "whether a handshake was refused could not be kept");
        }
        outcome
    }

    async fn note_refusal(&self, id: String, refused: bool) -> Result<(), Failure> {
        self.in_vault(move |vault| {
            let entries = vault.handshakes()?;
            match entries.into_iter().find(|entry| entry.id == id) {
                Some(entry) => vault.put_handshake(&HandshakeEntry { refused, ..entry }),
                None => Ok(()),
            }
        })
        .await
    }

    async fn mix_keys(&self, standing: Standing) -> Result<Verified, Failure> {
        let entry = opened(&standing)?;
        let mut waiting = false;
        let (mut resealed, mut called_with) = (0, None);
        let parts = parts(entry);
        // Then nobody else should have the others of the offer.
        let is_alone = parts.len() == 1;
        for part in parts {
            match &part {
                Part::Here(name) => {
                    let mixed = self.activate(name, is_alone).await?;
                    waiting |= mixed.is_waiting;
                    if mixed.old_kid.is_some() {
                        resealed += self.reseal_quietly(name, mixed.old_kid).await;
                    }
                    if self.supersede_plain(name).await? {
                        called_with = Some(name.clone());
                    }
                }
                Part::There(ours, name) => waiting |= self.activate_there(ours, name).await?,
            }
        }
        let now = self.standing(&standing.row.id).await?;
        if is_about_tls(&now.row) {
            return Err(Failure::new(
                Code::NotVerified,
                format!(
                    "the words settle nothing while {} shows another TLS key than the pinned ones",
                    now.row.peer
                ),
                AlarmKind::TlsKeyChanged.advice(),
            ));
        }
        let told = told(now);
        Ok(Verified {
            waiting,
            resealed,
            called_with,
            ..told
        })
    }

    /// Says whether it waits for the other side.
    async fn activate_there(&self, ours: &str, name: &str) -> Result<bool, Failure> {
        #[derive(Deserialize)]
        struct Activated {
            #[serde(default)]
            warning: Option<String>,
        }
        let query = Query::new("activate_held_credential", json!({ "name": name }));
        match self.ask_ours(ours, &query).await {
            Ok(result) => {
                let activated: Option<Activated> = serde_json::from_value(result).ok();
                if let Some(warning) = activated.and_then(|activated| activated.warning) {
                    tracing::info!(%warning, credential = %name, "a credential was activated with a warning");
                }
                Ok(false)
            }
            Err(failure) if failure.code == Code::NotVerified => Ok(true),
            // Plain values and legacy credentials have no activation.
            Err(failure) if failure.code == Code::WrongStep => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Circuits of the old key were answered until a moment ago; what cannot be sealed anew now is found later.
    async fn reseal_quietly(&self, name: &str, old_kid: Option<crate::model::KeyId>) -> u64 {
        match self.reseal(name, old_kid).await {
            Ok(done) => done.len() as u64,
            Err(failure) => {
                tracing::warn!(%failure, credential = %name, "not every circuit was sealed anew");
                0
            }
        }
    }

    /// Somebody was in between: nothing stays but the fact.
    async fn refuse(&self, standing: Standing) -> Result<Verified, Failure> {
        let entry = opened(&standing)?.clone();
        self.discard(&entry).await?;
        let id = entry.id.clone();
        self.put_entry(HandshakeEntry {
            request: None,
            request_key: None,
            bundle: None,
            ended_at: Some(Timestamp::now()),
            ..entry
        })
        .await?;
        tracing::warn!(handshake = %id, "{}", AlarmKind::WordsDiffer.advice());
        Ok(Verified {
            id,
            state: CredentialState::Revoked,
            verified: false,
            waiting: false,
            activates: false,
            credentials: Vec::new(),
            resealed: 0,
            called_with: None,
        })
    }

    /// Forgets what a handshake brought: credentials here and there, and the instance that came with them.
    async fn discard(&self, entry: &HandshakeEntry) -> Result<(), Failure> {
        for part in parts(entry) {
            match part {
                Part::There(ours, name) => self.uninstall(&ours, &name).await,
                Part::Here(name) => {
                    self.in_vault(move |vault| vault.remove_held(&name)).await?;
                }
            }
        }
        let Some(remote) = entry.remote.clone() else {
            return Ok(());
        };
        self.in_vault(move |vault| {
            let Some(record) = vault.instance(&remote)? else {
                return Ok(());
            };
            let held = vault.held()?;
            let is_called = held.iter().any(|held| held.name == record.credential);
            if record.kind == InstanceKind::Local || is_called {
                return Ok(());
            }
            let other = held
                .iter()
                .find(|held| held.instance == remote && held.form.endpoint == record.endpoint);
            match other {
                Some(other) => {
                    let profile = match other.form.kid {
                        Some(_) => crate::model::Profile::Native,
                        None => crate::model::Profile::Legacy,
                    };
                    vault.set_credential(&record.name, &other.name, &other.form.app_id, profile)
                }
                None => vault.remove_instance(&remote),
            }
        })
        .await
    }

    async fn put_entry(&self, entry: HandshakeEntry) -> Result<(), Failure> {
        self.in_vault(move |vault| vault.put_handshake(&entry)).await
    }

    /// Asks an instance of ours, and wants a result.
    pub(super) async fn ask_ours(&self, ours: &str, query: &Query) -> Result<serde_json::Value, Failure> {
        let mut session = self.session(ours).await?;
        let result = session.result(query).await;
        session.close().await;
        result
    }
}

impl HandshakeRow {
    /// The offer's id on the side that made it, where that can be told: an answered request has one of its own there.
    pub fn offer_there(&self) -> Option<&str> {
        match (self.side, self.delivery) {
            (Side::Held, Delivery::Request) => None,
            (Side::Held, _) => Some(offer_of(&self.id)),
            (Side::Issued, _) => Some(&self.id),
        }
    }

    /// Refuses where there never are words: whoever said something of them would have compared nothing.
    pub fn has_words_to_compare(&self) -> Result<(), Failure> {
        if self.delivery != Delivery::Plain {
            return Ok(());
        }
        Err(Failure::new(
            Code::WrongStep,
            format!(
                "{} was handed over as plain values, which have no words to compare",
                self.id
            ),
            format!(
                "there is nothing to verify; if somebody else may have seen the values, {}",
                revoking(self)
            ),
        ))
    }
}

/// How the credentials of a handshake that is in use end.
fn revoking(row: &HandshakeRow) -> String {
    let commands = row
        .credentials
        .iter()
        .map(|name| format!("`butterfly credential revoke {name}`"));
    format!("revoke them with {}", Vec::from_iter(commands).join(" and "))
}

/// What is kept of a handshake in which a bundle was opened.
fn opened(standing: &Standing) -> Result<&HandshakeEntry, Failure> {
    let waits = || {
        Failure::new(
            Code::WrongStep,
            "nothing came yet whose words could be compared",
            "accept what the other administrator sends first",
        )
    };
    let entry = standing.entry.as_ref().ok_or_else(waits)?;
    if entry.ended_at.is_some() {
        return Err(Failure::new(
            Code::WrongStep,
            "this handshake is over, and nothing of it is here any more",
            "ask the other administrator for a new offer",
        ));
    }
    if entry.credentials.is_empty() {
        return Err(waits());
    }
    Ok(entry)
}

fn is_about_tls(row: &HandshakeRow) -> bool {
    row.alarm
        .as_ref()
        .is_some_and(|alarm| alarm.kind == AlarmKind::TlsKeyChanged)
}

fn parts(entry: &HandshakeEntry) -> Vec<Part> {
    entry
        .credentials
        .iter()
        .map(|name| match name.split_once("/held/") {
            Some((ours, held)) => Part::There(ours.to_owned(), held.to_owned()),
            None => Part::Here(name.clone()),
        })
        .collect()
}

/// Where a handshake stands, for whoever moved it.
fn told(standing: Standing) -> Verified {
    let row = standing.row;
    // Where no keys are mixed, what the other side says changes nothing here.
    let is_waiting = row.activates
        && row.verified
        && matches!(
            row.state,
            CredentialState::Offered
                | CredentialState::Delivered
                | CredentialState::Opened
                | CredentialState::Verified
        );
    Verified {
        id: row.id,
        state: row.state,
        verified: row.verified,
        waiting: is_waiting,
        activates: row.activates,
        credentials: standing.states,
        resealed: 0,
        called_with: None,
    }
}
