//! A console on made-up data with a held clock: what tests of `update` and `view` begin with.

use super::clock::Clock;
use super::effect::Effect;
use super::message::Message;
use super::pointer;
use super::state::{Look, State};
use super::theme::{Catalog, Depth, UNICODE};
use super::update::{Start, start, update};
use crate::command::Key;
use crate::handshake::{Alarm, AlarmKind};
use crate::model::{
    AppId, Connection, ConnectionId, ConnectionStatus, CredentialState, Delivery, DomainId, Endpoint,
    Federated, Grant, Holder, InstanceId, InstanceKind, InstanceName, InstanceState, Pointer, PointerAddress,
    Profile, Route, Side, Timestamp,
};
use crate::protocol::{Code, Hop, Phase, PhaseName};
use crate::store::{PointerPage, PointerQuery, Start as From};
use crate::workspace::{
    Check, CheckKind, CheckResult, ConsoleConfig, CredentialRow, Dependent, Failure, HangingOn, HostedBy,
    InstanceRow, LogAsk, LogEntry, LogKind, LogRow, LogWindow, LogWire, Neighbor, NeighborPage,
    PointerDetail, Taken,
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
                generation,
                page,
                query,
                ..
            } => Message::Pointers {
                generation,
                page,
                outcome: Ok(pointers(&query)),
            },
            Effect::LoadPointer(instance, address) => {
                let detail = detail_of(&address);
                Message::Pointer(instance, address, Ok(Box::new(detail)))
            }
            Effect::Pointer(errand) => Message::PointerNews(neighbours(errand)),
            Effect::LoadDependents(name) => Message::Dependents(name, Ok(dependents())),
            Effect::LoadEntry(id) => Message::Entry(id, Ok(Box::new(entry()))),
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

/// A million rows; a term leaves three, a tag none.
pub fn pointers(query: &PointerQuery) -> PointerPage {
    let total: u64 = match (&query.term, query.tags.is_empty()) {
        (None, true) => 1_000_000,
        (Some(_), true) => 3,
        (_, false) => 0,
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
            let open = detail().connection.unwrap();
            let closed = Connection {
                id: ConnectionId::parse("conn_0123456789ac").unwrap(),
                name: "archive".into(),
                status: ConnectionStatus::Disabled,
                held_credential: None,
                ..open.clone()
            };
            pointer::News::Connections(instance, address, Ok(vec![open, closed]))
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
        anchor: ask
            .anchor
            .and_then(|id| rows.iter().position(|row| row.id == id))
            .map(|place| place as u64),
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
