//! Live checks of a held credential, one after the other, each on what the one before it made sure of:
//! does the peer answer, is it the one that we know, does it take our token, does its reply open, is the
//! grant as agreed?

use super::Instance;
use super::held::Holding;
use super::{asking, holding};
use crate::client::{ClientError, Seen, inert};
use crate::handshake::{AlarmKind, Told};
use crate::model::{GrantDifference, Profile};
use crate::protocol::{CallContext, Code, Query, Reply};
use serde_json::{Value, json};

/// In the order in which they are made.
const KINDS: [&str; 6] = ["reachable", "tls", "identity", "token", "reply", "grant"];

/// What was found so far.
struct Findings(Vec<Value>);

/// Why a check failed, and what to do about it.
struct Failed {
    why: String,
    remedy: String,
}

type Found = Result<String, Failed>;

impl Findings {
    fn passed(&mut self, note: impl Into<String>) {
        let kind = KINDS[self.0.len()];
        self.0
            .push(json!({"kind": kind, "result": "passed", "note": note.into()}));
    }

    fn add(&mut self, found: Found) -> Result<(), ()> {
        match found {
            Ok(note) => {
                self.passed(note);
                Ok(())
            }
            Err(failed) => {
                let kind = KINDS[self.0.len()];
                self.0.push(
                    json!({"kind": kind, "result": "failed", "why": failed.why, "remedy": failed.remedy}),
                );
                Err(())
            }
        }
    }

    /// What could not be checked any more is skipped.
    fn into_value(mut self) -> Value {
        for kind in &KINDS[self.0.len()..] {
            self.0.push(json!({"kind": kind, "result": "skipped"}));
        }
        Value::Array(self.0)
    }
}

/// `[{kind, result: passed|failed|skipped, note | why, remedy}]`, one for each check.
pub(super) async fn check(instance: &Instance, holding: &Holding, context: &CallContext) -> Value {
    let mut findings = Findings(Vec::with_capacity(KINDS.len()));
    // A failed check ends the round; what it found is in the findings.
    let _ = make(instance, holding, context, &mut findings).await;
    findings.into_value()
}

async fn make(
    instance: &Instance,
    holding: &Holding,
    context: &CallContext,
    findings: &mut Findings,
) -> Result<(), ()> {
    let credential = &holding.credential;
    let client = instance.own_client();
    let looked = client
        .look(
            &credential.endpoint,
            &credential.pins,
            credential.profile(),
            context.deadline_ms,
        )
        .await;
    if let Err(error) = &looked {
        holding::notice_tls(instance, holding, error).await;
    }
    let seen = reached(looked, findings)?;
    findings.passed(transport(holding));
    let identity = identity(holding, &seen);
    if let Err((_, Some(kind))) = &identity {
        let shown = seen
            .discovery
            .as_ref()
            .and_then(|discovery| discovery.identity.as_ref());
        let shown = shown.map(|identity| identity.as_str()).unwrap_or_default();
        holding::alarm(instance, &holding.record.name, *kind, shown).await;
    }
    findings.add(identity.map_err(|(failed, _)| failed))?;
    if let Some(problem) = instance
        .held()
        .get(&holding.record.name)
        .and_then(|now| holding::standing_alarm(&now.record.name, &now.life))
    {
        return findings.add(Err(Failed {
            why: problem.message,
            remedy: "settle the alarm first: compare the words anew, or drop the credential".to_owned(),
        }));
    }
    let whoami = Query::new("whoami", json!({}));
    let own = asking::own_context(instance, context);
    let reply = match asking::ask(instance, holding, &whoami, &own).await {
        Ok(exchange) => exchange.reply,
        Err(error) => {
            if matches!(error, ClientError::Garbage { .. } | ClientError::TooLarge { .. }) {
                findings.passed("it is not refused");
            }
            let mut failed = of(&error);
            if matches!(error, ClientError::Refused { .. }) && holding.is_between_keys() {
                failed.remedy = "a rotation of it was begun and its answer never came: rotate it again, which finishes it; \
                                 the next relay does so too; where that is refused as well, ask its administrator for a new \
                                 offer"
                    .to_owned();
            }
            return findings.add(Err(failed));
        }
    };
    findings.passed(format!("as {}", credential.app_id));
    findings.passed("sealed for this credential");
    holding::heed_reply(instance, &holding.record.name, &reply).await;
    findings.add(granted(holding, &reply))
}

/// Whether it answers at all; what is wrong with its TLS key is the next check's to say.
fn reached(looked: Result<Seen, ClientError>, findings: &mut Findings) -> Result<Seen, ()> {
    match looked {
        Ok(seen) if seen.status == 200 => {
            findings.passed(latency(seen.latency_us));
            Ok(seen)
        }
        Ok(seen) => {
            let failed = Failed {
                why: format!("it answers HTTP {} where an instance says 200", seen.status),
                remedy: "check that the URL leads to a Butterfly instance".to_owned(),
            };
            findings.add(Err(failed))?;
            Err(())
        }
        Err(error) => {
            if matches!(error, ClientError::Tls { .. }) {
                findings.passed("something answers there");
            }
            findings.add(Err(of(&error)))?;
            Err(())
        }
    }
}

fn latency(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        _ => format!("{} ms", micros / 1_000),
    }
}

fn transport(holding: &Holding) -> String {
    let credential = &holding.credential;
    match (credential.endpoint.is_tls(), credential.pins.is_empty()) {
        (true, false) => "the key is one of those pinned",
        (true, true) => "the certificate authorities of this machine vouch for it",
        (false, _) if credential.endpoint.is_loopback() => "no TLS, on loopback",
        (false, _) => "no TLS",
    }
    .to_owned()
}

/// Whether it is the instance that the credential is for.
fn identity(holding: &Holding, seen: &Seen) -> Result<String, (Failed, Option<AlarmKind>)> {
    if holding.record.profile == Profile::Legacy {
        return Ok("an original instance has no identity to show".to_owned());
    }
    let plain = |why: String, remedy: &str| {
        let remedy = remedy.to_owned();
        (Failed { why, remedy }, None)
    };
    let Some(discovery) = &seen.discovery else {
        return Err(plain(
            "it does not say which instance it is".to_owned(),
            "check that the URL leads to a Butterfly instance",
        ));
    };
    if let Some(expected) = holding.credential.instance_id()
        && discovery.instance_id != *expected
    {
        return Err(plain(
            format!(
                "it is {}, and the credential is for {expected}",
                discovery.instance_id
            ),
            "check the URL and port with the other administrator",
        ));
    }
    match (&holding.peer.identity, &discovery.identity) {
        (Some(known), Some(shown)) if known != shown => {
            let failed = Failed {
                why: format!("it signs with {shown}, and did with {known}"),
                remedy: AlarmKind::IdentityChanged.advice().to_owned(),
            };
            Err((failed, Some(AlarmKind::IdentityChanged)))
        }
        (Some(_), Some(_)) => Ok(format!(
            "{}, {}, same key",
            inert(&discovery.name),
            discovery.instance_id
        )),
        _ => Ok(format!("{}, {}", inert(&discovery.name), discovery.instance_id)),
    }
}

/// Whether what the peer says that we may do is what the bundle said.
fn granted(holding: &Holding, reply: &Reply) -> Found {
    if let Some(problem) = reply.problem() {
        if holding.record.profile == Profile::Legacy || problem.code == Code::UnknownAction {
            return Ok("it does not tell".to_owned());
        }
        return Err(Failed {
            why: inert(&problem.message),
            remedy: "ask the instance's administrator".to_owned(),
        });
    }
    let Some(told) = Told::of(reply) else {
        return Ok("it does not tell".to_owned());
    };
    let record = &holding.record;
    let differences = told.differs_from(record.grant.as_ref(), record.expires_at);
    if !differences.is_empty() {
        return Err(Failed {
            why: inert(&format!(
                "it allows something else by now: {}",
                GrantDifference::listed(&differences)
            )),
            remedy: "this instance knows it from now on; ask the other administrator whether that was meant"
                .to_owned(),
        });
    }
    Ok(match (&record.grant, told.grant.owner) {
        (Some(_), _) => "as it was known".to_owned(),
        (None, true) => "everything".to_owned(),
        (None, false) => format!("{} actions", told.grant.actions.len()),
    })
}

fn of(error: &ClientError) -> Failed {
    Failed {
        why: error.to_string(),
        remedy: error.remedy().to_owned(),
    }
}

/// Whether every check passed.
pub(super) fn all_passed(checks: &Value) -> bool {
    let list = checks.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().all(|check| check["result"] == "passed")
}
