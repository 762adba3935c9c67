//! Writes remembered settings and drafts, one after the other: a newer value never loses to an older one, and of
//! several that wait only the newest is written.

use crate::model::InstanceName;
use crate::tui::outcome::Outcome;
use crate::tui::patience::patient;
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What the names of the console's settings begin with in the vault.
pub(super) const PREFIX: &str = "console.";

/// After how long what could not be written is tried again.
const AGAIN: Duration = Duration::from_secs(15);

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A setting, by its name.
    Setting(&'static str),
    /// What is being written for an instance.
    Draft(InstanceName),
}

/// What, and its values; none forgets it.
type Kept = (What, Vec<String>);

/// What is to be written, the newest values of each.
type Latest = BTreeMap<What, Vec<String>>;

/// Takes what is to be written.
#[derive(Default)]
pub(super) struct Memory {
    writer: Option<(UnboundedSender<Kept>, JoinHandle<()>)>,
}

impl Memory {
    /// Has something written.
    pub(super) fn keep(&mut self, workspace: &Arc<Workspace>, what: What, values: Vec<String>) {
        let (sender, _) = self.writer.get_or_insert_with(|| {
            let (sender, kept) = unbounded_channel();
            let task = tokio::spawn(write_all(Arc::clone(workspace), kept));
            (sender, task)
        });
        // The writer ends only when this sender does.
        let _ = sender.send((what, values));
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
    let mut latest = Latest::new();
    let mut is_over = false;
    while !is_over {
        // What could not be written is tried again, whether or not anything more comes.
        let news = match latest.is_empty() {
            true => Ok(kept.recv().await),
            false => timeout(AGAIN, kept.recv()).await,
        };
        is_over = matches!(news, Ok(None));
        latest.extend(news.ok().flatten());
        while let Ok(more) = kept.try_recv() {
            latest.extend([more]);
        }
        latest = write_latest(&workspace, latest).await;
    }
}

/// Writes everything; what could not be written is left.
async fn write_latest(workspace: &Workspace, latest: Latest) -> Latest {
    let mut left = Latest::new();
    for (what, values) in latest {
        if let Err(failure) = patient(write(workspace, &what, values.clone())).await {
            tracing::warn!(?what, "it was not remembered yet: {}", failure.message);
            left.insert(what, values);
        }
    }
    left
}

async fn write(workspace: &Workspace, what: &What, values: Vec<String>) -> Outcome<()> {
    match what {
        What::Setting(name) => {
            let value = values.concat();
            workspace.set_preference(&format!("{PREFIX}{name}"), &value).await
        }
        What::Draft(instance) => workspace.keep_drafts(instance, values).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Home, VaultLock};

    #[tokio::test]
    async fn what_could_not_be_written_is_left_to_be_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("home");
        let lock = VaultLock::KeyFile(None);
        let workspace = Workspace::create(Home::at(&root), lock).await.unwrap();
        let other = rusqlite::Connection::open(root.join("console.db")).unwrap();
        let refusal = "CREATE TRIGGER no BEFORE INSERT ON preferences BEGIN SELECT RAISE(FAIL, 'no'); END";
        other.execute_batch(refusal).unwrap();
        let latest = Latest::from([(What::Setting("place"), vec!["here".to_owned()])]);
        let left = write_latest(&workspace, latest.clone()).await;
        assert_eq!(left, latest);
        other.execute_batch("DROP TRIGGER no").unwrap();
        assert!(write_latest(&workspace, left).await.is_empty());
        let kept = workspace.preference("console.place").await.unwrap();
        assert_eq!(kept.as_deref(), Some("here"));
    }
}
