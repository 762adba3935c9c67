//! Who can call whom: the federation as this home knows it, as nodes and directed edges.

use super::leading::connections;
use super::{CredentialRow, Failure, InstanceRow, LogFilter, LogRow, Workspace};
use crate::model::{
    ConnectionStatus, CredentialState, Holder, InstanceKind, InstanceState, Profile, Side, Timestamp,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// How far back calls count as traffic, in seconds.
pub const TRAFFIC_WINDOW: i64 = 300;

/// How long one instance may take to list its connections.
const PATIENCE: Duration = Duration::from_secs(5);

/// The party that this home's console is. No instance can be called so.
const THIS_CONSOLE: &str = "this:console";

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// This home's console.
    Console,
    /// Somebody who calls an instance of ours, known by the name under which they call.
    Caller,
    /// An instance that this home hosts.
    Local,
    /// Someone else's, in this home.
    Remote,
    /// An endpoint that an instance of ours calls, and that is not in this home.
    Endpoint,
}

/// One party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Unique on the map.
    pub id: String,
    /// What it is called here.
    pub name: String,
    /// What it is.
    pub kind: PartyKind,
    /// An instance of this home: how it was when last looked at.
    pub state: Option<InstanceState>,
}

/// How a door between two parties stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DoorState {
    /// It opens.
    Active,
    /// It opens, and something is to be done about it.
    Due,
    /// A handshake is under way, or words are to be compared.
    Waiting,
    /// Nobody could be asked.
    Unknown,
    /// It opened when that could be told; one end does not answer now.
    Stale,
    /// It is refused until resumed, or its connection is switched off.
    Suspended,
    /// Something happened that should not, and it opens nothing.
    Frozen,
}

impl DoorState {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Due => "due",
            Self::Waiting => "waiting",
            Self::Suspended => "suspended",
            Self::Frozen => "frozen",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }
}

/// A federated connection on the calling instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gateway {
    /// Its id there.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether calls go through.
    pub open: bool,
}

/// A credential between two parties, seen from both of its ends where both are ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Door {
    /// Who calls: the id of a party.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// The credential's names in this home: held, issued.
    pub credentials: Vec<String>,
    /// The name under which is called.
    pub app_id: String,
    /// How it seals.
    pub profile: Profile,
    /// How it stands.
    pub state: DoorState,
    /// What to know of it, if anything.
    pub attention: Option<String>,
    /// Connections of the caller that relay through it.
    pub gateways: Vec<Gateway>,
    /// Calls so far, where that is counted.
    pub uses: Option<u64>,
    /// Calls of this home in the last five minutes, and how many of them failed.
    pub recent: (u64, u64),
}

/// The federation as this home knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FederationMap {
    /// The parties, those who only call first.
    pub parties: Vec<Party>,
    /// The doors between them.
    pub doors: Vec<Door>,
    /// Instances that could not be asked, and why.
    pub missing: Vec<String>,
}

/// What an instance of ours told of its connections: its name, and id, name, held credential and whether it is open.
pub type Gateways = Vec<(String, String, Gateway)>;

impl Workspace {
    /// The federation as this home knows it. An instance that cannot be asked is named; it holds nothing up.
    pub async fn federation_map(&self) -> Result<FederationMap, Failure> {
        let instances = self.instances().await?;
        let (credentials, mut missing) = self.credentials().await?;
        let (gateways, silent) = self.gateways().await?;
        missing.extend(silent);
        let recent = LogFilter {
            limit: 5_000,
            ..LogFilter::default()
        };
        let log = self.log(&recent).await?;
        let mut map = assemble(&instances, &credentials, &gateways, &log, Timestamp::now());
        map.missing = missing.iter().map(ToString::to_string).collect();
        map.missing.dedup();
        Ok(map)
    }

    /// The federated connections of every instance of ours.
    async fn gateways(&self) -> Result<(Gateways, Vec<Failure>), Failure> {
        let asked = self.local_records().await?.into_iter().map(|record| async {
            let name = record.name.to_string();
            let listing = async {
                let mut session = self.session_with(record).await?;
                let found = connections(&mut session).await;
                session.close().await;
                found
            };
            let found = match tokio::time::timeout(PATIENCE, listing).await {
                Ok(found) => found,
                Err(_) => Err(Failure::new(
                    crate::protocol::Code::DeadlineExceeded,
                    "its connections were not listed in time",
                    format!("look at the instance with `butterfly instance probe {name}`"),
                )),
            };
            (name, found)
        });
        let mut gateways = Gateways::new();
        let mut silent = Vec::new();
        for (name, found) in futures::future::join_all(asked).await {
            match found {
                Ok(found) => gateways.extend(found.into_iter().filter_map(|connection| {
                    let gateway = Gateway {
                        id: connection.id.to_string(),
                        open: connection.status == ConnectionStatus::Active,
                        name: connection.name,
                    };
                    Some((name.clone(), connection.held_credential?, gateway))
                })),
                Err(failure) => silent.push(failure.on(name)),
            }
        }
        Ok((gateways, silent))
    }
}

/// Puts the map together from what is known. Owners' own credentials are left out: every instance of ours has one.
pub fn assemble(
    instances: &[InstanceRow],
    credentials: &[CredentialRow],
    gateways: &Gateways,
    log: &[LogRow],
    now: Timestamp,
) -> FederationMap {
    let mut parties: BTreeMap<(PartyKind, String), Party> = instances
        .iter()
        .map(|row| {
            let kind = match row.kind {
                InstanceKind::Local => PartyKind::Local,
                InstanceKind::Remote => PartyKind::Remote,
            };
            let party = Party {
                id: row.name.to_string(),
                name: row.name.to_string(),
                kind,
                state: Some(row.state),
            };
            ((kind, party.id.clone()), party)
        })
        .collect();
    let mut doors: Vec<Door> = Vec::new();
    let shown = credentials.iter().filter(|row| is_shown(row, instances));
    let (held, issued): (Vec<_>, Vec<_>) = shown.partition(|row| row.side == Side::Held);
    for row in held {
        let (from, to) = (holder_of(row), called_by(row, instances));
        let mut door = door(row, from, to, instances, now);
        door.gateways = gateways_of(row, gateways);
        if door.state == DoorState::Active && door.gateways.iter().any(|gateway| !gateway.open) {
            door.state = DoorState::Suspended;
        }
        doors.push(door);
    }
    for row in issued {
        let other_end = doors.iter_mut().find(|door| {
            row.kid.is_some()
                && door.to == row.instance
                && credentials.iter().any(|held| {
                    held.side == Side::Held && held.kid == row.kid && door.credentials.contains(&held.name)
                })
        });
        match other_end {
            Some(door) => join(door, row, instances),
            None => doors.push(door(
                row,
                format!("app:{}", row.app_id),
                row.instance.clone(),
                instances,
                now,
            )),
        }
    }
    for door in &mut doors {
        door.recent = traffic(door, log, now);
        for id in [&door.from, &door.to] {
            add_party(&mut parties, id);
        }
    }
    doors.sort_by(|a, b| (&a.from, &a.to, &a.credentials).cmp(&(&b.from, &b.to, &b.credentials)));
    FederationMap {
        parties: parties.into_values().collect(),
        doors,
        missing: Vec::new(),
    }
}

/// What ended is no door any more, and an owner's own is every instance's.
fn is_shown(row: &CredentialRow, instances: &[InstanceRow]) -> bool {
    let has_ended = matches!(row.state, CredentialState::Revoked | CredentialState::Expired);
    let is_owner = row.grant.as_ref().is_some_and(|grant| grant.owner)
        || row.side == Side::Held
            && row.holder != Some(Holder::Instance)
            && instances
                .iter()
                .any(|instance| instance.kind == InstanceKind::Local && instance.credential == row.name);
    !has_ended && !is_owner
}

/// Who holds it: the console, or the instance that its name begins with.
fn holder_of(row: &CredentialRow) -> String {
    match (row.holder, row.name.split_once("/held/")) {
        (Some(Holder::Instance), Some((instance, _))) => instance.to_owned(),
        _ => THIS_CONSOLE.to_owned(),
    }
}

/// What a held one calls: an instance of this home, or else an endpoint.
fn called_by(row: &CredentialRow, instances: &[InstanceRow]) -> String {
    let is_known = instances
        .iter()
        .any(|instance| instance.name.as_str() == row.instance);
    if is_known {
        return row.instance.clone();
    }
    format!("at:{}", row.instance)
}

fn add_party(parties: &mut BTreeMap<(PartyKind, String), Party>, id: &str) {
    if parties.values().any(|party| party.id == id) {
        return;
    }
    let (kind, name) = match id.split_once(':') {
        _ if id == THIS_CONSOLE => (PartyKind::Console, "this console"),
        Some(("app", name)) => (PartyKind::Caller, name),
        Some((_, name)) => (PartyKind::Endpoint, name),
        None => (PartyKind::Endpoint, id),
    };
    let party = Party {
        id: id.to_owned(),
        name: name.to_owned(),
        kind,
        state: None,
    };
    parties.insert((kind, id.to_owned()), party);
}

fn door(row: &CredentialRow, from: String, to: String, instances: &[InstanceRow], now: Timestamp) -> Door {
    Door {
        state: state_of(row, [&from, &to], instances, now),
        from,
        to,
        credentials: vec![row.name.clone()],
        app_id: row.app_id.to_string(),
        profile: row.profile,
        attention: row.attention.clone(),
        gateways: Vec::new(),
        uses: row.uses,
        recent: (0, 0),
    }
}

/// The issued end of a door whose held end is ours as well: the worse state counts, and the better count of uses.
fn join(door: &mut Door, row: &CredentialRow, instances: &[InstanceRow]) {
    let theirs = state_of(row, [&door.from, &door.to], instances, Timestamp::now());
    door.state = door.state.max(theirs);
    door.credentials.push(row.name.clone());
    door.uses = door.uses.max(row.uses);
    if door.attention.is_none() {
        door.attention.clone_from(&row.attention);
    }
}

fn state_of(row: &CredentialRow, ends: [&str; 2], instances: &[InstanceRow], now: Timestamp) -> DoorState {
    if row.alarm.as_ref().is_some_and(|alarm| alarm.kind.freezes()) {
        return DoorState::Frozen;
    }
    match row.state {
        CredentialState::Suspended => return DoorState::Suspended,
        CredentialState::Requested | CredentialState::Offered | CredentialState::Delivered => {
            return DoorState::Waiting;
        }
        _ => {}
    }
    let end_is = |states: &[InstanceState]| {
        instances
            .iter()
            .any(|instance| ends.contains(&instance.name.as_str()) && states.contains(&instance.state))
    };
    if end_is(&[
        InstanceState::Unreachable,
        InstanceState::Refused,
        InstanceState::Stopped,
    ]) {
        return DoorState::Stale;
    }
    if end_is(&[InstanceState::Unknown]) {
        return DoorState::Unknown;
    }
    let is_due = row.rotation_due.is_some()
        || row
            .expires_at
            .is_some_and(|end| end <= now.plus_seconds(7 * 86_400));
    if is_due {
        return DoorState::Due;
    }
    if !row.verified && row.attention.is_some() {
        return DoorState::Waiting;
    }
    DoorState::Active
}

fn gateways_of(row: &CredentialRow, gateways: &Gateways) -> Vec<Gateway> {
    let Some((instance, name)) = row.name.split_once("/held/") else {
        return Vec::new();
    };
    gateways
        .iter()
        .filter(|(on, held, _)| on == instance && held == name)
        .map(|(.., gateway)| gateway.clone())
        .collect()
}

/// Calls in the log that went through this door.
fn traffic(door: &Door, log: &[LogRow], now: Timestamp) -> (u64, u64) {
    let since = now.plus_seconds(-TRAFFIC_WINDOW);
    let mut counts = (0, 0);
    for row in log.iter().take_while(|row| row.at >= since) {
        let through = row
            .credential
            .as_ref()
            .is_some_and(|name| door.credentials.contains(name));
        if through {
            counts.0 += 1;
            counts.1 += u64::from(row.status == "failed" || row.status == "error");
        }
    }
    counts
}
