//! Which lines a filter leaves.

use super::columns::{Columns, NO_POINTER, Shape};
use crate::model::Timestamp;
use crate::model::filter::{Comparison, Filter, Term, Test, Text, Value};
use crate::vault::LogMark;
use jiff::tz::TimeZone;

/// Bare words shorter than this are not looked for in addresses: two hexadecimal digits are in most of them.
const LEAST_OF_ADDRESS: usize = 4;

/// A filter made ready for the columns of a log.
pub(super) struct Sieve {
    checks: Vec<(bool, Check)>,
}

/// What has to hold for a line.
enum Check {
    /// Its shape is one of these.
    Shape(Vec<bool>),
    /// Its shape is one of these, or its pointer or a note fits.
    Word(Vec<bool>, Vec<Digits>, Lines),
    Pointer(Vec<Digits>),
    Took(Comparison, u32),
    Size(Comparison, u32),
    At(Comparison, i64),
    /// It is one of these.
    Line(Lines),
}

/// Some lines, by their places in the columns.
struct Lines(Vec<bool>);

impl Lines {
    /// The lines to which something was put that fits.
    fn with(columns: &Columns, fits: impl Fn(&LogMark) -> bool) -> Self {
        let fitting = columns.marks.iter().filter(|(_, mark)| fits(mark));
        let mut places = fitting
            .filter_map(|(id, _)| columns.ids.binary_search(id).ok())
            .peekable();
        if places.peek().is_none() {
            return Self(Vec::new());
        }
        let mut lines = vec![false; columns.len()];
        places.for_each(|place| lines[place] = true);
        Self(lines)
    }

    fn has(&self, place: usize) -> bool {
        self.0.get(place).copied().unwrap_or(false)
    }
}

/// Digits of an address at a certain place.
#[derive(Clone, Copy)]
struct Digits {
    mask: u64,
    value: u64,
}

impl Sieve {
    /// Makes a filter ready.
    pub(super) fn new(filter: &Filter, columns: &Columns, as_of: Timestamp) -> Self {
        let checks = filter
            .terms
            .iter()
            .map(|term| {
                let unmarked = matches!(term.test, Test::Field("mark", _, Value::Word("no")));
                (term.not != unmarked, check_of(term, columns, as_of))
            })
            .collect();
        Self { checks }
    }

    /// The places of the lines that get through.
    pub(super) fn sift(&self, columns: &Columns) -> Vec<u32> {
        let mut places = Vec::new();
        self.sift_into(columns, 0, &mut places);
        places
    }

    /// Adds the places of the lines that get through to `places`, from that one on.
    pub(super) fn sift_into(&self, columns: &Columns, from: usize, places: &mut Vec<u32>) {
        let start = places.len();
        let end = u32::try_from(columns.len()).unwrap_or(u32::MAX);
        places.extend(u32::try_from(from).unwrap_or(u32::MAX)..end);
        for (not, check) in &self.checks {
            check.narrow(columns, places, start, *not);
        }
    }
}

impl Check {
    /// One loop for each kind of check, so that nothing is decided again for every line.
    fn narrow(&self, columns: &Columns, places: &mut Vec<u32>, start: usize, not: bool) {
        match self {
            Self::Shape(shapes) => narrow(places, start, not, |at| shapes[columns.shapes[at] as usize]),
            Self::Word(shapes, digits, lines) if digits.is_empty() && lines.0.is_empty() => {
                narrow(places, start, not, |at| shapes[columns.shapes[at] as usize]);
            }
            Self::Word(shapes, digits, lines) => narrow(places, start, not, |at| {
                shapes[columns.shapes[at] as usize]
                    || has_digits(digits, columns.pointers[at])
                    || lines.has(at)
            }),
            Self::Pointer(digits) => {
                narrow(places, start, not, |at| has_digits(digits, columns.pointers[at]))
            }
            Self::Took(comparison, most) => {
                narrow(places, start, not, |at| {
                    comparison.holds(columns.elapsed[at].cmp(most))
                });
            }
            Self::Size(comparison, most) => {
                narrow(places, start, not, |at| {
                    comparison.holds(columns.bytes[at].cmp(most))
                });
            }
            Self::At(comparison, moment) => {
                narrow(places, start, not, |at| {
                    comparison.holds(columns.at[at].cmp(moment))
                });
            }
            Self::Line(lines) => narrow(places, start, not, |at| lines.has(at)),
        }
    }
}

/// Keeps the places from `start` on for which it holds, in place: nothing is guessed about which they are, so that no
/// pattern in them makes it slow.
fn narrow(places: &mut Vec<u32>, start: usize, not: bool, holds: impl Fn(usize) -> bool) {
    let mut kept = start;
    for index in start..places.len() {
        let place = places[index];
        places[kept] = place;
        kept += usize::from(holds(place as usize) != not);
    }
    places.truncate(kept);
}

fn has_digits(digits: &[Digits], pointer: u64) -> bool {
    pointer != NO_POINTER && digits.iter().any(|digits| pointer & digits.mask == digits.value)
}

fn check_of(term: &Term, columns: &Columns, as_of: Timestamp) -> Check {
    let shapes = |fits: &dyn Fn(&Shape) -> bool| columns.all_shapes.iter().map(fits).collect::<Vec<bool>>();
    let noted =
        |fits: &dyn Fn(&str) -> bool| Lines::with(columns, |mark| mark.note.as_deref().is_some_and(fits));
    let marked = || Check::Line(Lines::with(columns, |mark| mark.marked));
    match &term.test {
        Test::Word(text) if text.as_str() == "marked" => marked(),
        Test::Word(text) if text.as_str() == "noted" => Check::Line(noted(&|_| true)),
        Test::Word(text) => {
            let digits = if text.as_str().len() < LEAST_OF_ADDRESS {
                Vec::new()
            } else {
                digits_of(text)
            };
            Check::Word(
                shapes(&|shape| shape.names().any(|name| text.is_in(name))),
                digits,
                noted(&|note| text.is_in(note)),
            )
        }
        Test::Fuzzy(text) => Check::Word(
            shapes(&|shape| shape.names().any(|name| text.letters(name).is_some())),
            Vec::new(),
            noted(&|note| text.letters(note).is_some()),
        ),
        Test::Field(name, comparison, value) => match (*name, value) {
            ("pointer", Value::Text(text)) => Check::Pointer(digits_of(text)),
            ("note", Value::Text(text)) => Check::Line(noted(&|note| text.is_in(note))),
            ("mark", _) => marked(),
            ("took", Value::Duration(micros)) => {
                Check::Took(*comparison, u32::try_from(*micros).unwrap_or(u32::MAX))
            }
            ("size", Value::Bytes(bytes)) => {
                Check::Size(*comparison, u32::try_from(*bytes).unwrap_or(u32::MAX))
            }
            (_, Value::Moment(moment)) => {
                let moment = moment.resolve(as_of, &TimeZone::system());
                Check::At(*comparison, moment.as_micros())
            }
            (name, Value::Text(text)) => Check::Shape(shapes(&|shape| {
                shape.field(name).is_some_and(|field| text.is_in(field))
            })),
            (name, Value::Word(word)) => Check::Shape(shapes(&|shape| {
                shape.field(name).is_some_and(|field| field == status_word(word))
            })),
            // The table of fields has no others; a test goes through all of them.
            _ => Check::Line(Lines(Vec::new())),
        },
    }
}

/// What a status is called where it is kept.
fn status_word(word: &str) -> &str {
    match word {
        "ok" => "success",
        "interpreted" => "interpretation_rendered",
        other => other,
    }
}

impl Shape {
    /// What bare words are looked for in.
    fn names(&self) -> impl Iterator<Item = &str> {
        let optional = [&self.route, &self.code, &self.credential];
        [&self.instance, &self.action, &self.status]
            .into_iter()
            .chain(optional.into_iter().flatten())
            .map(String::as_str)
    }

    fn field(&self, name: &str) -> Option<&str> {
        match name {
            "instance" => Some(&self.instance),
            "action" => Some(&self.action),
            "status" => Some(&self.status),
            "code" => self.code.as_deref(),
            "route" => self.route.as_deref(),
            "cred" => self.credential.as_deref(),
            "kind" => Some(&self.kind),
            _ => None,
        }
    }
}

/// Where in an address (`ptr_` and twelve digits) a text can stand: for each place, which digits it sets.
fn digits_of(text: &Text) -> Vec<Digits> {
    const PREFIX: &str = "ptr_";
    const DIGITS: usize = 12;
    let lower = if text.is_exact() {
        text.as_str().to_owned()
    } else {
        text.as_str().to_ascii_lowercase()
    };
    let at = |digits: &str, place: usize| -> Option<Digits> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if place + digits.len() > DIGITS || !digits.bytes().all(is_hex) {
            return None;
        }
        if digits.is_empty() {
            return Some(Digits { mask: 0, value: 0 });
        }
        let shift = 4 * (DIGITS - place - digits.len());
        let ones = u64::MAX >> (64 - 4 * digits.len());
        Some(Digits {
            mask: ones << shift,
            value: u64::from_str_radix(digits, 16).ok()? << shift,
        })
    };
    if PREFIX.contains(&lower) {
        return at("", 0).into_iter().collect();
    }
    // It may begin within the prefix and go on into the digits, or stand anywhere among the digits.
    let across = (0..PREFIX.len())
        .filter_map(|start| lower.strip_prefix(&PREFIX[start..]))
        .filter_map(|digits| at(digits, 0));
    across
        .chain((0..DIGITS).filter_map(|place| at(&lower, place)))
        .collect()
}

#[cfg(test)]
mod tests;
