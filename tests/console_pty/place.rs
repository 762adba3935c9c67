//! Where one was when the console was left.

use super::support::console::Console;
use butterfly_console::workspace::{Home, Unlock, Workspace};
use std::path::Path;
use std::time::Duration;

/// Waits until the home remembers a place in which this stands.
fn wait_until_kept(home: &Path, part: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let kept = async {
        let workspace = Workspace::open(Home::at(home), Unlock::Ambient).await.unwrap();
        loop {
            let settings = workspace.preferences("console.place").await.unwrap();
            if settings
                .iter()
                .any(|(_, place)| place.to_lowercase().contains(part))
            {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), kept).await });
    waited.expect("the place is kept while the console runs");
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
