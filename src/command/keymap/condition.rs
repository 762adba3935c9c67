//! When a key means something: `pointer && !read_only`, over the facts of the situation.
//!
//! `!` binds closest, then `&&`, then `||`; parentheses group.

use crate::command::Situation;
use crate::command::situation::FACTS;
use std::fmt;

/// When a key means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The fact at this place of the list of facts holds.
    Fact(usize),
    /// The other does not hold.
    Not(Box<Self>),
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// One of them holds.
    Or(Box<Self>, Box<Self>),
}

/// Why a condition cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConditionError {
    /// The character at which it stops making sense, from 0.
    pub at: usize,
    /// What is wrong there.
    pub message: String,
}

/// Most parentheses and negations within each other; nobody needs more, and a file may hold anything.
const DEEPEST: usize = 32;

/// More facts than this in two conditions are not tried through.
const MOST_TRIED: usize = 12;

impl Condition {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let mut parser = Parser {
            characters: text.chars().collect(),
            place: 0,
        };
        let condition = parser.either(0)?;
        parser.blanks();
        match parser.peek() {
            None => Ok(condition),
            Some(_) => Err(parser.wrong("`&&`, `||` or the end was expected here")),
        }
    }

    /// Whether it holds.
    pub fn holds(&self, situation: &Situation) -> bool {
        self.with(&|fact| FACTS[fact].1(situation))
    }

    fn with(&self, holds: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::Fact(fact) => holds(*fact),
            Self::Not(inner) => !inner.with(holds),
            Self::And(left, right) => left.with(holds) && right.with(holds),
            Self::Or(left, right) => left.with(holds) || right.with(holds),
        }
    }

    fn facts(&self, into: &mut Vec<usize>) {
        match self {
            Self::Fact(fact) if !into.contains(fact) => into.push(*fact),
            Self::Fact(_) => {}
            Self::Not(inner) => inner.facts(into),
            Self::And(left, right) | Self::Or(left, right) => {
                left.facts(into);
                right.facts(into);
            }
        }
    }

    /// Whether two conditions, none being always true, may hold at once, as far as their words tell.
    pub fn can_both_hold(left: Option<&Self>, right: Option<&Self>) -> bool {
        let mut facts = Vec::new();
        for condition in [left, right].into_iter().flatten() {
            condition.facts(&mut facts);
        }
        if facts.len() > MOST_TRIED {
            return true;
        }
        (0..1_usize << facts.len()).any(|choice| {
            let holds = |fact: usize| {
                facts
                    .iter()
                    .position(|known| *known == fact)
                    .is_some_and(|place| choice >> place & 1 == 1)
            };
            left.is_none_or(|condition| condition.with(&holds))
                && right.is_none_or(|condition| condition.with(&holds))
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(fact) => formatter.write_str(FACTS[*fact].0),
            Self::Not(inner) => match **inner {
                Self::Fact(_) | Self::Not(_) => write!(formatter, "!{inner}"),
                _ => write!(formatter, "!({inner})"),
            },
            Self::And(left, right) => {
                for (index, part) in [left, right].into_iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(" && ")?;
                    }
                    match (**part).clone() {
                        Self::Or(..) => write!(formatter, "({part})")?,
                        Self::And(..) if index > 0 => write!(formatter, "({part})")?,
                        _ => write!(formatter, "{part}")?,
                    }
                }
                Ok(())
            }
            Self::Or(left, right) => match **right {
                Self::Or(..) => write!(formatter, "{left} || ({right})"),
                _ => write!(formatter, "{left} || {right}"),
            },
        }
    }
}

struct Parser {
    characters: Vec<char>,
    place: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.place).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.place += 1;
        }
    }

    fn wrong(&self, message: &str) -> ConditionError {
        ConditionError {
            at: self.place,
            message: message.to_owned(),
        }
    }

    /// Takes a sign of two characters, if it is next.
    fn takes(&mut self, sign: char) -> bool {
        self.blanks();
        let is_next = self.characters[self.place..].starts_with(&[sign, sign]);
        if is_next {
            self.place += 2;
        }
        is_next
    }

    fn either(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        let mut left = self.both(depth)?;
        while self.takes('|') {
            left = Condition::Or(Box::new(left), Box::new(self.both(depth)?));
        }
        Ok(left)
    }

    fn both(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        let mut left = self.one(depth)?;
        while self.takes('&') {
            left = Condition::And(Box::new(left), Box::new(self.one(depth)?));
        }
        Ok(left)
    }

    fn one(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        self.blanks();
        if depth > DEEPEST {
            return Err(self.wrong("this is nested too deep"));
        }
        match self.peek() {
            Some('!') => {
                self.place += 1;
                Ok(Condition::Not(Box::new(self.one(depth + 1)?)))
            }
            Some('(') => {
                self.place += 1;
                let inner = self.either(depth + 1)?;
                self.blanks();
                if self.peek() != Some(')') {
                    return Err(self.wrong("a closing parenthesis was expected here"));
                }
                self.place += 1;
                Ok(inner)
            }
            _ => self.fact(),
        }
    }

    fn fact(&mut self) -> Result<Condition, ConditionError> {
        let begin = self.place;
        while self
            .peek()
            .is_some_and(|next| next.is_ascii_alphanumeric() || next == '_')
        {
            self.place += 1;
        }
        let word: String = self.characters[begin..self.place].iter().collect();
        if word.is_empty() {
            return Err(self.wrong("a fact, such as `pointer`, was expected here"));
        }
        match FACTS.iter().position(|(name, _)| *name == word) {
            Some(fact) => Ok(Condition::Fact(fact)),
            None => {
                let names: Vec<&str> = FACTS.iter().map(|(name, _)| *name).collect();
                self.place = begin;
                Err(self.wrong(&format!("{word:?} is no fact; there are: {}", names.join(", "))))
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn any_condition() -> impl Strategy<Value = Condition> {
        let fact = (0..FACTS.len()).prop_map(Condition::Fact);
        fact.prop_recursive(4, 12, 2, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| Condition::Not(Box::new(one))),
                (inner.clone(), inner.clone())
                    .prop_map(|(left, right)| Condition::And(Box::new(left), Box::new(right))),
                (inner.clone(), inner)
                    .prop_map(|(left, right)| Condition::Or(Box::new(left), Box::new(right))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(condition in any_condition()) {
            let text = condition.to_string();
            prop_assert_eq!(Condition::parse(&text), Ok(condition), "{}", text);
        }

        #[test]
        fn nothing_that_is_typed_panics_and_errors_point_into_it(text in "[ a-z_!&|()é]{0,40}") {
            if let Err(error) = Condition::parse(&text) {
                prop_assert!(error.at <= text.chars().count());
            }
        }

        #[test]
        fn a_condition_and_its_opposite_never_hold_at_once(condition in any_condition()) {
            let opposite = Condition::Not(Box::new(condition.clone()));
            prop_assert!(!Condition::can_both_hold(Some(&condition), Some(&opposite)));
        }

        #[test]
        fn what_holds_at_once_can_hold_at_once(
            left in any_condition(), right in any_condition(), pointer: bool, read_only: bool, invoke: bool,
        ) {
            let situation = Situation { pointer, read_only, invoke, ..Situation::default() };
            if left.holds(&situation) && right.holds(&situation) {
                prop_assert!(Condition::can_both_hold(Some(&left), Some(&right)));
            }
        }
    }

    #[test]
    fn not_binds_closest_then_and_then_or() {
        let read = |text: &str| Condition::parse(text).unwrap();
        assert_eq!(
            read("!pointer && invoke || held"),
            read("((!pointer) && invoke) || held")
        );
        assert_ne!(read("!(pointer && invoke)"), read("!pointer && invoke"));
    }

    #[test]
    fn errors_say_where_and_what_was_expected() {
        for (text, at, what) in [
            ("", 0, "a fact"),
            ("pointer &&", 10, "a fact"),
            ("pointer & invoke", 8, "`&&`"),
            ("(pointer", 8, "parenthesis"),
            ("!poiter", 1, "no fact"),
        ] {
            let error = Condition::parse(text).unwrap_err();
            assert_eq!(error.at, at, "{text}");
            assert!(error.message.contains(what), "{text}: {error}");
        }
        assert!(Condition::parse(&"!".repeat(500)).is_err());
    }
}
