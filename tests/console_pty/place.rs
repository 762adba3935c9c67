//! Where one was when the console was left.

use super::support::console::{Console, PATIENCE};
use butterfly_console::workspace::{Home, Unlock, Workspace};
use notify::{Event, RecursiveMode, Watcher};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;

/// Waits until the home keeps something of which this is true: looks again whenever something in the home changed.
fn wait_until<F: Future<Output = bool>>(home: &Path, is_kept: impl Fn(Arc<Workspace>) -> F) {
    let (tell, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // Our own looking opens files and closes them.
        if !event.unwrap().kind.is_access() {
            // Whoever waited may have gone.
            let _ = tell.send(());
        }
    })
    .unwrap();
    watcher.watch(home, RecursiveMode::NonRecursive).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let open = Workspace::open(Home::at(home), Unlock::Ambient);
    let workspace = runtime.block_on(open).unwrap();
    while !runtime.block_on(is_kept(Arc::clone(&workspace))) {
        if changes.recv_timeout(PATIENCE).is_err() {
            panic!(
                "it is not kept while the console runs, which says:\n{}",
                logs(home)
            );
        }
        // Many changes are worth one look.
        while changes.try_recv().is_ok() {}
    }
}

/// What the console wrote to its log.
fn logs(home: &Path) -> String {
    let files = std::fs::read_dir(home.join("logs"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .map(|file| std::fs::read_to_string(file.path()).unwrap_or_default())
        .collect()
}

/// Waits until the home remembers a place in which this stands.
fn wait_until_kept(home: &Path, part: &str) {
    wait_until(home, |workspace| async move {
        let settings = workspace.preferences("console.place").await.unwrap();
        settings
            .iter()
            .any(|(_, place)| place.to_lowercase().contains(part))
    });
}

#[test]
fn what_was_being_written_outlives_a_kill_and_can_be_read_by_nobody_else() {
    let folder = super::home_with_an_instance();
    let home = folder.path().join("home");
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("owner");
    console.press("I");
    console.wait_for("\"action\"");
    console.press("canary_of_a_query");
    wait_until(&home, |workspace| async move {
        let drafts = workspace.drafts().await.unwrap();
        drafts
            .iter()
            .any(|(_, texts)| texts[0].contains("canary_of_a_query"))
    });
    wait_until_kept(&home, "composer");
    console.signal("KILL");
    drop(console);
    for file in std::fs::read_dir(&home).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let is_there = bytes.windows(6).any(|part| part == b"canary");
            assert!(!is_there, "{}", path.display());
        }
    }
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("canary_of_a_query");
    console.press("\x03");
    console.end_leaves_no_trace();
}

#[test]
fn a_console_that_is_killed_starts_where_it_was_all_the_same() {
    let folder = super::home_with_an_instance();
    let home = folder.path().join("home");
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("owner");
    console.press("N");
    console.wait_for(" parties, ");
    wait_until_kept(&home, "map");
    console.signal("KILL");
    drop(console);
    let mut console = Console::start(&home, (120, 36));
    console.wait_for(" parties, ");
    console.press("\x03");
    console.end_leaves_no_trace();
}

#[test]
fn the_console_starts_where_it_was_left() {
    let folder = super::home_with_an_instance();
    let home = folder.path().join("home");
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("gamma");
    console.wait_for("owner");
    console.press("1");
    console.press("N");
    console.wait_for(" parties, ");
    console.press("\x03");
    console.end_leaves_no_trace();
    let mut console = Console::start(&home, (120, 36));
    console.wait_for(" parties, ");
    console.press("\x1b");
    console.wait("the panes", |screen| !screen.contents().contains(" parties, "));
    console.press("\x03");
    console.end_leaves_no_trace();
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("owner");
    console.press("z");
    console.wait("a zoomed pane and no map", |screen| {
        let shown = screen.contents();
        !shown.contains("Invoke log") && !shown.contains(" parties, ")
    });
    console.press("\x03");
    console.end_leaves_no_trace();
}
