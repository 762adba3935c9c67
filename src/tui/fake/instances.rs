//! Made-up instances: their rows, details, log and findings of the doctor.

use super::common::{name, now};
use crate::instance::{Event, Origin, Reading, Weight};
use crate::model::{AppId, Endpoint, InstanceId, InstanceKind, InstanceName, InstanceState, Profile};
use crate::workspace::{Check, CheckKind, CheckResult, HostedBy, InstanceDetail, InstanceRow};

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
        changes: None,
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
                ("audit trail", "400 days, at most 1024 MiB".into()),
            ],
            false => Vec::new(),
        },
        row,
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
