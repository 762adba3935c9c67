mod sight;

use super::catalog::ThemeError;
use super::depth::nearest_indexed;
use super::*;
use ratatui::style::Modifier;

#[test]
fn every_theme_inside_the_program_loads_and_says_how_each_role_looks() {
    let catalog = Catalog::load(None);
    for name in catalog.names() {
        let theme = catalog.theme(&name, Depth::True).unwrap();
        for role in [
            Role::Base,
            Role::Selected,
            Role::PhaseWork,
            Role::JsonWord,
            Role::Readonly,
        ] {
            assert_ne!(theme.style(role), Style::default(), "{name}: {role:?}");
        }
        assert!(theme.instances.len() >= 6, "{name}");
    }
}

#[test]
fn a_theme_inherits_and_overrides() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("mine.toml"),
        "inherits = \"dark\"\n[palette]\nblue = \"#010203\"\n",
    )
    .unwrap();
    let catalog = Catalog::load(Some(folder.path()));
    let theme = catalog.theme("mine", Depth::True).unwrap();
    assert_eq!(theme.style(Role::Accent).fg, Some(Color::Rgb(1, 2, 3)));
    let dark = catalog.theme("dark", Depth::True).unwrap();
    assert_eq!(theme.style(Role::Bad), dark.style(Role::Bad));
}

#[test]
fn a_theme_of_the_home_may_go_by_the_one_of_its_name_inside_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let text = "inherits = \"dark\"\n[palette]\nblue = \"#010203\"\n";
    std::fs::write(folder.path().join("dark.toml"), text).unwrap();
    let catalog = Catalog::load(Some(folder.path()));
    let theme = catalog.theme("dark", Depth::True).unwrap();
    assert_eq!(theme.style(Role::Accent).fg, Some(Color::Rgb(1, 2, 3)));
    let inside = Catalog::load(None).theme("dark", Depth::True).unwrap();
    assert_eq!(theme.style(Role::Bad), inside.style(Role::Bad));
    let light = catalog.theme("light", Depth::True).unwrap();
    assert_ne!(light.style(Role::Accent), theme.style(Role::Accent));
}

#[test]
fn a_broken_theme_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), "inherits = \"b\"").unwrap();
    std::fs::write(folder.path().join("b.toml"), "inherits = \"a\"").unwrap();
    std::fs::write(
        folder.path().join("c.toml"),
        "[styles]\nbad = { fg = \"mauvish\" }",
    )
    .unwrap();
    let catalog = Catalog::load(Some(folder.path()));
    assert!(matches!(
        catalog.theme("a", Depth::True),
        Err(ThemeError::Circular(_))
    ));
    assert!(
        catalog
            .theme("c", Depth::True)
            .unwrap_err()
            .to_string()
            .contains("mauvish")
    );
    assert!(
        catalog
            .theme("d", Depth::True)
            .unwrap_err()
            .to_string()
            .contains("dark, light, high-contrast")
    );
}

#[test]
fn without_colour_nothing_has_a_colour_and_the_selection_still_shows() {
    let theme = Catalog::load(None).theme("dark", Depth::None).unwrap();
    for style in theme.styles.values() {
        assert_eq!((style.fg, style.bg), (None, None));
    }
    assert!(
        theme
            .style(Role::Selected)
            .add_modifier
            .contains(Modifier::REVERSED)
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let reason = |text: &str| {
        std::fs::write(folder.path().join("mine.toml"), text).unwrap();
        let catalog = Catalog::load(Some(folder.path()));
        catalog.theme("mine", Depth::True).unwrap_err().to_string()
    };
    let unknown_colour = "inherits = \"dark\"\n\n[styles]\nbad = { fg = \"mauvish\" }\n";
    assert!(
        reason(unknown_colour).contains("line 4"),
        "{}",
        reason(unknown_colour)
    );
    let no_toml = "inherits = \"dark\"\n[palette\n";
    assert!(reason(no_toml).contains("line 2"), "{}", reason(no_toml));
    let no_parent = "inherits = \"nosuch\"\n";
    let told = reason(no_parent);
    assert!(
        told.starts_with("theme \"mine\" inherits from \"nosuch\", which there is not; there are: dark, "),
        "{told}"
    );
    assert!(!told.contains(", mine"), "{told}");
    let unknown_role = "inherits = \"dark\"\n[styles]\nbadd = { bold = true }\n";
    assert!(
        reason(unknown_role).contains("line 3"),
        "{}",
        reason(unknown_role)
    );
    let in_palette = "[palette]\nblue = \"#12345\"\n";
    assert!(reason(in_palette).contains("line 2"), "{}", reason(in_palette));
}

#[test]
fn terminals_with_sixteen_colours_get_only_those() {
    let catalog = Catalog::load(None);
    for name in catalog.names() {
        let theme = catalog.theme(&name, Depth::Sixteen).unwrap();
        let inks = theme.styles.values().flat_map(|style| [style.fg, style.bg]);
        let instances = theme.instances.iter().map(|colour| Some(*colour));
        for colour in inks.chain(instances).flatten() {
            assert!(
                !matches!(colour, Color::Rgb(..) | Color::Indexed(_)),
                "{name}: {colour:?}"
            );
        }
    }
}

#[test]
fn the_environment_tells_how_many_colours_there_are() {
    let depth = |set: &[(&str, &str)]| {
        depth_of_terminal(|name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(
        depth(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]),
        Depth::None
    );
    assert_eq!(depth(&[("NO_COLOR", ""), ("COLORTERM", "24bit")]), Depth::True);
    assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Indexed);
    assert_eq!(depth(&[("TERM", "screen-256color")]), Depth::Indexed);
    assert_eq!(depth(&[("TERM", "linux")]), Depth::Sixteen);
    assert_eq!(depth(&[("TERM", "vt220")]), Depth::Sixteen);
    assert_eq!(depth(&[("TERM", "screen")]), Depth::Sixteen);
}

#[test]
fn colours_come_down_to_the_nearest_that_there_is() {
    assert_eq!(nearest_indexed(0, 0, 0), 16);
    assert_eq!(nearest_indexed(255, 255, 255), 231);
    assert_eq!(nearest_indexed(255, 0, 0), 196);
    assert_eq!(nearest_indexed(118, 118, 118), 243);
}
