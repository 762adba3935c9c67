//! A line of bash as it stands while it is written: its words without their quotes, and how a name has to be written so
//! that it goes on where the last word stands.
//!
//! Bash takes words apart at more than blanks (`COMP_WORDBREAKS`: at `@`, `:` and `=` too) and puts what is offered in the
//! place of the last part only, as it is: names with blanks and signs have to come quoted, and without what stands
//! already.

/// Signs at which bash takes words apart and which it replaces with what stands behind them (`rl_special_prefixes`): what is
/// offered has to begin with them.
const REPLACED: &str = "@$";

/// A line up to where somebody writes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The words after the name of the program; the last one is being written.
    pub words: Vec<String>,
    /// What stands before the last word and belongs to it: `--template=`, whose value the last word is.
    flag: String,
    /// The quote that is open.
    quote: Option<char>,
    /// How many letters of the last word, with its flag, stay as they are: what is offered comes behind them.
    stands: usize,
}

impl Line {
    /// Reads a line; `breaks` are the signs at which the shell takes words apart.
    pub fn read(line: &str, breaks: &str) -> Self {
        let mut words = Vec::new();
        let mut word = String::new();
        let (mut has_begun, mut quote, mut stands) = (false, None, 0);
        let mut letters = line.chars();
        while let Some(letter) = letters.next() {
            match (quote, letter) {
                (None, blank) if blank.is_whitespace() => {
                    if has_begun {
                        words.push(std::mem::take(&mut word));
                    }
                    (has_begun, stands) = (false, 0);
                    continue;
                }
                (None, '"' | '\'') => {
                    quote = Some(letter);
                    stands = word.chars().count();
                }
                (Some(open), close) if open == close => quote = None,
                (None | Some('"'), '\\') => match letters.next() {
                    Some(letter) if quote.is_none() || "\"\\$`".contains(letter) => word.push(letter),
                    Some(letter) => word.extend(['\\', letter]),
                    None => {}
                },
                (None, letter) => {
                    if breaks.contains(letter) {
                        stands = word.chars().count() + usize::from(!REPLACED.contains(letter));
                    }
                    word.push(letter);
                }
                (Some(_), letter) => word.push(letter),
            }
            has_begun = true;
        }
        let mut flag = String::new();
        if let Some((name, value)) = word.split_once('=').filter(|(name, _)| name.starts_with("--")) {
            flag = format!("{name}=");
            words.push(name.to_owned());
            word = value.to_owned();
        }
        words.push(word);
        // The name of the program.
        words.remove(0);
        Self {
            words,
            flag,
            quote,
            stands,
        }
    }

    /// A name as it is written in the place of what the shell replaces; none of one that cannot be.
    pub fn written(&self, name: &str) -> Option<String> {
        if name.chars().any(char::is_control) {
            return None;
        }
        let whole = format!("{}{name}", self.flag);
        let rest: String = whole.chars().skip(self.stands).collect();
        Some(match self.quote {
            Some('\'') => rest.replace('\'', r"'\''"),
            Some(_) => escaped(&rest, |letter| !"\"\\$`".contains(letter)),
            None => escaped(&rest, |letter| {
                letter.is_alphanumeric() || "_-./:@%+,=".contains(letter)
            }),
        })
    }
}

/// With a backslash before each letter that means something to the shell.
fn escaped(text: &str, is_plain: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if !is_plain(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BREAKS: &str = " \t\n\"'@><=;|&(:";

    #[test]
    fn words_are_read_as_the_shell_reads_them() {
        for (line, expected) in [
            ("b call ", &["call", ""][..]),
            ("b  call al", &["call", "al"]),
            (r"b template show tide\ ta", &["template", "show", "tide ta"]),
            ("b template show \"tide ta", &["template", "show", "tide ta"]),
            (r#"b show "a \"b\" \n"#, &["show", r#"a "b" \n"#]),
            (r"b show 'it'\''s '", &["show", "it's "]),
            ("b show ''", &["show", ""]),
            ("b invoke a --template=st", &["invoke", "a", "--template", "st"]),
            ("b ", &[""]),
            ("b", &[]),
        ] {
            assert_eq!(Line::read(line, BREAKS).words, expected, "{line}");
        }
    }

    #[test]
    fn names_go_on_where_the_word_stands() {
        for (line, name, expected) in [
            ("b show ", "tide table", r"tide\ table"),
            (r"b show tide\ t", "tide table", r"tide\ table"),
            ("b show \"tide t", "tide table", "tide table"),
            ("b show \"", "6\" & $5", r#"6\" & \$5"#),
            ("b show '", "it's", r"it'\''s"),
            ("b show museum@al", "museum@alpha", "@alpha"),
            ("b show owner@", "owner@beta", "@beta"),
            ("b show --name=owner@b", "owner@beta", "@beta"),
            ("b show \"museum@al", "museum@alpha", "museum@alpha"),
            ("b log list --filter saved:ti", "saved:tides", "tides"),
            ("b invoke a --template=st", "stats", "stats"),
            ("b invoke a --template=", "my stats", r"my\ stats"),
            ("b show ti'de t", "tide table", "de table"),
            ("b show ", "küste", "küste"),
        ] {
            let line = Line::read(line, BREAKS);
            assert_eq!(line.written(name).as_deref(), Some(expected), "{line:?}");
        }
        // Where the shell does not break at =, the flag is a part of what is replaced.
        let line = Line::read("b invoke a --template=st", " ");
        assert_eq!(line.written("stats").as_deref(), Some("--template=stats"));
        assert_eq!(line.written("two\nlines"), None);
    }

    proptest! {
        /// Whatever the name and the open quote: what stands with what is offered reads as the name.
        #[test]
        fn what_is_offered_reads_as_the_name(name in "\\PC{0,12}", quote in "[\"']?") {
            let begun = Line::read(&format!("b show {quote}"), BREAKS);
            let line = format!("b show {quote}{}{quote}", begun.written(&name).unwrap());
            let read = Line::read(&line, BREAKS);
            if name.starts_with("--") && name.contains('=') {
                return Ok(());
            }
            prop_assert_eq!(read.words.last().unwrap(), &name, "{}", line);
        }
    }
}
