//! A file that a person writes has changed: what is right in it holds from now on, what is wrong is said
//! with its line, and the old stays.

use super::keymap::take_keymap_file;
use super::themes::{look_at_theme, take_theme};
use crate::tui::effect::Effect;
use crate::tui::files::Files;
use crate::tui::state::{Level, State};
use crate::workspace::ConsoleConfig;

/// Takes the files as they are now.
pub fn on_files(state: &mut State, files: Files) -> Vec<Effect> {
    state.look.catalog = files.themes;
    take_theme_again(state);
    take_keymap_file(state, files.keymap);
    match files.config {
        Ok(config) => take_config(state, config),
        Err(failure) => {
            state.report(
                Level::Bad,
                failure.message,
                "the settings stay as they were; put it right and save it again",
            );
            Vec::new()
        }
    }
}

/// The file of the theme in use may be another now, or there is one at last for the theme that was to be used.
fn take_theme_again(state: &mut State) {
    let name = match &state.look.missed {
        Some(missed) => missed.clone(),
        None => state.look.theme.name.clone(),
    };
    match look_at_theme(state, &name) {
        Some(theme) if theme != state.look.theme => {
            state.look.theme = theme;
            state.look.chosen |= state.look.missed.take().is_some();
            state.report(Level::Info, format!("theme {name}, read again"), "");
        }
        _ => {}
    }
}

/// Takes what is different from before; what a person chose since the start is not undone by the rest.
fn take_config(state: &mut State, config: ConsoleConfig) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.look.config, config.clone());
    if before == config {
        // Another section may have changed: how long until the vault is locked.
        return vec![Effect::LoadIdleLock];
    }
    state.report(Level::Info, "config.toml, read again", "");
    let mut effects = vec![Effect::LoadIdleLock];
    if let Some(theme) = config.theme.filter(|theme| before.theme.as_ref() != Some(theme)) {
        let is_taken = take_theme(state, &theme);
        state.look.chosen |= is_taken;
        state.look.missed = (!is_taken).then_some(theme);
    }
    if before.glyphs != config.glyphs {
        state.look.take_glyphs();
        effects.push(Effect::Redraw);
    }
    if let Some(mouse) = config.mouse.filter(|mouse| before.mouse != Some(*mouse)) {
        state.mouse = mouse;
        effects.push(Effect::Mouse(mouse));
    }
    effects
}

#[cfg(test)]
mod tests {
    use crate::command::Id;
    use crate::protocol::Code;
    use crate::tui::effect::Effect;
    use crate::tui::fake::demo;
    use crate::tui::files::Files;
    use crate::tui::message::Message;
    use crate::tui::state::{Level, State};
    use crate::tui::theme::{ASCII, Catalog, UNICODE};
    use crate::tui::update::update;
    use crate::workspace::{ConsoleConfig, Failure, GlyphChoice};

    fn files(folder: Option<&std::path::Path>, config: Result<ConsoleConfig, Failure>) -> Message {
        Message::Files(Box::new(Files {
            themes: Catalog::load(folder),
            config,
            keymap: Ok(None),
        }))
    }

    fn last(state: &State) -> &str {
        &state.reports.back().unwrap().text
    }

    #[test]
    fn a_theme_that_is_written_anew_is_drawn_at_once_and_a_broken_one_keeps_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dark.toml");
        let mut state = demo((120, 36));
        let before = state.look.theme.clone();
        std::fs::write(&path, "inherits = \"light\"\n[palette]\nblue = \"#010203\"\n").unwrap();
        update(
            &mut state,
            files(Some(folder.path()), Ok(ConsoleConfig::default())),
        );
        let after = state.look.theme.clone();
        assert_ne!(before, after);
        assert_eq!(last(&state), "theme dark, read again");
        std::fs::write(&path, "inherits = \"light\"\n\n[palettes]\n").unwrap();
        update(
            &mut state,
            files(Some(folder.path()), Ok(ConsoleConfig::default())),
        );
        assert_eq!(state.look.theme, after);
        assert!(last(&state).contains("line 3"), "{}", last(&state));
    }

    #[test]
    fn a_theme_that_cannot_be_had_yet_is_taken_once_its_file_is_right() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = demo((120, 36));
        let before = state.look.theme.clone();
        let config = || ConsoleConfig {
            theme: Some("mine".to_owned()),
            ..ConsoleConfig::default()
        };
        update(&mut state, files(Some(folder.path()), Ok(config())));
        assert_eq!(state.look.theme, before);
        assert!(
            last(&state).contains("mine"),
            "what failed is said last: {}",
            last(&state)
        );
        std::fs::write(folder.path().join("mine.toml"), "inherits = \"light\"\n").unwrap();
        update(&mut state, files(Some(folder.path()), Ok(config())));
        assert_eq!(state.look.theme.name, "mine");
        assert_eq!(last(&state), "theme mine, read again");
    }

    #[test]
    fn settings_hold_from_now_on_and_broken_ones_change_nothing() {
        let mut state = demo((120, 36));
        let config = ConsoleConfig {
            theme: Some("light".to_owned()),
            glyphs: GlyphChoice::Ascii,
            mouse: Some(false),
            ..ConsoleConfig::default()
        };
        let effects = update(&mut state, files(None, Ok(config)));
        assert_eq!(state.look.theme.name, "light");
        assert_eq!(state.look.glyphs, ASCII);
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Mouse(false)))
        );
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::LoadIdleLock))
        );
        let broken = Failure::new(Code::FileFailed, "config.toml, line 2: no", "");
        update(&mut state, files(None, Err(broken)));
        assert_eq!(state.look.theme.name, "light");
        assert_eq!(state.reports.back().unwrap().level, Level::Bad);
        assert!(last(&state).contains("line 2"));
        update(&mut state, files(None, Ok(ConsoleConfig::default())));
        assert_eq!(state.look.glyphs, UNICODE);
        assert_eq!(state.look.theme.name, "light", "a theme is not taken back");
    }

    #[test]
    fn a_keymap_that_is_written_anew_holds_at_once_and_a_broken_one_keeps_the_old() {
        let mut state = demo((120, 36));
        let keymap = |text: Option<&str>| {
            Message::Files(Box::new(Files {
                themes: Catalog::load(None),
                config: Ok(ConsoleConfig::default()),
                keymap: Ok(text.map(str::to_owned)),
            }))
        };
        let moved = "[keys.pointers]\ni = false\nw = \"invoke\"\n";
        update(&mut state, keymap(Some(moved)));
        assert_eq!(state.key_for(Id::InvokePointer), "w");
        assert_eq!(last(&state), "keymap.toml, read again");
        let said = state.reports.len();
        update(&mut state, keymap(Some(moved)));
        assert_eq!(state.reports.len(), said, "nothing changed");
        update(&mut state, keymap(Some("[keys.pointers]\nw =\n")));
        assert_eq!(state.key_for(Id::InvokePointer), "w");
        assert!(last(&state).contains("line 2"), "{}", last(&state));
        update(&mut state, keymap(None));
        assert_eq!(state.key_for(Id::InvokePointer), "i");
        assert!(last(&state).contains("is gone"), "{}", last(&state));
    }

    #[test]
    fn a_theme_that_a_person_chose_stays_while_the_settings_say_what_they_said() {
        let mut state = demo((120, 36));
        let config = || ConsoleConfig {
            theme: Some("light".to_owned()),
            ..ConsoleConfig::default()
        };
        update(&mut state, files(None, Ok(config())));
        super::take_theme(&mut state, "high-contrast");
        update(&mut state, files(None, Ok(config())));
        assert_eq!(state.look.theme.name, "high-contrast");
    }
}
