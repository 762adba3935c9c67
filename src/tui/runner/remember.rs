//! Writes remembered settings and drafts, one after the other: a newer value never loses to an older one, and of
//! several that wait only the newest is written.

use super::patient;
use crate::model::InstanceName;
use crate::tui::message::Outcome;
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// What the names of the console's settings begin with in the vault.
pub(super) const PREFIX: &str = "console.";

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A setting, by its name.
    Setting(&'static str),
    /// What is being written for an instance.
    Draft(InstanceName),
}

/// What, and its value; none forgets it.
type Kept = (What, Option<String>);

/// Takes what is to be written.
#[derive(Default)]
pub(super) struct Memory {
    writer: Option<(UnboundedSender<Kept>, JoinHandle<()>)>,
}

impl Memory {
    /// Has something written.
    pub(super) fn keep(&mut self, workspace: &Arc<Workspace>, what: What, value: Option<String>) {
        let (sender, _) = self.writer.get_or_insert_with(|| {
            let (sender, kept) = unbounded_channel();
            let task = tokio::spawn(write_all(Arc::clone(workspace), kept));
            (sender, task)
        });
        // The writer ends only when this sender does.
        let _ = sender.send((what, value));
    }

    /// Ready when everything is written.
    pub(super) async fn flush(self) {
        if let Some((sender, task)) = self.writer {
            drop(sender);
            let _ = task.await;
        }
    }
}

async fn write_all(workspace: Arc<Workspace>, mut kept: UnboundedReceiver<Kept>) {
    while let Some((what, value)) = kept.recv().await {
        let mut latest = BTreeMap::from([(what, value)]);
        while let Ok((what, value)) = kept.try_recv() {
            latest.insert(what, value);
        }
        for (what, value) in latest {
            if let Err(failure) = patient(write(&workspace, &what, value)).await {
                tracing::warn!(?what, "it was not remembered: {}", failure.message);
            }
        }
    }
}

async fn write(workspace: &Workspace, what: &What, value: Option<String>) -> Outcome<()> {
    match what {
        What::Setting(name) => {
            let value = value.unwrap_or_default();
            workspace.set_preference(&format!("{PREFIX}{name}"), &value).await
        }
        What::Draft(instance) => workspace.keep_draft(instance, value).await,
    }
}
