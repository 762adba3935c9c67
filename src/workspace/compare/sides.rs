//! Two lines beside each other.

use super::changes::{Change, DiffLine, changes, lines};
use super::delta::difference;
use crate::model::Route;
use crate::protocol::Hop;
use crate::workspace::{Failure, LogDetail, LogRow, LogWire, Workspace, blocking};
use serde::Serialize;
use serde_json::Value;

/// Replies beyond this are compared as a whole only: as values they would take many times their size.
const LARGEST: usize = 16 * 1024 * 1024;

/// What differs between two values.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Difference {
    /// Every change.
    pub changes: Vec<Change>,
    /// Why there are no changes told, though the values may differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The same as lines, what is unchanged folded; empty if nothing differs.
    #[serde(skip)]
    pub lines: Vec<DiffLine>,
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.note.is_none()
    }

    /// Of two values.
    pub fn of(one: &Value, other: &Value) -> Self {
        let delta = difference(one, other);
        let changes = changes(one, &delta);
        Self {
            lines: if changes.is_empty() {
                Vec::new()
            } else {
                lines(one, &delta)
            },
            changes,
            note: None,
        }
    }

    fn note(words: String) -> Self {
        Self {
            note: Some(words),
            ..Self::default()
        }
    }
}

/// How long something took on both sides; none where it was not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimingPair {
    /// The hop.
    pub instance: String,
    /// The phase; none for the hop as a whole.
    pub phase: Option<String>,
    /// Microseconds in the first line.
    pub one_us: Option<u64>,
    /// And in the second.
    pub other_us: Option<u64>,
}

/// Something of both sides that may differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldPair {
    /// What.
    pub name: String,
    /// In the first line.
    pub one: String,
    /// In the second.
    pub other: String,
}

/// Two lines of the invoke log beside each other.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The first line.
    pub one: LogRow,
    /// The second.
    pub other: LogRow,
    /// Outcome, route, sizes and the like.
    pub fields: Vec<FieldPair>,
    /// What differs in the queries.
    pub query: Difference,
    /// What differs in the replies.
    pub reply: Difference,
    /// The phases, hop by hop.
    pub timings: Vec<TimingPair>,
    /// What differs on the wire.
    pub wire: Vec<FieldPair>,
}

impl Comparison {
    /// Puts two lines beside each other.
    pub fn of(one: &LogDetail, other: &LogDetail) -> Self {
        Self {
            fields: fields(&one.entry.row, &other.entry.row),
            query: Difference::of(
                &without_trace(one.entry.query.clone()),
                &without_trace(other.entry.query.clone()),
            ),
            reply: replies(one, other),
            timings: timings(&one.entry.hops, &other.entry.hops),
            wire: wires(&one.entry.wire, &other.entry.wire),
            one: one.entry.row.clone(),
            other: other.entry.row.clone(),
        }
    }
}

impl Workspace {
    /// Puts two lines of the invoke log beside each other.
    pub async fn compare_log(&self, one: u64, other: u64) -> Result<Comparison, Failure> {
        let one = self.log_detail(one).await?;
        let other = self.log_detail(other).await?;
        Ok(blocking(move || Comparison::of(&one, &other)).await)
    }
}

/// Asking for a trace, or answering with one, is no difference of what was asked or answered.
pub(super) fn without_trace(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        members.shift_remove("trace");
    }
    value
}

fn replies(one: &LogDetail, other: &LogDetail) -> Difference {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok().map(without_trace);
    match (&one.reply, &other.reply) {
        (None, None) => Difference::default(),
        (Some(_), None) => Difference::note("only the first one has a reply".to_owned()),
        (None, Some(_)) => Difference::note("only the second one has a reply".to_owned()),
        (Some(one), Some(other)) if one == other => Difference::default(),
        (Some(one), Some(other)) if one.len().max(other.len()) > LARGEST => Difference::note(format!(
            "the replies differ; with {} and {} bytes they are too large to say where (at most {LARGEST})",
            one.len(),
            other.len()
        )),
        (Some(one), Some(other)) => match (parse(one), parse(other)) {
            (Some(one), Some(other)) => Difference::of(&one, &other),
            _ => Difference::note("one of the replies is not JSON".to_owned()),
        },
    }
}

fn fields(one: &LogRow, other: &LogRow) -> Vec<FieldPair> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let route = |route: Option<Route>| or_dash(route.map(|route| route.to_string()));
    let pair = |name: &str, of: &dyn Fn(&LogRow) -> String| FieldPair {
        name: name.to_owned(),
        one: of(one),
        other: of(other),
    };
    vec![
        pair("instance", &|row| row.instance.clone()),
        pair("action", &|row| row.action.clone()),
        pair("route", &|row| route(row.route)),
        pair("outcome", &|row| {
            row.code.clone().unwrap_or_else(|| row.status.clone())
        }),
        pair("pointer", &|row| {
            or_dash(row.pointer.as_ref().map(ToString::to_string))
        }),
        pair("credential", &|row| or_dash(row.credential.clone())),
        pair("reply bytes", &|row| row.reply_bytes.to_string()),
    ]
}

/// Hops by their instance, in the order in which they are met, and within each the phases by their name.
fn timings(one: &[Hop], other: &[Hop]) -> Vec<TimingPair> {
    let mut pairs = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for hop in other.iter().chain(one) {
        if seen.contains(&hop.instance.as_str()) {
            continue;
        }
        seen.push(&hop.instance);
        let of = |hops: &[Hop], phase: Option<&str>| took(hops, &hop.instance, phase);
        pairs.push(TimingPair {
            instance: hop.instance.clone(),
            phase: None,
            one_us: of(one, None),
            other_us: of(other, None),
        });
        let mut phases: Vec<&str> = Vec::new();
        let both = [one, other].into_iter().flatten();
        for phase in both
            .filter(|other| other.instance == hop.instance)
            .flat_map(|hop| &hop.phases)
        {
            if !phases.contains(&phase.name.as_str()) {
                phases.push(phase.name.as_str());
            }
        }
        pairs.extend(phases.into_iter().map(|phase| TimingPair {
            instance: hop.instance.clone(),
            phase: Some(phase.to_owned()),
            one_us: of(one, Some(phase)),
            other_us: of(other, Some(phase)),
        }));
    }
    pairs
}

/// How long an instance was at a phase, or at all of it; none if it was not there.
fn took(hops: &[Hop], instance: &str, phase: Option<&str>) -> Option<u64> {
    let mut phases = hops
        .iter()
        .filter(|hop| hop.instance == instance)
        .flat_map(|hop| &hop.phases)
        .filter(|own| phase.is_none_or(|phase| own.name.as_str() == phase))
        .map(|phase| phase.duration_us)
        .peekable();
    phases
        .peek()
        .is_some()
        .then(|| phases.fold(0, u64::saturating_add))
}

/// What the legs have in the same place and what not; of claims those that do not differ by nature.
fn wires(one: &[LogWire], other: &[LogWire]) -> Vec<FieldPair> {
    let mut pairs = vec![FieldPair {
        name: "legs".to_owned(),
        one: one.len().to_string(),
        other: other.len().to_string(),
    }];
    let sum = |legs: &[LogWire], of: fn(&LogWire) -> u64| legs.iter().map(of).sum::<u64>().to_string();
    for (name, of) in [
        ("bytes sent", (|leg| leg.sizes.0) as fn(&LogWire) -> u64),
        ("bytes received", |leg| leg.sizes.1),
    ] {
        pairs.push(FieldPair {
            name: name.to_owned(),
            one: sum(one, of),
            other: sum(other, of),
        });
    }
    let last = (one.last(), other.last());
    let text =
        |leg: Option<&LogWire>, of: &dyn Fn(&LogWire) -> String| leg.map_or_else(|| "-".to_owned(), of);
    let mut add = |name: &str, of: &dyn Fn(&LogWire) -> String| {
        pairs.push(FieldPair {
            name: name.to_owned(),
            one: text(last.0, of),
            other: text(last.1, of),
        });
    };
    add("last leg to", &|leg| leg.endpoint.clone());
    add("profile", &|leg| profile(leg).to_owned());
    add("HTTP status", &|leg| match leg.status {
        0 => "none came".to_owned(),
        status => status.to_string(),
    });
    for claim in ["app_id", "aud", "hop", "path"] {
        add(claim, &|leg| {
            let value = &leg.token["claims"][claim];
            value.as_str().map_or_else(
                || {
                    if value.is_null() {
                        "-".to_owned()
                    } else {
                        value.to_string()
                    }
                },
                str::to_owned,
            )
        });
    }
    pairs.retain(|pair| pair.one != pair.other || matches!(pair.name.as_str(), "legs" | "profile"));
    pairs
}

fn profile(leg: &LogWire) -> &'static str {
    if leg.content_type == "application/jose" {
        "native"
    } else {
        "legacy"
    }
}
