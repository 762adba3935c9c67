//! Keys that a person moved.

use super::support::console::Console;

#[test]
fn a_key_that_was_moved_in_the_file_is_shown_and_works_and_a_wrong_line_is_told() {
    let folder = super::home_with_an_instance();
    let home = folder.path().join("home");
    let keymap =
        "[keys.global]\n\"?\" = false\n\"ctrl-g\" = \"help\"\n\"b h\" = \"help\"\nw = \"frobnicate\"\n";
    std::fs::write(home.join("keymap.toml"), keymap).unwrap();
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("gamma");
    console.wait_for("line 5, column 5");
    console.press("b");
    console.wait_for("cancel");
    console.press("h");
    console.wait_for("Everything that can be done here");
    console.press("\x1b");
    console.wait("no help", |screen| {
        !screen.contents().contains("Everything that can be done here")
    });
    console.wait_for("^G help");
    console.press("\x07");
    console.wait_for("Everything that can be done here");
    console.press("\x1b");
    console.wait_for("^G help");
    // The file changes while the console runs: it holds at once, a broken one does not, without one all is as usual.
    std::fs::write(
        home.join("keymap.toml"),
        "[keys.global]\n\"ctrl-t\" = \"help\"\n\"?\" = false\n",
    )
    .unwrap();
    console.wait_for("^T help");
    std::fs::write(home.join("keymap.toml"), "[keys.global]\n\"ctrl-t\" =\n").unwrap();
    console.wait_for("line 2");
    console.wait_for("^T help");
    std::fs::remove_file(home.join("keymap.toml")).unwrap();
    console.wait_for("? help");
    console.press("\x03");
    console.end_leaves_no_trace();
}
