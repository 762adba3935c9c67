//! Writes remembered settings, one after the other: a newer value never loses to an older one, and of
//! several that wait only the newest is written.

use super::patient;
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// What the names of the console's settings begin with in the vault.
pub(super) const PREFIX: &str = "console.";

type Setting = (&'static str, String);

/// Takes settings to be written.
#[derive(Default)]
pub(super) struct Memory {
    writer: Option<(UnboundedSender<Setting>, JoinHandle<()>)>,
}

impl Memory {
    /// Has a setting written.
    pub(super) fn keep(&mut self, workspace: &Arc<Workspace>, name: &'static str, value: String) {
        let (sender, _) = self.writer.get_or_insert_with(|| {
            let (sender, settings) = unbounded_channel();
            let task = tokio::spawn(write_all(Arc::clone(workspace), settings));
            (sender, task)
        });
        // The writer ends only when this sender does.
        let _ = sender.send((name, value));
    }

    /// Ready when everything is written.
    pub(super) async fn flush(self) {
        if let Some((sender, task)) = self.writer {
            drop(sender);
            let _ = task.await;
        }
    }
}

async fn write_all(workspace: Arc<Workspace>, mut settings: UnboundedReceiver<Setting>) {
    while let Some((name, value)) = settings.recv().await {
        let mut latest = BTreeMap::from([(name, value)]);
        while let Ok((name, value)) = settings.try_recv() {
            latest.insert(name, value);
        }
        for (name, value) in latest {
            let written = patient(workspace.set_preference(&format!("{PREFIX}{name}"), &value)).await;
            if let Err(failure) = written {
                tracing::warn!(name, "the setting was not remembered: {}", failure.message);
            }
        }
    }
}
