//! The audit trail of an instance, cleared from within the console.

use crate::butterfly;
use crate::support::console::Console;

#[test]
fn a_trail_is_cleared_after_a_yes_and_says_so() {
    let folder = crate::home_with_an_instance();
    let home = folder.path().join("home");
    butterfly(&home, &["invoke", "gamma", r#"{"action": "get_graph_stats"}"#]);
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("gamma");
    console.press("ga");
    console.wait_for("get_graph_stats");
    console.press(":clear-audit\r");
    console.wait_for("Clear the audit trail of gamma?");
    console.press("y");
    console.wait_for("the trail of gamma is cleared");
    console.wait("the new trail", |screen| {
        let text = screen.contents();
        text.contains("clear_audit_log") && !text.contains("get_graph_stats")
    });
    console.press("q");
    console.end_leaves_no_trace();
}
