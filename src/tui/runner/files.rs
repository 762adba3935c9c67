//! Watches the files in the home that a person writes: `config.toml`, `keymap.toml` and the themes. What
//! changed there is read again and brought as a message. The system tells of changes; nothing is polled.

use crate::tui::files::Files;
use crate::tui::message::Message;
use crate::workspace::Home;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// An editor writes a file in several strokes: what comes within this time is one change.
const ONE_CHANGE: Duration = Duration::from_millis(60);

/// Brings a message for every change, as long as somebody takes it.
pub(super) async fn watch_files(home: Home, messages: UnboundedSender<Message>) {
    let (sender, mut changes) = unbounded_channel();
    let root = home.root().to_owned();
    let mut watcher = match watcher(root.clone(), sender) {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(
                "changes of config.toml, keymap.toml and themes are not noticed while running: {error}"
            );
            return;
        }
    };
    while changed(&mut watcher, &root, &mut changes).await {
        let home = home.clone();
        let Ok(files) = tokio::task::spawn_blocking(move || Files::read(&home)).await else {
            continue;
        };
        if messages.send(Message::Files(Box::new(files))).is_err() {
            return;
        }
    }
}

fn watcher(root: PathBuf, sender: UnboundedSender<()>) -> notify::Result<RecommendedWatcher> {
    let concerned = root.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let concerns = event.is_ok_and(|event| {
            !event.kind.is_access() && event.paths.iter().any(|path| is_ours(&concerned, path))
        });
        if concerns {
            let _ = sender.send(());
        }
    })?;
    watcher.watch(&root, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Ready at the next change; false when there will be none.
async fn changed(watcher: &mut RecommendedWatcher, root: &Path, changes: &mut UnboundedReceiver<()>) -> bool {
    // The folder may have come only now, or have been replaced. Where there is none there is nothing to watch.
    let _ = watcher.watch(&root.join("themes"), RecursiveMode::NonRecursive);
    if changes.recv().await.is_none() {
        return false;
    }
    tokio::time::sleep(ONE_CHANGE).await;
    while changes.try_recv().is_ok() {}
    true
}

/// Whether a person writes this file; the database beside it changes all the time.
fn is_ours(root: &Path, path: &Path) -> bool {
    let themes = root.join("themes");
    let is_theme = path.starts_with(&themes);
    is_theme || path == root.join("config.toml") || path == root.join("keymap.toml")
}
