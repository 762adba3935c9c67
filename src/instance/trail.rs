//! Writing to the audit trail: what is put on record, when it must be durable, and what is bounded.

use super::caller::Caller;
use super::chain_members::FAILED_AT;
use super::events::{self, Events, Origin, Weight};
use super::grant_part::GRANT_PART;
use super::strangers::Strangers;
use crate::model::{GrantDifference, InstanceId, KeyId, Timestamp};
use crate::protocol::{Code, Hop, Query, Reply};
use crate::store::{AuditHead, AuditLog, AuditOutcome, NewAuditRecord, StoreError};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;

/// Longest text from a caller that goes on record.
const LONGEST: usize = 128;
/// Longest account of what was changed that goes on record, in characters.
const LONGEST_ACCOUNT: usize = 2_000;
/// Parameters that say what an action is about, the telling ones first.
const SUBJECTS: [&str; 9] = [
    "federation_id",
    "pointer_address",
    "connection_id",
    "domain_id",
    "name",
    "id",
    "app_id",
    "import_id",
    "peer",
];
/// Members of a result that say what was made, and the member of each that names it.
const MADE: [(&str, &str); 6] = [
    ("federation", "id"),
    ("pointer", "address"),
    ("connection", "id"),
    ("domain", "id"),
    ("offer", "id"),
    ("credential", "name"),
];

/// What an action is to the trail, if it is more than reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Anybody may call it: it is about the credential that it is called with.
    Anyones,
    /// Something is changed or administered: it is always about something.
    Administration,
}

/// What the trail has to know of actions.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    /// What the action of this name is; none if it only reads, or there is no such action.
    pub of: fn(&str) -> Option<Act>,
    /// Whether the action of this name takes the parameter of that name: what else a query says, nothing is done about.
    pub take: fn(&str, &str) -> bool,
}

/// The audit trail of an instance, as calls write to it.
pub(super) struct Trail {
    log: Arc<dyn AuditLog>,
    acts: Acts,
    /// What an act is about that names nothing else: the instance itself.
    own: String,
    /// Only benches that measure everything else switch it off.
    is_off: bool,
    /// Whoever hosts the instance may look at what it refuses.
    events: Option<Arc<Events>>,
    strangers: Arc<Strangers>,
}

/// Who did what, as far as it is known.
pub(super) struct Deed<'a> {
    pub caller: &'a Caller,
    pub jti: Option<&'a str>,
    pub query: &'a Query,
}

impl Trail {
    pub(super) fn new(log: Arc<dyn AuditLog>, acts: Acts, own: &InstanceId, is_off: bool) -> Self {
        Self {
            log,
            acts,
            own: own.to_string(),
            is_off,
            events: events::own(),
            strangers: Arc::default(),
        }
    }

    pub(super) fn log(&self) -> &dyn AuditLog {
        self.log.as_ref()
    }

    pub(super) fn shared_log(&self) -> Arc<dyn AuditLog> {
        Arc::clone(&self.log)
    }

    /// Whether the last record could not be written: the instance answers nothing then.
    pub(super) fn is_failing(&self) -> bool {
        self.log.is_failing()
    }

    /// Puts on record that something is about to be done; ready when that is durable.
    pub(super) async fn intend(&self, deed: &Deed<'_>, now: Timestamp) -> Result<(), StoreError> {
        if self.is_off {
            return Ok(());
        }
        self.append(self.record(deed, now, AuditOutcome::Intent, None))
            .await
    }

    /// Puts on record how something ended; ready when that is durable.
    pub(super) async fn conclude(
        &self,
        deed: &Deed<'_>,
        now: Timestamp,
        outcome: AuditOutcome,
        reason: Option<String>,
    ) -> Result<(), StoreError> {
        self.append(self.record(deed, now, outcome, reason)).await
    }

    /// Puts on record what a reply tells; ready when that is durable.
    pub(super) async fn conclude_with(
        &self,
        deed: &Deed<'_>,
        now: Timestamp,
        reply: &Reply,
        onward: &[Hop],
    ) -> Result<(), StoreError> {
        if self.is_off {
            return Ok(());
        }
        let (outcome, reason) = verdict(reply);
        let reason = match reason {
            Some(reason) => Some(with_way(reason, reply, onward)),
            None => changes(deed, reply),
        };
        let mut record = self.record(deed, now, outcome, reason);
        record.subject = key(deed, reply).or(record.subject).or_else(|| made(reply));
        self.append(record).await
    }

    /// What is counted of strangers instead of being on record one by one.
    pub(super) fn strangers(&self) -> &Arc<Strangers> {
        &self.strangers
    }

    /// Puts on record without waiting that somebody was refused who did not prove to be anybody, or counts it where there
    /// are many of these.
    pub(super) fn deny_stranger_soon(
        &self,
        now: Timestamp,
        peer: IpAddr,
        (kid, jti): (Option<KeyId>, Option<String>),
        reason: &str,
    ) {
        if self.strangers.is_one_of_few(peer, reason) {
            self.deny_soon(now, kid, jti, reason);
        }
    }

    /// Puts a refusal on record without waiting: nobody buys an fsync without a credential.
    pub(super) fn deny_soon(&self, now: Timestamp, kid: Option<KeyId>, jti: Option<String>, reason: &str) {
        if self.is_off {
            return;
        }
        let record = NewAuditRecord {
            at: now,
            app_id: None,
            kid,
            jti,
            action: String::new(),
            subject: None,
            outcome: AuditOutcome::Denied,
            reason: Some(reason.to_owned()),
        };
        self.tell(&record);
        self.log.append_soon(record);
    }

    /// Puts a step of a handshake on record, which no credential called for; ready when that is durable.
    pub(super) async fn step(
        &self,
        now: Timestamp,
        action: &str,
        subject: Option<&str>,
        outcome: AuditOutcome,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        self.append(event(now, action, subject, outcome, reason)).await
    }

    /// That a stranger was refused a step of a handshake, without waiting; counted where there are many of these.
    pub(super) fn deny_step_soon(
        &self,
        now: Timestamp,
        peer: IpAddr,
        action: &str,
        subject: Option<&str>,
        reason: &str,
    ) {
        if !self.is_off && self.strangers.is_one_of_few(peer, reason) {
            let record = event(now, action, subject, AuditOutcome::Denied, Some(reason));
            self.tell(&record);
            self.log.append_soon(record);
        }
    }

    /// Puts something on record that should not have happened, whoever noticed it.
    pub(super) async fn alarm(
        &self,
        now: Timestamp,
        caller: Option<&Caller>,
        subject: &str,
        (action, reason): (&str, &str),
    ) -> Result<(), StoreError> {
        self.append(NewAuditRecord {
            at: now,
            app_id: caller.map(|caller| caller.app_id.clone()),
            kid: caller.and_then(|caller| caller.kid.clone()),
            jti: None,
            action: action.to_owned(),
            subject: Some(plain(subject)),
            outcome: AuditOutcome::Failed,
            reason: Some(reason.to_owned()),
        })
        .await
    }

    /// Begins a new segment of the trail with a record of this deed; gives the old head.
    pub(super) async fn clear(&self, deed: &Deed<'_>, now: Timestamp) -> Result<AuditHead, StoreError> {
        let record = self.record(deed, now, AuditOutcome::Done, None);
        self.log.clear(self.about_something(record)).await
    }

    /// An act of administration is always about something.
    fn about_something(&self, mut record: NewAuditRecord) -> NewAuditRecord {
        if record.subject.is_none() && (self.acts.of)(&record.action) == Some(Act::Administration) {
            record.subject = Some(self.own.clone());
        }
        record
    }

    fn record(
        &self,
        deed: &Deed<'_>,
        now: Timestamp,
        outcome: AuditOutcome,
        reason: Option<String>,
    ) -> NewAuditRecord {
        // What anybody may call without naming something is about the credential that it is called with.
        let own_credential = || {
            let act = (self.acts.of)(deed.query.action());
            (act == Some(Act::Anyones)).then(|| deed.caller.credential.clone())
        };
        NewAuditRecord {
            at: now,
            app_id: Some(deed.caller.app_id.clone()),
            kid: deed.caller.kid.clone(),
            jti: deed.jti.map(str::to_owned),
            action: plain(deed.query.action()),
            subject: subject(deed.query, self.acts).or_else(own_credential),
            outcome,
            reason,
        }
    }

    async fn append(&self, record: NewAuditRecord) -> Result<(), StoreError> {
        if self.is_off {
            return Ok(());
        }
        let record = self.about_something(record);
        self.tell(&record);
        let appended = self.log.append(record).await;
        if let Err(error) = &appended {
            tracing::error!(%error, "the audit trail cannot be written; calls are refused until it can");
        }
        appended
    }
}

impl Trail {
    /// Tells whoever looks: refusals and failures always, what went well only while somebody does.
    fn tell(&self, record: &NewAuditRecord) {
        let Some(events) = &self.events else {
            return;
        };
        match record.outcome {
            AuditOutcome::Denied | AuditOutcome::Failed => {
                events.tell(Weight::Warn, Origin::Audit, in_words(record));
            }
            AuditOutcome::Done if events.is_read() => {
                events.show(Weight::Info, Origin::Audit, in_words(record));
            }
            _ => {}
        }
    }
}

/// A record as a line: how it ended, what it was, by whom, why.
fn in_words(record: &NewAuditRecord) -> String {
    let outcome = record.outcome.as_str();
    let action = match record.action.as_str() {
        "" => "a call",
        action => action,
    };
    let mut text = format!("{outcome}  {action}");
    if let Some(subject) = &record.subject {
        text.push_str(&format!(" {subject}"));
    }
    if let Some(app_id) = &record.app_id {
        text.push_str(&format!("  by {app_id}"));
    }
    if let Some(reason) = &record.reason {
        text.push_str(&format!("  {reason}"));
    }
    text
}

/// A record of something that nobody called for.
fn event(
    now: Timestamp,
    action: &str,
    subject: Option<&str>,
    outcome: AuditOutcome,
    reason: Option<&str>,
) -> NewAuditRecord {
    NewAuditRecord {
        at: now,
        app_id: None,
        kid: None,
        jti: None,
        action: action.to_owned(),
        subject: subject.map(plain),
        outcome,
        reason: reason.map(str::to_owned),
    }
}

/// How a reply goes on record, and why.
pub(super) fn verdict(reply: &Reply) -> (AuditOutcome, Option<String>) {
    if reply.status() != "error" {
        return (AuditOutcome::Done, None);
    }
    let code = reply.code().unwrap_or(Code::Internal);
    let outcome = match code {
        Code::NotGranted
        | Code::NotVerified
        | Code::CredentialFrozen
        | Code::OwnerOnly
        | Code::AccessDenied
        | Code::ReadOnly
        | Code::FetchRefused
        | Code::ConnectionDisabled
        | Code::LoopDetected
        | Code::HopsExhausted => AuditOutcome::Denied,
        _ => AuditOutcome::Failed,
    };
    (outcome, Some(reason(reply, code)))
}

/// A reason with how far the call of a peer came that ended it, where it is about the way there: `peer_unreachable:inst_… seal=12us connect=340us`.
fn with_way(reason: String, reply: &Reply, onward: &[Hop]) -> String {
    let is_of_the_way = reply.code().is_some_and(Code::is_of_the_way);
    let ended = onward
        .last()
        .filter(|hop| is_of_the_way && hop.says_where_it_ended());
    let Some(hop) = ended else {
        return reason;
    };
    let peer = ["peer", "peer_endpoint"]
        .iter()
        .find_map(|name| reply.member(name)?.as_str())
        .unwrap_or("a peer");
    let mut text = format!("{reason}:{}", plain(peer));
    for phase in &hop.phases {
        text.push_str(&format!(" {}={}us", phase.name.as_str(), phase.duration_us));
    }
    text
}

/// The stable word; for a refusal of our own grant, with the part of it that refused.
fn reason(reply: &Reply, code: Code) -> String {
    let is_ours = reply.member("peer_reply").is_none();
    match reply.member(GRANT_PART).and_then(Value::as_str) {
        Some(part) if is_ours => format!("{}:{part}", Code::NotGranted),
        _ => with_said(code, reply),
    }
}

/// A code, and for one of another implementation's behind it the word that was said there: `peer_failed:quota_exceeded`.
fn with_said(code: Code, reply: &Reply) -> String {
    let said = reply
        .member(FAILED_AT)
        .and_then(|told| told.get("code")?.as_str());
    match said.filter(|said| code == Code::PeerFailed && *said != code.as_str() && Code::is_word(said)) {
        Some(said) => format!("{code}:{said}"),
        None => code.as_str().to_owned(),
    }
}

/// The access key that a reply is about, by its id: the key itself is nothing for the record.
fn key(deed: &Deed<'_>, reply: &Reply) -> Option<String> {
    if !matches!(deed.query.action(), "generate_access_key" | "revoke_access_key") {
        return None;
    }
    let id = reply.result()?.get("details")?.get("id")?.as_str()?;
    Some(plain(id))
}

/// What a credential allowed before, and what it allows now: `writes false -> true, hops 0 -> 2`; or which way it was turned.
fn changes(deed: &Deed<'_>, reply: &Reply) -> Option<String> {
    if deed.query.action() == "suspend_credential" {
        let is_resumed = deed.query.get("resume") == Some(&Value::Bool(true));
        return Some(if is_resumed { "resumed" } else { "suspended" }.to_owned());
    }
    if deed.query.action() != "change_credential" {
        return None;
    }
    let changes = reply.result()?.get("changes")?.clone();
    let changes: Vec<GrantDifference> = serde_json::from_value(changes).ok()?;
    let account = GrantDifference::listed(&changes);
    (!account.is_empty()).then(|| inert(&account, LONGEST_ACCOUNT))
}

/// What a reply says was made.
fn made(reply: &Reply) -> Option<String> {
    // What is rendered already is long or read often, and makes nothing.
    let result = reply.result_tree()?;
    MADE.iter()
        .find_map(|(thing, name)| result.get(thing)?.get(name)?.as_str())
        .map(plain)
}

/// What an action is about, by the parameters that it takes: what else a caller writes beside them says nothing.
fn subject(query: &Query, acts: Acts) -> Option<String> {
    SUBJECTS
        .iter()
        .filter(|name| (acts.take)(query.action(), name))
        .find_map(|name| query.get(name)?.as_str())
        .map(plain)
}

/// Text of a caller's as it may stand in the trail: short, and nothing that a terminal would act on.
fn plain(text: &str) -> String {
    inert(text, LONGEST)
}

/// The same, of a length of its own.
fn inert(text: &str, longest: usize) -> String {
    let is_plain = |character: char| character == ' ' || character.is_ascii_graphic();
    if text.len() <= longest && text.chars().all(is_plain) {
        return text.to_owned();
    }
    text.chars()
        .take(longest)
        .map(|character| if is_plain(character) { character } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Problem;
    use serde_json::json;

    #[test]
    fn replies_go_on_record_by_what_they_mean() {
        let failed = |code| verdict(&Reply::error(&Problem::new(code, "x")));
        assert_eq!(verdict(&Reply::success(json!(1))), (AuditOutcome::Done, None));
        assert_eq!(
            failed(Code::NotGranted),
            (AuditOutcome::Denied, Some("not_granted".into()))
        );
        assert_eq!(
            failed(Code::PointerNotFound),
            (AuditOutcome::Failed, Some("pointer_not_found".into()))
        );
    }

    #[test]
    fn a_grant_s_refusal_names_its_part_unless_it_is_a_peer_s() {
        let ours = Problem::new(Code::NotGranted, "x").with(GRANT_PART, json!("writes"));
        let reason = |problem: &Problem| verdict(&Reply::error(problem)).1.unwrap();
        assert_eq!(reason(&ours), "not_granted:writes");
        let theirs = ours.with("peer_reply", json!({"status": "error", "code": "not_granted"}));
        assert_eq!(reason(&theirs), "not_granted");
    }

    #[test]
    fn what_was_made_is_what_the_record_is_about() {
        let reply = Reply::success(json!({"pointer": {"address": "ptr_0123456789ab"}}));
        assert_eq!(made(&reply).as_deref(), Some("ptr_0123456789ab"));
        assert_eq!(made(&Reply::success(json!({"pointers": []}))), None);
    }

    #[test]
    fn what_callers_write_is_inert_and_short() {
        let query = Query::new("x", json!({"name": "\u{1b}]52;c;AAAA\u{7}\u{202e}"}));
        let acts = Acts {
            of: |_| None,
            take: |_, name| name == "name",
        };
        assert_eq!(subject(&query, acts).unwrap(), "?]52;c;AAAA??");
        assert_eq!(plain(&"ä".repeat(1000)).len(), LONGEST);
    }
}
