//! Looking at an instance: does it answer, what does it say of itself, does it accept our credential?

use super::response::Answer;
use super::timing::micros;
use super::{Client, ClientError, Exchange, inert};
use crate::model::{Endpoint, InstanceState, Profile, Timestamp};
use crate::protocol::{CallContext, Code, DISCOVERY_PATH, Discovery, HeldCredential, Query, Reply, Spki};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Instant;

/// How long a probe may take altogether.
pub const PATIENCE_S: i64 = 3;

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probe {
    /// What it comes to. Without a credential, `up` says that it answers HTTP as an instance does, no more.
    pub state: InstanceState,
    /// Round trip of the sealed invoke (or of the liveness call where that was all), microseconds.
    pub latency_us: Option<u64>,
    /// The discovery document, where there is one.
    pub discovery: Option<Discovery>,
    /// Pointers on the instance, if it told.
    pub pointers: Option<u64>,
    /// A number that is another one whenever anything changed there, if it told: its owner is told.
    #[serde(skip)]
    pub changes: Option<u64>,
    /// What went wrong, with the remedy.
    pub error: Option<String>,
}

/// What anybody sees of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// HTTP status of the liveness call: 200 where an instance answers.
    pub status: u16,
    /// Its round trip, microseconds.
    pub latency_us: u64,
    /// The discovery document, where there is one.
    pub discovery: Option<Discovery>,
}

impl Client {
    /// Liveness and discovery under these pins, without any credential.
    pub async fn look(
        &self,
        endpoint: &Endpoint,
        pins: &[Spki],
        profile: Profile,
        deadline_ms: i64,
    ) -> Result<Seen, ClientError> {
        let look = Look {
            client: self,
            endpoint,
            pins,
            deadline_ms,
        };
        let legacy = profile == Profile::Legacy;
        let began = Instant::now();
        let alive = look.liveness(legacy).await?;
        let latency_us = micros(began.elapsed());
        Ok(Seen {
            status: alive.status,
            latency_us,
            discovery: if legacy { None } else { look.discovery().await },
        })
    }

    /// Liveness, discovery, then a sealed `get_graph_stats` with the credential if there is one. Never fails: failure is a finding.
    pub async fn probe(&self, endpoint: &Endpoint, credential: Option<&HeldCredential>) -> Probe {
        self.probe_within(endpoint, credential, PATIENCE_S).await
    }

    /// The same, with so many seconds for all of it.
    pub async fn probe_within(
        &self,
        endpoint: &Endpoint,
        credential: Option<&HeldCredential>,
        seconds: i64,
    ) -> Probe {
        let context = CallContext::begin(Timestamp::now(), seconds);
        let look = Look {
            client: self,
            endpoint,
            pins: credential
                .map(|credential| credential.pins.as_slice())
                .unwrap_or_default(),
            deadline_ms: context.deadline_ms,
        };
        let legacy = credential.is_some_and(|credential| credential.profile() == Profile::Legacy);
        let began = Instant::now();
        let alive = look.liveness(legacy).await;
        let latency_us = micros(began.elapsed());
        if let Err(error) = &alive {
            return failed(None, error);
        }
        let discovery = if legacy { None } else { look.discovery().await };
        let Some(credential) = credential else {
            return without_credential(alive, latency_us, discovery);
        };
        // Original instances are asked nothing that they do not know.
        let asked = if legacy {
            json!({})
        } else {
            json!({"changes": true})
        };
        let query = Query::new("get_graph_stats", asked);
        match self.invoke(credential, &query, &context).await {
            Ok(exchange) => answered(discovery, &exchange),
            Err(error) => explain(failed(discovery, &error), credential),
        }
    }

    /// What time it is there, to the second, as its answers say; none if it does not answer, or does not say.
    pub async fn clock_of(
        &self,
        endpoint: &Endpoint,
        pins: &[Spki],
        profile: Profile,
        seconds: i64,
    ) -> Option<Timestamp> {
        let look = Look {
            client: self,
            endpoint,
            pins,
            deadline_ms: CallContext::begin(Timestamp::now(), seconds).deadline_ms,
        };
        let answer = look.liveness(profile == Profile::Legacy).await.ok()?;
        let headers = answer.headers.to_texts();
        let (_, date) = headers.iter().find(|(name, _)| name == "date")?;
        http_date(date)
    }

    /// What an instance says of itself, under the pins that it is known by; none if it has no such document.
    pub async fn discover(
        &self,
        endpoint: &Endpoint,
        pins: &[Spki],
        context: &CallContext,
    ) -> Result<Option<Discovery>, ClientError> {
        let look = Look {
            client: self,
            endpoint,
            pins,
            deadline_ms: context.deadline_ms,
        };
        let answer = look.get(DISCOVERY_PATH).await?;
        if answer.status != 200 {
            return Ok(None);
        }
        Ok(serde_json::from_slice(&answer.body).ok())
    }
}

/// The open routes of one instance.
struct Look<'a> {
    client: &'a Client,
    endpoint: &'a Endpoint,
    pins: &'a [Spki],
    deadline_ms: i64,
}

impl Look<'_> {
    async fn get(&self, path: &str) -> Result<Answer, ClientError> {
        let url = self.endpoint.sibling(path);
        self.client
            .get(self.endpoint, url, self.pins, self.deadline_ms)
            .await
    }

    /// `/health`; `/` on original instances, which have no other.
    async fn liveness(&self, legacy: bool) -> Result<Answer, ClientError> {
        if legacy {
            return self.get("/").await;
        }
        let answer = self.get("/health").await?;
        if answer.status == 404 {
            return self.get("/").await;
        }
        Ok(answer)
    }

    async fn discovery(&self) -> Option<Discovery> {
        let answer = self.get(DISCOVERY_PATH).await.ok()?;
        if answer.status != 200 {
            return None;
        }
        serde_json::from_slice(&answer.body).ok()
    }
}

/// The form that is written today (RFC 9110, section 5.6.7), which is one of mail dates.
fn http_date(text: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_micros(date.timestamp().as_microsecond()))
}

fn without_credential(
    alive: Result<Answer, ClientError>,
    latency_us: u64,
    discovery: Option<Discovery>,
) -> Probe {
    let status = alive.map(|answer| answer.status).unwrap_or_default();
    let error = (status != 200).then(|| {
        format!("it answers HTTP {status} where an instance says 200; check that the URL leads to a Butterfly instance")
    });
    Probe {
        state: if error.is_none() {
            InstanceState::Up
        } else {
            InstanceState::Unreachable
        },
        latency_us: Some(latency_us),
        discovery,
        pointers: None,
        changes: None,
        error,
    }
}

fn answered(discovery: Option<Discovery>, exchange: &Exchange) -> Probe {
    let told = |member: &str| {
        let result = exchange.reply.result()?;
        result.get(member).and_then(Value::as_u64)
    };
    Probe {
        state: InstanceState::Up,
        latency_us: Some(exchange.elapsed_us),
        discovery,
        pointers: told("total_pointers"),
        changes: told("changes"),
        error: complaint(&exchange.reply),
    }
}

/// An error reply's message. A credential that may not see the statistics is no fault of the instance.
fn complaint(reply: &Reply) -> Option<String> {
    let problem = reply.problem()?;
    if matches!(problem.code, Code::NotGranted | Code::OwnerOnly) {
        return None;
    }
    Some(inert(&problem.message))
}

fn failed(discovery: Option<Discovery>, error: &ClientError) -> Probe {
    let state = match error {
        ClientError::Refused { .. }
        | ClientError::Withheld { .. }
        | ClientError::Garbage { .. }
        | ClientError::NotHttp { .. } => InstanceState::Refused,
        ClientError::Http { status, .. } if *status < 500 => InstanceState::Refused,
        _ => InstanceState::Unreachable,
    };
    Probe {
        state,
        latency_us: None,
        discovery,
        pointers: None,
        changes: None,
        error: Some(format!("{error}; {}", error.remedy())),
    }
}

/// A refusal has a simple reason if another instance answers there than the credential is for.
fn explain(mut probe: Probe, credential: &HeldCredential) -> Probe {
    if let (Some(discovery), Some(expected)) = (&probe.discovery, credential.instance_id())
        && &discovery.instance_id != expected
    {
        probe.error = Some(format!(
            "another instance answers at {}: {}, while the credential is for {expected}; check the URL and port",
            credential.endpoint, discovery.instance_id
        ));
    }
    probe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_answers_are_read() {
        let told = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(told, Timestamp::parse("1994-11-06T08:49:37Z").unwrap());
        assert_eq!(http_date("yesterday"), None);
    }
}
