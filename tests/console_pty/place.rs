//! Where one was when the console was left.

use super::support::console::Console;

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
