//! A load in one line of the invoke log: what was asked how often, and the figures of each route.

use super::LoadRequest;
use super::prospects::Prepared;
use crate::client::load::{Figures, Pace, Plan, Stage};
use crate::model::{Route, Timestamp};
use crate::protocol::{Code, Problem, Reply};
use crate::workspace::LogKind;
use crate::workspace::log::Happened;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The line. Its action says that it is a load, its reply has the figures.
pub(super) fn of(
    prepared: &Prepared,
    request: &LoadRequest,
    began: Timestamp,
    lanes: &[(String, Figures)],
) -> Happened {
    let federated = prepared
        .pointer
        .as_ref()
        .and_then(|pointer| pointer.federated.as_ref());
    Happened {
        at: began,
        kind: LogKind::Load,
        instance: prepared.record.name.to_string(),
        action: format!("load {}", prepared.prospects.action),
        pointer: prepared.pointer.as_ref().map(|pointer| pointer.address.clone()),
        route: match lanes {
            [(label, _)] => Route::parse(label),
            _ => None,
        },
        // Its messages are counted with all others.
        credential: None,
        query: federated.map_or_else(|| prepared.query.to_value(), |federated| federated.query.clone()),
        elapsed_us: lanes
            .iter()
            .map(|(_, figures)| figures.elapsed_us)
            .max()
            .unwrap_or(0),
        outcome: Ok(reply(asked(&request.plan, lanes), lanes)),
        hops: Vec::new(),
        wire: Vec::new(),
    }
}

fn asked(plan: &Plan, lanes: &[(String, Figures)]) -> Value {
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let (rate, concurrency) = match plan.pace {
        Pace::Open { rate, .. } => (Some(rate), None),
        Pace::Closed { callers } => (None, Some(callers)),
    };
    let routes: Vec<&String> = lanes
        .iter()
        .map(|(label, _)| label)
        .filter(|label| Route::parse(label).is_some())
        .collect();
    json!({
        "rate": rate,
        "concurrency": concurrency,
        "count": plan.count,
        "duration_ms": plan.duration.map(millis),
        "warm_up_ms": millis(plan.warm_up),
        "routes": routes,
    })
}

/// A success, unless nothing came back well: then the error that was met most.
fn reply(asked: Value, lanes: &[(String, Figures)]) -> Reply {
    let (mut requests, mut errors) = (0, BTreeMap::<&str, u64>::new());
    for (_, figures) in lanes {
        requests += figures.requests;
        for (code, count) in &figures.errors {
            *errors.entry(code).or_default() += count;
        }
    }
    let failed: u64 = errors.values().sum();
    let figures = json!({
        "asked": asked,
        "requests": requests,
        "errors": errors,
        "stopped": lanes.iter().any(|(_, figures)| figures.stage == Stage::Stopped),
        "routes": lanes.iter().map(|(label, figures)| lane(label, figures)).collect::<Vec<_>>(),
    });
    if requests == 0 || failed < requests {
        return Reply::success(figures);
    }
    let most = errors.iter().max_by_key(|(_, count)| **count);
    let code = most
        .and_then(|(code, _)| Code::parse(code))
        .unwrap_or(Code::PeerFailed);
    let message = format!("none of {requests} calls came back well");
    Reply::error(&Problem::new(code, message).with("figures", figures))
}

fn lane(label: &str, figures: &Figures) -> Value {
    let at = |share| figures.latency.percentile(share);
    json!({
        "route": label,
        "requests": figures.requests,
        "errors": figures.errors,
        "rate": (figures.rate() * 10.0).round() / 10.0,
        "latency_us": {
            "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p999": at(0.999), "max": figures.latency.max(),
        },
        "late": figures.late,
        "not_started": figures.not_started,
        "unfinished": figures.unfinished,
        "traced": figures.traced,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::load::Arrivals;
    use std::time::Duration;

    fn figures(requests: u64, errors: &[(&str, u64)]) -> Figures {
        let plan = Plan {
            pace: Pace::Open {
                rate: 50.0,
                arrivals: Arrivals::Constant,
            },
            warm_up: Duration::ZERO,
            duration: None,
            count: Some(requests),
            in_flight: 1,
            trace_every: 0,
        };
        let mut figures = Figures::nothing(&plan, Duration::from_millis(200));
        figures.requests = requests;
        figures.errors = errors
            .iter()
            .map(|(code, count)| ((*code).to_owned(), *count))
            .collect();
        figures
    }

    #[test]
    fn a_load_is_an_error_only_if_nothing_came_back_well() {
        let some = vec![("relay".to_owned(), figures(10, &[("rate_limited", 9)]))];
        assert!(reply(Value::Null, &some).is_success());
        let none = vec![(
            "relay".to_owned(),
            figures(10, &[("rate_limited", 7), ("internal", 3)]),
        )];
        assert_eq!(reply(Value::Null, &none).code(), Code::parse("rate_limited"));
        assert!(reply(Value::Null, &[("relay".to_owned(), figures(0, &[]))]).is_success());
    }
}
