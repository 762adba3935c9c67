//! The machine: room on the disk, open files, and secrets in the environment.

use super::{Observation, Severity};
use crate::seal::TokenSecret;
use std::path::Path;
use zeroize::Zeroizing;

/// Bytes of free space below which writing will soon fail.
const SCARCE: u64 = 64 << 20;
/// Bytes below which an audit trail or a backup may not find room.
const LITTLE: u64 = 512 << 20;
/// Open files that an instance under full load takes: its connections, its databases, and what it calls.
const FILES: u64 = 2048;

/// Everything about the machine.
pub(super) fn all(home: &Path) -> Vec<Observation> {
    let mut found = machine(home);
    found.extend(stand_in_secret(
        std::env::var("JWT_SECRET_KEY").ok().map(Zeroizing::new),
    ));
    found
}

#[cfg(unix)]
fn machine(home: &Path) -> Vec<Observation> {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    use rustix::process::{Resource, getrlimit};
    let mut found = Vec::new();
    // A home that is not there yet will be made somewhere below a folder that is.
    let place = home.ancestors().find(|place| place.exists()).unwrap_or(home);
    match statvfs(place) {
        Ok(about) => found.push(judge_disk(
            &place.display().to_string(),
            about.f_flag.contains(StatVfsMountFlags::RDONLY),
            about.f_bavail.saturating_mul(about.f_frsize),
        )),
        Err(error) => found.push(Observation::of(
            Severity::Hint,
            "disk",
            place.display().to_string(),
            format!("its free space cannot be told: {error}"),
            "",
        )),
    }
    found.push(judge_files(getrlimit(Resource::Nofile).current));
    found
}

/// What there is to know is not asked for on other systems.
#[cfg(not(unix))]
fn machine(_: &Path) -> Vec<Observation> {
    Vec::new()
}

#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix is asked"))]
fn judge_disk(place: &str, is_read_only: bool, free: u64) -> Observation {
    if is_read_only {
        let message = "the file system is read-only";
        let remedy = "mount it for writing, or give another --home";
        return Observation::of(Severity::Fault, "disk", place, message, remedy);
    }
    let message = format!("{} MiB are free", free >> 20);
    let severity = match free {
        ..SCARCE => Severity::Fault,
        SCARCE..LITTLE => Severity::Warning,
        _ => return Observation::ok("disk", place, message),
    };
    Observation::of(
        severity,
        "disk",
        place,
        message,
        "free some space: a full disk stops every write",
    )
}

#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix is asked"))]
fn judge_files(limit: Option<u64>) -> Observation {
    match limit {
        Some(limit) if limit < FILES => Observation::of(
            Severity::Hint,
            "open_files",
            "system",
            format!("{limit} files may be open at a time; an instance under full load takes up to {FILES}"),
            "raise it where instances are hosted: `ulimit -n 4096`, or LimitNOFILE=4096 in the systemd unit",
        ),
        _ => Observation::ok("open_files", "system", "enough files may be open at a time"),
    }
}

/// The secret that `serve` takes for a stand-in, if one is set. It is never shown.
fn stand_in_secret(text: Option<Zeroizing<String>>) -> Option<Observation> {
    let secret = TokenSecret::parse(&text?).ok()?;
    if !secret.is_weak() {
        return Some(Observation::ok(
            "stand_in_secret",
            "JWT_SECRET_KEY",
            "it is strong",
        ));
    }
    Some(Observation::of(
        Severity::Fault,
        "stand_in_secret",
        "JWT_SECRET_KEY",
        "it is short, or the documented development default: anybody could guess it and call as the owner",
        "set it to 32 random bytes or more, on both sides",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_and_limits_are_judged() {
        assert_eq!(judge_disk("/", true, u64::MAX).severity, Severity::Fault);
        assert_eq!(judge_disk("/", false, SCARCE - 1).severity, Severity::Fault);
        assert_eq!(judge_disk("/", false, SCARCE).severity, Severity::Warning);
        assert_eq!(judge_disk("/", false, LITTLE).severity, Severity::Ok);
        assert_eq!(judge_files(Some(1024)).severity, Severity::Hint);
        assert_eq!(judge_files(Some(FILES)).severity, Severity::Ok);
        assert_eq!(judge_files(None).severity, Severity::Ok);
    }

    #[test]
    fn threat_44_a_weak_secret_is_told_of_and_not_told() {
        let weak = "default-super-secret-key-for-dev";
        let found = stand_in_secret(Some(Zeroizing::new(weak.to_owned()))).unwrap();
        assert_eq!(found.severity, Severity::Fault);
        assert!(!format!("{found:?}").contains(weak));
        assert_eq!(stand_in_secret(None), None);
    }
}
