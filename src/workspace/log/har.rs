//! HTTP Archive 1.2: one entry for each exchange of a line, with what the log knows beside HTTP under `_butterfly`.
//!
//! The bodies are those that travelled, sealed, as far as the log keeps them. The token stands there without its
//! signature; what was opened is in `_butterfly`.

use crate::protocol::{Phase, PhaseName};
use crate::vault::InstanceRecord;
use crate::workspace::{LogEntry, LogKind, LogWire};
use serde_json::{Value, json};
use std::collections::HashMap;

/// What follows the last entry.
pub(super) const END: &str = "\n]}}\n";

/// What comes before the first entry.
pub(super) fn beginning() -> String {
    let creator = json!({"name": "butterfly", "version": env!("CARGO_PKG_VERSION")});
    format!(r#"{{"log":{{"version":"1.2","creator":{creator},"entries":["#)
}

/// Makes entries of lines.
pub(super) struct Maker {
    endpoints: HashMap<String, String>,
}

impl Maker {
    /// With what is known of the instances of this home: where a call went of which no exchange was kept.
    pub(super) fn with(records: &[InstanceRecord]) -> Self {
        let endpoints = records
            .iter()
            .map(|record| (record.name.to_string(), record.endpoint.as_str().to_owned()))
            .collect();
        Self { endpoints }
    }

    /// One entry for each exchange, answered or not; one without a response where nothing was kept of any.
    pub(super) fn entries(&self, entry: &LogEntry) -> Vec<Value> {
        if entry.row.kind == LogKind::Load {
            // Its calls were not kept one by one.
            return Vec::new();
        }
        if entry.wire.is_empty() {
            return vec![self.unanswered(entry)];
        }
        let phases = phases_by_exchange(entry);
        let mut start = entry.row.at.as_micros();
        let mut made = Vec::with_capacity(entry.wire.len());
        for (index, (wire, phases)) in entry.wire.iter().zip(phases).enumerate() {
            let timings = Timings::of(&phases);
            let is_last = index + 1 == entry.wire.len();
            made.push(json!({
                "startedDateTime": moment(start),
                "time": timings.total(),
                "request": request(wire),
                "response": response(wire),
                "cache": {},
                "timings": timings.to_json(),
                "comment": format!("line {}, exchange {} of {}", entry.row.id, index + 1, entry.wire.len()),
                "_butterfly": ours(entry, Some(wire), is_last),
            }));
            start += phases.iter().map(|phase| phase.duration_us as i64).sum::<i64>();
        }
        made
    }

    fn unanswered(&self, entry: &LogEntry) -> Value {
        let took = milliseconds(entry.row.elapsed_us);
        let url = self.endpoints.get(&entry.row.instance);
        json!({
            "startedDateTime": moment(entry.row.at.as_micros()),
            "time": took,
            "request": {
                "method": "POST",
                "url": url.map_or_else(|| format!("butterfly:{}", entry.row.instance), Clone::clone),
                "httpVersion": "HTTP/1.1",
                "cookies": [],
                "headers": [],
                "queryString": [],
                "headersSize": -1,
                "bodySize": -1,
            },
            "response": no_response(if entry.row.status == "failed" {
                "it failed before anything was sealed, or was kept by a version that kept nothing of what failed"
            } else {
                "nothing travelled: asked in this process"
            }),
            "cache": {},
            "timings": {"send": 0, "wait": took, "receive": 0},
            "comment": format!("line {}", entry.row.id),
            "_butterfly": ours(entry, None, true),
        })
    }
}

/// What the log knows beside HTTP; query, reply and hops stand once, at the last exchange of a line.
fn ours(entry: &LogEntry, wire: Option<&LogWire>, is_last: bool) -> Value {
    let row = &entry.row;
    let mut ours = json!({
        "line": row.id,
        "kind": row.kind,
        "instance": row.instance,
        "action": row.action,
        "pointer": row.pointer,
        "route": row.route,
        "credential": row.credential,
    });
    if let Some(wire) = wire {
        ours["token"] = wire.token.clone();
    }
    if is_last {
        ours["status"] = json!(row.status);
        ours["code"] = json!(row.code);
        ours["elapsed_us"] = json!(row.elapsed_us);
        ours["marked"] = json!(row.marked);
        ours["note"] = json!(row.note);
        ours["query"] = entry.query.clone();
        ours["reply"] = json!(entry.reply);
        ours["failure"] = json!(entry.failure);
        ours["hops"] = json!(entry.hops);
    }
    ours
}

fn request(wire: &LogWire) -> Value {
    json!({
        "method": "POST",
        "url": wire.endpoint,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [
            {"name": "content-type", "value": wire.content_type},
            {"name": "authorization", "value": "Bearer (redacted)"},
        ],
        "queryString": [],
        "postData": {"mimeType": wire.content_type, "text": wire.request_body},
        "headersSize": -1,
        "bodySize": wire.sizes.0,
    })
}

/// As browsers write it where none came.
fn no_response(why: &str) -> Value {
    json!({
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "comment": why,
    })
}

fn response(wire: &LogWire) -> Value {
    if wire.status == 0 {
        return no_response("no HTTP response came");
    }
    let headers: Vec<Value> = wire
        .response_headers
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let mime = wire
        .response_headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or("x-unknown", |(_, value)| value.as_str());
    json!({
        "status": wire.status,
        "statusText": status_text(wire.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": {"size": wire.sizes.1, "mimeType": mime, "text": wire.response_body},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": wire.sizes.1,
    })
}

fn status_text(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("")
}

/// The caller's own phases, for each exchange those from its sealing on.
fn phases_by_exchange(entry: &LogEntry) -> Vec<Vec<Phase>> {
    let mut groups: Vec<Vec<Phase>> = Vec::new();
    for phase in entry.hops.first().map_or(&[][..], |hop| &hop.phases) {
        if phase.name == PhaseName::Seal || groups.is_empty() {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.last_mut() {
            group.push(phase.clone());
        }
    }
    groups.resize(entry.wire.len(), Vec::new());
    groups
}

/// In milliseconds; nothing where a phase is not known.
struct Timings {
    blocked: Option<f64>,
    connect: Option<f64>,
    ssl: Option<f64>,
    send: f64,
    wait: f64,
    receive: f64,
}

impl Timings {
    fn of(phases: &[Phase]) -> Self {
        let sum = |name: PhaseName| -> Option<f64> {
            let of = phases.iter().filter(|phase| phase.name == name);
            let micros: Vec<u64> = of.map(|phase| phase.duration_us).collect();
            (!micros.is_empty()).then(|| milliseconds(micros.iter().sum()))
        };
        Self {
            // Sealing comes before anything is sent; opening is told with the receiving.
            blocked: sum(PhaseName::Seal),
            connect: sum(PhaseName::Connect),
            ssl: sum(PhaseName::Tls),
            send: sum(PhaseName::Send).unwrap_or(0.0),
            wait: sum(PhaseName::Wait).unwrap_or(0.0),
            receive: sum(PhaseName::Receive).unwrap_or(0.0) + sum(PhaseName::Open).unwrap_or(0.0),
        }
    }

    /// `ssl` is a part of `connect` in this format.
    fn total(&self) -> f64 {
        let known = [self.blocked, self.whole_connect()]
            .into_iter()
            .flatten()
            .sum::<f64>();
        known + self.send + self.wait + self.receive
    }

    fn whole_connect(&self) -> Option<f64> {
        match (self.connect, self.ssl) {
            (None, None) => None,
            (connect, ssl) => Some(connect.unwrap_or(0.0) + ssl.unwrap_or(0.0)),
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "blocked": self.blocked.unwrap_or(-1.0),
            "dns": -1,
            "connect": self.whole_connect().unwrap_or(-1.0),
            "ssl": self.ssl.unwrap_or(-1.0),
            "send": self.send,
            "wait": self.wait,
            "receive": self.receive,
        })
    }
}

#[allow(clippy::cast_precision_loss, reason = "a call is not that long")]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

fn moment(micros: i64) -> String {
    crate::model::Timestamp::from_micros(micros).to_string()
}
