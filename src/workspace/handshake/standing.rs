//! Where every handshake stands: what the vault keeps of it, joined with what instances of ours tell now.

use super::next::next;
use crate::handshake::Alarm;
use crate::model::{CredentialState, Delivery, Profile, Side, Timestamp};
use crate::protocol::Code;
use crate::vault::HandshakeEntry;
use crate::workspace::{CredentialRow, Failure, HandshakeRow, Workspace};
use serde::Deserialize;
use std::collections::HashMap;

/// An offer, as its instance lists it.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::workspace) struct Offered {
    pub(in crate::workspace) id: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    credentials: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    verify_first: bool,
    #[serde(default)]
    alarm: Option<Alarm>,
    #[serde(default)]
    delivery: Option<Delivery>,
    #[serde(default)]
    code_ends: Option<Timestamp>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

/// A handshake, and what there is to go on with.
pub(in crate::workspace) struct Standing {
    pub(in crate::workspace) row: HandshakeRow,
    pub(in crate::workspace) entry: Option<HandshakeEntry>,
    /// Where each of its credentials stands, as far as that can be told.
    pub(in crate::workspace) states: Vec<(String, CredentialState)>,
    is_over: bool,
}

impl Standing {
    /// Whether it ended as handshakes should: cancelling is for the others.
    pub(in crate::workspace) fn is_in_use(&self) -> bool {
        self.is_over && self.row.state.is_usable()
    }
}

impl Workspace {
    /// Every handshake that began here or on an instance of ours and is not over, newest first; with `all`, those
    /// that are over too.
    pub async fn handshakes(&self, all: bool) -> Result<(Vec<HandshakeRow>, Vec<Failure>), Failure> {
        let (standings, failures) = self.standings().await?;
        let rows = standings
            .into_iter()
            .filter(|standing| all || !standing.is_over)
            .map(|standing| standing.row)
            .collect();
        Ok((rows, failures))
    }

    /// One handshake, by its id, the remote's name, or a credential's name.
    pub async fn handshake(&self, id: &str) -> Result<HandshakeRow, Failure> {
        Ok(self.standing(id).await?.row)
    }

    /// The same with what is kept of it. Where a name fits several that are not over, none of them is taken: what is said
    /// of the words of one must not go to another. Of those that are over it is the newest.
    pub(in crate::workspace) async fn standing(&self, id: &str) -> Result<Standing, Failure> {
        let (standings, failures) = self.standings().await?;
        let fits = |standing: &Standing| {
            let remote = standing.entry.as_ref().and_then(|entry| entry.remote.as_deref());
            remote == Some(id)
                || standing.row.peer == id
                || standing.row.credentials.iter().any(|name| name == id)
        };
        let by_id = standings.iter().position(|standing| standing.row.id == id);
        let running: Vec<usize> = (0..standings.len())
            .filter(|at| fits(&standings[*at]) && !standings[*at].is_over)
            .collect();
        if by_id.is_none() && running.len() > 1 {
            return Err(several(id, running.iter().map(|at| &standings[*at].row)));
        }
        let at = by_id
            .or(running.first().copied())
            .or_else(|| standings.iter().position(fits));
        let Some(at) = at else {
            let mut remedy = "list the handshakes with `butterfly handshake status`".to_owned();
            if let Some(failure) = failures.first() {
                remedy = format!("{remedy}; not every instance could be asked: {failure}");
            }
            let shown: String = id.chars().take(120).collect();
            return Err(Failure::new(
                Code::HandshakeNotFound,
                format!("there is no handshake {shown:?}"),
                remedy,
            ));
        };
        let mut standings = standings;
        Ok(standings.swap_remove(at))
    }

    async fn standings(&self) -> Result<(Vec<Standing>, Vec<Failure>), Failure> {
        let entries = self.in_vault(|vault| vault.handshakes()).await?;
        let survey = self.survey(true).await?;
        let known: HashMap<&str, &CredentialRow> =
            survey.rows.iter().map(|row| (row.name.as_str(), row)).collect();
        let now = Timestamp::now();
        let mut standings = Vec::new();
        let mut ours: HashMap<String, HandshakeEntry> = HashMap::new();
        for entry in entries {
            match entry.side {
                Side::Held => {
                    let silent = survey.is_silent(entry.instance.as_deref());
                    let gone = survey.is_gone(entry.instance.as_deref());
                    standings.push(held(entry, &known, silent, gone, now));
                }
                Side::Issued => drop(ours.insert(entry.id.clone(), entry)),
            }
        }
        for (instance, offered) in &survey.offers {
            let entry = match ours.remove(&offered.id) {
                Some(entry) => Some(self.without_bundle(entry, offered).await?),
                None => None,
            };
            standings.push(issued(offered, instance, entry, &known));
        }
        standings.extend(ours.into_values().map(|entry| {
            let silent = survey.is_silent(entry.instance.as_deref());
            unheard(entry, silent, now)
        }));
        standings.sort_by(|one, other| {
            let begun = other.row.created_at.cmp(&one.row.created_at);
            begun.then_with(|| one.row.id.cmp(&other.row.id))
        });
        Ok((standings, survey.failures))
    }
}

/// That a name fits several handshakes, which those are, and that one is named by its id.
fn several<'a>(name: &str, rows: impl Iterator<Item = &'a HandshakeRow>) -> Failure {
    let candidates: Vec<String> = rows
        .map(|row| {
            let whose = match row.side {
                Side::Issued => "which we offer to",
                Side::Held => "which we accept from",
            };
            format!("{} ({whose} {}, {})", row.id, row.peer, row.state)
        })
        .collect();
    let shown: String = name.chars().take(120).collect();
    Failure::new(
        Code::InvalidParameter,
        format!("{shown:?} fits several handshakes: {}", candidates.join("; ")),
        "name the one that is meant by its id; `butterfly handshake status` shows all of them",
    )
}

impl Workspace {
    /// A bundle is kept for as long as a new code for it may be wanted, and not a look longer.
    async fn without_bundle(
        &self,
        entry: HandshakeEntry,
        offered: &Offered,
    ) -> Result<HandshakeEntry, Failure> {
        let is_waiting = CredentialState::parse(&offered.state) == Some(CredentialState::Offered);
        if entry.bundle.is_none() || is_waiting {
            return Ok(entry);
        }
        let kept = HandshakeEntry {
            bundle: None,
            ..entry
        };
        let stored = kept.clone();
        self.in_vault(move |vault| vault.put_handshake(&stored)).await?;
        Ok(kept)
    }
}

/// On the side that accepts.
fn held(
    entry: HandshakeEntry,
    known: &HashMap<&str, &CredentialRow>,
    is_silent: bool,
    is_gone: bool,
    now: Timestamp,
) -> Standing {
    let rows: Vec<&CredentialRow> = entry
        .credentials
        .iter()
        .filter_map(|name| known.get(name.as_str()).copied())
        .collect();
    let has_ended = entry.ended_at.is_some();
    let state = if has_ended {
        CredentialState::Revoked
    } else if entry.credentials.is_empty() {
        match entry.expires_at {
            // The instance that it was asked for is not there any more.
            _ if is_gone => CredentialState::Revoked,
            Some(ends) if ends <= now => CredentialState::Expired,
            _ => CredentialState::Requested,
        }
    } else {
        let least = rows.iter().map(|row| row.state).min_by_key(|state| place(*state));
        // What is gone was revoked; what cannot be asked may stand anywhere.
        least.unwrap_or(if is_silent {
            CredentialState::Opened
        } else {
            CredentialState::Revoked
        })
    };
    let verified = !rows.is_empty() && rows.iter().all(|row| row.verified);
    let can_mix = can_mix(entry.delivery, &rows);
    let is_mixed = !can_mix || rows.iter().all(|row| row.generation > 0);
    let row = HandshakeRow {
        id: entry.id.clone(),
        side: Side::Held,
        delivery: entry.delivery,
        peer: entry.peer.clone(),
        instance: entry.instance.clone(),
        credentials: entry.credentials.clone(),
        words: entry.words.clone(),
        state,
        verified,
        verify_first: entry.verify_first,
        activates: can_mix,
        alarm: rows.iter().find_map(|row| row.alarm.clone()),
        next: String::new(),
        created_at: entry.created_at,
        expires_at: entry.expires_at,
    };
    finished(row, Some(entry), &rows, is_mixed, None)
}

/// On the side that offers.
fn issued(
    offered: &Offered,
    instance: &str,
    entry: Option<HandshakeEntry>,
    known: &HashMap<&str, &CredentialRow>,
) -> Standing {
    let names: Vec<String> = offered
        .credentials
        .iter()
        .map(|name| format!("{name}@{instance}"))
        .collect();
    let rows: Vec<&CredentialRow> = names
        .iter()
        .filter_map(|name| known.get(name.as_str()).copied())
        .collect();
    let state = match CredentialState::parse(&offered.state) {
        Some(state) => state,
        // Withdrawn, or refused by people's words.
        None => CredentialState::Revoked,
    };
    // What the other side did not take is revoked: nobody compares words for it, or mixes keys into it.
    let standing: Vec<&&CredentialRow> = rows.iter().filter(|row| row.state.is_usable()).collect();
    let all_verified = !standing.is_empty() && standing.iter().all(|row| row.verified);
    let words = offered.words.clone().try_into().ok();
    let delivery = offered
        .delivery
        .or_else(|| entry.as_ref().map(|entry| entry.delivery))
        .unwrap_or(Delivery::Passphrase);
    let can_mix = can_mix(delivery, &rows);
    let row = HandshakeRow {
        id: offered.id.clone(),
        side: Side::Issued,
        delivery,
        peer: offered.label.clone(),
        instance: Some(instance.to_owned()),
        credentials: names,
        words: words
            .or_else(|| entry.as_ref().and_then(|entry| entry.words.clone()))
            .filter(|_| delivery != Delivery::Plain),
        state,
        verified: offered.verified || all_verified,
        verify_first: offered.verify_first || entry.as_ref().is_some_and(|entry| entry.verify_first),
        activates: can_mix,
        alarm: offered
            .alarm
            .clone()
            .or_else(|| rows.iter().find_map(|row| row.alarm.clone())),
        next: String::new(),
        created_at: offered.created_at,
        expires_at: Some(offered.code_ends.unwrap_or(offered.expires_at)),
    };
    let is_mixed = !can_mix || standing.iter().all(|row| row.generation > 0);
    finished(row, entry, &rows, is_mixed, offered.code_ends)
}

/// An offer that no instance tells of: over where its instance is not there any more, or knows nothing of it; as it was when
/// it was made where the instance could not be asked.
fn unheard(entry: HandshakeEntry, is_silent: bool, now: Timestamp) -> Standing {
    let state = match (entry.ended_at, entry.expires_at) {
        (Some(_), _) => CredentialState::Revoked,
        _ if !is_silent => CredentialState::Revoked,
        (None, Some(ends)) if ends <= now => CredentialState::Expired,
        _ => CredentialState::Offered,
    };
    let row = HandshakeRow {
        id: entry.id.clone(),
        side: Side::Issued,
        delivery: entry.delivery,
        peer: entry.peer.clone(),
        instance: entry.instance.clone(),
        credentials: entry.credentials.clone(),
        words: entry.words.clone().filter(|_| entry.delivery != Delivery::Plain),
        state,
        verified: false,
        verify_first: entry.verify_first,
        activates: can_mix(entry.delivery, &[]),
        alarm: None,
        next: String::new(),
        created_at: entry.created_at,
        expires_at: entry.expires_at,
    };
    let code_ends = entry.expires_at.filter(|_| entry.delivery == Delivery::Code);
    finished(row, Some(entry), &[], false, code_ends)
}

fn finished(
    mut row: HandshakeRow,
    entry: Option<HandshakeEntry>,
    rows: &[&CredentialRow],
    is_mixed: bool,
    code_ends: Option<Timestamp>,
) -> Standing {
    let is_done = match row.state {
        CredentialState::Revoked | CredentialState::Expired => true,
        CredentialState::Active | CredentialState::Rotating => {
            row.alarm.is_none() && is_mixed && (row.verified || row.delivery == Delivery::Plain)
        }
        _ => false,
    };
    let is_refused = entry.as_ref().is_some_and(|entry| entry.refused);
    row.next = next(&row, is_mixed, is_refused, code_ends);
    Standing {
        row,
        entry,
        states: rows.iter().map(|row| (row.name.clone(), row.state)).collect(),
        is_over: is_done,
    }
}

/// Whether fresh keys are to be mixed in; of credentials that nobody tells of it is taken for granted.
fn can_mix(delivery: Delivery, rows: &[&CredentialRow]) -> bool {
    delivery != Delivery::Plain && (rows.is_empty() || rows.iter().any(|row| row.profile == Profile::Native))
}

/// How far along a state is.
fn place(state: CredentialState) -> usize {
    CredentialState::ALL
        .iter()
        .position(|candidate| *candidate == state)
        .unwrap_or_default()
}
