//! The remotes, over the network: whether they answer, how far their clocks are off, and how long our credentials for
//! them last.

use super::super::credential_rows::row_of_entry;
use super::super::looking::patience_of;
use super::super::{CredentialRow, Workspace};
use super::{Observation, Severity};
use crate::model::{CredentialState, InstanceKind, InstanceState, Timestamp};
use crate::protocol::{HeldCredential, HeldKeys};
use crate::vault::InstanceRecord;

/// Seconds by which clocks may differ before calls fail.
const REFUSED: i64 = 30;
/// Seconds by which they may differ before that is told.
const NOTICED: i64 = 5;

impl Workspace {
    /// Every remote, all at once: one that does not answer holds up no other.
    pub(super) async fn examine_remotes(&self) -> Vec<Observation> {
        let records = match self.records().await {
            Ok(records) => records,
            Err(failure) => return vec![Observation::failed("remote", "vault", &failure)],
        };
        let remotes = records
            .iter()
            .filter(|record| record.kind == InstanceKind::Remote)
            .map(|record| self.examine_remote(record));
        futures::future::join_all(remotes).await.concat()
    }

    async fn examine_remote(&self, record: &InstanceRecord) -> Vec<Observation> {
        let name = record.name.as_str();
        let entry = match self.entry_of(record).await {
            Ok(entry) => entry,
            Err(failure) => return vec![Observation::failed("credential", name, &failure)],
        };
        let row = row_of_entry(entry.clone(), Timestamp::now());
        let credential = match entry.form.into_held() {
            Ok(credential) => credential,
            Err(error) => {
                let remedy = "accept a new bundle for it, or remove and add it again";
                let message = error.to_string();
                return vec![Observation::of(
                    Severity::Fault,
                    "credential",
                    name,
                    message,
                    remedy,
                )];
            }
        };
        let mut found = vec![judge_credential(name, &row, &credential)];
        let patience = patience_of(record);
        let probe = self
            .client
            .probe_within(&record.endpoint, Some(&credential), patience)
            .await;
        found.push(judge_answer(name, probe.state, probe.error.as_deref()));
        // A clock that is off may be why it refuses.
        if probe.state != InstanceState::Unreachable {
            let asked = Timestamp::now();
            let told = self
                .client
                .clock_of(&record.endpoint, &credential.pins, credential.profile(), patience)
                .await;
            found.extend(told.map(|told| judge_clock(name, told.as_seconds() - asked.as_seconds())));
        }
        found
    }
}

fn judge_answer(name: &str, state: InstanceState, error: Option<&str>) -> Observation {
    let message = error.unwrap_or("it does not answer");
    match state {
        InstanceState::Up => match error {
            None => Observation::ok("remote", name, "it answers and accepts our credential"),
            Some(error) => Observation::of(
                Severity::Warning,
                "remote",
                name,
                error,
                "ask its administrator what is wrong",
            ),
        },
        InstanceState::Refused => Observation::of(
            Severity::Fault,
            "remote",
            name,
            message,
            "ask its administrator whether the credential still stands, or accept a new one",
        ),
        // Whoever shows another key is not who we mean to call, whether or not it answers.
        _ if message.contains("is not one of the") => Observation::of(
            Severity::Fault,
            "pin",
            name,
            message,
            "ask its administrator whether its TLS key was changed, over another channel, and accept a new bundle",
        ),
        _ => Observation::of(
            Severity::Warning,
            "remote",
            name,
            message,
            "check that it is running and that its URL is right",
        ),
    }
}

fn judge_clock(name: &str, seconds: i64) -> Observation {
    let (size, way) = (seconds.abs(), if seconds > 0 { "ahead of" } else { "behind" });
    let message = format!("its clock is {size} s {way} ours");
    let remedy = "let both machines take their time from NTP (`timedatectl status`)";
    if size > REFUSED {
        return Observation::of(Severity::Fault, "clock", name, message, remedy);
    }
    if size > NOTICED {
        return Observation::of(Severity::Warning, "clock", name, message, remedy);
    }
    Observation::ok("clock", name, "its clock and ours agree")
}

fn judge_credential(name: &str, row: &CredentialRow, credential: &HeldCredential) -> Observation {
    let is_weak = matches!(&credential.keys, HeldKeys::Legacy { token_secret, .. } if token_secret.is_weak());
    let is_over = matches!(row.state, CredentialState::Revoked | CredentialState::Expired);
    match &row.attention {
        None if !is_over => Observation::ok("credential", name, format!("{} stands", row.name)),
        attention => {
            let what = attention.as_deref().unwrap_or("it is over");
            let is_bad = is_over || is_weak || row.alarm.is_some();
            let severity = if is_bad {
                Severity::Fault
            } else {
                Severity::Warning
            };
            let remedy = if is_over {
                "ask its administrator for a new one (`butterfly handshake request`)".to_owned()
            } else {
                format!("see `butterfly credential show {}`", row.name)
            };
            Observation::of(
                severity,
                "credential",
                name,
                format!("{}: {what}", row.name),
                remedy,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_judged_by_what_calls_allow() {
        for (seconds, severity) in [
            (0, Severity::Ok),
            (-5, Severity::Ok),
            (6, Severity::Warning),
            (-30, Severity::Warning),
            (31, Severity::Fault),
            (-31, Severity::Fault),
        ] {
            assert_eq!(judge_clock("beta", seconds).severity, severity, "{seconds}");
        }
        assert!(judge_clock("beta", -31).message.contains("31 s behind"));
    }

    #[test]
    fn another_key_is_a_fault_and_silence_is_not() {
        let shown = "the key that it shows is not one of the 2 that are pinned";
        let pin = judge_answer("beta", InstanceState::Unreachable, Some(shown));
        assert_eq!((pin.check, pin.severity), ("pin", Severity::Fault));
        let silent = judge_answer("beta", InstanceState::Unreachable, None);
        assert_eq!(silent.severity, Severity::Warning);
        assert_eq!(
            judge_answer("beta", InstanceState::Up, None).severity,
            Severity::Ok
        );
    }
}
