//! Filters that a person keeps under a name, for each kind of list its own: `saved:NAME` in a filter stands for one.

use super::{CREDENTIAL_FIELDS, Failure, INSTANCE_FIELDS, LOG_FIELDS, Workspace};
use crate::model::POINTER_FIELDS;
use crate::model::filter::{Field, Filter, FilterError, expand, kept_terms};
use crate::protocol::Code;
use crate::store::AUDIT_FIELDS;
use std::collections::BTreeMap;

/// What their names begin with among what the vault remembers.
const PREFIX: &str = "filter/";
/// The longest name, in characters.
const LONGEST_NAME: usize = 40;

/// Rows that can be filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rows {
    /// Of the list of instances.
    Instances,
    /// Of a list of pointers.
    Pointers,
    /// Of the list of credentials.
    Credentials,
    /// Of the invoke log.
    Log,
    /// Of an audit trail.
    Audit,
}

impl Rows {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Instances,
        Self::Pointers,
        Self::Credentials,
        Self::Log,
        Self::Audit,
    ];

    /// Their word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Pointers => "pointers",
            Self::Credentials => "credentials",
            Self::Log => "log",
            Self::Audit => "audit",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rows| rows.word() == text)
    }

    /// What they can be filtered by.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Pointers => POINTER_FIELDS,
            Self::Log => LOG_FIELDS,
            Self::Audit => AUDIT_FIELDS,
            Self::Instances => INSTANCE_FIELDS,
            Self::Credentials => CREDENTIAL_FIELDS,
        }
    }
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptFilters(BTreeMap<(Rows, String), String>);

impl KeptFilters {
    /// The one of this name.
    pub fn get(&self, rows: Rows, name: &str) -> Option<&str> {
        self.0.get(&(rows, name.to_owned())).map(String::as_str)
    }

    /// Names and filters for these rows, by name.
    pub fn of(&self, rows: Rows) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter().filter(move |((kind, _), _)| *kind == rows);
        all.map(|((_, name), filter)| (name.as_str(), filter.as_str()))
    }

    /// Notes one, or that it is forgotten.
    pub fn note(&mut self, rows: Rows, name: &str, filter: Option<&str>) {
        let key = (rows, name.to_owned());
        match filter {
            Some(filter) => self.0.insert(key, filter.to_owned()),
            None => self.0.remove(&key),
        };
    }

    /// A filter of these rows with what is kept in place of the names, and the first thing that is wrong with a name.
    pub fn expand(&self, rows: Rows, text: &str) -> (String, Option<FilterError>) {
        expand(text, |name| self.get(rows, name).map(str::to_owned))
    }
}

/// What is wrong with the name of a filter or with what is to be kept under it.
pub fn check_kept_filter(rows: Rows, name: &str, filter: &str) -> Result<(), Failure> {
    let wrong = |message: String, remedy: &str| Err(Failure::new(Code::InvalidParameter, message, remedy));
    let is_fine = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(is_fine) {
        return wrong(
            format!("{name:?} cannot be the name of a filter"),
            "take up to 40 letters, digits, - _ and .",
        );
    }
    if let Some(other) = kept_terms(filter).first() {
        return wrong(
            format!("a kept filter cannot name another one: saved:{}", other.name),
            "write out what that one says",
        );
    }
    match Filter::parse(filter, rows.fields()) {
        Ok(filter) if filter.is_empty() => wrong(
            "there is no filter to keep".to_owned(),
            "filter the list first, or name the terms",
        ),
        Ok(_) => Ok(()),
        Err(error) => wrong(
            format!(
                "the filter is not right at column {}: {}",
                error.column, error.message
            ),
            &format!("expected {}", error.expected),
        ),
    }
}

impl Workspace {
    /// All kept filters.
    pub async fn kept_filters(&self) -> Result<KeptFilters, Failure> {
        let mut kept = KeptFilters::default();
        for (name, filter) in self.preferences(PREFIX).await? {
            if let Some((rows, name)) = name[PREFIX.len()..].split_once('/')
                && let Some(rows) = Rows::parse(rows)
            {
                kept.note(rows, name, Some(&filter));
            }
        }
        Ok(kept)
    }

    /// Keeps a filter, in place of the one of that name.
    pub async fn keep_filter(&self, rows: Rows, name: &str, filter: &str) -> Result<(), Failure> {
        check_kept_filter(rows, name, filter)?;
        self.set_preference(&row_of(rows, name), filter).await
    }

    /// Forgets one; whether it was there.
    pub async fn forget_filter(&self, rows: Rows, name: &str) -> Result<bool, Failure> {
        let name = row_of(rows, name);
        self.in_vault(move |vault| vault.forget_preference(&name)).await
    }
}

fn row_of(rows: Rows, name: &str) -> String {
    format!("{PREFIX}{}/{name}", rows.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Home, VaultLock};

    #[tokio::test]
    async fn filters_are_kept_for_each_list_and_what_is_not_right_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        let workspace = Workspace::create(home, VaultLock::KeyFile(None)).await.unwrap();
        workspace
            .keep_filter(Rows::Log, "slow", "took:>1s")
            .await
            .unwrap();
        workspace
            .keep_filter(Rows::Log, "slow", "took:>2s")
            .await
            .unwrap();
        workspace
            .keep_filter(Rows::Pointers, "slow", "#slow")
            .await
            .unwrap();
        let kept = workspace.kept_filters().await.unwrap();
        assert_eq!(kept.of(Rows::Log).collect::<Vec<_>>(), [("slow", "took:>2s")]);
        assert_eq!(kept.expand(Rows::Pointers, "a saved:slow").0, "a #slow");
        assert!(kept.expand(Rows::Instances, "saved:slow").1.is_some());
        for (name, filter) in [
            ("", "a"),
            ("a b", "a"),
            ("a/b", "a"),
            ("x", ""),
            ("x", "took:soon"),
            ("x", "saved:slow"),
        ] {
            assert!(
                workspace.keep_filter(Rows::Log, name, filter).await.is_err(),
                "{name:?} {filter:?}"
            );
        }
        assert!(workspace.forget_filter(Rows::Log, "slow").await.unwrap());
        assert!(!workspace.forget_filter(Rows::Log, "slow").await.unwrap());
        let left = workspace.kept_filters().await.unwrap();
        assert!(left.get(Rows::Log, "slow").is_none() && left.get(Rows::Pointers, "slow").is_some());
    }
}
