//! What is being written in the composer and was not sent: a query may hold what nobody else is to read, so that each is
//! sealed as a whole.

use super::sealed_rows::Kind;
use super::{Vault, VaultError};
use serde::{Deserialize, Serialize};

/// A text that was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The instance that it is written for.
    pub instance: String,
    /// The text, which need not be a whole query.
    pub text: String,
    /// Others that were being written for it before, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
}

impl Vault {
    /// All of them.
    pub fn drafts(&self) -> Result<Vec<Draft>, VaultError> {
        self.sealed_rows(Kind::Draft)
    }

    /// Keeps one, in place of the one for its instance.
    pub fn put_draft(&self, draft: &Draft) -> Result<(), VaultError> {
        self.put_sealed_row(Kind::Draft, &draft.instance, draft)
    }

    /// Forgets the one for this instance.
    pub fn remove_draft(&self, instance: &str) -> Result<(), VaultError> {
        self.remove_sealed_row(Kind::Draft, instance)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Lock;
    use super::*;

    #[test]
    fn drafts_are_kept_sealed_each_by_itself_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::KeyFile(folder.path().join("key"));
        let home = folder.path().join("home");
        let vault = Vault::create(&home, &lock).unwrap();
        let draft = |instance: &str, text: &str| Draft {
            instance: instance.into(),
            text: text.into(),
            earlier: vec!["{\"early harvest".into()],
        };
        vault.put_draft(&draft("alpha", "{\"secret harvest")).unwrap();
        vault.put_draft(&draft("beta", "{}")).unwrap();
        vault.put_draft(&draft("alpha", "{\"late harvest")).unwrap();
        let again = Vault::open(&home, &lock).unwrap();
        assert_eq!(
            again.drafts().unwrap(),
            [draft("alpha", "{\"late harvest"), draft("beta", "{}")]
        );
        for file in std::fs::read_dir(&home).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(7).any(|part| part == b"harvest"));
        }
        again.remove_draft("alpha").unwrap();
        again.remove_draft("alpha").unwrap();
        assert_eq!(vault.drafts().unwrap(), [draft("beta", "{}")]);
    }
}
