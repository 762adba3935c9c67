//! Credentials as rows of a list, with what an administrator should know of each: the worst first.

use super::CredentialRow;
use super::held::{self, life_of};
use super::held_there::{HeldThere, PeerThere, came_with_words, held_name};
use crate::handshake::Alarm;
use crate::model::{
    AppId, CredentialState, Delivery, Endpoint, Grant, Holder, KeyId, Profile, Side, Timestamp,
};
use crate::protocol::HeldKeys;
use crate::vault::{HeldEntry, HeldRole, InstanceRecord};
use serde::Deserialize;

/// How long before its end a lease deserves attention, in seconds.
const SOON: i64 = 7 * 86_400;
/// How long a credential may go unused before that deserves attention, in seconds.
const IDLE: i64 = 86_400;
/// After how long the keys of a native credential are to be rotated, in seconds.
const KEY_LIFE: i64 = 90 * 86_400;

/// An issued credential, as its instance lists it.
#[derive(Deserialize)]
pub(super) struct Issued {
    name: String,
    app_id: AppId,
    profile: Profile,
    #[serde(default)]
    kid: Option<KeyId>,
    state: CredentialState,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    verify_first: bool,
    #[serde(default)]
    grant: Option<Grant>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    created_at: Option<Timestamp>,
    #[serde(default)]
    last_used: Option<Timestamp>,
    #[serde(default)]
    uses: Option<u64>,
    #[serde(default)]
    holder: Option<Holder>,
    #[serde(default)]
    delivery: Option<Delivery>,
    #[serde(default)]
    generation: u32,
    #[serde(default)]
    rotation_due: Option<Timestamp>,
    #[serde(default)]
    overlap_until: Option<Timestamp>,
    #[serde(default)]
    alarm: Option<Alarm>,
    #[serde(default)]
    ended_at: Option<Timestamp>,
}

/// What a row's attention depends on beside the row itself.
struct Look {
    is_weak: bool,
    /// Words could have been compared, and should.
    wants_words: bool,
    /// It opens nothing before it is activated.
    verify_first: bool,
    /// Somebody else holds it, so that its silence means something.
    may_idle: bool,
    /// Why nothing goes through for now.
    away: Option<String>,
    /// A rotation was begun, and its answer never came.
    is_between_keys: bool,
}

pub(super) fn row_of_entry(entry: HeldEntry, now: Timestamp) -> CredentialRow {
    let life = life_of(&entry);
    let held = entry.form.clone().into_held().ok();
    let is_weak = held.as_ref().is_some_and(|held| match &held.keys {
        HeldKeys::Legacy { token_secret, .. } => token_secret.is_weak(),
        HeldKeys::Native { .. } => false,
    });
    let is_caller = entry.role == HeldRole::Caller;
    let look = Look {
        is_weak,
        wants_words: is_caller && came_with_words(life.delivery),
        verify_first: life.verify_first,
        may_idle: false,
        away: None,
        is_between_keys: held::is_between_keys(&entry),
    };
    let row = CredentialRow {
        side: Side::Held,
        holder: Some(Holder::Console),
        profile: held.map_or(Profile::Native, |held| held.profile()),
        app_id: entry.form.app_id.clone(),
        kid: entry.form.kid.clone().map(String::from),
        state: state_at(life.state_at(now), entry.expires_at, now),
        verified: life.is_verified(),
        expires_at: entry.expires_at,
        last_used: entry.last_used,
        uses: Some(entry.uses),
        grant: entry.grant,
        attention: None,
        delivery: life.delivery,
        generation: life.generation(),
        rotation_due: life.rotation_due(),
        overlap_until: life.overlap(now).map(|overlap| overlap.until),
        alarm: life.alarm().cloned(),
        created_at: Some(entry.created_at),
        ended_at: life.ended_at(),
        instance: entry.instance,
        name: entry.name,
    };
    attended(row, &look, now)
}

pub(super) fn row_of_issued(issued: Issued, instance: &str, now: Timestamp) -> CredentialRow {
    let look = Look {
        is_weak: false,
        wants_words: came_with_words(issued.delivery),
        verify_first: issued.verify_first,
        may_idle: true,
        away: None,
        is_between_keys: false,
    };
    let row = CredentialRow {
        name: format!("{}@{instance}", issued.name),
        side: Side::Issued,
        holder: issued.holder,
        instance: instance.to_owned(),
        profile: issued.profile,
        app_id: issued.app_id,
        kid: issued.kid.map(String::from),
        state: state_at(issued.state, issued.expires_at, now),
        verified: issued.verified,
        expires_at: issued.expires_at,
        last_used: issued.last_used,
        uses: issued.uses,
        grant: issued.grant,
        attention: None,
        delivery: issued.delivery,
        generation: issued.generation,
        rotation_due: issued.rotation_due,
        overlap_until: issued.overlap_until,
        alarm: issued.alarm,
        created_at: issued.created_at,
        ended_at: issued.ended_at,
    };
    attended(row, &look, now)
}

pub(super) fn row_of_held_there(
    held: HeldThere,
    holder: &str,
    records: &[InstanceRecord],
    now: Timestamp,
) -> CredentialRow {
    let look = Look {
        is_weak: false,
        wants_words: came_with_words(held.delivery),
        verify_first: held.verify_first,
        may_idle: held.uses.is_some(),
        away: held.peer.as_ref().and_then(PeerThere::attention),
        is_between_keys: held.activation_pending && held.generation > 0,
    };
    let state = held.state.unwrap_or(CredentialState::Active);
    let row = CredentialRow {
        name: held_name(holder, &held.name),
        side: Side::Held,
        holder: Some(Holder::Instance),
        instance: name_of_place(&held.endpoint, records),
        profile: held.profile,
        app_id: held.app_id,
        kid: held.kid.map(String::from),
        state: state_at(state, held.expires_at, now),
        verified: held.verified,
        expires_at: held.expires_at,
        last_used: held.last_used,
        uses: held.uses,
        grant: held.grant,
        attention: None,
        delivery: held.delivery,
        generation: held.generation,
        rotation_due: held.rotation_due,
        overlap_until: held.overlap_until,
        alarm: held.alarm,
        created_at: held.created_at,
        ended_at: held.ended_at,
    };
    attended(row, &look, now)
}

/// The row with what its administrator should know, the worst of it.
fn attended(row: CredentialRow, look: &Look, now: Timestamp) -> CredentialRow {
    let attention = alarm(&row)
        .or_else(|| weak(look))
        .or_else(|| ended(&row, now))
        .or_else(|| between_keys(&row, look))
        .or_else(|| look.away.clone())
        .or_else(|| words(&row, look))
        .or_else(|| lease(&row, now))
        .or_else(|| rotation(&row, now))
        .or_else(|| overlap(&row))
        .or_else(|| idle(&row, look, now));
    CredentialRow { attention, ..row }
}

fn alarm(row: &CredentialRow) -> Option<String> {
    row.alarm
        .as_ref()
        .filter(|_| row.state != CredentialState::Revoked)
        .map(|alarm| alarm.kind.advice().to_owned())
}

fn between_keys(row: &CredentialRow, look: &Look) -> Option<String> {
    let is_open = look.is_between_keys && row.state.is_usable();
    is_open.then(|| held::finish_rotation(&row.name))
}

fn weak(look: &Look) -> Option<String> {
    look.is_weak.then(|| {
        "its token secret is short or the documented development default: anybody could guess it".to_owned()
    })
}

fn ended(row: &CredentialRow, now: Timestamp) -> Option<String> {
    let end = row.expires_at.filter(|end| *end <= now)?;
    (row.state != CredentialState::Revoked).then(|| format!("its lease ended on {end:.10}"))
}

fn words(row: &CredentialRow, look: &Look) -> Option<String> {
    if !look.wants_words || row.verified || !row.state.is_usable() {
        return None;
    }
    let is_used = row.uses.is_some_and(|uses| uses > 0);
    Some(if look.verify_first && row.generation == 0 {
        "nobody compared the words yet; it opens nothing before that".to_owned()
    } else if is_used {
        "it is in use, but nobody compared the words yet".to_owned()
    } else {
        "nobody compared the words yet".to_owned()
    })
}

fn lease(row: &CredentialRow, now: Timestamp) -> Option<String> {
    let end = row.expires_at?;
    let is_near = end <= now.plus_seconds(SOON) && row.state.is_usable();
    is_near.then(|| format!("its lease ends on {end:.10}"))
}

fn rotation(row: &CredentialRow, now: Timestamp) -> Option<String> {
    if !row.state.is_usable() {
        return None;
    }
    if let Some(due) = row.rotation_due {
        return Some(format!("its keys are to be rotated by {due:.16}"));
    }
    let has_keys_that_age = row.profile == Profile::Native && row.generation > 0;
    let is_old = row
        .created_at
        .is_some_and(|made| made.plus_seconds(KEY_LIFE * i64::from(row.generation.max(1))) < now);
    (has_keys_that_age && is_old).then(|| "its keys are 90 days old: rotate them".to_owned())
}

fn overlap(row: &CredentialRow) -> Option<String> {
    let until = row.overlap_until?;
    Some(format!("its older key is answered until {until:.16}"))
}

fn idle(row: &CredentialRow, look: &Look, now: Timestamp) -> Option<String> {
    let is_idle = look.may_idle
        && row.state.is_usable()
        && row.last_used.is_none()
        && row
            .created_at
            .is_some_and(|created| created.plus_seconds(IDLE) < now);
    is_idle.then(|| "it was never used".to_owned())
}

/// What this home calls a place; its authority where it has no name for it.
fn name_of_place(endpoint: &Endpoint, records: &[InstanceRecord]) -> String {
    records
        .iter()
        .find(|record| record.endpoint == *endpoint)
        .map_or_else(|| endpoint.authority(), |record| record.name.to_string())
}

fn state_at(state: CredentialState, expires_at: Option<Timestamp>, now: Timestamp) -> CredentialState {
    if state.is_usable() && expires_at.is_some_and(|end| end <= now) {
        return CredentialState::Expired;
    }
    state
}
