//! Credentials in the vault, and what the handshake knows of each: every change of one goes through here, so that
//! state, life and secrets change together.

use super::{Failure, Workspace};
use crate::handshake::{Beginning, Event, Life, LifeError};
use crate::model::{CredentialState, Holder, Timestamp};
use crate::protocol::{Code, HeldCredential};
use crate::vault::HeldEntry;

/// What is known of the life of a credential in the vault.
pub(super) fn life_of(entry: &HeldEntry) -> Life {
    let mut life = entry.life.clone().unwrap_or_else(|| without_handshake(entry));
    // A use is counted beside the seal; what it means for the life is worked out when that is looked at.
    if let Some(at) = entry.last_used
        && !life.verify_first
        && life.generation() == 0
    {
        let _ = life.apply(Event::Used, at);
    }
    life
}

/// Of one that came without a handshake, or before there were lives.
fn without_handshake(entry: &HeldEntry) -> Life {
    let beginning = Beginning {
        holder: Some(Holder::Console),
        lease_ends: entry.expires_at,
        ..Beginning::default()
    };
    let mut life = match entry.state {
        CredentialState::Opened => Life::opened(beginning),
        _ => Life::in_use(beginning),
    };
    let now = Timestamp::now();
    if entry.verified {
        let _ = life.apply(Event::WordsMatch, now);
    }
    match entry.state {
        CredentialState::Suspended => drop(life.apply(Event::Suspend, now)),
        CredentialState::Revoked => drop(life.apply(Event::Revoke, now)),
        _ => {}
    }
    life
}

/// The credential, unless something happened after which it must not be used.
pub(super) fn usable(entry: HeldEntry) -> Result<HeldCredential, Failure> {
    let life = life_of(&entry);
    let Some(alarm) = life.alarm() else {
        return Ok(entry.form.into_held()?);
    };
    if life.is_frozen() {
        return Err(Failure::new(
            Code::CredentialFrozen,
            format!("the credential {} is frozen", entry.name),
            alarm.kind.advice(),
        ));
    }
    if alarm.kind.is_answered_by_words() && !life.is_verified() {
        return Err(Failure::new(
            Code::NotVerified,
            format!(
                "the credential {} is not used any more ({})",
                entry.name,
                alarm.kind.as_str().replace('_', " ")
            ),
            alarm.kind.advice(),
        ));
    }
    Ok(entry.form.into_held()?)
}

/// Whether a rotation was begun whose answer never came: its instance may have taken the fresh keys, and then refuses the
/// present one.
pub(super) fn is_between_keys(entry: &HeldEntry) -> bool {
    let generation = life_of(entry).generation();
    generation > 0 && entry.pending.as_ref().is_some_and(|(of, _)| *of > generation)
}

/// What to do about that.
pub(super) fn finish_rotation(name: &str) -> String {
    format!(
        "a rotation of it was begun and its answer never came: finish it with `butterfly credential rotate {name}`, which may \
         be said again; where that is refused, too, ask its instance's administrator for a new offer"
    )
}

/// What to do where an instance does not take a credential to have keys mixed into it. One that had taken fresh keys would
/// answer the older one as it did then.
pub(super) fn not_rotated() -> &'static str {
    "the instance has neither its present keys nor later ones: it was suspended, revoked or has expired there, the clocks \
     differ, or the instance was restored from an older backup; ask its administrator, and in the last case for a new offer"
}

impl Workspace {
    /// The credential of this name in the vault.
    pub(super) async fn held_entry(&self, name: &str) -> Result<HeldEntry, Failure> {
        let wanted = name.to_owned();
        let entry = self.in_vault(move |vault| vault.held_by_name(&wanted)).await?;
        entry.ok_or_else(|| gone(name))
    }

    /// Changes a credential and its life in one step. What the life refuses changes nothing.
    pub(super) async fn change_held<T: Send + 'static>(
        &self,
        name: &str,
        change: impl FnOnce(&mut HeldEntry, &mut Life) -> Result<T, LifeError> + Send + 'static,
    ) -> Result<T, Failure> {
        let wanted = name.to_owned();
        let outcome = self
            .in_vault(move |vault| {
                vault.change_held(&wanted, |entry| {
                    let mut life = life_of(entry);
                    let done = change(entry, &mut life)?;
                    entry.state = life.state_at(Timestamp::now());
                    entry.verified = life.is_verified();
                    entry.life = Some(life);
                    Ok(done)
                })
            })
            .await?;
        Ok(outcome.ok_or_else(|| gone(name))??)
    }

    /// Lets something happen to a credential in the vault; tells where it stands then.
    pub(super) async fn happen(&self, name: &str, event: Event) -> Result<CredentialState, Failure> {
        self.change_held(name, move |_, life| {
            let now = Timestamp::now();
            life.apply(event, now)?;
            Ok(life.state_at(now))
        })
        .await
    }
}

fn gone(name: &str) -> Failure {
    Failure::new(
        Code::CredentialNotFound,
        format!("there is no credential {name:?} in this vault"),
        "list the credentials with `butterfly credential list`",
    )
}
