//! The first minutes of a newcomer: the demo, its first call, a call of one's own, and leaving.

use crate::support::console::Console;

#[test]
fn the_demo_opens_and_its_first_call_is_where_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let mut console = Console::start_demo(&home, (120, 36));
    console.wait_for("alpha and beta are joined");
    console.wait_for("2 of 2 up");
    console.wait_for("get_pointer_sum");
    console.press("4\r");
    console.wait_for("Invoke #1");
    console.press("4");
    // The trace: who answered whom, hop inside hop.
    console.wait_for("unaccounted");
    console.press("\x1b");
    console.wait_for("Pointers of alpha");
    console.press("2c");
    console.wait_for("Invoke #2");
    console.press("\x1b");
    console.wait_for("2 Pointers of alpha");
    // The border between the columns goes where the mouse takes it.
    console.press("\x1b[<0;45;8M\x1b[<32;61;8M\x1b[<0;61;8m");
    console.wait("a wider column", |screen| {
        let line = screen.rows(0, 120).nth(1).unwrap_or_default();
        line.chars().nth(60) == Some('╭')
    });
    console.press("q");
    console.wait_for("stops alpha");
    console.press("y");
    console.end_leaves_no_trace();
}
