//! Live checks of a held credential, one after the other, each with what was seen.

use crate::client::{ClientError, inert};
use crate::handshake::{AlarmKind, Told};
use crate::model::{GrantDifference, Holder, Side, Timestamp};
use crate::protocol::{CallContext, Code, Discovery, HeldCredential, Query, Reply};
use crate::vault::HeldEntry;
use crate::workspace::{Check, CheckKind, CheckResult, Failure, Workspace, held};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Instant;

/// Seconds for each of the two calls.
const PATIENCE: i64 = 10;

/// The checks so far; each is reported as it is made.
struct Checks<'a> {
    made: Vec<Check>,
    report: &'a (dyn Fn(&Check) + Sync),
}

impl Checks<'_> {
    fn passed(&mut self, kind: CheckKind, note: impl Into<String>) {
        self.add(kind, CheckResult::Passed { note: note.into() });
    }

    fn failed(&mut self, kind: CheckKind, why: impl Into<String>, remedy: impl Into<String>) {
        self.add(
            kind,
            CheckResult::Failed {
                why: why.into(),
                remedy: remedy.into(),
            },
        );
    }

    fn add(&mut self, kind: CheckKind, result: CheckResult) {
        let check = Check { kind, result };
        (self.report)(&check);
        self.made.push(check);
    }

    /// What was not made any more, because of what failed.
    fn done(mut self) -> Vec<Check> {
        for kind in CheckKind::ALL {
            if !self.made.iter().any(|check| check.kind == kind) {
                self.add(kind, CheckResult::Skipped);
            }
        }
        self.made
    }
}

impl Workspace {
    /// Live checks of a held credential, one after the other; `report` hears of each as it is made.
    pub async fn check_credential(
        &self,
        name: &str,
        report: &(dyn Fn(&Check) + Sync),
    ) -> Result<Vec<Check>, Failure> {
        let checks = Checks {
            made: Vec::new(),
            report,
        };
        let wanted = name.to_owned();
        let entry = self.in_vault(move |vault| vault.held_by_name(&wanted)).await?;
        if let Some(entry) = entry {
            return self.check_entry(entry, checks).await;
        }
        let row = self.credential(name).await?;
        match (row.side, row.holder, row.name.split_once("/held/")) {
            (Side::Held, Some(Holder::Instance), Some((ours, held))) => {
                self.check_there(ours, held, checks).await
            }
            (Side::Held, _, _) => {
                let entry = self.held_entry(&row.name).await?;
                self.check_entry(entry, checks).await
            }
            (Side::Issued, _, _) => Err(Failure::new(
                Code::InvalidParameter,
                format!(
                    "{} was issued here; whoever holds it checks whether it works",
                    row.name
                ),
                "check one that is held, or look at its last use with `butterfly credential show`",
            )),
        }
    }

    async fn check_entry(&self, entry: HeldEntry, mut checks: Checks<'_>) -> Result<Vec<Check>, Failure> {
        let credential = entry.form.clone().into_held()?;
        let began = Instant::now();
        let context = CallContext::begin(Timestamp::now(), PATIENCE);
        let discovered = self
            .client
            .discover(&credential.endpoint, &credential.pins, &context)
            .await;
        let discovery = match discovered {
            Ok(discovery) => {
                checks.passed(
                    CheckKind::Reachable,
                    format!("{} ms", began.elapsed().as_millis()),
                );
                checks.passed(CheckKind::Tls, tls_note(&credential));
                discovery
            }
            Err(error @ ClientError::Tls { .. }) => {
                self.notice_tls(&error).await;
                checks.passed(CheckKind::Reachable, "something answers");
                checks.failed(CheckKind::Tls, error.to_string(), error.remedy());
                return Ok(checks.done());
            }
            Err(error) => {
                checks.failed(CheckKind::Reachable, error.to_string(), error.remedy());
                return Ok(checks.done());
            }
        };
        if !self
            .check_identity(&entry, &credential, discovery, &mut checks)
            .await
        {
            return Ok(checks.done());
        }
        // An alarm that was raised earlier still stands: nothing is sent.
        if let Err(failure) = held::usable(entry.clone()) {
            checks.failed(CheckKind::Token, failure.message, failure.remedy);
            return Ok(checks.done());
        }
        self.check_call(&entry, &credential, &mut checks).await;
        Ok(checks.done())
    }

    /// Whether the instance of the bundle answers. Original instances say nothing of themselves.
    async fn check_identity(
        &self,
        entry: &HeldEntry,
        credential: &HeldCredential,
        discovery: Option<Discovery>,
        checks: &mut Checks<'_>,
    ) -> bool {
        let Some(expected) = credential.instance_id() else {
            checks.passed(
                CheckKind::Identity,
                "an original instance: it says nothing of itself",
            );
            return true;
        };
        let Some(discovery) = discovery else {
            checks.failed(
                CheckKind::Identity,
                "what answers there does not say which instance it is",
                "check that the URL leads to a Butterfly instance",
            );
            return false;
        };
        if discovery.instance_id != *expected {
            checks.failed(
                CheckKind::Identity,
                format!(
                    "{} answers, and the credential is for {expected}",
                    discovery.instance_id
                ),
                "check the URL and port",
            );
            return false;
        }
        if entry.identity.is_some() && entry.identity != discovery.identity {
            self.notice_identity(&credential.endpoint, &discovery).await;
            checks.failed(
                CheckKind::Identity,
                "the instance shows another identity than it did",
                AlarmKind::IdentityChanged.advice(),
            );
            return false;
        }
        let note = match &entry.identity {
            Some(_) => "id and identity are those of the bundle",
            None => "its id is that of the credential",
        };
        checks.passed(CheckKind::Identity, note);
        true
    }

    async fn check_call(&self, entry: &HeldEntry, credential: &HeldCredential, checks: &mut Checks<'_>) {
        let context = CallContext::begin(Timestamp::now(), PATIENCE);
        let query = Query::new("whoami", json!({}));
        match self.client.invoke(credential, &query, &context).await {
            Ok(exchange) => {
                checks.passed(CheckKind::Token, format!("as {}", credential.app_id));
                checks.passed(
                    CheckKind::Reply,
                    format!("after {} ms", exchange.elapsed_us.div_ceil(1_000)),
                );
                check_grant(entry, &exchange.reply, checks);
                self.heed(&entry.name, &exchange.reply).await;
            }
            Err(error @ ClientError::Garbage { .. }) => {
                checks.passed(CheckKind::Token, "something was answered");
                checks.failed(CheckKind::Reply, error.to_string(), error.remedy());
            }
            Err(error @ ClientError::Refused { .. }) if held::is_between_keys(entry) => {
                let remedy = held::finish_rotation(&entry.name);
                checks.failed(CheckKind::Token, error.to_string(), remedy);
            }
            Err(error) => checks.failed(CheckKind::Token, error.to_string(), error.remedy()),
        }
    }

    /// The instance that holds it makes the checks, and tells.
    async fn check_there(
        &self,
        ours: &str,
        name: &str,
        mut checks: Checks<'_>,
    ) -> Result<Vec<Check>, Failure> {
        let mut session = self.session(ours).await?;
        let query = Query::new("check_held_credential", json!({ "name": name }));
        let result = session.result(&query).await;
        session.close().await;
        for check in told(&result?) {
            checks.add(check.0, check.1);
        }
        Ok(checks.done())
    }
}

fn tls_note(credential: &HeldCredential) -> &'static str {
    match (credential.endpoint.is_tls(), credential.pins.is_empty()) {
        (false, _) if credential.endpoint.is_loopback() => "no TLS on loopback",
        (false, _) => "no TLS: anybody on the way sees who calls when, though not what",
        (true, true) => "an authority vouches for it",
        (true, false) => "the pinned key",
    }
}

fn check_grant(entry: &HeldEntry, reply: &Reply, checks: &mut Checks<'_>) {
    if let Some(problem) = reply.problem() {
        // An original instance knows no such action, and has no grants.
        if entry.form.kid.is_none() {
            return checks.passed(CheckKind::Grant, "an original instance: it tells of no grants");
        }
        return checks.failed(
            CheckKind::Grant,
            problem.message,
            "ask the instance's administrator",
        );
    }
    let Some(told) = Told::of(reply) else {
        return checks.passed(CheckKind::Grant, "the instance does not tell");
    };
    let differences = told.differs_from(entry.grant.as_ref(), entry.expires_at);
    if !differences.is_empty() {
        return checks.failed(
            CheckKind::Grant,
            inert(&format!(
                "it allows something else by now: {}",
                GrantDifference::listed(&differences)
            )),
            "this home knows it from now on; ask the instance's administrator whether that was meant",
        );
    }
    match entry.grant {
        Some(_) => checks.passed(CheckKind::Grant, "what was known"),
        None => checks.passed(CheckKind::Grant, "no bundle said what it should be"),
    }
}

/// What an instance tells of its own checks: `checks: [{kind, result, note | why, remedy}]`.
fn told(result: &Value) -> Vec<(CheckKind, CheckResult)> {
    #[derive(Deserialize)]
    struct Told {
        kind: String,
        result: String,
        #[serde(default)]
        note: String,
        #[serde(default)]
        why: String,
        #[serde(default)]
        remedy: String,
    }
    let listed: Vec<Told> = result
        .get("checks")
        .and_then(|checks| serde_json::from_value(checks.clone()).ok())
        .unwrap_or_default();
    listed
        .into_iter()
        .filter_map(|told| {
            let kind = CheckKind::ALL
                .into_iter()
                .find(|kind| json!(kind).as_str() == Some(&told.kind))?;
            let result = match told.result.as_str() {
                "passed" => CheckResult::Passed { note: told.note },
                "failed" => CheckResult::Failed {
                    why: told.why,
                    remedy: told.remedy,
                },
                _ => return None,
            };
            Some((kind, result))
        })
        .collect()
}
