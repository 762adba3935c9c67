//! What lists are sorted by, and which way round: the same words on the screen and on the command line.

mod credential;
mod instance;
mod key;
mod log;

pub use credential::CredentialColumn;
pub use instance::InstanceColumn;
pub use key::SortKey;
pub use log::LogColumn;

use std::cmp::Ordering;
use std::fmt::Debug;

/// A column that a list can be sorted by.
pub trait SortColumn: Copy + Eq + Debug + 'static {
    /// All of them, in the order in which they stand.
    const ALL: &'static [Self];
    /// How the list comes by itself, where that is by one of them.
    const COMES: Option<Sorting<Self>> = None;

    /// Its heading.
    fn title(self) -> &'static str;

    /// The field that it shows, as it is called in JSON.
    fn field(self) -> &'static str;

    /// Its heading in one word, as it is written in commands.
    fn word(self) -> String {
        self.title().replace(' ', "-")
    }

    /// Reads its heading, which may be written in one word, or the name of its field.
    fn parse(text: &str) -> Option<Self> {
        let mut columns = Self::ALL.iter().copied();
        columns.find(|column| is_called(text, column.title(), column.field()))
    }
}

/// Whether a text means the column of this heading that shows this field.
pub fn is_called(text: &str, title: &str, field: &str) -> bool {
    text.replace(['_', '-'], " ") == title || text == field
}

/// Reads `COLUMN`, `COLUMN:desc` or `COLUMN:asc`: the column as written, and whether the greatest comes first.
pub fn split_direction(text: &str) -> Option<(&str, bool)> {
    match text.split_once(':') {
        Some((name, "desc")) => Some((name, true)),
        Some((name, "asc")) => Some((name, false)),
        Some(_) => None,
        None => Some((text, false)),
    }
}

/// How a list is sorted. What is blank comes last either way, and what is alike stays as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sorting<C> {
    /// What decides.
    pub by: C,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl<C: SortColumn> Sorting<C> {
    /// Reads it as it is written on the command line.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, descending) = split_direction(text)?;
        let by = C::parse(name)?;
        Some(Self { by, descending })
    }

    /// As it is written there.
    pub fn to_text(self) -> String {
        let direction = if self.descending { ":desc" } else { "" };
        format!("{}{direction}", self.by.word())
    }

    /// By a column, or the other way round where it is by that already; none where that is how the list comes.
    pub fn turned(now: Option<Self>, by: C) -> Option<Self> {
        let now = now.or(C::COMES);
        let descending = now.is_some_and(|now| now.by == by && !now.descending);
        Self { by, descending }.settled()
    }

    /// None where that is how the list comes by itself.
    pub fn settled(self) -> Option<Self> {
        (C::COMES != Some(self)).then_some(self)
    }

    /// How two rows stand that have this in the column.
    pub fn compare(self, one: &SortKey, other: &SortKey) -> Ordering {
        match (one, other, self.descending) {
            (SortKey::Blank, _, _) | (_, SortKey::Blank, _) | (.., false) => one.cmp(other),
            _ => other.cmp(one),
        }
    }

    /// Sorts rows by what they have in the column.
    pub fn sort<T>(self, rows: &mut Vec<T>, key: impl Fn(C, &T) -> SortKey) {
        let keyed = rows.drain(..).map(|row| (key(self.by, &row), row));
        let mut keyed: Vec<(SortKey, T)> = keyed.collect();
        keyed.sort_by(|(one, _), (other, _)| self.compare(one, other));
        rows.extend(keyed.into_iter().map(|(_, row)| row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_is_read_back<C: SortColumn>() {
        for column in C::ALL.iter().copied() {
            for text in [column.title(), column.field(), &column.word()] {
                assert_eq!(C::parse(text), Some(column), "{text}");
            }
            for descending in [false, true] {
                let sorting = Sorting {
                    by: column,
                    descending,
                };
                assert_eq!(Sorting::parse(&sorting.to_text()), Some(sorting));
            }
        }
        for wrong in ["", "colour", "name:down", ":desc"] {
            assert_eq!(Sorting::<C>::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_column_is_read_by_its_heading_and_by_its_field() {
        each_is_read_back::<InstanceColumn>();
        each_is_read_back::<CredentialColumn>();
        each_is_read_back::<LogColumn>();
    }

    #[test]
    fn a_second_time_turns_the_order_round_and_how_it_comes_is_no_order_of_its_own() {
        let took = Sorting::turned(None, LogColumn::Took).unwrap();
        assert!(!took.descending);
        let longest = Sorting::turned(Some(took), LogColumn::Took).unwrap();
        assert!(longest.descending);
        let oldest = Sorting::turned(Some(longest), LogColumn::Time).unwrap();
        assert_eq!((oldest.by, oldest.descending), (LogColumn::Time, false));
        assert_eq!(
            Sorting::turned(Some(oldest), LogColumn::Time),
            None,
            "newest first"
        );
        let last = Sorting::turned(None, InstanceColumn::Name).unwrap();
        assert!(last.descending, "they come by name");
        assert!(!Sorting::turned(None, CredentialColumn::Name).unwrap().descending);
    }

    #[test]
    fn what_is_blank_comes_last_either_way_and_what_is_alike_stays_as_it_came() {
        let rows = [("a", 2), ("b", 0), ("c", 1), ("d", 2)];
        let sorted = |descending| {
            let mut rows = rows.to_vec();
            let key = |_, row: &(&str, i64)| SortKey::number((row.1 > 0).then_some(row.1));
            let by = InstanceColumn::Trip;
            Sorting { by, descending }.sort(&mut rows, key);
            rows.iter().map(|(name, _)| *name).collect::<String>()
        };
        assert_eq!(sorted(false), "cadb");
        assert_eq!(sorted(true), "adcb");
    }
}
