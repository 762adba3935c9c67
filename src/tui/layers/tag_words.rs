//! Tags in a field of a form: separated by blanks or commas, as people write them; in quotes where one could not be read
//! again that way.

use crate::workspace::normal_tag;

/// How tags are written, said beside their field.
pub(super) const HINT: &str = "separated by blanks, or \"in quotes\"";

/// A word of such a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends, a closing quote included.
    pub(super) end: usize,
    /// Whether a `#` stands before it.
    pub(super) is_marked: bool,
    /// Whether it stands in quotes: then it is meant to the letter.
    pub(super) is_quoted: bool,
    /// What it says, without sign and quotes.
    pub(super) text: String,
}

impl Word {
    /// The tag that it names; nothing where it names none.
    pub(super) fn tag(&self) -> String {
        match self.is_quoted {
            true => self.text.clone(),
            false => normal_tag(&self.text),
        }
    }
}

/// The words of a text. Quotes that are not closed go to its end.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(skipped) = text[at..].find(|character| !separates(character)) {
        let word = word_at(text, at + skipped);
        at = word.end;
        found.push(word);
    }
    found
}

const fn separates(character: char) -> bool {
    matches!(character, ' ' | ',')
}

fn word_at(text: &str, start: usize) -> Word {
    let begun = &text[start..];
    let bare = begun.trim_start_matches('#');
    let is_marked = bare.len() < begun.len();
    let from = text.len() - bare.len();
    let Some(quoted) = bare.strip_prefix('"') else {
        let length = bare.find(separates).unwrap_or(bare.len());
        return Word {
            start,
            end: from + length,
            is_marked,
            is_quoted: false,
            text: bare[..length].to_owned(),
        };
    };
    let (said, length) = unquoted(quoted);
    Word {
        start,
        end: from + 1 + length,
        is_marked,
        is_quoted: true,
        text: said,
    }
}

/// What stands before the closing quote, and how many bytes that takes with it.
fn unquoted(text: &str) -> (String, usize) {
    let mut said = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (said, at + 1),
            '\\' => said.extend(characters.next().map(|(_, escaped)| escaped)),
            other => said.push(other),
        }
    }
    (said, text.len())
}

/// A tag as it is read again.
pub(super) fn written(tag: &str) -> String {
    let is_plain = !tag.contains(separates) && !tag.starts_with('"') && normal_tag(tag) == tag;
    if is_plain {
        return tag.to_owned();
    }
    format!("\"{}\"", tag.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Tags as they are read again.
pub(super) fn all_written(tags: &[String]) -> String {
    let words: Vec<String> = tags.iter().map(|tag| written(tag)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tags(text: &str) -> Vec<String> {
        words(text).iter().map(Word::tag).collect()
    }

    #[test]
    fn tags_stand_in_quotes_only_where_they_must() {
        assert_eq!(tags("#air, water  sea"), ["air", "water", "sea"]);
        assert_eq!(tags(r##"#"open data" a\b 5" "##), ["open data", r"a\b", "5\""]);
        let all: Vec<String> = ["air", "open data", "a,b", "#x", "say \"so\""]
            .map(Into::into)
            .into();
        assert_eq!(all_written(&all), r##"air "open data" "a,b" "#x" "say \"so\"""##);
        assert_eq!(tags("\"open d"), ["open d"], "while it is typed");
    }

    proptest! {
        #[test]
        fn whatever_tags_are_written_are_read_again(
            all in prop::collection::vec("[ a,#\"\\\\]{1,4}|\\PC{1,8}", 0..5)
        ) {
            prop_assert_eq!(tags(&all_written(&all)), all);
        }

        #[test]
        fn any_text_is_read(text in "[ a,#\"\\\\é]{0,12}") {
            for word in words(&text) {
                prop_assert!(word.start < word.end && text.get(word.start..word.end).is_some());
            }
        }
    }
}
