use super::*;

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
            .contains("dark, light")
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

/// WCAG 2.1, relative luminance.
fn luminance(colour: Color) -> f64 {
    let Color::Rgb(red, green, blue) = colour else {
        panic!("{colour:?} is not written as RGB");
    };
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.03928 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[test]
fn text_is_readable_in_every_theme() {
    let catalog = Catalog::load(None);
    for name in catalog.names() {
        let theme = catalog.theme(&name, Depth::True).unwrap();
        let ground = theme.style(Role::Base).bg.unwrap();
        for (role, style) in &theme.styles {
            let Some(ink) = style.fg else { continue };
            // Lines are no text, and what is faint is never the only place where something is said.
            let least = match role {
                Role::Border | Role::Scroll | Role::PhaseWait => 1.3,
                Role::Faint | Role::Heading => 3.0,
                _ => 4.5,
            };
            let paper = style.bg.unwrap_or(ground);
            let (a, b) = (luminance(ink), luminance(paper));
            let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(ratio >= least, "{name}: {role:?} has a contrast of {ratio:.2}");
        }
    }
}

#[test]
fn colours_come_down_to_the_nearest_that_there_is() {
    assert_eq!(nearest_indexed(0, 0, 0), 16);
    assert_eq!(nearest_indexed(255, 255, 255), 231);
    assert_eq!(nearest_indexed(255, 0, 0), 196);
    assert_eq!(nearest_indexed(118, 118, 118), 243);
}
