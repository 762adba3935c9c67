//! What came of restoring an instance, and what whoever restored it should know.

use super::super::path_text::serialize_text;
use super::of::BackupOf;
use crate::instance::KeySource;
use crate::model::InstanceName;
use crate::store::AuditHead;
use serde::Serialize;
use std::path::PathBuf;

/// What an instance calls its owner's credential.
const OWNER: &str = "owner";

/// An instance that was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Its name in this home.
    pub name: InstanceName,
    /// What it was made of.
    pub backup: BackupOf,
    /// Where its audit trail ends now.
    pub audit_head: AuditHead,
    /// Where the instance is that was in its place, if there was one.
    #[serde(serialize_with = "serialize_text")]
    pub replaced: Option<PathBuf>,
    /// Credentials that the replaced one no longer let in, and that this one lets in again; none if that cannot be told.
    pub revived: Option<Vec<String>>,
    /// Credentials that the replaced one let in under other keys; none if that cannot be told.
    pub rotated: Option<Vec<String>>,
    /// Where the replaced one has its key, if that is outside its folder and this one has its own inside.
    pub key_was: Option<KeySource>,
    /// Why the certificate that its settings name cannot be used here, if it cannot.
    pub lacks_certificate: Option<String>,
    /// Why the vault of this home knows less of it than it should, if it does.
    pub vault_failure: Option<String>,
}

impl Restored {
    /// What whoever restored it should know, a sentence or two each.
    pub fn remarks(&self) -> Vec<String> {
        let general = "It is as it was then: what was issued, rotated or revoked since is not known to it. Its audit trail ends \
                       there too and goes on with the record that it was restored; peers that kept a later end of it will \
                       notice.";
        let mut remarks = vec![general.to_owned()];
        remarks.extend(self.warnings());
        if let Some(place) = &self.replaced {
            remarks.push(format!(
                "The instance that was in its place is kept in {}; remove that folder when you are sure.",
                place.display()
            ));
        }
        remarks
    }

    /// What is left to be done, a sentence or two each.
    pub fn warnings(&self) -> Vec<String> {
        let named = |names: &Option<Vec<String>>| {
            let others = names.iter().flatten().filter(|name| *name != OWNER);
            let others: Vec<_> = others.map(String::as_str).collect();
            (!others.is_empty()).then(|| others.join(", "))
        };
        let mut warnings = Vec::new();
        if self.rotated.iter().flatten().any(|name| name == OWNER) {
            warnings.push(format!(
                "Its owner's key is the one of then, though a new owner was made since. Where that was because somebody else had \
                 the key, make a new one once more: `butterfly instance recover-owner {}`.",
                self.name
            ));
        }
        if let Some(names) = named(&self.revived) {
            warnings.push(format!(
                "Answered again, though they no longer were: {names}. Revoke what must not be."
            ));
        }
        if let Some(names) = named(&self.rotated) {
            warnings.push(format!(
                "Rotated since: {names}. It does not know the keys that their holders have now, and answers those of before: make \
                 the holders new offers, and revoke these."
            ));
        }
        if self.replaced.is_some() && self.revived.is_none() {
            warnings.push(
                "The instance that was in its place cannot be read, so whether this one answers credentials again that were \
                 revoked since cannot be told: look through them."
                    .to_owned(),
            );
        }
        if let Some(source) = &self.key_was {
            warnings.push(format!(
                "Its key lies in its folder now, in instance.key, since that of the replaced one ({source}) is not there or is \
                 another one. To have it elsewhere again, move it there and name the place under [key] in instance.toml."
            ));
        }
        if let Some(why) = &self.lacks_certificate {
            warnings.push(format!(
                "The certificate that its settings name is not in the backup, and cannot be used here ({why}). Put it there, or \
                 change `tls` in instance.toml, before it is hosted."
            ));
        }
        if let Some(why) = &self.vault_failure {
            warnings.push(format!(
                "The vault of this home could not be told ({why}): it knows neither the owner's credential of then nor where the \
                 audit trail ends now. Restore once more, replacing this one, when the vault can be written."
            ));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{InstanceId, Timestamp};

    fn restored(rotated: &[&str]) -> Restored {
        let name = InstanceName::parse("alpha").unwrap();
        Restored {
            name: name.clone(),
            backup: BackupOf {
                id: "bak_0a1b2c3d4e5f".to_owned(),
                name,
                instance_id: InstanceId::parse("inst_0123456789ab").unwrap(),
                made_at: Timestamp::from_micros(0),
            },
            audit_head: AuditHead {
                sequence: 7,
                hash: "ab".repeat(32),
            },
            replaced: Some(PathBuf::from("aside")),
            revived: Some(Vec::new()),
            rotated: Some(rotated.iter().map(|name| (*name).to_owned()).collect()),
            key_was: None,
            lacks_certificate: None,
            vault_failure: None,
        }
    }

    #[test]
    fn the_owner_s_key_is_not_told_as_one_that_somebody_else_holds() {
        assert_eq!(restored(&[]).warnings(), [""; 0]);
        let told = restored(&["owner"]).warnings();
        assert!(
            told.len() == 1 && told[0].contains("recover-owner alpha"),
            "{told:?}"
        );
        let told = restored(&["owner", "partner"]).warnings();
        assert!(told[1].starts_with("Rotated since: partner."), "{told:?}");
    }

    #[test]
    fn that_nothing_can_be_told_of_credentials_is_told() {
        let unread = Restored {
            revived: None,
            rotated: None,
            ..restored(&[])
        };
        let told = unread.warnings();
        assert!(told.len() == 1 && told[0].contains("cannot be read"), "{told:?}");
        let fresh = Restored {
            replaced: None,
            ..unread
        };
        assert_eq!(fresh.warnings(), [""; 0]);
    }
}
