//! Changing what `instance.toml` says of how much of the audit trail is kept, and leaving everything else in it as a
//! person wrote it, comments and all.

use super::folder::Folder;
use super::settings::{AuditKept, Settings};
use super::{Instance, InstanceError};
use std::path::Path;

impl Instance {
    /// Has the instance in this folder keep so much of its audit trail from now on; what is none stays as it is. One that
    /// is hosted follows within a minute, whoever hosts it.
    pub fn keep_audit(
        folder: &Path,
        days: Option<u32>,
        mib: Option<u32>,
    ) -> Result<AuditKept, InstanceError> {
        let folder = Folder::at(folder);
        let mut wanted = folder.read_settings()?;
        wanted.audit_days = days.unwrap_or(wanted.audit_days);
        wanted.audit_mib = mib.unwrap_or(wanted.audit_mib);
        let path = folder.settings();
        let mut text = folder.read_text(&path)?;
        for (key, number) in [("audit_days", days), ("audit_mib", mib)] {
            if let Some(number) = number {
                text = with_number(&text, key, number);
            }
        }
        // It says what was wanted and nothing else, or it stays as it was.
        match toml::from_str::<Settings>(&text) {
            Ok(settings) if settings == wanted => folder.replace_private(&path, text.as_bytes())?,
            _ => {
                return Err(InstanceError::File {
                    path,
                    reason: format!(
                        "is written in a way that this program cannot change; write `audit_days = {}` and `audit_mib = {}` \
                         into it yourself",
                        wanted.audit_days, wanted.audit_mib
                    ),
                    remedy: "write it as `instance init` does, and try again",
                });
            }
        }
        Ok(wanted.audit_kept())
    }
}

/// The text with this number: in its own line where it has one, else before the first table.
fn with_number(text: &str, key: &str, number: u32) -> String {
    let line = format!("{key} = {number}");
    let mut lines: Vec<&str> = text.lines().collect();
    let mut end = lines
        .iter()
        .position(|line| line.starts_with('['))
        .unwrap_or(lines.len());
    while end > 0 && lines[end - 1].trim().is_empty() {
        end -= 1;
    }
    let is_own = |line: &&str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    match lines[..end].iter().position(is_own) {
        Some(place) => lines[place] = &line,
        None => lines.insert(end, &line),
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const HEAD: &str = "# made by hand\nname = \"alpha\"\ninstance_id = \"inst_0123456789ab\"\nlisten = \"127.0.0.1:5001\"\n\
        endpoint = \"http://127.0.0.1:5001/invoke\"\n";
    const TLS: &str = "\n[tls.given]\ncertificate = \"/c\" # audit_days = 1\nkey = \"/k\"\n";

    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("instance.toml"), text).unwrap();
        folder
    }

    fn text(folder: &tempfile::TempDir) -> String {
        std::fs::read_to_string(folder.path().join("instance.toml")).unwrap()
    }

    #[test]
    fn numbers_are_written_where_they_belong_and_the_rest_stays() {
        let folder = folder(&format!("{HEAD}{TLS}"));
        let kept = Instance::keep_audit(folder.path(), Some(30), None).unwrap();
        assert_eq!(kept, AuditKept { days: 30, mib: 0 });
        let kept = Instance::keep_audit(folder.path(), Some(0), Some(64)).unwrap();
        assert_eq!(kept, AuditKept { days: 0, mib: 64 });
        let now = text(&folder);
        assert_eq!(now, format!("{HEAD}audit_days = 0\naudit_mib = 64\n{TLS}"));
        assert_eq!(Instance::read_settings(folder.path()).unwrap().audit_kept(), kept);
        let mode = std::fs::metadata(folder.path().join("instance.toml"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0);
    }

    #[test]
    fn a_file_that_cannot_be_changed_stays_as_it_is_and_says_what_to_write() {
        let strange = format!("{HEAD}\"audit_days\" = 7\n");
        let folder = folder(&strange);
        let refused = Instance::keep_audit(folder.path(), Some(30), None)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("audit_days = 30"), "{refused}");
        assert_eq!(text(&folder), strange);
    }
}
