//! Commands of this program as they are typed into a shell.

use super::Home;

/// The command of this program with these words, for this home.
pub fn shell_command(home: &Home, words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("{} {}", program(home), words.join(" "))
}

/// How this program is called for this home.
pub(super) fn program(home: &Home) -> String {
    if Home::default_root().is_ok_and(|usual| usual == home.root()) {
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
}
