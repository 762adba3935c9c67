//! Queries that a person keeps under a name. They may hold data, so that all of them, names too, are sealed.

use super::sealed_rows::{Kind, find_row, put_row};
use super::{Vault, VaultError};
use crate::model::Timestamp;
use crate::seal::DataKey;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

/// All of them are one row: what they are called is nobody else's business either.
const ROW: &str = "all";

/// A kept query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// The text, which need not be a whole query.
    pub text: String,
    /// The instance that it was written for.
    #[serde(default)]
    pub instance: Option<String>,
    /// When it was kept.
    pub at: Timestamp,
}

impl Vault {
    /// All of them, by name.
    pub fn templates(&self) -> Result<Vec<Template>, VaultError> {
        Ok(self.sealed_row(Kind::Templates, ROW)?.unwrap_or_default())
    }

    /// Keeps one, in place of the one with its name.
    pub fn put_template(&self, template: &Template) -> Result<(), VaultError> {
        self.change_templates(|kept| {
            kept.retain(|other| other.name != template.name);
            kept.push(template.clone());
            kept.sort_by(|one, other| one.name.cmp(&other.name));
        })
    }

    /// Forgets one; whether it was there.
    pub fn remove_template(&self, name: &str) -> Result<bool, VaultError> {
        let mut was_there = false;
        self.change_templates(|kept| {
            let before = kept.len();
            kept.retain(|other| other.name != name);
            was_there = kept.len() != before;
        })?;
        Ok(was_there)
    }

    fn change_templates(&self, change: impl FnOnce(&mut Vec<Template>)) -> Result<(), VaultError> {
        let key = self.key()?;
        self.write_durably(|transaction| change_in(transaction, &key, change))
    }
}

fn change_in(
    transaction: &Transaction<'_>,
    key: &DataKey,
    change: impl FnOnce(&mut Vec<Template>),
) -> Result<(), VaultError> {
    let mut kept: Vec<Template> = find_row(transaction, key, Kind::Templates, ROW)?.unwrap_or_default();
    change(&mut kept);
    put_row(transaction, key, Kind::Templates, ROW, &kept)
}

#[cfg(test)]
mod tests {
    use super::super::Lock;
    use super::*;

    #[test]
    fn templates_are_kept_sealed_and_found_again_by_another_console() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::KeyFile(folder.path().join("key"));
        let vault = Vault::create(&folder.path().join("home"), &lock).unwrap();
        let template = |name: &str, text: &str| Template {
            name: name.into(),
            text: text.into(),
            instance: None,
            at: Timestamp::from_micros(1),
        };
        vault.put_template(&template("zebra crossing", "{}")).unwrap();
        vault.put_template(&template("apple", "secret harvest")).unwrap();
        vault.put_template(&template("apple", "late harvest")).unwrap();
        let again = Vault::open(&folder.path().join("home"), &lock).unwrap();
        let kept = again.templates().unwrap();
        assert_eq!(
            kept,
            [
                template("apple", "late harvest"),
                template("zebra crossing", "{}")
            ]
        );
        for file in std::fs::read_dir(folder.path().join("home")).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let has = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
            assert!(!has(b"harvest") && !has(b"zebra crossing"));
        }
        assert!(again.remove_template("apple").unwrap());
        assert!(!again.remove_template("apple").unwrap());
        assert_eq!(vault.templates().unwrap().len(), 1);
    }
}
