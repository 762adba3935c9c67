//! Reading a filter.

use super::fields::Field;
use super::text::Text;
use super::value::{self, Comparison};
use super::{Filter, Term, Test};
use std::ops::Range;

/// What is wrong with a filter, where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}; expected {expected}")]
pub struct FilterError {
    /// Where it begins, in characters from 1.
    pub column: usize,
    /// Where it stands, in bytes: for colouring it.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub expected: String,
}

/// Everything that reads, and the first thing that does not.
pub(super) fn parse(text: &str, fields: &'static [Field]) -> (Filter, Option<FilterError>) {
    let mut reader = Reader {
        text,
        at: 0,
        fields,
        error: None,
    };
    let mut filter = Filter::default();
    while reader.skip_blanks() {
        filter.terms.extend(reader.term());
    }
    (filter, reader.error)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    fields: &'static [Field],
    error: Option<FilterError>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Whether something follows.
    fn skip_blanks(&mut self) -> bool {
        self.at += self.rest().len() - self.rest().trim_start().len();
        !self.rest().is_empty()
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    /// Notes what is wrong, unless something before it was.
    fn wrong<T>(&mut self, span: Range<usize>, message: impl Into<String>, expected: &str) -> Option<T> {
        if self.error.is_none() {
            self.error = Some(FilterError {
                column: self.text[..span.start].chars().count() + 1,
                span,
                message: message.into(),
                expected: expected.to_owned(),
            });
        }
        None
    }

    /// The next term; none if it is not right. Either way it is behind us afterwards.
    fn term(&mut self) -> Option<Term> {
        let start = self.at;
        let not = self.take("!");
        let test = self.test(start);
        if test.is_none() {
            self.run();
        }
        let test = test?;
        let span = start..self.at;
        Some(Term { span, not, test })
    }

    fn test(&mut self, start: usize) -> Option<Test> {
        if self.take("~") {
            return self.text_after(start, "letters after ~").map(Test::Fuzzy);
        }
        if self.take("#") {
            return self.short(start, "tag", "a tag after #");
        }
        if self.take("@") {
            return self.short(start, "instance", "an instance's name after @");
        }
        if let Some((name, field)) = self.field_ahead() {
            return self.field(start, name, field);
        }
        if self.rest().starts_with('!') {
            return self.wrong(start..self.at + 1, "a second !", "one ! before a term");
        }
        self.text_after(start, "a word after !").map(Test::Word)
    }

    /// The name before a colon, and its field. A web address is no field.
    fn field_ahead(&self) -> Option<(&'a str, Option<&'static Field>)> {
        let (name, rest) = self.rest().split_once(':')?;
        let is_name = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let field = self.fields.iter().find(|field| field.is_called(name));
        (field.is_some() || !rest.starts_with("//")).then_some((name, field))
    }

    fn field(&mut self, start: usize, name: &str, field: Option<&'static Field>) -> Option<Test> {
        let name_span = self.at..self.at + name.len();
        let Some(field) = field else {
            let known: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
            let expected = format!(
                "one of {} (or \"…\" around a text with a colon)",
                known.join(", ")
            );
            return self.wrong(name_span, format!("there is no field {name:?}"), &expected);
        };
        self.at += name.len() + 1;
        let sign_at = self.at;
        let signs = Comparison::SIGNS.into_iter();
        let sign = signs.clone().find(|(sign, _)| self.rest().starts_with(sign));
        let mut comparison = field.plain;
        if let Some((sign, said)) = sign {
            if !field.kind.has_order() {
                let expected = field.kind.example();
                let span = sign_at..sign_at + sign.len();
                return self.wrong(span, format!("{} has no more and less", field.name), &expected);
            }
            self.at += sign.len();
            comparison = said;
        }
        let value_at = self.at;
        let example = field.kind.example();
        let text = self.text_after(start, &example)?;
        match value::read(text.as_str(), field.kind) {
            Some(value) => Some(Test::Field(field.name, comparison, value)),
            None => {
                let message = format!("{:?} is no value of {}", text.as_str(), field.name);
                self.wrong(value_at..self.at, message, &example)
            }
        }
    }

    /// `#x` and `@x`, where the table has that field.
    fn short(&mut self, start: usize, name: &str, expected: &str) -> Option<Test> {
        let Some(field) = self.fields.iter().find(|field| field.name == name) else {
            let message = format!("there is no {name} here");
            return self.wrong(start..self.at, message, "another kind of term");
        };
        let text = self.text_after(start, expected)?;
        Some(Test::Field(field.name, Comparison::Is, value::Value::Text(text)))
    }

    /// A text, in quotes or up to the next blank; not an empty one, unless in quotes.
    fn text_after(&mut self, start: usize, expected: &str) -> Option<Text> {
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        match self.run() {
            "" => self.wrong(
                start..self.at.max(start + 1).min(self.text.len()),
                "it ends too early",
                expected,
            ),
            text => Some(Text::new(text)),
        }
    }

    /// Everything up to the next blank.
    fn run(&mut self) -> &'a str {
        let rest = self.rest();
        let run = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        self.at += run.len();
        run
    }

    /// A text in quotes; a backslash takes the meaning of what follows it away. One that is not closed yet
    /// counts as far as it goes.
    fn quoted(&mut self) -> Option<Text> {
        let open = self.at;
        let mut text = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at = open + at + 1;
                    let follows = self.rest().chars().next();
                    if let Some(letter) = follows.filter(|letter| !letter.is_whitespace()) {
                        let span = self.at..self.at + letter.len_utf8();
                        return self.wrong(span, "something follows the quotes", "a blank");
                    }
                    return Some(Text::new(text));
                }
                '\\' => text.extend(letters.next().map(|(_, letter)| letter)),
                letter => text.push(letter),
            }
        }
        self.at = self.text.len();
        self.wrong::<()>(open..self.at, "the quotes are not closed", "a closing \"");
        (!text.is_empty()).then(|| Text::new(text))
    }
}
