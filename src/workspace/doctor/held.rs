//! Credentials that running instances of ours hold for relay: each is checked as `credential check` does, by the instance
//! that holds it, and connections whose credential is gone are named. Instances that are stopped are not asked.

use super::super::held_there::{HeldThere, held_credentials, held_name};
use super::super::leading::connections;
use super::super::{Check, CheckKind, CheckResult, Failure, HostedBy, Workspace};
use super::{Observation, Severity};
use crate::model::{Connection, InstanceKind};
use crate::vault::InstanceRecord;
use std::time::Duration;

/// How long an instance may take to say what it holds.
const PATIENCE: Duration = Duration::from_secs(5);

impl Workspace {
    /// Every running instance of ours, all at once.
    pub(super) async fn examine_held(&self) -> Vec<Observation> {
        // That the vault tells of no instances is said where the remotes are looked at.
        let records = self.records().await.unwrap_or_default();
        let running = records.into_iter().filter(|record| {
            record.kind == InstanceKind::Local && self.row_of(record.clone()).hosted_by != HostedBy::Nobody
        });
        let examined = running.map(|record| self.examine_held_by(record));
        futures::future::join_all(examined).await.concat()
    }

    async fn examine_held_by(&self, record: InstanceRecord) -> Vec<Observation> {
        let ours = record.name.to_string();
        let asked = tokio::time::timeout(PATIENCE, self.held_and_gateways(record)).await;
        let (held, gateways) = match asked {
            Ok(Ok(found)) => found,
            Ok(Err(failure)) => return vec![Observation::failed("held", ours, &failure)],
            Err(_) => return vec![silent(&ours)],
        };
        let checked = held
            .iter()
            .map(|held| self.examine_one(held_name(&ours, &held.name)));
        let mut found = futures::future::join_all(checked).await;
        found.extend(orphans(&ours, &held, &gateways));
        found
    }

    async fn held_and_gateways(
        &self,
        record: InstanceRecord,
    ) -> Result<(Vec<HeldThere>, Vec<Connection>), Failure> {
        let mut session = self.session_with(record).await?;
        let found = async {
            Ok((
                held_credentials(&mut session).await?,
                connections(&mut session).await?,
            ))
        }
        .await;
        session.close().await;
        found
    }

    async fn examine_one(&self, name: String) -> Observation {
        match self.check_credential(&name, &|_| ()).await {
            Ok(checks) => judge(&name, &checks),
            Err(failure) => Observation::failed("held", name, &failure),
        }
    }
}

fn silent(ours: &str) -> Observation {
    Observation::of(
        Severity::Fault,
        "held",
        ours,
        format!(
            "it is hosted, and did not say within {} s what it holds",
            PATIENCE.as_secs()
        ),
        format!("look at it with `butterfly instance log {ours}`, and start it anew"),
    )
}

fn judge(name: &str, checks: &[Check]) -> Observation {
    let failed = checks.iter().find_map(|check| match &check.result {
        CheckResult::Failed { why, remedy } => Some((check.kind, why, remedy)),
        _ => None,
    });
    let Some((kind, why, remedy)) = failed else {
        return Observation::ok("held", name, "its instance is answered when it calls with it");
    };
    let severity = match kind {
        CheckKind::Reachable => Severity::Warning,
        _ => Severity::Fault,
    };
    let remedy = match remedy.is_empty() {
        true => format!("see `butterfly credential check {name}`"),
        false => remedy.clone(),
    };
    Observation::of(severity, "held", name, why, remedy)
}

/// Connections that relay with a credential which is not there.
fn orphans(ours: &str, held: &[HeldThere], gateways: &[Connection]) -> Vec<Observation> {
    let is_there = |name: &str| held.iter().any(|held| held.name == name);
    let without = gateways.iter().filter_map(|connection| {
        let name = connection.held_credential.as_deref()?;
        (!is_there(name)).then_some((connection, name))
    });
    without
        .map(|(connection, name)| {
            Observation::of(
                Severity::Fault,
                "connection",
                ours,
                format!(
                    "{} {:?} relays with the credential {name:?}, which {ours} does not hold any more",
                    connection.id, connection.name
                ),
                format!(
                    "accept a new one for it, or remove the connection with `butterfly connection remove {ours} {}`",
                    connection.id
                ),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: CheckKind, result: CheckResult) -> Check {
        Check { kind, result }
    }

    #[test]
    fn a_peer_that_refuses_is_a_fault_and_one_that_is_away_is_not() {
        let failed = || CheckResult::Failed {
            why: "no".to_owned(),
            remedy: String::new(),
        };
        for (kind, severity) in [
            (CheckKind::Reachable, Severity::Warning),
            (CheckKind::Tls, Severity::Fault),
            (CheckKind::Token, Severity::Fault),
        ] {
            let found = judge("alpha/held/beta", &[check(kind, failed())]);
            assert_eq!(found.severity, severity, "{kind:?}");
            assert!(!found.remedy.is_empty());
        }
        let skipped = [check(CheckKind::Grant, CheckResult::Skipped)];
        assert_eq!(judge("alpha/held/beta", &skipped).severity, Severity::Ok);
    }
}
