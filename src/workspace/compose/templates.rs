//! What a query under a name is, wherever it is kept.

use super::super::Failure;
use crate::model::Timestamp;
use std::path::PathBuf;

/// A query under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its name; of one in a file, the file's and its own (`coast/tides`).
    pub name: String,
    /// The text; of a kept one it need not be a whole query.
    pub text: String,
    /// The instance that it was written for.
    pub instance: Option<String>,
    /// What it is for, where a file says that.
    pub about: Option<String>,
    /// When it was kept, or its file changed.
    pub at: Timestamp,
    /// The file that it stands in; none for what is kept in the vault.
    pub file: Option<PathBuf>,
}

/// Queries under names, and what is wrong with files that should hold some.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Templates {
    /// Those that can be used: kept ones first, both by name.
    pub list: Vec<Template>,
    /// What is wrong, with file and line.
    pub problems: Vec<Failure>,
}

impl Template {
    /// One to be kept in the vault.
    pub fn to_keep(name: impl Into<String>, text: String, instance: Option<String>, at: Timestamp) -> Self {
        Self {
            name: name.into(),
            text,
            instance,
            about: None,
            at,
            file: None,
        }
    }
}
