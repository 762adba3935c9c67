//! What is wrong with an instance's folder, without opening the instance: whoever hosts it goes on. Changes nothing.

use super::caller::OWNER;
use super::folder::Folder;
use super::issued::{open_secrets, read_life};
use super::lock::LockHolder;
use super::pulse::Pulse;
use super::settings::{Settings, Tls};
use super::{Instance, InstanceError, proxy_protocol, tls};
use crate::model::{KeyId, Timestamp};
use crate::protocol::HeldKeys;
use crate::store::sqlite::{
    Schema, check_database, check_trail, issued_credentials, schema_of_data, schema_of_trail,
};
use crate::store::{IssuedRecord, StoreError};
use std::net::{IpAddr, TcpListener};
use std::path::Path;

/// A certificate that ends sooner than this is told of: 21 days.
const SOON: i64 = 21 * 86_400;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// What: a stable word.
    pub check: &'static str,
    /// What was found.
    pub health: Health,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// All is well.
    Good(String),
    /// Not as it should be, but it works: what, and what to do.
    Doubtful(String, String),
    /// It does not work, or must not go on like this: what, and what to do.
    Bad(String, String),
}

impl From<InstanceError> for Health {
    fn from(error: InstanceError) -> Self {
        Self::Bad(error.to_string(), error.remedy().to_owned())
    }
}

impl From<StoreError> for Health {
    fn from(error: StoreError) -> Self {
        InstanceError::from(error).into()
    }
}

impl Instance {
    /// Looks at everything in the folder of an instance.
    pub async fn examine(folder: &Path) -> Vec<Examined> {
        let place = Folder::at(folder);
        let settings = match place.read_settings() {
            Ok(settings) => settings,
            Err(error) => return vec![found("settings", error.into())],
        };
        tokio::task::spawn_blocking(move || examine_all(&place, &settings))
            .await
            .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }
}

impl Instance {
    /// Whether the instance in this folder lets in whoever calls it with this key, without opening it. None where that cannot
    /// be told: its database is of another version of this program, say.
    pub fn answers_key(folder: &Path, kid: &KeyId) -> Option<bool> {
        let database = Folder::at(folder).database();
        if !matches!(schema_of_data(&database), Ok(Schema::Current)) {
            return None;
        }
        let now = Timestamp::now();
        let records = issued_credentials(&database).ok()?;
        Some(records.iter().any(|record| has_key(record, kid, now)))
    }
}

/// Whether a credential is let in under a key: its own, or the one of before while that is answered.
fn has_key(record: &IssuedRecord, kid: &KeyId, now: Timestamp) -> bool {
    let life = record
        .life
        .as_ref()
        .and_then(|life| read_life(&record.name, life).ok());
    let Some((life, _)) = life else {
        return record.state.is_usable() && record.kid.as_ref() == Some(kid);
    };
    let is_older = life
        .overlap(now)
        .is_some_and(|overlap| overlap.kid.as_ref() == Some(kid));
    life.state_at(now).is_usable() && (is_older || record.kid.as_ref() == Some(kid))
}

fn found(check: &'static str, health: Health) -> Examined {
    Examined { check, health }
}

fn examine_all(place: &Folder, settings: &Settings) -> Vec<Examined> {
    let mut examined = examine_files(place, settings);
    let is_sound = !examined.iter().any(|one| match one.check {
        "key" => !matches!(one.health, Health::Good(_)),
        "files" | "databases" => matches!(one.health, Health::Bad(..)),
        _ => false,
    });
    if is_sound {
        examined.push(found("secrets", examine_secrets(place, settings)));
    }
    examined
}

fn examine_files(place: &Folder, settings: &Settings) -> Vec<Examined> {
    let files = match place.check() {
        Ok(()) => Health::Good("only its owner gets at its folder".to_owned()),
        Err(error) => error.into(),
    };
    let key = match place.read_key(&settings.key) {
        Ok(_) => Health::Good("its key can be read".to_owned()),
        // Whoever hosts it has it.
        Err(error @ InstanceError::KeyVariable { .. }) if place.hosted_by() != LockHolder::Nobody => {
            Health::Doubtful(error.to_string(), error.remedy().to_owned())
        }
        Err(error) => error.into(),
    };
    let mut examined = vec![
        found("files", files),
        found("key", key),
        found("databases", examine_databases(place)),
        found("audit", examine_trail(place)),
        found("tls", examine_tls(place, settings)),
        found("listen", examine_listening(place, settings)),
    ];
    if !settings.trusted_proxies.is_empty() {
        examined.push(found("proxies", examine_proxies(settings)));
    }
    examined
}

fn examine_proxies(settings: &Settings) -> Health {
    let everybody = settings
        .trusted_proxies
        .iter()
        .find(|range| range.prefix_len() == 0);
    match everybody {
        Some(range) => Health::Bad(
            format!("trusted_proxies has {range}: whoever calls may say where the call comes from"),
            "name the addresses of the proxies themselves in instance.toml".to_owned(),
        ),
        None if calls_itself_without_a_proxy(settings) => Health::Doubtful(
            format!(
                "its endpoint leads to {} itself, where trusted proxies have to begin with the PROXY protocol: nobody of this \
                 machine is answered there",
                settings.listen
            ),
            "give the proxy's address as `endpoint` in instance.toml, or take the addresses of this machine out of \
             trusted_proxies"
                .to_owned(),
        ),
        None => {
            Health::Good("what its proxies say of callers is believed, and nobody else's word".to_owned())
        }
    }
}

/// Whether whoever calls it from here by its endpoint counts as a proxy that has to say for whom it connects.
fn calls_itself_without_a_proxy(settings: &Settings) -> bool {
    let url = settings.endpoint.url();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let Ok(address) = host.parse::<IpAddr>() else {
        return false;
    };
    let leads_here = url.port_or_known_default() == Some(settings.listen.port())
        && (address == settings.listen.ip() || settings.listen.ip().is_unspecified());
    leads_here && proxy_protocol::is_expected(settings, address)
}

/// Tells the schema of a database.
type Look = fn(&Path) -> Result<Schema, StoreError>;

fn examine_databases(place: &Folder) -> Health {
    let remedy = "restore the instance from a backup: `butterfly instance restore INSTANCE FILE --force`";
    let unreadable = "see whether its disk can be read and written, and who owns the file; only if it is damaged, restore the \
                      instance from a backup: `butterfly instance restore INSTANCE FILE --force`";
    for (path, schema) in [
        (place.database(), schema_of_data as Look),
        (place.audit(), schema_of_trail as Look),
    ] {
        let name = path.file_name().unwrap_or_default().display().to_string();
        match schema(&path) {
            Ok(Schema::Newer) => {
                return Health::Bad(
                    format!("{name} was written by a newer version of this program"),
                    "upgrade this program".to_owned(),
                );
            }
            Ok(_) => {}
            // Its text and remedy name the file already.
            Err(error @ StoreError::Missing { .. }) => return InstanceError::from(error).into(),
            Err(error) => return Health::Bad(format!("{name}: {error}"), unreadable.to_owned()),
        }
        match check_database(&path, false) {
            Ok(findings) => {
                if let Some(finding) = findings.first() {
                    return Health::Bad(format!("{name} is damaged: {finding}"), remedy.to_owned());
                }
            }
            Err(error) => return Health::Bad(format!("{name}: {error}"), unreadable.to_owned()),
        }
    }
    Health::Good("both databases are whole".to_owned())
}

fn examine_trail(place: &Folder) -> Health {
    match check_trail(&place.audit()) {
        Ok(verdict) => match verdict.first_bad {
            None => Health::Good(format!(
                "{} records, in an unbroken chain up to {}",
                verdict.records, verdict.head.sequence
            )),
            Some(number) => Health::Bad(
                format!("record {number} of the audit trail does not fit"),
                "see `butterfly audit verify`, and ask who could write to audit.db".to_owned(),
            ),
        },
        Err(error) => error.into(),
    }
}

fn examine_tls(place: &Folder, settings: &Settings) -> Health {
    let Some(kind) = &settings.tls else {
        if settings.listen.ip().to_canonical().is_loopback() {
            return Health::Good("plain HTTP on loopback only".to_owned());
        }
        return Health::Doubtful(
            format!("plain HTTP on {}: who calls whom can be seen there", settings.listen),
            "make a certificate for it (`tls = \"own\"` in instance.toml is for new instances), or listen on \
             127.0.0.1 behind a TLS proxy"
                .to_owned(),
        );
    };
    // Loading proves that the key is the certificate's.
    if let Err(error) = tls::load(place, settings) {
        return error.into();
    }
    if matches!(kind, Tls::Own) {
        return Health::Good("its own certificate and keys belong together".to_owned());
    }
    let end = match tls::ends_at(place, settings) {
        Ok(end) => judge_end(end, Timestamp::now()),
        Err(error) => return error.into(),
    };
    match (end, Instance::tls_doubts(settings)) {
        (bad @ Health::Bad(..), _) => bad,
        (_, Some(doubts)) => Health::Doubtful(doubts, CERTIFICATE_REMEDY.to_owned()),
        (end, None) => end,
    }
}

/// What helps callers who do not accept a given certificate.
const CERTIFICATE_REMEDY: &str = "give it the certificate of an authority that its callers trust, for the name in `endpoint` and \
                                  with those above it in the file; or make an instance with keys of its own (`butterfly \
                                  instance init --tls`), which travel as pins";

fn judge_end(end: Timestamp, now: Timestamp) -> Health {
    let remedy = "put a new certificate in its place and start the instance again".to_owned();
    if end <= now {
        return Health::Bad(format!("its certificate ended on {end:.10}"), remedy);
    }
    if end <= now.plus_seconds(SOON) {
        return Health::Doubtful(format!("its certificate ends on {end:.10}"), remedy);
    }
    Health::Good(format!(
        "its certificate and key belong together; it ends on {end:.10}"
    ))
}

fn examine_listening(place: &Folder, settings: &Settings) -> Health {
    match place.hosted_by() {
        LockHolder::Nobody => {}
        LockHolder::Process(pid) => return judge_host(pid, settings, &Pulse::of(pid, settings.listen)),
        LockHolder::Untold(why) => return InstanceError::Untold(why).into(),
    }
    match TcpListener::bind(settings.listen) {
        Ok(_) => examine_stopped(place, settings),
        Err(error) => Health::Doubtful(
            format!("stopped, and {} is not free for it: {error}", settings.listen),
            "stop what uses that address, or change `listen` and `endpoint` in its instance.toml".to_owned(),
        ),
    }
}

/// One that nobody has open.
fn examine_stopped(place: &Folder, settings: &Settings) -> Health {
    match place.deserted_by() {
        Some(pid) => Health::Doubtful(
            format!("process {pid}, which had it open, ended without closing it: it crashed, or was killed"),
            format!(
                "start the instance again; `butterfly instance log {}` shows what it did last",
                settings.name
            ),
        ),
        None => Health::Good(format!("stopped; {} is free for it", settings.listen)),
    }
}

/// What is to be said of the process that has the lock.
fn judge_host(pid: u32, settings: &Settings, pulse: &Pulse) -> Health {
    let listen = settings.listen;
    match pulse {
        Pulse::Answers => Health::Good(format!("hosted by process {pid} on {listen}")),
        Pulse::Frozen => Health::Bad(
            format!(
                "hosted by process {pid}, which is frozen: it was stopped by a signal or a debugger, and answers nobody"
            ),
            format!(
                "let it go on with `kill -CONT {pid}`; or end it with `kill -KILL {pid}` and start the instance again, nothing \
                 that it acknowledged is lost"
            ),
        ),
        Pulse::Silent => Health::Bad(
            format!(
                "hosted by process {pid}, which does not answer on {listen}: it hangs, or has very much to do"
            ),
            format!(
                "look again in a moment; if it stays like this, end it with `kill -KILL {pid}` and start the instance again, \
                 nothing that it acknowledged is lost"
            ),
        ),
        Pulse::NotListening(error) => Health::Doubtful(
            format!("process {pid} has it open, but nothing listens on {listen}: {error}"),
            format!(
                "look again in a moment, it may be at work without serving; if it stays like this, end process {pid} and start \
                 the instance again"
            ),
        ),
    }
}

/// Secrets of legacy credentials that anybody could guess.
fn examine_secrets(place: &Folder, settings: &Settings) -> Health {
    // Opening it would bring an older schema up to date, which is for whoever hosts it.
    if !matches!(schema_of_data(&place.database()), Ok(Schema::Current)) {
        return Health::Doubtful(
            "the databases are of an older version of this program; its credentials were not looked at"
                .to_owned(),
            "start the instance once: that brings them up to date".to_owned(),
        );
    }
    match weak_credentials(place, settings) {
        Ok(weak) if weak.is_empty() => Health::Good("no credential has a weak secret".to_owned()),
        Ok(weak) => Health::Bad(
            format!(
                "anybody could guess the token secret of {}: it is short, or the documented development default",
                weak.join(", ")
            ),
            format!("rotate it with {}, or revoke it", rotating(&weak, settings)),
        ),
        Err(error) => error.into(),
    }
}

/// The commands that rotate credentials of an instance.
fn rotating(names: &[String], settings: &Settings) -> String {
    let commands = names
        .iter()
        .map(|name| format!("`butterfly credential rotate {name}@{}`", settings.name));
    Vec::from_iter(commands).join(" and ")
}

fn weak_credentials(place: &Folder, settings: &Settings) -> Result<Vec<String>, InstanceError> {
    let key = place.read_key(&settings.key)?;
    let mut weak = Vec::new();
    let mut has_owner = false;
    for record in issued_credentials(&place.database())? {
        has_owner |= record.name == OWNER;
        if !record.state.is_usable() {
            continue;
        }
        let credential = open_secrets(&key, &record)?;
        if let HeldKeys::Legacy { token_secret, .. } = &credential.keys
            && token_secret.is_weak()
        {
            weak.push(record.name);
        }
    }
    if !has_owner {
        return Err(InstanceError::NoOwner);
    }
    Ok(weak)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_told_of_before_it_ends() {
        let now = Timestamp::from_micros(1_795_428_672_000_000);
        assert!(matches!(judge_end(now, now), Health::Bad(..)));
        assert!(matches!(
            judge_end(now.plus_seconds(SOON), now),
            Health::Doubtful(..)
        ));
        assert!(matches!(
            judge_end(now.plus_seconds(SOON + 1), now),
            Health::Good(_)
        ));
    }
}
