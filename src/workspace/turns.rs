//! Turns at stopped instances, which are opened in this process to be asked.

use crate::model::InstanceName;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// Who may open a stopped instance in this process: one at a time for each.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<InstanceName, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    pub(super) async fn take(&self, name: &InstanceName) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(name.clone()).or_default())
        };
        turn.lock_owned().await
    }
}
