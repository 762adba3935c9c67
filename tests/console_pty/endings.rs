//! Ends that nobody planned.

use crate::support::console::Console;
use std::sync::Arc;

/// The program says that it may be broken this way only where it is built for tests.
const BREAK: (&str, &str) = ("BUTTERFLY_BREAK_WHEN_DRAWING", "Everything that can be done");

#[test]
fn t56_a_panic_while_drawing_gives_the_terminal_back_and_tells_what_happened() {
    let folder = crate::home_with_an_instance();
    let home = folder.path().join("home");
    let mut console = Console::start_with(&home, (100, 30), &[BREAK]);
    console.wait_for("gamma");
    console.press("?");
    let shown = Arc::clone(&console.shown);
    let status = console.end();
    assert!(!status.success());
    let shown = shown.0.lock().unwrap();
    let told = shown.parser.screen().contents();
    assert!(told.contains("panicked"), "{told}");
    assert!(!told.contains("gamma"), "{told}");
}
