//! What a filter says of descriptions, to be looked for in memory.

use super::driven::has_trigram;
use crate::model::filter::{Filter, Text};
use crate::model::{PointerTest, pointer_test};
use memchr::memmem::Finder;

/// What every description must hold, and must not. Nothing of it says more than SQLite would: where it does not hold, the
/// table has no match either.
pub(super) struct Wording {
    checks: Vec<Check>,
    is_indexed: bool,
    is_everything: bool,
    /// The first check is a word that few descriptions hold.
    is_seldom: bool,
}

enum Check {
    Holds(Finder<'static>),
    Lacks(Finder<'static>),
    /// One after the other, with anything between them.
    Letters(Vec<String>),
    LacksLetters(Vec<String>),
}

impl Wording {
    /// None where a filter says nothing of descriptions that can be looked for so.
    pub(super) fn of(filter: &Filter) -> Option<Self> {
        let mut wording = Self {
            checks: Vec::new(),
            is_indexed: true,
            is_everything: true,
            is_seldom: false,
        };
        for term in &filter.terms {
            let (text, is_letters) = match pointer_test(&term.test)? {
                PointerTest::Description(text) => (text, false),
                PointerTest::Letters(text) => (text, true),
                _ => {
                    wording.is_everything = false;
                    continue;
                }
            };
            // SQLite ends a text there.
            if text.as_str().contains('\0') {
                return None;
            }
            // Descriptions are kept in small letters.
            wording.is_everything &= !text.is_exact();
            // They do not tell that capital ones are not there.
            if term.not && text.is_exact() {
                continue;
            }
            wording.is_indexed &= !term.not && !is_letters && has_trigram(text.as_str());
            wording.checks.push(match (is_letters, term.not) {
                (false, false) => Check::Holds(finder(text)),
                (false, true) => Check::Lacks(finder(text)),
                (true, false) => Check::Letters(letters(text)),
                (true, true) => Check::LacksLetters(letters(text)),
            });
        }
        (!wording.checks.is_empty()).then_some(wording)
    }

    /// Whether the trigram index finds all of it as well.
    pub(super) fn is_indexed(&self) -> bool {
        self.is_indexed
    }

    /// Whether a search that requires so many conditions requires nothing else, and every description of which this holds
    /// is a match.
    pub(super) fn is_all_of(&self, conditions: usize) -> bool {
        self.is_everything && self.checks.len() == conditions
    }

    /// Whether it holds of a description, which is in small letters.
    pub(super) fn holds(&self, description: &[u8]) -> bool {
        self.checks.iter().all(|check| check.holds(description))
    }

    /// Those of these descriptions of which it holds, by what comes with each.
    pub(super) fn among<'a>(&self, descriptions: impl Iterator<Item = (usize, &'a [u8])>) -> Vec<usize> {
        let Some((first, others)) = self.checks.split_first() else {
            return descriptions.map(|(place, _)| place).collect();
        };
        let others = |text| others.iter().all(|check| check.holds(text));
        // The first one decides most of them: which it is, is not asked for each.
        match first {
            Check::Holds(word) if word.needle().len() > 1 => {
                places(descriptions, |text| word.find(text).is_some() && others(text))
            }
            Check::Lacks(word) if word.needle().len() > 1 => {
                places(descriptions, |text| word.find(text).is_none() && others(text))
            }
            first => places(descriptions, |text| first.holds(text) && others(text)),
        }
    }

    /// The same, where the word that few hold is known to be there.
    pub(super) fn holds_besides_seldom(&self, description: &[u8]) -> bool {
        let known = usize::from(self.is_seldom);
        self.checks[known..].iter().all(|check| check.holds(description))
    }

    /// Finds out what holds of the fewest, from some of the descriptions: that is looked at first from then on.
    pub(super) fn learn<'a>(&mut self, some: impl Iterator<Item = &'a [u8]> + Clone) {
        let all = some.clone().count();
        let held = |check: &Check| some.clone().filter(|text| check.holds(text)).count();
        let mut counted: Vec<_> = self.checks.drain(..).map(|check| (held(&check), check)).collect();
        counted.sort_by_key(|(held, _)| *held);
        self.is_seldom = counted.first().is_some_and(|(held, first)| match first {
            Check::Holds(word) => !word.needle().is_empty() && *held < all.div_ceil(4),
            _ => false,
        });
        self.checks.extend(counted.into_iter().map(|(_, check)| check));
    }

    /// A word that few descriptions hold, if there is one and that is known.
    pub(super) fn seldom(&self) -> Option<&Finder<'static>> {
        match self.checks.first() {
            Some(Check::Holds(word)) if self.is_seldom => Some(word),
            _ => None,
        }
    }
}

fn places<'a>(
    descriptions: impl Iterator<Item = (usize, &'a [u8])>,
    is_meant: impl Fn(&'a [u8]) -> bool,
) -> Vec<usize> {
    descriptions
        .filter(|(_, text)| is_meant(text))
        .map(|(place, _)| place)
        .collect()
}

fn finder(text: &Text) -> Finder<'static> {
    Finder::new(text.as_str().to_ascii_lowercase().as_bytes()).into_owned()
}

fn letters(text: &Text) -> Vec<String> {
    let letters = text.as_str().chars().filter(|letter| !letter.is_whitespace());
    letters
        .map(|letter| letter.to_ascii_lowercase().to_string())
        .collect()
}

impl Check {
    fn holds(&self, text: &[u8]) -> bool {
        match self {
            Self::Holds(word) => is_in(word, text),
            Self::Lacks(word) => !is_in(word, text),
            Self::Letters(letters) => are_in(letters, text),
            Self::LacksLetters(letters) => !are_in(letters, text),
        }
    }
}

fn is_in(word: &Finder<'_>, text: &[u8]) -> bool {
    match word.needle() {
        // In a text so short the way into the search for a word is most of it.
        [byte] => memchr::memchr(*byte, text).is_some(),
        _ => word.find(text).is_some(),
    }
}

fn are_in(letters: &[String], text: &[u8]) -> bool {
    let mut rest = text;
    for letter in letters {
        let found = match letter.as_bytes() {
            [byte] => memchr::memchr(*byte, rest),
            bytes => memchr::memmem::find(rest, bytes),
        };
        let Some(place) = found else {
            return false;
        };
        rest = &rest[place + letter.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::STORED_POINTER_FIELDS;

    fn wording(filter: &str) -> Option<Wording> {
        Wording::of(&Filter::parse(filter, STORED_POINTER_FIELDS).unwrap())
    }

    #[test]
    fn what_says_nothing_of_descriptions_is_left_to_others() {
        for filter in ["", "!#air", "ref:a", "!Harbour"] {
            assert!(wording(filter).is_none(), "{filter}");
        }
        for (filter, is_indexed) in [
            ("harbour", true),
            ("harbour #air", true),
            ("ha", false),
            ("!harbour", false),
            ("~hbr", false),
            ("harbour ha", false),
            ("!~hbr", false),
        ] {
            assert_eq!(wording(filter).unwrap().is_indexed(), is_indexed, "{filter}");
        }
    }

    #[test]
    fn words_alone_in_small_letters_say_everything() {
        for (filter, is_all) in [
            ("harbour", true),
            ("harbour !oslo ~abc", true),
            ("harbour #air", false),
            ("Harbour", false),
            ("harbour !Oslo", false),
        ] {
            let wording = wording(filter).unwrap();
            assert_eq!(wording.is_all_of(wording.checks.len()), is_all, "{filter}");
            assert!(!wording.is_all_of(wording.checks.len() + 1), "{filter}");
        }
    }

    #[test]
    fn words_and_letters_are_found_and_missed() {
        for (filter, text, holds) in [
            ("HA", "harbour of oslo", true),
            ("!ha", "harbour of oslo", false),
            ("~hro", "harbour of oslo", true),
            ("~hzo", "harbour of oslo", false),
            ("!~tds", "tide tables", false),
            ("~éb", "é b", true),
            ("b !ha", "tide tables", true),
        ] {
            assert_eq!(
                wording(filter).unwrap().holds(text.as_bytes()),
                holds,
                "{filter}: {text}"
            );
        }
    }

    #[test]
    fn what_few_hold_is_looked_for_first() {
        let texts = ["a 1", "a 2", "a 3", "a 4", "a 5", "a 6", "a 7", "a 8 q"];
        for (filter, seldom) in [
            ("a q", Some("q")),
            ("a !8 x", Some("x")),
            ("a", None),
            ("~aq a", None),
            ("!a", None),
        ] {
            let mut wording = wording(filter).unwrap();
            assert!(wording.seldom().is_none(), "{filter}");
            wording.learn(texts.iter().map(|text| text.as_bytes()));
            let found = wording.seldom().map(Finder::needle);
            assert_eq!(found, seldom.map(str::as_bytes), "{filter}");
        }
    }
}
