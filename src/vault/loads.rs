//! Load runs that somebody kept, each sealed as a whole: its query is as secret as a body of the log.

use super::sealed_rows::Kind;
use super::{Vault, VaultError};
use serde_json::Value;

impl Vault {
    /// All of them.
    pub fn load_runs(&self) -> Result<Vec<Value>, VaultError> {
        self.sealed_rows(Kind::LoadRun)
    }

    /// The one of this name.
    pub fn load_run(&self, name: &str) -> Result<Option<Value>, VaultError> {
        self.sealed_row(Kind::LoadRun, name)
    }

    /// Keeps one, in place of the one with this name if there is one.
    pub fn put_load_run(&self, name: &str, run: &Value) -> Result<(), VaultError> {
        self.put_sealed_row(Kind::LoadRun, name, run)
    }

    /// Forgets one.
    pub fn remove_load_run(&self, name: &str) -> Result<(), VaultError> {
        self.remove_sealed_row(Kind::LoadRun, name)
    }
}
