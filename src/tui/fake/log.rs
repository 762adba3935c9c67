//! A made-up invoke log.

use super::common::now;
use super::pointers::address;
use crate::model::Route;
use crate::protocol::{Hop, Phase, PhaseName};
use crate::workspace::{LogAsk, LogEntry, LogKind, LogRow, LogWindow, LogWire};
use serde_json::json;

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

/// Lines whose action contains the first word of the filter; in any order but that of time by what they took.
pub fn log_window(ask: &LogAsk) -> LogWindow {
    let word = ask.filter.split(' ').next().unwrap_or_default();
    let mut rows: Vec<LogRow> = log()
        .into_iter()
        .rev()
        .filter(|row| row.action.contains(word))
        .collect();
    let newest = rows.last().map(|row| row.id);
    match ask.sorting {
        Some(sorting) if sorting.descending => rows.sort_by_key(|row| row.elapsed_us),
        Some(_) => rows.sort_by_key(|row| std::cmp::Reverse(row.elapsed_us)),
        None => {}
    }
    LogWindow {
        first: 0,
        matched: rows.len() as u64,
        total: 3,
        epoch: 0,
        up_to_anchor: ask
            .anchor
            .map(|id| rows.iter().filter(|row| row.id <= id).count() as u64),
        newest,
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
        ..Hop::default()
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
