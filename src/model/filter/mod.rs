//! The language in which lists are filtered, on the screen and on the command line.
//!
//! A filter is terms with blanks between them, and all of them must hold:
//!
//! | term | means |
//! | --- | --- |
//! | `word`, `"two words"` | the text contains it |
//! | `field:value`, `field:"a value"` | that field; figures also with `>`, `>=`, `<`, `<=`, `=` |
//! | `#tag`, `@instance` | short for `tag:…` and `instance:…` |
//! | `~letters` | the letters in this order, with anything between them |
//! | `!term` | not that |
//! | `saved:name` | what was kept under that name; `!saved:name` where that is one term |
//!
//! Small letters stand for both cases; a capital letter (A to Z) anywhere in a text makes that text exact.
//! Which fields there are is said by whoever is filtered, in a table; checks, errors and help are made from
//! it. Nothing here knows what is filtered. Depends on nothing but the calendar arithmetic of `jiff`.

mod fields;
mod help;
mod kept;
mod kind;
mod parse;
mod parts;
mod text;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use fields::Field;
pub use help::help;
pub use kept::{KeptTerm, SAVED, expand, kept_terms, without_kept};
pub use kind::Kind;
pub use parse::FilterError;
pub use text::Text;
pub use value::{Comparison, Moment, Value};

use crate::model::Timestamp;
use jiff::tz::TimeZone;
use std::ops::Range;

/// A filter: all of its terms must hold. An empty one lets everything through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The terms, as they were written.
    pub terms: Vec<Term>,
}

/// One term of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where it stands in what was written, in bytes: for colouring it.
    pub span: Range<usize>,
    /// Whether it must not hold.
    pub not: bool,
    /// What it asks for.
    pub test: Test,
}

/// What a term asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The text contains this.
    Word(Text),
    /// The text contains these letters in this order.
    Fuzzy(Text),
    /// A field, by its name in the table, compares to a value.
    Field(&'static str, Comparison, Value),
}

impl Filter {
    /// Reads a filter; `fields` says which fields there are.
    pub fn parse(text: &str, fields: &'static [Field]) -> Result<Self, FilterError> {
        match parse::parse(text, fields) {
            (filter, None) => Ok(filter),
            (_, Some(error)) => Err(error),
        }
    }

    /// Reads a filter that is still being typed: whatever is not right yet is left out, and the first such
    /// thing is told.
    pub fn parse_typed(text: &str, fields: &'static [Field]) -> (Self, Option<FilterError>) {
        parse::parse(text, fields)
    }

    /// The same filter with its moments in UTC: what it means to somebody with another clock, elsewhere.
    pub fn in_utc(&self, now: Timestamp, zone: &TimeZone) -> Self {
        let mut settled = self.clone();
        for term in &mut settled.terms {
            if let Test::Field(_, _, Value::Moment(moment)) = &mut term.test {
                let at = moment.resolve(now, zone).as_micros();
                let at = jiff::Timestamp::from_microsecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
                *moment = Moment::At(TimeZone::UTC.to_datetime(at));
            }
        }
        settled
    }

    /// Whether everything gets through.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it means the same as another, wherever its terms stand.
    pub fn means_the_same(&self, other: &Self) -> bool {
        let terms = |filter: &Self| -> Vec<(bool, Test)> {
            let terms = filter.terms.iter();
            terms.map(|term| (term.not, term.test.clone())).collect()
        };
        terms(self) == terms(other)
    }
}
