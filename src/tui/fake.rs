//! A console on made-up data with a held clock: what tests of `update` and `view` begin with.

use super::clock::Clock;
use super::effect::Effect;
use super::message::Message;
use super::pointer;
use super::state::{Look, Pace, State};
use super::theme::{Catalog, Depth, UNICODE};
use super::update::{Start, start, update};
use crate::command::Key;
use crate::handshake::{Alarm, AlarmKind};
use crate::instance::{Event, Origin, Reading, Weight};
use crate::model::{
    AppId, Connection, ConnectionId, ConnectionStatus, CredentialState, Delivery, DomainId, Endpoint,
    Federated, Grant, Holder, InstanceId, InstanceKind, InstanceName, InstanceState, Pointer, PointerAddress,
    Profile, Route, Side, Timestamp,
};
use crate::protocol::{Code, Hop, Phase, PhaseName};
use crate::store::{PointerPage, PointerQuery, Start as From};
use crate::workspace::{
    Check, CheckKind, CheckResult, ConsoleConfig, CredentialRow, Dependent, Door, DoorState, Failure,
    FederationMap, Gateway, HangingOn, HostedBy, InstanceDetail, InstanceRow, LogAsk, LogDetail, LogEntry,
    LogKind, LogRow, LogWindow, LogWire, Neighbor, NeighborPage, Party, PartyKind, PointerDetail,
    PointerList, Taken,
};
use serde_json::json;

/// The moment at which everything stands still.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T16:02:11.123456+00:00").unwrap()
}

pub fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

/// A console of this size that knows nothing yet.
pub fn blank(size: (u16, u16)) -> State {
    themed(size, "dark", Depth::True)
}

pub fn themed(size: (u16, u16), theme: &str, depth: Depth) -> State {
    let catalog = Catalog::load(None);
    let look = Look {
        theme: catalog.theme(theme, depth).unwrap(),
        catalog,
        depth,
        glyphs: UNICODE,
        fitting_glyphs: UNICODE,
        config: ConsoleConfig::default(),
        chosen: false,
    };
    State::new(
        "/home/ada/.butterfly".into(),
        look,
        Clock::Held(now()),
        size,
        false,
    )
}

/// A console of this size on the demo.
pub fn demo(size: (u16, u16)) -> State {
    let mut state = blank(size);
    fill(&mut state);
    state
}

/// Opens the home and answers everything that is asked.
pub fn fill(state: &mut State) {
    let effects = start(state, Start::Open);
    answer(state, effects);
}

/// Answers what is asked, and what is asked because of the answers.
pub fn answer(state: &mut State, effects: Vec<Effect>) {
    let mut waiting = effects;
    while let Some(effect) = waiting.pop() {
        let message = match effect {
            Effect::LoadInstances => Message::Instances(Ok(instances())),
            Effect::LoadCredentials => Message::Credentials(Ok((credentials(), Vec::new()))),
            Effect::LoadLog { generation, ask } => Message::Log {
                generation,
                outcome: Ok(log_window(&ask)),
            },
            Effect::LoadPointers {
                instance,
                generation,
                page,
                query,
            } => Message::Pointers {
                outcome: match instance.as_str() {
                    "museum" => Err(failure()),
                    of => Ok(list(of, &query)),
                },
                instance,
                generation,
                page,
            },
            Effect::LoadPointer(instance, address) => {
                let detail = detail_of(&address);
                Message::Pointer(instance, address, Ok(Box::new(detail)))
            }
            Effect::Pointer(errand) => Message::PointerNews(neighbours(errand)),
            Effect::LoadMap(number) => Message::Map(number, Ok(federation())),
            Effect::Domains(errand) => Message::Domains(super::domains::fake::answer(errand)),
            Effect::Examine(number) => Message::Examined(number, super::doctor::fake::observations()),
            Effect::LoadInstance(name) => Message::Detail(name.clone(), Ok(Box::new(instance_detail(&name)))),
            Effect::LoadDrafts => Message::Drafts(Ok(Vec::new())),
            Effect::LoadDependents(name) => Message::Dependents(name, Ok(dependents())),
            Effect::LoadEntry(id) => Message::Entry(id, Ok(Box::new(LogDetail::of(entry())))),
            Effect::Inspect(page, number, errand) => {
                Message::Inspected(page, number, crate::tui::invoke::done(errand))
            }
            Effect::After(_, Message::Wizard(_)) => continue,
            Effect::Wizard(ticket, errand) => match crate::tui::wizard::fake::answer(errand) {
                Some(outcome) => Message::Wizard(crate::tui::wizard::News::Came(ticket, outcome)),
                None => continue,
            },
            Effect::Composer(ticket, errand) => match crate::tui::composer::fake::answer(errand) {
                Some(outcome) => Message::Composer(crate::tui::composer::News::Came(ticket, outcome)),
                None => continue,
            },
            // What comes only after a good while is not waited for.
            Effect::After(wait, message) if wait < std::time::Duration::from_secs(1) => message,
            Effect::LoadIdleLock => Message::IdleLock(Ok(Some(std::time::Duration::from_secs(900)))),
            _ => continue,
        };
        waiting.extend(update(state, message));
    }
}

/// Types keys by their names in the table, and answers what is asked because of them.
pub fn press(state: &mut State, keys: &[&str]) {
    for key in keys {
        let key = Key::parse(key).unwrap_or_else(|| panic!("{key} is no key"));
        let effects = update(state, Message::Key(key));
        answer(state, effects);
    }
}

/// Types text.
pub fn write(state: &mut State, text: &str) {
    for character in text.chars() {
        let effects = update(state, Message::Key(Key::char(character)));
        answer(state, effects);
    }
}

pub fn instances() -> Vec<InstanceRow> {
    let row = |text: &str, kind, state, port: u16| InstanceRow {
        name: name(text),
        kind,
        endpoint: Endpoint::parse(&format!("http://127.0.0.1:{port}")).unwrap(),
        profile: Profile::Native,
        state,
        instance_id: InstanceId::parse("inst_0123456789ab").ok(),
        hosted_by: HostedBy::Nobody,
        app_id: AppId::parse("owner").unwrap(),
        latency_us: None,
        pointers: None,
        version: None,
        error: None,
        read_only: false,
        patience_s: None,
        colour: None,
        credential: format!("{text}/owner"),
        seen_at: Some(now().plus_seconds(-2)),
        answered_at: None,
    };
    vec![
        InstanceRow {
            hosted_by: HostedBy::Here,
            latency_us: Some(800),
            pointers: Some(1_000_000),
            version: Some("0.1.0".into()),
            ..row("alpha", InstanceKind::Local, InstanceState::Up, 5001)
        },
        InstanceRow {
            hosted_by: HostedBy::Here,
            latency_us: Some(2_300),
            pointers: Some(40),
            ..row("beta", InstanceKind::Local, InstanceState::Up, 5002)
        },
        row("gamma", InstanceKind::Local, InstanceState::Stopped, 5003),
        InstanceRow {
            profile: Profile::Legacy,
            error: Some(
                "no answer within 10 s; check that it runs and that a firewall lets you through".into(),
            ),
            ..row("museum", InstanceKind::Remote, InstanceState::Unreachable, 5004)
        },
        InstanceRow {
            error: Some("it refuses the credential; ask its administrator for a new one".into()),
            read_only: true,
            ..row("archive", InstanceKind::Remote, InstanceState::Refused, 5005)
        },
    ]
}

pub fn instance_detail(name: &InstanceName) -> InstanceDetail {
    let row = instances().into_iter().find(|row| row.name == *name).unwrap();
    let local = row.kind == InstanceKind::Local;
    InstanceDetail {
        added_at: now().plus_seconds(-86_400 * 30),
        hosted_since: (row.hosted_by == HostedBy::Here).then(|| now().plus_seconds(-7_300)),
        folder: local.then(|| format!("/home/ada/.butterfly/instances/{name}")),
        pins: Vec::new(),
        settings: match local {
            true => vec![
                ("listens on", "127.0.0.1:5001".into()),
                ("tls", "none: this machine only".into()),
                ("writes", "answered".into()),
            ],
            false => Vec::new(),
        },
        row,
    }
}

/// A federation in all states.
pub fn federation() -> FederationMap {
    let party = |id: &str, kind, state| Party {
        id: id.into(),
        name: id.split(':').next_back().unwrap().into(),
        kind,
        state,
    };
    let door = |from: &str, to: &str, name: &str, state| Door {
        from: from.into(),
        to: to.into(),
        credentials: vec![name.into()],
        app_id: "alpha-federation".into(),
        profile: Profile::Native,
        state,
        attention: None,
        gateways: Vec::new(),
        uses: Some(12),
        recent: (0, 0),
    };
    let up = Some(InstanceState::Up);
    FederationMap {
        parties: vec![
            Party {
                name: "this console".into(),
                ..party("console", PartyKind::Console, None)
            },
            party("app:harbour-console", PartyKind::Caller, None),
            party("alpha", PartyKind::Local, up),
            party("beta", PartyKind::Local, up),
            party("gamma", PartyKind::Local, Some(InstanceState::Stopped)),
            party("archive", PartyKind::Remote, Some(InstanceState::Refused)),
            party("museum", PartyKind::Remote, Some(InstanceState::Unreachable)),
            party("at:weather.example:5001", PartyKind::Endpoint, None),
        ],
        doors: vec![
            Door {
                gateways: vec![Gateway {
                    id: "conn_0123456789ab".into(),
                    name: "to beta".into(),
                    open: true,
                }],
                credentials: vec!["alpha/held/beta".into(), "alpha-federation@beta".into()],
                recent: (14, 2),
                ..door("alpha", "beta", "", DoorState::Active)
            },
            door(
                "alpha",
                "at:weather.example:5001",
                "alpha/held/weather",
                DoorState::Due,
            ),
            Door {
                attention: Some(AlarmKind::ActivatedTwice.advice().into()),
                ..door(
                    "app:harbour-console",
                    "alpha",
                    "harbour-console@alpha",
                    DoorState::Frozen,
                )
            },
            door("beta", "alpha", "beta/held/alpha", DoorState::Suspended),
            door("beta", "museum", "beta/held/museum", DoorState::Stale),
            door("console", "beta", "beta/alpha-federation", DoorState::Active),
            door("console", "archive", "archive/owner", DoorState::Unknown),
            door("console", "museum", "museum", DoorState::Waiting),
        ],
        missing: Vec::new(),
    }
}

/// A federation of so many parties.
pub fn large_federation(count: usize) -> FederationMap {
    let one = federation();
    let ids: Vec<String> = (0..count).map(|place| format!("station-{place:03}")).collect();
    FederationMap {
        parties: ids
            .iter()
            .map(|id| Party {
                id: id.clone(),
                name: id.clone(),
                kind: PartyKind::Remote,
                state: None,
            })
            .collect(),
        doors: (1..count)
            .map(|place| Door {
                from: ids[(place - 1) / 6].clone(),
                to: ids[place].clone(),
                credentials: vec![format!("station-{place:03}/caller")],
                ..one.doors[1].clone()
            })
            .collect(),
        missing: Vec::new(),
    }
}

/// A log of an instance, as it may be.
pub fn reading() -> Reading {
    let lines = [
        (Weight::Info, Origin::Log, "listening on 127.0.0.1:5001"),
        (
            Weight::Info,
            Origin::Audit,
            "done  get_pointer_summary ptr_000000000007  by alpha-federation",
        ),
        (
            Weight::Debug,
            Origin::Log,
            "a connection ended badly  peer=127.0.0.1",
        ),
        (
            Weight::Warn,
            Origin::Audit,
            "denied  delete_pointer ptr_000000000007  by alpha-federation  not_granted:writes",
        ),
        (Weight::Warn, Origin::Audit, "denied  a call  unknown_kid"),
        (
            Weight::Error,
            Origin::Log,
            "an alarm was not stored  credential=harbour",
        ),
    ];
    Reading {
        events: lines
            .into_iter()
            .cycle()
            .take(60)
            .enumerate()
            .map(|(number, (weight, origin, text))| Event {
                number: number as u64,
                at: now().plus_seconds(number as i64 - 60),
                weight,
                origin,
                text: text.into(),
            })
            .collect(),
        overrun: 0,
        dropped: 0,
        next: 60,
    }
}

/// Looks at the instances over some minutes: one steady, one flapping and slow, one that does not answer any more.
pub fn look_around(state: &mut State) {
    let rows = instances();
    for round in 0..40_i64 {
        state.clock = Clock::Held(now().plus_seconds((round - 39) * 7));
        for row in &rows {
            let mut seen = row.clone();
            match row.name.as_str() {
                "beta" if round % 7 == 3 => {
                    seen.state = InstanceState::Unreachable;
                    seen.latency_us = None;
                    seen.error = Some("the connection was refused; start it".into());
                }
                "beta" => seen.latency_us = Some(2_300 * 4_u64.pow((round % 5) as u32)),
                "museum" | "archive" => seen.answered_at = Some(now().plus_seconds(-900)),
                _ => {}
            }
            update(state, Message::Probed(row.name.clone(), Ok(seen)));
            let failures = u32::from(row.error.is_some()) * 6;
            let pace = Pace::Next {
                at: state.clock.now().plus_seconds(if failures == 0 { 4 } else { 60 }),
                wait: std::time::Duration::from_secs(if failures == 0 { 4 } else { 60 }),
                failures,
            };
            update(state, Message::Paced(row.name.clone(), pace));
        }
    }
    state.clock = Clock::Held(now());
}

pub fn address(number: u64) -> PointerAddress {
    PointerAddress::parse(&format!("ptr_{number:012x}")).unwrap()
}

pub fn pointer(number: u64) -> Pointer {
    let connection = ConnectionId::parse("conn_0123456789ab").unwrap();
    let route = match number % 10 {
        1 => Some(Route::Endpoint),
        2 => Some(Route::Circuit),
        3 => Some(Route::Relay),
        _ => None,
    };
    Pointer {
        address: address(number),
        description: format!("Fine dust, hourly means of station {number}"),
        data_reference: format!("https://data.example/air/{number}.csv"),
        tags: vec!["dataset".into(), "air".into()],
        connection_id: Some(connection.clone()),
        x: 1.0,
        y: 2.0,
        z: 3.0,
        created_at: now().plus_seconds(-3_600),
        last_modified: now().plus_seconds(-60),
        credential_pointer_address: None,
        federated: route.map(|route| Federated {
            route,
            connection_id: connection,
            endpoint: Endpoint::parse("http://127.0.0.1:5002").unwrap(),
            profile: Profile::Native,
            kid: None,
            query: json!({"action": "get_pointer_summary", "pointer_address": address(7)}),
        }),
    }
}

/// What an instance lists: alpha a million, beta forty, the others nothing.
pub fn list(of: &str, query: &PointerQuery) -> PointerList {
    let mut page = match of {
        "alpha" => pointers(query),
        "beta" => PointerPage {
            total: Some(40),
            pointers: (0..40).map(pointer).collect(),
            next: None,
        },
        _ => PointerPage {
            total: Some(0),
            pointers: Vec::new(),
            next: None,
        },
    };
    if of == "beta" {
        for (number, pointer) in (0i64..).zip(&mut page.pointers) {
            pointer.created_at = now().plus_seconds(number * 10 - 3_650);
        }
    }
    PointerList { page, remark: None }
}

/// A million rows; a word leaves three, a tag none.
pub fn pointers(query: &PointerQuery) -> PointerPage {
    let text = query.filter.to_string();
    let total: u64 = match text.as_str() {
        "" => 1_000_000,
        text if text.contains('#') => 0,
        _ => 3,
    };
    let first = match query.start {
        From::Offset(offset) => offset,
        _ => 0,
    };
    let end = (first + query.limit.unwrap_or(total)).min(total);
    PointerPage {
        total: Some(total),
        pointers: (first..end).map(pointer).collect(),
        next: (end < total).then(|| end.to_string()),
    }
}

/// Three stored neighbours, and a third of a million by coordinates.
pub fn neighbours(errand: pointer::Errand) -> pointer::News {
    match errand {
        pointer::Errand::Neighbors {
            instance,
            address: of,
            computed,
            offset,
            limit,
        } => {
            let total = if computed { 334_120 } else { 3 };
            let end = (offset + limit).min(total);
            let rows = (offset..end).map(|number| Neighbor {
                address: address(number + if computed { 100 } else { 9 }),
                relationship: if computed {
                    "gyroid_related"
                } else {
                    "derived_from"
                }
                .into(),
                weight: if computed { number as f64 / 10_000.0 } else { 0.8 },
                computed,
                description: Some(format!("Fine dust, hourly means of station {}", number + 9)),
            });
            pointer::News::Neighbors {
                instance,
                address: of,
                computed,
                offset,
                outcome: Ok(NeighborPage {
                    neighbors: rows.collect(),
                    total: Some(total),
                    more: end < total,
                }),
            }
        }
        pointer::Errand::Tags(instance) => {
            let tags = [("air", 120), ("airport", 3), ("dataset", 80), ("water", 7)];
            pointer::News::Tags(instance, tags.map(|(tag, count)| (tag.to_owned(), count)).into())
        }
        pointer::Errand::Taken(instance, reference) => {
            let taken = reference.ends_with("/air/7.csv").then(|| Taken::of(&pointer(7)));
            pointer::News::Taken(instance, reference, taken)
        }
        pointer::Errand::Connections(instance, address) => {
            pointer::News::Connections(instance, address, Ok(connections()))
        }
        pointer::Errand::MarkedConnections(instance) => {
            pointer::News::MarkedConnections(instance, Ok(connections()))
        }
        pointer::Errand::Files(folder) => {
            let names = ["air.csv", "air.jsonl", "alpha.txt", "archive/"];
            let files = names.map(|name| pointer::FileName {
                name: name.trim_end_matches('/').to_owned(),
                is_folder: name.ends_with('/'),
            });
            pointer::News::Files(folder, files.into())
        }
        pointer::Errand::Hanging(_, address) => pointer::News::Hanging(
            address,
            Ok(HangingOn {
                relationships: 3,
                circuits: vec![Taken::of(&pointer(6))],
                fetched_with: Vec::new(),
                complete: true,
            }),
        ),
        pointer::Errand::Describe(instance, addresses) => {
            let told = addresses
                .into_iter()
                .map(|address| (address.clone(), format!("What {address} is")));
            pointer::News::Described(instance, told.collect())
        }
    }
}

/// An open connection and one that is disabled.
fn connections() -> Vec<Connection> {
    let open = detail().connection.unwrap();
    let closed = Connection {
        id: ConnectionId::parse("conn_0123456789ac").unwrap(),
        name: "archive".into(),
        status: ConnectionStatus::Disabled,
        held_credential: None,
        ..open.clone()
    };
    vec![open, closed]
}

pub fn detail() -> PointerDetail {
    PointerDetail {
        pointer: pointer(3),
        neighbors: vec![crate::store::Relationship {
            address: address(9),
            relationship: "derived_from".into(),
            weight: 0.8,
        }],
        connection: Some(Connection {
            id: ConnectionId::parse("conn_0123456789ab").unwrap(),
            domain_id: DomainId::parse("dom_0123456789ab").unwrap(),
            name: "to beta".into(),
            description: "Gateway to beta".into(),
            status: ConnectionStatus::Active,
            held_credential: Some("beta".into()),
            created_at: now(),
        }),
        leads_to: Some(name("beta")),
        credential: Some("beta/alpha-federation".into()),
    }
}

/// The pointer at an address of [`address`], with what is around it.
pub fn detail_of(at: &PointerAddress) -> PointerDetail {
    let number = u64::from_str_radix(at.as_str().trim_start_matches("ptr_"), 16).unwrap_or(0);
    let pointer = pointer(number);
    let leads = pointer.federated.is_some();
    PointerDetail {
        leads_to: leads.then(|| name("beta")),
        credential: leads.then(|| "beta/alpha-federation".into()),
        pointer,
        ..detail()
    }
}

pub fn credentials() -> Vec<CredentialRow> {
    let row = |text: &str, side, instance: &str| CredentialRow {
        name: text.into(),
        side,
        holder: None,
        instance: instance.into(),
        profile: Profile::Native,
        app_id: AppId::parse("alpha-federation").unwrap(),
        kid: Some("kid_0123456789abcdef".into()),
        state: CredentialState::Active,
        verified: true,
        expires_at: Some(now().plus_seconds(86_400 * 90)),
        last_used: Some(now().plus_seconds(-5)),
        uses: Some(12),
        grant: None,
        attention: None,
        delivery: None,
        generation: 0,
        rotation_due: None,
        overlap_until: None,
        alarm: None,
        created_at: None,
        ended_at: None,
    };
    vec![
        CredentialRow {
            holder: Some(Holder::Console),
            delivery: Some(Delivery::Code),
            generation: 2,
            overlap_until: Some(now().plus_seconds(3_600 * 5)),
            created_at: Some(now().plus_seconds(-86_400 * 20)),
            ..row("beta/alpha-federation", Side::Held, "beta")
        },
        CredentialRow {
            grant: Some(Grant::read(["get_pointer_summary", "whoami"])),
            verified: false,
            state: CredentialState::Offered,
            last_used: None,
            ..row("alpha-federation", Side::Issued, "beta")
        },
        CredentialRow {
            profile: Profile::Legacy,
            kid: None,
            expires_at: None,
            attention: Some("its token secret is the documented development default".into()),
            delivery: None,
            generation: 0,
            rotation_due: None,
            overlap_until: None,
            alarm: None,
            created_at: None,
            ended_at: None,
            ..row("museum", Side::Held, "museum")
        },
        CredentialRow {
            state: CredentialState::Suspended,
            verified: false,
            delivery: Some(Delivery::Passphrase),
            alarm: Some(Alarm {
                kind: AlarmKind::ActivatedTwice,
                at: now().plus_seconds(-60),
            }),
            attention: Some(AlarmKind::ActivatedTwice.advice().into()),
            ..row("harbour-console@alpha", Side::Issued, "alpha")
        },
        CredentialRow {
            state: CredentialState::Revoked,
            ended_at: Some(now().plus_seconds(-86_400)),
            ..row("old-client", Side::Issued, "alpha")
        },
    ]
}

pub fn dependents() -> Vec<Dependent> {
    vec![
        Dependent::Pointer {
            instance: "alpha".into(),
            address: address(3),
            description: "Summary of the harbour's tide tables".into(),
            route: Route::Relay,
        },
        Dependent::Connection {
            instance: "alpha".into(),
            name: "to beta".into(),
            pointers: 3,
        },
        Dependent::Caller {
            app_id: "alpha-federation".into(),
            last_used: Some(now().plus_seconds(-5)),
            uses: 12,
        },
    ]
}

pub fn checks() -> Vec<Check> {
    let passed = |kind, note: &str| Check {
        kind,
        result: CheckResult::Passed { note: note.into() },
    };
    vec![
        passed(CheckKind::Reachable, "3 ms"),
        passed(CheckKind::Tls, "no TLS on loopback"),
        passed(CheckKind::Identity, "inst_0123456789ab"),
        Check {
            kind: CheckKind::Token,
            result: CheckResult::Failed {
                why: "beta answered 401: it does not let this credential in".into(),
                remedy: "ask beta's administrator whether it was revoked, and look at both clocks".into(),
            },
        },
        Check {
            kind: CheckKind::Reply,
            result: CheckResult::Skipped,
        },
        Check {
            kind: CheckKind::Grant,
            result: CheckResult::Skipped,
        },
    ]
}

pub fn log() -> Vec<LogRow> {
    let row = |id, action: &str, status: &str, code: Option<&str>| LogRow {
        id,
        at: now().plus_seconds(id as i64 - 10),
        kind: LogKind::Invoke,
        instance: "alpha".into(),
        action: action.into(),
        pointer: None,
        route: None,
        status: status.into(),
        code: code.map(Into::into),
        elapsed_us: 1_840,
        reply_bytes: 644,
        credential: Some("alpha/owner".into()),
        marked: false,
        note: None,
    };
    vec![
        row(3, "get_graph_stats", "success", None),
        LogRow {
            note: Some("asked ada: it moved on Tuesday".into()),
            ..row(2, "get_pointer", "error", Some("pointer_not_found"))
        },
        LogRow {
            marked: true,
            kind: LogKind::Call,
            route: Some(Route::Relay),
            pointer: Some(address(3)),
            elapsed_us: 25_400,
            ..row(1, "get_pointer_summary", "success", None)
        },
    ]
}

/// Lines whose action contains the first word of the filter.
pub fn log_window(ask: &LogAsk) -> LogWindow {
    let word = ask.filter.split(' ').next().unwrap_or_default();
    let rows: Vec<LogRow> = log()
        .into_iter()
        .rev()
        .filter(|row| row.action.contains(word))
        .collect();
    LogWindow {
        first: 0,
        matched: rows.len() as u64,
        total: 3,
        epoch: 0,
        up_to_anchor: ask
            .anchor
            .map(|id| rows.iter().filter(|row| row.id <= id).count() as u64),
        newest: rows.last().map(|row| row.id),
        rows,
    }
}

pub fn entry() -> LogEntry {
    let hop = |instance: &str, phases: &[(PhaseName, u64, u64)]| Hop {
        instance: instance.into(),
        phases: phases
            .iter()
            .map(|(name, start_us, duration_us)| Phase {
                name: *name,
                start_us: *start_us,
                duration_us: *duration_us,
            })
            .collect(),
        next: None,
    };
    use PhaseName::{Audit, Authenticate, Authorise, Connect, Execute, Open, Receive, Seal, Wait};
    LogEntry {
        row: log().remove(2),
        query: json!({"action": "get_pointer_summary", "pointer_address": address(7), "trace": true}),
        reply: Some(json!({
            "status": "success",
            "result": {"address": address(7), "description": "Grid frequency, 1 s means, 2026",
                "connection_id": null, "tags": ["dataset", "grid"], "neighbor_count": 0},
        })),
        failure: None,
        hops: vec![
            hop(
                "console",
                &[
                    (Seal, 0, 120),
                    (Connect, 120, 400),
                    (Wait, 520, 24_300),
                    (Receive, 24_820, 40),
                    (Open, 24_860, 540),
                ],
            ),
            hop(
                "inst_0000000000aa",
                &[
                    (Authenticate, 0, 90),
                    (Open, 90, 80),
                    (Authorise, 170, 10),
                    (Execute, 180, 19_000),
                    (Audit, 19_180, 3_000),
                    (Seal, 22_180, 300),
                ],
            ),
            hop(
                "inst_0000000000bb",
                &[
                    (Authenticate, 0, 90),
                    (Open, 90, 80),
                    (Execute, 170, 900),
                    (Seal, 1_070, 200),
                ],
            ),
        ],
        wire: vec![LogWire {
            endpoint: "http://127.0.0.1:5001/invoke".into(),
            token: json!({"header": {"alg": "HS256", "kid": "kid_0123456789abcdef", "typ": "bfly-inv+jwt"},
                "claims": {"app_id": "owner", "iat": 1_795_449_731, "exp": 1_795_449_791, "hop": 8, "path": []}}),
            content_type: "application/jose".into(),
            request_body: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..c2VhbGVk.Ym9keQ.dGFn".into(),
            status: 200,
            response_headers: vec![("content-type".into(), "application/jose".into())],
            response_body: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..cmVwbHk.Ym9keQ.dGFn".into(),
            sizes: (249, 644),
        }],
    }
}

pub fn failure() -> Failure {
    Failure::new(
        Code::PeerUnreachable,
        "http://127.0.0.1:5002/invoke did not answer: connection refused",
        "start it, or check the endpoint with `butterfly instance show beta`",
    )
    .on("alpha")
}
