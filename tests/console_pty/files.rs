//! Files that a person writes while the console runs.

use crate::support::console::{Console, NAME_BEFORE};
use vt100::{Color, Screen};

/// The ground that the screen is drawn on, in the middle of a pane.
fn ground(screen: &Screen) -> Color {
    let (rows, columns) = screen.size();
    screen
        .cell(rows.get() / 2, columns.get() / 2)
        .map_or(Color::Default, vt100::Cell::bgcolor)
}

#[test]
fn themes_and_settings_are_read_again_when_they_change_and_a_broken_one_keeps_the_old() {
    let folder = crate::home_with_an_instance();
    let home = folder.path().join("home");
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("gamma");
    let white = Color::Rgb(255, 255, 255);
    let themes = home.join("themes");
    std::fs::create_dir(&themes).unwrap();
    let theme = "inherits = \"light\"\n[palette]\nground = \"#ffffff\"\n";
    std::fs::write(themes.join("paper.toml"), theme).unwrap();
    std::fs::write(home.join("config.toml"), "[console]\ntheme = \"paper\"\n").unwrap();
    console.wait("the white theme", |screen| ground(screen) == white);
    std::fs::write(themes.join("paper.toml"), "inherits = \"light\"\n\n[pallete]\n").unwrap();
    console.wait_for("line 3");
    console.wait("the white theme still", |screen| ground(screen) == white);
    std::fs::write(home.join("config.toml"), "[console]\nthme = \"dark\"\n").unwrap();
    console.wait_for("line 2");
    console.wait_for_name("butterfly: 0 of 1 up");
    std::fs::write(home.join("config.toml"), "[console]\ntitle = false\n").unwrap();
    console.wait_for_name(NAME_BEFORE);
    let black = "inherits = \"dark\"\n[palette]\nground = \"#000000\"\n";
    std::fs::write(themes.join("paper.toml"), black).unwrap();
    console.wait("the black theme", |screen| ground(screen) == Color::Rgb(0, 0, 0));
    console.press("\x03");
    console.end_leaves_no_trace();
}
