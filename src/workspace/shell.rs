//! Commands of this program as they are typed into a shell.

use super::Home;
use std::env;
use std::path::{Path, PathBuf};

/// The variable that says which home is meant where `--home` does not.
const HOME_VARIABLE: &str = "BUTTERFLY_HOME";

/// How commands of this program begin in texts for people.
const COMMAND: &str = "`butterfly ";

/// The command of this program with these words, for this home.
pub fn shell_command(home: &Home, words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("{} {}", program(home), words.join(" "))
}

/// How this program is called for this home, wherever that is.
pub(super) fn program(home: &Home) -> String {
    program_beside(home, Home::default_root().ok().as_deref())
}

/// How whoever runs this process calls this program again for this home, here: with `--home` where the program would
/// take another one without it.
pub fn program_here(home: &Home) -> String {
    program_beside(home, bare_home().as_deref())
}

/// A text with commands of this program between backquotes, each as it works here for this home. Those that say
/// themselves for which home they are stay.
pub fn commands_here(home: &Home, text: &str) -> String {
    let mut parts = text.split(COMMAND);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.starts_with('-') {
            true => told.push_str(COMMAND),
            false => told.push_str(&format!("`{} ", program_here(home))),
        }
        told.push_str(part);
    }
    told
}

/// The home that the environment names. A variable that is set and empty names none.
pub fn home_said() -> Option<PathBuf> {
    let said = env::var_os(HOME_VARIABLE).filter(|said| !said.is_empty());
    said.map(PathBuf::from)
}

/// The home that the program takes here if it is told of none.
fn bare_home() -> Option<PathBuf> {
    match home_said() {
        Some(said) => std::path::absolute(said).ok(),
        None => Home::default_root().ok(),
    }
}

fn program_beside(home: &Home, bare: Option<&Path>) -> String {
    if bare == Some(home.root()) {
        return "butterfly".to_owned();
    }
    format!("butterfly --home {}", quoted(&home.root().display().to_string()))
}

/// A word for a shell.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_shell_are_quoted_where_they_have_to_be() {
        assert_eq!(quoted("alpha-2"), "alpha-2");
        assert_eq!(quoted("{\"a\": 1}"), "'{\"a\": 1}'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
        let command = shell_command(&Home::at("/srv/a home"), &["credential", "show", "x y"]);
        assert_eq!(command, "butterfly --home '/srv/a home' credential show 'x y'");
    }

    #[test]
    fn the_home_is_named_where_another_one_would_be_taken() {
        let home = Home::at("/srv/a home");
        let usual = Path::new("/srv/usual");
        let named = "butterfly --home '/srv/a home'";
        assert_eq!(program_beside(&home, Some(usual)), named);
        assert_eq!(program_beside(&home, None), named);
        assert_eq!(program_beside(&home, Some(home.root())), "butterfly");
    }

    #[test]
    fn every_command_of_a_text_names_the_home_and_nothing_else_changes() {
        let home = Home::at("/srv/a home");
        let told = commands_here(
            &home,
            "do `butterfly demo` or `butterfly vault init`, as butterfly says",
        );
        assert_eq!(
            told,
            "do `butterfly --home '/srv/a home' demo` or `butterfly --home '/srv/a home' vault init`, as butterfly says"
        );
        for told in ["check the path", "see `butterfly --home DIR demo`", ""] {
            assert_eq!(commands_here(&home, told), told);
        }
    }
}
